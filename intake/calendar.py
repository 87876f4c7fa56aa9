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
#: Days looked at, the likeliest, and readings of one entry that name them.
_MOST_DAYS: Final = 500
_READINGS: Final = 40

Floats = NDArray[np.float64]


def dated(invoice: Invoice) -> Invoice:
    """Return *invoice* with its dates as sure as their order makes them."""
    if not invoice.acts:
        return invoice
    chain = [invoice.prescription_date, *(act.date for act in invoice.acts), invoice.form_date]
    offers = [_offers(entry) for entry in chain]
    days = _days(offers)
    if not days:
        return invoice
    between = _transitions(days, _BETWEEN_ACTS)
    steps = [_transitions(days, _TO_CARE), *(between,) * (len(chain) - 3), _transitions(days, _TO_FORM)]
    rows = sum(not act.date.is_empty for act in invoice.acts)
    weight = [1.0, *(max(rows, 1) ** -0.5,) * len(invoice.acts), 1.0]
    seen = [_emissions(e, o, days, w) for e, o, w in zip(chain, offers, weight, strict=True)]
    settled = [
        _settled(entry, offer, days, share)
        for entry, offer, share in zip(chain, offers, _smoothed(seen, steps), strict=True)
    ]
    first, *dates, last = settled
    acts = tuple(act.model_copy(update={"date": day}) for act, day in zip(invoice.acts, dates, strict=True))
    return invoice.model_copy(update={"prescription_date": first, "acts": acts, "form_date": last})


def _offers(entry: Field[str]) -> dict[int, tuple[str, float]]:
    """Return the days the ink of an entry offers, as written and with their probabilities."""
    found: dict[int, tuple[str, float]] = {}
    for candidate in candidates(entry, kept=_READINGS):
        day = None if candidate.is_other else as_day(candidate.value)
        if day is not None and candidate.value is not None:
            found[day.toordinal()] = (candidate.value, candidate.probability)
    return found


def _days(offers: Sequence[Mapping[int, tuple[str, float]]]) -> list[int]:
    """Return the days looked at: those the inks offer, and the days around the likely ones."""
    found: dict[int, float] = {}
    for offer in offers:
        for day, (_, probability) in offer.items():
            around = _AROUND if probability >= _LIKELY else 0
            for near in range(max(day - around, 1), day + around + 1):
                found[near] = max(found.get(near, 0.0), probability)
    return sorted(sorted(found, key=lambda day: -found[day])[:_MOST_DAYS])


def _emissions(entry: Field[str], offer: Mapping[int, tuple[str, float]], days: Sequence[int], months: float) -> Floats:
    """Return what the ink gives each day, and last what it leaves to all others.

    Args:
        entry: the date.
        offer: the days its ink offers.
        days: those looked at.
        months: weight, 0 to 1, of what the ink says of month and year. A writer's eleven looks like a one in every
            row: of n rows that err alike, all together count as the square root of n.
    """
    if entry.is_empty:
        return np.ones(len(days) + 1)
    by_month: dict[tuple[int, int], float] = {}
    for day, (_, probability) in offer.items():
        by_month[_month(day)] = by_month.get(_month(day), 0.0) + probability
    rest = 1.0 - min(sum(by_month.values()), 1.0)
    shares = {day: p * by_month[_month(day)] ** (months - 1.0) for day, (_, p) in offer.items() if p > 0}
    return np.array([*(shares.get(day, 0.0) + rest * _UNLISTED for day in days), rest * _ELSEWHERE])


def _month(day: int) -> tuple[int, int]:
    on = date.fromordinal(day)
    return on.year, on.month


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


def _settled(
    entry: Field[str], offer: Mapping[int, tuple[str, float]], days: Sequence[int], shares: Floats
) -> Field[str]:
    best = int(shares.argmax())
    if entry.is_empty or best == len(days) or days[best] not in offer or shares[best] <= EMPTY_IS_LIKELIER:
        return entry
    return taken(entry, offer[days[best]][0], float(shares[best]), "calendar")
