"""Who the insured of a form is: the patient, unless the form names another."""

from schemas.field import Field
from schemas.invoice import Invoice


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
