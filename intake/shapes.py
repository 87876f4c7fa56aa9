"""The border between readers and logic: a value that is not of the contract's shape is no value.

Everything behind it may reckon with amounts, kilometres and coefficients without asking again.
"""

import re
from typing import Final

from schemas.bordereau import Bordereau
from schemas.field import Field
from schemas.invoice import Invoice
from schemas.model import Record

_AMOUNT: Final = re.compile(r"\d{1,7}\.\d\d")
_SHAPES: Final = {
    **dict.fromkeys(("total_amount", "amount_amo", "amount_amc", "fee", "travel_flat", "travel_km_amount"), _AMOUNT),
    "travel_km": re.compile(r"\d{1,4}"),
    "coefficient": re.compile(r"\d{1,3}(?:\.\d{1,3})?"),
}


def invoice_in_shape(invoice: Invoice) -> Invoice:
    """Return *invoice* with every number that is none turned into ink unread."""
    acts = tuple(act.model_copy(update=_mended(act)) for act in invoice.acts)
    return invoice.model_copy(update={**_mended(invoice), "acts": acts})


def bordereau_in_shape(bordereau: Bordereau) -> Bordereau:
    """Return *bordereau* with every number that is none turned into ink unread."""
    lines = tuple(line.model_copy(update=_mended(line)) for line in bordereau.lines)
    return bordereau.model_copy(update={**_mended(bordereau), "lines": lines})


def _mended(record: Record) -> dict[str, Field[str]]:
    entries = {name: getattr(record, name) for name in type(record).model_fields if name in _SHAPES}
    return {name: _in_shape(entry, _SHAPES[name]) for name, entry in entries.items()}


def _in_shape(entry: Field[str], shape: re.Pattern[str]) -> Field[str]:
    alternatives = tuple(a for a in entry.alternatives if shape.fullmatch(a.value))
    if entry.value is None or shape.fullmatch(entry.value):
        return entry.model_copy(update={"alternatives": alternatives})
    unread = {"value": None, "confidence": 0.0, "raw": entry.raw or entry.value}
    return entry.model_copy(update={**unread, "alternatives": alternatives})
