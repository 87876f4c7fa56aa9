"""Two inks inside one entry: told by colour, side by side, and by nothing else."""

import cv2
import numpy as np
import pytest

from extractors.feuilles.form_view import FormView, Rect
from extractors.feuilles.strokes import Ink
from extractors.marks.two_inks import find_two_inks
from schemas.mark import TwoInks
from tests.extractors.marks.colour_forms import (
    BEIGE,
    BLACK,
    BLUE,
    ENDING,
    ENTRY,
    GREEN,
    RED,
    Colour,
    entry_of,
    scanned,
    sheet,
    write,
)


def found(view: FormView, crossed: tuple[Rect, ...] = ()) -> tuple[TwoInks, ...]:
    return find_two_inks(view, Ink(view), entry_of(view), 3, crossed=crossed)


def dated(first: Colour, second: Colour, paper: Colour = BEIGE, quality: int = 75) -> FormView:
    """Return a date whose year was written with another pen."""
    image = sheet(paper)
    write(image, "14/03/", (ENTRY.x + 2, 35), first)
    write(image, "2025", (ENDING.x, 35), second)
    return scanned(image, quality=quality)


@pytest.mark.parametrize(("first", "second"), [(BLACK, BLUE), (BLUE, BLACK), (BLACK, RED), (BLUE, GREEN)])
def test_a_year_in_another_ink_is_told(first: Colour, second: Colour) -> None:
    """Somebody completed the date; the box shows what was added."""
    view = dated(first, second)
    (inks,) = found(view)

    assert inks.field == "form_date"
    assert inks.page == 3
    assert inks.box.overlap(view.box(Rect(ENDING.x, 31.5, 14, 3.5))) > 0.5


@pytest.mark.parametrize("quality", [35, 60, 90])
@pytest.mark.parametrize("ink", [BLACK, BLUE, RED])
def test_one_ink_is_one_whatever_jpeg_does_to_it(ink: Colour, quality: int) -> None:
    """A scanner's JPEG stains thin strokes."""
    assert found(dated(ink, ink, quality=quality)) == ()


def test_one_pen_pressed_unevenly_is_one_ink() -> None:
    """A thin film of blue ink is pale, a thick one nearly black."""
    pale = tuple(round(255 * (c / 255) ** 0.5) for c in BLUE)

    assert found(dated(BLUE, pale)) == ()  # type: ignore[arg-type]


def test_a_grey_scan_says_nothing_of_inks() -> None:
    """Two greys are two pressures, or two pens: nobody can tell."""
    image = sheet()
    write(image, "14/03/", (ENTRY.x + 2, 35), BLACK)
    write(image, "2025", (ENDING.x, 35), BLUE)

    assert found(scanned(image, in_colour=False)) == ()


def test_a_stamp_over_an_entry_is_no_second_ink() -> None:
    """What lies over an entry is not part of it."""
    assert found(dated(BLACK, RED), crossed=(Rect(30, 25, 40, 15),)) == ()


def test_a_coloured_comma_is_no_second_ink() -> None:
    """Too little ink to be anybody's writing."""
    image = sheet(BEIGE)
    write(image, "1403 2025", (ENTRY.x + 2, 35), BLACK)
    cv2.circle(image, ((32 * 8), (35 * 8)), 3, RED, -1)

    assert found(scanned(image)) == ()


def test_ink_from_the_line_below_is_no_second_ink() -> None:
    """A large hand reaches up into the entry: it stands on another line."""
    image = sheet(BEIGE)
    write(image, "1403", (ENTRY.x + 2, 34), BLACK, high_mm=2.2)
    write(image, "2025", (ENTRY.x + 16, 37.2), BLUE, high_mm=2.2)

    assert found(scanned(image)) == ()


def test_a_clerks_tick_beside_an_amount_is_no_second_ink() -> None:
    """It is one stroke, as high as the figures, in whatever pen the clerk holds."""
    image = sheet(BEIGE)
    write(image, "27,50", (ENTRY.x + 2, 35), BLACK)
    tick = np.array([[36.0, 33.5], [37.2, 35.0], [39.5, 31.6]]) * 8
    cv2.polylines(image, [tick.astype(np.int32)], isClosed=False, color=BLUE, thickness=4, lineType=cv2.LINE_AA)

    assert found(scanned(image)) == ()


def test_a_date_stamp_far_behind_an_amount_is_no_second_ink() -> None:
    """ARRIVÉ LE over a row of acts belongs to no entry."""
    image = sheet(BEIGE)
    write(image, "0,70", (ENTRY.x + 2, 35), BLACK)
    write(image, "ARRIVE", (ENTRY.x + 20, 35), RED)

    assert found(scanned(image)) == ()


def test_both_inks_are_shown_by_their_colour() -> None:
    """The first is the one that begins the entry."""
    (inks,) = found(dated(BLACK, BLUE, (255, 255, 255)))
    first, second = (np.array([int(c[k : k + 2], 16) for k in (1, 3, 5)]) for c in inks.colours)

    assert np.ptp(first) < 20
    assert second[2] > second[0] + 40
