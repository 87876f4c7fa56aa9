"""The figures of a printed line, checked one by one before the line is believed."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from extractors.feuilles.figures import figures_agree
from extractors.feuilles.form_view import FormView, Rect
from extractors.feuilles.strokes import Entry, Ink
from extractors.readers.cells import CombReader, load_cell_reader
from samples.fonts import font_path
from schemas.geometry import Box

_PX_PER_MM = 12.0
_LINE = Rect(5.0, 4.0, 130.0, 6.0)


@pytest.fixture(scope="module")
def cells() -> CombReader:
    """The reader of single characters."""
    return load_cell_reader()


def _printed(text: str) -> Entry:
    """Return *text* as a machine prints it on a line of a form, its own print removed."""
    face = ImageFont.truetype(str(font_path("cousine")), 36)
    page = Image.new("L", (round(140 * _PX_PER_MM), round(14 * _PX_PER_MM)), 255)
    ImageDraw.Draw(page).text((70, 84), text, fill=20, font=face, anchor="lm")
    grey = np.asarray(page, np.uint8)
    view = FormView(grey, grey, _PX_PER_MM, False, lambda _: Box(0.0, 0.0, 1.0, 1.0), None)  # noqa: FBT003 - not bilevel
    entry = Ink(view).entry(_LINE)
    assert entry is not None
    return entry


def test_an_address_whose_figures_are_seen_is_believed(cells: CombReader) -> None:
    """Its number and its postcode are read again, character by character."""
    assert figures_agree(_printed("27 RUE DES LILAS 35000 RENNES"), "27 RUE DES LILAS 35000 RENNES", _PX_PER_MM, cells)


@pytest.mark.parametrize("read", ["21 RUE DES LILAS 35000 RENNES", "27 RUE DES LILAS 36000 RENNES"])
def test_a_figure_read_otherwise_is_not_believed(cells: CombReader, read: str) -> None:
    """One figure off is another street number, or another town."""
    assert not figures_agree(_printed("27 RUE DES LILAS 35000 RENNES"), read, _PX_PER_MM, cells)


def test_a_word_of_letters_and_figures_settles_nothing(cells: CombReader) -> None:
    """The reader of cells knows figures only: a 5 may stand where an S was read."""
    assert not figures_agree(_printed("27BIS RUE DES LILAS"), "27BIS RUE DES LILAS", _PX_PER_MM, cells)


def test_words_that_the_ink_does_not_part_settle_nothing(cells: CombReader) -> None:
    """More words read than there are white spaces: which figures are whose is anybody's guess."""
    assert not figures_agree(_printed("2"), "2 7", _PX_PER_MM, cells)
