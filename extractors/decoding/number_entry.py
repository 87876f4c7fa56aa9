"""A number's entry on a line, from what several readers make of it; and again, when its characters are weighed anew."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

import numpy as np

from extractors.decoding.cells import SeenCells
from extractors.decoding.hypotheses import Grammar, Hypothesis, Place, decide
from extractors.decoding.ink import ListedInk
from extractors.decoding.spelling import CutNumber, characters_of, spelled
from extractors.decoding.texts import with_lost_strokes
from schemas.field import Field

#: How far the reader of characters is taken at its word: it errs at least this often where it is certain (held-out
#: hands, print of other machines), and what it errs on is shared by no other string in particular.
TRUST_CHARACTERS: Final = 0.99
# How a reader's doubt is shared: when it errs, the right string is this likely to be the other reader's.
_OTHER_READER: Final = 0.25
# Hypotheses that hold less probability than this together say nothing.
_SAID: Final = 0.8


class LineGrammar(Grammar, Protocol):
    """What an entry on a line may hold, and how its characters are folded before."""

    @property
    def fold(self) -> Mapping[str, str] | None:
        """For each character that may stand there, the one it is read as; None leaves all as they are."""
        ...

    @property
    def separators(self) -> str:
        """Of a number: the marks that may part its digits."""
        ...

    def lost(self, text: str, *, by_hand: bool) -> tuple[tuple[str, float], ...]:
        """Return what stood there if a stroke of *text* was lost, with the share of it that is likely."""
        ...

    @property
    def words(self) -> Collection[str]:
        """Words it is likely to be."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reader makes of an entry, best first."""

    reader: str
    hypotheses: list[Hypothesis]


@dataclass(frozen=True, slots=True)
class NumberInk:
    """The ink of a number on a line: its characters, and what readers of whole lines made of it."""

    listed: tuple[tuple[str, float], ...]
    elsewhere: float
    number: CutNumber
    #: of the other readers, in their order
    others: tuple[Reading, ...]
    #: the reader of characters
    reader: str
    by_hand: bool
    grammar: LineGrammar = field(compare=False, repr=False)

    @property
    def cells(self) -> SeenCells:
        """The cells its characters were shown as."""
        return self.number.cells

    def share(self, value: str) -> float:
        """Return the probability that the ink says *value*."""
        return ListedInk(self.listed, self.elsewhere).share(value)

    def characters_of(self, value: str) -> dict[int, str]:
        """Return what the cells hold where the number is *value*; nothing where they cannot spell it."""
        return characters_of(self.number, lambda text: "?" not in text and self.grammar.value(text) == value)

    def read_again(self, cells: SeenCells, place: Place) -> Field[str]:
        """Return the entry as *cells* read it: the same cells, weighed anew."""
        number = replace(self.number, cells=cells)
        return decode_number(number, self.reader, self.others, self.grammar, place, by_hand=self.by_hand)


def decode_number(
    number: CutNumber, reader: str, others: tuple[Reading, ...], grammar: LineGrammar, place: Place, *, by_hand: bool
) -> Field[str]:
    """Return the entry of a number, from its characters and what *others* made of the whole line."""
    own = Reading(reader, weakened(spelled(number), TRUST_CHARACTERS))
    found = decided((own, *others), grammar, place, by_hand=by_hand)
    if not isinstance(found.ink, ListedInk):
        return found
    return found.with_ink(NumberInk(found.ink.listed, found.ink.elsewhere, number, others, reader, by_hand, grammar))


def decided(readings: tuple[Reading, ...], grammar: LineGrammar, place: Place, *, by_hand: bool) -> Field[str]:
    """Return the value the readings together make likeliest, under the name of the reader surest of it."""
    # a stroke the scan lost is lost to all readers alike
    hypotheses = with_lost_strokes(together(*(r.hypotheses for r in readings)), grammar, by_hand=by_hand)
    found = decide(hypotheses, grammar, place)
    given = [max((h.probability for h in r.hypotheses if h.text == found.raw), default=0.0) for r in readings]
    return found.model_copy(update={"source": readings[int(np.argmax(given))].reader})


def together(*readings: list[Hypothesis]) -> list[Hypothesis]:
    """Return the hypotheses of several readers of the same ink as one list: agreement raises, disagreement lowers.

    Each reader is taken to err on its own; when it errs, another one's string is right with ``_OTHER_READER``.
    A reader without any hypothesis is not counted.
    """
    given = [{h.text: h.probability for h in reading} for reading in readings if reading]
    if len(given) < 2:  # noqa: PLR2004 - nothing to put together
        return next((reading for reading in readings if reading), [])
    missed = [max(0.0, 1.0 - sum(one.values())) for one in given]
    texts = {text for one in given for text in one}
    weights = {
        text: float(np.prod([one.get(text, left * _OTHER_READER) for one, left in zip(given, missed, strict=True)]))
        for text in texts
    }
    # a string that none of them names would have to be missed by all
    unnamed = float(np.prod(missed)) * _OTHER_READER ** (len(given) - 1)
    total = sum(weights.values()) + unnamed
    if total <= 0:  # each is certain of something else
        share = 1.0 / len(given)
        return [Hypothesis(text, share * sum(one.get(text, 0.0) for one in given)) for text in sorted(texts)]
    return sorted((Hypothesis(t, w / total) for t, w in weights.items()), key=lambda h: -h.probability)


def weakened(hypotheses: list[Hypothesis], trust: float) -> list[Hypothesis]:
    """Return what a reader says, taken at its word only so far."""
    return [Hypothesis(h.text, trust * h.probability) for h in hypotheses]


def likeliest_share(hypotheses: list[Hypothesis], grammar: LineGrammar) -> float:
    """Return the likeliest value's share of what *hypotheses* say, weighed by *grammar*; 0.0 where they say little."""
    weights: defaultdict[str, float] = defaultdict(float)
    for hypothesis in hypotheses:
        value = grammar.value(hypothesis.text) if "?" not in hypothesis.text else None
        if value is not None:
            weights[value] += hypothesis.probability * grammar.odds(hypothesis.text)
    total = sum(weights.values())
    return max(weights.values()) / total if total > _SAID else 0.0


def aligned(reading: list[Hypothesis], first: list[Hypothesis], grammar: LineGrammar) -> list[Hypothesis]:
    """Return *reading* in the words of *first* where both stand for the same value (``3.11.25`` and ``03/11/2025``)."""
    written: dict[str, str] = {}
    for hypothesis in first:
        value = grammar.value(hypothesis.text) if "?" not in hypothesis.text else None
        if value is not None:
            written.setdefault(value, hypothesis.text)
    found: defaultdict[str, float] = defaultdict(float)
    for hypothesis in reading:
        value = grammar.value(hypothesis.text) if "?" not in hypothesis.text else None
        found[written.get(value or "", hypothesis.text)] += hypothesis.probability
    return sorted((Hypothesis(text, p) for text, p in found.items()), key=lambda h: -h.probability)
