"""Marks: what a pen, a correction fluid or a stamp left beside the plain entries."""

from enum import StrEnum

from schemas.field import Probability
from schemas.geometry import Box
from schemas.model import Record


class MarkKind(StrEnum):
    """What the mark is. The first five are the contract's kinds of an erasure."""

    STRIKE = "strike"
    OVERWRITE = "overwrite"
    FLUID = "fluid"
    TAPE = "tape"
    SCRATCH = "scratch"


class Mark(Record):
    """An erasure found on a page, and the entry it touches (None where it touches none)."""

    kind: MarkKind
    page: int
    box: Box
    score: Probability
    field: str | None = None
