"""Small lots in a clerk's words, for the tests of the lot's logic. All people are fictitious (domain notes, 3.5)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from intake.controls import run_controls
from intake.decide import decide
from intake.lot import Lot
from intake.matching import match
from intake.resolve import resolve
from schemas.batch import NotChecked
from schemas.bordereau import Bordereau, Line
from schemas.field import Alternative, Field
from schemas.flag import Flag, Severity
from schemas.geometry import Box
from schemas.invoice import SIGNATURES, TICKS, Act, Invoice
from schemas.page import Page, PageKind
from schemas.prescription import Attachment, Prescription

SURE = 0.999
BOX = Box(0.1, 0.2, 0.3, 0.02)
#: An entry the paper leaves empty, and ink nobody could read.
EMPTY: Field[str] = Field(confidence=SURE)
UNREAD: Field[str] = Field(confidence=0.1, raw="?")


@dataclass(frozen=True)
class Person:
    """Someone with a NIR."""

    name: str
    nir: str
    birth: str


ALBA = Person("TESTOUNE ALBA", "292036999999158", "1992-03-14")
NOE = Person("FICTIF NOÉ", "180057599999082", "1980-05-21")
MARIUS = Person("ESSAI MARIUS", "191029719999504", "1991-02-08")
LIA = Person("MODÈLE LIA", "269054958815780", "1969-05-02")
STRANGER = Person("INCONNU JULES", "274069999999775", "1974-06-30")
PEOPLE = (ALBA, NOE, MARIUS, LIA)


def read(value: Any, confidence: float = SURE, page: int | None = None, **others: float) -> Field[Any]:
    """Return an entry as read; *others* are the other values its ink may stand for."""
    alternatives = tuple(Alternative(value=v, probability=p) for v, p in others.items())
    return Field(value=value, confidence=confidence, page=page, box=BOX, source="comb", alternatives=alternatives)


def unsure(value: str, confidence: float, **others: float) -> Field[str]:
    """Return a doubtful reading; write an alternative such as 12.30 as ``_12_30``."""
    spelled = {name.lstrip("_").replace("_", "."): p for name, p in others.items()}
    return read(value, confidence, **spelled)


def act(
    day: str = "2024-03-04", code: str = "AMI", coefficient: str | None = "4", fee: str = "12.60", **cells: Any
) -> Act:
    """Return a row of the acts table; empty cells are empty on the paper."""
    given = {"date": day, "code": code, "coefficient": coefficient, "fee": fee, "travel_flat": "2.75", **cells}
    return Act(**{name: _entry(given.get(name)) for name in Act.model_fields})


def form(number: str = "000000101", patient: Person = ALBA, page: int = 1, **entries: Any) -> Invoice:
    """Return a complete, signed form for *patient*; ``entries`` change or empty (None) what it says."""
    acts: Sequence[Act] = entries.pop("acts", (act(),))
    amounts = [cell.value for row in acts for cell in (row.fee, row.travel_flat, row.travel_km_amount) if cell.value]
    said: dict[str, Any] = {
        "invoice_number": number,
        "form_date": "2024-03-10",
        "patient_name": patient.name,
        "patient_nir": patient.nir,
        "patient_birth_date": patient.birth,
        "organisme_code": "016410000",
        "provider_number": "996000014",
        "provider_rpps": "99700000013",
        "prescriber_name": "MODÈLE PAUL",
        "prescriber_rpps": "99700123450",
        "prescription_date": "2024-03-01",
        "total_amount": f"{sum(map(Decimal, amounts), Decimal(0)):.2f}",
        **dict.fromkeys(TICKS, False),
        **dict.fromkeys(SIGNATURES, True),
        "is_illness": True,
        **entries,
    }
    own = {"pages", "form", "acts", "marks", "stamps", "two_inks", "is_bilevel", "decision"}
    told = {name for name in Invoice.model_fields if name not in own}
    fields = {name: _entry(said.get(name), page) for name in told}
    return Invoice(pages=(page,), form="S3129d", acts=tuple(acts), marks=said.get("marks", ()), **fields)


def line_for(invoice: Invoice, **entries: Any) -> Line:
    """Return the line software prints for a form."""
    other = invoice.insured_name.value is not None
    total = invoice.total_amount.value or "0.00"
    said = {
        "invoice_number": invoice.invoice_number.value,
        "insured_nir": (invoice.insured_nir if other else invoice.patient_nir).value,
        "insured_name": (invoice.insured_name if other else invoice.patient_name).value,
        "beneficiary_birth_date": invoice.patient_birth_date.value,
        "total_amount": total,
        "amount_amo": f"{Decimal(total) * Decimal('0.6'):.2f}",
        "amount_amc": f"{Decimal(total) - (Decimal(total) * Decimal('0.6')).quantize(Decimal('0.01')):.2f}",
        **entries,
    }
    flow = said.pop("flow", None)
    return Line(**{name: _entry(value, 0) for name, value in said.items()}, flow=flow)


def prescription_for(invoice: Invoice, page: int, **entries: Any) -> Prescription:
    """Return the prescription a form speaks of, signed."""
    said = {
        "prescriber_name": "PAUL MODÈLE",
        "prescriber_rpps": "99700123450",
        "patient_name": invoice.patient_name.value,
        "date": invoice.prescription_date.value,
        "text": "Pansement une fois par jour",
        "prescriber_signature": True,
        **entries,
    }
    marks = said.pop("marks", ())
    return Prescription(pages=(page,), marks=marks, **{name: _entry(value, page) for name, value in said.items()})


def attachment_for(invoice: Invoice, page: int, kind: PageKind = PageKind.RIGHTS_CERTIFICATE) -> Attachment:
    """Return a piece that names the form's patient."""
    return Attachment(pages=(page,), kind=kind, patient_name=invoice.patient_name, nir=invoice.patient_nir)


def bordereau_of(lines: Sequence[Line], **entries: Any) -> Bordereau:
    """Return a complete bordereau whose totals are right."""
    columns = ("total_amount", "amount_amo", "amount_amc")
    sums = {c: f"{sum((Decimal(getattr(line, c).value or '0') for line in lines), Decimal(0)):.2f}" for c in columns}
    said = {
        "provider_number": "996000014",
        "provider_name": "ESSAI INÈS",
        "lot_number": "012",
        "lot_date": "2024-03-15",
        "organisme_code": "016410000",
        "payee_type": "Partenaire de santé",
        **sums,
        **entries,
    }
    return Bordereau(pages=(0,), lines=tuple(lines), **{name: _entry(value, 0) for name, value in said.items()})


def lot_of(forms: Sequence[Invoice], lines: Sequence[Line] | None = None, **parts: Any) -> Lot:
    """Return a lot: bordereau first, then each form with its prescription behind it, unless *parts* say otherwise."""
    placed = tuple(_moved(invoice, 1 + 2 * place) for place, invoice in enumerate(forms))
    prescriptions = tuple(prescription_for(invoice, 2 + 2 * place) for place, invoice in enumerate(placed))
    given = {
        "bordereau": bordereau_of([line_for(i) for i in forms] if lines is None else lines),
        "invoices": placed,
        "prescriptions": prescriptions,
        "pages": (Page(index=0, file="lot.pdf", number=1, kind=PageKind.BORDEREAU, kind_confidence=1.0),),
        **parts,
    }
    return Lot(**given)


def four_forms() -> list[Invoice]:
    """Return the forms of four people, numbered 101 to 104."""
    return [form(f"{101 + n:09}", person) for n, person in enumerate(PEOPLE)]


@dataclass(frozen=True)
class Outcome:
    """What follows from a lot."""

    lot: Lot
    flags: tuple[Flag, ...]
    not_checked: tuple[NotChecked, ...]

    @property
    def faults(self) -> set[tuple[str, int | None, str | None]]:
        """Code, invoice and field of every flag somebody must act on."""
        return {(f.code, f.invoice, f.field) for f in self.flags if f.severity is not Severity.INFO}

    @property
    def codes(self) -> set[str]:
        """Codes of every flag somebody must act on."""
        return {code for code, _, _ in self.faults}

    @property
    def notes(self) -> set[str]:
        """Codes of flags nobody has to act on."""
        return {f.code for f in self.flags if f.severity is Severity.INFO}

    @property
    def decisions(self) -> list[str]:
        """Decision on each invoice."""
        return [invoice.decision.value for invoice in self.lot.invoices]


def concluded(lot: Lot) -> Outcome:
    """Match, resolve, control and decide."""
    resolved = resolve(match(lot))
    flags, not_checked = run_controls(resolved)
    return Outcome(decide(resolved, flags, not_checked), flags, not_checked)


def changed(lot: Lot, index: int, **entries: Any) -> Lot:
    """Return the lot with other entries on one form, the bordereau as it was."""
    invoice = lot.invoices[index]
    update = {
        name: _entry(value, invoice.pages[0]) if name not in {"acts", "marks"} else value
        for name, value in entries.items()
    }
    invoices = list(lot.invoices)
    invoices[index] = invoice.model_copy(update=update)
    return replace(lot, invoices=tuple(invoices))


def _entry(value: Any, page: int | None = None) -> Field[Any]:
    if isinstance(value, Field):
        return value if value.page is not None else value.model_copy(update={"page": page})
    return read(value, page=page)


def _moved(invoice: Invoice, page: int) -> Invoice:
    names = [name for name in Invoice.model_fields if isinstance(getattr(invoice, name), Field)]
    entries = {name: getattr(invoice, name).model_copy(update={"page": page}) for name in names}
    return invoice.model_copy(update={"pages": (page,), **entries})
