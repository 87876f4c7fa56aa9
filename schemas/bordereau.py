"""The bordereau récapitulatif: the printed list that mirrors a lot, one line an invoice."""

from schemas.field import Field
from schemas.invoice import Decision
from schemas.model import Record

Text = Field[str]


class Line(Record):
    """One line: an invoice as the software printed it."""

    invoice_number: Text = Text()
    insured_nir: Text = Text()
    insured_name: Text = Text()
    beneficiary_birth_date: Text = Text()
    total_amount: Text = Text()
    amount_amo: Text = Text()
    amount_amc: Text = Text()
    #: the flow printed beside the line, where the layout has one: securise, degrade or papier
    flow: str | None = None
    decision: Decision = Decision.REVIEW


class Bordereau(Record):
    """The header, totals and lines of one lot's bordereau, all its pages joined."""

    pages: tuple[int, ...]
    provider_number: Text = Text()
    provider_name: Text = Text()
    lot_number: Text = Text()
    lot_date: Text = Text()
    organisme_code: Text = Text()
    payee_type: Text = Text()
    total_amount: Text = Text()
    amount_amo: Text = Text()
    amount_amc: Text = Text()
    lines: tuple[Line, ...] = ()
