"""What kind of entry a field is, for its calibration: a NIR on a form errs otherwise than a printed total.

A kind is a path: the paper, the sort of entry, and what was read there (``form/nir/filled``, ``form/tick/clear``).
Everything it is told from lies in the result itself, never in a truth.
"""

from collections.abc import Iterator
from typing import Any, Final

from schemas.field import EMPTY_IS_LIKELIER, Field
from schemas.invoice import ACT_CELLS, SIGNATURES, TICKS, Invoice

#: Entries of each paper by the sort of thing they hold. Entries of one sort are read and judged alike.
_SORTS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "form": {
        "nir": ("patient_nir", "insured_nir"),
        "birth_date": ("patient_birth_date",),
        "form_date": ("form_date",),
        "prescription_date": ("prescription_date",),
        "other_date": ("prior_agreement_date", "maternity_date", "third_party_date"),
        "rpps": ("provider_rpps", "prescriber_rpps", "substitute_rpps"),
        "number": ("provider_number", "prescriber_number", "work_accident_number"),
        "invoice_number": ("invoice_number",),
        "organisme_code": ("organisme_code",),
        "patient_name": ("patient_name", "insured_name"),
        "other_name": ("prescriber_name", "substitute_name"),
        "address": ("insured_address",),
        "stamp": ("provider_stamp",),
        "tick": TICKS,
        "signature": SIGNATURES,
        "act_date": ("acts.date",),
        "act_code": ("acts.code",),
        "coefficient": ("acts.coefficient",),
        "surcharge": ("acts.surcharge",),
        "fee": ("acts.fee",),
        "travel_amount": ("acts.travel_flat", "acts.travel_km_amount"),
        "km": ("acts.travel_km",),
        "total": ("total_amount",),
    },
    "line": {
        "invoice_number": ("invoice_number",),
        "nir": ("insured_nir",),
        "name": ("insured_name",),
        "birth_date": ("beneficiary_birth_date",),
        "amount": ("total_amount", "amount_amo", "amount_amc"),
    },
    "bordereau": {
        "number": ("provider_number", "lot_number", "organisme_code"),
        "name": ("provider_name", "payee_type"),
        "date": ("lot_date",),
        "amount": ("total_amount", "amount_amo", "amount_amc"),
    },
    "prescription": {
        "rpps": ("prescriber_rpps",),
        "name": ("prescriber_name", "patient_name"),
        "date": ("date",),
        "text": ("text",),
        "signature": ("prescriber_signature",),
    },
}
_SORT_OF: Final = {
    (paper, name): f"{paper}/{sort}"
    for paper, sorts in _SORTS.items()
    for sort, names in sorts.items()
    for name in names
}
#: Entries of each paper that are calibrated, acts as ``acts.date``.
NAMES: Final = {paper: tuple(name for p, name in _SORT_OF if p == paper) for paper in _SORTS}
SORTS: Final = tuple(dict.fromkeys(_SORT_OF.values()))


def sort_of(paper: str, name: str) -> str:
    """Return the sort of an entry: ``form/nir`` of a form's ``patient_nir``; an act's cell is ``acts.fee``."""
    return _SORT_OF[paper, name]


def state_of(value: object, raw: float) -> str:
    """Return what was read: a text, nothing on the paper, nothing readable, a mark, no mark.

    Args:
        value: as read.
        raw: its confidence before calibration; it tells "empty" from "not read".
    """
    if value is None:
        return "empty" if raw >= EMPTY_IS_LIKELIER else "unread"
    if isinstance(value, bool):
        return "ticked" if value else "clear"
    return "filled"


def form_entries(invoice: Invoice) -> Iterator[tuple[str, Field[Any]]]:
    """Yield every entry of a form by name, acts as ``acts.date`` row after row."""
    yield from ((name, getattr(invoice, name)) for name in NAMES["form"] if not name.startswith("acts."))
    for act in invoice.acts:
        yield from ((f"acts.{cell}", getattr(act, cell)) for cell in ACT_CELLS)
