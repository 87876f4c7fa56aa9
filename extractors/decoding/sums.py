"""Amounts that add up to a written total check each other: the paper's own error-correcting code.

A misread amount breaks the sum, so a sum that holds confirms every amount in it; one that does not may be mended by
readings the ink supports. A paper that does not add up stays so: the ink decides, the sum only weighs in.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from schemas.field import Blind, Field

# Papers whose total is not the sum of their amounts: about one in thirty (domain.md 7: a usual motive of rejection).
_WRONG_SUM: Final = 1 / 30
# A wrong reading, or a wrong paper, that gives a certain sum by accident.
_ACCIDENT: Final = 1 / 50
# Sums followed; the others are too improbable to matter.
_BEAM: Final = 400
# An alternative less probable than this is not the ink's word against the sum's.
_LEAST: Final = 0.01
# What a confirmed reading may still be wrong by: two errors that cancel out.
_MOST: Final = 0.9995

_Path = tuple[float, tuple[int, ...]]


def reconcile(amounts: Sequence[Field[str]], total: Field[str]) -> tuple[list[Field[str]], Field[str]]:
    """Return *amounts* and *total* weighed by whether they add up; unchanged where one of them was not read.

    Args:
        amounts: with normalised values such as ``"12.30"``; empty entries count for nothing.
        total: what they should add up to.
    """
    filled = [i for i, amount in enumerate(amounts) if not amount.is_empty]
    choices = [_choices(amounts[i]) for i in filled]
    totals = _choices(total)
    if not choices or not totals or not all(choices):
        return list(amounts), total
    paths = _sums(choices)
    found = [(p * paths[cents][0], k, cents) for k, (_, cents, p) in enumerate(totals) if cents in paths]
    read = 1.0
    for options in (*choices, totals):
        read *= options[0][2]
    probability, k, cents = max(found, default=(0.0, 0, 0))
    held = (1.0 - _WRONG_SUM) * probability
    if held <= _WRONG_SUM * _ACCIDENT * read:
        broken = (1.0 - read) + _WRONG_SUM * read
        return [_doubted(a, broken) if i in filled else a for i, a in enumerate(amounts)], _doubted(total, broken)
    evidence = held / (held + _WRONG_SUM * _ACCIDENT * read)
    mended = list(amounts)
    for i, options, chosen in zip(filled, choices, paths[cents][1], strict=True):
        mended[i] = _confirmed(amounts[i], options[chosen][0], options[chosen][2], evidence)
    return mended, _confirmed(total, totals[k][0], totals[k][2], evidence)


def _choices(field: Field[str]) -> list[tuple[str, int, float]]:
    """Return a field's readings, the value first: text, cents, probability."""
    listed = [] if field.value is None else [(field.value, field.confidence)]
    listed += [(a.value, a.probability) for a in field.alternatives if a.probability >= _LEAST]
    return [(text, int(Decimal(text) * 100), max(p, 1e-6)) for text, p in listed]


def _sums(choices: list[list[tuple[str, int, float]]]) -> dict[int, _Path]:
    """Return, for each sum in cents, its most probable way."""
    paths: dict[int, _Path] = {0: (1.0, ())}
    for options in choices:
        grown: dict[int, _Path] = {}
        for cents, (p, way) in paths.items():
            for n, (_, value, q) in enumerate(options):
                if p * q > grown.get(cents + value, (0.0, ()))[0]:
                    grown[cents + value] = (p * q, (*way, n))
        paths = dict(sorted(grown.items(), key=lambda item: -item[1][0])[:_BEAM])
    return paths


def _doubted(field: Field[str], broken: float) -> Field[str]:
    """Return *field* of a sum that does not hold; *broken* is how likely that was before it was seen."""
    return field.model_copy(update={"confidence": max(0.0, 1.0 - (1.0 - field.confidence) / broken)})


def _confirmed(field: Field[str], value: str, probability: float, evidence: float) -> Field[str]:
    """Return *field* with *value*, which a sum confirms: a wrong one would rarely have added up."""
    odds = probability / max(_ACCIDENT * (1.0 - probability), 1e-9)
    confidence = min(_MOST, evidence * odds / (1.0 + odds))
    if value == field.value:
        return field.model_copy(update={"confidence": max(field.confidence, confidence)})
    rest = tuple(a for a in field.alternatives if a.value != value)
    return field.model_copy(
        update={
            "value": value,
            "confidence": confidence,
            "blind": Blind[str](value=field.value, confidence=field.confidence),
            "alternatives": rest,
            "source": "sum",
        }
    )
