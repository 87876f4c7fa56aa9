"""The form's own arithmetic as evidence: tariffs, kilometres, the total."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from intake.joint import HOLDS, Candidate, candidates, sums, taken, weighed
from intake.lot import Lot
from intake.pricing import explained_fees, surcharges_in
from schemas.field import EMPTY_IS_LIKELIER, Field
from schemas.invoice import Act, Invoice
from schemas.money import rounded

#: Share of rows priced by the nomenclature, of totals that add up: the rest is faults and what the tables lack.
_RULE_HOLDS: Final = 0.97
#: Share of all other amounts that falls on one given amount: prices and totals spread over hundreds.
_SPREAD: Final = 0.01
_BROKEN: Final = (1.0 - _RULE_HOLDS) * _SPREAD
#: Odds of a combination with an entry nobody listed, or without a known tariff: about one amount in twenty would fit.
_UNKNOWN: Final = 0.05
_CENTS: Final = 100


def reckoned(lot: Lot, invoice: Invoice) -> Invoice:
    """Return *invoice* with its acts weighed by the nomenclature, and its amounts by its total."""
    halved = [sum(other.date.value in (None, act.date.value) for other in invoice.acts) > 1 for act in invoice.acts]
    acts = [_by_tariff(lot, act, halved=h) for act, h in zip(invoice.acts, halved, strict=True)]
    return _by_total(invoice.model_copy(update={"acts": tuple(acts)}))


def _by_tariff(lot: Lot, act: Act, *, halved: bool) -> Act:
    day = lot.day(act.date)

    def priced(cells: Sequence[Candidate]) -> float:
        code, coefficient, surcharge, fee = cells
        if any(c.is_other for c in cells) or code.value is None or fee.value is None:
            return _UNKNOWN
        fees = explained_fees(
            lot.nomenclature, code.value, coefficient.value, surcharges_in(surcharge.value), day, zone=lot.zone,
            halved=halved,
        )  # fmt: skip
        if not fees:
            return _UNKNOWN
        return max(_RULE_HOLDS / len(fees), HOLDS) if Decimal(fee.value) in fees else _BROKEN

    def driven(cells: Sequence[Candidate]) -> float:
        km, amount = cells
        if any(c.is_other for c in cells):
            return _UNKNOWN
        if km.value is None or amount.value is None:
            return _RULE_HOLDS if km.value is None and amount.value is None else _BROKEN
        rates = lot.nomenclature.km_rates(day)
        fits = Decimal(amount.value) in {rounded(Decimal(km.value) * rate) for rate in rates}
        return max(_RULE_HOLDS / max(len(rates), 1), HOLDS) if fits else _BROKEN

    code, coefficient, surcharge, fee = weighed(
        [act.code, act.coefficient, act.surcharge, act.fee], priced, "nomenclature"
    )
    km, km_amount = weighed([act.travel_km, act.travel_km_amount], driven, "nomenclature")
    return act.model_copy(
        update={
            "code": code, "coefficient": coefficient, "surcharge": surcharge, "fee": fee,
            "travel_km": km, "travel_km_amount": km_amount,
        }
    )  # fmt: skip


def _by_total(invoice: Invoice) -> Invoice:
    """Weigh all amounts of a form against its total: none is trusted alone, all together rarely err twice."""
    names = [(row, name) for row in range(len(invoice.acts)) for name in ("fee", "travel_flat", "travel_km_amount")]
    entries = [getattr(invoice.acts[row], name) for row, name in names] + [invoice.total_amount]
    if not invoice.acts or any(e.is_unread and not e.alternatives for e in entries):
        return invoice
    options = [candidates(entry) for entry in entries]
    # The total counts against the acts: everything adds up to nothing.
    signs = [1] * len(names) + [-1]
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
        holds = not best.is_other and rest.get(-sign * _cents(best), 0.0) > 0
        changed.append(taken(entry, best.value, share, "total") if holds and share > EMPTY_IS_LIKELIER else entry)
    rows = list(invoice.acts)
    for (row, name), entry in zip(names, changed[:-1], strict=True):
        rows[row] = rows[row].model_copy(update={name: entry})
    return invoice.model_copy(update={"acts": tuple(rows), "total_amount": changed[-1]})


def _odds(candidate: Candidate, sign: int, rest: dict[int, float]) -> float:
    """Return how likely the other amounts stand as read, if this entry has that value."""
    if candidate.is_other:
        return _UNKNOWN * _SPREAD * sum(rest.values())
    fits = rest.get(-sign * _cents(candidate), 0.0)
    return _RULE_HOLDS * fits + _BROKEN * (sum(rest.values()) - fits)


def _cents(candidate: Candidate) -> int:
    return int(Decimal(candidate.value or "0") * _CENTS)
