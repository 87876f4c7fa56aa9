"""Grey levels by rank are numpy's."""

import numpy as np
import pytest

from extractors.greys import percentiles


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (3, 5), (40, 333)])
@pytest.mark.parametrize("levels", [2, 9, 256])
def test_levels_by_rank_are_those_of_numpy_to_the_last_bit(shape: tuple[int, int], levels: int) -> None:
    """Thresholds stand on these levels: another rounding would make other ink."""
    drawn = np.random.default_rng(levels).integers(0, levels, shape)
    grey = (drawn * (255 // (levels - 1))).astype(np.uint8)
    percents = (0.0, 0.5, 1.0, 33.3, 50.0, 75.0, 90.0, 99.5, 100.0)

    found = percentiles(grey, *percents)

    assert found == tuple(float(v) for v in np.percentile(grey, percents))


def test_a_part_of_a_page_is_ranked_like_a_page_of_its_own() -> None:
    """Crops are windows on the page, every other row and column of them too."""
    page = np.arange(200, dtype=np.uint8).reshape(10, 20)

    assert percentiles(page[::2, ::3], 90.0) == (float(np.percentile(page[::2, ::3], 90)),)
