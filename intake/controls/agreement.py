"""Controls that papers agree with each other: line and form, form and prescription, form and bordereau's header."""

from collections.abc import Iterator
from typing import Final

from intake.controls.control import Finding, flag
from intake.insured import has_other_insured, insured_names
from intake.likeness import OTHER_NAME, name_likeness
from intake.lot import Lot, as_day
from schemas.field import Field
from schemas.flag import Severity
from schemas.identifiers.nir import birth_month, is_nir
from schemas.identifiers.organisme import same_organisme
from schemas.invoice import Invoice
from schemas.prescription import Prescription

_SEVERITY: Final = {
    "insured_nir": Severity.BLOCKING,
    "total_amount": Severity.BLOCKING,
    "invoice_number": Severity.CHECK,
    "insured_name": Severity.CHECK,
    "beneficiary_birth_date": Severity.CHECK,
}
_LABEL: Final = {
    "insured_nir": "numéro d'immatriculation",
    "total_amount": "montant total",
    "invoice_number": "numéro de facture",
    "insured_name": "nom de l'assuré(e)",
    "beneficiary_birth_date": "date de naissance",
}


def mismatch(lot: Lot) -> Iterator[Finding]:
    """A line and its form disagree on an entry both carry, each surely read."""
    for match in lot.matches:
        invoice = lot.invoices[match.invoice]
        nir, name = insured_names(invoice)
        on_form = {"insured_nir": nir, "insured_name": name, "beneficiary_birth_date": "patient_birth_date"}
        for difference in match.differences:
            entry: Field[str] = getattr(invoice, on_form.get(difference.field, difference.field))
            label = _LABEL[difference.field]
            if difference.field == "total_amount":  # an amount is no identity
                message = f"{label} : {difference.line_value} au bordereau, {difference.invoice_value} sur la feuille"
            else:
                message = f"{label} différent entre le bordereau et la feuille de soins"
            severity = _SEVERITY[difference.field]
            yield flag(
                "mismatch", severity, message, entry, field=difference.field, invoice=match.invoice, line=match.line
            )


def patient_mismatch(lot: Lot) -> Iterator[Finding]:
    """A prescription bears another name than the form it is tied to."""
    for invoice, piece in _pairs(lot):
        one, other = lot.sure(lot.invoices[invoice].patient_name), lot.sure(piece.patient_name)
        if one is not None and other is not None and name_likeness(one, other) < OTHER_NAME:
            message = "le patient de la prescription n'est pas celui de la feuille de soins"
            yield flag(
                "patient_mismatch", Severity.INFO, message, piece.patient_name, field="patient_name", invoice=invoice
            )


def prescriber_mismatch(lot: Lot) -> Iterator[Finding]:
    """A prescription bears another RPPS number than the form it is tied to."""
    for invoice, piece in _pairs(lot):
        one, other = lot.sure(lot.invoices[invoice].prescriber_rpps), lot.sure(piece.prescriber_rpps)
        if one is not None and other is not None and one != other:
            message = "le prescripteur de la prescription n'est pas celui de la feuille de soins"
            entry = piece.prescriber_rpps
            yield flag("prescriber_mismatch", Severity.INFO, message, entry, field="prescriber_rpps", invoice=invoice)


def prescription_date_mismatch(lot: Lot) -> Iterator[Finding]:
    """A prescription bears another date than the form it is tied to."""
    for invoice, piece in _pairs(lot):
        one, other = lot.sure(lot.invoices[invoice].prescription_date), lot.sure(piece.date)
        if one is not None and other is not None and one != other:
            message = "la date de la prescription n'est pas celle portée sur la feuille de soins"
            yield flag("prescription_date_mismatch", Severity.INFO, message, piece.date, field="date", invoice=invoice)


def provider_mismatch(lot: Lot) -> Iterator[Finding]:
    """A form bears another provider number than the bordereau, and no locum is named."""
    listed = lot.sure(lot.bordereau.provider_number) if lot.bordereau else None
    for index, invoice in lot.originals():
        number = lot.sure(invoice.provider_number)
        if None not in (listed, number) and listed != number and invoice.substitute_name.is_empty:
            message = "le numéro du professionnel n'est pas celui du bordereau"
            entry = invoice.provider_number
            yield flag("provider_mismatch", Severity.INFO, message, entry, field="provider_number", invoice=index)


def organisme_mismatch(lot: Lot) -> Iterator[Finding]:
    """A form goes to another organisme than the bordereau: all lines of a lot go to one."""
    listed = lot.sure(lot.bordereau.organisme_code) if lot.bordereau else None
    for index, invoice in lot.originals():
        code = lot.sure(invoice.organisme_code)
        if listed is not None and code is not None and not same_organisme(listed, code):
            message = "l'organisme n'est pas celui du bordereau"
            entry = invoice.organisme_code
            yield flag("organisme_mismatch", Severity.INFO, message, entry, field="organisme_code", invoice=index)


def birth_nir_mismatch(lot: Lot) -> Iterator[Finding]:
    """Year and month of the patient's own NIR are not those of the birth date."""
    for index, invoice in lot.originals():
        nir, day = lot.sure(invoice.patient_nir), as_day(lot.sure(invoice.patient_birth_date))
        if nir is None or day is None or not is_nir(nir) or has_other_insured(invoice):
            continue  # a child's form may bear the insured's number
        month = birth_month(nir)
        if month is not None and month != (day.year % 100, day.month):
            message = "la date de naissance ne correspond pas au numéro d'immatriculation"
            entry = invoice.patient_birth_date
            yield flag("birth_nir_mismatch", Severity.INFO, message, entry, field="patient_birth_date", invoice=index)


def redundant_insured(lot: Lot) -> Iterator[Finding]:
    """The insured's block repeats the patient."""
    for index, invoice in lot.originals():
        if _same(lot, invoice):
            message = "le bloc assuré répète l'identité du patient"
            entry = invoice.insured_name
            yield flag("redundant_insured", Severity.INFO, message, entry, field="insured_name", invoice=index)


def _same(lot: Lot, invoice: Invoice) -> bool:
    patient, insured = lot.sure(invoice.patient_nir), lot.sure(invoice.insured_nir)
    names = lot.sure(invoice.patient_name), lot.sure(invoice.insured_name)
    return patient is not None and patient == insured and names[0] is not None and names[0] == names[1]


def _pairs(lot: Lot) -> Iterator[tuple[int, Prescription]]:
    for invoice, pieces in sorted(lot.prescriptions_of.items()):
        yield from ((invoice, lot.prescriptions[p]) for p in pieces)
