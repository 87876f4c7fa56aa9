"""Words put back into lines, and text put into the plain form that fuzzy comparisons need."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from extractors.scan import Word
from schemas.geometry import Box

_NOT_PLAIN: Final = re.compile(r"[^a-z0-9]+")
# Letters NFKD leaves whole.
_LIGATURES: Final = str.maketrans({"œ": "oe", "æ": "ae", "Œ": "OE", "Æ": "AE", "’": "'"})
# Two words belong to the same row when they share this much of the lower one's height.
_SHARED_HEIGHT: Final = 0.5
# A gap wider than this many row heights separates two texts side by side (letterhead and barcode legend);
# the widest space inside a justified line is about 2.5 heights.
_COLUMN_GAP: Final = 4.0
# Height over width of a portrait A4 page: what a fraction of its width is in fractions of its height.
A4_RATIO: Final = 297 / 210


def plain(text: str) -> str:
    """Return *text* in lower case without accents or punctuation, words apart by one space.

    >>> plain("Fait à ORLÉANS, le 3/05")
    'fait a orleans le 3 05'
    """
    folded = unicodedata.normalize("NFKD", text.translate(_LIGATURES).lower())
    return _NOT_PLAIN.sub(" ", "".join(c for c in folded if not unicodedata.combining(c))).strip()


@dataclass(frozen=True)
class TextLine:
    """Words that follow each other on one row; ``box`` in the words' own frame."""

    words: tuple[Word, ...]

    @cached_property
    def text(self) -> str:
        """The words, one space apart."""
        return " ".join(word.text for word in self.words)

    @cached_property
    def plain(self) -> str:
        """``text`` in plain form."""
        return plain(self.text)

    @cached_property
    def box(self) -> Box:
        """The box around the words."""
        return Box.around(word.box for word in self.words)

    def part(self, start: int, end: int) -> Box:
        """Return the box around the words that hold the characters ``start`` to ``end`` of ``text``."""
        held: list[Word] = []
        position = 0
        for word in self.words:
            if position + len(word.text) > start and position < end:
                held.append(word)
            position += len(word.text) + 1
        return Box.around(word.box for word in held or self.words)

    def part_with(self, name: str) -> Box:
        """Return the box around the words that hold *name*, given in capitals: the whole line's where it is not one."""
        start = self.text.upper().find(name)
        if start < 0:
            return self.box
        part = self.part(start, start + len(name))
        # the height is the line's: engines draw a word's box without its accents at times
        return Box(part.x, self.box.y, part.w, self.box.h)

    @property
    def confidence(self) -> float:
        """The reader's mean confidence, each word weighing its length."""
        weights = [max(len(word.text), 1) for word in self.words]
        return sum(w.confidence * n for w, n in zip(self.words, weights, strict=True)) / sum(weights)


def rows_of(words: Iterable[Word]) -> list[list[Word]]:
    """Group *words* into rows by their height on the page, top to bottom, each from left to right."""
    rows: list[tuple[float, float, list[Word]]] = []
    for word in sorted((w for w in words if w.text.strip()), key=lambda w: w.box.y + w.box.h / 2):
        top, bottom = word.box.y, word.box.y + word.box.h
        middle = (top + bottom) / 2
        for i in range(len(rows) - 1, max(-1, len(rows) - 4), -1):
            row_top, row_bottom, held = rows[i]
            shared = min(bottom, row_bottom) - max(top, row_top)
            if row_top <= middle <= row_bottom and shared >= _SHARED_HEIGHT * min(word.box.h, row_bottom - row_top):
                held.append(word)
                # The row's height stays that of its typical words: one tall stroke must not swallow the next row.
                heights = sorted((w.box.h, w.box.y) for w in held)
                height, _ = heights[len(heights) // 2]
                centre = sum(w.box.y + w.box.h / 2 for w in held) / len(held)
                rows[i] = (centre - height / 2, centre + height / 2, held)
                break
        else:
            rows.append((top, bottom, [word]))
    rows.sort(key=lambda row: row[0])
    return [sorted(held, key=lambda w: w.box.x) for _, _, held in rows]


def lines_of(words: Iterable[Word], *, column_gap: float = _COLUMN_GAP, walls: Sequence[Box] = ()) -> list[TextLine]:
    """Return the lines of a level page, top to bottom; texts side by side are lines of their own.

    Args:
        words: with boxes in fractions of the page.
        column_gap: the gap between two words, in row heights, that starts a new line.
        walls: upright rules of the page, which part columns however near their texts come.
    """
    lines = []
    for row in rows_of(words):
        height = _median([w.box.h for w in row]) * A4_RATIO
        current = [row[0]]
        for word in row[1:]:
            end = current[-1].box.x + current[-1].box.w
            if word.box.x - end > column_gap * height or any(_parts(wall, current[-1].box, word.box) for wall in walls):
                lines.append(TextLine(tuple(current)))
                current = []
            current.append(word)
        lines.append(TextLine(tuple(current)))
    return lines


def _parts(wall: Box, left: Box, right: Box) -> bool:
    """Whether *wall* stands between two words of a row."""
    middle = left.y + left.h / 2
    return left.x + left.w / 2 < wall.x + wall.w / 2 < right.x + right.w / 2 and wall.y <= middle <= wall.y + wall.h


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]
