"""The frame of a stamp, taken out of the ink: its sides run through the comb under it, where they strike nothing out.

A frame is told from a pen's stroke by its shape: two long parallel sides, one above the other.
"""

from dataclasses import dataclass
from itertools import combinations
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.feuilles.form_view import Rect

#: Ink, as in ``extractors.feuilles.strokes``: a grey level under this.
_INK_BELOW: Final = 185
#: How far round the stamp's zone frames are looked for, mm: stamps are laid by hand.
_AROUND_MM: Final = 22.0
#: A side holds level pieces of this length whatever its lean, letters do not, mm.
_PIECE_MM: Final = 2.8
#: The long sides, their gaps, and how far apart they stand, mm; stamps of 25 x 10 to 80 x 35 mm are sold.
_SIDE_MM: Final = 22.0
_GAP_MM: Final = 7.0
_APART_MM: Final = (7.0, 36.0)
#: Degrees: how far a hand lays a stamp out of true, and how far its two sides may seem to differ.
_LEAN: Final = 12.0
_DIFFERENT: Final = 1.3
#: Share of the shorter side that both have in common.
_SHARED: Final = 0.75
#: A run of ink across a side is the side alone up to so many times its thickness; a longer one is a figure's stroke.
_ALONE: Final = 1.5
#: Grey levels by which figures must be darker than the side they cross, for each to be told; fewer crossings than
#: these are specks. How far along a side its ink is taken as even, mm: rubber prints unevenly.
_DARKER: Final = 35.0
_FEW: Final = 5
_NEAR_MM: Final = 4.0
#: How far from its straight line a side's ink lies, mm: rubber bends.
_BENT_MM: Final = 0.9


@dataclass(frozen=True, slots=True)
class _Side:
    """A nearly level line, from left to right, px."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def slope(self) -> float:
        return (self.y1 - self.y0) / (self.x1 - self.x0)

    @property
    def length(self) -> float:
        return self.x1 - self.x0

    def at(self, x: float) -> float:
        return self.y0 + self.slope * (x - self.x0)


def without_stamp_frame(grey: NDArray[np.uint8], zone: Rect, px_per_mm: float) -> NDArray[np.uint8]:
    """Return the print-free view *grey* without the frame of a stamp laid on *zone* (mm) or near it; paper is 255."""
    height, width = grey.shape
    around = zone.grown(_AROUND_MM, _AROUND_MM)
    left, top = max(round(around.x * px_per_mm), 0), max(round(around.y * px_per_mm), 0)
    right = min(round((around.x + around.w) * px_per_mm), width)
    bottom = min(round((around.y + around.h) * px_per_mm), height)
    part = grey[top:bottom, left:right]
    ink = np.asarray(part < _INK_BELOW, np.uint8)
    if ink.size == 0:
        return grey
    pair = _frame(_level_lines(ink, px_per_mm), px_per_mm)
    if pair is None:
        return grey
    upper, lower = pair
    gone = np.zeros_like(ink)
    depth = np.where(ink > 0, 255 - part, 0).astype(np.uint8)
    for side in pair:
        _mark(gone, depth, side, px_per_mm)
    for start, end in (((upper.x0, upper.y0), (lower.x0, lower.y0)), ((upper.x1, upper.y1), (lower.x1, lower.y1))):
        upright = _Side(start[1], start[0], end[1], end[0])  # the same along the other axis
        _mark(gone.T, depth.T, upright, px_per_mm)
    soft = cv2.dilate(gone, np.ones((3, 3), np.uint8))
    soft[(ink > 0) & (gone == 0)] = 0  # a side's pale edge goes with it, the figure that it crosses stays
    cleaned = grey.copy()
    cleaned[top:bottom, left:right][soft > 0] = 255
    return cleaned


def _level_lines(ink: NDArray[np.uint8], px_per_mm: float) -> list[_Side]:
    pieces = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, round(_PIECE_MM * px_per_mm)), np.uint8))
    least, gap = round(_SIDE_MM * px_per_mm), round(_GAP_MM * px_per_mm)
    found = cv2.HoughLinesP(pieces, 1, np.pi / 720, least // 2, minLineLength=least, maxLineGap=gap)
    if found is None:
        return []
    sides = []
    for x0, y0, x1, y1 in found.reshape(-1, 4).tolist():
        if abs(y1 - y0) <= np.tan(np.radians(_LEAN)) * abs(x1 - x0):
            sides.append(_Side(x0, y0, x1, y1) if x0 < x1 else _Side(x1, y1, x0, y0))
    return sorted(sides, key=lambda s: -s.length)[:24]


def _frame(sides: list[_Side], px_per_mm: float) -> tuple[_Side, _Side] | None:
    """Return the upper and the lower side of the widest frame; None where no two lines make one."""
    best, width = None, 0.0
    for one, other in combinations(sides, 2):
        if abs(np.degrees(np.arctan(one.slope) - np.arctan(other.slope))) > _DIFFERENT:
            continue
        x0, x1 = max(one.x0, other.x0), min(one.x1, other.x1)
        if x1 - x0 < _SHARED * max(one.length, other.length):
            continue
        middle = (x0 + x1) / 2
        apart = abs(one.at(middle) - other.at(middle)) / px_per_mm
        if _APART_MM[0] <= apart <= _APART_MM[1] and x1 - x0 > width:
            best, width = (one, other) if one.at(middle) < other.at(middle) else (other, one), x1 - x0
    return best


def _mark(gone: NDArray[np.uint8], depth: NDArray[np.uint8], side: _Side, px_per_mm: float) -> None:
    """Set to 1 in *gone* the ink of *side*, column by column; none where figures it crosses are no darker than it.

    Where a figure's own stroke runs along the side, only its darker ink tells it: taken out with a side as dark, the
    waist of an 8 would leave a nought.
    """
    height, width = depth.shape
    reach = round(_BENT_MM * px_per_mm)
    slack = 2 * reach  # corners are round, ends found short
    runs: list[tuple[int, int, int]] = []
    for x in range(max(round(side.x0) - slack, 0), min(round(side.x1) + slack + 1, width)):
        y = round(side.at(x))
        start = max(y - reach, 0)
        rows = np.flatnonzero(depth[start : max(y + reach + 1, 0), x])
        if not rows.size:
            continue
        first = last = start + int(rows[np.argmin(np.abs(rows + start - y))])
        while first > 0 and depth[first - 1, x]:
            first -= 1
        while last < height - 1 and depth[last + 1, x]:
            last += 1
        runs.append((x, first, last + 1))
    thick = float(np.median([last - first for _, first, last in runs])) if runs else 0.0
    if not 0 < thick <= 2 * reach:  # nothing, or no line but a patch
        return
    alone = [run for run in runs if run[2] - run[1] <= _ALONE * thick + 1]
    crossing = [run for run in runs if run[2] - run[1] > 2 * thick + 2]
    own = np.array([int(depth[first:last, x].max()) for x, first, last in alone])
    limit = np.full(len(own), 256.0)
    if len(crossing) > _FEW:
        figures = float(np.median([int(depth[first:last, x].max()) for x, first, last in crossing]))
        near = round(_NEAR_MM * px_per_mm)
        usual = np.array([np.median(own[max(k - near, 0) : k + near + 1]) for k in range(len(own))])
        if figures - float(np.median(usual)) < _DARKER:
            return
        limit = (usual + figures) / 2
    for (x, first, last), darkest in zip(alone, limit, strict=True):
        gone[first:last, x] = (depth[first:last, x] > 0) & (depth[first:last, x] < darkest)
