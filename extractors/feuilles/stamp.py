"""A rubber stamp's text: several lines, any colour, framed or not, leaning a little, worn, pressed over print."""

from collections import defaultdict
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.decoding.calibration import STAMP_LINES
from extractors.decoding.hypotheses import Place, empty, unread
from extractors.decoding.stamp_lines import is_regular, settled, shaped
from extractors.decoding.texts import free_text
from extractors.feuilles.form_view import FormView, Rect
from extractors.feuilles.strokes import Ink
from extractors.readers.protocol import LineRecogniser, Readers
from extractors.readers.text_lines import find_crops
from extractors.scan import Word
from schemas.field import Field

_MM_PER_INCH: Final = 25.4
_EMPTY: Final = 0.99
_LEAST_MM2: Final = 4.0
# A stamp may leave its box by this much, in mm.
_ABOVE_MM: Final = 2.0
_BELOW_MM: Final = 0.5
# Air around the stamp: the frame of a leaning one, and its palest letters, reach out of the ink found.
_AIR_MM: Final = (1.5, 0.8)
# A frame's sides are longer than any letter's strokes, and than a row of worn letters that touch.
_SIDE_MM: Final = 4.5
_EDGE_MM: Final = 9.0
# Where the rubber missed the paper, a side is broken for less than this.
_BREAK_MM: Final = 6.0
_RULE_BELOW: Final = 170
_SIDE_WIDTH_MM: Final = 1.8
_MARGIN_MM: Final = 5.0
# The form's own print, tints too: there the print-free view is taken, elsewhere the scan, which no removal has worn.
_PRINTED_BELOW: Final = 245
# Paper is uneven over distances like this; ink over the second. What is paler than the share of a stamp's usual ink is
# paper, and what is paler than the depth, of 255, is not raised to the ink around it: show-through.
_PAPER_MM: Final = 4.0
_PATCH_MM: Final = 3.0
_NOISE: Final = 0.05
_LEAST_DEPTH: Final = 80.0
_INK_DEPTH: Final = 30
# More ink of another entry than this, in mm2, in a stamp's zone covers a part of it, which leaves it in doubt.
_OVERWRITTEN_MM2: Final = 0.15
_OVERWRITTEN: Final = 0.5
# Stamps are pressed askew by a few degrees; farther and the lines are not found.
_LEAN_DEG: Final = np.arange(-8.0, 8.01, 1.0)
_FINE_DEG: Final = np.arange(-0.75, 0.76, 0.25)
_LEVEL_DEG: Final = 0.2
_LEAN_PX_PER_MM: Final = 3.0
# A line read this surely needs no second reader: 169 of 178 such lines of five generated and three given lots were
# right, and what was wrong in them broke a line's usual shape.
_SURE: Final = 0.8


def read_stamp(view: FormView, ink: Ink, readers: Readers, rect: Rect, page: int) -> Field[str]:
    """Return the text of the stamp in *rect*, its lines parted by newlines."""
    place = Place(page, view.box(rect), readers.text.name)
    entry = ink.entry(rect, above=_ABOVE_MM, below=_BELOW_MM, least_mm2=_LEAST_MM2)
    if entry is None:
        return empty(place, _EMPTY)
    depth = _depth(view, ink, rect, entry.rect.grown(*_AIR_MM))
    level = _evened(_unframed(_levelled(255 - depth, view.px_per_mm), view.px_per_mm), view.px_per_mm)
    # a page has margins: without them the reader takes tight lines for headings printed on a band
    alone = np.pad(level, round(_MARGIN_MM * view.px_per_mm), constant_values=255)
    lines = _lines(alone, view.px_per_mm * _MM_PER_INCH, readers)
    place = Place(page, view.box(entry.rect), readers.text.name)
    if not lines:
        return unread(None, place)
    text = "\n".join(line for line, _ in lines)
    # every line must be right
    sure = float(np.prod([confidence for _, confidence in lines]))
    if _is_overwritten(view, ink, rect):
        sure *= _OVERWRITTEN
    return Field[str](value=text, raw=text, confidence=sure, page=page, box=place.box, source=place.source)


def _is_overwritten(view: FormView, ink: Ink, rect: Rect) -> bool:
    """Return whether an entry beside the stamp runs into it: the line it covers may be lost as a whole."""
    reach = Rect(rect.x, rect.y - _ABOVE_MM, rect.w, rect.h + _ABOVE_MM + _BELOW_MM)
    covered = ink.strangers(rect, reach, above=_ABOVE_MM, below=_BELOW_MM)
    return float(np.count_nonzero(covered)) / view.px_per_mm**2 > _OVERWRITTEN_MM2


def _lines(grey: NDArray[np.uint8], dpi: float, readers: Readers) -> list[tuple[str, float]]:
    """Return the lines, top to bottom, with their confidences; doubtful ones are read a second time."""
    grouped: defaultdict[int, list[Word]] = defaultdict(list)
    for word in readers.text.read_page(grey, dpi=dpi):
        grouped[word.line].append(word)
    crops: dict[int, NDArray[np.uint8]] | None = None
    lines = []
    for number, words in sorted(grouped.items()):
        text, sure = shaped(" ".join(w.text for w in words)), min(w.confidence for w in words)
        if sum(c.isalnum() for c in text) < 2:  # noqa: PLR2004 - a speck
            continue
        if sure >= _SURE and is_regular(text):
            lines.append((text, STAMP_LINES(sure)))
            continue
        if crops is None:
            crops = _line_crops(grey, dpi)
        lines.append(_read_again(words, crops.get(number), readers.lines))
    return lines


def _line_crops(grey: NDArray[np.uint8], dpi: float) -> dict[int, NDArray[np.uint8]]:
    """Return each line's image by its number; lines in several pieces are left out: no reader sees them whole."""
    held: defaultdict[int, list[NDArray[np.uint8]]] = defaultdict(list)
    for crop in find_crops(grey, dpi=dpi):
        held[crop.line].append(crop.grey)
    return {line: parts[0] for line, parts in held.items() if len(parts) == 1}


def _read_again(words: list[Word], crop: NDArray[np.uint8] | None, reader: LineRecogniser) -> tuple[str, float]:
    pairs = [(free_text(w.text), w.confidence) for w in words if free_text(w.text)]
    if crop is None:
        return " ".join(text for text, _ in pairs), STAMP_LINES(min(sure for _, sure in pairs))
    return settled(pairs, reader.read_line(crop))


def _depth(view: FormView, ink: Ink, rect: Rect, around: Rect) -> NDArray[np.uint8]:
    """Return how dark the stamp is, 0 paper to 255: from the scan, and from the print-free view where print stands.

    Removing the print thins pale strokes even where no print was, and a stamp is pale.
    """
    cleaned = 255.0 - view.cut(view.cleaned, around).astype(np.float32)
    if view.blank is None or view.is_bilevel:
        depth = cleaned
    else:
        grey = view.cut(view.original, around).astype(np.float32)
        reach = round(_PAPER_MM * view.px_per_mm) | 1
        bright = cv2.dilate(cv2.GaussianBlur(grey, (0, 0), 1.2), np.ones((reach, reach), np.uint8))
        depth = cv2.GaussianBlur(bright, (0, 0), reach / 2) - grey
        depth = np.maximum(depth - np.median(depth), 0.0)
        printed = (view.cut(view.blank, around) < _PRINTED_BELOW).astype(np.uint8)
        depth = np.where(cv2.dilate(printed, np.ones((5, 5), np.uint8)) > 0, cleaned, depth)
    depth[cv2.dilate(ink.strangers(rect, around, above=_ABOVE_MM, below=_BELOW_MM), np.ones((5, 5), np.uint8)) > 0] = 0
    inked = depth[depth > _INK_DEPTH]
    top = float(np.percentile(inked, 80)) if inked.size else 255.0
    dark = np.clip((depth - _NOISE * top) * 255.0 / ((1.0 - _NOISE) * top), 0, 255)
    return np.asarray(dark, np.uint8)


def _unframed(grey: NDArray[np.uint8], px_per_mm: float) -> NDArray[np.uint8]:
    """Return *grey* without the frame around the stamp; letters that a side runs through are closed over it."""
    dark = (grey < _RULE_BELOW).astype(np.uint8)
    edge, side, gap = (round(mm * px_per_mm) for mm in (_EDGE_MM, _SIDE_MM, _BREAK_MM))
    across = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((1, edge), np.uint8))
    down = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((side, 1), np.uint8))
    across = cv2.dilate(cv2.morphologyEx(across, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8)), np.ones((7, 5)))
    down = cv2.dilate(cv2.morphologyEx(down, cv2.MORPH_CLOSE, np.ones((gap, 1), np.uint8)), np.ones((5, 7)))
    bare = np.where((across > 0) | (down > 0), np.uint8(255), grey)
    width = round(_SIDE_WIDTH_MM * px_per_mm)
    closed = cv2.morphologyEx(bare, cv2.MORPH_OPEN, np.ones((1, width), np.uint8))
    return np.where((down > 0) & (across == 0), closed, bare).astype(np.uint8)


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
