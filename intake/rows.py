"""The rows of a form weighed together: prices explain fees, and a series repeats its act.

Each row is a few joint readings of its cells, weighed by what the ink gives every cell and by whether the nomenclature
explains the price. Rows then lend each other weight, as a series of care repeats one act; they are one writer's, whose
slips repeat too, so the weight lent is bounded.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Final

from intake.joint import Candidate, candidates, taken
from intake.lot import Lot
from intake.pricing import explained_fees, surcharges_in
from schemas.field import EMPTY_IS_LIKELIER, Field
from schemas.invoice import Act
from schemas.money import rounded

Cells = tuple[Candidate, ...]
Rule = Callable[[Cells], float]

#: Share of rows priced by the nomenclature: the rest is faults and what the tables lack.
_RULE_HOLDS: Final = 0.97
#: Share of all other amounts that falls on one given amount: prices spread over hundreds.
_SPREAD: Final = 0.01
_BROKEN: Final = (1.0 - _RULE_HOLDS) * _SPREAD
#: Odds of a combination with an entry nobody listed, or without a known tariff: about one amount in twenty would fit.
_UNKNOWN: Final = 0.05
#: Readings of one cell, and of one row, that are weighed.
_A_CELL: Final = 8
_A_ROW: Final = 200
#: Share of the ink a value must have to be weighed at all where only another row or the tariff names it.
_BORNE: Final = 1e-4
#: Weight of a reading no other row has, against one that all have: the same writer's slip may stand in all of them.
_ALONE: Final = 0.1
_ROUNDS: Final = 3
_PRICED: Final = ("code", "coefficient", "surcharge", "fee")
_FLAT: Final = ("travel_flat",)
_DRIVEN: Final = ("travel_km", "travel_km_amount")


@dataclass(frozen=True, slots=True)
class _Reading:
    """One joint reading of some cells of a row, with its weight."""

    cells: Cells
    weight: float

    @property
    def values(self) -> tuple[str | None, ...] | None:
        """What it says; None where a cell holds something nobody listed."""
        return None if any(c.is_other for c in self.cells) else tuple(c.value for c in self.cells)


def settled_rows(lot: Lot, acts: Sequence[Act]) -> list[Act]:
    """Return the rows as sure as the nomenclature and each other make them.

    Args:
        lot: for its nomenclature and zone.
        acts: of one form, top to bottom.
    """
    rows = list(acts)
    halved = [sum(other.date.value in (None, act.date.value) for other in acts) > 1 for act in acts]
    for names, rule in ((_PRICED, _priced), (_FLAT, _flat), (_DRIVEN, _driven)):
        told = _values_of_rows(rows, names)
        readings = [_readings(act, names, told, rule(lot, act, halved=h)) for act, h in zip(rows, halved, strict=True)]
        for row, shares in enumerate(_lent(readings)):
            rows[row] = _taken(rows[row], names, readings[row], shares)
    return rows


def _values_of_rows(acts: Sequence[Act], names: Sequence[str]) -> dict[str, set[str]]:
    """Return what each column's rows say, as read."""
    return {name: {v for act in acts if (v := getattr(act, name).value) is not None} for name in names}


def _readings(act: Act, names: Sequence[str], told: dict[str, set[str]], rule: Rule) -> list[_Reading]:
    """Return the joint readings of some cells of a row, likeliest first."""
    options = [_offered(getattr(act, name), told[name]) for name in names]
    found = []
    for cells in product(*options):
        weight = rule(cells)
        for cell in cells:
            weight *= cell.probability
        found.append(_Reading(cells, weight))
    return sorted(found, key=lambda r: -r.weight)[:_A_ROW]


def _offered(entry: Field[str], told: set[str]) -> list[Candidate]:
    """Return what a cell may say, what other rows say among it where its ink bears that at all."""
    listed = candidates(entry, kept=_A_CELL)
    ink = entry.ink
    if ink is None or entry.is_empty:
        return listed
    known = {c.value for c in listed}
    borne = [Candidate(value, ink.share(value)) for value in sorted(told - known)]
    return [*listed[:-1], *(c for c in borne if c.probability >= _BORNE), listed[-1]]


def _lent(readings: Sequence[list[_Reading]]) -> list[list[float]]:
    """Return the share of each reading of each row, the other rows heard."""
    shares = [_scaled([r.weight for r in row]) for row in readings]
    if len(readings) == 1:
        return shares
    for _ in range(_ROUNDS):
        told = [_by_values(row, share) for row, share in zip(readings, shares, strict=True)]
        total: defaultdict[tuple[str | None, ...], float] = defaultdict(float)
        for row in told:
            for values, share in row.items():
                total[values] += share
        others = len(readings) - 1
        shares = [
            _scaled([r.weight * (_ALONE + _heard(r, total, told[k]) / others) for r in row])
            for k, row in enumerate(readings)
        ]
    return shares


def _heard(
    reading: _Reading,
    total: dict[tuple[str | None, ...], float],
    own: dict[tuple[str | None, ...], float],
) -> float:
    """Return how much the other rows together say what *reading* says."""
    values = reading.values
    return 0.0 if values is None else total.get(values, 0.0) - own.get(values, 0.0)


def _by_values(row: Sequence[_Reading], shares: Sequence[float]) -> dict[tuple[str | None, ...], float]:
    return {values: share for r, share in zip(row, shares, strict=True) if (values := r.values) is not None}


def _scaled(weights: Sequence[float]) -> list[float]:
    total = sum(weights)
    return [w / total for w in weights] if total > 0 else [0.0] * len(weights)


def _taken(act: Act, names: Sequence[str], readings: Sequence[_Reading], shares: Sequence[float]) -> Act:
    """Return the row with its likeliest joint reading, each cell as sure as all readings that agree on it."""
    best = max(range(len(readings)), key=lambda k: shares[k], default=None)
    if best is None or readings[best].values is None:
        return act
    changed: dict[str, Field[str]] = {}
    for place, name in enumerate(names):
        value = readings[best].cells[place].value
        share = sum(
            s
            for r, s in zip(readings, shares, strict=True)
            if r.cells[place].value == value and not r.cells[place].is_other
        )
        if share > EMPTY_IS_LIKELIER:
            changed[name] = taken(getattr(act, name), value, share, "nomenclature")
    return act.model_copy(update=changed)


def _priced(lot: Lot, act: Act, *, halved: bool) -> Rule:
    """Return how likely a row bears a code, a coefficient, a surcharge and a fee together."""
    day, zone = lot.day(act.date), lot.zone

    def rule(cells: Cells) -> float:
        code, coefficient, surcharge, fee = cells
        if any(c.is_other for c in cells) or code.value is None or fee.value is None:
            return _UNKNOWN
        fees = explained_fees(
            lot.nomenclature, code.value, coefficient.value, surcharges_in(surcharge.value), day, zone=zone,
            halved=halved,
        )  # fmt: skip
        if not fees:
            return _UNKNOWN
        return _RULE_HOLDS / len(fees) if Decimal(fee.value) in fees else _BROKEN

    return rule


def _flat(lot: Lot, act: Act, *, halved: bool) -> Rule:
    """Return how likely a row bears a flat travel fee: one of the day's, or none."""
    del halved
    flats = lot.nomenclature.travel_flats(lot.day(act.date), lot.zone)

    def rule(cells: Cells) -> float:
        (flat,) = cells
        if flat.is_other:
            return _UNKNOWN
        if flat.value is None or not flats:
            return _RULE_HOLDS
        return _RULE_HOLDS / len(flats) if Decimal(flat.value) in flats else _BROKEN

    return rule


def _driven(lot: Lot, act: Act, *, halved: bool) -> Rule:
    """Return how likely a row bears a number of kilometres and their amount together."""
    del halved
    rates = lot.nomenclature.km_rates(lot.day(act.date), lot.zone)

    def rule(cells: Cells) -> float:
        km, amount = cells
        if km.is_other or amount.is_other:
            return _UNKNOWN
        if km.value is None or amount.value is None:
            return _RULE_HOLDS if km.value is None and amount.value is None else _BROKEN
        fits = Decimal(amount.value) in {rounded(Decimal(km.value) * rate) for rate in rates}
        return _RULE_HOLDS / max(len(rates), 1) if fits else _BROKEN

    return rule
