"""Who the insured of a form is: the patient, unless the form names another."""

from typing import Final

from intake.likeness import SAME_NAME, name_likeness
from schemas.bordereau import Line
from schemas.field import Blind, Field
from schemas.invoice import Invoice

#: The insured's name stands on a form beside the NIR or not at all; with the NIR surely left out, what gives no letter
#: in its place is dust, dots of the tint or a rule: of 28 such entries of 200 lots (seed 777001) none bore a name.
_LEFT_EMPTY: Final = 0.97


def has_other_insured(invoice: Invoice) -> bool:
    """Whether the form names an insured who is not the patient."""
    return invoice.insured_name.value is not None or invoice.insured_nir.value is not None


def insured_entries(invoice: Invoice) -> tuple[Field[str], Field[str]]:
    """Return the NIR and the name a line's insured is compared with: the patient's where the patient is the insured."""
    names = insured_names(invoice)
    return getattr(invoice, names[0]), getattr(invoice, names[1])


def insured_names(invoice: Invoice) -> tuple[str, str]:
    """Return the names of these two entries, as flags call them."""
    who = "insured" if has_other_insured(invoice) else "patient"
    return f"{who}_nir", f"{who}_name"


def name_left_empty(invoice: Invoice, line: Line, *, at_least: float) -> Field[str]:
    """Return the insured's name, as empty where specks stand in its place and the line says the patient is the insured.

    Args:
        invoice: as read.
        line: its own, of the bordereau.
        at_least: probability each of the readings that say so must have.
    """
    entry = invoice.insured_name
    if entry.value is not None or entry.confidence >= _LEFT_EMPTY or any(c.isalnum() for c in entry.raw or ""):
        return entry
    nir, written = line.insured_nir, invoice.patient_nir
    named, patient = line.insured_name.value, invoice.patient_name.value
    is_patient = (
        nir.value is not None
        and nir.value == written.value
        and min(nir.confidence, written.confidence) >= at_least
        and name_likeness(named or "", patient or "") >= SAME_NAME
    )
    no_nir = invoice.insured_nir.value is None and invoice.insured_nir.confidence >= at_least
    if not (is_patient and no_nir):
        return entry
    blind = Blind[str](value=None, confidence=entry.confidence)
    return entry.model_copy(update={"confidence": _LEFT_EMPTY, "source": "bordereau", "blind": blind})
