"""Lines nobody wrote leave the form; what was written beside or across them stays."""

import numpy as np
from numpy.typing import NDArray

from extractors.feuilles.streaks import without_streaks
from tests.extractors.sheets import PX_PER_MM, write

#: A form of 297 mm.
HEIGHT, WIDTH = round(297 * PX_PER_MM), round(210 * PX_PER_MM)


def streaked(lean: float = 0.0, *, share: float = 0.6) -> NDArray[np.uint8]:
    """Return a white page with one line of 0.3 mm down *share* of it, in pieces, its foot leaning by run over rise."""
    page = np.full((HEIGHT, WIDTH), 255, np.uint8)
    rng = np.random.default_rng(3)
    for top in range(0, HEIGHT, 40):
        if rng.random() < share:
            for row in range(top, min(top + 40, HEIGHT)):
                column = round(900 + lean * row)
                page[row, column : column + 3] = 60
    return page


def test_a_line_down_the_page_is_gone() -> None:
    """Every row of acts it crosses would hold a 1 nobody wrote, read with certainty."""
    page = without_streaks(streaked(), PX_PER_MM)

    assert (page < 200).sum() == 0


def test_a_leaning_line_is_gone_too() -> None:
    """Dust on the glass draws along the scanner's axis, and the sheet lay askew."""
    page = without_streaks(streaked(0.02), PX_PER_MM)

    assert (page < 200).mean() < 0.0002


def test_writing_across_a_line_stays() -> None:
    """A figure the line runs through must still be read: only the line goes."""
    written = np.full((HEIGHT, WIDTH), 255, np.uint8)
    write(written, "8 BIS RUE PASTEUR", (108.0, 100.0))
    page = np.minimum(streaked(), written)

    kept = without_streaks(page, PX_PER_MM)

    assert ((written < 128) & (kept < 200)).sum() > 0.97 * (written < 128).sum()


def test_a_column_of_ones_is_no_line() -> None:
    """Ten coefficients under each other stand as straight as a streak, but on a fifth of the page."""
    page = np.full((HEIGHT, WIDTH), 255, np.uint8)
    for row in range(10):
        write(page, "1", (80.0, 170.0 + 6.2 * row))

    assert np.array_equal(without_streaks(page, PX_PER_MM), page)
