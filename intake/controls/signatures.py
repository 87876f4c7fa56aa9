"""Controls of the three signatures."""

from collections.abc import Iterator

from intake.controls.control import Finding, flag
from intake.lot import Lot
from schemas.field import EMPTY_IS_LIKELIER, Field
from schemas.flag import Severity


def missing_provider_signature(lot: Lot) -> Iterator[Finding]:
    """The box of the auxiliaire médical bears no signature."""
    for index, invoice in lot.originals():
        entry = invoice.provider_signature
        if is_unsigned(entry):
            message = "la signature de l'auxiliaire médical manque"
            code = "missing_provider_signature"
            score = entry.confidence
            yield flag(code, Severity.BLOCKING, message, entry, field="provider_signature", invoice=index, score=score)


def missing_patient_signature(lot: Lot) -> Iterator[Finding]:
    """The box of the insured bears no signature, and no inability to sign is ticked."""
    for index, invoice in lot.originals():
        entry = invoice.patient_signature
        if is_unsigned(entry) and invoice.unable_to_sign.value is False:
            message = "la signature de l'assuré(e) manque, l'impossibilité de signer n'est pas cochée"
            code = "missing_patient_signature"
            score = entry.confidence
            yield flag(code, Severity.BLOCKING, message, entry, field="patient_signature", invoice=index, score=score)


def missing_prescriber_signature(lot: Lot) -> Iterator[Finding]:
    """A prescription is not signed."""
    for piece in lot.prescriptions:
        entry = piece.prescriber_signature
        if is_unsigned(entry):
            yield flag(
                "missing_prescriber_signature",
                Severity.BLOCKING,
                "la prescription n'est pas signée",
                entry,
                field="prescriber_signature",
                invoice=piece.invoice,
                line=piece.line,
                page=min(piece.pages),
                score=entry.confidence,
            )


def signature_and_unable(lot: Lot) -> Iterator[Finding]:
    """The patient has signed although the box says that they cannot."""
    for index, invoice in lot.originals():
        if lot.sure(invoice.patient_signature) and lot.sure(invoice.unable_to_sign):
            message = "signature présente et impossibilité de signer cochée"
            entry = invoice.unable_to_sign
            yield flag("signature_and_unable", Severity.INFO, message, entry, field="unable_to_sign", invoice=index)


def stamp_without_signature(lot: Lot) -> Iterator[Finding]:
    """The auxiliaire médical has stamped the form and not signed it: a stamp alone is no signature."""
    for index, invoice in lot.originals():
        entry = invoice.provider_signature
        if is_unsigned(entry) and invoice.provider_stamp.value is not None:
            message = "cachet de l'auxiliaire médical présent, signature absente"
            code = "stamp_without_signature"
            yield flag(code, Severity.INFO, message, entry, field="provider_signature", invoice=index)


def is_unsigned(entry: Field[bool]) -> bool:
    """Whether a signature's box is likelier empty than signed; a box that was not looked at says nothing."""
    return entry.value is False and entry.confidence >= EMPTY_IS_LIKELIER
