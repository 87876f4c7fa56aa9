"""The lot as evidence: what a matched line, a tied prescription and the other forms say about each doubtful entry.

Every entry is weighed against the *readings* of the other papers, never against a value already changed by them, so
that no doubt is argued away in a circle.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from intake.arithmetic import reckoned
from intake.differences import compared_entries, differences
from intake.evidence import Same, supported
from intake.insured import insured_names
from intake.likeness import same_text
from intake.lot import Lot
from intake.matching import weigh
from schemas.batch import Match
from schemas.field import EMPTY_IS_LIKELIER, Field
from schemas.invoice import Invoice
from schemas.prescription import Prescription

#: Share of true pairs that really differ on an entry (``intake.matching``); a number by construction never.
_TRUE_DIFFERENCE: Final = 0.02
_NUMBER_DIFFERENCE: Final = 0.0002
#: A form of another provider in a lot is a locum's; caisses differ where patients moved.
_OTHER_PROVIDER: Final = 0.01
_OTHER_ORGANISME: Final = 0.05
#: Log-likelihood ratio the *other* entries must give a pair before one of its entries is argued from the line.
_PAIR_IS_SURE: Final = 5.0
#: Forms that must agree before the lot has an opinion on a provider's number.
_WITNESSES: Final = 2
_REPEATED: Final[tuple[tuple[str, float, Same], ...]] = (
    ("provider_number", _OTHER_PROVIDER, str.__eq__),
    ("provider_rpps", _OTHER_PROVIDER, str.__eq__),
    ("organisme_code", _OTHER_ORGANISME, str.__eq__),
)


def resolve(lot: Lot) -> Lot:
    """Return the lot with its forms and prescriptions weighed against each other and against the bordereau.

    Each match learns the differences that are left and sure.
    """
    invoices = list(lot.invoices)
    for match in lot.matches:
        invoices[match.invoice] = _with_line(lot, match)
    invoices = [reckoned(lot, invoice) for invoice in invoices]
    invoices = [_with_lot(lot, i, invoice) for i, invoice in enumerate(invoices)]
    for index, pieces in lot.prescriptions_of.items():
        if len(pieces) == 1:
            invoices[index] = _with_prescription(invoices[index], lot.prescriptions[pieces[0]])
    prescriptions = [
        _with_form(piece, lot.invoices[piece.invoices[0]]) if len(piece.invoices) == 1 else piece
        for piece in lot.prescriptions
    ]
    return with_differences(replace(lot, invoices=tuple(invoices), prescriptions=tuple(prescriptions)))


def with_differences(lot: Lot) -> Lot:
    """Return the lot with the differences of each match, as far as both readings are sure."""
    at_least = lot.thresholds.evidence
    matches = tuple(
        m.model_copy(update={"differences": differences(lot.lines[m.line], lot.invoices[m.invoice], at_least=at_least)})
        for m in lot.matches
    )
    return replace(lot, matches=matches)


def _with_line(lot: Lot, match: Match) -> Invoice:
    line, invoice = lot.lines[match.line], lot.invoices[match.invoice]
    nir, name = insured_names(invoice)
    names = {"insured_nir": nir, "insured_name": name, "beneficiary_birth_date": "patient_birth_date"}
    changed: dict[str, Field[str]] = {}
    for entry, printed, written, same in compared_entries(line, invoice):
        if weigh(line, invoice, but=entry) < _PAIR_IS_SURE:
            continue  # nothing but this very entry says that the two belong together
        difference = _NUMBER_DIFFERENCE if entry == "invoice_number" else _TRUE_DIFFERENCE
        # The form's own spelling counts: "the same name" is not the same text.
        equal = same_text if entry == "insured_name" else same
        found = supported(written, printed, source="bordereau", true_difference=difference, same=equal)
        changed[names.get(entry, entry)] = found
    return invoice.model_copy(update=changed)


def _with_lot(lot: Lot, index: int, invoice: Invoice) -> Invoice:
    changed: dict[str, Field[str]] = {}
    for name, difference, same in _REPEATED:
        others = [getattr(other, name) for i, other in enumerate(lot.invoices) if i != index]
        if lot.bordereau is not None and name != "provider_rpps":
            others.append(getattr(lot.bordereau, name))
        common = _common(others, same)
        if common is not None:
            own = getattr(invoice, name)
            changed[name] = supported(own, common, source="lot", true_difference=difference, same=same)
    return invoice.model_copy(update=changed)


def _with_prescription(invoice: Invoice, piece: Prescription) -> Invoice:
    pairs: Sequence[tuple[str, Field[str], Callable[[str, str], bool]]] = (
        ("prescriber_rpps", piece.prescriber_rpps, str.__eq__),
        ("prescription_date", piece.date, str.__eq__),
        ("patient_name", piece.patient_name, same_text),
    )
    return invoice.model_copy(
        update={
            name: supported(
                getattr(invoice, name), other, source="prescription", true_difference=_TRUE_DIFFERENCE, same=same
            )
            for name, other, same in pairs
        }
    )


def _with_form(piece: Prescription, form: Invoice) -> Prescription:
    pairs: Sequence[tuple[str, Field[str], Same]] = (
        ("prescriber_rpps", form.prescriber_rpps, str.__eq__),
        ("date", form.prescription_date, str.__eq__),
        ("patient_name", form.patient_name, same_text),
    )
    return piece.model_copy(
        update={
            name: supported(getattr(piece, name), other, source="feuille", true_difference=_TRUE_DIFFERENCE, same=same)
            for name, other, same in pairs
        }
    )


def _common(readings: Sequence[Field[str]], same: Same) -> Field[str] | None:
    """Return the value most papers of the lot bear, as sure as its surest reading, if enough of them bear it."""
    read = [r for r in readings if r.value is not None and r.confidence >= EMPTY_IS_LIKELIER]
    votes = [(sum(r.confidence for r in read if same(str(r.value), str(own.value))), own) for own in read]
    if not votes:
        return None
    weight, _ = max(votes, key=lambda v: v[0])
    bearers = [own for w, own in votes if w == weight]
    if len(bearers) < _WITNESSES or 2 * weight <= sum(r.confidence for r in read):
        return None
    return max(bearers, key=lambda r: r.confidence)
