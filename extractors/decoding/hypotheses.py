"""Where probabilities are combined: what the ink may say, weighed by what the field may hold.

A reader gives *hypotheses*, strings with the probability the ink gives each. A field's *grammar* turns a string into
a value and says how likely a paper is to carry it, relative to a perfectly regular one. The posterior is their
product, normalised.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from extractors.decoding.calibration import AS_DECODED, Calibration
from extractors.decoding.ink import listed_ink
from schemas.field import Alternative, Blind, Field
from schemas.geometry import Box

#: Alternatives shown to a person or weighed against other papers, and the least probability worth showing.
_SHOWN: Final = 5
_WORTH_SHOWING: Final = 0.005
#: Above this probability nothing else is worth showing.
_CERTAIN: Final = 0.995
#: How often, against a regular entry, a paper carries something that stands for no value at all (a word in a date's
#: place): a string without value is mostly a misreading of one that has one.
_WITHOUT_VALUE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A string the ink may stand for; ``?`` is a character nobody can read."""

    text: str
    probability: float


class Grammar(Protocol):
    """What a field may hold."""

    @property
    def unlisted(self) -> float:
        """The odds of a string among those a misreading gives: how seldom a misread entry still looks regular."""
        ...

    def value(self, text: str) -> str | None:
        """Return the normalised value *text* stands for, or None when it stands for none."""
        ...

    def odds(self, text: str) -> float:
        """Return how often papers carry *text* against a regular entry: 1.0 regular, towards 0.0 irregular."""
        ...

    def key_odds(self, text: str) -> float:
        """Return the part of ``odds`` that a key gives, which no eye sees in the ink; 1.0 where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands and who read it."""

    page: int
    box: Box
    source: str


def decide(
    hypotheses: Iterable[Hypothesis], grammar: Grammar, place: Place, calibration: Calibration = AS_DECODED
) -> Field[str]:
    """Return the most probable value, its posterior probability, and where a key changed it the reading without key.

    A format is a part of reading: a comb of a date holds a date. A key is not (decision 0003).

    The probability that *hypotheses* leave out is kept as a competitor without a value. Where most of it goes to
    strings that stand for no value, the entry is unread.
    """
    listed = sorted((h for h in hypotheses if h.probability > 0), key=lambda h: -h.probability)
    ink: defaultdict[str, float] = defaultdict(float)
    seen: defaultdict[str, float] = defaultdict(float)  # ink and format, without the key
    weights: defaultdict[str, float] = defaultdict(float)
    raws: dict[str, tuple[float, str]] = {}
    broken = 0.0
    for hypothesis in listed:
        value = grammar.value(hypothesis.text) if "?" not in hypothesis.text else None
        if value is None:
            broken += hypothesis.probability
            continue
        weight = hypothesis.probability * grammar.odds(hypothesis.text)
        ink[value] += hypothesis.probability
        seen[value] += weight / grammar.key_odds(hypothesis.text)
        weights[value] += weight
        if value not in raws or weight > raws[value][0]:
            raws[value] = (weight, hypothesis.text)
    missing = max(0.0, 1.0 - sum(h.probability for h in listed))
    offered = listed_ink(seen, missing)
    if not weights:
        return unread(listed[0].text if listed else None, place).with_ink(offered)
    ranked = sorted(weights, key=lambda v: -weights[v])
    best = ranked[0]
    # a regular entry is seldom a misreading of another one; an irregular one is most often a misreading
    unlisted = grammar.unlisted if weights[best] >= ink[best] else 1.0
    evidence = sum(weights.values()) + missing * unlisted + _WITHOUT_VALUE * broken
    confidence = calibration(min(1.0, weights[best] / evidence))
    # the others share what is left
    evidence = max(evidence, (sum(weights.values()) - weights[best]) / max(1.0 - confidence, 1e-9))
    if _WITHOUT_VALUE * broken > max(ink.values()):
        return unread(listed[0].text, place, _alternatives(ranked, weights, evidence)).with_ink(offered)
    alone = max(seen, key=lambda v: seen[v])
    share = seen[alone] / (sum(seen.values()) + missing)
    field = Field[str](
        value=best,
        raw=raws[best][1],
        confidence=confidence,
        page=place.page,
        box=place.box,
        source=place.source,
        blind=Blind[str](value=alone, confidence=share) if alone != best else None,
        alternatives=_alternatives(ranked[1:], weights, evidence) if confidence < _CERTAIN else (),
    )
    return field.with_ink(offered)


def unread(raw: str | None, place: Place, alternatives: tuple[Alternative[str], ...] = ()) -> Field[str]:
    """Return the field of ink that gives no value."""
    return Field[str](raw=raw, page=place.page, box=place.box, source=place.source, alternatives=alternatives)


def empty(place: Place, confidence: float) -> Field[str]:
    """Return the field of an entry without ink."""
    return Field[str](confidence=confidence, page=place.page, box=place.box, source=place.source)


def _alternatives(ranked: list[str], weights: dict[str, float], evidence: float) -> tuple[Alternative[str], ...]:
    shares = [(v, min(1.0, weights[v] / evidence)) for v in ranked[:_SHOWN]]
    return tuple(Alternative[str](value=v, probability=p) for v, p in shares if p >= _WORTH_SHOWING)
