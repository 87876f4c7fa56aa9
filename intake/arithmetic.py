"""The form's own arithmetic as evidence: tariffs, kilometres, the total."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from intake.joint import Candidate, candidates, sums, taken
from intake.lot import Lot
from intake.rows import settled_rows
from schemas.field import EMPTY_IS_LIKELIER, Field
from schemas.invoice import Invoice

#: Share of totals that add up: the rest is faults.
_RULE_HOLDS: Final = 0.97
#: Share of all other amounts that falls on one given amount: prices and totals spread over hundreds.
_SPREAD: Final = 0.01
_BROKEN: Final = (1.0 - _RULE_HOLDS) * _SPREAD
#: A value the ink did not prefer is never surer than this by a sum alone: many readings of many amounts make one.
_BY_SUM_ALONE: Final = 0.97
#: Readings of an amount that are weighed.
_AN_AMOUNT: Final = 6
_CENTS: Final = 100


def reckoned(lot: Lot, invoice: Invoice) -> Invoice:
    """Return *invoice* with its acts weighed by the nomenclature and each other, and its amounts by its total."""
    return _by_total(invoice.model_copy(update={"acts": tuple(settled_rows(lot, invoice.acts))}))


def _by_total(invoice: Invoice) -> Invoice:
    """Weigh all amounts of a form against its total: none is trusted alone, all together rarely err twice."""
    names = [(row, name) for row in range(len(invoice.acts)) for name in ("fee", "travel_flat", "travel_km_amount")]
    entries = [getattr(invoice.acts[row], name) for row, name in names] + [invoice.total_amount]
    if not invoice.acts or any(e.is_unread and not candidates(e)[:-1] for e in entries):
        return invoice
    # The total counts against the acts: everything adds up to nothing.
    signs = [1] * len(names) + [-1]
    options = _with_needed(entries, [candidates(entry, kept=_AN_AMOUNT) for entry in entries], signs)
    listed = [
        [(sign * _cents(c), c.probability) for c in option if not c.is_other]
        for sign, option in zip(signs, options, strict=True)
    ]
    changed: list[Field[str]] = []
    for entry, option, sign, rest in zip(entries, options, signs, sums(listed), strict=True):
        weights = {c: c.probability * _odds(c, sign, rest) for c in option}
        best = max(weights, key=lambda c: weights[c])
        everything = sum(weights.values())
        if not everything:  # an amount elsewhere offers no value at all: the sum says nothing
            changed.append(entry)
            continue
        share = weights[best] / everything
        if best.value != entry.value:
            share = min(share, _BY_SUM_ALONE)
        holds = not best.is_other and rest.get(-sign * _cents(best), 0.0) > 0
        changed.append(taken(entry, best.value, share, "total") if holds and share > EMPTY_IS_LIKELIER else entry)
    rows = list(invoice.acts)
    for (row, name), entry in zip(names, changed[:-1], strict=True):
        rows[row] = rows[row].model_copy(update={name: entry})
    return invoice.model_copy(update={"acts": tuple(rows), "total_amount": changed[-1]})


def _with_needed(
    entries: Sequence[Field[str]], options: Sequence[list[Candidate]], signs: Sequence[int]
) -> list[list[Candidate]]:
    """Return the options of each amount with the one the others, as read, need of it, where its ink bears that."""
    best = [sign * _cents(option[0]) for sign, option in zip(signs, options, strict=True)]
    found = []
    for entry, option, sign, own in zip(entries, options, signs, best, strict=True):
        cents = -sign * (sum(best) - own)
        needed = f"{cents // _CENTS}.{cents % _CENTS:02d}"
        ink = entry.ink
        if cents <= 0 or ink is None or entry.is_empty or any(c.value == needed for c in option):
            found.append(option)
            continue
        share = min(ink.share(needed), option[-1].probability)
        found.append([*option[:-1], Candidate(needed, share), option[-1]] if share > 0 else option)
    return found


def _odds(candidate: Candidate, sign: int, rest: dict[int, float]) -> float:
    """Return how likely the other amounts stand as read, if this entry has that value."""
    known = sum(rest.values())
    elsewhere = _SPREAD * max(0.0, 1.0 - known)  # one of them is something nobody listed
    if candidate.is_other:
        return _RULE_HOLDS * _SPREAD * known + elsewhere
    fits = rest.get(-sign * _cents(candidate), 0.0)
    return _RULE_HOLDS * fits + _BROKEN * (known - fits) + elsewhere


def _cents(candidate: Candidate) -> int:
    return int(Decimal(candidate.value or "0") * _CENTS)
