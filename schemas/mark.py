"""Marks: what a pen, a correction fluid or a stamp left beside the plain entries."""

from enum import StrEnum
from typing import NamedTuple, Self

from pydantic import PrivateAttr

from schemas.field import Probability
from schemas.geometry import Box
from schemas.model import Record


class MarkKind(StrEnum):
    """The contract's kinds of an erasure."""

    STRIKE = "strike"
    OVERWRITE = "overwrite"
    FLUID = "fluid"
    TAPE = "tape"
    SCRATCH = "scratch"


class Mask(NamedTuple):
    """Which points of a page are the mark, as its detector saw them: at any resolution, a few hundred bytes."""

    #: what the picture covers, in the contract's frame
    box: Box
    #: one-channel PNG stretched over ``box``: 255 on the mark, 0 beside it
    png: bytes


class Masked(Record):
    """What may keep which points of its page it is about, for the evidence; no part of the contract."""

    _mask: Mask | None = PrivateAttr(default=None)

    @property
    def mask(self) -> Mask | None:
        """Its own points, where its detector kept them."""
        return self._mask

    def with_mask(self, mask: Mask | None) -> Self:
        """Return the same with its own points."""
        copy = self.model_copy()
        copy._mask = mask  # noqa: SLF001 - the copy's own; pydantic has no other way to fill a private part
        return copy


class Mark(Masked):
    """An erasure found on a page, and the entry it touches (None where it touches none)."""

    kind: MarkKind
    page: int
    box: Box
    score: Probability
    field: str | None = None


class Stamp(Record):
    """A stamp found on a page, whatever it says."""

    page: int
    box: Box
    score: Probability
    #: its ink as ``#rrggbb``, where the scan kept colour
    colour: str | None = None


class TwoInks(Record):
    """An entry written in two inks, for all a colour scan shows; ``box`` is the part in the second one."""

    page: int
    box: Box
    score: Probability
    field: str
    #: the two inks as ``#rrggbb``, the entry's first ink first
    colours: tuple[str, str]
