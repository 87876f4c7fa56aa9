"""Where a matched line and form disagree, entry by entry.

Every entry both papers carry is compared. A difference between two sure readings accuses the paper and is told as such;
one that may be a misreading accuses nobody, but its invoice goes to a person (``intake.decide``).
"""

from collections.abc import Callable, Iterator
from typing import Final

from intake.insured import insured_entries
from intake.likeness import SAME_NAME, bare_number, name_likeness, same_person_name
from schemas.batch import Difference
from schemas.bordereau import Line
from schemas.field import Field
from schemas.identifiers.nir import same_nir
from schemas.invoice import Invoice

#: Confidence from which two spellings of one name, a letter apart, are two names and no misreading: names by hand that
#: are right but for one letter were read with up to 0.95.
_SURE_OF_EACH_LETTER: Final = 0.98


def differences(line: Line, invoice: Invoice, *, at_least: float, below: float = 2.0) -> tuple[Difference, ...]:
    """Return the entries on which the two disagree, under the line's field names; unread entries are not compared.

    Args:
        line: the bordereau's line.
        invoice: the form matched with it.
        at_least: confidence of the less sure of the two readings from which a difference is told.
        below: and under which it is.
    """
    return tuple(
        Difference(field=name, line_value=on_line.value, invoice_value=on_form.value)
        for name, on_line, on_form, same in compared_entries(line, invoice)
        if on_line.value is not None
        and on_form.value is not None
        and not same(on_line.value, on_form.value)
        and at_least <= _sureness(name, on_line, on_form) < below
    )


def _sureness(name: str, on_line: Field[str], on_form: Field[str]) -> float:
    """Return how sure the less sure of two readings that differ is; nothing where a letter of a name may be misread."""
    sure = min(on_line.confidence, on_form.confidence)
    is_name = name == "insured_name" and name_likeness(on_line.value or "", on_form.value or "") >= SAME_NAME
    return 0.0 if is_name and sure < _SURE_OF_EACH_LETTER else sure


def compared_entries(
    line: Line, invoice: Invoice
) -> Iterator[tuple[str, Field[str], Field[str], Callable[[str, str], bool]]]:
    """Yield the entries a line and its form share: the line's field name, both readings, the comparison."""
    nir, name = insured_entries(invoice)
    yield "invoice_number", line.invoice_number, invoice.invoice_number, same_number
    yield "insured_nir", line.insured_nir, nir, same_nir
    yield "insured_name", line.insured_name, name, same_person_name
    yield "beneficiary_birth_date", line.beneficiary_birth_date, invoice.patient_birth_date, str.__eq__
    yield "total_amount", line.total_amount, invoice.total_amount, str.__eq__


def same_number(one: str, other: str) -> bool:
    """Whether two invoice numbers are the same, whatever zeros they are padded with."""
    return bare_number(one) == bare_number(other)
