"""A printed date of which one figure was written over: told by its weight, where the reader of erasures sees little."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.components import components
from extractors.prescriptions.rows import Row, Sheet
from schemas.geometry import Box
from schemas.mark import Mark, MarkKind

# A figure written over is thicker than its neighbours, and thicker times denser times heavier on the whole. That far up
# there is a doubt, and further up none: in print, and in a row by hand, where a bold pen beside a printed legend looks
# the same (of some 150 rows of three scanners, 2 untouched ones lie between the two figures, none above).
_THICKER: Final = 1.4
_HEAVIER: Final = (2.4, 3.0)
_HEAVIER_BY_HAND: Final = (3.5, 5.5)
# Fewer figures than this say nothing about what is usual on their row.
_LEAST_FIGURES: Final = 5
# Heights and least width of figures and letters, in mm: smaller pieces are points and dashes.
_FIGURE_MM: Final = (1.3, 9.0)
_NARROWEST_MM: Final = 0.5
_INK: Final = 0.45
_MARGIN: Final = 0.004
_OVERWRITTEN: Final = 0.85
# Too little to accuse the paper, enough for a person to look.
_DOUBTFUL: Final = 0.45


def heavy_figure(sheet: Sheet, row: Row) -> Mark | None:
    """Return the figure of a row much thicker and denser than the others, if any: a second figure lies on it."""
    crop, left, top = _crop(sheet, row.box)
    paper, dark = (float(v) for v in np.percentile(crop, (80, 1)))
    mask = (crop < paper - _INK * (paper - dark)).astype(np.uint8)
    _, labels, stats, _ = components(mask)
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, 5)
    px = sheet.view.dpi / 25.4
    figures: list[tuple[float, float, float, tuple[int, int, int, int]]] = []
    for i, (x, y, w, h, area) in enumerate(stats.tolist()):
        if i and _FIGURE_MM[0] * px <= h <= _FIGURE_MM[1] * px and w >= _NARROWEST_MM * px:
            inside = depth[y : y + h, x : x + w][labels[y : y + h, x : x + w] == i]
            figures.append((float(inside.max()), area / (w * h), float(inside.mean()), (x, y, w, h)))
    if len(figures) < _LEAST_FIGURES:
        return None
    usual = [float(np.median([figure[n] for figure in figures])) for n in range(3)]
    thick, fill, mean, (x, y, w, h) = max(figures, key=lambda figure: figure[0] * figure[1] * figure[2])
    doubtful, sure = _HEAVIER_BY_HAND if row.is_hand else _HEAVIER
    heavier = thick * fill * mean / (usual[0] * usual[1] * usual[2])
    if thick < _THICKER * usual[0] or heavier < doubtful:
        return None
    box = sheet.view.box(left + x, top + y, w, h)
    score = _OVERWRITTEN if heavier >= sure else _DOUBTFUL
    return Mark(kind=MarkKind.OVERWRITE, page=sheet.index, box=box, score=score, field="date")


def _crop(sheet: Sheet, box: Box) -> tuple[NDArray[np.uint8], int, int]:
    height, width = sheet.view.grey.shape
    top, bottom = max(int((box.y - _MARGIN) * height), 0), min(int((box.y + box.h + _MARGIN) * height), height)
    left, right = max(int(box.x * width) - 2, 0), min(int((box.x + box.w) * width) + 2, width)
    return sheet.view.grey[top:bottom, left:right], left, top
