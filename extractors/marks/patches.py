"""Correction fluid, tape and scratched paper: places where the form's own tint is gone."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.feuilles.form_view import FormView, Rect
from extractors.feuilles.strokes import around
from schemas.mark import MarkKind

# Tints are looked for at this resolution: a patch is millimetres wide, and a page is then one megapixel.
_PX_PER_MM: Final = 4.0
# Grey levels that make a tint of the blank print: paper is lighter, bands and letters are darker.
_TINT: Final = (120, 236)
# How far from print or a tint's edge the tint is looked at, in mm: registration and blur.
_EDGE_MM: Final = 0.25
# A point has lost its tint when it went more than this share of the way to the paper: fluid and tape 0.6 and more, a
# scratch less. Of 6,815 untouched windows on 100 grey forms none had 0.06 of its points past it.
_LOST: Final = 0.25
# A point this much darker than its tint, as a share of that way, is ink or its soft edge.
_INK: Final = -0.35
# Tint and paper closer than this many grey levels cannot be told apart.
_LEAST_CONTRAST: Final = 14
# Light falls unevenly, over distances like this.
_SHADE_MM: Final = 20.0
_SHADES: Final = (0.8, 1.25)
# A window has lost its tint when this share of its tinted points has, of at least so many mm2; perhaps, with fewer.
_MOST: Final = 0.45
_SOME: Final = 0.25
_DOUBTFUL: Final = 0.45
_LEAST_MM2: Final = 1.0
_SLICE_MM: Final = 3.0
# Inside a scratch the paper is rough: spread of what its points lost. Fluid and tape cover evenly (0.05 to 0.09).
_ROUGH: Final = 0.13


@dataclass(frozen=True, slots=True)
class Patch:
    """A place without tint: where on the form, what it looks like, how sure."""

    rect: Rect
    kind: MarkKind
    score: float


class Tint:
    """Where a form's tint should be, and how much of it each point of the page lost."""

    def __init__(self, view: FormView) -> None:
        self.is_known = view.blank is not None and not view.is_bilevel
        if view.blank is None or view.is_bilevel:
            return
        factor = _PX_PER_MM / view.px_per_mm
        page = cv2.resize(view.original, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        blank = cv2.resize(view.blank, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_AREA)
        self._lost, self._tinted = _lost(np.asarray(page, np.uint8), np.asarray(blank, np.uint8))

    def find_patches(self, rect: Rect, cells: tuple[Rect, ...] = ()) -> list[Patch]:
        """Return the places of an entry where its tint is gone: cells of a comb, else slices of its zone."""
        if not self.is_known:
            return []
        windows = cells or _slices(rect)
        lost = [self._share_lost(window) for window in windows]
        gone = [share >= _MOST for share in lost]
        if not any(gone):
            return [
                Patch(w, MarkKind.SCRATCH, _DOUBTFUL) for w, share in zip(windows, lost, strict=True) if share >= _SOME
            ]
        if sum(gone) > 0.8 * len(windows) > 4:  # noqa: PLR2004 - a zone printed without tint, or all in a glare
            return []
        patches = []
        run: list[Rect] = []
        for window, is_gone in zip([*windows, rect], [*gone, False], strict=True):
            if is_gone:
                run.append(window)
            elif run:
                patches.append(self._patch(run))
                run = []
        return patches

    def _share_lost(self, window: Rect) -> float:
        lost, tinted = self._lost[_place(window)], self._tinted[_place(window)]
        points = lost[tinted & (lost > _INK)]
        return float((points > _LOST).mean()) if points.size >= _LEAST_MM2 * _PX_PER_MM**2 else 0.0

    def _patch(self, windows: list[Rect]) -> Patch:
        rect = around(windows)
        lost, tinted = self._lost[_place(rect)], self._tinted[_place(rect)]
        points = lost[tinted & (lost > _INK)]
        share = float((points > _LOST).mean())
        gone = points[points > _LOST]
        quarter, three_quarters = np.percentile(gone, (25, 75))
        kind = MarkKind.SCRATCH if three_quarters - quarter > _ROUGH else MarkKind.FLUID
        return Patch(rect, kind, float(np.clip(0.4 + 0.55 * share, 0.0, 0.97)))


def _slices(rect: Rect) -> tuple[Rect, ...]:
    count = max(int(rect.w / _SLICE_MM), 1)
    return tuple(Rect(rect.x + i * rect.w / count, rect.y, rect.w / count, rect.h) for i in range(count))


def _place(rect: Rect) -> tuple[slice, slice]:
    x0, y0, x1, y1 = (max(round(v * _PX_PER_MM), 0) for v in (rect.x, rect.y, rect.x + rect.w, rect.y + rect.h))
    return slice(y0, y1), slice(x0, x1)


def _lost(page: NDArray[np.uint8], blank: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return how much of its tint each point lost (0 tint, 1 paper), and where there is a tint to lose."""
    reach = 2 * round(_EDGE_MM * _PX_PER_MM) + 1
    flat = cv2.morphologyEx(blank, cv2.MORPH_GRADIENT, np.ones((reach, reach), np.uint8)) < 6  # noqa: PLR2004 - grey levels
    white = flat & (blank > _TINT[1])
    even = page.astype(np.float32)
    lost = np.zeros(page.shape, np.float32)
    tinted = np.zeros(page.shape, bool)
    counts = np.bincount(blank[flat], minlength=256)[_TINT[0] + 1 : _TINT[1] + 1]
    levels = _TINT[0] + 1 + np.flatnonzero(counts > 0.002 * blank.size)
    if not levels.size or not white.any():
        return lost, tinted
    paper = float(np.median(even[white][::7]))  # every seventh of some hundred thousand points tells as much
    expected = np.full(page.shape, paper, np.float32)
    for level in levels.tolist():
        here = flat & (np.abs(blank.astype(np.int16) - level) <= 2)  # noqa: PLR2004 - grey levels
        tint = float(np.median(even[here][::7]))
        expected[here] = tint
        if tint < paper - _LEAST_CONTRAST:
            tinted |= here
    even /= _shade(even / expected, flat)
    lost[tinted] = (even[tinted] - expected[tinted]) / (paper - expected[tinted])
    return lost, tinted


def _shade(ratio: NDArray[np.float32], flat: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the light that falls on each point, 1.0 on average, from the blocks' medians."""
    step = round(_SHADE_MM * _PX_PER_MM)
    rows, columns = -(-ratio.shape[0] // step), -(-ratio.shape[1] // step)
    blocks = np.ones((rows, columns), np.float32)
    for i in range(rows):
        for j in range(columns):
            place = np.s_[i * step : (i + 1) * step, j * step : (j + 1) * step]
            points = ratio[place][::3, ::3][flat[place][::3, ::3]]
            points = points[(points > _SHADES[0]) & (points < _SHADES[1])]  # ink is no shade
            if points.size > step:
                blocks[i, j] = np.median(points)
    return np.asarray(cv2.resize(blocks, (ratio.shape[1], ratio.shape[0]), interpolation=cv2.INTER_LINEAR), np.float32)
