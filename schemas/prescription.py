"""Prescriptions and the other pieces that travel beside an invoice."""

from schemas.field import Field
from schemas.mark import Mark, Stamp
from schemas.model import Record
from schemas.page import PageKind

Text = Field[str]


class Prescription(Record):
    """An ordonnance: who prescribed what to whom, when, signed or not."""

    pages: tuple[int, ...]
    prescriber_name: Text = Text()
    prescriber_rpps: Text = Text()
    patient_name: Text = Text()
    date: Text = Text()
    text: Text = Text()
    prescriber_signature: Field[bool] = Field[bool]()
    #: whether the sheet is an ordonnance bizone: upper zone for care tied to the ALD
    is_bizone: bool = False
    marks: tuple[Mark, ...] = ()
    stamps: tuple[Stamp, ...] = ()
    #: scanned in black and white: fluid, tape and scratches leave nothing to see
    is_bilevel: bool = False
    #: the first of ``invoices``
    invoice: int | None = None
    invoices: tuple[int, ...] = ()
    line: int | None = None


class Attachment(Record):
    """An accord préalable, a démarche de soins or an attestation de droits."""

    pages: tuple[int, ...]
    kind: PageKind
    patient_name: Text = Text()
    insured_name: Text = Text()
    nir: Text = Text()
    birth_date: Text = Text()
    date: Text = Text()
    provider_number: Text = Text()
    invoice: int | None = None
    line: int | None = None
