"""Later copies of an invoice, told from an invoice that runs on over a second sheet.

Both carry the same number. A copy repeats the acts; a second sheet goes on with others.
"""

from collections.abc import Sequence
from typing import Final

from intake.insured import insured_entries
from intake.likeness import SAME_NAME, bare_number, digit_slips, name_likeness
from schemas.field import Field
from schemas.identifiers.nir import BODY_LENGTH
from schemas.invoice import Act, Invoice

#: Confidence from which a number that differs tells two invoices apart.
_SURE: Final = 0.90
#: Share of rows with the same day and fee, or code, from which two sheets carry the same acts: readings slip.
_SAME_ACTS: Final = 0.5


def find_copies(invoices: Sequence[Invoice]) -> dict[int, int]:
    """Return, for each later copy of an invoice of the lot, the index of the first."""
    copies: dict[int, int] = {}
    for later, invoice in enumerate(invoices):
        first = next((i for i in range(later) if i not in copies and is_copy(invoices[i], invoice)), None)
        if first is not None:
            copies[later] = first
    return copies


def is_copy(first: Invoice, later: Invoice) -> bool:
    """Whether two forms are one invoice handed in twice: same number, same person, same acts."""
    number = _same_number(first.invoice_number, later.invoice_number)
    if number is False:
        return False
    person = same_patient(first, later)
    if person is False:
        return False
    acts = acts_in_common(first.acts, later.acts)
    if number:
        return acts is None or acts >= _SAME_ACTS
    # Without a number to rely on, everything else must be the same invoice.
    return bool(person) and acts is not None and acts >= _SAME_ACTS and _equal(first.total_amount, later.total_amount)


def same_patient(one: Invoice, other: Invoice) -> bool | None:
    """Whether two forms are for the same person; None where too little was read."""
    votes: list[bool] = []
    nirs = [insured_entries(i)[0].value for i in (one, other)]
    if nirs[0] and nirs[1]:
        votes.append(digit_slips(nirs[0][:BODY_LENGTH], nirs[1][:BODY_LENGTH]) <= 2)  # noqa: PLR2004
    if one.patient_name.value and other.patient_name.value:
        votes.append(name_likeness(one.patient_name.value, other.patient_name.value) >= SAME_NAME)
    if one.patient_birth_date.value and other.patient_birth_date.value:
        votes.append(digit_slips(one.patient_birth_date.value, other.patient_birth_date.value) <= 1)
    return None if not votes else 2 * sum(votes) > len(votes)


def acts_in_common(first: Sequence[Act], later: Sequence[Act]) -> float | None:
    """Return the share of rows, of the shorter table, that both carry; None where a table has no row that was read.

    Rows are the same by day and fee or by day and code: one of them may be misread, or corrected on the copy.
    """
    shares = [_share(_rows(first, name), _rows(later, name)) for name in ("fee", "code")]
    return max((s for s in shares if s is not None), default=None)


def _share(mine: list[tuple[str, str | None]], theirs: list[tuple[str, str | None]]) -> float | None:
    if not mine or not theirs:
        return None
    left = list(theirs)
    for row in mine:
        if row in left:
            left.remove(row)
    return (len(theirs) - len(left)) / min(len(mine), len(theirs))


def _rows(acts: Sequence[Act], name: str) -> list[tuple[str, str | None]]:
    return [(act.date.value, getattr(act, name).value) for act in acts if act.date.value is not None]


def _same_number(one: Field[str], other: Field[str]) -> bool | None:
    if one.value is None or other.value is None:
        return None
    if bare_number(one.value) == bare_number(other.value):
        return True
    return False if min(one.confidence, other.confidence) >= _SURE else None


def _equal(one: Field[str], other: Field[str]) -> bool:
    return one.value is not None and one.value == other.value
