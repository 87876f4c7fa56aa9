"""Erasures on an ordonnance: strokes through its date, patient or text, and figures written over. Seldom wrong."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.components import components
from extractors.dates_in_text import CARE_YEARS, find_dates
from extractors.feuilles.form_view import Rect
from extractors.feuilles.strokes import Entry
from extractors.marks.strikes import find_strike
from extractors.prescriptions.free_ink import FreeInk, Stroke
from extractors.prescriptions.rows import Row, Sheet
from schemas.geometry import Box
from schemas.mark import Mark, MarkKind

# A stroke through letters joins them into pieces this long; cursive words run on for 30 mm. An underline is low.
# Rules and folds run past the row's ends.
_STRIKE_MM: Final = 11.0
_STRIKE_IN_HAND_MM: Final = 22.0
_STRIKE_IN_DATE_MM: Final = 16.0
# One stroke through more than any word by hand, straight or not: a wave of the pen that takes the line back.
_RUNS_ON_MM: Final = 36.0
# A date in figures is seldom joined for so long; a piece this high and this dense was written or scribbled over, even
# where no straight line runs through it. Months by hand, joined, cover less of their box. 518 clean dates of three
# scanners: one past the second length, ten past the first; 34 corrected: 15 and 21.
_DATE_JOINED_MM: Final = (10.5, 16.0)
_DATE_HIGH_MM: Final = 2.5
_DATE_FILL: Final = 0.33
_DENSE: Final = 0.45
_REWRITTEN: Final = 0.7
# Eight figures and two separators make a date: more than that were read off two dates, one over the other.
_MOST_SIGNS: Final = 10
_SEPARATOR: Final = re.compile(r"(?<=\d)\s?[/.\-]\s?(?=\d)")
_BEFORE_DATE: Final = re.compile(r"^.*?(?:\b[l1I]e\b|\bdate\b)\s*:?", re.IGNORECASE)
# "30janvier": readers lose the space.
_RUN_TOGETHER: Final = re.compile(r"(?<=\d)(?=[^\W\d]{3})")
_MONTH: Final = re.compile(r"[^\W\d]{3,}")
# Too little to accuse the paper, enough for a person to look.
_DOUBTFUL: Final = 0.45
# Struck twice, a printed line becomes a bar: thicker than any rule, among the prescribed lines or right under them.
_BAR_MM: Final = (10.0, 120.0)
_BAR_THICK_MM: Final = (1.2, 6.0)
_UNDER_TEXT: Final = 0.035
_BARRED: Final = 0.7
_LEAST_HEIGHT_MM: Final = 2.0
_OVERSHOOT_MM: Final = 15.0
_BEYOND_MM: Final = 10.0
_STRAIGHT: Final = 0.9
# A figure written over is thicker than its neighbours, and thicker times denser times heavier on the whole. That far up
# there is a doubt, and further up none: in print, and in a row by hand, where a bold pen beside a printed legend looks
# the same (of some 150 rows of three scanners, 2 untouched ones lie between the two figures, none above).
_THICKER: Final = 1.4
_HEAVIER: Final = (2.4, 3.0)
_HEAVIER_BY_HAND: Final = (3.5, 5.5)
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
    marks += _barred(sheet, [row.box for field, row in fields if field == "text"])
    dates = [row for field, row in fields if field == "date" and not any(mark.field == "date" for mark in marks)]
    marks += [
        mark for row in dates for mark in (_rewritten(sheet, row) or (_overwritten(sheet, row) if is_typed else ()))
    ]
    # one mark an entry, the surest
    best = {mark.field: mark for mark in sorted(marks, key=lambda mark: mark.score)}
    return tuple(best.values())


def _struck(sheet: Sheet, field: str, row: Row) -> Iterator[Mark]:
    """Find strokes through the row: joined to its letters, or so straight that they pass for a rule."""
    ink = sheet.ink
    in_hand = _STRIKE_IN_DATE_MM if field == "date" else _STRIKE_IN_HAND_MM
    length = in_hand if row.is_hand else _STRIKE_MM
    least = length * ink.px_per_mm
    found = [(s.x, s.y, s.w, s.h, _STRAIGHT) for s in _rules_through(ink, row.box)]
    for stroke in _within(ink, row.box):
        is_long = stroke.w >= least and stroke.h >= _LEAST_HEIGHT_MM * ink.px_per_mm
        entry = _entry(ink, [stroke]) if is_long else None
        strike = find_strike(entry, ink.px_per_mm, words=True) if entry else None
        if strike is not None:
            found.append((stroke.x, stroke.y, stroke.w, stroke.h, strike.score))
        elif stroke.w >= _RUNS_ON_MM * ink.px_per_mm and _is_of_row(ink, stroke, row.box):
            found.append((stroke.x, stroke.y, stroke.w, stroke.h, _DOUBTFUL))
    for x, y, w, h, score in sorted(found, key=lambda one: -one[-1])[:1]:
        box = sheet.on_page(ink.box(x, y, w, h))
        yield Mark(kind=MarkKind.STRIKE, page=sheet.index, box=box, score=score, field=field)


def _is_of_row(ink: FreeInk, stroke: Stroke, box: Box) -> bool:
    """Return whether a long stroke takes a row back: it does not run on beyond both ends, as a frame does."""
    left, _, right, _ = ink.pixels(box)
    over = _BEYOND_MM * ink.px_per_mm
    runs_on = stroke.x < left - over and right + over < stroke.x + stroke.w
    return stroke.h >= _LEAST_HEIGHT_MM * ink.px_per_mm and not runs_on


def _rewritten(sheet: Sheet, row: Row) -> list[Mark]:
    """Find a date by hand that another lies over: joined where figures are not, or more figures than a date has."""
    ink, px = sheet.ink, sheet.ink.px_per_mm
    in_figures = not _MONTH.search(_BEFORE_DATE.sub("", row.text))
    pieces = [
        s
        for s in _within(ink, row.box)
        if s.h >= _DATE_HIGH_MM * px
        and (s.area >= _DATE_FILL * s.w * s.h or (in_figures and s.w >= _DATE_JOINED_MM[1] * px))
    ]
    widest = max(pieces, key=lambda s: s.w, default=None)
    if not row.is_hand:
        return []
    if widest is None or widest.w < _DATE_JOINED_MM[0] * px:
        box, score, is_dense = row.box, _DOUBTFUL, True
        if not _is_crowded(row.text):
            return []
    else:
        box = ink.box(widest.x, widest.y, widest.w, widest.h)
        is_sure = widest.w >= _DATE_JOINED_MM[1] * px and widest.area >= _DATE_FILL * widest.w * widest.h
        score = _REWRITTEN if is_sure else _DOUBTFUL  # a thin pen over a thin pen leaves a doubt
        is_dense = widest.area >= _DENSE * widest.w * widest.h
    if score < _REWRITTEN and _reads_as_a_day(row.text):
        return []
    kind = MarkKind.OVERWRITE if is_dense else MarkKind.STRIKE
    return [Mark(kind=kind, page=sheet.index, box=sheet.on_page(box), score=score, field="date")]


def _reads_as_a_day(text: str) -> bool:
    """Return whether a row reads as a day of the calendar, that care may bear: two dates over each other do not."""
    apart = _RUN_TOGETHER.sub(" ", text)
    return any(found.exists and int(found.value[:4]) in CARE_YEARS for found in find_dates(apart))


def _is_crowded(text: str) -> bool:
    text = _BEFORE_DATE.sub("", text).partition("né")[0]
    return sum(c.isdigit() for c in text) + min(len(_SEPARATOR.findall(text)), 2) > _MOST_SIGNS


def _barred(sheet: Sheet, body: Sequence[Box]) -> Iterator[Mark]:
    """Find prescribed lines struck so heavily that they pass for a rule, and are no row any more."""
    if not body:
        return
    ink, px = sheet.ink, sheet.ink.px_per_mm
    left, top, right, bottom = ink.pixels(Box.around(body))
    bottom += round(_UNDER_TEXT * ink.mask.shape[0])
    for s in ink.rule_strokes:
        is_bar = _BAR_MM[0] * px <= s.w <= _BAR_MM[1] * px and _BAR_THICK_MM[0] * px <= s.h <= _BAR_THICK_MM[1] * px
        if is_bar and top < s.y and s.y + s.h < bottom and left - _OVERSHOOT_MM * px <= s.x and s.x < right:
            box = sheet.on_page(ink.box(s.x, s.y, s.w, s.h))
            yield Mark(kind=MarkKind.STRIKE, page=sheet.index, box=box, score=_BARRED, field="text")


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
    _, labels, stats, _ = components(mask)
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
    doubtful, sure = _HEAVIER_BY_HAND if row.is_hand else _HEAVIER
    heavier = thick * fill * mean / (usual[0] * usual[1] * usual[2])
    if thick >= _THICKER * usual[0] and heavier >= doubtful:
        box = sheet.view.box(left + x, top + y, w, h)
        score = _OVERWRITTEN if heavier >= sure else _DOUBTFUL
        yield Mark(kind=MarkKind.OVERWRITE, page=sheet.index, box=box, score=score, field="date")


def _crop(sheet: Sheet, box: Box) -> tuple[NDArray[np.uint8], int, int]:
    height, width = sheet.view.grey.shape
    top, bottom = max(int((box.y - _MARGIN) * height), 0), min(int((box.y + box.h + _MARGIN) * height), height)
    left, right = max(int(box.x * width) - 2, 0), min(int((box.x + box.w) * width) + 2, width)
    return sheet.view.grey[top:bottom, left:right], left, top
