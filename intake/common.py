"""What the papers of a lot say in common: the provider, its caisse. Each paper is judged by the others alone."""

from collections import defaultdict
from collections.abc import Sequence
from math import exp, log
from typing import Final

from schemas.field import Field

#: Papers that must offer the same value before the lot has an opinion.
_WITNESSES: Final = 2
#: Probability with which ink that says something else still offers a given value: one in fifty is one slip away.
_BY_CHANCE: Final = 0.02
#: Odds, as a logarithm, against a given value before any paper was looked at: thousands of numbers exist.
_PRIOR: Final = 7.0
#: The papers may share one mistake of the software that filled them.
_CEILING: Final = 0.999


class CommonValue:
    """The readings of one entry on all papers of a lot: a value offered by many inks is no coincidence."""

    def __init__(self, readings: Sequence[Field[str]]) -> None:
        self._offers = [_offers(reading) for reading in readings]
        self._weights: defaultdict[str, float] = defaultdict(float)
        self._counts: defaultdict[str, int] = defaultdict(int)
        for offers in self._offers:
            for value, weight in offers.items():
                self._weights[value] += weight
                self._counts[value] += 1

    def told_by_others(self, place: int) -> Field[str] | None:
        """Return the value the papers but the one at *place* bear, as sure as they make it; None if they bear none."""
        own = self._offers[place]
        best, weight, rival = None, 0.0, 0.0
        for value, total in self._weights.items():
            others = total - own.get(value, 0.0)
            if self._counts[value] - (value in own) >= _WITNESSES and others > weight:
                best, weight, rival = value, others, weight
            else:
                rival = max(rival, others)
        odds = weight - max(rival, 0.0) - _PRIOR
        if best is None or odds <= 0:
            return None
        return Field(value=best, confidence=min(1.0 / (1.0 + exp(-odds)), _CEILING), source="lot")


def _offers(reading: Field[str]) -> dict[str, float]:
    """Return the evidence of one ink for each value it offers, as log odds over chance."""
    offered = {a.value: a.probability for a in reading.alternatives}
    if reading.value is not None:
        offered[reading.value] = max(reading.confidence, offered.get(reading.value, 0.0))
    return {value: log(p / _BY_CHANCE) for value, p in offered.items() if p > _BY_CHANCE}
