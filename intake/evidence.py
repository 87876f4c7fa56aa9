"""One reading as evidence for another of the same thing, with honest odds.

Both papers were filled from the same knowledge, so they agree but for a few true differences. An ink reading that
agrees with the other paper becomes surer; a doubtful one whose ink bears the other value takes it; a sure one that
differs stays, because that is the difference the intake looks for. The ink is asked for the other value itself
(``schemas.field.Ink``): whether a reader happened to list it says nothing.
"""

from collections.abc import Callable
from typing import Final

from intake.likeness import plain
from schemas.field import EMPTY_IS_LIKELIER, Blind, Field

#: Share of misreadings or true differences that fall on one given wrong value: one digit of ten in one place.
_SPREAD: Final = 0.1
#: Ink surer than this is not overruled by another paper.
_SURE_INK: Final = 0.95
#: Of a true difference, or a misread other paper, the share that falls on what the ink seems to say instead.
ON_THE_INK: Final = 0.3
#: The ink excludes a value it bears this many times less than what was read.
_EXCLUDED: Final = 0.01
#: Of a value the ink bears this many times less, no other paper is surer than this: a person looks. Misreadings of
#: clean hands had ratios of 1.7 to 13, names up to 38; true differences by pen begin at 10.
_HARDLY_LESS: Final = 0.1
_AGAINST_THE_INK: Final = 0.95
#: Confidence is never raised above this: the two papers may share one mistake of the software that filled them.
_CEILING: Final = 0.9999
Same = Callable[[str, str], bool]


def supported(
    entry: Field[str],
    other: Field[str],
    *,
    source: str,
    true_difference: float,
    same: Same = str.__eq__,
    on_the_ink: float = ON_THE_INK,
) -> Field[str]:
    """Return *entry* in the light of *other*, a reading of the same thing elsewhere; the ink alone stays as ``blind``.

    Args:
        entry: the reading to weigh; without ink, or without any possible value, it stays as it is.
        other: the reading elsewhere.
        source: name of the evidence, ``bordereau`` or ``prescription``.
        true_difference: share of pairs of papers that truly differ here.
        same: when two values are one.
        on_the_ink: of a true difference, the share that falls on what the ink seems to say; near 0 where misread ink
            seldom says anything a paper bears, as with names.
    """
    if other.value is None or other.confidence < EMPTY_IS_LIKELIER or entry.is_empty:
        return entry
    if entry.value is not None and same(entry.value, other.value):
        return _agreeing(entry, other, source, true_difference)
    value, possible = offered(entry, other.value, same)
    if possible <= _excluded(entry, on_the_ink):
        return entry  # the ink is sure of something else: that is the difference the intake looks for
    for_other = possible * ((1 - true_difference) * other.confidence + _SPREAD * (1 - other.confidence))
    against = (1 - possible) * on_the_ink * (true_difference + 1 - other.confidence)
    confidence = for_other / (for_other + against)
    if confidence <= EMPTY_IS_LIKELIER:
        return entry
    preferred = 0.0 if entry.value is None or entry.ink is None else entry.ink.share(entry.value)
    ceiling = _CEILING if possible >= _HARDLY_LESS * preferred else _AGAINST_THE_INK
    return entry.model_copy(
        update={
            "value": value,
            "confidence": min(confidence, ceiling),
            "source": source,
            "blind": entry.blind or Blind(value=entry.value, confidence=entry.confidence),
        }
    )


def _excluded(entry: Field[str], on_the_ink: float) -> float:
    """Return the probability the ink must leave to another value for it to be possible at all."""
    if entry.value is None:
        return 0.0
    seen = max(entry.confidence, entry.ink.share(entry.value)) if entry.ink is not None else entry.confidence
    return 1.0 if seen >= _SURE_INK else _EXCLUDED * on_the_ink / ON_THE_INK * seen


def offered(entry: Field[str], value: str, same: Same = str.__eq__) -> tuple[str, float]:
    """Return how the ink of *entry* writes *value*, and the probability it gives that.

    Args:
        entry: the reading.
        value: what another paper says.
        same: when two values are one, such as a number with and without the zeros that pad it.
    """
    listed = [(a.value, a.probability) for a in entry.alternatives if same(a.value, value)]
    if entry.ink is not None:
        known = [v for v, _ in entry.ink.listed if same(v, value)]
        listed = [(v, entry.ink.share(v)) for v in dict.fromkeys((*known, value, *_padded(entry, value)))]
    return max(listed, key=lambda pair: pair[1], default=(value, 0.0))


def _padded(entry: Field[str], value: str) -> tuple[str, ...]:
    """Return a number as long as the reading it is compared with."""
    is_number = entry.value is not None and value.isdecimal() and len(entry.value) > len(value)
    return (value.zfill(len(entry.value or "")),) if is_number else ()


def _agreeing(entry: Field[str], other: Field[str], source: str, true_difference: float) -> Field[str]:
    if entry.value is None or other.value is None or entry.confidence <= 0.0:
        return entry
    # A wrong reading agrees only if the other paper truly bears, or was misread as, that very value.
    chance = _SPREAD * (true_difference + 1.0 - other.confidence)
    confidence = entry.confidence / (entry.confidence + (1.0 - entry.confidence) * chance)
    value = _spelt(entry.value, other.value, is_surer=other.confidence > entry.confidence)
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


def _spelt(own: str, other: str, *, is_surer: bool) -> str:
    """Return the same words as the paper most likely spells them.

    Engines drop accents, and take one for another: what the other paper has more of is taken from it, and from a surer
    reading also which ones they are, and where a hyphen or an apostrophe stands.
    """
    if own == other or plain(own) != plain(other):
        return own
    more = _accents(other) - _accents(own)
    return other if more > 0 or (more == 0 and is_surer) else own


def _accents(text: str) -> int:
    return sum(not c.isascii() for c in text)
