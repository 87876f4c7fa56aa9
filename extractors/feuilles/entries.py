"""One form's entries, read: combs cell by cell, lines by the readers that suit their writing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from extractors.decoding import ctc
from extractors.decoding.cells import seen_cells
from extractors.decoding.comb_entry import CombGrammar, decode_comb
from extractors.decoding.hypotheses import Hypothesis, Place, decide, empty, unread
from extractors.decoding.ink import ListedInk, text_ink
from extractors.decoding.number_entry import (
    TRUST_CHARACTERS,
    LineGrammar,
    Reading,
    aligned,
    decided,
    decode_number,
    likeliest_share,
    together,
    weakened,
)
from extractors.decoding.spelling import spelled
from extractors.feuilles.characters import cut_number
from extractors.feuilles.figures import figures_agree
from extractors.feuilles.form_view import FormView, Rect
from extractors.feuilles.strokes import Entry, Ink
from extractors.readers.protocol import LinePosteriors, Readers
from schemas.field import Field

# What a cell's crop adds to the cell, as a share of its width and height: the cell reader's own convention.
_CELL_MARGIN: Final = (0.25, 0.20)
# Less ink than this in a whole comb is dust: a digit 1 covers 0.6 mm2.
_COMB_DUST_MM2: Final = 0.35
_EMPTY: Final = 0.995
# More than this, in mm2, too pale to count as ink: two characters of a worn ribbon. Empty entries of 74 pages had 0.4.
_PALE_MM2: Final = 1.5
# From this confidence on, printed text is what Tesseract says it is, and no other reader is asked.
_PRINTED: Final = 0.93
# Printed figures read this surely one by one need no second reader; what they add up to is checked besides.
_ALONE: Final = 0.975
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


@dataclass(frozen=True, slots=True)
class CombZone:
    """A comb to read: its name, its cells, what it may hold."""

    name: str
    cells: tuple[Rect, ...]
    rect: Rect
    grammar: CombGrammar


@dataclass(frozen=True, slots=True)
class CombReading:
    """A comb, read."""

    zone: CombZone
    field: Field[str]


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

    def empty(self, rect: Rect, source: str | None = None) -> Field[str]:
        """Return the field of a zone without ink; unread where something too pale to be read stands in it."""
        place = self.place(rect, source or self._readers.text.name)
        return unread(None, place) if self.ink.pale_mm2(rect) >= _PALE_MM2 else empty(place, _EMPTY)

    def read_combs(self, zones: Sequence[CombZone]) -> list[CombReading]:
        """Return each comb's reading; the cells of all of them go to the reader at once."""
        filled = [zone for zone in zones if self.ink.area_mm2(zone.rect) >= _COMB_DUST_MM2]
        crops = [self._cell(cell) for zone in filled for cell in zone.cells]
        reader = self._readers.cells
        probabilities, features = reader.read_cells_with_features(crops)
        readings = {}
        start = 0
        for zone in filled:
            part = np.s_[start : start + len(zone.cells)]
            cells = seen_cells(reader.classes, probabilities[part], features[part])
            field = decode_comb(cells, zone.grammar, self.place(zone.rect, reader.name))
            readings[zone.name] = CombReading(zone, field)
            start += len(zone.cells)
        return [readings.get(zone.name) or CombReading(zone, self.empty(zone.rect, reader.name)) for zone in zones]

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
        readings: list[Reading] = []
        if printed is not False:
            readings.append(self._printed(entry, grammar, digits=False, trusted=bool(printed)))
            said = readings[0].hypotheses
            if _is_settled(said, grammar, _PRINTED) and self._figures_agree(entry, said[0].text):
                return decide(said, grammar, self.place(entry.rect, readings[0].reader))
        posteriors = self._readers.lines.read_line(entry.grey)
        readings.append(Reading(self._readers.lines.name, _written(posteriors, grammar)))
        field = decided(tuple(readings), grammar, self.place(entry.rect, readings[0].reader), by_hand=not printed)
        if printed or grammar.words or not isinstance(field.ink, ListedInk):
            return field
        return field.with_ink(text_ink(field.ink, posteriors))  # a person's name: any name may be asked for

    def _figures_agree(self, entry: Entry, text: str) -> bool:
        return figures_agree(entry, text, self.view.px_per_mm, self._readers.cells)

    def _read_number(self, entry: Entry, grammar: LineGrammar, *, printed: bool | None) -> Field[str]:
        """Return a number: character by character, then by a reader of whole lines, then by both kinds of those."""
        cells, text, lines = self._readers.cells, self._readers.text, self._readers.lines
        number = cut_number(entry, cells, separators=grammar.separators)
        own = [] if number is None else weakened(spelled(number), TRUST_CHARACTERS)
        others: list[Reading] = []
        names: tuple[str, ...] = (text.name, lines.name) if printed else (lines.name, text.name)
        if printed and likeliest_share(own, grammar) >= _ALONE:
            names = ()
        for name in names:
            if name == text.name:
                other = self._printed(entry, grammar, digits=True, trusted=bool(printed))
            else:
                other = Reading(name, _written(lines.read_line(entry.grey), grammar))
            # two ways to write the same value are no disagreement
            others.append(Reading(name, aligned(other.hypotheses, own, grammar)))
            if likeliest_share(together(own, *(o.hypotheses for o in others)), grammar) >= _SETTLED:
                break
        place = self.place(entry.rect, cells.name)
        if number is None:
            return decided((Reading(cells.name, []), *others), grammar, place, by_hand=not printed)
        return decode_number(number, cells.name, tuple(others), grammar, place, by_hand=not printed)

    def _printed(self, entry: Entry, grammar: LineGrammar, *, digits: bool, trusted: bool) -> Reading:
        reading = self._readers.text.read_line(entry.grey, digits_only=digits)
        trust = _TRUST_PRINT if trusted else _NOT_PRINTED
        text, sure = _folded(reading.text, grammar.fold), reading.confidence
        if trusted and text in grammar.words:  # a misread word is seldom another known one
            sure = 1.0 - _KNOWN_BY_CHANCE * (1.0 - sure)
        return Reading(self._readers.text.name, [Hypothesis(text, trust * sure)] if text else [])

    def _cell(self, cell: Rect) -> NDArray[np.uint8]:
        x, y = _CELL_MARGIN
        return self.view.cut(self.ink.grey, cell.grown(x * cell.w, y * cell.h))


def _written(posteriors: LinePosteriors, grammar: LineGrammar) -> list[Hypothesis]:
    """Return what the recogniser of lines makes of an entry, known words among it."""
    written = ctc.strings(posteriors, grammar.fold)
    if grammar.words:
        known = _merged(_neighbours(written, grammar.words), ctc.of_words(posteriors, grammar.words, grammar.fold))
        written = _merged(known, written)
    return weakened(written, _TRUST_LINES)


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


def _folded(text: str, fold: Mapping[str, str] | None) -> str:
    return text if fold is None else "".join(fold.get(c, c) for c in text).strip()
