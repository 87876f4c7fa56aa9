"""What one reading of a lot writes: the contract's object."""

from datetime import date
from enum import StrEnum
from typing import Final, Literal

from schemas.bordereau import Bordereau
from schemas.flag import Flag
from schemas.invoice import Decision, Invoice
from schemas.model import Record
from schemas.page import Page
from schemas.prescription import Attachment, Prescription

SCHEMA_VERSION: Final = "1"


class Flow(StrEnum):
    """How the invoices of a lot reached the caisse, which decides what paper must come with them (domain.md 6.1)."""

    SECURE = "securise"  #: signed by the carte Vitale: no form travels
    DEGRADED = "degrade"  #: sent without the Vitale signature: the form and the certificate of rights travel
    PAPER = "papier"  #: paper only


class Program(Record):
    """What read the lot, so that an old result can be told from a new one."""

    version: str
    models: dict[str, str]
    templates: tuple[str, ...]


class File(Record):
    """A file of the lot: its base name, the hash of its bytes, how many pages it gave."""

    name: str
    sha256: str
    pages: int


class Refused(Record):
    """A file, or a page of one, that could not be opened."""

    name: str
    #: stable code, see ``schemas.errors``
    code: str
    #: a French sentence
    reason: str


class Difference(Record):
    """An entry on which a line and its form disagree."""

    field: str
    line_value: str | None
    invoice_value: str | None


class Match(Record):
    """A form and the bordereau line it belongs to."""

    line: int
    invoice: int
    score: float
    differences: tuple[Difference, ...] = ()


class NotChecked(Record):
    """A control that could not run on an invoice, and why."""

    control: str
    invoice: int | None
    reason: str


class Batch(Record):
    """One lot, read."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    program: Program
    flow: Flow | None = None
    received_on: date | None = None
    channel: str | None = None
    files: tuple[File, ...] = ()
    refused: tuple[Refused, ...] = ()
    pages: tuple[Page, ...] = ()
    bordereau: Bordereau | None = None
    invoices: tuple[Invoice, ...] = ()
    prescriptions: tuple[Prescription, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    matches: tuple[Match, ...] = ()
    flags: tuple[Flag, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    decision: Decision = Decision.REVIEW
