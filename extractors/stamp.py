"""A rubber stamp's text: several lines, any colour, framed or not, leaning a little."""

from collections import defaultdict
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.decoding.hypotheses import Place, empty, unread
from extractors.decoding.texts import free_text
from extractors.form_view import FormView, Rect
from extractors.readers.protocol import TextReader
from extractors.scan import Word
from extractors.strokes import Ink
from schemas.field import Field

_MM_PER_INCH: Final = 25.4
_EMPTY: Final = 0.99
_LEAST_MM2: Final = 4.0
# A stamp may leave its box by this much, in mm.
_OVERFLOW_MM: Final = 2.0
# A frame's sides are longer than any letter's strokes, even broken where the rubber missed the paper.
_RULE_MM: Final = 4.5
_MARGIN_MM: Final = 5.0
_PALE: Final = 215
# Ink is uneven over distances like this; what is paler than the second, in grey levels, is paper.
_PATCH_MM: Final = 3.0
_LEAST_DEPTH: Final = 40.0
# Stamps are pressed askew by a few degrees; farther and the lines are not found.
_LEAN_DEG: Final = np.arange(-8.0, 8.01, 1.0)
_FINE_DEG: Final = np.arange(-0.75, 0.76, 0.25)
_LEVEL_DEG: Final = 0.2
_LEAN_PX_PER_MM: Final = 3.0


def read_stamp(view: FormView, ink: Ink, reader: TextReader, rect: Rect, page: int) -> Field[str]:
    """Return the text of the stamp in *rect*, its lines parted by newlines."""
    place = Place(page, view.box(rect), reader.name)
    entry = ink.entry(rect, above=_OVERFLOW_MM, below=0.5, least_mm2=_LEAST_MM2)
    if entry is None:
        return empty(place, _EMPTY)
    # stamp ink is patchy: its pale parts are kept, whatever counts as ink elsewhere
    grey = view.cut(view.cleaned, entry.rect.grown(1.0, 1.0))
    level = _unframed(_levelled(grey, view.px_per_mm), view.px_per_mm)
    # a page has margins: without them the reader takes tight lines for headings printed on a band
    margin = round(_MARGIN_MM * view.px_per_mm)
    alone = np.pad(_evened(level, view.px_per_mm), margin, constant_values=255)
    words = reader.read_page(alone, dpi=view.px_per_mm * _MM_PER_INCH)
    lines = _lines(words)
    if not lines:
        return unread(None, place)
    text = "\n".join(lines)
    weights = np.array([max(len(word.text), 1) for word in words], np.float64)
    sure = float(np.average([word.confidence for word in words], weights=weights))
    place = Place(page, view.box(entry.rect), reader.name)
    # every line must be right: a mean confidence of 0.95 over four lines leaves one stamp in five with an error
    return Field[str](
        value=text, raw=text, confidence=min(sure, 1.0) ** len(lines), page=page, box=place.box, source=place.source
    )


def _unframed(grey: NDArray[np.uint8], px_per_mm: float) -> NDArray[np.uint8]:
    """Return *grey* without the frame around the stamp: long straight strokes near its edges."""
    dark = (grey < _PALE).astype(np.uint8)
    length = round(_RULE_MM * px_per_mm)
    across = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    down = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    frame = cv2.dilate(cv2.bitwise_or(across, down), np.ones((3, 3), np.uint8)) > 0
    return np.where(frame, np.uint8(255), grey)


def _levelled(grey: NDArray[np.uint8], px_per_mm: float) -> NDArray[np.uint8]:
    """Return *grey* turned so that its lines are level: the turn under which rows are most unlike each other."""
    factor = _LEAN_PX_PER_MM / px_per_mm
    small = np.asarray(255 - cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)
    best = max(_LEAN_DEG.tolist(), key=lambda degrees: (_unlikeness(small, degrees), -abs(degrees)))
    fine = max((best + _FINE_DEG).tolist(), key=lambda degrees: (_unlikeness(small, degrees), -abs(degrees)))
    return grey if abs(fine) < _LEVEL_DEG else 255 - _turned(255 - grey, fine)


def _evened(grey: NDArray[np.uint8], px_per_mm: float) -> NDArray[np.uint8]:
    """Return *grey* with pale strokes as dark as the dark ones around them: stamps print unevenly."""
    depth = 255.0 - grey.astype(np.float32)
    window = round(_PATCH_MM * px_per_mm) | 1
    around = cv2.blur(cv2.dilate(depth, np.ones((window, window), np.uint8)), (window, window))
    return np.clip(255.0 - 220.0 * depth / np.maximum(around, _LEAST_DEPTH), 0, 255).astype(np.uint8)


def _unlikeness(dark: NDArray[np.uint8], degrees: float) -> float:
    rows = _turned(dark, degrees).sum(axis=1, dtype=np.float64)
    return float(np.sum(np.diff(rows) ** 2))


def _turned(dark: NDArray[np.uint8], degrees: float) -> NDArray[np.uint8]:
    height, width = dark.shape
    reach = round(abs(np.sin(np.radians(degrees))) * width / 2)
    padded = cv2.copyMakeBorder(dark, reach, reach, 0, 0, cv2.BORDER_CONSTANT, value=[0])
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2 + reach), degrees, 1.0)
    return np.asarray(cv2.warpAffine(padded, matrix, (width, height + 2 * reach), flags=cv2.INTER_LINEAR), np.uint8)


def _lines(words: list[Word]) -> list[str]:
    grouped: defaultdict[int, list[Word]] = defaultdict(list)
    for word in words:
        grouped[word.line].append(word)
    lines = (free_text(" ".join(w.text for w in held)) for _, held in sorted(grouped.items()))
    return [line for line in lines if sum(c.isalnum() for c in line) > 1]
