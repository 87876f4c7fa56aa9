"""Where a matched line and form disagree, entry by entry.

Every entry both papers carry is compared. A difference is told of the paper where the form's ink leaves the line's
value no chance: not how sure the reading is counts, but how much likelier the ink is as read than as printed on the
line. A slip of the pen breaks a key, so that its reading alone looks doubtful; a misread figure may look quite sure.
What may be a misreading accuses nobody, but its invoice goes to a person (``intake.decide``).
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final

from intake.evidence import offered
from intake.insured import has_other_insured, insured_entries
from intake.likeness import SAME_NAME, bare_number, name_likeness, same_person_name
from schemas.batch import Difference
from schemas.bordereau import Line
from schemas.field import Field, Ink
from schemas.identifiers.nir import FULL_LENGTH, birth_month, is_nir, same_nir
from schemas.invoice import Invoice
from schemas.money import sum_read

Same = Callable[[str, str], bool]

#: Confidence from which two spellings of one name, a letter apart, are two names and no misreading: names by hand that
#: are right but for one letter were read with up to 0.95.
_SURE_OF_EACH_LETTER: Final = 0.98
#: The same for a total that the form's own rows do not add up to: a lost first figure was read with 0.95.
_SURE_ALONE: Final = 0.98
#: Ink a hundred times likelier as read than as the line has it makes a difference of 0.9. In 34 planted lots the
#: figures of combs misread stood below 20, those truly other above 100.
_AGAINST_THE_LINE: Final = 11.0
#: What it counts for where the form's own rows add up to what was read: a misread total seldom is their sum.
_ADDED_UP: Final = 30.0
#: What it counts for where another entry of the form speaks for the line: nines like threes stood in date and NIR.
_BORNE_OUT: Final = 0.1
#: The ink must offer what was read: a value other papers put there says nothing of this one.
_BORNE: Final = 0.002
_LEAST: Final = 1e-30
#: Entries read figure by figure.
_COMBS: Final = frozenset({"invoice_number", "insured_nir", "beneficiary_birth_date"})
#: A printed NIR whose key is wrong and that no reader saw otherwise: all three among 1,200 read were printed so.
_PRINTED_SO: Final = 0.9


def differences(line: Line, invoice: Invoice, *, at_least: float, below: float = 2.0) -> tuple[Difference, ...]:
    """Return the entries on which the two disagree, under the line's field names; unread entries are not compared.

    Args:
        line: the bordereau's line.
        invoice: the form matched with it.
        at_least: sureness, 0 to 1, from which a difference is told.
        below: and under which it is.
    """
    return tuple(
        Difference(field=name, line_value=on_line.value, invoice_value=on_form.value)
        for name, on_line, on_form, same in compared_entries(line, invoice)
        if on_line.value is not None
        and on_form.value is not None
        and not same(on_line.value, on_form.value)
        and at_least <= min(_printed(name, on_line), _written(name, on_line.value, on_form, same, invoice)) < below
    )


def _printed(name: str, entry: Field[str]) -> float:
    """Return how sure it is that the line bears what was read."""
    number = entry.value or ""
    keyless = name == "insured_nir" and len(number) == FULL_LENGTH and not is_nir(number)
    return max(entry.confidence, _PRINTED_SO) if keyless and not entry.alternatives else entry.confidence


def _written(name: str, on_line: str, entry: Field[str], same: Same, invoice: Invoice) -> float:
    """Return how sure it is that the form does not bear the line's value."""
    if entry.ink is None or entry.value is None:
        sure = entry.confidence
    else:
        own, lines = (offered(entry, value, same)[1] for value in (entry.value, on_line))
        clearer = own / max(lines, _LEAST)
        if name in _COMBS:
            clearer = _clearest_figure(entry.ink, entry.value, on_line, clearer)
        if name == "total_amount" and _adds_up(invoice):
            clearer *= _ADDED_UP
        if name == "beneficiary_birth_date" and _own_nir_bears_out(invoice, on_line, entry.value):
            clearer *= _BORNE_OUT
        sure = clearer / (clearer + _AGAINST_THE_LINE) if own >= _BORNE else 0.0
    if name == "insured_name":
        sure = min(sure, entry.confidence)
        if name_likeness(on_line, entry.value or "") >= SAME_NAME and sure < _SURE_OF_EACH_LETTER:
            return 0.0  # a letter may be misread
    if name == "total_amount" and not _adds_up(invoice) and entry.confidence < _SURE_ALONE:
        return min(sure, entry.confidence, 0.5)
    return sure


def _own_nir_bears_out(invoice: Invoice, on_line: str, own: str) -> bool:
    """Whether the patient's own NIR on the form tells the line's month of birth and not the one read."""
    nir = invoice.patient_nir.value
    month = birth_month(nir) if nir is not None and is_nir(nir) and not has_other_insured(invoice) else None
    told = [(int(day[2:4]), int(day[5:7])) for day in (on_line, own)]
    return month is not None and month == told[0] != told[1]


def _clearest_figure(ink: Ink, own: str, on_line: str, together: float) -> float:
    """Return how much likelier the ink is as read than as the line has it, of the figure where that is clearest.

    One clear figure makes a difference, however doubtful the others; many doubtful ones make none, as a hand's sixes
    look like fours wherever they stand. Each figure is exchanged on the reading and on the line, and the lesser ratio
    counts: an exchange may make a day no calendar has.

    Args:
        ink: of the entry.
        own: the reading.
        on_line: what the line has.
        together: how much likelier all figures together are.
    """
    printed = on_line.zfill(len(own)) if own.isdecimal() else on_line
    places = [at for at, pair in enumerate(zip(own, printed, strict=False)) if pair[0] != pair[1]]
    if not places:
        return together
    found = float(together ** (1.0 / len(places)))
    for at in places:
        there = own[:at] + printed[at] + own[at + 1 :]
        back = printed[:at] + own[at] + printed[at + 1 :]
        ratios = (ink.share(own) / max(ink.share(there), _LEAST), ink.share(back) / max(ink.share(printed), _LEAST))
        found = max(found, min(ratios))
    return found


def _adds_up(invoice: Invoice) -> bool:
    """Whether the rows as read make the form's total."""
    cells = [cell for act in invoice.acts for cell in (act.fee, act.travel_flat, act.travel_km_amount)]
    total = sum_read("0.00" if cell.is_empty else cell.value for cell in cells) if cells else None
    return total is not None and invoice.total_amount.value is not None and total == Decimal(invoice.total_amount.value)


def compared_entries(line: Line, invoice: Invoice) -> Iterator[tuple[str, Field[str], Field[str], Same]]:
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
