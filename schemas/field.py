"""A field: a value with where it was read, by whom, and how sure that is.

``confidence`` is the probability that ``value`` is exactly what the paper says. That holds for ``None`` too:
``None`` with a high confidence is an entry the paper leaves *empty*,
``None`` with a low one is ink nobody could *read*.
"""

from typing import Annotated, Generic, Protocol, Self, TypeVar

from pydantic import Field as Constraint
from pydantic import PrivateAttr

from schemas.geometry import Box
from schemas.model import Record

T = TypeVar("T")

Probability = Annotated[float, Constraint(ge=0.0, le=1.0)]

#: Above this confidence a ``None`` means "the paper is empty here", below it "not read".
EMPTY_IS_LIKELIER = 0.5


class Ink(Protocol):
    """What the ink of one entry may say, whichever of it a reader listed: by eye and format, no key, no other paper."""

    @property
    def listed(self) -> tuple[tuple[str, float], ...]:
        """The likeliest values with their shares, best first; they need not add up to 1."""
        ...

    def share(self, value: str) -> float:
        """Return the probability, 0 to 1, that the ink says *value*, listed or not."""
        ...


class Alternative(Record, Generic[T]):
    """Another value the ink may stand for, with its probability."""

    value: T
    probability: Probability


class Blind(Record, Generic[T]):
    """What the ink alone said, where other papers or rules changed the outcome."""

    value: T | None
    confidence: Probability


class Field(Record, Generic[T]):
    """A value read from a paper, with its evidence."""

    value: T | None = None
    #: the text before normalising
    raw: str | None = None
    confidence: Probability = 0.0
    #: ``confidence`` before calibration, where it was calibrated: what another calibration starts from
    uncalibrated: Probability | None = None
    #: index into ``pages``
    page: int | None = None
    box: Box | None = None
    #: the reader or knowledge that decided: tesseract, comb, handwriting, pdf_text, barcode, bordereau, reviewer...
    source: str | None = None
    blind: Blind[T] | None = None
    alternatives: tuple[Alternative[T], ...] = ()
    #: the whole distribution, for whoever weighs the entry against other papers; no part of the contract
    _ink: Ink | None = PrivateAttr(default=None)

    @property
    def ink(self) -> Ink | None:
        """What the ink may say, where the reader kept it."""
        return self._ink

    def with_ink(self, ink: Ink) -> Self:
        """Return the same field with what its ink may say."""
        copy = self.model_copy()
        copy._ink = ink  # noqa: SLF001 - the copy's own; pydantic has no other way to fill a private part
        return copy

    @property
    def is_empty(self) -> bool:
        """Whether the paper carries no entry here, as far as one can tell."""
        return self.value is None and self.confidence >= EMPTY_IS_LIKELIER

    @property
    def is_unread(self) -> bool:
        """Whether there is ink here that nobody could read."""
        return self.value is None and self.confidence < EMPTY_IS_LIKELIER


# Records cross process borders: pickle finds a generic's concrete class only where a module names it.
_CONCRETE = (Alternative[str], Alternative[bool], Blind[str], Blind[bool], Field[str], Field[bool])
