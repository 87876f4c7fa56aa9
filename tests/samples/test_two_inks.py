"""Entries drawn in two inks: the part in the second one is where the truth says."""

import numpy as np
import pytest

from samples.ink import Hand, Machine, Writer
from samples.marks.two_inks import hue_distance, second_colour, write_in_two_inks
from samples.paper import BoxMm, Paper

BOX = (10.0, 10.0, 60.0, 6.0)


class OneLine:
    """A form of one line, written by hand."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.paper = Paper((90.0, 30.0), 200)
        self.hand = Hand.draw(self.rng, "train")
        self.machine = Machine.draw(self.rng)

    def is_by_hand(self, field: str) -> bool:
        """The total is by hand, the rest typed."""
        return field == "total_amount"

    def writer(self, field: str) -> Writer:
        """Return who fills *field*."""
        return self.hand if self.is_by_hand(field) else self.machine

    def put(self, field: str, text: str) -> BoxMm:
        """Write *text* on the line, the same way each time."""
        return self.writer(field).line(self.paper, text, BOX, np.random.default_rng(5))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("field", ["total_amount", "acts.0.date"])
def test_two_inks_write_what_one_would_have(seed: int, field: str) -> None:
    """The strokes are the writer's own, only their colour changes, and that inside the box of the second ink."""
    form, other = OneLine(seed), OneLine(seed)
    second = write_in_two_inks(form, field, "14/03/2025", np.random.default_rng(seed), "train")  # type: ignore[arg-type]
    other.put(field, "14/03/2025")
    inked, plain = (paper.pixels.min(axis=2) < 160 for paper in (form.paper, other.paper))
    changed = np.abs(form.paper.pixels.astype(int) - other.paper.pixels).max(axis=2) > 40
    rows, columns = np.nonzero(changed)

    assert second is not None
    assert (inked & plain).sum() > 0.8 * plain.sum()
    x, y, w, h = (v * form.paper.scale for v in second.box)
    assert x - 2 <= columns.min()
    assert columns.max() <= x + w + 2
    assert y - 2 <= rows.min()
    assert rows.max() <= y + h + 2


def test_an_entry_of_one_letter_is_in_one_ink() -> None:
    """There is nothing to part."""
    assert write_in_two_inks(OneLine(1), "total_amount", "8", np.random.default_rng(1), "train") is None  # type: ignore[arg-type]


@pytest.mark.parametrize("split", ["train", "held_out", "all"])
def test_the_second_pen_is_plainly_another(split: str) -> None:
    """Two blues side by side are no two inks to anybody."""
    rng = np.random.default_rng(2)
    first = (28, 42, 120)

    assert all(hue_distance(first, second_colour(rng, first, split)) >= 22 for _ in range(20))  # type: ignore[arg-type]
