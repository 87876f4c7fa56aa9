"""The ink of a form, as connected strokes, so that an entry keeps what overflows its zone and loses its neighbours'."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.components import components
from extractors.feuilles.form_view import FormView, Rect

# Grey level in the print-free view under which a pixel is ink: halfway between paper (255) and the palest
# pen met on grey scans (about 110).
INK_BELOW: Final = 185
# A worn ribbon leaves few pixels darker than that on a tint: strokes paler for the most part, of the size of letters
# (mm2, and mm high), are ink where a form is full of them. A form so typed had 377; of 52 others the most had 90.
_PALE_BELOW: Final = 215
_PALE_SHARE: Final = 0.5
_PALE_STROKES: Final = 200
_PALE_LETTER_MM2: Final = (0.15, 6.0)
_PALE_LETTER_MM: Final = (0.8, 5.0)
# A stroke belongs to the zone that holds this share of it.
_OWN_SHARE: Final = 0.5
# A stroke higher than its zone by this factor belongs to several.
_TALL: Final = 1.15
# One as wide as this crosses them, rather than reach over from a letter.
_LONG_MM: Final = 8.0
# Strokes smaller than this, alone, are dust or speckle of a bilevel scan (a comma covers 0.15 mm2, an accent 0.3).
_DUST_MM2: Final = 0.06
# A tint turned to speckle by a black and white scan: smaller dots than this, by the thousand; a clean page has few.
_SPECK_MM2: Final = 0.2
_SPECKLED: Final = 700
# Letters that stand on the line, by their height against the entry's usual one: no commas, no descenders of a large g.
_LETTER: Final = (0.5, 1.5)
_FEWEST_LETTERS: Final = 4
# Feet, or feet and heads, of printed letters stand on their line within this share of their height: print measured
# 0.000 to 0.04 on 40 lines of two scanners, handwriting 0.02 to 0.36 on 40 lines.
_EVEN_FOOT: Final = 0.012
_EVEN_BOTH: Final = 0.03
# White kept around an entry, in mm: readers want air.
_AIR_MM: Final = 0.8


@dataclass(frozen=True)
class Entry:
    """The strokes of one entry: dark on white, cut to their extent."""

    #: ``(h, w)`` grey, strokes of other entries painted out
    grey: NDArray[np.uint8]
    #: ``(h, w)``, True on this entry's ink
    ink: NDArray[np.bool_]
    #: where it stands on the form
    rect: Rect
    #: covered with ink, mm2
    area_mm2: float
    #: one box a stroke in mm on the form, left to right
    strokes: tuple[Rect, ...]
    #: a long stroke that belongs to no single entry runs through it
    is_crossed_by_others: bool = False

    @cached_property
    def is_printed(self) -> bool | None:
        """Whether the letters stand on one line as a machine sets them; None where too few stand there to tell."""
        usual = share_of([s.h for s in self.strokes], 0.80)
        letters = [s for s in self.strokes if _LETTER[0] * usual < s.h < _LETTER[1] * usual]
        if len(letters) < _FEWEST_LETTERS:
            return None
        x = np.array([s.x + s.w / 2 for s in letters])
        height = share_of([s.h for s in letters], 0.50)
        foot = _unevenness(x, np.array([s.y + s.h for s in letters])) / height
        head = _unevenness(x, np.array([s.y for s in letters])) / height
        return foot < _EVEN_FOOT or foot + head < _EVEN_BOTH


class Ink:
    """All strokes of a form's print-free view."""

    def __init__(self, view: FormView) -> None:
        self._view = view
        self._px = view.px_per_mm
        self.mask = view.cleaned < INK_BELOW
        self._pale = view.cleaned < _PALE_BELOW
        if not view.is_bilevel:
            self.mask |= self._pale_strokes()
        _, self._labels, self._stats, _ = components(self.mask.astype(np.uint8))
        #: the print-free view, freed from speckle where the scan is full of it
        self.grey = view.cleaned
        specks = self._stats[:, cv2.CC_STAT_AREA] < _SPECK_MM2 * self._px**2
        if np.count_nonzero(specks) > _SPECKLED:
            is_speck = specks[self._labels]
            self.mask &= ~is_speck
            around = cv2.dilate(is_speck.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
            self.grey = np.where(around & ~self.mask, np.uint8(255), view.cleaned)
            self._labels[is_speck] = 0

    def pieces(self) -> list[Rect]:
        """Return the box of each connected piece of ink, specks left out, in mm."""
        large = self._stats[1:][self._stats[1:, cv2.CC_STAT_AREA] >= _DUST_MM2 * self._px**2]
        return [self._rect(*box) for box in large[:, :4].tolist()]

    def area_mm2(self, rect: Rect) -> float:
        """Return how much of *rect* is covered with ink, in mm2."""
        return float(np.count_nonzero(self._cut(self.mask, rect))) / self._px**2

    def pale_mm2(self, rect: Rect) -> float:
        """Return how much of *rect* is covered with ink or with what is nearly as pale as paper, in mm2."""
        return float(np.count_nonzero(self._cut(self._pale, rect))) / self._px**2

    def _pale_strokes(self) -> NDArray[np.bool_]:
        """Return the strokes that are hardly dark anywhere, where a page has enough of them to be written so."""
        count, labels, stats, _ = components(self._pale.astype(np.uint8))
        area, height = stats[:, cv2.CC_STAT_AREA] / self._px**2, stats[:, cv2.CC_STAT_HEIGHT] / self._px
        is_pale = (area >= _PALE_LETTER_MM2[0]) & (area <= _PALE_LETTER_MM2[1])
        is_pale &= (height >= _PALE_LETTER_MM[0]) & (height <= _PALE_LETTER_MM[1])
        is_pale &= np.bincount(labels[self.mask], minlength=count) < _PALE_SHARE * stats[:, cv2.CC_STAT_AREA]
        is_pale[0] = False
        if np.count_nonzero(is_pale) < _PALE_STROKES:
            return np.zeros(labels.shape, np.bool_)
        return np.asarray(is_pale[labels], np.bool_)

    def entry(self, rect: Rect, *, above: float = 0.0, below: float = 0.0, least_mm2: float = 0.3) -> Entry | None:
        """Return the strokes that belong to *rect*, or None where it holds less than *least_mm2* of ink.

        Args:
            rect: the entry's zone.
            above: how far, in mm, strokes that stand over the zone still belong to it.
            below: the same, under it.
            least_mm2: less ink than this is an empty zone.
        """
        wide = Rect(rect.x - 1.0, rect.y - above - 2.0, rect.w + 2.0, rect.h + above + below + 4.0)
        left, top, _, _ = self._inside(wide)
        labels = self._cut(self._labels, wide)
        reach = Rect(rect.x - 0.4, rect.y - above, rect.w + 0.8, rect.h + above + below)
        x0, y0, x1, y1 = self._inside(reach)
        window = labels[y0 - top : y1 - top, x0 - left : x1 - left]
        counts = np.bincount(window.ravel())
        present = np.flatnonzero(counts)
        present = present[present > 0]
        if not present.size:
            return None
        total = self._stats[present, cv2.CC_STAT_AREA]
        share = counts[present] / total
        own = present[share >= _OWN_SHARE]
        # a stroke higher than the zone runs through several: two rows whose letters touch; each has its part
        tall = self._stats[present, cv2.CC_STAT_HEIGHT] > _TALL * (rect.h + above + below) * self._px
        shared = present[(share < _OWN_SHARE) & tall]
        mask = _among(own, len(self._stats))[labels]
        if shared.size:  # a stroke that runs on into another zone: the part inside is kept
            mask[y0 - top : y1 - top, x0 - left : x1 - left] |= _among(shared, len(self._stats))[window]
        entry = self._build(mask, wide, left, top, least_mm2)
        widths = self._stats[shared, cv2.CC_STAT_WIDTH]
        return (
            entry
            if entry is None or not (widths > _LONG_MM * self._px).any()
            else replace(entry, is_crossed_by_others=True)
        )

    def inside(self, rect: Rect, *, least_mm2: float = 0.3) -> Entry | None:
        """Return all ink in *rect*, whatever it is joined to outside, or None where it is less than *least_mm2*."""
        left, top, _, _ = self._inside(rect)
        return self._build(self.cut(rect).copy(), rect, left, top, least_mm2)

    def strangers(self, rect: Rect, around: Rect, *, above: float = 0.0, below: float = 0.0) -> NDArray[np.uint8]:
        """Return, over the pixels of *around*, 1 on strokes that stand for the most part outside *rect*.

        Args:
            rect: the entry's zone.
            around: the rectangle the mask covers.
            above: how far, in mm, strokes that stand over the zone still belong to it.
            below: the same, under it.
        """
        reach = Rect(rect.x - 0.4, rect.y - above, rect.w + 0.8, rect.h + above + below)
        inside = np.bincount(self._cut(self._labels, reach).ravel(), minlength=len(self._stats))
        strange = inside < _OWN_SHARE * self._stats[:, cv2.CC_STAT_AREA]
        strange[0] = False
        return np.asarray(strange[_window(self._labels, self._view.pixels(around), 0)], np.uint8)

    def _build(self, mask: NDArray[np.bool_], wide: Rect, left: int, top: int, least_mm2: float) -> Entry | None:
        count, labels, stats, _ = components(mask.astype(np.uint8))
        kept = np.flatnonzero(stats[:, cv2.CC_STAT_AREA] >= _DUST_MM2 * self._px**2)
        kept = kept[kept > 0]
        area = float(stats[kept, cv2.CC_STAT_AREA].sum()) / self._px**2
        if not kept.size or area < least_mm2:
            return None
        # small dots are no ink to measure, but they stay in the image: a diaeresis is two of them
        painted = mask
        if kept.size < count - 1:
            mask = _among(kept, count)[labels]
        boxes = stats[kept, :4].astype(int)
        x0, y0 = int(boxes[:, 0].min()), int(boxes[:, 1].min())
        x1, y1 = int((boxes[:, 0] + boxes[:, 2]).max()), int((boxes[:, 1] + boxes[:, 3]).max())
        grey = self._cut(self.grey, wide)
        # only what belongs elsewhere is painted out, so that pale parts of this entry's strokes stay
        foreign = cv2.dilate((self._cut(self.mask, wide) & ~painted).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        own = cv2.dilate(painted.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        alone = np.where(foreign & ~own, np.uint8(255), grey)
        air = round(_AIR_MM * self._px)
        bounds = (x0 - air, y0 - air, x1 + air, y1 + air)
        padded, ink = _window(alone, bounds, 255), _window(mask, bounds, 0)
        strokes = (self._rect(x + left, y + top, w, h) for x, y, w, h in boxes[np.argsort(boxes[:, 0])].tolist())
        return Entry(padded, ink, self._rect(x0 + left, y0 + top, x1 - x0, y1 - y0), area, tuple(strokes))

    def _rect(self, x: int, y: int, w: int, h: int) -> Rect:
        return Rect(*(v / self._px for v in (x, y, w, h)))

    def _inside(self, rect: Rect) -> tuple[int, int, int, int]:
        left, top, right, bottom = self._view.pixels(rect)
        height, width = self.mask.shape
        left, top = min(max(left, 0), width - 1), min(max(top, 0), height - 1)
        return left, top, min(max(right, left + 1), width), min(max(bottom, top + 1), height)

    def cut(self, rect: Rect) -> NDArray[np.bool_]:
        """Return the ink under *rect*: True where a pen or a printer left some."""
        return self._cut(self.mask, rect)

    def _cut(self, image: NDArray[Any], rect: Rect) -> NDArray[Any]:
        left, top, right, bottom = self._inside(rect)
        return image[top:bottom, left:right]


def _unevenness(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Return how far from one straight line the points lie, the worst two fifths left out."""
    kept = np.ones(len(x), bool)
    for _ in range(2):
        slope, start = straight_line(x[kept], y[kept])
        off = np.abs(y - slope * x - start)
        kept = off <= share_of(off.tolist(), 0.75)
    return share_of(off.tolist(), 0.60)


def straight_line(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    """Return slope and start of the line nearest to the points, at least one; level where all stand over each other."""
    middle_x, middle_y = float(x.sum()) / len(x), float(y.sum()) / len(y)
    away = x - middle_x
    spread = float(away @ away)
    slope = float(away @ (y - middle_y)) / spread if spread > 0 else 0.0
    return slope, middle_y - slope * middle_x


def share_of(values: list[float], share: float) -> float:
    """Return what *share* of the *values*, at least one, lie under: a percentile, without numpy's cost on a few."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def _window(image: NDArray[Any], bounds: tuple[int, int, int, int], fill: int) -> NDArray[Any]:
    """Return the part of *image* in *bounds* ``(x0, y0, x1, y1)``, *fill* where they leave it."""
    x0, y0, x1, y1 = bounds
    height, width = image.shape
    out = np.full((y1 - y0, x1 - x0), fill, image.dtype)
    left, top, right, bottom = max(x0, 0), max(y0, 0), min(x1, width), min(y1, height)
    out[top - y0 : bottom - y0, left - x0 : right - x0] = image[top:bottom, left:right]
    return out


def around(rects: Iterable[Rect]) -> Rect:
    """Return the smallest rectangle that holds all *rects*, at least one."""
    held = list(rects)
    left, top = min(r.x for r in held), min(r.y for r in held)
    right, bottom = max(r.x + r.w for r in held), max(r.y + r.h for r in held)
    return Rect(left, top, right - left, bottom - top)


def _among(wanted: NDArray[np.intp], count: int) -> NDArray[np.bool_]:
    """Return, for each of *count* labels, whether it is *wanted*: a table is read faster than a list is searched."""
    table = np.zeros(count, bool)
    table[wanted] = True
    return table
