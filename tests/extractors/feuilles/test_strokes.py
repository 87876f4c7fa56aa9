"""What of a form's ink goes into an entry's image, and what is left to its neighbours."""

import numpy as np
import pytest

from extractors.feuilles.form_view import FormView, Rect
from extractors.feuilles.strokes import Ink
from schemas.geometry import Box

PX = 8.0
ZONE = Rect(5, 5, 20, 6)


def view_of(*dark: Rect) -> FormView:
    """Return a white form, 30 by 20 mm, with black rectangles."""
    image = np.full((round(20 * PX), round(30 * PX)), 255, np.uint8)
    view = FormView(image, image, PX, is_bilevel=False, box=lambda _: Box(0.0, 0.0, 1.0, 1.0))
    for rect in dark:
        left, top, right, bottom = view.pixels(rect)
        image[top:bottom, left:right] = 0
    return view


def test_the_two_dots_of_a_diaeresis_stay_in_the_image() -> None:
    """Dots too small to count as ink were painted out, and LOÏC was read LOIC by every reader alike."""
    letter, dots = Rect(10, 7, 0.5, 2.2), (Rect(9.7, 6.2, 0.25, 0.125), Rect(10.4, 6.2, 0.25, 0.125))
    entry = Ink(view_of(letter, *dots)).entry(ZONE)

    assert entry is not None
    above = entry.grey[: round(0.7 * PX)]
    assert np.count_nonzero(above < 100) >= 4
    assert len(entry.strokes) == 1


def test_strangers_are_the_strokes_that_stand_mostly_outside() -> None:
    """A comb's figure that reaches up into a stamp is no part of it; a stamp's own letter is none of theirs."""
    own, reaching = Rect(8, 6, 1, 3), Rect(15, 9, 1, 8)
    view = view_of(own, reaching)

    strange = Ink(view).strangers(ZONE, ZONE)

    assert strange.shape == (round(ZONE.h * PX), round(ZONE.w * PX))
    assert strange[:, : round(5 * PX)].sum() == 0
    assert strange[-1, round(10.5 * PX)] == 1


def typed_pale(letters: int, *, grey: int = 200) -> FormView:
    """Return a sheet with so many letters of a worn ribbon, each 1 by 2 mm, in rows of twenty."""
    image = np.full((round(80 * PX), round(80 * PX)), 255, np.uint8)
    view = FormView(image, image, PX, is_bilevel=False, box=lambda _: Box(0.0, 0.0, 1.0, 1.0))
    for k in range(letters):
        left, top, right, bottom = view.pixels(Rect(2 + 3.5 * (k % 20), 2 + 4.0 * (k // 20), 1, 2))
        image[top:bottom, left:right] = grey
    return view


def test_what_a_worn_ribbon_typed_is_ink() -> None:
    """A whole form typed pale was read as empty, and surely so."""
    ink = Ink(typed_pale(260))

    assert ink.area_mm2(Rect(2, 2, 1, 2)) == pytest.approx(2, abs=0.2)


def test_a_few_pale_spots_are_no_ink_but_no_empty_entry_either() -> None:
    """The ghost of a print stays out of the reading; nobody calls the entry surely empty."""
    ink = Ink(typed_pale(40))

    assert ink.area_mm2(Rect(2, 2, 1, 2)) == 0
    assert ink.pale_mm2(Rect(2, 2, 1, 2)) == pytest.approx(2, abs=0.2)
    assert ink.pale_mm2(Rect(2, 40, 1, 2)) == 0


def test_ink_of_usual_darkness_is_what_it_was() -> None:
    """Hundreds of dark letters change nothing: their pale edges stay outside."""
    assert Ink(typed_pale(260, grey=60)).area_mm2(Rect(2, 2, 1, 2)) == pytest.approx(2, abs=0.2)
