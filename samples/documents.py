"""The papers of a lot before they are drawn: invoices, pieces, people, faults, sheets.

Documents are plain objects of the contract's shape with bare values, which end up in ``truth.json`` as they are.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import numpy as np
from numpy.random import Generator

from samples.identities import Person
from samples.nomenclature_sample import Zone, money
from samples.paper import BoxMm, Paper

Document = dict[str, Any]

TICKS: Final = (
    "is_illness",
    "exemption_ald",
    "exemption_other",
    "is_maternity",
    "is_work_accident",
    "third_party_yes",
    "third_party_no",
    "unpaid_mandatory",
    "unpaid_complementary",
    "unable_to_sign",
)
#: act rows of one sheet
ROWS: Final = 10
PROFESSIONS: Final = {
    "infirmier": ("6", "Infirmier(ère) D.E."),
    "kine": ("7", "Masseur-kinésithérapeute D.E."),
    "orthophoniste": ("9", "Orthophoniste"),
}
#: Default severity of each flag: the contract's table.
SEVERITIES: Final = {
    "missing_prior_agreement": "check",
    "missing_rights_certificate": "check",
    "out_of_order": "check",
    "invalid_field": "check",
    "expired_prescription": "check",
    "tariff_mismatch": "check",
    "unreadable_page": "check",
    "unknown_page": "check",
}
CHECKED_WHEN_EMPTY: Final = frozenset({"form_date", "organisme_code", "prescriber_rpps"})
CHECKED_WHEN_DIFFERENT: Final = frozenset({"insured_name", "beneficiary_birth_date"})


@dataclass
class Fault:
    """A flag the truth will hold; its page and box are known once the sheet is drawn."""

    code: str
    field: str | None = None
    kind: str | None = None
    #: which sheet proves it: ``form``, ``prescription``, ``bordereau`` or nothing
    on: str | None = None
    extra: Document = dataclasses.field(default_factory=dict)
    box_mm: BoxMm | None = None
    #: on which sheet of a form that runs on, from 0
    sheet: int = 0
    #: for a line without a form, or order faults of lines
    of_line: bool = False

    @property
    def severity(self) -> str:
        """The contract's default severity."""
        if self.code == "missing_field":
            return "check" if self.field in CHECKED_WHEN_EMPTY else "blocking"
        if self.code == "mismatch":
            return "check" if self.field in CHECKED_WHEN_DIFFERENT else "blocking"
        return SEVERITIES.get(self.code, "blocking")


@dataclass
class Correction:
    """An erasure to draw: what stood there before, and the fault it is flagged as."""

    field: str
    kind: str
    before: str
    fault: Fault
    #: of a prescription's text: which line, counted from the end where negative
    row: int = -1


@dataclass
class Case:
    """One invoice with all its papers; any of them may be missing."""

    patient: Person
    insured: Person
    provider: "Provider"
    prescriber: "Prescriber"
    invoice: Document | None
    line: Document | None
    prescription: Document | None
    attachments: list[Document] = dataclasses.field(default_factory=list)
    writing: str = "typed"
    hand_fields: list[str] = dataclasses.field(default_factory=list)
    #: seed of this writer's hand, machine, pens
    style: int = 0
    corrections: list[Correction] = dataclasses.field(default_factory=list)
    faults: list[Fault] = dataclasses.field(default_factory=list)
    allowed: set[str] = dataclasses.field(default_factory=set)
    words: list[str] = dataclasses.field(default_factory=list)
    #: this invoice's own flow, where the lot mixes flows
    flow: str | None = None


@dataclass(frozen=True)
class Provider:
    """The auxiliaire médical of the lot."""

    person: Person
    profession: str
    number: str
    rpps: str
    address: str

    @property
    def stamp_lines(self) -> list[str]:
        """What the rubber stamp says."""
        return [self.person.name, PROFESSIONS[self.profession][1], self.address, f"N° {self.number}"]


@dataclass(frozen=True)
class Prescriber:
    """A doctor, and the look of his letterhead."""

    person: Person
    rpps: str
    number: str
    speciality: str
    address: str
    phone: str
    style: int


@dataclass
class Leaf:
    """One page of the lot: what it is and how to draw it."""

    kind: str
    draw: Callable[[Paper, Generator], None]
    size_mm: tuple[float, float] = (210.0, 297.0)
    writing: str = "typed"
    case: Case | None = None
    document: Document | None = None
    #: which sheet of its document: ``form``, ``prescription``, ``attachment``, ``bordereau`` or nothing
    role: str | None = None
    hard_negatives: list[str] = dataclasses.field(default_factory=list)
    #: what resembles a mark and is none: field, name, box
    look_alikes: list[tuple[str, str, BoxMm]] = dataclasses.field(default_factory=list)
    #: a born-digital page: draws itself on a reportlab canvas instead
    vector: Callable[[Any], None] | None = None
    #: nothing can be read on it
    unreadable: bool = False


@dataclass
class Lot:
    """Everything of one lot."""

    flow: str | None
    zone: Zone
    provider: Provider
    header: Document
    cases: list[Case]
    lot_date: date
    faults: list[Fault] = dataclasses.field(default_factory=list)
    leaves: list[Leaf] = dataclasses.field(default_factory=list)
    #: exchanged pairs: (``forms``, ``prescriptions`` or ``lines``, one, other)
    swaps: list[tuple[str, Case, Case]] = dataclasses.field(default_factory=list)


def totals_of(lines: list[Document]) -> dict[str, str]:
    """Return the three totals at the foot of a bordereau."""
    return {
        name: money(sum((Decimal(str(line[name] or 0)) for line in lines), Decimal(0)))
        for name in ("total_amount", "amount_amo", "amount_amc")
    }


def style_rng(case_style: int) -> Generator:
    """Return the generator of a writer's habits, the same on every sheet of his."""
    return np.random.default_rng(case_style)
