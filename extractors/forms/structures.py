"""Where a page has room for entries: tinted fields, white boxes on tint, outlined cells. No template is known."""

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.forms.template import BoxMm

#: Resolution of the search: a comb's white tick, 0.3 mm, is two pixels.
PX_PER_MM: Final = 6.0
#: Tints lie in this range of the paper's light; under it is print or ink, over it paper.
TINTS: Final = (0.55, 0.97)
#: A page with less tint than this share has lost it, or its form has none.
_LEAST_TINT: Final = 0.03
#: Between a tint and the paper there are fewer pixels than this share of the tint's: else it is the paper's own noise.
_VALLEY: Final = 0.6
#: A hairline, blurred by the scanner, is darker than this.
_OUTLINE_BELOW: Final = 0.82
#: Gaps in a tint that are ticks, letters or thin rules, mm; the gap between the groups of a comb is wider.
_TICK_MM: Final = 0.65
#: No field is smaller, mm: text falls out.
_SMALLEST_MM: Final = 2.2
#: A white box: its least side and greatest height in mm, its greatest width as a share of the page, how full it is.
_CELL_MM: Final = 2.8
_TALLEST_MM: Final = 45.0
_WIDEST: Final = 0.9
_BOX_FILLED: Final = 0.72


@dataclass(frozen=True)
class Structures:
    """The fields of a page, all in mm of its level view."""

    #: tinted rectangles
    tints: tuple[BoxMm, ...]
    #: white rectangles on tint or in an outline: check boxes, cells, signature boxes
    whites: tuple[BoxMm, ...]
    #: light over the paper's, 0 to 1, at ``PX_PER_MM``
    light: NDArray[np.float32]
    #: the usual tint, as ``light``; 1.0 where there is none
    tint: float

    def patch(self, box: BoxMm) -> NDArray[np.float32]:
        """Return the light under *box*."""
        left, top = max(round(box.x * PX_PER_MM), 0), max(round(box.y * PX_PER_MM), 0)
        return self.light[top : round((box.y + box.h) * PX_PER_MM), left : round((box.x + box.w) * PX_PER_MM)]

    def uprights(self, band: BoxMm) -> list[float]:
        """Return where straight lines run from top to bottom of *band*, in mm from the page's left edge."""
        patch = self.patch(band)
        if patch.size == 0:
            return []
        dark = (patch < _OUTLINE_BELOW).mean(axis=0) > 0.85  # noqa: PLR2004 - a digit is lower than its cell
        at = np.flatnonzero(dark)
        stretches = [s for s in np.split(at, np.flatnonzero(np.diff(at) > 1) + 1) if 0 < len(s) < PX_PER_MM]
        return [band.x + float(s.mean() + 0.5) / PX_PER_MM for s in stretches]


def structures_of(grey: NDArray[np.uint8], px_per_mm: float) -> Structures:
    """Return the fields of *grey*, a level page of *px_per_mm*."""
    zoom = PX_PER_MM / px_per_mm
    page = np.asarray(cv2.resize(grey, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA), np.uint8)
    light = _light(page)
    tint = _usual_tint(light)
    threshold = (1 + tint) / 2 if tint < 1 else TINTS[0]
    tinted = (cv2.GaussianBlur(light, (3, 3), 0) < threshold).astype(np.uint8)
    tick = round(_TICK_MM * PX_PER_MM) | 1
    closed = cv2.morphologyEx(tinted, cv2.MORPH_CLOSE, np.ones((5, tick), np.uint8))
    side = round(_SMALLEST_MM * PX_PER_MM)
    fields = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    tints = _boxes(fields, closed) if tint < 1 else ()
    # ink is no tint: a cross in a check box must not part it
    unwritten = ((light < threshold) & (light > TINTS[0])).astype(np.uint8)
    whites = _holes(cv2.morphologyEx(unwritten, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))) if tint < 1 else ()
    # an outlined cell reaches to the middle of its lines
    outlined = (BoxMm(x - 0.3, y - 0.3, w + 0.6, h + 0.6) for x, y, w, h in _holes(_outlined(light)))
    return Structures(tints, _apart((*outlined, *whites)), light, tint)


def _light(page: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the page over its paper's light, found as the brightest within 60 mm: past any tinted table's middle."""
    # what was painted white around the sheet is brighter than its paper, and no measure of it
    bright = page[(page > 120) & (page < 255)]  # noqa: PLR2004 - half light; full light
    if bright.size and (page == 255).mean() < 0.4:  # noqa: PLR2004 - else full light is the paper's own: bilevel scans
        page = np.minimum(page, np.uint8(np.percentile(bright, 90)))
    small = cv2.resize(page, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    reach = round(60 * PX_PER_MM / 8) | 1
    paper = cv2.dilate(cv2.medianBlur(small, 3), np.ones((reach, reach), np.uint8))
    paper = cv2.blur(paper, (reach, reach))
    paper = cv2.resize(paper, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(page.astype(np.float32) / np.maximum(paper, 1).astype(np.float32), np.float32)


def _usual_tint(light: NDArray[np.float32]) -> float:
    counts, edges = np.histogram(light, bins=140, range=(0.3, 1.0))
    smooth = np.convolve(counts, np.ones(3), mode="same")
    held = (edges[:-1] > TINTS[0]) & (edges[:-1] < TINTS[1])
    # paper's own noise reaches down from 1.0: a tint is a peak, higher than what lies between it and the paper
    peaks = [
        i
        for i in np.flatnonzero(held)
        if smooth[i] == smooth[max(i - 4, 0) : i + 5].max() and smooth[i:].min() < _VALLEY * smooth[i]
    ]
    if not peaks:
        return 1.0
    best = max(peaks, key=lambda i: smooth[i])
    share = counts[max(best - 6, 0) : best + 7].sum() / light.size
    return float(edges[best]) if share > _LEAST_TINT else 1.0


def _outlined(light: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return 1 on thin straight dark lines, across and down."""
    dark = (light < _OUTLINE_BELOW).astype(np.uint8)
    length = round(3.2 * PX_PER_MM)
    across = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    down = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    lines = cv2.bitwise_or(across, down)
    solid = cv2.morphologyEx(lines, cv2.MORPH_OPEN, np.ones((7, 7), np.uint8))  # a band is no outline
    thin = cv2.subtract(lines, cv2.dilate(solid, np.ones((5, 5), np.uint8)))
    return np.asarray(cv2.dilate(thin, np.ones((3, 3), np.uint8)), np.uint8)


def _boxes(mask: NDArray[Any], tinted: NDArray[Any]) -> tuple[BoxMm, ...]:
    """Return the rectangles of *mask* in mm, cut to the rows and columns that are mostly *tinted*: no print beside."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    found = []
    for i in range(1, count):
        x, y, w, h = (int(v) for v in stats[i, :4])
        part = tinted[y : y + h, x : x + w]
        rows = np.flatnonzero(part.mean(axis=1) > 0.5)  # noqa: PLR2004 - mostly
        columns = np.flatnonzero(part.mean(axis=0) > 0.5)  # noqa: PLR2004
        if len(rows) and len(columns):
            left, top, right, bottom = x + columns[0], y + rows[0], x + columns[-1] + 1, y + rows[-1] + 1
            found.append(BoxMm(*(float(v) / PX_PER_MM for v in (left, top, right - left, bottom - top))))
    return tuple(found)


def _apart(boxes: tuple[BoxMm, ...]) -> tuple[BoxMm, ...]:
    """Return *boxes* without those that overlap an earlier one of their own size, or span several of one row."""
    kept: list[BoxMm] = []
    for box in boxes:
        inside = [k for k in kept if _shared(box, k) > 0.5 * min(k.w * k.h, box.w * box.h)]
        if not any(k.w * k.h < 2 * box.w * box.h < 4 * k.w * k.h for k in inside) and len(inside) < 2:  # noqa: PLR2004
            kept.append(box)
    return tuple(kept)


def _shared(a: BoxMm, b: BoxMm) -> float:
    across = min(a.x + a.w, b.x + b.w) - max(a.x, b.x)
    down = min(a.y + a.h, b.y + b.h) - max(a.y, b.y)
    return max(across, 0.0) * max(down, 0.0)


def _holes(mask: NDArray[Any]) -> tuple[BoxMm, ...]:
    """Return the rectangular holes of *mask*, ink in them or not: none narrower than a cell, none unlike a box."""
    background = (1 - mask).astype(np.uint8)
    # ink that crosses a box parts it: join what a pen's width parts. A thin frame would be joined away too: look first
    pen = round(0.7 * PX_PER_MM) | 1
    joined = cv2.morphologyEx(background, cv2.MORPH_CLOSE, np.ones((pen, pen), np.uint8))
    found: list[BoxMm] = []
    for ground in (background, joined):
        opened = cv2.morphologyEx(ground, cv2.MORPH_OPEN, np.ones((7, 7), np.uint8))
        count, _, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=4)
        for i in range(1, count):
            x, y, w, h, area = (int(v) for v in stats[i])
            is_box = min(w, h) >= _CELL_MM * PX_PER_MM and area > _BOX_FILLED * w * h
            if is_box and h < _TALLEST_MM * PX_PER_MM and w < _WIDEST * mask.shape[1]:
                found.append(BoxMm(x / PX_PER_MM, y / PX_PER_MM, w / PX_PER_MM, h / PX_PER_MM))
    return tuple(dict.fromkeys(found))
