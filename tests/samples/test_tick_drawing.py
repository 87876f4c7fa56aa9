"""How ticks are drawn: they must be what the truth says they are, or nothing measured on them means anything."""

import numpy as np
import pytest

from samples.marks.cancelled_ticks import HELD_OUT as CANCELLED_HELD_OUT
from samples.marks.cancelled_ticks import TRAINED as CANCELLED_TRAINED
from samples.marks.cancelled_ticks import cancel
from samples.marks.near_boxes import EMPTY, Spot
from samples.marks.pens import Pen
from samples.marks.tick_shapes import HELD_OUT, TRAINED, Shape
from samples.marks.ticks import Ticker, type_cross, typed_faces
from samples.paper import Paper

BOX = (12.0, 8.0, 4.0, 4.0)
PEN = Pen((28, 42, 120), 0.4, 0.2)


def _inked(paper: Paper, grown: float = 0.0) -> float:
    """Return the share of the box, *grown* mm larger all around, that is dark."""
    x, y, w, h = BOX
    left, top, right, bottom = (paper.px(v) for v in (x - grown, y - grown, x + w + grown, y + h + grown))
    return float((paper.pixels[top:bottom, left:right].min(axis=2) < 190).mean())


@pytest.mark.parametrize("shape", [*TRAINED, *HELD_OUT])
def test_every_way_to_tick_leaves_ink_in_the_box(shape: Shape) -> None:
    """A tick that misses its box would be drawn as true and look like nothing."""
    for seed in range(12):
        rng, paper = np.random.default_rng(seed), Paper((28, 20), 200)
        Ticker(shape, PEN).tick(paper, BOX, rng)

        assert _inked(paper) > 0.03


def test_ways_to_tick_and_to_take_back_that_are_held_out_are_not_learnt() -> None:
    """Figures on pens and strokes the network has learnt say nothing about new ones."""
    assert not set(TRAINED) & set(HELD_OUT)
    assert not set(CANCELLED_TRAINED) & set(CANCELLED_HELD_OUT)
    assert not set(EMPTY[0]) & set(EMPTY[1])
    assert not set(typed_faces("train")) & set(typed_faces("held_out"))


@pytest.mark.parametrize("split", ["train", "held_out"])
def test_what_takes_a_tick_back_leaves_the_box(split: str) -> None:
    """Ink that stays inside the box is a tick, however much of it; only what goes beyond tells that it was undone."""
    for seed in range(20):
        rng, paper = np.random.default_rng(seed), Paper((28, 20), 200)
        _, (x, y, w, h) = cancel(paper, "strike", BOX, rng, PEN, split)  # type: ignore[arg-type]

        assert w > BOX[2] + 0.8 or h > BOX[3] + 0.8
        assert x <= BOX[0]
        assert y <= BOX[1]


@pytest.mark.parametrize("look_alike", [*EMPTY[0], *EMPTY[1]])
def test_what_only_looks_like_a_tick_leaves_most_of_the_box_free(look_alike: object) -> None:
    """An empty box drawn full would teach that ticks are nothing."""
    shares = []
    for seed in range(12):
        paper = Paper((28, 20), 200)
        look_alike(Spot(paper, BOX, np.random.default_rng(seed), PEN))  # type: ignore[operator]
        shares.append(_inked(paper, -0.4))

    assert np.median(shares) < 0.2


def test_a_cross_is_typed_at_most_two_millimetres_from_the_middle() -> None:
    """Sheets are fed up to 2 mm off; farther away a cross would stand beside its box."""
    paper = Paper((28, 20), 200)
    type_cross(paper, BOX, typed_faces("train")[0], 10, "X", (3.0, 3.0), (20, 20, 20))
    rows, columns = np.nonzero(paper.pixels.min(axis=2) < 150)
    middle = np.array([columns.min() + columns.max(), rows.min() + rows.max()]) / 2 / paper.scale

    assert np.hypot(*(middle - (14.0, 10.0))) == pytest.approx(2.0, abs=0.25)
