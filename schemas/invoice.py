"""An invoice: one feuille de soins, or a software invoice, with every entry a field."""

from enum import StrEnum
from typing import Final

from schemas.field import Field
from schemas.mark import Mark, Stamp, TwoInks
from schemas.model import Record

Text = Field[str]
Tick = Field[bool]
_EMPTY: Final = Text()
_UNREAD: Final = Tick()


class Decision(StrEnum):
    """What becomes of an invoice, a line or a lot."""

    ACCEPTED = "accepted"
    REVIEW = "review"


class Act(Record):
    """One filled row of the acts table."""

    date: Text = _EMPTY
    code: Text = _EMPTY
    coefficient: Text = _EMPTY
    surcharge: Text = _EMPTY
    fee: Text = _EMPTY
    travel_flat: Text = _EMPTY
    travel_km: Text = _EMPTY
    travel_km_amount: Text = _EMPTY


class Invoice(Record):
    """A feuille de soins (several sheets where the same invoice number runs on)."""

    #: indices of its form sheets
    pages: tuple[int, ...]
    #: the form's reference, ``S3129d``; ``facture`` for a software invoice; None where no print gave it
    form: str | None = None
    invoice_number: Text = _EMPTY
    form_date: Text = _EMPTY
    patient_name: Text = _EMPTY
    patient_nir: Text = _EMPTY
    patient_birth_date: Text = _EMPTY
    insured_name: Text = _EMPTY
    insured_nir: Text = _EMPTY
    organisme_code: Text = _EMPTY
    insured_address: Text = _EMPTY
    provider_stamp: Text = _EMPTY
    provider_number: Text = _EMPTY
    provider_rpps: Text = _EMPTY
    substitute_name: Text = _EMPTY
    substitute_rpps: Text = _EMPTY
    prescriber_name: Text = _EMPTY
    prescriber_rpps: Text = _EMPTY
    prescriber_number: Text = _EMPTY
    prescription_date: Text = _EMPTY
    prior_agreement_date: Text = _EMPTY
    is_illness: Tick = _UNREAD
    exemption_ald: Tick = _UNREAD
    exemption_other: Tick = _UNREAD
    is_maternity: Tick = _UNREAD
    maternity_date: Text = _EMPTY
    is_work_accident: Tick = _UNREAD
    work_accident_number: Text = _EMPTY
    third_party_yes: Tick = _UNREAD
    third_party_no: Tick = _UNREAD
    third_party_date: Text = _EMPTY
    acts: tuple[Act, ...] = ()
    total_amount: Text = _EMPTY
    unpaid_mandatory: Tick = _UNREAD
    unpaid_complementary: Tick = _UNREAD
    provider_signature: Tick = _UNREAD
    patient_signature: Tick = _UNREAD
    unable_to_sign: Tick = _UNREAD
    #: erasures found on its sheets
    marks: tuple[Mark, ...] = ()
    stamps: tuple[Stamp, ...] = ()
    two_inks: tuple[TwoInks, ...] = ()
    #: scanned in black and white: fluid, tape and scratches leave nothing to see
    is_bilevel: bool = False
    decision: Decision = Decision.REVIEW


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
SIGNATURES: Final = ("provider_signature", "patient_signature")
#: The contract's paying or identifying entries, acts apart: an invoice is accepted only when each is certain enough.
PAYING_OR_IDENTIFYING: Final = (
    "invoice_number",
    "form_date",
    "patient_name",
    "patient_nir",
    "patient_birth_date",
    "insured_name",
    "insured_nir",
    "organisme_code",
    "provider_number",
    "provider_rpps",
    "prescriber_rpps",
    "prescription_date",
    "total_amount",
    *TICKS,
    *SIGNATURES,
)
ACT_CELLS: Final = tuple(Act.model_fields)
