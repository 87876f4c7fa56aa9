"""A box of the contract as pixels of its page's image."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.geometry import Box

#: What is shown of a page on which something should stand and was not found: a prescriber signs under the text.
UNPLACED: Final = Box(0.0, 0.45, 1.0, 0.55)


def pixels_of(box: Box, image: NDArray[np.uint8], around: float = 0.0) -> tuple[int, int, int, int]:
    """Return ``left, top, right, bottom`` of *box* in *image*, cut to it.

    Args:
        box: in fractions of the image.
        image: the page, upright.
        around: how much more is taken on every side, as a share of the image's width: a page may lie across.
    """
    height, width = image.shape[:2]
    more = around * width
    left, top = max(int(box.x * width - more), 0), max(int(box.y * height - more), 0)
    right = min(int((box.x + box.w) * width + more) + 1, width)
    bottom = min(int((box.y + box.h) * height + more) + 1, height)
    return left, top, right, bottom
