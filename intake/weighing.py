"""How much likelier two readings are if form and line are one invoice than if they are two, as a logarithm.

Each entry is asked how likely its *ink* is, were the line's value written there (``Field.ink``), against any value of
its kind. Two invoices of a lot may share a patient, an insured, a name or a birth date by nature: what agrees is held
against each such kinship, so that another child of the same insured is no better a match than it ought to be.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import log
from typing import Final

from intake.differences import compared_entries
from intake.evidence import Same, offered
from intake.insured import insured_entries
from intake.likeness import OTHER_NAME, SAME_NAME, bare_number, digit_slips, name_likeness
from schemas.bordereau import Line
from schemas.field import Field
from schemas.identifiers.nir import BODY_LENGTH
from schemas.invoice import Invoice


@dataclass(frozen=True, slots=True)
class Kind:
    """What one entry is made of."""

    #: values it has among people at large, and values one slip away from a given one
    values: float
    neighbours: float
    #: share of true pairs that really differ on it: what the intake looks for, one in fifty
    differs: float
    #: how many slips make one value the other
    slips: Callable[[str, str], int]


#: Of values that differ, the share that is another altogether, and the share that is two slips away.
_ANOTHER: Final = 0.25
_TWO_SLIPS: Final = 0.1
#: Shares of two different invoices of one lot that are of one patient, of one insured's family, of one name, of one
#: birth date, of one amount, of one number; rounded up from what lots of a few dozen patients show.
_SAME_PATIENT: Final = 0.004
_SAME_INSURED: Final = 0.0025
_SAME_NAME: Final = 0.01
_SAME_BIRTH: Final = 0.01
_SAME_TOTAL: Final = 0.05
_SAME_NUMBER: Final = 0.001
#: Invoice numbers of a lot follow each other: another invoice's number is one of so many around a given one.
_AROUND: Final = 50
#: Probability no reading goes below of being none of the entry's at all.
_NEVER_SURE: Final = 0.001
#: Likeness from which misread ink may still be the name: half its letters.
_SOMEWHAT_ALIKE: Final = 0.5
#: Slips from which the ink is not asked for the line's value any more, as misread figures are few: asking takes time.
_TOO_FAR: Final = 5


def weigh(line: Line, invoice: Invoice, *, but: str | None = None) -> float:
    """Return the log-likelihood ratio that *line* and *invoice* are one: above 0 speaks for it, below against.

    Args:
        line: the bordereau's line.
        invoice: the form.
        but: an entry to leave out: how sure the pair is before that entry is argued from it.
    """
    odds = {entry: share if entry != but else 1.0 for entry, share in _compared(line, invoice).items()}
    nir, name, birth = odds["insured_nir"], odds["insured_name"], odds["beneficiary_birth_date"]
    strangers = (
        1.0 + _SAME_PATIENT * nir * name * birth + _SAME_INSURED * nir * name + _SAME_NAME * name + _SAME_BIRTH * birth
    )
    return (
        log(nir * name * birth / strangers)
        + _ratio(odds["invoice_number"], _SAME_NUMBER)
        + _ratio(odds["total_amount"], _SAME_TOTAL)
    )


def contradiction(line: Line, invoice: Invoice) -> float:
    """Return the log-likelihood ratio of the one entry that speaks most against the pair; 0 where none does."""
    return log(min(1.0, *_compared(line, invoice).values()))


def _compared(line: Line, invoice: Invoice) -> dict[str, float]:
    return {name: _odds(name, printed, form, same) for name, printed, form, same in compared_entries(line, invoice)}


def is_identified(invoice: Invoice) -> bool:
    """Whether enough was read to tell whose invoice it is: its number, its NIR, or name and birth date."""
    nir, name = insured_entries(invoice)
    return (
        _is_likely(invoice.invoice_number)
        or _is_likely(nir)
        or (_is_likely(name) and _is_likely(invoice.patient_birth_date))
    )


def _is_likely(entry: Field[str]) -> bool:
    return entry.value is not None and entry.confidence >= 0.5  # noqa: PLR2004


def _ratio(odds: float, by_chance: float) -> float:
    return log(odds / (by_chance * odds + 1.0 - by_chance))


def _odds(entry: str, line: Field[str], form: Field[str], same: Same) -> float:
    """Return how much likelier the form's ink is with the line's value written there than with any value of its kind.

    An entry nobody could read may speak for a line, never against one.
    """
    if line.value is None or form.is_empty:
        return 1.0
    kind = _KINDS[entry]
    if form.value is None:
        return max(1.0, _share(line, form, same) * kind.values)
    slips = 0 if same(line.value, form.value) else kind.slips(line.value, form.value)
    values = kind.values
    if entry == "invoice_number" and _is_near(line.value, form.value):
        values = _AROUND
    junk, misprint = _junk(form), 1.0 - line.confidence
    borne = _share(line, form, same) if slips < _TOO_FAR else 0.0
    apart: dict[int, float] = {1: 1.0 / kind.neighbours, 2: _TWO_SLIPS / kind.neighbours**2}
    return (
        (1.0 - kind.differs) * borne * values
        + (kind.differs + junk + misprint) * apart.get(slips, 0.0) * values
        + junk
        + kind.differs * _ANOTHER
    )


def _junk(form: Field[str]) -> float:
    """Return the probability that the reading says nothing: what its page or key takes from what its ink says."""
    if form.ink is not None and form.value is not None:
        own = form.ink.share(form.value)
        return max(_NEVER_SURE, 1.0 - form.confidence / own) if own > 0 else 1.0
    listed = form.confidence + sum(a.probability for a in form.alternatives if a.value != form.value)
    return max(_NEVER_SURE, 1.0 - listed)


def _share(line: Field[str], form: Field[str], same: Same) -> float:
    """Return the probability the form's ink gives the line's value, over all the line may say."""
    said = 0.0 if line.value is None else line.confidence * _borne(line.value, form, same)
    others = (a for a in line.alternatives if a.value != line.value)
    return said + sum(a.probability * _borne(a.value, form, same) for a in others)


def _borne(value: str, form: Field[str], same: Same) -> float:
    own = form.confidence if form.value is not None and same(value, form.value) else 0.0
    return max(own, offered(form, value, same)[1])


def _is_near(one: str, other: str) -> bool:
    return one.isdecimal() and other.isdecimal() and abs(int(one) - int(other)) < 2 * _AROUND


def _name_slips(one: str, other: str) -> int:
    alike = name_likeness(one, other)
    return 1 if alike >= SAME_NAME else 2 if alike >= OTHER_NAME else 3 if alike >= _SOMEWHAT_ALIKE else _TOO_FAR


_KINDS: Final[dict[str, Kind]] = {
    "invoice_number": Kind(8_000, 80, 0.002, lambda a, b: digit_slips(bare_number(a), bare_number(b))),
    "insured_nir": Kind(60_000, 117, 0.02, lambda a, b: digit_slips(a[:BODY_LENGTH], b[:BODY_LENGTH])),
    "insured_name": Kind(8_000, 20, 0.02, _name_slips),
    "beneficiary_birth_date": Kind(20_000, 72, 0.02, digit_slips),
    "total_amount": Kind(150, 36, 0.02, digit_slips),
}
