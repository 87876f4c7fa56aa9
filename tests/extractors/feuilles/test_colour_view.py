"""The colour of a form, kept at half the readers' resolution."""

import numpy as np
from numpy.typing import NDArray

from extractors.feuilles.colour_view import COLOUR_PX_PER_MM, colour_view
from extractors.sheet import Quality, Sheet, View

#: 200 dpi, where the readers' view has 8 px/mm.
SHEET_PX_PER_MM, VIEW_PX_PER_MM = 200 / 25.4, 8.0


def seen(pixels: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Return the colour of a sheet of 60 x 40 mm seen straight."""
    grey = pixels if pixels.ndim == 2 else np.asarray(pixels.mean(axis=2), np.uint8)
    sheet = Sheet("lot.pdf", 1, pixels, grey, 200.0, 0, 0.0, is_bilevel=False, quality=Quality(0.1, 100.0, 50.0))
    straight = np.diag([SHEET_PX_PER_MM / VIEW_PX_PER_MM] * 2 + [1.0])
    size = (round(40 * VIEW_PX_PER_MM), round(60 * VIEW_PX_PER_MM))
    return colour_view(View(np.zeros(size, np.uint8), straight, grey.shape[:2], VIEW_PX_PER_MM * 25.4), sheet)


def white() -> NDArray[np.uint8]:
    return np.full((round(40 * SHEET_PX_PER_MM), round(60 * SHEET_PX_PER_MM), 3), 250, np.uint8)


def test_blue_ink_stays_blue_where_it_stood() -> None:
    """Red, green, blue, in the frame of the form."""
    page = white()
    page[round(20 * SHEET_PX_PER_MM) : round(25 * SHEET_PX_PER_MM), : round(30 * SHEET_PX_PER_MM)] = (30, 50, 140)
    colour = seen(page)

    assert colour is not None
    assert colour.shape == (round(40 * COLOUR_PX_PER_MM), round(60 * COLOUR_PX_PER_MM), 3)
    assert colour[round(22 * COLOUR_PX_PER_MM), round(10 * COLOUR_PX_PER_MM)].tolist() == [30, 50, 140]
    assert colour[round(22 * COLOUR_PX_PER_MM), round(40 * COLOUR_PX_PER_MM)].tolist() == [250, 250, 250]


def test_a_grey_page_saved_as_colour_has_none() -> None:
    """Half the scanners write three equal channels."""
    page = white()
    page[100:120] = 40

    assert seen(page) is None


def test_a_grey_page_has_none() -> None:
    """Nothing to tell inks by."""
    assert seen(np.full((300, 400), 250, np.uint8)) is None
