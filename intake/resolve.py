"""The lot as evidence: what a matched line, a tied prescription and the other forms say about each doubtful entry.

Every entry is weighed against the *readings* of the other papers, never against a value already changed by them, so
that no doubt is argued away in a circle.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from intake.arithmetic import reckoned
from intake.calendar import dated
from intake.common import CommonValue
from intake.differences import compared_entries, differences
from intake.evidence import ON_THE_INK, Same, supported
from intake.insured import insured_names, name_left_empty
from intake.knowledge import EVERYTHING, Knowledge
from intake.likeness import same_text
from intake.lot import Lot
from intake.matching import weigh
from intake.stamps import with_common_stamp
from schemas.batch import Match
from schemas.field import Field
from schemas.invoice import Invoice
from schemas.prescription import Prescription

#: Share of true pairs that really differ on an entry (``intake.matching``); a number by construction never.
_TRUE_DIFFERENCE: Final = 0.02
_NUMBER_DIFFERENCE: Final = 0.0002
#: A form of another provider is a locum's, one in a hundred; all invoices of a lot go to one organisme (domain.md 3.2,
#: I6 and I7). But that other number is another one throughout: one in five looks at all like a slip of the lot's.
_OTHER_PROVIDER: Final = 0.002
_OTHER_ORGANISME: Final = 0.002
#: Of names that differ, the share that falls on one misspelling of the other paper's: hundreds of names exist, and what
#: misread ink seems to say is seldom one of them.
_NAME_ON_THE_INK: Final = 0.005
#: Log-likelihood ratio the *other* entries must give a pair before one of its entries is argued from the line.
_PAIR_IS_SURE: Final = 5.0
_REPEATED: Final = {
    "provider_number": _OTHER_PROVIDER,
    "provider_rpps": _OTHER_PROVIDER,
    "organisme_code": _OTHER_ORGANISME,
}


def resolve(lot: Lot, known: Knowledge = EVERYTHING) -> Lot:
    """Return the lot with its forms and prescriptions weighed against each other and against the bordereau.

    Each match learns the differences that are left and sure.

    Args:
        lot: matched.
        known: what may be used beside the ink.
    """
    invoices = list(lot.invoices)
    if Knowledge.PAPERS in known:
        for match in lot.matches:
            invoices[match.invoice] = _with_line(lot, match)
    if Knowledge.RULES in known:
        invoices = [dated(reckoned(lot, invoice)) for invoice in invoices]
    if Knowledge.PAPERS not in known:
        return with_differences(replace(lot, invoices=tuple(invoices)))
    invoices = with_common_stamp(_with_lot(lot, invoices))
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
        ink = _NAME_ON_THE_INK if entry == "insured_name" else ON_THE_INK
        found = supported(written, printed, source="bordereau", true_difference=difference, same=equal, on_the_ink=ink)
        changed[names.get(entry, entry)] = found
    resolved = invoice.model_copy(update=changed)
    name_of_insured = name_left_empty(resolved, line, at_least=lot.thresholds.evidence)
    return resolved.model_copy(update={"insured_name": name_of_insured})


def _with_lot(lot: Lot, invoices: Sequence[Invoice]) -> list[Invoice]:
    """Weigh what the lot's papers share against each other's readings."""
    changed: list[dict[str, Field[str]]] = [{} for _ in invoices]
    for name, difference in _REPEATED.items():
        readings = [getattr(invoice, name) for invoice in lot.invoices]
        printed = getattr(lot.bordereau, name, None)
        common = CommonValue([*readings, printed] if printed is not None else readings)
        for index, invoice in enumerate(invoices):
            told, source = common.told_by_others(index), "lot"
            if printed is not None and (told is None or told.confidence < printed.confidence):
                told, source = printed, "bordereau"  # of few forms, the header alone speaks for the lot
            if told is not None:
                own = getattr(invoice, name)
                changed[index][name] = supported(own, told, source=source, true_difference=difference)
    return [invoice.model_copy(update=update) for invoice, update in zip(invoices, changed, strict=True)]


def _with_prescription(invoice: Invoice, piece: Prescription) -> Invoice:
    pairs: Sequence[tuple[str, Field[str], Callable[[str, str], bool]]] = (
        ("prescriber_rpps", piece.prescriber_rpps, str.__eq__),
        ("prescription_date", piece.date, str.__eq__),
        ("patient_name", piece.patient_name, same_text),
    )
    return invoice.model_copy(
        update={
            name: _told(getattr(invoice, name), other, name, source="prescription", same=same)
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
            name: _told(getattr(piece, name), other, name, source="feuille", same=same) for name, other, same in pairs
        }
    )


def _told(entry: Field[str], other: Field[str], name: str, *, source: str, same: Same) -> Field[str]:
    ink = _NAME_ON_THE_INK if name.endswith("_name") else ON_THE_INK
    return supported(entry, other, source=source, true_difference=_TRUE_DIFFERENCE, same=same, on_the_ink=ink)
