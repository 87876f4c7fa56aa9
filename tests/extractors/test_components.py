"""Pieces of ink, found quickly, are the pieces that are there."""

import cv2
import numpy as np
import pytest

from extractors.components import components


@pytest.mark.parametrize("share", [0.0, 0.02, 0.2, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (33, 1), (41, 60), (64, 64)])
def test_the_quick_way_numbers_and_measures_pieces_as_opencv_does(share: float, shape: tuple[int, int]) -> None:
    """Readers compare labels and boxes: pieces that came in another order would be other letters."""
    mask = (np.random.default_rng(7).random(shape) < share).astype(np.uint8) * 255

    count, labels, stats, centres = components(mask)

    expected = cv2.connectedComponentsWithStats(mask, connectivity=8)
    assert count == expected[0]
    assert np.array_equal(labels, expected[1])
    assert np.array_equal(stats, expected[2])
    assert np.array_equal(centres, expected[3], equal_nan=True)


def test_pieces_that_touch_at_a_corner_are_one() -> None:
    """A thin slanted stroke is one stroke, however its pixels stand to each other."""
    mask = np.eye(9, dtype=np.uint8)

    count, _, stats, _ = components(mask)

    assert count == 2
    assert stats[1].tolist() == [0, 0, 9, 9, 9]
