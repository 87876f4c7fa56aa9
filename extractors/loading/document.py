"""What every decoder gives back, whatever the format. Used inside the parsing process only."""

from dataclasses import dataclass
from typing import Protocol

from extractors.scan import Pixels, Word


@dataclass(frozen=True, slots=True)
class DecodedPage:
    """One page as displayed: turned as the file says, transparency over white."""

    pixels: Pixels
    dpi: float | None
    is_bilevel: bool = False
    words: tuple[Word, ...] = ()
    #: refusal code when the page decodes only in part, else None
    problem: str | None = None


class Document(Protocol):
    """An open file. Decoders raise ``Refusal``; anything else they raise counts as ``damaged``."""

    #: how many pages it has, as far as its structure can still be read
    pages: int
    #: refusal code when pages behind the last one are lost, else None
    lost: str | None

    def page(self, number: int) -> DecodedPage:
        """Return page *number*, from 1."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...
