"""The ink of a page without template: what is written, stamped or signed on an ordonnance, print included."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.components import components
from extractors.sheet import View
from schemas.geometry import Box

_Grey = NDArray[np.uint8]
_MM_PER_INCH: Final = 25.4
_DPI: Final = 150.0
# Ink is at least this much darker than the paper around it, in grey levels and as a share of the page's own print.
# Bleed-through and fold shadows of three scanners reach 0.2 of the print's depth, ball pens stay above 0.45.
_LEAST_DEPTH: Final = 24
_LEAST_SHARE: Final = 0.33
# A straight stroke this long, across and upright, is a printed rule, a frame or a fold: no letter or flourish is both
# that long and that straight. Frames around one line of text are some 12 mm high.
_RULE_MM: Final = (45.0, 10.0)
# Upright rules this long part columns.
_WALL_MM: Final = 60.0
_SPECK_MM2: Final = 0.08


@dataclass(frozen=True, slots=True)
class Stroke:
    """A connected piece of ink: its box in pixels of the ink map, and its area in pixels."""

    x: int
    y: int
    w: int
    h: int
    area: int
    label: int


@dataclass(frozen=True)
class FreeInk:
    """Where a level page carries ink, rules and frames taken out."""

    #: ``(h, w)`` 0 or 255 at ``px_per_mm``
    mask: _Grey
    #: ``(h, w)`` 0 or 255: the straight rules taken out of ``mask``
    rules: _Grey
    px_per_mm: float

    @cached_property
    def _components(self) -> tuple[NDArray[np.int32], tuple[Stroke, ...]]:
        _, labels, stats, _ = components(self.mask)
        least = _SPECK_MM2 * self.px_per_mm**2
        rows = [[int(v) for v in row] for row in stats]
        strokes = tuple(Stroke(x, y, w, h, area, i) for i, (x, y, w, h, area) in enumerate(rows) if i and area >= least)
        return np.asarray(labels, np.int32), strokes

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        """The connected pieces of ink, specks left out."""
        return self._components[1]

    @property
    def labels(self) -> NDArray[np.int32]:
        """Which stroke each pixel belongs to; 0 is paper."""
        return self._components[0]

    @cached_property
    def rule_strokes(self) -> tuple[Stroke, ...]:
        """The connected pieces of the rules taken out."""
        rows = components(self.rules)[2].tolist()
        return tuple(Stroke(x, y, w, h, area, i) for i, (x, y, w, h, area) in enumerate(rows) if i)

    def walls(self) -> list[Box]:
        """Return the long upright rules that part the page into columns, as fractions of the view."""
        least = _WALL_MM * self.px_per_mm
        return [self.box(s.x, s.y, s.w, s.h) for s in self.rule_strokes if s.h >= least and s.w < least / 10]

    def box(self, x: float, y: float, w: float, h: float) -> Box:
        """Return a rectangle of the map, in its pixels, as fractions of the view."""
        height, width = self.mask.shape
        return Box(x / width, y / height, w / width, h / height)

    def pixels(self, box: Box) -> tuple[int, int, int, int]:
        """Return ``left, top, right, bottom`` of a box of the view in the map's pixels, cut to it."""
        height, width = self.mask.shape
        left, right = round(box.x * width), round((box.x + box.w) * width)
        top, bottom = round(box.y * height), round((box.y + box.h) * height)
        return max(0, left), max(0, top), min(width, max(right, left + 1)), min(height, max(bottom, top + 1))


def distance(one: Stroke, other: Stroke) -> float:
    """Return the white space between the boxes of two strokes, in pixels; 0.0 where they overlap."""
    across = max(one.x, other.x) - min(one.x + one.w, other.x + other.w)
    down = max(one.y, other.y) - min(one.y + one.h, other.y + other.h)
    return float(np.hypot(max(across, 0), max(down, 0)))


def boxes(strokes: Sequence[Stroke]) -> NDArray[np.float64]:
    """Return ``(n, 4)``: left, top, right and bottom of each stroke, in pixels."""
    return np.array([(s.x, s.y, s.x + s.w, s.y + s.h) for s in strokes], np.float64).reshape(-1, 4)


def covered(strokes: Sequence[Stroke], places: Sequence[tuple[int, int, int, int]], share: float) -> NDArray[np.bool_]:
    """Return which strokes have at least this share of their box within one of *places*, as ``pixels`` gives them."""
    own = boxes(strokes)[:, None]
    other = np.array(places, np.float64).reshape(1, -1, 4)
    shared = np.clip(np.minimum(own[..., 2:], other[..., 2:]) - np.maximum(own[..., :2], other[..., :2]), 0, None)
    area = shared[..., 0] * shared[..., 1]
    least = share * (own[..., 2] - own[..., 0]) * (own[..., 3] - own[..., 1])
    return np.asarray(((area > 0) & (area >= least)).any(axis=1), np.bool_)


def free_ink(view: View) -> FreeInk:
    """Return the ink of a level page: dark enough against the page's own print, rules apart."""
    scale = _DPI / view.dpi
    small = np.asarray(cv2.resize(view.grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    px = _DPI / _MM_PER_INCH
    depth = cv2.subtract(_paper(small, px), small)
    inked = depth[depth > _LEAST_DEPTH]
    print_depth = float(np.percentile(inked, 90)) if inked.size else 0.0
    mask = np.where(depth > max(_LEAST_DEPTH, _LEAST_SHARE * print_depth), 255, 0).astype(np.uint8)
    rules = _rules(mask, *(round(length * px) for length in _RULE_MM))
    return FreeInk(cv2.subtract(mask, rules).astype(np.uint8), rules, px)


def _paper(grey: _Grey, px_per_mm: float) -> _Grey:
    """Return the paper's grey without its ink: the lightest nearby, smoothed."""
    step = 4
    tiny = cv2.resize(grey, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA)
    size = round(6 * px_per_mm / step) | 1
    light = cv2.blur(cv2.morphologyEx(tiny, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8)), (size, size))
    return np.asarray(cv2.resize(light, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR), np.uint8)


def _rules(mask: _Grey, across: int, upright: int) -> _Grey:
    """Return the straight strokes at least this long, in pixels."""
    rules = np.zeros_like(mask)
    for kernel, thick in (((1, across), (3, 1)), ((upright, 1), (1, 3))):
        # a rule leaning half a degree steps sideways by a pixel every 2 cm
        wide = cv2.dilate(mask, np.ones(thick, np.uint8))
        found = cv2.morphologyEx(wide, cv2.MORPH_OPEN, np.ones(kernel, np.uint8))
        near = cv2.bitwise_and(cv2.dilate(found, np.ones((3, 3), np.uint8)), mask)
        rules = np.maximum(rules, np.asarray(near, np.uint8))
    return rules
