"""The lot as the controls see it: every document, how they belong together, and the figures that decide."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Annotated, Final, TypeVar

from pydantic import Field as Constraint

from intake.calibration.acceptance import Acceptance
from intake.calibration.curves import BUILT_IN
from intake.likeness import bare_number
from schemas.batch import Flow, Match
from schemas.bordereau import Bordereau, Line
from schemas.field import Field
from schemas.invoice import Decision, Invoice
from schemas.nomenclature import Nomenclature, Zone, load_nomenclature
from schemas.page import Page
from schemas.prescription import Attachment, Prescription

T = TypeVar("T")

#: Organisme codes start with régime 2 + caisse 3; the caisses of 971 to 978 pay overseas tariffs (domain.md 4.3, 5).
_OVERSEAS_CAISSES: Final = ("971", "972", "973", "974", "976", "977", "978")
_REGIME_LENGTH: Final = 2
_CAISSE_LENGTH: Final = 5


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The figures that decide, each with its unit and origin; ``intake.settings`` lets an organisation change them."""

    #: share of wrong values among accepted fields one is ready to bear: half of the release's aim of 0.1 %, because on
    #: 200 lots the other half brought ten invoices more of 440 and three wrong fields (docs/calibration.md); what
    #: follows from it for an invoice is read off the calibration
    accepted_error: Annotated[float, Constraint(gt=0.0, lt=1.0)] = 0.0005
    #: the calibration: ``built-in``, ``none``, or a file of ``liasse calibrate``
    calibration: str = BUILT_IN
    #: how many times more than the calibration expects the lots to come may err: half of the error is kept in reserve
    reserve: Annotated[float, Constraint(ge=1.0)] = 2.0
    #: probability from which one reading alone may accuse a paper of what is rare; without a calibration, also the one
    #: from which a paying or identifying field needs no person
    certain: float = 0.98
    #: probability each value must have before a fault of the paper is told from it; below, the doubt goes to review
    evidence: float = 0.90
    #: days a prescription may wait for its first care (domain.md 2.7: 12 months are usual for all auxiliaires)
    prescription_valid_days: int = 365
    #: years between care and reception after which an invoice is stale (contract)
    stale_after_years: int = 2


@dataclass(frozen=True, slots=True)
class SeenInvoice:
    """An invoice of an earlier lot, as the registry of invoices keeps it."""

    provider_number: str
    invoice_number: str
    nir: str | None = None


@dataclass(frozen=True, slots=True)
class HeldPiece:
    """A prescription, agreement or certificate kept from an earlier lot: ``kind`` is the flag code it answers."""

    kind: str
    nir: str
    #: how the reply names it: the lot it came with
    reference: str
    prescription_date: str | None = None


@dataclass(frozen=True)
class Lot:
    """One lot, read and grouped. Positions in the tuples are the contract's indices."""

    pages: tuple[Page, ...] = ()
    bordereau: Bordereau | None = None
    invoices: tuple[Invoice, ...] = ()
    prescriptions: tuple[Prescription, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    matches: tuple[Match, ...] = ()
    #: later copies of an invoice of this lot: index of the copy to index of the first
    copies: dict[int, int] = field(default_factory=dict)
    #: invoices of which too little could be read to say whether a line is theirs
    unidentified: frozenset[int] = frozenset()
    #: number of invoices printed at the foot of the bordereau
    printed_count: int | None = None
    flow: Flow | None = None
    received_on: date | None = None
    thresholds: Thresholds = field(default_factory=Thresholds)
    nomenclature: Nomenclature = field(default_factory=load_nomenclature)
    seen_invoices: tuple[SeenInvoice, ...] = ()
    held_pieces: tuple[HeldPiece, ...] = ()
    decision: Decision = Decision.REVIEW
    #: what the calibration asks of entries to be accepted; None where nothing is calibrated
    calibrated_acceptance: Acceptance | None = None

    @property
    def acceptance(self) -> Acceptance:
        """What entries must keep to be accepted; each ``certain``, where nothing is calibrated."""
        return self.calibrated_acceptance or Acceptance(self.thresholds.certain)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The bordereau's lines; none without a bordereau."""
        return self.bordereau.lines if self.bordereau else ()

    @cached_property
    def line_of(self) -> dict[int, int]:
        """Line of each matched invoice."""
        return {m.invoice: m.line for m in self.matches}

    @cached_property
    def invoice_of(self) -> dict[int, int]:
        """Invoice of each matched line."""
        return {m.line: m.invoice for m in self.matches}

    @cached_property
    def prescriptions_of(self) -> dict[int, list[int]]:
        """Prescriptions tied to each invoice, in the order of the stack."""
        tied: dict[int, list[int]] = {}
        for index, prescription in enumerate(self.prescriptions):
            for invoice in prescription.invoices:
                tied.setdefault(invoice, []).append(index)
        return tied

    @cached_property
    def zone(self) -> Zone | None:
        """The territory whose tariffs hold, told by the organisme; None where it is not surely read."""
        codes = [self.bordereau.organisme_code] if self.bordereau else []
        codes += [invoice.organisme_code for invoice in self.invoices]
        for code in codes:
            value = self.sure(code)
            if value is not None and len(value) >= _CAISSE_LENGTH:
                # Only an overseas caisse settles it: people insured in métropole are treated overseas too.
                return Zone.DOM if value[_REGIME_LENGTH:_CAISSE_LENGTH] in _OVERSEAS_CAISSES else None
        return None

    @property
    def reference_day(self) -> date | None:
        """The day the lot came in, else the day it was made up, where that is certain: it judges every invoice."""
        if self.received_on is not None or self.bordereau is None:
            return self.received_on
        made_up = self.bordereau.lot_date
        return self.day(made_up) if made_up.confidence >= self.thresholds.certain else None

    def sure(self, entry: Field[T]) -> T | None:
        """Return the entry's value where it is read well enough to accuse a paper, else None."""
        return entry.value if entry.confidence >= self.thresholds.evidence else None

    def day(self, entry: Field[str]) -> date | None:
        """Return the entry's date where it is surely read and exists in the calendar, else None."""
        return as_day(self.sure(entry))

    def line_number(self, row: int) -> str | None:
        """Return the invoice number of a line that may accuse the paper: without padding, borne out by its form.

        Where the form was read otherwise, one of the two is misread; where no form says anything, only a certain
        reading counts.
        """
        entry = self.lines[row].invoice_number
        number = self.sure(entry)
        if number is None:
            return None
        form = self.invoice_of.get(row)
        written = None if form is None else self.invoices[form].invoice_number.value
        certain = entry.confidence >= self.thresholds.certain
        agrees = certain if written is None else bare_number(written) == bare_number(number)
        return bare_number(number) if agrees else None

    def expects_form(self, line: int) -> bool:
        """Whether a form must come with a line: not in a secure flow; where no flow is known, if the lot holds any."""
        flow = self.flow_of_line(line)
        return bool(self.invoices) if flow is None else flow is not Flow.SECURE

    def flow_of_line(self, line: int) -> Flow | None:
        """Return the flow printed beside a line, else the lot's."""
        printed = self.lines[line].flow
        return Flow(printed) if printed in set(Flow) else self.flow

    def flow_of_invoice(self, invoice: int) -> Flow | None:
        """Return the flow of an invoice: its line's, else the lot's."""
        line = self.line_of.get(invoice)
        return self.flow if line is None else self.flow_of_line(line)

    def originals(self) -> Iterator[tuple[int, Invoice]]:
        """Yield every invoice that is not a later copy of another, with its index."""
        yield from ((i, invoice) for i, invoice in enumerate(self.invoices) if i not in self.copies)

    def care_days(self, invoice: int) -> list[date]:
        """Return the surely read days of care of an invoice, in order."""
        return sorted(d for act in self.invoices[invoice].acts if (d := self.day(act.date)) is not None)

    def sheet_position(self, pages: tuple[int, ...]) -> int:
        """Return the place in the stack of a document's first page; after all others if it has none."""
        return min(pages, default=len(self.pages))


def as_day(text: str | None) -> date | None:
    """Return the day a normalised text stands for, or None where it stands for none (30 February, lunar dates)."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
