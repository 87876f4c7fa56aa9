"""A stamp over writing in another ink: each can be read without the other."""

import numpy as np
from numpy.typing import NDArray

from extractors.feuilles.form_view import FormView, Rect
from extractors.feuilles.layers import Layers, parted
from tests.extractors.marks.colour_forms import BEIGE, BLACK, BLUE, RED, Colour, scanned, sheet, write

PLACE = Rect(8, 18, 70, 20)
FIGURES, LETTERS = Rect(10, 20, 50, 5), Rect(10, 28, 50, 5)


def crossed(stamp: Colour, pen: Colour) -> FormView:
    """Return a form with figures, and a stamp's letters under them and through their feet."""
    image = sheet(BEIGE)
    write(image, "756 710 455", (12, 24.5), pen, high_mm=3.6)
    write(image, "INFIRMIERE DE", (12, 32), stamp, high_mm=3.0)
    return scanned(image)


def light(colour: Colour) -> NDArray[np.float64]:
    return np.array(colour, np.float64)


def ink(view: FormView, rect: Rect) -> int:
    return int(np.count_nonzero(view.cut(view.cleaned, rect) < 150))


def layers_of(stamp: Colour, pen: Colour) -> tuple[FormView, Layers]:
    view = crossed(stamp, pen)
    layers = parted(view, PLACE, light(stamp), light(pen))
    assert layers is not None
    return view, layers


def test_the_writing_stays_and_the_stamp_goes() -> None:
    """Figures read as if nobody had stamped on them."""
    view, layers = layers_of(RED, BLACK)

    assert ink(layers.writing, FIGURES) > 0.85 * ink(view, FIGURES)
    assert ink(layers.writing, LETTERS) < 0.08 * ink(view, LETTERS)


def test_the_stamp_stays_and_the_writing_goes() -> None:
    """The stamp reads as if nobody had written over it."""
    view, layers = layers_of(RED, BLUE)

    assert ink(layers.stamp, LETTERS) > 0.85 * ink(view, LETTERS)
    assert ink(layers.stamp, FIGURES) < 0.08 * ink(view, FIGURES)


def test_inks_too_much_alike_are_not_parted() -> None:
    """Taking one away would take strokes of the other along."""
    assert parted(crossed(BLUE, (20, 30, 95)), PLACE, light(BLUE), light((20, 30, 95))) is None


def test_a_grey_scan_is_not_parted() -> None:
    """There is nothing to tell the inks by."""
    image = sheet()
    write(image, "756", (12, 24), BLACK)

    assert parted(scanned(image, in_colour=False), PLACE, light(RED), light(BLACK)) is None


def test_what_lies_beside_the_stamp_is_left_as_it_was() -> None:
    """Another entry in the stamp's own colour is somebody's writing."""
    image = sheet()
    write(image, "756", (12, 24), BLACK)
    write(image, "4711", (20, 52), RED)
    view = scanned(image)
    layers = parted(view, PLACE, light(RED), light(BLACK))

    assert layers is not None
    assert np.array_equal(layers.writing.cleaned[45 * 8 :], view.cleaned[45 * 8 :])
