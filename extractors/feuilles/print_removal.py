"""A registered form without its own print: tints even and white, labels, bands, ticks and white letters gone, ink kept.

The blank tells what each point would be without an entry. How dark this scanner gives each of the print's levels is
measured on the page itself, so exposure, hue and paper do not matter. Work at 8 px/mm for scans up to 200 dpi; more
(11.8) brings nothing to the readers but time.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.feuilles.black_print import dots_between, without_black_print
from extractors.feuilles.streaks import without_streaks
from extractors.forms.found_print import without_found_print
from extractors.forms.light import Ground, evenly_lit, ground_of, levels_of
from extractors.forms.template import FormTemplate
from extractors.pages.turning import warped
from extractors.sheet import Sheet, View

#: Resolution this is made for: 203 dpi.
WORKING_PX_PER_MM: Final = 8.0
#: How far a scan's print may lie beside the blank's after registration, mm: feed jitter and the scanner's blur.
_TOLERANCE_MM: Final = 0.16


def _whitening(ink_up_to: float, paper_from: float) -> NDArray[np.uint8]:
    """Return the table that keeps shares of the expected light up to the first, and whitens from the second on."""
    table = np.interp(np.arange(256), [0, 255 * ink_up_to, 255 * paper_from, 255], [0, 255 * ink_up_to, 255, 255])
    return table.astype(np.uint8)


#: What is 0.80 of the expected light is ink, a pencil's even; 0.92 is paper with its noise.
WHITENING: Final = _whitening(0.80, 0.92)
#: From this share of black on, a tint's dots grow together: nobody can tell them from letters one by one.
_DENSE: Final = 0.2
#: Such a tint, once softened, varies by a tenth of its light: ink must be darker by far.
_SPECKLE_WHITENING: Final = _whitening(0.50, 0.68)
_SPECKLE_MM: Final = 0.25


def remove_print(view: View, template: FormTemplate, sheet: Sheet) -> NDArray[np.uint8]:
    """Return *view* without the print of *template*: ``(h, w)`` grey, paper 255, ink dark.

    Args:
        view: the page rectified by its registration on *template*.
        template: the form registered.
        sheet: the page *view* was made from; its colours are used where it has some.
    """
    px_per_mm = view.grey.shape[1] / template.page_mm[0]
    return without_streaks(_without_print(view, template, sheet, px_per_mm), px_per_mm)


def _without_print(view: View, template: FormTemplate, sheet: Sheet, px_per_mm: float) -> NDArray[np.uint8]:
    if template.folder is None:
        return without_found_print(view.grey, template, px_per_mm)
    ground = ground_of(template, px_per_mm)
    if sheet.is_bilevel:
        if dots_between(view.grey, template, ground, px_per_mm) < _DENSE:
            return without_black_print(view.grey, template, ground, px_per_mm)
        soft = cv2.GaussianBlur(view.grey, (0, 0), _SPECKLE_MM * px_per_mm)
        return _evened(np.asarray(soft, np.uint8), ground, px_per_mm, _SPECKLE_WHITENING)
    if not sheet.has_colour:
        return _evened(view.grey, ground, px_per_mm, WHITENING)
    size = (view.grey.shape[1], view.grey.shape[0])
    planes = cv2.split(warped(sheet.pixels, view.to_sheet, size))
    cleaned = [_evened(np.asarray(plane, np.uint8), ground, px_per_mm, WHITENING) for plane in planes]
    darkest = cleaned[0]
    for plane in cleaned[1:]:  # coloured ink is darkest in the channel it absorbs
        darkest = np.asarray(cv2.min(darkest, plane), np.uint8)
    return darkest


def _evened(
    page: NDArray[np.uint8], ground: Ground, px_per_mm: float, whitening: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Return *page* over what it would be without an entry, 255 where they are alike."""
    page = evenly_lit(page, ground)
    reach = 2 * round(_TOLERANCE_MM * px_per_mm) + 1
    expected = cv2.LUT(ground.blank, levels_of(page, ground))
    expected = cv2.blur(cv2.erode(expected, np.ones((reach, reach), np.uint8)), (3, 3))
    return np.asarray(cv2.LUT(cv2.divide(page, expected, scale=255), whitening), np.uint8)
