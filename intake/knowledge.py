"""What the program may use beside the ink, so that each idea can be left out and measured (``docs/ablation.md``)."""

from dataclasses import replace
from enum import Flag, auto
from typing import Final, TypeVar

from intake.lot import Lot
from schemas.field import Field
from schemas.model import Record

R = TypeVar("R", bound=Record)


class Knowledge(Flag):
    """Kinds of knowledge; all of them in service."""

    #: keys of numbers
    KEYS = auto()
    #: the form's own rules: tariffs, sums, order of dates, a series of the same act
    RULES = auto()
    #: the lot's other papers: bordereau, prescriptions, numbers that repeat on every form
    PAPERS = auto()
    #: the writer's hand, learnt in the lot
    HAND = auto()


EVERYTHING: Final = Knowledge.KEYS | Knowledge.RULES | Knowledge.PAPERS | Knowledge.HAND


def by_eye(lot: Lot) -> Lot:
    """Return a grouped lot with every form as the ink alone says: the likeliest string of the right form, key or no."""
    invoices = tuple(
        _seen(invoice).model_copy(update={"acts": tuple(_seen(act) for act in invoice.acts)})
        for invoice in lot.invoices
    )
    return replace(lot, invoices=invoices)


def _seen(record: R) -> R:
    entries = {name: getattr(record, name) for name in type(record).model_fields}
    changed = {name: _read(entry) for name, entry in entries.items() if isinstance(entry, Field) and entry.ink}
    return record.model_copy(update=changed)


def _read(entry: Field[str]) -> Field[str]:
    if entry.ink is None or not entry.ink.listed or entry.value is None:
        return entry
    value, share = entry.ink.listed[0]
    return entry.model_copy(update={"value": value, "confidence": min(share, 1.0)})
