"""Forms and bordereau lines, assigned jointly: which form is which line's, and which is nobody's.

Each pair is weighed field by field as a log-likelihood ratio: how much likelier these two readings are if form and line
are one invoice than if they are two. Unread fields are neutral. The whole lot is then assigned at once against the
explicit cost of "none of these", so that a foreign form stays out and a form with a true difference stays in.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import exp, log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from intake.copies import find_copies
from intake.differences import compared_entries
from intake.insured import insured_entries
from intake.likeness import OTHER_NAME, SAME_NAME, bare_number, digit_slips, name_likeness
from intake.lot import Lot
from intake.pieces import targets, tie_attachments, tie_prescriptions
from schemas.batch import Match
from schemas.bordereau import Bordereau, Line
from schemas.field import Field
from schemas.identifiers.nir import BODY_LENGTH
from schemas.invoice import Invoice

#: Log-likelihood ratios of two equal readings: minus the log of how often two *different* invoices of one lot agree by
#: chance (numbers differ within a lot; NIR, name and birth date agree within a family, or for one patient's invoices).
_NUMBER_AGREES: Final = 7.0
_NIR_AGREES: Final = 5.0
_NAME_AGREES: Final = 4.5
_BIRTH_AGREES: Final = 4.5
_TOTAL_AGREES: Final = 3.0
#: and of two invoices being one patient's, which makes all three agree.
_SAME_PATIENT: Final = 5.5
_PERSON: Final = ("insured_nir", "insured_name", "beneficiary_birth_date")
#: Share of true pairs that really differ on a field: true differences are what the intake looks for, one in fifty.
_TRUE_DIFFERENCE: Final = 0.02
#: The number is what the line and its form share by construction: software prints both.
_TRUE_NUMBER_DIFFERENCE: Final = 0.0002
#: A pair needs this much in its favour: one chance in e^2 that nothing but luck speaks for it.
_NONE_OF_THESE: Final = 2.0
#: A pair without any identity in common is not made by position alone unless nothing speaks against it.
_CONTRADICTION: Final = -1.0
#: Weight of a field both of whose readings are nearly alike (one or two slips), against one that agrees.
_NEARLY: Final = 0.5
#: Position breaks ties between equal weights, never more.
_POSITION: Final = 0.05
_FORBIDDEN: Final = -1e6

Weigh = Callable[[str, str], float]


@dataclass(frozen=True, slots=True)
class Matching:
    """The outcome: assigned pairs, later copies, and forms too little of which was read to say anything."""

    matches: tuple[Match, ...] = ()
    copies: dict[int, int] = field(default_factory=dict)
    unidentified: frozenset[int] = frozenset()


def match(lot: Lot) -> Lot:
    """Return the lot with its forms matched to the lines, and its other pieces tied to both."""
    matching = match_forms(lot.bordereau, lot.invoices)
    line_of = {m.invoice: m.line for m in matching.matches}
    among = targets(lot.invoices, lot.lines, line_of, matching.copies)
    return replace(
        lot,
        matches=matching.matches,
        copies=matching.copies,
        unidentified=matching.unidentified,
        prescriptions=tie_prescriptions(lot.prescriptions, among),
        attachments=tie_attachments(lot.attachments, among),
    )


def match_forms(bordereau: Bordereau | None, invoices: Sequence[Invoice]) -> Matching:
    """Assign the lot's forms to its bordereau's lines; later copies of a form are left out."""
    copies = find_copies(invoices)
    originals = [i for i in range(len(invoices)) if i not in copies]
    if bordereau is None or not bordereau.lines or not originals:
        return Matching(copies=copies)
    weights = np.array([[weigh(line, invoices[i]) for i in originals] for line in bordereau.lines])
    pairs = _assign(weights)
    pairs |= _by_elimination(weights, pairs)
    matched = set(pairs.values())
    unidentified = frozenset(
        i for column, i in enumerate(originals) if column not in matched and not is_identified(invoices[i])
    )
    matches = tuple(
        Match(
            line=row,
            invoice=originals[column],
            score=round(_score(weights, row, column), 4),
        )
        for row, column in sorted(pairs.items())
    )
    return Matching(matches, copies, unidentified)


def weigh(line: Line, invoice: Invoice, *, but: str | None = None) -> float:
    """Return the log-likelihood ratio that *line* and *invoice* are one: above 0 speaks for it, below against.

    Args:
        line: the bordereau's line.
        invoice: the form.
        but: an entry to leave out: how sure the pair is before that entry is argued from it.
    """
    weights = {
        entry: _weigh_entry(entry, on_line, on_form)
        for entry, on_line, on_form, _ in compared_entries(line, invoice)
        if entry != but
    }
    person = sum(weights.get(entry, 0.0) for entry in _PERSON)
    # The same patient comes back: NIR, name and birth date then agree all three.
    return min(person, _SAME_PATIENT) + sum(w for entry, w in weights.items() if entry not in _PERSON)


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


def _weigh_entry(entry: str, line: Field[str], form: Field[str]) -> float:
    """Weigh one field; a doubtful reading that differs speaks less, and its alternatives are heard."""
    if line.value is None or form.value is None:
        return 0.0
    compare, true_difference = _RULES[entry]
    agreement = compare(line.value, form.value)
    heard = [compare(line.value, a.value) + log(max(a.probability, 1e-6)) for a in form.alternatives]
    best = max([agreement, *heard])
    if best > 0:
        return best
    # P(differ | same invoice): one of the two is misread, or the papers truly differ.
    trust = line.confidence * form.confidence
    return -agreement * log(1.0 - trust * (1.0 - true_difference)) if agreement < 0 else 0.0


def _weigh_number(one: str, other: str) -> float:
    return _NUMBER_AGREES if bare_number(one) == bare_number(other) else -1.0


def _weigh_nir(one: str, other: str) -> float:
    slips = digit_slips(one[:BODY_LENGTH], other[:BODY_LENGTH])
    if slips <= 2:  # noqa: PLR2004
        return _NIR_AGREES * (_NEARLY if slips else 1.0)
    return -1.0


def _weigh_name(one: str, other: str) -> float:
    alike = name_likeness(one, other)
    if alike >= SAME_NAME:
        return _NAME_AGREES
    return _NAME_AGREES * _NEARLY * (alike - OTHER_NAME) / (SAME_NAME - OTHER_NAME) if alike >= OTHER_NAME else -1.0


def _weigh_birth(one: str, other: str) -> float:
    slips = digit_slips(one, other)
    if slips <= 1:
        return _BIRTH_AGREES * (_NEARLY if slips else 1.0)
    return -1.0


def _weigh_total(one: str, other: str) -> float:
    return _TOTAL_AGREES if one == other else -1.0


_RULES: Final[dict[str, tuple[Weigh, float]]] = {
    "invoice_number": (_weigh_number, _TRUE_NUMBER_DIFFERENCE),
    "insured_nir": (_weigh_nir, _TRUE_DIFFERENCE),
    "insured_name": (_weigh_name, _TRUE_DIFFERENCE),
    "beneficiary_birth_date": (_weigh_birth, _TRUE_DIFFERENCE),
    "total_amount": (_weigh_total, _TRUE_DIFFERENCE),
}


def _assign(weights: NDArray[np.float64]) -> dict[int, int]:
    """Return line -> form over all pairs at once; a line or form left to "none of these" is absent."""
    rows, columns = weights.shape
    near = -np.abs(np.arange(rows)[:, None] / max(rows - 1, 1) - np.arange(columns)[None, :] / max(columns - 1, 1))
    gain = np.where(weights >= _NONE_OF_THESE, weights - _NONE_OF_THESE + _POSITION * near + 2 * _POSITION, 0.0)
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - half of a page's reading time to import

    chosen = linear_sum_assignment(gain, maximize=True)
    return {int(r): int(c) for r, c in zip(*chosen, strict=True) if weights[r, c] >= _NONE_OF_THESE}


def _by_elimination(weights: NDArray[np.float64], pairs: dict[int, int]) -> dict[int, int]:
    """Return further pairs: a form nothing was read of, that lies between the forms of a free line's neighbours.

    Only where nothing contradicts it; its fields stay unsure, so it goes to a person anyway.
    """
    rows, columns = weights.shape
    free = [row for row in range(rows) if row not in pairs]
    taken = set(pairs.values())
    found: dict[int, int] = {}
    for column in (c for c in range(columns) if c not in taken):
        before = max((r for r, c in pairs.items() if c < column), default=-1)
        candidates = [r for r in free if r not in found and weights[r, column] > _CONTRADICTION]
        here = [r for r in candidates if before < r < _next_row(pairs, column, rows)]
        if len(here) == 1 or (len(candidates) == 1 and len(free) == 1):
            found[(here or candidates)[0]] = column
    return found


def _next_row(pairs: dict[int, int], column: int, rows: int) -> int:
    return min((r for r, c in pairs.items() if c > column), default=rows)


def _score(weights: NDArray[np.float64], row: int, column: int) -> float:
    """Return the probability of a pair among all pairs of its line and its form and "none of these"."""
    rivals = np.concatenate([np.delete(weights[row], column), np.delete(weights[:, column], row), [_NONE_OF_THESE]])
    own = float(weights[row, column])
    return 1.0 / (1.0 + float(sum(exp(min(max(float(r) - own, -60.0), 60.0)) for r in rivals)))
