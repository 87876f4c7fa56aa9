"""Signatures, drawn stroke by stroke on white paper."""

import pytest

from extractors.feuilles.form_view import Rect
from extractors.feuilles.strokes import Ink
from extractors.marks.signatures import read_signature
from tests.extractors.marks.drawn_forms import laid, paper, pen, typed

SIGNED = Rect(30, 20, 52, 20)
WAVE = ((40.0, 32.0), (44.0, 26.0), (46.0, 33.0), (51.0, 25.0), (54.0, 32.0), (62.0, 28.0))


def test_a_wave_of_the_pen_is_a_signature() -> None:
    """A signature is any long stroke; nobody checks whose."""
    image = paper()
    pen(image, *WAVE)
    view = laid(image)

    assert read_signature(view, Ink(view), SIGNED, 0).value is True


@pytest.mark.parametrize("kind", ["nothing", "fold", "stamp", "specks"])
def test_what_is_no_signature_does_not_pass_for_one(kind: str) -> None:
    """An unsigned form is not paid: a fold, a stamp or dust must not hide that."""
    image = paper()
    if kind == "fold":
        pen(image, (0.0, 30.0), (119.0, 30.1), width_mm=0.25)
    if kind == "stamp":
        typed(image, "CLEMENT JOSEPH", 34, 27, 2.2)
        typed(image, "63000 CLERMONT", 34, 32, 2.2)
    if kind == "specks":
        for x in range(32, 80, 9):
            pen(image, (x, 25.0), (x + 0.3, 25.2))
    view = laid(image)

    assert read_signature(view, Ink(view), SIGNED, 0).value is False


def test_a_signature_that_leaves_its_box_still_counts() -> None:
    """People sign across the border."""
    image = paper()
    pen(image, *((x, y - 8) for x, y in WAVE))
    view = laid(image)

    assert read_signature(view, Ink(view), SIGNED, 0).value is True
