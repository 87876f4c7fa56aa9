"""What of a page's ink has the shape of a signature: flourishes, dashes under a name, tall letters, pieces of these."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.prescriptions.free_ink import FreeInk, Stroke, distance

# A stroke that makes a signature by itself: letters of print and stamps are connected over 4 mm at most,
# flourishes run over 7 mm and more. A low one, as under a name, is longer and thin: print merged on a bilevel scan is
# low and dense.
_SEED_MM: Final = (7.0, 3.0)
_LOW_MM: Final = (14.0, 1.8)
_LOW_FILL: Final = 0.38
# A dash under a written name, there and back or bent: this long, its two strokes this far apart at their widest, wider
# at one end than at the other, and bent by as much. Frames and rules of 40 stamps are bent by 0.07 at most.
_DASH_MM: Final = (14.0, 70.0)
_DASH_THICK_MM: Final = 0.8
_DASH_OPENS_MM: Final = 0.3
_DASH_BENT_MM: Final = 0.2
# Up and down along it, in times its height: a dash goes there and back (at most 3.1 on 27), blotted print does so more.
_DASH_WAVES: Final = 5.0
# What a rule leaves of a signature it runs through: a line this long that leans, and so many strokes this high near it.
_PIECE_MM: Final = (6.5, 1.2)
_PIECES: Final = 2
_LEANING: Final = 0.07
# Frames and folds lean less, on a level page.
_SLANT: Final = 0.15
# A straight line so long, in mm, is the edge of a stamp.
_EDGE_MM: Final = 30.0
# A stamp's frame is at least this wide and high; its strokes keep to its edge within the third figure and are as long
# as the fourth (letters inside are shorter), and together they go along this share of it.
_FRAME_MM: Final = (20.0, 8.0, 1.5, 3.0)
_FRAMED: Final = 0.5
_ALONG: Final = 0.9
# A stroke whose ink is at most this much longer than the way from end to end is one sweep: no letter, no loop.
_SWEEP: Final = 1.35
# One that turns so often by so much, mm, is a hand's wave: strokes that close a sheet turn twice at most.
_WAVE_TURNS: Final = 3
_TURN_MM: Final = 0.6
_ALMOST_ALONE: Final = 3
# Sides as long as the first, mm, within the second of two directions, degrees, along this share of its edge: a frame.
_SIDE_MM: Final = 5.0
_SQUARE_DEG: Final = 8.0
_BOXY: Final = 0.65
# Two lines whose lengths differ by less than this share are a frame.
_ALIKE: Final = 0.15
# Letters by hand, apart, as high as that and as many side by side, are a signature too.
_TALL_MM: Final = 3.6
_TALL_LETTERS: Final = 3
# Strokes nearer than this belong to one signature.
_REACH_MM: Final = 6.0
# Nobody signs in the outer tenth of a page with a stroke shorter than this.
_MARGIN: Final = 0.1
_STRAY_MM: Final = 11.0
# More of its own box inked than this: a blot, a logo, a hole.
_BLOT_FILL: Final = 0.5
# A stroke whose thickness is under this share of its length all along is a fold, a staple or a rule.
_STRAIGHT: Final = 0.06
# Ink in the middle of a frame or a round stamp is less than this share of all its ink.
_HOLLOW: Final = 0.08


class Shape(StrEnum):
    """What makes strokes look like a signature, the surest first."""

    FLOURISH = "flourish"
    #: with letters above
    UNDERLINED = "underlined"
    DASH = "dash"
    PIECES = "pieces"
    LETTERS = "letters"


@dataclass(frozen=True, slots=True)
class Look:
    """How some strokes look."""

    #: None where they are no signature's
    shape: Shape | None
    #: the longest flourish, mm; 0.0 without one
    flourish_mm: float
    #: the longest stroke, and the longest that is neither straight nor a blot nor runs around its box, mm
    longest_mm: float
    curved_mm: float
    #: all of it lies on one line
    is_line: bool
    #: its flourishes are a plain sweep of the pen almost alone, or corners of a frame: anybody's
    is_plain: bool
    #: neither level nor upright
    leans: bool
    #: its longest stroke is straight
    is_ruled: bool


def look_of(ink: FreeInk, strokes: Sequence[Stroke]) -> Look:
    """Return how *strokes*, which stand together, look."""
    flourishes = [s for s in strokes if _is_flourish(ink, s) and not _is_stray(ink, s)]
    curved = [s for s in strokes if s.area <= _BLOT_FILL * s.w * s.h and not is_straight(ink, s)]
    curved = [s for s in curved if not _is_hollow(ink, s) and not _is_stray(ink, s)]
    points = np.concatenate([_points(ink, s) for s in strokes])
    extent = np.ptp(points, axis=0)
    return Look(
        shape=Shape.FLOURISH if flourishes else _shape(ink, strokes),
        flourish_mm=max(map(length, flourishes), default=0.0) / ink.px_per_mm,
        longest_mm=max(map(length, strokes)) / ink.px_per_mm,
        curved_mm=max(map(length, curved), default=0.0) / ink.px_per_mm,
        is_line=_is_thin(points),
        is_plain=bool(flourishes) and _is_plain(ink, flourishes, len(strokes) - len(flourishes)),
        leans=bool(min(extent) >= _SLANT * max(extent)),
        is_ruled=is_straight(ink, max(strokes, key=length)),
    )


def _shape(ink: FreeInk, strokes: Sequence[Stroke]) -> Shape | None:
    """Return the shape of strokes without a flourish."""
    if any(_is_dash(ink, s) and not _has_twin(s, strokes) for s in strokes):
        return Shape.UNDERLINED if len(strokes) > _TALL_LETTERS else Shape.DASH
    if _has_pieces(ink, strokes):
        return Shape.PIECES
    tall = [
        s for s in strokes if min(s.h, 3 * s.w) >= _TALL_MM * ink.px_per_mm and s.area <= _BLOT_FILL * s.w * s.h * 1.4
    ]
    letters = max((len(_around(ink, s, tall)) for s in tall), default=0)
    return Shape.LETTERS if letters >= _TALL_LETTERS else None


def without_frame(ink: FreeInk, strokes: Sequence[Stroke]) -> list[Stroke]:
    """Return *strokes* without those of a frame around all of them, a stamp's, however faded."""
    wide, tall, near, least = (mm * ink.px_per_mm for mm in _FRAME_MM)
    points = [_points(ink, s).astype(np.float32) for s in strokes]
    middle, sides, degrees = cv2.minAreaRect(np.concatenate(points))
    if max(sides) < wide or min(sides) < tall:
        return list(strokes)
    turn = np.deg2rad(degrees)
    axes = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    half = np.array(sides) / 2
    edges: list[NDArray[np.float64]] = []
    kept = []
    for stroke, own in zip(strokes, points, strict=True):
        there = (own - middle) @ axes
        is_near = (half - np.abs(there)).min(axis=1) <= near
        if is_near.mean() >= _ALONG and length(stroke) >= least:
            edges.append(there)
        else:
            kept.append(stroke)
    is_framed = bool(edges) and _share_along(np.concatenate(edges), half, near) >= _FRAMED
    return kept if is_framed else list(strokes)


def _share_along(points: NDArray[np.float64], half: NDArray[np.float64], step: float) -> float:
    """Return which share of the edge of a rectangle, *half* as wide and high, *points* near it go along."""
    nearest = (half - np.abs(points)).argmin(axis=1)
    along = points[np.arange(len(points)), 1 - nearest]
    side = 2 * nearest + (points[np.arange(len(points)), nearest] > 0)
    steps = {(int(a), int(b)) for a, b in zip(side, along // step, strict=True)}
    return len(steps) * step / float(4 * half.sum())


def _around(ink: FreeInk, first: Stroke, strokes: Sequence[Stroke]) -> list[Stroke]:
    """Return *first* and the strokes that follow it without a wide gap."""
    reach = _REACH_MM * ink.px_per_mm
    group = [first]
    for stroke in sorted(strokes, key=lambda s: distance(s, first)):
        if stroke is not first and any(distance(stroke, held) <= reach for held in group):
            group.append(stroke)
    return group


def _is_flourish(ink: FreeInk, stroke: Stroke) -> bool:
    long, low = (mm * ink.px_per_mm for mm in _SEED_MM)
    fill = stroke.area / (stroke.w * stroke.h)
    if max(stroke.w, stroke.h) < long or fill > _BLOT_FILL:
        return False
    if min(stroke.w, stroke.h) < low:
        long, low = (mm * ink.px_per_mm for mm in _LOW_MM)
        if stroke.w < long or stroke.h < low or fill > _LOW_FILL:
            return False
    return not is_straight(ink, stroke) and not _is_hollow(ink, stroke)


def _is_dash(ink: FreeInk, stroke: Stroke) -> bool:
    """Whether a pen drew a long low stroke: there and back, or bent. Rules, frames and folds are even and straight."""
    shortest, longest = (mm * ink.px_per_mm for mm in _DASH_MM)
    if not shortest <= stroke.w <= longest or min(_sides(ink, stroke)) < _DASH_THICK_MM * ink.px_per_mm:
        return False
    own = _own(ink, stroke)
    inked = np.flatnonzero(own.any(axis=0))
    top = own.argmax(axis=0)[inked]
    bottom = own.shape[0] - own[::-1].argmax(axis=0)[inked]
    narrow, wide = np.percentile(bottom - top, (10, 90))
    middle = (top + bottom) / 2
    off = np.abs(middle - np.polyval(np.polyfit(inked, middle, 1), inked))
    bent = float(np.percentile(off, 85))
    is_smooth = float(np.abs(np.diff(middle)).sum()) <= _DASH_WAVES * max(float(np.ptp(middle)), 1.0)
    opens = wide - narrow >= _DASH_OPENS_MM * ink.px_per_mm
    return bool(is_smooth and opens and bent >= _DASH_BENT_MM * ink.px_per_mm)


def _has_pieces(ink: FreeInk, strokes: Sequence[Stroke]) -> bool:
    """Whether a signature stands there in pieces, as a rule leaves it: a leaning line with strokes beside it."""
    least_w, least_h = (mm * ink.px_per_mm for mm in _PIECE_MM)
    lines = [s for s in strokes if s.w >= least_w and s.h >= _LEANING * s.w and not _has_twin(s, strokes)]
    for line in lines:
        group = [s for s in _around(ink, line, strokes) if s is line or s.h >= least_h]
        if len(group) > _PIECES and not any(s.w >= _EDGE_MM * ink.px_per_mm and is_straight(ink, s) for s in group):
            return True
    return False


def _has_twin(stroke: Stroke, strokes: Sequence[Stroke]) -> bool:
    """Whether another stroke is as long and as steep: the two are a stamp's frame."""
    return any(
        other is not stroke and abs(other.w - stroke.w) <= _ALIKE * stroke.w and abs(other.h - stroke.h) <= stroke.h / 2
        for other in strokes
    )


def _is_stray(ink: FreeInk, stroke: Stroke) -> bool:
    """Whether a pen slipped in the margin: a short stroke where nobody signs."""
    width = ink.mask.shape[1]
    middle = (stroke.x + stroke.w / 2) / width
    return length(stroke) < _STRAY_MM * ink.px_per_mm and not _MARGIN < middle < 1 - _MARGIN


def is_straight(ink: FreeInk, stroke: Stroke) -> bool:
    """Whether a stroke is as thin as a fold, a staple or a rule all along."""
    return _is_thin(_points(ink, stroke))


def _is_thin(points: NDArray[np.int32]) -> bool:
    _, sides, _ = cv2.minAreaRect(points)
    return bool(min(sides) <= max(_STRAIGHT * max(sides), 1.5))


def _sides(ink: FreeInk, stroke: Stroke) -> tuple[float, float]:
    """Return the sides of the smallest rectangle around the stroke, however it leans, in pixels."""
    _, (one, other), _ = cv2.minAreaRect(_points(ink, stroke))
    return one, other


def _is_hollow(ink: FreeInk, stroke: Stroke) -> bool:
    """Whether the stroke runs around its box and leaves the middle white: a frame, a round stamp, a coffee ring."""
    own = _own(ink, stroke)
    height, width = own.shape
    middle = own[height // 4 : height - height // 4, width // 5 : width - width // 5]
    return bool(np.count_nonzero(middle) < _HOLLOW * stroke.area)


def _is_plain(ink: FreeInk, flourishes: Sequence[Stroke], others: int) -> bool:
    is_alone = len(flourishes) + others <= _ALMOST_ALONE
    return all((is_alone and _is_sweep(ink, s)) or _is_corner(ink, s) for s in flourishes)


def _is_sweep(ink: FreeInk, stroke: Stroke) -> bool:
    """Whether the pen went from one end to the other without turning back, nor up and down as who signs does."""
    own = cv2.copyMakeBorder(_own(ink, stroke), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    depth = cv2.distanceTransform(own, cv2.DIST_L2, 3)
    width = 2 * float(np.percentile(depth[own > 0], 90)) - 1
    is_short = stroke.area / max(width, 1.0) <= _SWEEP * length(stroke)
    return is_short and _turns(ink, _own(ink, stroke)) < _WAVE_TURNS


def _turns(ink: FreeInk, own: NDArray[np.uint8]) -> int:
    """Return how often a stroke turns from one side of its way to the other."""
    points = np.argwhere(own > 0) / ink.px_per_mm
    points = points - points.mean(axis=0)
    along, across = np.linalg.svd(points, full_matrices=False)[2]
    place = (points @ along).round().astype(int)  # a mean for each mm of the way
    place -= place.min()
    counts = np.bincount(place)
    way = (np.bincount(place, points @ across) / np.maximum(counts, 1))[counts > 0]
    turns, going, extreme = 0, 0, float(way[0])
    for value in way.tolist():
        step = value - extreme
        if abs(step) >= _TURN_MM and np.sign(step) != going:
            turns += going != 0
            going, extreme = int(np.sign(step)), value
        elif going * step > 0:
            extreme = value
    return turns


def _is_corner(ink: FreeInk, stroke: Stroke) -> bool:
    """Whether most of the stroke's edge runs straight in two square directions, as a frame's does."""
    outlines, _ = cv2.findContours(_own(ink, stroke), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    corners = cv2.approxPolyDP(max(outlines, key=len), 0.4 * ink.px_per_mm, closed=True).reshape(-1, 2).astype(float)
    sides = np.roll(corners, -1, axis=0) - corners
    lengths = np.hypot(*sides.T)
    main = sides[lengths.argmax()]
    off = np.rad2deg(np.arctan2(sides[:, 1], sides[:, 0]) - np.arctan2(main[1], main[0]))
    is_across = np.abs(off % 180 - 90) <= _SQUARE_DEG
    is_square = is_across | (np.abs((off + 90) % 180 - 90) <= _SQUARE_DEG)
    is_side = (lengths >= _SIDE_MM * ink.px_per_mm) & is_square
    return bool((is_side & is_across).any() and lengths[is_side].sum() >= _BOXY * lengths.sum())


def _points(ink: FreeInk, stroke: Stroke) -> NDArray[np.int32]:
    """Return the stroke's pixels as ``(n, 2)``: x and y on the page."""
    points = np.reshape(cv2.findNonZero(_own(ink, stroke)), (-1, 2)) + np.array([stroke.x, stroke.y])
    return np.asarray(points, np.int32)


def _own(ink: FreeInk, stroke: Stroke) -> NDArray[np.uint8]:
    part = ink.labels[stroke.y : stroke.y + stroke.h, stroke.x : stroke.x + stroke.w]
    return np.asarray(part == stroke.label, np.uint8)


def length(stroke: Stroke) -> float:
    """Return the diagonal of a stroke's box, in pixels."""
    return float(np.hypot(stroke.w, stroke.h))
