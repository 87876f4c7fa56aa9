"""Strokes drawn through an entry to take it back: lines, zigzags, scribbles."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.feuilles.form_view import Rect
from extractors.feuilles.strokes import Entry

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
# A line's edges are looked for along so much of it at a time, in mm, and its blur left out, in pixels.
_PART_MM: Final = 3.0
_OFF_PX: Final = 1
# The percentile of a line's thickness that is the line's own, letters through it apart.
_ALONE: Final = 20
# A scribble covers this share of the box it fills; the densest handwriting met covers 0.3.
_SCRIBBLE_FILL: Final = 0.58
_SCRIBBLE_MM: Final = (8.0, 2.0)
# Bold letters that touch stand among letters of their height, and fill their boxes as those do: 0.83 to 0.95 of it in
# two fonts; thin letters beside a scribble fill theirs half as well.
_AS_HIGH: Final = (0.8, 1.25)
_AS_FULL: Final = 0.7
_FEWEST_BESIDE: Final = 4
# A pen that strikes starts before the first letter and stops behind the last: there the ink is the line's alone, at
# most this many times as thick as along the line. Bold figures that touch end in figures.
_END_MM: Final = 0.5
_THIN: Final = 1.7
# A shorter line, in mm, needs both ends so, and strikes no whole name; no joined writing runs on straight for as long
# as the second.
_LONG_MM: Final = 12.0
_VERY_LONG_MM: Final = 20.0
# One stroke through so many cells of a comb, as high as figures, is none of them.
_CELLS_JOINED: Final = 3.0
_LEAST_HEIGHT_MM: Final = 2.0
_SURE: Final = 0.93
_JOINED: Final = 0.9
_SCRIBBLED: Final = 0.8
# Too little to accuse the paper, enough for a person to look.
_DOUBTFUL: Final = 0.45


@dataclass(frozen=True, slots=True)
class Strike:
    """What was struck: the rectangle in mm on the form, how sure."""

    rect: Rect
    score: float


def find_strike(entry: Entry, px_per_mm: float, *, words: bool = False, cell_mm: float | None = None) -> Strike | None:
    """Return the stroke that takes *entry* back, or None.

    Args:
        entry: the strokes.
        px_per_mm: their scale.
        words: the letters may be joined, unlike figures.
        cell_mm: the figures stand in cells this wide: nothing is underlined there, and few of them touch.
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
    line = _longest_line(entry.ink, px_per_mm, least, crossed=_CROSSED_CELLS if cell_mm else _CROSSED)
    score = 0.0 if line is None else _SURE if cell_mm else _line_score(line, px_per_mm, words=words)
    if line is not None and score:
        air = (entry.ink.shape[1] / px_per_mm - entry.rect.w) / 2
        length = (line.right - line.left) / px_per_mm
        return Strike(Rect(entry.rect.x - air + line.left / px_per_mm, entry.rect.y, length, entry.rect.h), score)
    if cell_mm and widest.w >= _CELLS_JOINED * cell_mm and widest.h >= _LEAST_HEIGHT_MM:
        return Strike(widest, _JOINED)  # a wave or a zigzag: no figures join so many cells
    is_dense = (
        widest.w >= max(least, _SCRIBBLE_MM[0])
        and widest.h >= _SCRIBBLE_MM[1]
        and _fill(entry, widest, px_per_mm) > _SCRIBBLE_FILL
        and not _is_bold_print(entry, widest, px_per_mm)
    )
    if is_dense and stroke_mm < _THICK_MM:
        return Strike(widest, _SCRIBBLED if widest.w >= _VERY_LONG_MM or not words else _DOUBTFUL)
    # a scribble, or bold figures by hand that touch: only a person can tell
    return Strike(widest, _DOUBTFUL) if is_dense else None


def _line_score(line: "_Line", px_per_mm: float, *, words: bool) -> float:
    """Return how surely a line takes back what it runs through; 0.0 where it may be joined writing."""
    length = (line.right - line.left) / px_per_mm
    if (line.free_ends > 1 and not (words and length < _LONG_MM)) or length >= _VERY_LONG_MM:
        return _SURE
    return _DOUBTFUL if line.free_ends or length >= _LONG_MM else 0.0


@dataclass(frozen=True, slots=True)
class _Line:
    """A straight line in an image: its first and last column, and how many of its ends stand clear of writing."""

    left: int
    right: int
    free_ends: int


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
    line = _longest_line(ink, px_per_mm, least_mm, crossed=crossed, steepest=steepest)
    return None if line is None else (line.left, line.right)


def _longest_line(
    ink: NDArray[np.bool_], px_per_mm: float, least_mm: float, *, crossed: float, steepest: float = 1.0
) -> _Line | None:
    # a margin without ink, wider than the closing below fills: what lies beyond an image's edge counts as ink to the
    # opening, and half a line that ends there would pass for a whole one
    gap = max(round(_GAP_MM * px_per_mm), 1)
    margin = gap + 2
    mask = np.pad(ink.astype(np.uint8), ((0, 0), (margin, margin)))
    height, width = mask.shape
    stroke = stroke_px(mask)
    thin = max(round(_CORE * stroke), 1)
    best: tuple[int, _Line] | None = None
    for slope in _SLOPES.tolist():
        if abs(slope) > steepest or abs(slope) * least_mm * px_per_mm > height:
            continue
        shear = np.array([[1.0, 0.0, 0.0], [-slope, 1.0, slope * width / 2]])
        level = np.asarray(cv2.warpAffine(mask, shear, (width, height), flags=cv2.INTER_NEAREST), np.uint8)
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
        up, down = _extents(level, row, columns)
        if _crossing(level, row, columns, up, down, px_per_mm) >= crossed and (best is None or columns.size > best[0]):
            ends = _free_ends(level, row, columns, up + down + 1, px_per_mm)
            best = (columns.size, _Line(int(columns[0]) - margin, int(columns[-1]) - margin + 1, ends))
    return None if best is None else best[1]


def stroke_px(mask: NDArray[np.uint8]) -> float:
    """Return the usual width of the strokes: ink over half its outline."""
    outline = cv2.bitwise_and(cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)), mask)
    return 2.0 * float(mask.sum()) / max(float(outline.sum()), 1.0)


def _extents(
    level: NDArray[np.uint8], row: int, columns: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return how far ink reaches without a break above and below *row*, in each of *columns*, in pixels."""
    above = np.pad(level[: row + 1, columns][::-1], ((0, 1), (0, 0)))
    below = np.pad(level[row:, columns], ((0, 1), (0, 0)))
    # the row may lie a pixel beside a thin line
    above[0], below[0] = 1, 1
    return above.argmin(axis=0) - 1, below.argmin(axis=0) - 1


def _free_ends(
    level: NDArray[np.uint8], row: int, columns: NDArray[np.intp], thick: NDArray[np.intp], px_per_mm: float
) -> int:
    """Return how many ends of a line stand clear of writing: thin to the end, and nothing behind it."""
    end, beside = max(round(_END_MM * px_per_mm), 1), round(_BESIDE_MM * px_per_mm)
    most = _THIN * max(float(np.percentile(thick, _ALONE)), 1.0)
    around = level[max(row - beside, 0) : row + beside + 1]
    left, right = int(columns[0]), int(columns[-1]) + 1
    # the opening that found the line shortened it by a pixel or two
    behind = (around[:, max(left - 2 - end, 0) : max(left - 2, 0)], around[:, right + 2 : right + 2 + end])
    parts = (thick[:end], thick[-end:])
    return sum(float(np.median(part)) <= most and not b.any() for part, b in zip(parts, behind, strict=True))


def _crossing(
    level: NDArray[np.uint8],
    row: int,
    columns: NDArray[np.intp],
    up: NDArray[np.intp],
    down: NDArray[np.intp],
    px_per_mm: float,
) -> float:
    """Return along which share of a line there is ink on both of its sides.

    No pen draws quite straight: the line's own edges are looked for along every few millimetres of it, where no letter
    stands on it or hangs from it.
    """
    beside = round(_BESIDE_MM * px_per_mm)
    parts = np.array_split(np.arange(columns.size), max(round(columns.size / (_PART_MM * px_per_mm)), 1))
    over, under = 0, 0
    for part in parts:
        top = row - int(np.percentile(up[part], _ALONE)) - _OFF_PX
        bottom = row + int(np.percentile(down[part], _ALONE)) + _OFF_PX
        over += int(np.count_nonzero(level[max(top - beside, 0) : max(top, 0), columns[part]].any(axis=0)))
        under += int(np.count_nonzero(level[bottom + 1 : bottom + 1 + beside, columns[part]].any(axis=0)))
    return min(over, under) / columns.size


def _is_bold_print(entry: Entry, widest: Rect, px_per_mm: float) -> bool:
    """Return whether *widest* is letters of bold print that touch: as high and about as full as those beside it."""
    beside = [s for s in entry.strokes if s.w < widest.w and _AS_HIGH[0] < s.h / widest.h < _AS_HIGH[1]]
    if len(beside) < _FEWEST_BESIDE:
        return False
    usual = float(np.median([_fill(entry, stroke, px_per_mm) for stroke in beside]))
    return usual > _AS_FULL * _fill(entry, widest, px_per_mm)


def _fill(entry: Entry, stroke: Rect, px_per_mm: float) -> float:
    return entry.area_in(stroke, px_per_mm) / (stroke.w * stroke.h)
