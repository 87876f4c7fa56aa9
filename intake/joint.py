"""Entries that constrain each other, weighed together: the paper checks itself.

A code with its coefficient gives a fee, kilometres give an amount, amounts give a total. Readings that satisfy such a
rule become surer; a doubtful one takes the value that satisfies it, if the ink held that value possible. A rule never
lowers a confidence and never overrules sure ink: a wrong price is the paper's fault, and must stay visible.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from schemas.field import EMPTY_IS_LIKELIER, Alternative, Blind, Field

#: Ink surer than this is not overruled by a rule, and of less sure ink only by a value it bears so much at least: a
#: pen's lost 1 leaves its amount 0.02.
_SURE_INK: Final = 0.98
_POSSIBLE: Final = 0.01
#: Against ink this sure a rule makes nothing certain: a person looks.
_NEARLY_SURE: Final = 0.95
#: Confidence is never raised above this.
_CEILING: Final = 0.9999
#: Values of one entry looked at together with those of others: the likeliest.
_CANDIDATES: Final = 4
#: Probability below which a candidate is not worth looking at.
_WORTH: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value an entry may have; ``is_other`` stands for all those nobody listed."""

    value: str | None
    probability: float
    is_other: bool = False


def candidates(entry: Field[str], *, kept: int = _CANDIDATES) -> list[Candidate]:
    """Return what an entry may say, the *kept* likeliest first, with the rest of the probability as "other"."""
    listed: dict[str | None, float] = {}
    if entry.value is not None or entry.confidence > 0:
        listed[entry.value] = entry.confidence
    for alternative in entry.alternatives:
        listed[alternative.value] = max(listed.get(alternative.value, 0.0), alternative.probability)
    if entry.ink is not None:
        left = 1.0 - min(1.0, sum(listed.values()))
        more = {value: share for value, share in entry.ink.listed if value not in listed}
        scale = min(1.0, left / sum(more.values())) if more else 0.0
        listed |= {value: share * scale for value, share in more.items()}
    best = sorted(listed.items(), key=lambda item: -item[1])[:kept]
    found = [Candidate(value, p) for value, p in best if p >= _WORTH]
    rest = max(1.0 - sum(c.probability for c in found), _WORTH / 10)
    return [*found, Candidate(None, rest, is_other=True)]


def taken(entry: Field[str], value: str | None, confidence: float, source: str) -> Field[str]:
    """Return *entry* with a value and confidence from a rule, if the rule may change it."""
    confidence = min(confidence, _CEILING)
    if value == entry.value:
        if confidence <= entry.confidence:
            return entry
        blind = entry.blind or Blind(value=entry.value, confidence=entry.confidence)
        return entry.model_copy(update={"confidence": confidence, "blind": blind})
    if entry.confidence >= _SURE_INK or value is None or confidence <= EMPTY_IS_LIKELIER:
        return entry
    if entry.confidence >= _NEARLY_SURE:
        if _offered(entry, value) < _POSSIBLE:
            return entry
        confidence = min(confidence, _NEARLY_SURE)
    others = [a for a in entry.alternatives if a.value != value]
    if entry.value is not None:
        others.insert(0, Alternative(value=entry.value, probability=min(entry.confidence, 1.0 - confidence)))
    return entry.model_copy(
        update={
            "value": value,
            "confidence": confidence,
            "source": source,
            "blind": entry.blind or Blind(value=entry.value, confidence=entry.confidence),
            "alternatives": tuple(others),
        }
    )


def _offered(entry: Field[str], value: str) -> float:
    """Return the probability the ink leaves to *value*."""
    listed = max((a.probability for a in entry.alternatives if a.value == value), default=0.0)
    return max(listed, entry.ink.share(value)) if entry.ink is not None else listed


def sums(options: Sequence[Sequence[tuple[int, float]]], *, kept: int = 64) -> Iterator[dict[int, float]]:
    """Yield, for each place, the probabilities of the sum of all *other* places, in cents; the *kept* likeliest."""
    before: list[dict[int, float]] = [{0: 1.0}]
    for option in options[:-1]:
        before.append(_added(before[-1], option, kept))
    after: list[dict[int, float]] = [{0: 1.0}]
    for option in reversed(options[1:]):
        after.append(_added(after[-1], option, kept))
    for left, right in zip(before, reversed(after), strict=True):
        yield _added(left, list(right.items()), kept)


def _added(known: dict[int, float], option: Sequence[tuple[int, float]], kept: int) -> dict[int, float]:
    found: dict[int, float] = {}
    for amount, share in known.items():
        for more, probability in option:
            found[amount + more] = found.get(amount + more, 0.0) + share * probability
    return dict(sorted(found.items(), key=lambda item: -item[1])[:kept])
