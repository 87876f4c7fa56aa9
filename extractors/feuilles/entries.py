"""One form's entries, read: combs cell by cell, lines by the readers that suit their writing."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from extractors.decoding import combs, ctc
from extractors.decoding.calibration import COMBS
from extractors.decoding.hypotheses import Grammar, Hypothesis, Place, decide, empty
from extractors.decoding.texts import with_lost_strokes
from extractors.feuilles.characters import read_characters
from extractors.feuilles.figures import figures_agree
from extractors.feuilles.form_view import FormView, Rect
from extractors.feuilles.strokes import Entry, Ink
from extractors.readers.protocol import Readers
from schemas.field import Field

# What a cell's crop adds to the cell, as a share of its width and height: the cell reader's own convention.
_CELL_MARGIN: Final = (0.25, 0.20)
# Less ink than this in a whole comb is dust: a digit 1 covers 0.6 mm2.
_COMB_DUST_MM2: Final = 0.35
_EMPTY: Final = 0.995
# From this confidence on, printed text is what Tesseract says it is, and no other reader is asked.
_PRINTED: Final = 0.93
# Printed figures read this surely one by one need no second reader; what they add up to is checked besides.
_ALONE: Final = 0.975
# Hypotheses that hold less probability than this together say nothing.
_SAID: Final = 0.8
# Two readers that agree this much need no third.
_SETTLED: Final = 0.97
# What the reader of print says of handwriting is worth this share of its confidence.
_NOT_PRINTED: Final = 0.5
# How far each reader is taken at its word: it errs at least this often where it is certain (held-out hands, print of
# other machines), and what it errs on is shared by no other string in particular.
# How often a code that nobody knows is a known one with a letter misread, whatever the reader's certainty.
_ONE_LETTER_OFF: Final = 0.02
# A misread printed code is another known code this often: all 264 typed codes of 42 forms were right.
_KNOWN_BY_CHANCE: Final = 0.2
_TRUST_LINES: Final = 0.96
_TRUST_PRINT: Final = 0.98
_TRUST_CHARACTERS: Final = 0.99
# How a text reader's doubt is shared: when it errs, the right string is this likely to be the other reader's.
_OTHER_READER: Final = 0.25


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

    def lost(self, text: str) -> tuple[str, ...]:
        """Return what stood there if a pale stroke of *text* was lost."""
        ...

    @property
    def words(self) -> Collection[str]:
        """Words it is likely to be."""
        ...


class CombGrammar(Grammar, Protocol):
    """What a comb may hold."""

    @property
    def allowed(self) -> list[str]:
        """For each cell, the symbols it may hold."""
        ...


@dataclass(frozen=True, slots=True)
class CombZone:
    """A comb to read: its name, its cells, what it may hold."""

    name: str
    cells: tuple[Rect, ...]
    rect: Rect
    grammar: CombGrammar


@dataclass(frozen=True, slots=True)
class CombReading:
    """A comb, read, with what its cells looked like: the erasure detector wants to know."""

    zone: CombZone
    field: Field[str]
    #: each cell's probability of holding junk, 0 to 1
    junk: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class LineReading:
    """An entry on a line, read, with its strokes; None where it is empty."""

    field: Field[str]
    entry: Entry | None


class EntryReader:
    """Reads the entries of one form."""

    def __init__(self, view: FormView, readers: Readers, page: int) -> None:
        self.view = view
        self.ink = Ink(view)
        self.page = page
        self._readers = readers

    @property
    def line_source(self) -> str:
        """The name of the reader of lines."""
        return self._readers.lines.name

    def place(self, rect: Rect, source: str) -> Place:
        """Return where *rect* stands on the scan."""
        return Place(self.page, self.view.box(rect), source)

    def empty(self, rect: Rect) -> Field[str]:
        """Return the field of a zone without ink."""
        return empty(self.place(rect, self._readers.text.name), _EMPTY)

    def read_combs(self, zones: Sequence[CombZone]) -> list[CombReading]:
        """Return each comb's reading; the cells of all of them go to the reader at once."""
        filled = [zone for zone in zones if self.ink.area_mm2(zone.rect) >= _COMB_DUST_MM2]
        crops = [self._cell(cell) for zone in filled for cell in zone.cells]
        probabilities = self._readers.cells.read_cells(crops) if crops else np.zeros((0, 1), np.float32)
        readings = {}
        start = 0
        for zone in filled:
            readings[zone.name] = self._decode(zone, probabilities[start : start + len(zone.cells)])
            start += len(zone.cells)
        source = self._readers.cells.name
        return [
            readings.get(zone.name) or CombReading(zone, empty(self.place(zone.rect, source), _EMPTY)) for zone in zones
        ]

    def read_line(
        self, rect: Rect, grammar: LineGrammar, *, above: float = 0.0, below: float = 0.0, digits: bool = False
    ) -> LineReading:
        """Return the entry on the line *rect*, with its strokes.

        Args:
            rect: the entry's zone.
            grammar: what it may hold.
            above: how far, in mm, its writing may stand over its zone.
            below: the same, under it.
            digits: it holds digits and separators only.
        """
        entry = self.ink.entry(rect, above=above, below=below)
        if entry is None:
            return LineReading(self.empty(rect), None)
        return LineReading(self.read_entry(entry, grammar, digits=digits), entry)

    def read_entry(
        self, entry: Entry, grammar: LineGrammar, *, digits: bool = False, printed: bool | None = None
    ) -> Field[str]:
        """Return what the strokes of *entry* say, asking as few readers as certainty needs.

        Args:
            entry: the strokes.
            grammar: what it may hold.
            digits: it holds digits and separators only.
            printed: a machine wrote it, where its neighbours tell; None leaves that to its own letters.
        """
        printed = entry.is_printed if printed is None else printed
        if digits:
            return self._read_number(entry, grammar, printed=printed)
        readings: list[list[Hypothesis]] = []
        names: list[str] = []
        if printed is not False:
            readings.append(self._printed(entry, grammar, digits=False, trusted=bool(printed)))
            names.append(self._readers.text.name)
            if _is_settled(readings[0], grammar, _PRINTED) and self._figures_agree(entry, readings[0][0].text):
                return decide(readings[0], grammar, self.place(entry.rect, names[0]))
        readings.append(self._written(entry, grammar))
        names.append(self._readers.lines.name)
        return self._decided(entry, grammar, readings, names)

    def _figures_agree(self, entry: Entry, text: str) -> bool:
        return figures_agree(entry, text, self.view.px_per_mm, self._readers.cells)

    def _read_number(self, entry: Entry, grammar: LineGrammar, *, printed: bool | None) -> Field[str]:
        """Return a number: character by character, then by a reader of whole lines, then by both kinds of those."""
        cells, text, lines = self._readers.cells, self._readers.text, self._readers.lines
        readings = [_weakened(read_characters(entry, cells, separators=grammar.separators), _TRUST_CHARACTERS)]
        names = [cells.name]
        if printed and _share(readings[0], grammar) >= _ALONE:
            return self._decided(entry, grammar, readings, names)
        for name in (text.name, lines.name) if printed else (lines.name, text.name):
            if name == text.name:
                readings.append(self._printed(entry, grammar, digits=True, trusted=bool(printed)))
            else:
                readings.append(self._written(entry, grammar))
            # two ways to write the same value are no disagreement
            readings[-1] = _aligned(readings[-1], readings[0], grammar)
            names.append(name)
            if _share(together(*readings), grammar) >= _SETTLED:
                break
        return self._decided(entry, grammar, readings, names)

    def _written(self, entry: Entry, grammar: LineGrammar) -> list[Hypothesis]:
        posteriors = self._readers.lines.read_line(entry.grey)
        written = ctc.strings(posteriors, grammar.fold)
        if grammar.words:
            known = _merged(_neighbours(written, grammar.words), ctc.of_words(posteriors, grammar.words, grammar.fold))
            written = _merged(known, written)
        return _weakened(written, _TRUST_LINES)

    def _printed(self, entry: Entry, grammar: LineGrammar, *, digits: bool, trusted: bool) -> list[Hypothesis]:
        reading = self._readers.text.read_line(entry.grey, digits_only=digits)
        trust = _TRUST_PRINT if trusted else _NOT_PRINTED
        text, sure = _folded(reading.text, grammar.fold), reading.confidence
        if trusted and text in grammar.words:  # a misread word is seldom another known one
            sure = 1.0 - _KNOWN_BY_CHANCE * (1.0 - sure)
        return [Hypothesis(text, trust * sure)] if text else []

    def _decided(
        self, entry: Entry, grammar: LineGrammar, readings: list[list[Hypothesis]], names: list[str]
    ) -> Field[str]:
        # a stroke the scan lost is lost to all readers alike
        hypotheses = with_lost_strokes(together(*readings), grammar)
        field = decide(hypotheses, grammar, self.place(entry.rect, names[0]))
        # the reader that was surest of what came out is named
        given = [max((h.probability for h in r if h.text == field.raw), default=0.0) for r in readings]
        return field.model_copy(update={"source": names[int(np.argmax(given))]})

    def _cell(self, cell: Rect) -> NDArray[np.uint8]:
        x, y = _CELL_MARGIN
        return self.view.cut(self.ink.grey, cell.grown(x * cell.w, y * cell.h))

    def _decode(self, zone: CombZone, probabilities: NDArray[np.float32]) -> CombReading:
        classes = self._readers.cells.classes
        place = self.place(zone.rect, self._readers.cells.name)
        blank = combs.emptiness(probabilities, classes)
        if blank > 1.0 - blank:
            return CombReading(zone, empty(place, blank))
        hypotheses = combs.strings(combs.with_rare_junk(probabilities, classes), classes, zone.grammar.allowed)
        junk = tuple(float(j) for j in probabilities[:, classes.index(combs.JUNK)])
        return CombReading(zone, decide(hypotheses, zone.grammar, place, COMBS), junk)


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


def _weakened(hypotheses: list[Hypothesis], trust: float) -> list[Hypothesis]:
    return [Hypothesis(h.text, trust * h.probability) for h in hypotheses]


def _neighbours(written: list[Hypothesis], words: Collection[str]) -> list[Hypothesis]:
    """Return the known words one letter away from the likeliest string, where that is none: a letter was misread."""
    if not written or written[0].text in words:
        return []
    best = written[0]
    near = [
        w for w in words if len(w) == len(best.text) and sum(a != b for a, b in zip(w, best.text, strict=True)) == 1
    ]
    return [Hypothesis(word, _ONE_LETTER_OFF * best.probability) for word in near]


def _merged(one: list[Hypothesis], other: list[Hypothesis]) -> list[Hypothesis]:
    """Return two lists of the same reader as one; of a string in both, the larger probability holds."""
    found = {h.text: h.probability for h in one}
    for hypothesis in other:
        found[hypothesis.text] = max(hypothesis.probability, found.get(hypothesis.text, 0.0))
    return sorted((Hypothesis(t, p) for t, p in found.items()), key=lambda h: -h.probability)


def _is_settled(hypotheses: list[Hypothesis], grammar: LineGrammar, enough: float) -> bool:
    if not hypotheses or hypotheses[0].probability < enough:
        return False
    text = hypotheses[0].text
    return grammar.value(text) is not None and grammar.odds(text) == 1.0


def _share(hypotheses: list[Hypothesis], grammar: LineGrammar) -> float:
    """Return the likeliest value's share of what *hypotheses* say, weighed by *grammar*; 0.0 where they say little."""
    weights: defaultdict[str, float] = defaultdict(float)
    for hypothesis in hypotheses:
        value = grammar.value(hypothesis.text) if "?" not in hypothesis.text else None
        if value is not None:
            weights[value] += hypothesis.probability * grammar.odds(hypothesis.text)
    total = sum(weights.values())
    return max(weights.values()) / total if total > _SAID else 0.0


def _aligned(reading: list[Hypothesis], first: list[Hypothesis], grammar: LineGrammar) -> list[Hypothesis]:
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


def _folded(text: str, fold: Mapping[str, str] | None) -> str:
    return text if fold is None else "".join(fold.get(c, c) for c in text).strip()
