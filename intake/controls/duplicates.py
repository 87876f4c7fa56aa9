"""The control of duplicates: in this lot, on its bordereau, or in an earlier lot."""

from collections.abc import Iterator
from typing import Final

from intake.controls.control import Finding, flag
from intake.controls.pieces import repeated_lines
from intake.insured import insured_entries
from intake.likeness import bare_number
from intake.lot import Lot
from schemas.flag import Severity
from schemas.identifiers.nir import BODY_LENGTH
from schemas.invoice import Invoice

_CODE: Final = "duplicate_invoice"


def duplicate_invoice(lot: Lot) -> Iterator[Finding]:
    """The invoice was seen before: the later copy is told, the first stays as it is."""
    for later, first in sorted(lot.copies.items()):
        invoice = lot.invoices[later]
        message = f"même facture que la feuille {first + 1} du lot"
        yield flag(_CODE, Severity.BLOCKING, message, invoice.invoice_number, field="invoice_number", invoice=later)
    for row in repeated_lines(lot):
        entry = lot.lines[row].invoice_number
        message = "numéro de facture déjà porté sur une ligne précédente"
        yield flag(_CODE, Severity.BLOCKING, message, entry, field=f"lines.{row}.invoice_number", line=row)
    for index, invoice in lot.originals():
        if _is_seen(lot, invoice):
            message = "facture déjà reçue dans un lot précédent"
            entry = invoice.invoice_number
            yield flag(_CODE, Severity.BLOCKING, message, entry, field="invoice_number", invoice=index)


def _is_seen(lot: Lot, invoice: Invoice) -> bool:
    number, provider = lot.sure(invoice.invoice_number), lot.sure(invoice.provider_number)
    nir = lot.sure(insured_entries(invoice)[0])
    return any(
        number is not None
        and bare_number(seen.invoice_number) == bare_number(number)
        and seen.provider_number == provider
        and (seen.nir is None or nir is None or seen.nir[:BODY_LENGTH] == nir[:BODY_LENGTH])
        for seen in lot.seen_invoices
    )
