"""Ticks: crosses, tails, stains and stamps in a box, drawn stroke by stroke."""

import cv2
import pytest

from extractors.feuilles.form_view import Rect
from extractors.feuilles.strokes import Ink
from extractors.marks.erasures import find_struck_ticks
from extractors.marks.ticks import read_tick
from tests.extractors.marks.drawn_forms import laid, paper, pen, typed

BOX = Rect(40, 20, 4, 4)


@pytest.mark.parametrize(
    ("strokes", "ticked"),
    [
        ([], False),
        ([((40.5, 20.5), (43.5, 23.5)), ((43.5, 20.5), (40.5, 23.5))], True),  # a cross
        ([((40.4, 22), (41.5, 23.6), (44.8, 18.5))], True),  # a tick that leaves the box
        ([((39.0, 20.9), (45.0, 22.9)), ((39.4, 24.5), (44.8, 19.4))], True),  # a sloppy cross
        ([((36.0, 23.2), (40.8, 23.6))], False),  # a neighbour's tail
    ],
)
def test_a_tick_is_told_from_a_tail(strokes: list[tuple[tuple[float, float], ...]], ticked: bool) -> None:  # noqa: FBT001
    """Ticks decide on full reimbursement; people draw them carelessly."""
    image = paper()
    for points in strokes:
        pen(image, *points)
    view = laid(image)

    assert read_tick(view, Ink(view), BOX, 0).value is ticked


@pytest.mark.parametrize("low_mm", [0.0, 0.7])
def test_a_narrow_typed_cross_needs_nobody(low_mm: float) -> None:
    """A condensed X covers 0.4 of the box's width, sometimes over its edge; asked about, it holds a clean invoice."""
    image = paper()
    pen(image, (41.65, 20.7 + low_mm), (42.35, 23.2 + low_mm), width_mm=0.3)
    pen(image, (42.35, 20.7 + low_mm), (41.65, 23.2 + low_mm), width_mm=0.3)
    view = laid(image)
    tick = read_tick(view, Ink(view), BOX, 0)

    assert tick.value is True
    assert tick.confidence >= 0.98


@pytest.mark.parametrize("stain", ["streak", "blot", "tail"])
def test_a_stain_in_a_box_is_never_surely_a_tick(stain: str) -> None:
    """A tick read out of a scanner's streak would pay in full, in silence."""
    image = paper()
    if stain == "streak":
        pen(image, (42.0, 0.0), (42.2, 59.0), width_mm=1.2)
    elif stain == "blot":
        cv2.ellipse(image, (336, 176), (5, 8), 0, 0, 360, 40, -1)
    else:
        pen(image, (41.6, 15.0), (41.4, 22.0), (42.3, 22.6))
    view = laid(image)
    tick = read_tick(view, Ink(view), BOX, 0)

    assert not tick.value or tick.confidence < 0.98


@pytest.mark.parametrize("x", [30.0, 31.3, 32.6])
def test_a_date_stamp_over_a_box_is_never_surely_a_tick(x: float) -> None:
    """A letter of "REÇU LE" that falls into a box is no cross: a person looks."""
    image = paper()
    typed(image, "RECU LE 13 NOV", x, 23.4, height_mm=3.0)
    view = laid(image)

    assert read_tick(view, Ink(view), BOX, 0).confidence < 0.9


def test_a_filled_box_is_ticked() -> None:
    """Some fill the box with ink instead of crossing it."""
    image = paper()
    cv2.rectangle(image, (322, 162), (350, 190), 50, -1)
    view = laid(image)

    assert read_tick(view, Ink(view), BOX, 0).value is True


def test_a_cross_that_is_struck_out_is_no_tick_and_an_erasure() -> None:
    """A tick taken back with a line across it must not count, and a person must see it."""
    image = paper()
    pen(image, (40.5, 20.5), (43.5, 23.5))
    pen(image, (43.5, 20.5), (40.5, 23.5))
    pen(image, (37.5, 21.9), (46.8, 22.1))
    view = laid(image)
    ink = Ink(view)

    assert read_tick(view, ink, BOX, 0).value is False
    assert [mark.field for mark in find_struck_ticks(view, ink, [("is_illness", BOX)], 0)] == ["is_illness"]
