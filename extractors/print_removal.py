"""A registered form without its own print: tints even and white, labels, bands, ticks and white letters gone, ink kept.

The blank tells what each point would be without an entry. How dark this scanner gives each of the print's levels is
measured on the page itself, so exposure, hue and paper do not matter. Work at 8 px/mm for scans up to 200 dpi; more
(11.8) brings nothing to the readers but time.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.forms.anchors import DARK_PRINT
from extractors.forms.found_print import without_found_print
from extractors.forms.light import evenly_lit, flat_areas, levels_of
from extractors.forms.template import FormTemplate
from extractors.sheet import Sheet, View
from extractors.turning import warped

#: Resolution this is made for: 203 dpi.
WORKING_PX_PER_MM: Final = 8.0
#: How far a scan's print may lie beside the blank's after registration, mm: feed jitter and the scanner's blur.
_TOLERANCE_MM: Final = 0.16
#: Shares of the expected light: ink is kept as it is up to the first, paper is white from the second, noise included.
_INK_UP_TO: Final = 0.80
_PAPER_FROM: Final = 0.92
_WHITENING: Final = np.interp(
    np.arange(256), [0, 255 * _INK_UP_TO, 255 * _PAPER_FROM, 255], [0, 255 * _INK_UP_TO, 255, 255]
).astype(np.uint8)


def remove_print(view: View, template: FormTemplate, sheet: Sheet) -> NDArray[np.uint8]:
    """Return *view* without the print of *template*: ``(h, w)`` grey, paper 255, ink dark.

    Args:
        view: the page rectified by its registration on *template*.
        template: the form registered.
        sheet: the page *view* was made from; its colours are used where it has some.
    """
    px_per_mm = view.grey.shape[1] / template.page_mm[0]
    if template.folder is None:
        return without_found_print(view.grey, template, px_per_mm)
    blank = template.blank(px_per_mm)
    if sheet.is_bilevel:
        return _without_black_print(view.grey, blank, px_per_mm)
    if sheet.has_colour:
        size = (view.grey.shape[1], view.grey.shape[0])
        planes = cv2.split(warped(sheet.pixels, view.to_sheet, size))
    else:
        planes = (view.grey,)
    cleaned = [_evened(np.asarray(plane, np.uint8), blank, px_per_mm) for plane in planes]
    darkest = cleaned[0]
    for plane in cleaned[1:]:  # coloured ink is darkest in the channel it absorbs
        darkest = np.minimum(darkest, plane)
    return darkest


def _evened(page: NDArray[np.uint8], blank: NDArray[np.uint8], px_per_mm: float) -> NDArray[np.uint8]:
    """Return *page* over what it would be without an entry, 255 where they are alike."""
    flat = flat_areas(blank)
    page = evenly_lit(page, blank, flat)
    reach = 2 * round(_TOLERANCE_MM * px_per_mm) + 1
    expected = cv2.LUT(blank, levels_of(page, blank, flat))
    expected = cv2.blur(cv2.erode(expected, np.ones((reach, reach), np.uint8)), (3, 3))
    return np.asarray(cv2.LUT(cv2.divide(page, expected, scale=255), _WHITENING), np.uint8)


def _without_black_print(page: NDArray[np.uint8], blank: NDArray[np.uint8], px_per_mm: float) -> NDArray[np.uint8]:
    """Return a black and white *page* with the dark print masked, strokes that cross it kept."""
    dark = np.where(blank < DARK_PRINT, np.uint8(255), np.uint8(0))
    reach = 2 * round(_TOLERANCE_MM * px_per_mm) + 1
    mask = cv2.dilate(dark, np.ones((reach, reach), np.uint8))
    ink = np.where(page < 128, np.uint8(255), np.uint8(0))  # noqa: PLR2004 - black or white, resampled
    outside = cv2.bitwise_and(ink, cv2.bitwise_not(mask))
    # a stroke that crosses print shows on both sides: close the gap, where the page is black anyway
    gap = 2 * round(0.45 * px_per_mm) + 1
    bridged = cv2.morphologyEx(outside, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (gap, gap)))
    kept = cv2.bitwise_or(outside, cv2.bitwise_and(bridged, ink))
    cleaned = np.where(cv2.dilate(kept, np.ones((3, 3), np.uint8)) > 0, page, np.uint8(255))
    return np.asarray(cleaned, np.uint8)
