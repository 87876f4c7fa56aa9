"""Controls of single entries: present, and of the shape, key and calendar they must have."""

from collections.abc import Callable, Iterator
from typing import Final

from intake.controls.control import Finding, flag
from intake.insured import has_other_insured
from intake.lot import Lot, as_day
from schemas.field import Field
from schemas.flag import Severity
from schemas.identifiers.finess import is_finess
from schemas.identifiers.nir import is_nir
from schemas.identifiers.organisme import is_organisme
from schemas.identifiers.rpps import is_rpps
from schemas.invoice import ACT_CELLS, Act, Invoice
from schemas.nomenclature import Kind

_BLOCKING: Final = (
    "patient_name", "patient_birth_date", "provider_number", "prescriber_name", "prescription_date", "invoice_number",
    "total_amount",
)  # fmt: skip
_CHECK: Final = ("form_date", "organisme_code", "prescriber_rpps")
_HEADER: Final = ("provider_number", "provider_name", "lot_number", "lot_date", "organisme_code", "payee_type")
_LINE: Final = (
    "invoice_number", "insured_nir", "insured_name", "beneficiary_birth_date", "total_amount", "amount_amo",
    "amount_amc",
)  # fmt: skip
_TRAVEL: Final = (Kind.TRAVEL_FLAT, Kind.TRAVEL_KM)
#: digits of an invoice number (domain.md 4.3)
_NUMBER_LENGTH: Final = 9


def missing_field(lot: Lot) -> Iterator[Finding]:
    """An entry the caisse requires is empty on the paper; ink that could not be read is no empty entry."""
    for index, invoice in lot.originals():
        for name, severity in _empty_entries(lot, invoice):
            entry = _entry(invoice, name)
            page = min(invoice.pages, default=None)
            yield flag(
                "missing_field", severity, "champ obligatoire non rempli", entry, field=name, invoice=index, page=page
            )
    yield from _missing_on_bordereau(lot)
    yield from _missing_on_prescriptions(lot)


def invalid_field(lot: Lot) -> Iterator[Finding]:
    """An entry read with certainty has not the format, key or calendar day it must have."""
    for index, invoice in lot.originals():
        for name, is_valid in _INVOICE_RULES.items():
            entry = getattr(invoice, name)
            if _is_wrong(lot, entry, is_valid):
                yield flag("invalid_field", Severity.CHECK, _wrong(name), entry, field=name, invoice=index)
        for row, act in enumerate(invoice.acts):
            if _is_wrong(lot, act.date, _is_day):
                field = f"acts.{row}.date"
                yield flag("invalid_field", Severity.CHECK, _wrong("date"), act.date, field=field, invoice=index)
    yield from _invalid_on_bordereau(lot)


def _invalid_on_bordereau(lot: Lot) -> Iterator[Finding]:
    for name, is_valid in _HEADER_RULES.items():
        entry = getattr(lot.bordereau, name, None)
        if entry is not None and _is_wrong(lot, entry, is_valid):
            yield flag("invalid_field", Severity.CHECK, _wrong(name), entry, field=name)
    for row, line in enumerate(lot.lines):
        for name, is_valid in _LINE_RULES.items():
            entry = getattr(line, name)
            if _is_wrong(lot, entry, is_valid):
                field = f"lines.{row}.{name}"
                yield flag("invalid_field", Severity.CHECK, _wrong(name), entry, field=field, line=row)


def _empty_entries(lot: Lot, invoice: Invoice) -> Iterator[tuple[str, Severity]]:
    names = [*_BLOCKING, *_identities(lot, invoice)]
    yield from ((name, Severity.BLOCKING) for name in names if getattr(invoice, name).is_empty)
    for row, act in enumerate(invoice.acts):
        if any(lot.sure(getattr(act, name)) is not None for name in ACT_CELLS):  # else it may be a fold or a streak
            yield from ((f"acts.{row}.{name}", Severity.BLOCKING) for name in _empty_cells(lot, act))
    yield from ((name, Severity.CHECK) for name in _CHECK if getattr(invoice, name).is_empty)


def _identities(lot: Lot, invoice: Invoice) -> tuple[str, ...]:
    """Return who must be named with a number: the insured where another than the patient is one."""
    if not has_other_insured(invoice):
        return ("patient_nir",)
    name_alone = invoice.insured_nir.value is None
    if name_alone and lot.sure(invoice.insured_name) is None and invoice.patient_nir.value is not None:
        return ()  # a doubtful name over an empty number may be print: it sends the form to a person by itself
    return ("insured_name", "insured_nir")


def _empty_cells(lot: Lot, act: Act) -> Iterator[str]:
    yield from (name for name in ("date", "code") if getattr(act, name).is_empty)
    # A row of its own for travel carries its amount in the travel columns.
    travels = act.code.value in lot.nomenclature.codes(*_TRAVEL) and (
        act.travel_flat.value or act.travel_km_amount.value
    )
    if act.fee.is_empty and not travels:
        yield "fee"


def _entry(invoice: Invoice, name: str) -> Field[str]:
    parts = name.split(".")
    found: Field[str] = getattr(invoice.acts[int(parts[1])], parts[2]) if parts[0] == "acts" else getattr(invoice, name)
    return found


def _missing_on_bordereau(lot: Lot) -> Iterator[Finding]:
    if lot.bordereau is None:
        return
    page = min(lot.bordereau.pages, default=None)
    for name in _HEADER:
        entry = getattr(lot.bordereau, name)
        if entry.is_empty:
            message = "rubrique absente de l'en-tête du bordereau"
            yield flag("missing_field", Severity.BLOCKING, message, entry, field=name, page=page)
    for row, line in enumerate(lot.lines):
        for name in _LINE:
            entry = getattr(line, name)
            if entry.is_empty:
                message, field = "rubrique absente de la ligne du bordereau", f"lines.{row}.{name}"
                yield flag("missing_field", Severity.BLOCKING, message, entry, field=field, line=row, page=page)


def _missing_on_prescriptions(lot: Lot) -> Iterator[Finding]:
    for piece in lot.prescriptions:
        # Free layout: only a reader sure of the emptiness is believed.
        for name in ("patient_name", "date"):
            entry = getattr(piece, name)
            if entry.value is None and entry.confidence >= lot.thresholds.evidence:
                yield flag(
                    "missing_field", Severity.BLOCKING, "mention absente de la prescription", entry,
                    field=name, invoice=piece.invoice, line=piece.line, page=min(piece.pages, default=None),
                )  # fmt: skip


def _is_wrong(lot: Lot, entry: Field[str], is_valid: Callable[[str], bool]) -> bool:
    return entry.value is not None and entry.confidence >= lot.thresholds.certain and not is_valid(entry.value)


def _is_day(text: str) -> bool:
    return as_day(text) is not None


def _is_birth_day(text: str) -> bool:
    # People registered without a full date have day or month 00 in the caisse's files (domain.md 4.1).
    return _is_day(text) or "-00" in text


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) <= _NUMBER_LENGTH and int(text) > 0


def _wrong(name: str) -> str:
    kind = "date impossible" if "date" in name else "format ou clé incorrects"
    return f"{kind}, lecture certaine"


_INVOICE_RULES: Final[dict[str, Callable[[str], bool]]] = {
    "invoice_number": _is_number,
    "form_date": _is_day,
    "patient_nir": is_nir,
    "patient_birth_date": _is_birth_day,
    "insured_nir": is_nir,
    "organisme_code": is_organisme,
    "provider_number": is_finess,
    "provider_rpps": is_rpps,
    "prescriber_rpps": is_rpps,
    "prescription_date": _is_day,
    "prior_agreement_date": _is_day,
    "maternity_date": _is_day,
    "third_party_date": _is_day,
}
_HEADER_RULES: Final[dict[str, Callable[[str], bool]]] = {
    "provider_number": is_finess,
    "lot_date": _is_day,
    "organisme_code": is_organisme,
}
_LINE_RULES: Final[dict[str, Callable[[str], bool]]] = {
    "invoice_number": _is_number,
    "insured_nir": is_nir,
    "beneficiary_birth_date": _is_birth_day,
}
