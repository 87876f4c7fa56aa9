"""Ticks: crosses, tails, stains, stamps and second thoughts in a box, drawn stroke by stroke."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from extractors.feuilles.form_view import Rect
from extractors.feuilles.strokes import Ink
from extractors.marks.ticks import Tick, TickReadings, paired, read_ticks
from extractors.readers.ticks import CLASSES, PLANES, SIDE, planes_of, tick_network
from schemas.field import Field
from schemas.mark import MarkKind
from tests.extractors.marks.drawn_forms import PX, TINT, laid, paper, pen, typed

BOX = Rect(40, 20, 4, 4)
CROSS = (((40.5, 20.5), (43.5, 23.5)), ((43.5, 20.5), (40.5, 23.5)))


def _read(image: NDArray[np.uint8], *, patch: Rect | None = None, name: str = "is_illness") -> TickReadings:
    """Read the box of *image*, whose strokes stand on a tinted band, *patch* of it hidden under correction fluid."""
    band = paper()
    _fill(band, Rect(8, 18, 100, 8), TINT)
    _fill(band, BOX, 255)
    original = np.minimum(band, image)
    if patch is not None:
        _fill(original, patch, 250)
        _fill(image, patch, 255)
    view = laid(image, original)
    return read_ticks(view, Ink(view), [(name, BOX)], 0)


def _fill(image: NDArray[np.uint8], rect: Rect, grey: int) -> None:
    left, top, right, bottom = (round(v * PX) for v in (rect.x, rect.y, rect.x + rect.w, rect.y + rect.h))
    image[top:bottom, left:right] = grey


def _tick(image: NDArray[np.uint8]) -> Field[bool]:
    return _read(image).fields["is_illness"]


def _crossed() -> NDArray[np.uint8]:
    image = paper()
    for stroke in CROSS:
        pen(image, *stroke)
    return image


@pytest.mark.parametrize(
    ("strokes", "ticked"),
    [
        ([], False),
        (CROSS, True),
        ([((40.4, 22), (41.5, 23.6), (44.8, 18.5))], True),  # a tick that leaves the box
        ([((39.0, 20.9), (45.0, 22.9)), ((39.4, 24.5), (44.8, 19.4))], True),  # a sloppy cross
        ([((38.3, 18.3), (45.7, 25.7)), ((45.7, 18.3), (38.3, 25.7))], True),  # twice as large as its box
        ([((36.0, 23.2), (40.8, 23.6))], False),  # a neighbour's tail
        ([((36.0, 25.2), (39.4, 25.0), (46.5, 24.4))], False),  # an underline that grazes the box
    ],
)
def test_a_tick_is_told_from_a_tail(strokes: list[tuple[tuple[float, float], ...]], ticked: bool) -> None:  # noqa: FBT001
    """Ticks decide on full reimbursement; people draw them carelessly."""
    image = paper()
    for points in strokes:
        pen(image, *points)

    assert _tick(image).value is ticked


@pytest.mark.parametrize("strokes", [(), CROSS])
def test_a_plain_box_needs_nobody(strokes: tuple[tuple[tuple[float, float], ...], ...]) -> None:
    """Ten boxes a form: a doubt about each would keep every clean invoice."""
    image = paper()
    for points in strokes:
        pen(image, *points)

    assert _tick(image).confidence >= 0.99


@pytest.mark.parametrize("low_mm", [0.0, 0.7])
def test_a_narrow_typed_cross_needs_nobody(low_mm: float) -> None:
    """A condensed X covers 0.4 of the box's width, sometimes over its edge; asked about, it holds a clean invoice."""
    image = paper()
    pen(image, (41.45, 20.7 + low_mm), (42.55, 23.2 + low_mm), width_mm=0.3)
    pen(image, (42.55, 20.7 + low_mm), (41.45, 23.2 + low_mm), width_mm=0.3)
    tick = _tick(image)

    assert tick.value is True
    assert tick.confidence >= 0.98


@pytest.mark.parametrize("stain", ["streak", "blot", "tail", "fold"])
def test_a_stain_in_a_box_is_never_surely_a_tick(stain: str) -> None:
    """A tick read out of a scanner's streak would pay in full, in silence."""
    image = paper()
    if stain == "streak":
        pen(image, (42.0, 0.0), (42.2, 59.0), width_mm=0.5)
    elif stain == "fold":
        pen(image, (0.0, 21.6), (119.0, 22.4), width_mm=0.3)
    elif stain == "blot":
        cv2.ellipse(image, (336, 176), (3, 4), 0, 0, 360, 40, -1)
    else:
        pen(image, (41.6, 13.0), (41.2, 20.6), (41.6, 21.0))
    tick = _tick(image)

    assert not tick.value or tick.confidence < 0.98


@pytest.mark.parametrize("through", ["streak", "fold"])
def test_a_line_across_the_whole_page_takes_no_tick_back(through: str) -> None:
    """A fold or a streak runs on far beyond the box; a pen that takes a tick back does not."""
    image = _crossed()
    ends = ((42.0, 0.0), (42.2, 59.0)) if through == "streak" else ((0.0, 21.6), (119.0, 22.4))
    pen(image, *ends, width_mm=0.3)
    found = _read(image)

    assert found.fields["is_illness"].value is True
    assert all(mark.score < 0.5 for mark in found.marks)


@pytest.mark.parametrize("x", [30.0, 31.3, 32.6])
def test_a_date_stamp_over_a_box_is_never_surely_a_tick(x: float) -> None:
    """A letter of "REÇU LE" that falls into a box is no cross: a person looks."""
    image = paper()
    typed(image, "RECU LE 13 NOV", x, 23.4, height_mm=3.0)
    tick = _tick(image)

    assert not tick.value or tick.confidence < 0.9


def test_a_filled_box_is_ticked() -> None:
    """Some fill the box with ink instead of crossing it."""
    image = paper()
    cv2.rectangle(image, (322, 162), (350, 190), 50, -1)

    assert _tick(image).value is True


@pytest.mark.parametrize("how", ["line", "two lines", "scribble", "blackened"])
def test_a_tick_that_is_taken_back_is_none_and_an_erasure(how: str) -> None:
    """A tick taken back must not count, and a person must see it."""
    image = _crossed()
    if how == "blackened":
        cv2.rectangle(image, (311, 151), (361, 201), 40, -1)
    elif how == "scribble":
        corners = [(38.2 + 0.75 * i, 18.0 if i % 2 else 26.0) for i in range(11)]
        pen(image, *corners)
    else:
        for y in (21.4, 22.7) if how == "two lines" else (22.0,):
            pen(image, (37.0, y + 0.1), (47.0, y - 0.1))
    found = _read(image)

    assert found.fields["is_illness"].value is False
    assert [mark.kind for mark in found.marks] == [MarkKind.STRIKE]
    assert found.marks[0].field == "is_illness"


def test_the_erasure_of_a_tick_spans_the_strokes_that_took_it_back() -> None:
    """The reply to the professional shows the whole of it."""
    image = _crossed()
    pen(image, (37.0, 22.1), (47.0, 21.9))
    (mark,) = _read(image).marks

    assert mark.box.x * 120 == pytest.approx(36.8, abs=0.4)
    assert (mark.box.x + mark.box.w) * 120 == pytest.approx(47.2, abs=0.4)


def test_a_box_under_correction_fluid_is_no_tick_and_an_erasure() -> None:
    """Fluid takes the tick and the form's tint away together: that is how it shows."""
    found = _read(_crossed(), patch=Rect(39.2, 19.1, 5.9, 5.8))

    assert found.fields["is_illness"].value is False
    assert [mark.kind for mark in found.marks] == [MarkKind.FLUID]


def _pair(yes: Tick, no: Tick) -> list[tuple[bool, float]]:
    return [(tick.value, sure) for tick, sure in paired([yes, no])]


def test_both_boxes_of_a_pair_ticked_leave_both_in_doubt() -> None:
    """Oui and non at once: one of them is wrong, and nothing on the form says which."""
    answers = _pair(Tick("third_party_yes", BOX, 0.999), Tick("third_party_no", BOX, 0.999))

    assert all(value for value, _ in answers)
    assert max(sure for _, sure in answers) <= 0.5


def test_of_a_pair_with_one_tick_taken_back_the_other_counts_surely() -> None:
    """This is how people correct a pair: a person need not be asked which they meant."""
    struck = Tick("third_party_yes", BOX, 0.002, struck=0.997)
    answers = _pair(struck, Tick("third_party_no", BOX, 0.998))

    assert [value for value, _ in answers] == [False, True]
    assert min(sure for _, sure in answers) >= 0.99


def test_the_other_box_of_a_pair_settles_an_unclear_one() -> None:
    """A cross with one stroke too many beside a plain one is likelier taken back than meant."""
    unclear = Tick("third_party_yes", BOX, 0.6, struck=0.39)
    (value, sure), _ = _pair(unclear, Tick("third_party_no", BOX, 0.998))

    assert value is False
    assert sure > 0.8


def test_boxes_that_are_no_pair_say_nothing_about_each_other() -> None:
    """Illness and exemption are ticked together on every third form."""
    answers = paired([Tick("is_illness", BOX, 0.998), Tick("exemption_ald", BOX, 0.997)])

    assert [sure for _, sure in answers] == pytest.approx([0.995, 0.995])


def test_no_box_is_read_where_a_form_has_none() -> None:
    """Another print may lack them: the entries stay unread, they do not fail."""
    view = laid(paper())

    assert read_ticks(view, Ink(view), [], 0) == TickReadings({}, ())


def test_a_box_at_the_edge_of_the_sheet_is_seen_whole() -> None:
    """What lies off the scan is paper."""
    view = laid(paper())
    seen = planes_of(view, Rect(0.2, 0.2, 4, 4))

    assert seen.shape == (PLANES, SIDE, SIDE)
    assert tick_network().judge([seen]).shape == (1, CLASSES)
