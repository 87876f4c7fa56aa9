"""A black and white scan of a registered form without its print: dark print masked, tints' dots gone, ink whole.

Such a scan has turned each grey of the print white, black, or to dots. What became of a grey is seen on the page.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.components import components
from extractors.forms.anchors import DARK_PRINT
from extractors.forms.light import Ground
from extractors.forms.template import FormTemplate

#: How far a scan's print may lie beside the blank's after registration, mm: feed jitter and the scanner's blur.
_TOLERANCE_MM: Final = 0.16
#: Print this wide between two ends of a stroke is bridged.
_BRIDGE_MM: Final = 0.45
#: Black of a bilevel scan once resampled.
_BLACK: Final = 128
#: Grey of the blank from which it is paper.
_WHITE: Final = 250
#: Share of a grey's area inside entries from which it is their ground; the other greys are bands.
_GROUND_SHARE: Final = 0.02
#: A band is print as a whole once this share of it is black: its dots are no ink.
_BAND_BLACK: Final = 0.01
#: No speck is larger than this, mm2: twelve dots of a 200 dpi scan. Most commas are.
_LARGEST_SPECK_MM2: Final = 0.19
#: Fewer specks than this on the entries' tint are dust, and the dots of letters.
_SPECKLED: Final = 400
#: A size that fewer specks have than this ends the speckle: what is larger is ink.
_RARE: Final = 15
#: Share of a heap of dots, at most, under squares of two by two; it is lower than letters, mm, however thin those are.
_HEAP: Final = 0.4
_LETTER_MM: Final = 1.5
_TALLEST_MM: Final = 6.0
_FEWEST_LETTERS: Final = 12
#: The same share of thick strokes, at least.
_THICK: Final = 0.7


def without_black_print(
    page: NDArray[np.uint8], template: FormTemplate, ground: Ground, px_per_mm: float
) -> NDArray[np.uint8]:
    """Return a black and white *page*, registered on *template*, without print and specks: paper 255, ink dark."""
    ink = np.asarray(cv2.threshold(page, _BLACK - 1, 255, cv2.THRESH_BINARY_INV)[1], np.uint8)
    tints, bands = _grounds(template, ground, px_per_mm)
    mask = _print(ink, ground, bands, px_per_mm)
    outside = np.asarray(cv2.bitwise_and(ink, cv2.bitwise_not(mask)), np.uint8)
    outside = _without_specks(outside, mask, _where(ground.blank, tints), px_per_mm)
    # a stroke that crosses print shows on both sides: close the gap, where the page is black anyway
    gap = 2 * round(_BRIDGE_MM * px_per_mm) + 1
    bridged = cv2.morphologyEx(outside, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (gap, gap)))
    kept = cv2.bitwise_or(outside, cv2.bitwise_and(bridged, cv2.bitwise_and(ink, mask)))
    away = cv2.bitwise_not(cv2.dilate(kept, np.ones((3, 3), np.uint8)))
    return np.asarray(cv2.bitwise_or(page, away), np.uint8)


def dots_between(page: NDArray[np.uint8], template: FormTemplate, ground: Ground, px_per_mm: float) -> float:
    """Return the share of black on the entries' tint where nobody writes, between them: 0.0 where the tint is lost."""
    inside = _entries(template, ground, px_per_mm).ravel()
    shares = [0.0]
    for grey, points in ground.points.items():
        between = points[~inside[points]]
        if DARK_PRINT <= grey < _WHITE and 0 < len(between) <= (1 - _GROUND_SHARE) * len(points):
            shares.append(float((page.ravel()[between] < _BLACK).mean()))
    return max(shares)


def _entries(template: FormTemplate, ground: Ground, px_per_mm: float) -> NDArray[np.bool_]:
    """Return where pens write."""
    inside = np.zeros(ground.blank.shape, np.bool_)
    for zone in template.zones:
        for x, y, w, h in [cell for row in zone.rows_mm for cell in row.values()] or [zone.box_mm]:
            left, top, right, bottom = (max(round(v * px_per_mm), 0) for v in (x, y, x + w, y + h))
            inside[top:bottom, left:right] = True
    return inside


def _grounds(template: FormTemplate, ground: Ground, px_per_mm: float) -> tuple[list[int], list[int]]:
    """Return the light greys of the blank that lie under entries, and those that do not."""
    inside = _entries(template, ground, px_per_mm)
    under, beside = list[int](), list[int]()
    for grey, points in ground.points.items():
        if DARK_PRINT <= grey < _WHITE:
            (under if inside.ravel()[points].mean() >= _GROUND_SHARE else beside).append(grey)
    return under, beside


def _where(blank: NDArray[np.uint8], greys: list[int]) -> NDArray[np.uint8]:
    """Return 255 where *blank* has one of *greys*."""
    table = np.zeros(256, np.uint8)
    table[greys] = 255
    return np.asarray(cv2.LUT(blank, table), np.uint8)


def _print(ink: NDArray[np.uint8], ground: Ground, bands: list[int], px_per_mm: float) -> NDArray[np.uint8]:
    """Return 255 where the scan shows print, its tolerance around it."""
    seen = ink.ravel()
    black = [grey for grey in bands if (seen[ground.points[grey]] > 0).mean() > _BAND_BLACK]
    dark = _where(ground.blank, [*range(DARK_PRINT), *black])
    reach = 2 * round(_TOLERANCE_MM * px_per_mm) + 1
    return np.asarray(cv2.dilate(dark, np.ones((reach, reach), np.uint8)), np.uint8)


def _without_specks(
    ink: NDArray[np.uint8], mask: NDArray[np.uint8], tint: NDArray[np.uint8], px_per_mm: float
) -> NDArray[np.uint8]:
    """Return *ink* without the rims of print that a low threshold thickens beyond *mask*, and the dots of *tint*."""
    _, labels, stats, _ = components(ink)
    areas = stats[:, cv2.CC_STAT_AREA]
    at = np.flatnonzero(ink)
    of = labels.ravel()[at]
    largest = round(_LARGEST_SPECK_MM2 * px_per_mm**2)
    near = cv2.dilate(mask, np.ones((3, 3), np.uint8)).ravel()[at] > 0
    is_speck = (areas <= largest) & (2 * np.bincount(of[near], minlength=len(areas)) > areas)
    gone = is_speck[of]
    on_tint = np.bincount(of[tint.ravel()[at] > 0], minlength=len(areas)) > 0
    sizes = np.bincount(areas[on_tint & (areas <= largest)], minlength=largest + 2)
    if sizes.sum() >= _SPECKLED:
        limit = 1 + int(np.argmax(sizes[2:] < _RARE))
        # show-through thickens the dots until they touch: such a heap is low, and has hardly a spot as wide as a stroke
        solid = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
        solid_share = np.bincount(of[solid.ravel()[at] > 0], minlength=len(areas)) / areas
        heights = stats[:, cv2.CC_STAT_HEIGHT] / px_per_mm
        letters = solid_share[on_tint & (heights >= _LETTER_MM) & (heights <= _TALLEST_MM)]
        is_bold = len(letters) >= _FEWEST_LETTERS and float(np.median(letters)) > _THICK  # else commas are no denser
        is_heap = (heights < _LETTER_MM) & (solid_share < _HEAP) if is_bold else np.zeros(len(areas), np.bool_)
        is_speck = on_tint & ((areas <= limit) | is_heap)
        # dots that hang on a thick stroke; a thin one would fall to pieces
        is_thick = on_tint & (solid_share > _THICK)
        fuzz = is_thick[of] & (cv2.dilate(solid, np.ones((3, 3), np.uint8)).ravel()[at] == 0)
        gone |= is_speck[of] | fuzz
    left = ink.copy()
    left.ravel()[at[gone]] = 0
    return left
