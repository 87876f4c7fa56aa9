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

from extractors.bordereaux.tokens import Row
from extractors.bordereaux.values import find_nir
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
#: Under this probability of its own the second reading does not replace the first.
_LEAST: Final = 0.4
#: Both engines, unlike in every way, read the same figures: a first value, to be calibrated on generated lots.
AGREED: Final = 0.985
#: The second reader's word against the first's, at best.
_ALONE: Final = 0.95
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


def read_again(rows: Sequence[Row], view: View, reader: LineRecogniser, proven: Collection[int]) -> SecondReading:
    """Return the words of *rows*, numbers read a second time save those whose ``id`` is in *proven*."""
    words: list[Word] = []
    first: dict[int, str] = {}
    for row in rows:
        for place, word in enumerate(row.words):
            if id(word) in proven or not _is_number(word.text):
                words.append(word)
                continue
            before = row.words[place - 1] if place else None
            after = row.words[place + 1] if place + 1 < len(row.words) else None
            read = _read(word, _crop(word, before, after, view, row.character), reader)
            words.append(read)
            if read.text != word.text:
                first[id(read)] = word.text
    return SecondReading(words, first)


class CellReader:
    """Reads one cell of a scan for one kind of value: candidates whose shape fits, best first."""

    def __init__(self, view: View, reader: LineRecogniser) -> None:
        self._view = view
        self._reader = reader

    def candidates(self, place: Box, allowed: str, parse: Callable[[str], str | None]) -> list[tuple[str, float]]:
        """Return the values the ink in *place* (in fractions of the view) may stand for, with their probabilities."""
        height, width = self._view.grey.shape
        air = _AIR * place.h
        x0, x1 = (round(min(max(v, 0.0), 1.0) * width) for v in (place.x, place.x + place.w))
        y0, y1 = (round(min(max(v, 0.0), 1.0) * height) for v in (place.y - air, place.y + place.h + air))
        if x1 - x0 < _LEAST_PX or y1 - y0 < _LEAST_PX:
            return []
        posteriors = self._reader.read_line(self._view.grey[y0:y1, x0:x1])
        found: dict[str, float] = {}
        for text, probability in n_best(posteriors, allowed=allowed, count=_MOST_CANDIDATES):
            value = parse(text.strip(" .,/-"))
            if value is not None:
                found[value] = found.get(value, 0.0) + probability
        return sorted(found.items(), key=lambda item: -item[1])


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


def _crop(word: Word, before: Word | None, after: Word | None, view: View, character: float) -> NDArray[np.uint8]:
    """Cut *word* out of the view, up to the middle of the blanks around it."""
    height, width = view.grey.shape
    reach = 0.6 * character
    left, right = word.box.x - reach, word.box.x + word.box.w + reach
    if before is not None:
        left = max(left, (before.box.x + before.box.w + word.box.x) / 2)
    if after is not None:
        right = min(right, (word.box.x + word.box.w + after.box.x) / 2)
    air = _AIR * word.box.h
    top, bottom = word.box.y - air, word.box.y + word.box.h + air
    x0, x1 = (round(min(max(v, 0.0), 1.0) * width) for v in (left, right))
    y0, y1 = (round(min(max(v, 0.0), 1.0) * height) for v in (top, bottom))
    return view.grey[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]
