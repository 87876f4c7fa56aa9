"""Erasures on an ordonnance: strokes through its date, patient or text, and figures written over. Seldom wrong."""

from collections.abc import Iterator, Sequence
from typing import Final

import cv2
import numpy as np

from extractors.form_view import Rect
from extractors.free_ink import FreeInk, Stroke
from extractors.marks.strikes import find_strike
from extractors.prescription_rows import Row, Sheet
from extractors.strokes import Entry
from schemas.geometry import Box
from schemas.mark import Mark, MarkKind

# A figure written over is this much thicker than its neighbours, and darkens this much more of its box.
_THICKER: Final = 1.75
_DENSER: Final = 1.3
# Fewer figures than this say nothing about what is usual on their row.
_LEAST_FIGURES: Final = 5
# Figures and letters, in mm: smaller pieces are points and dashes, wider ones joined words.
_FIGURE_MM: Final = (1.3, 9.0)
_OVERWRITTEN: Final = 0.85


def find_marks(sheet: Sheet, fields: Sequence[tuple[str, Row]]) -> tuple[Mark, ...]:
    """Return the erasures on the rows of an ordonnance.

    Args:
        sheet: the page.
        fields: rows with the entry each belongs to: ``date``, ``patient_name`` or ``text``.
    """
    return tuple(mark for field, row in fields for mark in (*_struck(sheet, field, row), *_overwritten(sheet, field, row)))


def _struck(sheet: Sheet, field: str, row: Row) -> Iterator[Mark]:
    entry = _entry(sheet.ink, row.box)
    strike = find_strike(entry, sheet.ink.px_per_mm, words=True) if entry else None
    if strike is None:
        return
    px = sheet.ink.px_per_mm
    box = sheet.ink.box(strike.rect.x * px, strike.rect.y * px, strike.rect.w * px, strike.rect.h * px)
    yield Mark(kind=MarkKind.STRIKE, page=sheet.index, box=sheet.on_page(box), score=strike.score, field=field)


def _entry(ink: FreeInk, box: Box) -> Entry | None:
    """Return the strokes of a row as the detector of strikes wants them: places in mm on the view."""
    left, top, right, bottom = ink.pixels(box)
    strokes = [s for s in ink.strokes if left <= s.x + s.w / 2 <= right and top <= s.y + s.h / 2 <= bottom]
    if not strokes:
        return None
    left, top = min(s.x for s in strokes), min(s.y for s in strokes)
    right, bottom = max(s.x + s.w for s in strokes), max(s.y + s.h for s in strokes)
    own = np.isin(ink.labels[top:bottom, left:right], [s.label for s in strokes])
    grey = np.where(own, np.uint8(0), np.uint8(255)).astype(np.uint8)
    px = ink.px_per_mm
    rects = tuple(Rect(s.x / px, s.y / px, s.w / px, s.h / px) for s in sorted(strokes, key=lambda s: s.x))
    area = float(own.sum()) / px**2
    return Entry(grey, own, Rect(left / px, top / px, (right - left) / px, (bottom - top) / px), area, rects)


def _overwritten(sheet: Sheet, field: str, row: Row) -> Iterator[Mark]:
    """Find one figure of a row much thicker and denser than the others: a second figure lies on it."""
    if field != "date":
        return
    ink = sheet.ink
    least, most = (mm * ink.px_per_mm for mm in _FIGURE_MM)
    left, top, right, bottom = ink.pixels(row.box)
    figures = [
        s
        for s in ink.strokes
        if left <= s.x + s.w / 2 <= right
        and top <= s.y + s.h / 2 <= bottom
        and least <= max(s.w, s.h) <= most
    ]
    if len(figures) < _LEAST_FIGURES:
        return
    widths = [_thickness(ink, s) for s in figures]
    fills = [s.area / (s.w * s.h) for s in figures]
    usual, usual_fill = float(np.median(widths)), float(np.median(fills))
    for stroke, width, fill in zip(figures, widths, fills, strict=True):
        if width >= _THICKER * usual and fill >= _DENSER * usual_fill:
            box = sheet.on_page(ink.box(stroke.x, stroke.y, stroke.w, stroke.h))
            yield Mark(kind=MarkKind.OVERWRITE, page=sheet.index, box=box, score=_OVERWRITTEN, field=field)


def _thickness(ink: FreeInk, stroke: Stroke) -> float:
    """Return the width of the thickest part of a stroke, in pixels."""
    own = ink.labels[stroke.y : stroke.y + stroke.h, stroke.x : stroke.x + stroke.w] == stroke.label
    padded = cv2.copyMakeBorder(own.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=[0])
    return float(cv2.distanceTransform(padded, cv2.DIST_L2, 3).max()) * 2
