"""Forms and bordereau lines, assigned jointly: which form is which line's, and which is nobody's.

Each pair is weighed as a log-likelihood ratio (``intake.weighing``). The whole lot is then assigned at once against the
explicit cost of "none of these", so that a foreign form stays out and a form with a true difference stays in.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import exp
from typing import Final

import numpy as np
from numpy.typing import NDArray

from intake.copies import find_copies
from intake.lot import Lot
from intake.pieces import targets, tie_attachments, tie_prescriptions
from intake.weighing import contradiction, is_identified, weigh
from schemas.batch import Match
from schemas.bordereau import Bordereau
from schemas.invoice import Invoice

__all__ = ["Matching", "match", "match_forms", "weigh"]

#: A pair needs this much in its favour: one chance in e^2 that nothing but luck speaks for it.
_NONE_OF_THESE: Final = 2.0
#: A pair without any identity in common is not made by position alone unless nothing speaks against it.
_CONTRADICTION: Final = -1.0
#: and not at all against one sure entry, one chance in e^3 left: a form of the same family may share all the others.
_SURE_CONTRADICTION: Final = -3.0
#: Position breaks ties between equal weights, never more.
_POSITION: Final = 0.05


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
    pairs |= _by_elimination(
        weights, pairs, lambda row, column: contradiction(bordereau.lines[row], invoices[originals[column]])
    )
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


def _assign(weights: NDArray[np.float64]) -> dict[int, int]:
    """Return line -> form over all pairs at once; a line or form left to "none of these" is absent."""
    rows, columns = weights.shape
    near = -np.abs(np.arange(rows)[:, None] / max(rows - 1, 1) - np.arange(columns)[None, :] / max(columns - 1, 1))
    gain = np.where(weights >= _NONE_OF_THESE, weights - _NONE_OF_THESE + _POSITION * near + 2 * _POSITION, 0.0)
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - half of a page's reading time to import

    chosen = linear_sum_assignment(gain, maximize=True)
    return {int(r): int(c) for r, c in zip(*chosen, strict=True) if weights[r, c] >= _NONE_OF_THESE}


def _by_elimination(
    weights: NDArray[np.float64], pairs: dict[int, int], against: Callable[[int, int], float]
) -> dict[int, int]:
    """Return further pairs: a form little was read of, that lies between the forms of a free line's neighbours.

    Only where nothing contradicts it: *against* tells how much the worst entry of a line and a form does. Its fields
    stay unsure, so it goes to a person anyway.
    """
    rows, columns = weights.shape
    free = [row for row in range(rows) if row not in pairs]
    taken = set(pairs.values())
    found: dict[int, int] = {}
    for column in (c for c in range(columns) if c not in taken):
        before = max((r for r, c in pairs.items() if c < column), default=-1)
        candidates = [
            r
            for r in free
            if r not in found and weights[r, column] > _CONTRADICTION and against(r, column) > _SURE_CONTRADICTION
        ]
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
