"""How a scan gives the blank's greys: the level each becomes, and the light that falls unevenly on a photograph.

What depends on the blank alone, where it is flat and which of its points to look at, is found once a worker.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.forms.anchors import DARK_PRINT
from extractors.forms.template import FormTemplate, blank_of
from schemas.errors import UsageError

#: Points looked at for a grey's level, and for a block's light: a median's noise is then under 0.2 and 0.5 levels.
_LEVEL_POINTS: Final = 3001
_BLOCK_POINTS: Final = 511
#: A grey of the print covers that share of the page at least.
_LEAST_SHARE: Final = 0.002
#: Blocks the light is measured on, across and down: 17 mm on A4, more than any entry's ink fills.
_BLOCKS: Final = (12, 17)
#: Share of a block that must be flat for its median to count.
_FLAT_SHARE: Final = 0.15
#: Light this even is left alone: noise of the medians.
_EVEN: Final = 0.03
#: Greys of the blank: white paper, and tints lighter than the dark print.
_WHITE: Final = 250


@dataclass(frozen=True)
class Ground:
    """A blank print, and where it can be compared with a page."""

    #: grey ``(h, w)``, not to be written to
    blank: NDArray[np.uint8]
    #: uint8 0 or 255: one grey for two pixels around, so that blur and registration do not matter
    flat: NDArray[np.uint8]
    #: by grey of the blank, indices of flat points that have it
    points: dict[int, NDArray[np.intp]]
    #: ``(n, points)`` indices of light, flat points by block, and which blocks have any, ``(rows, columns)``
    block_points: NDArray[np.intp]
    block_known: NDArray[np.bool_]

    def tinted(self) -> NDArray[np.intp]:
        """Return indices of the flat points of every tint, empty where the form has none."""
        inside = [points for grey, points in self.points.items() if DARK_PRINT < grey < _WHITE]
        return np.concatenate(inside) if inside else np.zeros(0, np.intp)


def ground_of(template: FormTemplate, px_per_mm: float) -> Ground:
    """Return the blank of *template* at *px_per_mm*, shared by all pages of a worker.

    Raises:
        UsageError: the template has no blank.
    """
    if template.folder is None:
        raise UsageError(f"{template.form}: no blank print belongs to zones found by labels")
    return _ground(template.folder, template.page_mm, round(px_per_mm, 3))


def levels_of(page: NDArray[np.uint8], ground: Ground) -> NDArray[np.uint8]:
    """Return, for each grey of the blank, the grey *page* gives it: a table of 256, the medians over the flat areas."""
    seen = page.ravel()
    greys = sorted(ground.points)
    medians = [float(np.median(seen[ground.points[grey]])) for grey in greys]
    table = np.interp(np.arange(256), greys, np.maximum.accumulate(medians))
    return np.clip(table, 1, 255).astype(np.uint8)


def evenly_lit(page: NDArray[np.uint8], ground: Ground) -> NDArray[np.uint8]:
    """Return *page*, registered on the blank, as if lit evenly. An evenly lit page comes back as it is."""
    if not ground.block_known.any():
        return page
    levels = levels_of(page, ground).astype(np.float32)
    ratio = page.ravel()[ground.block_points] / levels[ground.blank.ravel()[ground.block_points]]
    medians = np.median(ratio, axis=1)
    if np.ptp(medians) < _EVEN:
        return page
    light = np.full(ground.block_known.shape, np.median(medians), np.float32)
    light[ground.block_known] = medians
    smooth = cv2.medianBlur(light, 3)
    field = cv2.resize(smooth, (page.shape[1] // 8, page.shape[0] // 8), interpolation=cv2.INTER_CUBIC)
    field = cv2.resize(np.clip(field * 128, 1, 255).astype(np.uint8), (page.shape[1], page.shape[0]))
    return np.asarray(cv2.divide(page, field, scale=128), np.uint8)


@lru_cache(maxsize=16)
def _ground(folder: Path, page_mm: tuple[float, float], px_per_mm: float) -> Ground:
    blank = blank_of(folder, page_mm, px_per_mm)
    edges = cv2.morphologyEx(blank, cv2.MORPH_GRADIENT, np.ones((5, 5), np.uint8))
    flat = np.where(edges == 0, np.uint8(255), np.uint8(0))
    points: dict[int, NDArray[np.intp]] = {}
    counts = np.bincount(blank[flat > 0], minlength=256)
    for grey in np.flatnonzero(counts > _LEAST_SHARE * flat.size):
        points[int(grey)] = _spread(np.flatnonzero((flat > 0) & (blank == grey)), _LEVEL_POINTS)
    usable = (flat > 0) & (blank > DARK_PRINT)
    columns, rows = _BLOCKS
    indices = np.arange(blank.size).reshape(blank.shape)
    ys = np.linspace(0, blank.shape[0], rows + 1).astype(int)
    xs = np.linspace(0, blank.shape[1], columns + 1).astype(int)
    known = np.zeros((rows, columns), np.bool_)
    blocks: list[NDArray[np.intp]] = []
    for i in range(rows):
        for j in range(columns):
            block = (slice(ys[i], ys[i + 1]), slice(xs[j], xs[j + 1]))
            inside = usable[block]
            known[i, j] = inside.mean() > _FLAT_SHARE
            if known[i, j]:
                blocks.append(_spread(indices[block][inside], _BLOCK_POINTS))
    block_points = np.array(blocks, np.intp).reshape(-1, _BLOCK_POINTS)
    return Ground(blank, flat, points, block_points, known)


def _spread(indices: NDArray[Any], count: int) -> NDArray[np.intp]:
    """Return *count* of *indices*, drawn by chance: every so many would beat with a tint's own dots."""
    return np.sort(np.random.default_rng(0).choice(indices, count, replace=len(indices) < count)).astype(np.intp)
