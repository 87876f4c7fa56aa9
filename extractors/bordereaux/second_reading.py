"""A second opinion on printed numbers, by an engine that reads figures better than Tesseract does.

Tesseract takes the dotted or slashed zeros of dot-matrix print for eights, sixes and nines, with confidence. The line
recogniser reads them right, at three times the price: so it reads only the numbers no key and no sum has proven.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from extractors.bordereaux.tokens import Kind, Row
from extractors.bordereaux.typeface import Figures, Typeface, learn
from extractors.bordereaux.values import as_digits, find_nir
from extractors.readers.ctc import best, n_best
from extractors.readers.protocol import LineRecogniser
from extractors.scan import Word
from extractors.sheet import View
from schemas.geometry import Box

#: What a printed number, date, amount or Corsican NIR is made of.
_FIGURES: Final = "0123456789.,/-€AB"
_DIGITS: Final = "0123456789.,/-€"
_HAS_DIGIT: Final = re.compile(r"\d")
#: Words with fewer figures than this share are text, read well enough by Tesseract.
_FIGURE_SHARE: Final = 0.34
_WHOLE_DATE: Final = re.compile(r"\d\d[./-]\d\d[./-](?:\d\d){1,2}")
_CUT_DATE: Final = re.compile(r"\d[./-]\d\d[./-](?:\d\d){1,2}")
#: Under this probability of its own the second reading does not replace the first.
_LEAST: Final = 0.4
#: Both engines, unlike in every way, read the same figures: a first value, to be calibrated on generated lots.
AGREED: Final = 0.985
#: The second reader's word against the first's, at best.
_ALONE: Final = 0.95
#: The page's typeface is sure of every figure: a first value.
_CLEAR: Final = 0.9
#: Another engine and the page's typeface read the same figures; the typeface reads others than two engines do.
SEEN: Final = 0.993
_CONTRADICTED: Final = 0.6
#: A whole date of which the second reading lost a figure.
_WHOLE: Final = 0.75
#: Both engines agree, and the page taught nothing that could tell whether they mistake its 3 for an 8 together: none of
#: 335 such values on 309 drawn bordereaux was wrong.
UNTAUGHT: Final = 0.982
#: An entry of as many figures is a NIR, whatever its shape.
_NIR_FIGURES: Final = 12
#: Words a typeface is learned from: more cost time and teach nothing.
_ENOUGH_WORDS: Final = 60
#: Paper kept above and below a word, as a share of its height.
_AIR: Final = 0.25
#: Spellings looked at for one cell, and the least side of a cell worth reading, px.
_MOST_CANDIDATES: Final = 8
_LEAST_PX: Final = 6


@dataclass(frozen=True)
class SecondReading:
    """Words after the second reading, and what the first reading of the changed ones was."""

    words: list[Word]
    first: dict[int, str]


def learn_typeface(rows: Sequence[Row], view: View, proven: Collection[int]) -> Typeface | None:
    """Return the page's typeface as the words whose ``id`` is in *proven* show it, or None where they are too few."""
    words: list[tuple[NDArray[np.uint8], str]] = []
    for row in rows:
        for place, word in enumerate(row.words):
            figures = as_digits(word.text.replace(",", "")) if id(word) in proven else None
            if figures is not None and "/" not in word.text and len(words) < _ENOUGH_WORDS:
                words.append((_crop_at(row, place, view), figures))
    return learn(words)


def read_again(
    rows: Sequence[Row],
    view: View,
    reader: LineRecogniser,
    proven: Collection[int],
    typeface: Typeface | None,
    *,
    left: Collection[int] = (),
) -> SecondReading:
    """Return the words of *rows*, numbers read a second time save those whose ``id`` is in *proven* or *left*."""
    words: list[Word] = []
    first: dict[int, str] = {}
    for row in rows:
        for place, word in enumerate(row.words):
            if id(word) in proven and not _is_contradicted(row, place, view, typeface):
                words.append(replace(word, confidence=max(word.confidence, SEEN)))
                continue
            if id(word) in left or not _is_number(word.text):
                words.append(word)
                continue
            crop = _crop_at(row, place, view)
            figures = typeface.read(crop, word.text) if typeface is not None else None
            if figures is not None and figures.text == _figures(word.text) and figures.probability >= _CLEAR:
                words.append(replace(word, confidence=max(word.confidence, SEEN)))
                continue
            read = _weighed(word, _read(word, crop, reader), figures)
            if typeface is None:
                read = replace(read, confidence=min(read.confidence, UNTAUGHT))
            words.append(read)
            if read.text != word.text:
                first[id(read)] = word.text
    return SecondReading(words, first)


def _is_contradicted(row: Row, place: int, view: View, typeface: Typeface | None) -> bool:
    """Whether the page's typeface reads a NIR otherwise whose key is right: one bad reading in 97 has one."""
    text = row.words[place].text
    if typeface is None or len(_HAS_DIGIT.findall(text)) < _NIR_FIGURES:
        return False
    figures = typeface.read(_crop_at(row, place, view), text)
    return (
        figures is not None
        and figures.probability >= _CLEAR
        and len(figures.text) == len(_figures(text))
        and (figures.text != _figures(text))
    )


def all_but_nirs(rows: Sequence[Row]) -> set[int]:
    """Return the ids of the words of *rows* that are no part of what looks like a NIR."""
    return {
        id(word)
        for row in rows
        for token in row.tokens
        for word in token.words
        if token.kind is not Kind.NIR and len(_HAS_DIGIT.findall(token.text)) < _NIR_FIGURES
    }


def confirm(rows: Sequence[Row], view: View, proven: Collection[int], typeface: Typeface) -> list[Word]:
    """Return the words of *rows*, numbers read twice already surer or more doubtful by the page's own *typeface*."""
    words: list[Word] = []
    for row in rows:
        for place, word in enumerate(row.words):
            if id(word) not in proven and _is_number(word.text):
                figures = typeface.read(_crop_at(row, place, view), word.text)
                if figures is not None and figures.probability >= _CLEAR:
                    same = figures.text == _figures(word.text)
                    sure = max(word.confidence, SEEN) if same else min(word.confidence, _CONTRADICTED)
                    words.append(replace(word, confidence=sure))
                    continue
            words.append(word)
    return words


def _weighed(word: Word, read: Word, figures: Figures | None) -> Word:
    """Return *word* as two of its three readings have it: the first, the line recogniser's, the typeface's."""
    if figures is None:
        lost = _WHOLE_DATE.fullmatch(word.text) and not _WHOLE_DATE.fullmatch(read.text)
        return replace(word, confidence=_WHOLE) if lost else read
    if figures.text == _figures(read.text):
        return replace(read, confidence=max(read.confidence, AGREED if figures.probability >= _LEAST else _ALONE))
    if figures.probability < _CLEAR:
        return read
    if figures.text == _figures(word.text):
        return replace(word, confidence=_ALONE)
    if _figures(read.text) == _figures(word.text):
        # fewer or more figures come from pieces badly cut, other ones may be what both engines mistake together
        cut = len(figures.text) != len(_figures(word.text))
        return replace(read, confidence=min(read.confidence, UNTAUGHT if cut else _CONTRADICTED))
    spelt = _spelt(word.text, figures.text)
    settled = replace(word, text=spelt) if spelt is not None else read
    return replace(settled, confidence=min(read.confidence, _CONTRADICTED))


def _spelt(text: str, figures: str) -> str | None:
    """Return *text* with its figures replaced by as many others, or None where the numbers of figures differ."""
    if sum(c.isalnum() for c in text) != len(figures):
        return None
    left = iter(figures)
    return "".join(next(left) if c.isalnum() else c for c in text)


class CellReader:
    """Reads one cell of a scan for one kind of value: candidates whose shape fits, best first."""

    def __init__(self, view: View, reader: LineRecogniser) -> None:
        self._view = view
        self._reader = reader

    def text(self, place: Box) -> str:
        """Return the text in *place* (in fractions of the view) as the line recogniser reads it best."""
        crop = self._crop(place)
        return self._reader.read_line(crop).best().text if crop is not None else ""

    def candidates(self, place: Box, allowed: str, parse: Callable[[str], str | None]) -> list[tuple[str, float]]:
        """Return the values the ink in *place* (in fractions of the view) may stand for, with their probabilities."""
        crop = self._crop(place)
        if crop is None:
            return []
        posteriors = self._reader.read_line(crop)
        found: dict[str, float] = {}
        for text, probability in n_best(posteriors, allowed=allowed, count=_MOST_CANDIDATES):
            value = parse(text.strip(" .,/-"))
            if value is not None:
                found[value] = found.get(value, 0.0) + probability
        return sorted(found.items(), key=lambda item: -item[1])

    def _crop(self, place: Box) -> NDArray[np.uint8] | None:
        height, width = self._view.grey.shape
        air = _AIR * place.h
        x0, x1 = (round(min(max(v, 0.0), 1.0) * width) for v in (place.x, place.x + place.w))
        y0, y1 = (round(min(max(v, 0.0), 1.0) * height) for v in (place.y - air, place.y + place.h + air))
        return self._view.grey[y0:y1, x0:x1] if x1 - x0 >= _LEAST_PX and y1 - y0 >= _LEAST_PX else None


def _is_number(text: str) -> bool:
    figures = len(_HAS_DIGIT.findall(text))
    return figures > 0 and figures >= _FIGURE_SHARE * len(text)


def _read(word: Word, crop: NDArray[np.uint8], reader: LineRecogniser) -> Word:
    posteriors = reader.read_line(crop)
    reading = posteriors.best()
    text = reading.text.replace(" ", "")
    if any(c not in _FIGURES for c in text) or ({"A", "B"} & set(text) and find_nir(text) is None):
        reading = best(posteriors, _DIGITS)
        text = reading.text.replace(" ", "")
    core = text.strip(".,/-")
    if _figures(core) == _figures(word.text) and core:
        return replace(word, confidence=max(word.confidence, AGREED))
    if reading.confidence < _LEAST or not core:
        return replace(word, confidence=min(word.confidence, _LEAST))
    return replace(word, text=core, confidence=min(reading.confidence, _ALONE))


def _figures(text: str) -> str:
    return "".join(c for c in text.upper() if c.isalnum())


def _crop_at(row: Row, place: int, view: View) -> NDArray[np.uint8]:
    before = row.words[place - 1] if place else None
    after = row.words[place + 1] if place + 1 < len(row.words) else None
    return _crop(row.words[place], before, after, view, row.character)


def _crop(word: Word, before: Word | None, after: Word | None, view: View, character: float) -> NDArray[np.uint8]:
    """Cut *word* out of the view, up to the middle of the blanks around it."""
    height, width = view.grey.shape
    reach = 0.6 * character
    # a date that begins with one figure lost the other one
    lost = 1.4 * character if _CUT_DATE.fullmatch(word.text) else 0.0
    left, right = word.box.x - reach - lost, word.box.x + word.box.w + reach
    if before is not None:
        left = max(left, (before.box.x + before.box.w + word.box.x) / 2)
    if after is not None:
        right = min(right, (word.box.x + word.box.w + after.box.x) / 2)
    air = _AIR * word.box.h
    top, bottom = word.box.y - air, word.box.y + word.box.h + air
    x0, x1 = (round(min(max(v, 0.0), 1.0) * width) for v in (left, right))
    y0, y1 = (round(min(max(v, 0.0), 1.0) * height) for v in (top, bottom))
    return view.grey[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]
