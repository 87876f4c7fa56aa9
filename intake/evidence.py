"""One reading as evidence for another of the same thing, with honest odds.

Both papers were filled from the same knowledge, so they agree but for a few true differences. An ink reading that
agrees with the other paper becomes surer; a doubtful one that held the other value possible takes it; a sure one that
differs stays, because that is the difference the intake looks for.
"""

from collections.abc import Callable
from typing import Final

from intake.likeness import plain
from schemas.field import EMPTY_IS_LIKELIER, Blind, Field

#: Share of misreadings or true differences that fall on one given wrong value: one digit of ten in one place.
_SPREAD: Final = 0.1
#: Ink surer than this is not overruled by another paper.
_SURE_INK: Final = 0.95
#: Probability the ink must leave to the other paper's value for it to be taken.
_POSSIBLE: Final = 0.02
#: Confidence is never raised above this: the two papers may share one mistake of the software that filled them.
_CEILING: Final = 0.9999
Same = Callable[[str, str], bool]


def supported(
    entry: Field[str], other: Field[str], *, source: str, true_difference: float, same: Same = str.__eq__
) -> Field[str]:
    """Return *entry* in the light of *other*, a reading of the same thing elsewhere; the ink alone stays as ``blind``.

    Args:
        entry: the reading to weigh; without ink, or without any possible value, it stays as it is.
        other: the reading elsewhere.
        source: name of the evidence, ``bordereau`` or ``prescription``.
        true_difference: share of pairs of papers that truly differ here.
        same: when two values are one.
    """
    if other.value is None or other.confidence < EMPTY_IS_LIKELIER or entry.is_empty:
        return entry
    if entry.value is not None and same(entry.value, other.value):
        return _agreeing(entry, other, source, true_difference)
    if entry.value is not None and entry.confidence >= _SURE_INK:
        return entry
    possible = next((a for a in entry.alternatives if same(a.value, other.value)), None)
    if possible is None or possible.probability < _POSSIBLE:
        return entry
    # Everything the ink may say instead, listed or not, is a true difference or a misreading of the other paper.
    for_other = possible.probability * ((1 - true_difference) * other.confidence + _SPREAD * (1 - other.confidence))
    against = (1 - possible.probability) * (true_difference + _SPREAD * (1 - other.confidence))
    confidence = for_other / (for_other + against)
    if confidence <= EMPTY_IS_LIKELIER:
        return entry
    return entry.model_copy(
        update={
            "value": possible.value,
            "confidence": min(confidence, _CEILING),
            "source": source,
            "blind": entry.blind or Blind(value=entry.value, confidence=entry.confidence),
        }
    )


def _agreeing(entry: Field[str], other: Field[str], source: str, true_difference: float) -> Field[str]:
    if entry.value is None or other.value is None or entry.confidence <= 0.0:
        return entry
    # A wrong reading agrees only if the other paper truly bears, or was misread as, that very value.
    chance = _SPREAD * (true_difference + 1.0 - other.confidence)
    confidence = entry.confidence / (entry.confidence + (1.0 - entry.confidence) * chance)
    value = entry.value
    if value != other.value and plain(value) == plain(other.value) and not other.value.isascii():
        value = other.value  # the same words, with the accents the other paper has
    if confidence <= entry.confidence and value == entry.value:
        return entry
    return entry.model_copy(
        update={
            "value": value,
            "confidence": max(entry.confidence, min(confidence, _CEILING)),
            "source": source if value != entry.value else entry.source,
            "blind": entry.blind or Blind(value=entry.value, confidence=entry.confidence),
        }
    )
