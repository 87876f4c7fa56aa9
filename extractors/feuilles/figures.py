"""The figures in a line of print, checked one by one: the reader of print takes a dotted nought for an 8 or a 6."""

from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np

from extractors.feuilles.characters import read_characters
from extractors.feuilles.strokes import Entry
from extractors.readers.protocol import CellReader

# Of the figures of a word, read one by one, together: what the reader of cells must give them.
_SURE: Final = 0.8


def figures_agree(entry: Entry, text: str, px_per_mm: float, reader: CellReader) -> bool:
    """Return whether each word of *text* that holds a figure is, character by character, what *entry* shows.

    False wherever that cannot be told: a word of letters and figures, or more words than white spaces.
    """
    words = text.split()
    parts = _words(entry, len(words), px_per_mm)
    if parts is None:
        return False
    for word, part in zip(words, parts, strict=True):
        if not any(c.isdigit() for c in word):
            continue
        if not (word.isascii() and word.isdigit()):
            return False
        best = next(iter(read_characters(part, reader)), None)
        if best is None or best.text != word or best.probability < _SURE:
            return False
    return True


def _words(entry: Entry, count: int, px_per_mm: float) -> list[Entry] | None:
    """Return *entry* parted at its widest white spaces into *count* words; None where it has too few."""
    strokes = sorted(entry.strokes, key=lambda s: s.x)
    ends = np.maximum.accumulate([s.x + s.w for s in strokes])
    gaps = [(float(after.x - end), k + 1) for k, (end, after) in enumerate(zip(ends, strokes[1:], strict=False))]
    widest = sorted(gaps, reverse=True)[: count - 1]
    if len(widest) < count - 1 or any(gap <= 0 for gap, _ in widest):
        return None
    air = (entry.ink.shape[1] / px_per_mm - entry.rect.w) / 2
    edges = [0, *sorted(k for _, k in widest), len(strokes)]
    found = []
    for first, last in pairwise(edges):
        left, right = strokes[first].x, max(s.x + s.w for s in strokes[first:last])
        x0 = max(round((left - entry.rect.x + air / 2) * px_per_mm), 0)
        x1 = round((right - entry.rect.x + 1.5 * air) * px_per_mm)
        ink = np.zeros_like(entry.ink[:, x0:x1])
        inner = slice(max(x0, round((left - entry.rect.x + air) * px_per_mm) - 1), x1)
        end = round((right - entry.rect.x + air) * px_per_mm) + 1
        ink[:, inner.start - x0 : end - x0] = entry.ink[:, inner.start : end]
        found.append(replace(entry, grey=entry.grey[:, x0:x1], ink=ink, strokes=tuple(strokes[first:last])))
    return found
