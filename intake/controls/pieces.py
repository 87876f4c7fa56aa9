"""Controls that every piece a flow needs is in the lot, and that every form is listed."""

from collections.abc import Iterator
from typing import Final

from intake.controls.control import Finding, flag
from intake.insured import insured_entries
from intake.lot import HeldPiece, Lot
from schemas.batch import Flow, NotChecked
from schemas.field import Field
from schemas.flag import Flag, Severity
from schemas.identifiers.nir import BODY_LENGTH
from schemas.page import PageKind
from schemas.prescription import Attachment, Prescription

_MESSAGES: Final = {
    "missing_prescription": "aucune prescription n'accompagne cette facture",
    "missing_prior_agreement": "une date d'accord préalable est portée, la demande n'est pas jointe",
    "missing_rights_certificate": "flux dégradé : l'attestation de droits n'est pas jointe",
}


def missing_bordereau(lot: Lot) -> Iterator[Finding]:
    """The lot holds no bordereau."""
    if lot.bordereau is None and (lot.invoices or lot.prescriptions or lot.attachments):
        yield flag("missing_bordereau", Severity.BLOCKING, "le lot ne contient pas de bordereau récapitulatif")


def missing_invoice(lot: Lot) -> Iterator[Finding]:
    """A line that expects a form has none; one whose flow alone could not be read may be secure and expect none."""
    repeated = set(repeated_lines(lot))
    prints_flows = any(line.flow is not None for line in lot.lines)
    for row, line in enumerate(lot.lines):
        if lot.flow is None and prints_flows and line.flow is None:
            continue
        if row not in lot.invoice_of and row not in repeated and lot.expects_form(row):
            message = "aucune feuille de soins du lot ne correspond à cette ligne"
            yield flag("missing_invoice", Severity.BLOCKING, message, line.invoice_number, line=row)


def unlisted_invoice(lot: Lot) -> Iterator[Finding]:
    """A form has no line, and enough of it was read to be sure of that."""
    if lot.bordereau is None:
        return
    for index, invoice in lot.originals():
        if index in lot.line_of:
            continue
        if index in lot.unidentified:
            reason = "trop peu de champs lus pour dire si une ligne lui correspond"
            yield NotChecked(control="unlisted_invoice", invoice=index, reason=reason)
            continue
        message = "cette feuille de soins ne figure pas sur le bordereau"
        page = min(invoice.pages, default=None)
        yield flag(
            "unlisted_invoice", Severity.BLOCKING, message, invoice.invoice_number,
            field="invoice_number", invoice=index, page=page,
        )  # fmt: skip


def missing_prescription(lot: Lot) -> Iterator[Finding]:
    """An invoice, or a line without a form, has no prescription in the lot nor one held from an earlier one."""
    code = "missing_prescription"
    loose = [p for p in lot.prescriptions if not p.invoices and p.line is None]
    nameless = any(lot.sure(p.patient_name) is None for p in loose)
    for index, invoice in lot.originals():
        if index in lot.prescriptions_of:
            continue
        if nameless:
            reason = "une prescription du lot n'a pu être rattachée à personne"
            yield NotChecked(control=code, invoice=index, reason=reason)
        else:
            day = invoice.prescription_date.value
            yield _missing(lot, code, Severity.BLOCKING, insured_entries(invoice)[0], index, prescription_date=day)
    served = {p.line for p in lot.prescriptions}
    for row, line in enumerate(lot.lines):
        # A line names the insured, not the patient: a prescription left over may be this line's.
        if row not in lot.invoice_of and row not in served and not lot.expects_form(row) and not loose:
            held = _held(lot, code, line.insured_nir)
            if held is None:
                yield flag(code, Severity.BLOCKING, _MESSAGES[code], line.invoice_number, line=row)
            else:
                yield flag(code, Severity.INFO, _held_message(held), line.invoice_number, line=row)


def missing_prior_agreement(lot: Lot) -> Iterator[Finding]:
    """A form dates a prior agreement (or the request for it) that is not in the lot."""
    kinds = {PageKind.PRIOR_AGREEMENT}
    for index, invoice in lot.originals():
        if lot.sure(invoice.prior_agreement_date) is not None:
            nir = insured_entries(invoice)[0]
            yield from _attachment(lot, "missing_prior_agreement", kinds, nir, index)


def missing_rights_certificate(lot: Lot) -> Iterator[Finding]:
    """In a flow known to be degraded, no certificate of rights comes with an invoice.

    Lines print their flow as a letter, and a worn P is read as a D: a few among P's make no degraded flow known.
    """
    printed = [line.flow for line in lot.lines]
    if lot.flow is None and printed.count(Flow.PAPER) >= max(printed.count(Flow.DEGRADED), 1):
        return
    for index, invoice in lot.originals():
        if lot.flow_of_invoice(index) is Flow.DEGRADED:
            nir = insured_entries(invoice)[0]
            yield from _attachment(lot, "missing_rights_certificate", {PageKind.RIGHTS_CERTIFICATE}, nir, index)


def orphan_piece(lot: Lot) -> Iterator[Finding]:
    """A prescription or attachment belongs to no invoice and no line."""
    pieces: list[Prescription | Attachment] = [*lot.prescriptions, *lot.attachments]
    for piece in pieces:
        if piece.invoice is None and piece.line is None:
            message = "cette pièce ne correspond à aucune facture du lot"
            yield flag("orphan_piece", Severity.INFO, message, page=min(piece.pages, default=None))


def repeated_lines(lot: Lot) -> Iterator[int]:
    """Yield the lines that repeat the invoice number of a line above them."""
    seen: set[str] = set()
    for row in range(len(lot.lines)):
        number = lot.line_number(row)
        if number is not None and number in seen:
            yield row
        seen |= {number} if number is not None else set()


def _attachment(lot: Lot, code: str, kinds: set[PageKind], nir: Field[str], invoice: int) -> Iterator[Finding]:
    pieces = [a for a in lot.attachments if a.kind in kinds]
    person = lot.invoices[invoice]
    if any(a.invoice == invoice or _same_person(lot, a.nir, person.insured_nir, person.patient_nir) for a in pieces):
        return
    if any(a.invoice is None and a.line is None for a in pieces):
        reason = "une pièce de cette nature n'a pu être rattachée à personne"
        yield NotChecked(control=code, invoice=invoice, reason=reason)
    else:
        yield _missing(lot, code, Severity.CHECK, nir, invoice)


def _same_person(lot: Lot, nir: Field[str], *others: Field[str]) -> bool:
    wanted = lot.sure(nir)
    return wanted is not None and any((lot.sure(o) or "")[:BODY_LENGTH] == wanted[:BODY_LENGTH] for o in others)


def _missing(
    lot: Lot, code: str, severity: Severity, nir: Field[str], invoice: int, *, prescription_date: str | None = None
) -> Flag:
    held = _held(lot, code, nir, prescription_date)
    page = min(lot.invoices[invoice].pages, default=None)
    if held is not None:
        return flag(code, Severity.INFO, _held_message(held), invoice=invoice, page=page)
    return flag(code, severity, _MESSAGES[code], invoice=invoice, page=page)


def _held(lot: Lot, code: str, nir: Field[str], prescription_date: str | None = None) -> HeldPiece | None:
    for piece in lot.held_pieces:
        same_day = piece.prescription_date is None or prescription_date in (None, piece.prescription_date)
        if piece.kind == code and nir.value and piece.nir[:BODY_LENGTH] == nir.value[:BODY_LENGTH] and same_day:
            return piece
    return None


def _held_message(held: HeldPiece) -> str:
    return f"pièce absente du lot, déjà détenue ({held.reference})"
