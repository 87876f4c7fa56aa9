"""A straight line drawn through an entry: seen by its shape, where the reader of erasures sees none."""

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
# Blotted or marker-thick writing joins into lines of its own: a strike is this many strokes' widths long.
_LEAST_STROKES: Final = 12.0
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
# A pen that strikes starts before the first letter and stops behind the last: there the ink is the line's alone, at
# most this many times as thick as along the line. Bold figures that touch end in figures.
_END_MM: Final = 0.5
_THIN: Final = 1.7
# A shorter line, in mm, needs both ends so, and strikes no whole name; no joined writing runs on straight for as long
# as the second.
_LONG_MM: Final = 12.0
_VERY_LONG_MM: Final = 20.0


def struck_line(entry: Entry, px_per_mm: float, *, words: bool, in_cells: bool) -> Rect | None:
    """Return the straight line that takes *entry* back, in mm on the form, or None.

    Args:
        entry: the strokes.
        px_per_mm: their scale.
        words: the letters may be joined, unlike figures.
        in_cells: the figures stand in cells: nothing is underlined there.
    """
    if entry.is_crossed_by_others:
        return None  # a stamp's frame, a signature from above: nobody can tell what it does here
    stroke_mm = stroke_px(entry.ink.astype(np.uint8)) / px_per_mm
    shortest = max(_LEAST_IN_WORDS_MM if words else _LEAST_MM, _LEAST_STROKES * stroke_mm)
    widest = max((s.w for s in entry.strokes), default=0.0)
    if widest < shortest:
        return None
    # a line joins all that it strikes: it is nearly as long as the widest stroke
    line = _longest_line(
        entry.ink, px_per_mm, max(shortest, _SPAN * widest), crossed=_CROSSED_CELLS if in_cells else _CROSSED
    )
    if line is None or not (in_cells or _is_free(line, px_per_mm, words=words)):
        return None
    air = (entry.ink.shape[1] / px_per_mm - entry.rect.w) / 2
    length = (line.right - line.left) / px_per_mm
    return Rect(entry.rect.x - air + line.left / px_per_mm, entry.rect.y, length, entry.rect.h)


def _is_free(line: "_Line", px_per_mm: float, *, words: bool) -> bool:
    """Return whether a line is drawn through writing rather than part of it: long, or both ends clear."""
    length = (line.right - line.left) / px_per_mm
    return (line.free_ends > 1 and not (words and length < _LONG_MM)) or length >= _VERY_LONG_MM


@dataclass(frozen=True, slots=True)
class _Line:
    """A straight line in an image: its first and last column, and how many of its ends stand clear of writing."""

    left: int
    right: int
    free_ends: int


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
