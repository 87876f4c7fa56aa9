"""The colour of a form laid flat, at half the readers' resolution: scanners keep no more of it."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.pages.turning import warped
from extractors.sheet import Sheet, View

#: JPEG halves the resolution of colour (4:2:0), so a scan of 200 dpi holds 4 px/mm of it; a page is then 3 MB.
COLOUR_PX_PER_MM: Final = 4.0
_MM_PER_INCH: Final = 25.4
#: A page with less colour than this anywhere is a grey one saved as colour: spread between channels, grey levels, in
#: 1 of 2,000 points. Noise of JPEG on grey pages stays under 10.
_COLOURED: Final = 16
_LEAST_COLOURED: Final = 0.0005


def colour_view(view: View, sheet: Sheet) -> NDArray[np.uint8] | None:
    """Return the page in colour, ``(h, w, 3)`` RGB at ``COLOUR_PX_PER_MM`` in the frame of *view*; None without any."""
    if not sheet.has_colour:
        return None
    factor = view.dpi / _MM_PER_INCH / COLOUR_PX_PER_MM
    size = (round(view.grey.shape[1] / factor), round(view.grey.shape[0] / factor))
    pixels, to_sheet = sheet.pixels, view.homography @ np.diag([factor, factor, 1.0])
    shrink = float(np.sqrt(abs(np.linalg.det(to_sheet[:2, :2]))))
    if shrink > 1.5:  # noqa: PLR2004 - nearer to a half than to the whole: thin strokes are averaged, not skipped
        pixels = np.asarray(cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
        to_sheet = np.diag([0.5, 0.5, 1.0]) @ to_sheet
    flat = warped(pixels, to_sheet, size)
    spread = flat.max(axis=2) - flat.min(axis=2)
    return flat if float((spread > _COLOURED).mean()) >= _LEAST_COLOURED else None
