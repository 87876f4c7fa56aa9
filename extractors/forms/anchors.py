"""Anchors: patches of a form's own print, chosen by what they fix, found again on a page."""

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.forms.template import FormTemplate
from extractors.pages.turning import warped

#: Size of a patch: a few printed words, wide enough to be unlike its neighbours.
_PATCH_MM: Final = (17.0, 6.0)
#: At most one anchor a cell of this grid over the page, so that the map is held everywhere.
_GRID: Final = (5, 11)
#: Darker than this is the form's dark print (bands, labels), lighter its tints; bilevel scans keep the first only.
DARK_PRINT: Final = 150
#: Correlation under which a patch was not seen: pen or stamp over it, or print the scanner lost.
_SEEN: Final = 0.55


@dataclass(frozen=True)
class Anchor:
    """A patch of the blank: its left top corner in mm, its pixels with tints and without."""

    x_mm: float
    y_mm: float
    grey: NDArray[np.uint8]
    dark: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Find:
    """An anchor seen on a page: the middle of the patch on the template and on the page, in mm."""

    expected_mm: tuple[float, float]
    found_mm: tuple[float, float]
    correlation: float


def anchors_of(template: FormTemplate, px_per_mm: float) -> tuple[Anchor, ...]:
    """Return the patches of *template* that hold a map best: corners of dark print, apart from the entries."""
    blank = template.blank(px_per_mm)
    dark = np.where(blank < DARK_PRINT, np.uint8(0), np.uint8(255))
    dark = np.asarray(cv2.GaussianBlur(dark, (3, 3), 0), np.uint8)
    width, height = (round(side * px_per_mm) for side in _PATCH_MM)
    strength = _corner_strength(dark, (width, height))
    strength[_entries(template, px_per_mm, (width, height), blank.shape)] = 0.0
    kept: list[tuple[int, int]] = []
    columns, rows = _GRID
    for row in range(rows):
        for column in range(columns):
            top, bottom = (blank.shape[0] * r // rows for r in (row, row + 1))
            left, right = (blank.shape[1] * c // columns for c in (column, column + 1))
            cell = strength[top:bottom, left:right]
            y, x = np.unravel_index(int(cell.argmax()), cell.shape)
            if cell[y, x] > 0.02 * strength.max():  # weaker patches hold one direction only, or nothing
                kept.append((left + int(x) - width // 2, top + int(y) - height // 2))
    return tuple(
        Anchor(x / px_per_mm, y / px_per_mm, blank[y : y + height, x : x + width], dark[y : y + height, x : x + width])
        for x, y in kept
        if 0 <= x < blank.shape[1] - width and 0 <= y < blank.shape[0] - height
    )


def find_anchors(
    image: NDArray[np.uint8],
    to_image: NDArray[np.float64],
    anchors: tuple[Anchor, ...],
    px_per_mm: float,
    reach_mm: float,
    *,
    is_bilevel: bool,
) -> list[Find]:
    """Return the *anchors* seen within *reach_mm* of their place on a page.

    Args:
        image: the page, at a resolution near *px_per_mm*.
        to_image: 3x3, from millimetres of the form to pixels of *image*, roughly.
        anchors: patches at *px_per_mm*.
        px_per_mm: of the patches.
        reach_mm: how far off *to_image* may be.
        is_bilevel: the page lost its tints.
    """
    reach = round(reach_mm * px_per_mm)
    finds: list[Find] = []
    for anchor in anchors:
        patch = anchor.dark if is_bilevel else anchor.grey
        height, width = patch.shape
        x, y = round(anchor.x_mm * px_per_mm), round(anchor.y_mm * px_per_mm)
        corner = np.array([[1, 0, x - reach], [0, 1, y - reach], [0, 0, px_per_mm]]) / px_per_mm
        window = warped(image, to_image @ corner, (width + 2 * reach, height + 2 * reach))
        scores = cv2.matchTemplate(window, patch, cv2.TM_CCOEFF_NORMED)
        _, best, _, (px, py) = cv2.minMaxLoc(scores)
        if best < _SEEN:
            continue
        dx, dy = px - reach + _peak(scores[py], px), py - reach + _peak(scores[:, px], py)
        middle = ((x + width / 2) / px_per_mm, (y + height / 2) / px_per_mm)
        finds.append(Find(middle, (middle[0] + dx / px_per_mm, middle[1] + dy / px_per_mm), float(best)))
    return finds


def _peak(scores: NDArray[Any], at: int) -> float:
    """Return where between its neighbours the peak at *at* lies: a parabola through three scores."""
    if at in {0, len(scores) - 1}:
        return 0.0
    before, here, after = (float(v) for v in scores[at - 1 : at + 2])
    curve = before - 2 * here + after
    return 0.5 * (before - after) / curve if curve < 0 else 0.0


def _corner_strength(dark: NDArray[np.uint8], window: tuple[int, int]) -> NDArray[np.float32]:
    """Return how firmly a patch around each pixel holds both directions: the structure tensor's lesser eigenvalue."""
    dx = cv2.Sobel(dark, cv2.CV_32F, 1, 0)
    dy = cv2.Sobel(dark, cv2.CV_32F, 0, 1)
    xx, yy, xy = (cv2.blur(p, window, borderType=cv2.BORDER_CONSTANT) for p in (dx * dx, dy * dy, dx * dy))
    return np.asarray((xx + yy) / 2 - np.sqrt(((xx - yy) / 2) ** 2 + xy * xy), np.float32)


def _entries(
    template: FormTemplate, px_per_mm: float, patch: tuple[int, int], shape: tuple[int, ...]
) -> NDArray[np.bool_]:
    """Return where the middle of a patch would lie mostly over an entry, where pens write."""
    filled = np.zeros(shape[:2], np.float32)
    for zone in template.zones:
        boxes = [box for row in zone.rows_mm for box in row.values()] if zone.rows_mm else [zone.box_mm]
        for x, y, w, h in boxes:
            left, top, right, bottom = (round(v * px_per_mm) for v in (x, y, x + w, y + h))
            filled[max(top, 0) : bottom, max(left, 0) : right] = 1.0
    return np.asarray(cv2.blur(filled, patch) > 0.3, np.bool_)  # noqa: PLR2004 - a third under a pen still leaves the rest
