"""Do the characters written on a form stand in its cells? Where a scan lost the tints, nothing else tells.

A printer that fed the sheet a little off lays everything beside its place, by the same way all over the page. That is
no other geometry: the entries are then looked for where the characters are.
"""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.components import components
from extractors.forms.template import BoxMm, FormTemplate, Zone

#: Ink's grey; combs with so much ink and so many cells are looked at.
INK_BELOW: Final = 128.0
_WRITTEN_MM2: Final = 2.0
#: A typed 1 covers 0.7 mm2.
_CHARACTER_MM2: Final = 0.5
#: What is longer is no character: a strike, a frame, a ring, an underline; nor is what it joins.
_LONGEST_MM: Final = 9.0
_FEWEST_CELLS: Final = 4
#: Ink on the cells' edges over that in their middles, by area, and the share of ink above and below the comb: on 15
#: bilevel forms by hand under 0.6 and 0.36, and over 1.25 and 0.5 with cells moved by half a cell or half a line.
_ACROSS: Final = 1.1
_OUTSIDE: Final = 0.5
_BESIDE_MM: Final = 1.8
#: One such comb is a strike or a stray stamp, two are another geometry.
_MANY_BESIDE: Final = 2
#: Preprinted sheets are fed up to 2 mm off (domain.md 1.4); half a cell, 2.3 mm, would be anybody's guess.
_FARTHEST_MM: Final = 2.0
_STEP_MM: Final = 0.25
#: How far one comb's characters may lie from where all others' do, mm.
_SAME_WAY_MM: Final = 0.6
#: So many combs over so much of the page's height, mm, tell a sheet fed off from a section that another print moved.
_FEWEST_COMBS: Final = 4
_SPREAD_MM: Final = 60.0
#: Ways that score within this share of the best are as good: the middle of them is taken.
_AS_GOOD: Final = 0.97
#: What a printer lays on the sheet; pens sign where they see the box.
_PRINTED_IN: Final = frozenset({"comb", "text", "checkbox", "table"})

Shift = tuple[float, float]
_Ways = float | NDArray[np.float64]


def characters(dark: NDArray[np.uint8], px_per_mm: float) -> NDArray[np.uint8]:
    """Return *dark*, 255 on ink, without what is smaller or longer than characters: dots, dust, strikes, frames."""
    _, labels, stats, _ = components(dark)
    other = stats[:, cv2.CC_STAT_AREA] < _CHARACTER_MM2 * px_per_mm**2
    other |= stats[:, (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT)].max(axis=1) > _LONGEST_MM * px_per_mm
    other[0] = True
    return np.where(other[labels], np.uint8(0), dark)


def shift_of_writing(ink: NDArray[np.uint8], zones: Sequence[Zone], px_per_mm: float) -> Shift | None:
    """Return by how many mm, right and down, all that is written lies off its cells; None if it lies in other cells.

    Args:
        ink: 255 on the characters of the rectified page.
        zones: of the template.
        px_per_mm: of *ink*.
    """
    written = _Written(ink, px_per_mm)
    combs = [z for z in zones if z.kind == "comb" and len(z.cells_mm) >= _FEWEST_CELLS]
    if written.beside(combs, (0.0, 0.0)) < _MANY_BESIDE:
        return (0.0, 0.0)
    shift = _common_shift(written, combs)
    return shift if shift is not None and written.beside(combs, shift) < _MANY_BESIDE else None


def entries_moved(template: FormTemplate, shift: Shift) -> FormTemplate:
    """Return *template*, what a printer fills moved by *shift* mm right and down."""
    zones = tuple(_moved(zone, shift) if zone.kind in _PRINTED_IN else zone for zone in template.zones)
    return template.model_copy(update={"zones": zones})


def _moved(zone: Zone, shift: Shift) -> Zone:
    return zone.model_copy(
        update={
            "box_mm": _shifted(zone.box_mm, shift),
            "cells_mm": tuple(_shifted(cell, shift) for cell in zone.cells_mm),
            "rows_mm": tuple({name: _shifted(box, shift) for name, box in row.items()} for row in zone.rows_mm),
        }
    )


def _shifted(box: BoxMm, shift: Shift) -> BoxMm:
    return BoxMm(box.x + shift[0], box.y + shift[1], box.w, box.h)


def _common_shift(written: "_Written", combs: Sequence[Zone]) -> Shift | None:
    """Return the one way the characters of all combs, but one, lie off; None where there is none."""
    scores = {zone.id: score for zone in combs if (score := written.scores(zone)) is not None}
    heights = [zone.box_mm.y for zone in combs if zone.id in scores]
    if len(scores) < _FEWEST_COMBS or max(heights) - min(heights) < _SPREAD_MM:
        return None
    common = _best(np.sum(list(scores.values()), axis=0))
    off = [_best(score) for score in scores.values()]
    astray = sum(max(abs(x - common[0]), abs(y - common[1])) > _SAME_WAY_MM for x, y in off)
    return common if astray < _MANY_BESIDE else None


def _best(score: NDArray[np.float64]) -> Shift:
    """Return the way with the best score, of those as good the middle one."""
    y, x = np.nonzero(score >= score.max() - (1 - _AS_GOOD) * abs(score.max()))
    return float(x.mean()) * _STEP_MM - _FARTHEST_MM, float(y.mean()) * _STEP_MM - _FARTHEST_MM


class _Written:
    """The characters of a page, summed up so that the ink in any box is known at once."""

    def __init__(self, ink: NDArray[np.uint8], px_per_mm: float) -> None:
        self._sums = cv2.integral(np.minimum(ink, 1))
        self._px = px_per_mm

    def beside(self, combs: Sequence[Zone], shift: Shift) -> int:
        """Return in how many combs, moved by *shift*, characters stand beside the cells."""
        return sum(self._is_beside(_moved(zone, shift)) for zone in combs)

    def scores(self, zone: Zone) -> NDArray[np.float64] | None:
        """Return how well the characters of a comb stand in its cells, by shift down and right; None for an empty one.

        The share of the comb's ink in the middles of the cells, less twice that on their edges.
        """
        x, y, w, h = zone.box_mm
        within = float(self._ink(BoxMm(x - 1, y - 1, w + 2, h + 2)))
        if within < _WRITTEN_MM2:
            return None
        steps = np.arange(-_FARTHEST_MM, _FARTHEST_MM + _STEP_MM / 2, _STEP_MM)
        dx, dy = np.meshgrid(steps, steps)
        score = np.zeros(dx.shape)
        for cell in zone.cells_mm:
            score += self._ink(BoxMm(cell.x + 0.15 * cell.w, cell.y + 0.5, 0.7 * cell.w, cell.h - 1.0), dx, dy)
            score -= 2 * self._ink(cell._replace(x=cell.x - 0.1 * cell.w, w=0.2 * cell.w), dx, dy)
        return score / within

    def _is_beside(self, zone: Zone) -> bool:
        """Return whether characters stand across the edges of a comb's cells, or half above or below them."""
        across = inside = 0.0
        for cell in zone.cells_mm:
            low = BoxMm(cell.x, cell.y + 0.4, cell.w, cell.h - 0.8)
            across += float(self._ink(low._replace(x=cell.x - 0.1 * cell.w, w=0.2 * cell.w))) / 0.2
            inside += float(self._ink(low._replace(x=cell.x + 0.25 * cell.w, w=0.5 * cell.w))) / 0.5
        x, y, w, h = zone.box_mm
        within = float(self._ink(zone.box_mm))
        outside = sum(float(self._ink(BoxMm(x, top, w, _BESIDE_MM))) for top in (y - _BESIDE_MM, y + h))
        if within < _WRITTEN_MM2:
            return False
        return across > _ACROSS * inside or outside > _OUTSIDE * (within + outside)

    def _ink(self, box: BoxMm, dx: _Ways = 0.0, dy: _Ways = 0.0) -> NDArray[np.float64]:
        """Return how much of *box* is ink, in mm2, wherever it is moved to."""
        height, width = self._sums.shape
        left, right = (np.clip(np.rint((x + dx) * self._px), 0, width - 1).astype(int) for x in (box.x, box.x + box.w))
        top, bottom = (np.clip(np.rint((y + dy) * self._px), 0, height - 1).astype(int) for y in (box.y, box.y + box.h))
        sums = self._sums
        counted = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
        return np.asarray(counted / self._px**2, np.float64)
