"""The dates of a form as evidence for each other: prescription, then care row by row, then the form.

A form lists a series. What the ink of each date offers and how the dates usually follow each other are weighed
together; a day the ink never offered is never taken.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from intake.joint import candidates, taken
from intake.lot import as_day
from schemas.field import EMPTY_IS_LIKELIER, Field
from schemas.invoice import Invoice

#: Odds that a date comes so many days after the one before it, up to the last listed; then as many days, evenly; and
#: backwards, which is a fault. Round figures: nursing series go daily, physiotherapists' two or three times a week,
#: care begins within weeks of its prescription, and forms are dated within days of the last act (domain.md 4.5).
_BETWEEN_ACTS: Final = (0.15, 0.40, 0.12, 0.07, 0.04, 0.02, 0.02, 0.06)
_TO_CARE: Final = (0.10, 0.10, 0.07, 0.06, 0.05, 0.04, 0.04, 0.04, *(0.02,) * 14)
_TO_FORM: Final = (0.30, 0.12, 0.08, 0.06, 0.05, 0.04, 0.04, 0.04, *(0.01,) * 14)
_LATER: Final = 0.002
_MUCH_LATER: Final = 0.00002
_YEAR: Final = 366
_BACKWARDS: Final = 0.0005
#: Share of an ink's unlisted readings that falls on one given day: most slips change one of eight digits.
_UNLISTED: Final = 0.03
#: Share of them that falls on none of the days looked at, and the odds of a step to or from there.
_ELSEWHERE: Final = 0.3
_STEP_ELSEWHERE: Final = 0.005
#: Days looked at on both sides of each likely reading: a week of series.
_AROUND: Final = 8
_LIKELY: Final = 0.05
#: More days than this are not looked at: the inks disagree too much to tell anything.
_MOST_DAYS: Final = 600

Floats = NDArray[np.float64]


def dated(invoice: Invoice) -> Invoice:
    """Return *invoice* with its dates as sure as their order makes them."""
    if not invoice.acts:
        return invoice
    chain = [invoice.prescription_date, *(act.date for act in invoice.acts), invoice.form_date]
    days = _days(chain)
    if not 0 < len(days) <= _MOST_DAYS:
        return invoice
    between = _transitions(days, _BETWEEN_ACTS)
    steps = [_transitions(days, _TO_CARE), *(between,) * (len(chain) - 3), _transitions(days, _TO_FORM)]
    shares = _smoothed([_emissions(entry, days) for entry in chain], steps)
    first, *rows, last = [_settled(entry, days, share) for entry, share in zip(chain, shares, strict=True)]
    acts = tuple(act.model_copy(update={"date": row}) for act, row in zip(invoice.acts, rows, strict=True))
    return invoice.model_copy(update={"prescription_date": first, "acts": acts, "form_date": last})


def _days(chain: Sequence[Field[str]]) -> list[int]:
    found: set[int] = set()
    for entry in chain:
        for candidate in candidates(entry):
            day = None if candidate.is_other else as_day(candidate.value)
            if day is not None:
                around = _AROUND if candidate.probability >= _LIKELY else 0
                found |= set(range(max(day.toordinal() - around, 1), day.toordinal() + around + 1))
    return sorted(found)


def _emissions(entry: Field[str], days: Sequence[int]) -> Floats:
    """Return what the ink gives each day, and last what it leaves to all others."""
    if entry.is_empty:
        return np.ones(len(days) + 1)
    options = candidates(entry)
    listed = {d.toordinal(): c.probability for c in options if not c.is_other and (d := as_day(c.value)) is not None}
    rest = 1.0 - min(sum(listed.values()), 1.0)
    return np.array([*(listed.get(day, 0.0) + rest * _UNLISTED for day in days), rest * _ELSEWHERE])


def _transitions(days: Sequence[int], steps: Sequence[float]) -> Floats:
    ordinals = np.asarray(days)
    ahead = ordinals[None, :] - ordinals[:, None]
    table = np.array([*steps, _LATER, _MUCH_LATER])
    place = np.where(ahead < len(steps), ahead, np.where(ahead <= _YEAR, len(steps), len(steps) + 1))
    odds = np.where(ahead < 0, _BACKWARDS, table[np.maximum(place, 0)])
    return np.pad(odds, (0, 1), constant_values=_STEP_ELSEWHERE)


def _smoothed(emissions: Sequence[Floats], transitions: Sequence[Floats]) -> list[Floats]:
    """Return, for each date of the chain, the share of each day given all dates (forward and backward sums)."""
    forward = [_scaled(emissions[0])]
    for seen, step in zip(emissions[1:], transitions, strict=True):
        forward.append(_scaled((forward[-1] @ step) * seen))
    backward = [np.ones_like(emissions[-1])]
    for seen, step in zip(reversed(emissions[1:]), reversed(transitions), strict=True):
        backward.append(_scaled(step @ (backward[-1] * seen)))
    return [_scaled(ahead * behind) for ahead, behind in zip(forward, reversed(backward), strict=True)]


def _scaled(shares: Floats) -> Floats:
    total = float(shares.sum())
    return shares / total if total > 0 else shares


def _settled(entry: Field[str], days: Sequence[int], shares: Floats) -> Field[str]:
    offered: Mapping[int, str] = {
        d.toordinal(): c.value for c in candidates(entry) if c.value is not None and (d := as_day(c.value)) is not None
    }
    best = int(shares.argmax())
    if entry.is_empty or best == len(days) or days[best] not in offered or shares[best] <= EMPTY_IS_LIKELIER:
        return entry
    return taken(entry, date.fromordinal(days[best]).isoformat(), float(shares[best]), "calendar")
