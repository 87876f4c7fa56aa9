"""The border between readers and logic: a value that is not of the contract's shape is no value.

Everything behind it may reckon with amounts, kilometres and coefficients without asking again, and meets no row of acts
that is only a scanner's streak.
"""

import re
from collections.abc import Sequence
from typing import Final, TypeVar

from schemas.bordereau import Bordereau
from schemas.field import Field
from schemas.invoice import ACT_CELLS, Act, Invoice
from schemas.mark import Mark, TwoInks
from schemas.model import Record

_AMOUNT: Final = re.compile(r"\d{1,7}\.\d\d")
_SHAPES: Final = {
    **dict.fromkeys(("total_amount", "amount_amo", "amount_amc", "fee", "travel_flat", "travel_km_amount"), _AMOUNT),
    "travel_km": re.compile(r"\d{1,4}"),
    "coefficient": re.compile(r"\d{1,3}(?:\.\d{1,3})?"),
}

#: Cells that make a row an act even where nothing else of it could be read.
_MAKES_AN_ACT: Final = frozenset({"code", "fee"})
#: Streaks through a column were read as a figure 1 with up to 0.93 (57 rows of eight forms).
_SURE: Final = 0.98
_Found = TypeVar("_Found", Mark, TwoInks)


def invoice_in_shape(invoice: Invoice) -> Invoice:
    """Return *invoice* with every number that is none turned into ink unread, and without rows that hold no act."""
    acts = tuple(act.model_copy(update=_mended(act)) for act in invoice.acts)
    kept = [row for row, act in enumerate(acts) if not _is_stray(act)]
    marks = tuple(mark for mark in (_moved(mark, kept) for mark in invoice.marks) if mark is not None)
    inks = tuple(one for one in (_moved(one, kept) for one in invoice.two_inks) if one is not None)
    kept_acts = tuple(acts[row] for row in kept)
    return invoice.model_copy(update={**_mended(invoice), "acts": kept_acts, "marks": marks, "two_inks": inks})


def bordereau_in_shape(bordereau: Bordereau) -> Bordereau:
    """Return *bordereau* with every number that is none turned into ink unread."""
    lines = tuple(line.model_copy(update=_mended(line)) for line in bordereau.lines)
    return bordereau.model_copy(update={**_mended(bordereau), "lines": lines})


def _is_stray(act: Act) -> bool:
    """Whether a row is a streak, a fold or a blot, not an act: ink in one cell alone, neither its code nor its fee.

    What makes an act is a code and a fee; an act that lost both would leave the form's total short, which is told.
    """
    inked = [name for name in ACT_CELLS if not getattr(act, name).is_empty]
    return len(inked) <= 1 and not any(name in _MAKES_AN_ACT or _is_sure(getattr(act, name)) for name in inked)


def _is_sure(entry: Field[str]) -> bool:
    return entry.value is not None and entry.confidence >= _SURE


def _moved(mark: _Found, kept: Sequence[int]) -> _Found | None:
    """Return *mark* on its row's new place; None where its row went."""
    parts: list[str] = (mark.field or "").split(".")
    if parts[0] != "acts":
        return mark
    if int(parts[1]) not in kept:
        return None
    return mark.model_copy(update={"field": ".".join(["acts", str(kept.index(int(parts[1]))), *parts[2:]])})


def _mended(record: Record) -> dict[str, Field[str]]:
    entries = {name: getattr(record, name) for name in type(record).model_fields if name in _SHAPES}
    return {name: _in_shape(entry, _SHAPES[name]) for name, entry in entries.items()}


def _in_shape(entry: Field[str], shape: re.Pattern[str]) -> Field[str]:
    alternatives = tuple(a for a in entry.alternatives if shape.fullmatch(a.value))
    if entry.value is None or shape.fullmatch(entry.value):
        return entry.model_copy(update={"alternatives": alternatives})
    unread = {"value": None, "confidence": 0.0, "raw": entry.raw or entry.value}
    return entry.model_copy(update={**unread, "alternatives": alternatives})
