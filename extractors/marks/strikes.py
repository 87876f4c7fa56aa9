"""Strokes drawn through an entry to take it back: lines, zigzags, scribbles."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.form_view import Rect
from extractors.strokes import Entry

# A shorter line strikes a character or two at most; crossed sevens, t-bars and underlined letters are shorter.
_LEAST_MM: Final = 6.5
_LEAST_IN_WORDS_MM: Final = 10.0
# Blotted or marker-thick writing joins into lines of its own: a strike is this many strokes' widths long,
# and scribbles are not told from blots above the second width.
_LEAST_STROKES: Final = 12.0
_THICK_MM: Final = 0.62
# It runs through at least this share of all that it joins.
_SPAN: Final = 0.8
# Lean of a struck line: rise over run.
_SLOPES: Final = np.linspace(-0.42, 0.42, 15)
# Breaks of a pen's line that still make one line, in mm.
_GAP_MM: Final = 0.25
# How much of a stroke's width is taken off before a straight line is looked for.
_CORE: Final = 0.7
# Along a strike there is ink on both sides this often; along an underline on one side only.
_CROSSED: Final = 0.3
_CROSSED_CELLS: Final = 0.05
_BESIDE_MM: Final = 0.9
# A scribble covers this share of the box it fills; the densest handwriting met covers 0.3.
_SCRIBBLE_FILL: Final = 0.58
_SCRIBBLE_MM: Final = (8.0, 2.0)
# Bold letters that touch stand among letters of their height, and fill their boxes as those do: 0.83 to 0.95 of it in
# two fonts; thin letters beside a scribble fill theirs half as well.
_AS_HIGH: Final = (0.8, 1.25)
_AS_FULL: Final = 0.7
_FEWEST_BESIDE: Final = 4
_SURE: Final = 0.93
_SCRIBBLED: Final = 0.8


@dataclass(frozen=True, slots=True)
class Strike:
    """What was struck: the rectangle in mm on the form, how sure."""

    rect: Rect
    score: float


def find_strike(entry: Entry, px_per_mm: float, *, words: bool = False, cells: bool = False) -> Strike | None:
    """Return the stroke that takes *entry* back, or None.

    Args:
        entry: the strokes.
        px_per_mm: their scale.
        words: the letters may be joined, unlike figures.
        cells: the figures stand in cells: nothing is ever underlined there.
    """
    if entry.is_crossed_by_others:
        return None  # a stamp's frame, a signature from above: nobody can tell what it does here
    stroke_mm = stroke_px(entry.ink.astype(np.uint8)) / px_per_mm
    shortest = max(_LEAST_IN_WORDS_MM if words else _LEAST_MM, _LEAST_STROKES * stroke_mm)
    wide = [s for s in entry.strokes if s.w >= shortest]
    if not wide:
        return None
    widest = max(wide, key=lambda s: s.w)
    # a line joins all that it strikes: it is nearly as long as the widest stroke
    least = max(shortest, _SPAN * widest.w)
    line = find_line(entry.ink, px_per_mm, least, crossed=_CROSSED_CELLS if cells else _CROSSED)
    if line is not None:
        left, right = line
        air = (entry.ink.shape[1] / px_per_mm - entry.rect.w) / 2
        rect = Rect(entry.rect.x - air + left / px_per_mm, entry.rect.y, (right - left) / px_per_mm, entry.rect.h)
        return Strike(rect, _SURE)
    if (
        stroke_mm < _THICK_MM
        and widest.w >= max(least, _SCRIBBLE_MM[0])
        and widest.h >= _SCRIBBLE_MM[1]
        and _fill(entry, widest, px_per_mm) > _SCRIBBLE_FILL
        and not _is_bold_print(entry, widest, px_per_mm)
    ):
        return Strike(widest, _SCRIBBLED)
    return None


def find_line(
    ink: NDArray[np.bool_], px_per_mm: float, least_mm: float, *, crossed: float, steepest: float = 1.0
) -> tuple[int, int] | None:
    """Return the first and last column of the longest straight, nearly level line of *ink*, or None.

    Args:
        ink: ``(h, w)``, True on ink.
        px_per_mm: its scale.
        least_mm: a shorter line does not count.
        steepest: rise over run of the steepest line looked for.
        crossed: only a line with ink on both sides along this share of it counts; 0.0 takes any.
    """
    # a margin without ink: what lies beyond an image's edge counts as ink to the opening below
    mask = np.pad(ink.astype(np.uint8), ((0, 0), (1, 1)))
    height, width = mask.shape
    stroke = stroke_px(mask)
    thin = max(round(_CORE * stroke), 1)
    best: tuple[int, int, int] | None = None
    for slope in _SLOPES.tolist():
        if abs(slope) > steepest or abs(slope) * least_mm * px_per_mm > height:
            continue
        shear = np.array([[1.0, 0.0, 0.0], [-slope, 1.0, slope * width / 2]])
        level = np.asarray(cv2.warpAffine(mask, shear, (width, height), flags=cv2.INTER_NEAREST), np.uint8)
        gap = max(round(_GAP_MM * px_per_mm), 1)
        # thinned to its core, a straight line stays one; the joined letters of a word fall apart
        core = cv2.erode(level, np.ones((thin, 1), np.uint8))
        thick = cv2.dilate(core, np.ones((3, 1), np.uint8))
        joined = cv2.morphologyEx(thick, cv2.MORPH_CLOSE, np.ones((1, gap + 1), np.uint8))
        run = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, round(least_mm * px_per_mm)), np.uint8))
        rows = np.flatnonzero(run.any(axis=1))
        if not rows.size:
            continue
        row = int(rows[np.argmax(run[rows].sum(axis=1))])
        columns = np.flatnonzero(run[row])
        through = _crossing(level, row, columns, px_per_mm, stroke) >= crossed
        if through and (best is None or columns.size > best[0]):
            best = (columns.size, int(columns[0]), int(columns[-1]) + 1)
    return None if best is None else (best[1] - 1, best[2] - 1)


def stroke_px(mask: NDArray[np.uint8]) -> float:
    """Return the usual width of the strokes: ink over half its outline."""
    outline = cv2.bitwise_and(cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)), mask)
    return 2.0 * float(mask.sum()) / max(float(outline.sum()), 1.0)


def _crossing(level: NDArray[np.uint8], row: int, columns: NDArray[np.intp], px_per_mm: float, stroke: float) -> float:
    """Return along which share of a line there is ink on both of its sides."""
    # past the line's own thickness, wherever in it the row lies
    beside, off = round(_BESIDE_MM * px_per_mm), round(1.2 * stroke) + 1
    above = level[max(row - off - beside, 0) : max(row - off, 0), columns]
    below = level[row + off : row + off + beside, columns]
    if not above.size or not below.size:
        return 0.0
    return float(min(above.any(axis=0).mean(), below.any(axis=0).mean()))


def _is_bold_print(entry: Entry, widest: Rect, px_per_mm: float) -> bool:
    """Return whether *widest* is letters of bold print that touch: as high and about as full as those beside it."""
    beside = [s for s in entry.strokes if s.w < widest.w and _AS_HIGH[0] < s.h / widest.h < _AS_HIGH[1]]
    if len(beside) < _FEWEST_BESIDE:
        return False
    usual = float(np.median([_fill(entry, stroke, px_per_mm) for stroke in beside]))
    return usual > _AS_FULL * _fill(entry, widest, px_per_mm)


def _fill(entry: Entry, stroke: Rect, px_per_mm: float) -> float:
    return entry.area_in(stroke, px_per_mm) / (stroke.w * stroke.h)
