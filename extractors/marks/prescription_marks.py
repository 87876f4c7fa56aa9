"""Erasures on an ordonnance: strokes through its date, patient or text, and figures written over. Seldom wrong."""

from collections.abc import Iterator, Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.form_view import Rect
from extractors.free_ink import FreeInk, Stroke
from extractors.marks.strikes import find_strike
from extractors.prescription_rows import Row, Sheet
from extractors.strokes import Entry
from schemas.geometry import Box
from schemas.mark import Mark, MarkKind

# A stroke through letters joins them into pieces this long; cursive words run on for 30 mm. An underline is low.
# Rules and folds run past the row's ends.
_STRIKE_MM: Final = 11.0
_STRIKE_IN_HAND_MM: Final = 34.0
_LEAST_HEIGHT_MM: Final = 2.0
_OVERSHOOT_MM: Final = 15.0
_STRAIGHT: Final = 0.9
# A figure written over is thicker than its neighbours, and thicker times denser times heavier on the whole: printed
# rows of three scanners reach 1.9, figures written over begin at 2.0 (64 rows, half of them corrected by drawing).
_THICKER: Final = 1.4
_HEAVIER: Final = 2.4
_HEAVIER_IN_DOUBT: Final = 3.5
# Fewer figures than this say nothing about what is usual on their row.
_LEAST_FIGURES: Final = 5
# Heights and least width of figures and letters, in mm: smaller pieces are points and dashes.
_FIGURE_MM: Final = (1.3, 9.0)
_NARROWEST_MM: Final = 0.5
_INK: Final = 0.45
_MARGIN: Final = 0.004
_OVERWRITTEN: Final = 0.85


def find_marks(sheet: Sheet, fields: Sequence[tuple[str, Row]], *, is_typed: bool) -> tuple[Mark, ...]:
    """Return the erasures on the rows of an ordonnance.

    Args:
        sheet: the page.
        fields: rows with the entry each belongs to: ``date``, ``patient_name`` or ``text``.
        is_typed: the page is print throughout: figures by hand differ too much for one of them to stand out.
    """
    marks = [mark for field, row in fields for mark in _struck(sheet, field, row)]
    if is_typed:
        marks += [mark for field, row in fields if field == "date" for mark in _overwritten(sheet, row)]
    return tuple(marks)


def _struck(sheet: Sheet, field: str, row: Row) -> Iterator[Mark]:
    """Find strokes through the row: joined to its letters, or so straight that they pass for a rule."""
    ink = sheet.ink
    length = _STRIKE_MM if not row.is_hand else _STRIKE_IN_HAND_MM
    least = length * ink.px_per_mm
    found = [(s.x, s.y, s.w, s.h, _STRAIGHT) for s in _rules_through(ink, row.box)]
    for stroke in _within(ink, row.box):
        is_long = stroke.w >= least and stroke.h >= _LEAST_HEIGHT_MM * ink.px_per_mm
        entry = _entry(ink, [stroke]) if is_long else None
        strike = find_strike(entry, ink.px_per_mm, words=True) if entry else None
        if strike is not None:
            found.append((stroke.x, stroke.y, stroke.w, stroke.h, strike.score))
    for x, y, w, h, score in found[:1]:
        box = sheet.on_page(ink.box(x, y, w, h))
        yield Mark(kind=MarkKind.STRIKE, page=sheet.index, box=box, score=score, field=field)


def _rules_through(ink: FreeInk, box: Box) -> list[Stroke]:
    """Return the straight strokes through the middle of a row that end with it: rules and folds run on."""
    left, top, right, bottom = ink.pixels(box)
    over = round(_OVERSHOOT_MM * ink.px_per_mm)
    height = bottom - top
    return [
        s
        for s in ink.rule_strokes
        if s.w >= 0.4 * (right - left)
        and left - over <= s.x
        and s.x + s.w <= right + over
        and top + 0.2 * height <= s.y + s.h / 2 <= bottom - 0.2 * height
        and np.count_nonzero(ink.mask[max(s.y - over // 4, 0) : s.y + s.h + over // 4, s.x : s.x + s.w]) > s.area / 4
    ]


def _within(ink: FreeInk, box: Box) -> list[Stroke]:
    left, top, right, bottom = ink.pixels(box)
    return [s for s in ink.strokes if left <= s.x + s.w / 2 <= right and top <= s.y + s.h / 2 <= bottom]


def _entry(ink: FreeInk, strokes: Sequence[Stroke]) -> Entry:
    """Return strokes as the detector of strikes wants them: places in mm on the view."""
    left, top = min(s.x for s in strokes), min(s.y for s in strokes)
    right, bottom = max(s.x + s.w for s in strokes), max(s.y + s.h for s in strokes)
    own = np.isin(ink.labels[top:bottom, left:right], [s.label for s in strokes])
    grey = np.where(own, np.uint8(0), np.uint8(255)).astype(np.uint8)
    px = ink.px_per_mm
    rects = tuple(Rect(s.x / px, s.y / px, s.w / px, s.h / px) for s in sorted(strokes, key=lambda s: s.x))
    area = float(own.sum()) / px**2
    return Entry(grey, own, Rect(left / px, top / px, (right - left) / px, (bottom - top) / px), area, rects)


def _overwritten(sheet: Sheet, row: Row) -> Iterator[Mark]:
    """Find a figure of a printed row much thicker and denser than the others: a second figure lies on it."""
    crop, left, top = _crop(sheet, row.box)
    paper, dark = (float(v) for v in np.percentile(crop, (80, 1)))
    mask = (crop < paper - _INK * (paper - dark)).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, 5)
    px = sheet.view.dpi / 25.4
    figures: list[tuple[float, float, float, tuple[int, int, int, int]]] = []
    for i, (x, y, w, h, area) in enumerate(stats.tolist()):
        if i and _FIGURE_MM[0] * px <= h <= _FIGURE_MM[1] * px and w >= _NARROWEST_MM * px:
            inside = depth[y : y + h, x : x + w][labels[y : y + h, x : x + w] == i]
            figures.append((float(inside.max()), area / (w * h), float(inside.mean()), (x, y, w, h)))
    if len(figures) < _LEAST_FIGURES:
        return
    usual = [float(np.median([figure[n] for figure in figures])) for n in range(3)]
    thick, fill, mean, (x, y, w, h) = max(figures, key=lambda figure: figure[0] * figure[1] * figure[2])
    heavier = _HEAVIER_IN_DOUBT if row.is_hand else _HEAVIER
    if thick >= _THICKER * usual[0] and thick * fill * mean >= heavier * usual[0] * usual[1] * usual[2]:
        box = sheet.view.box(left + x, top + y, w, h)
        yield Mark(kind=MarkKind.OVERWRITE, page=sheet.index, box=box, score=_OVERWRITTEN, field="date")


def _crop(sheet: Sheet, box: Box) -> tuple[NDArray[np.uint8], int, int]:
    height, width = sheet.view.grey.shape
    top, bottom = max(int((box.y - _MARGIN) * height), 0), min(int((box.y + box.h + _MARGIN) * height), height)
    left, right = max(int(box.x * width) - 2, 0), min(int((box.x + box.w) * width) + 2, width)
    return sheet.view.grey[top:bottom, left:right], left, top
