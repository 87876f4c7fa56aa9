"""Whether a row ends in a colon, told by its ink: engines lose two faint points a space behind the last word."""

from typing import Final

import numpy as np

from extractors.components import components
from extractors.prescriptions.free_ink import FreeInk
from schemas.geometry import Box

# Letters are higher or wider than this, points smaller, in mm: x-heights of 9 point print are 1.6.
_LETTER_MM: Final = 1.2
_POINT_MM: Final = 1.1
_SPECK_MM2: Final = 0.04
# From here to there behind the last letter a colon stands, in mm.
_NEAR_MM: Final = 0.3
_FAR_MM: Final = 7.0
# One point over the other, so far aside at most, and so far apart.
_ASIDE_MM: Final = 0.7
_APART_MM: Final = (0.6, 4.0)


def ends_in_colon(ink: FreeInk, box: Box) -> bool:
    """Return whether two points, one over the other and nothing else, follow the last letter of the row in *box*."""
    left, top, right, bottom = ink.pixels(box)
    mm = ink.px_per_mm
    ends = [
        s.x + s.w
        for s in ink.strokes
        if max(s.w, s.h) >= _LETTER_MM * mm and left <= s.x + s.w / 2 <= right and top <= s.y + s.h / 2 <= bottom
    ]
    if not ends:
        return False
    start, end = max(ends) + round(_NEAR_MM * mm), max(ends) + round(_FAR_MM * mm)
    part = np.ascontiguousarray(ink.mask[top:bottom, start:end])
    if not part.size:
        return False
    _, _, stats, centres = components(part)
    blobs = [(stats[i], centres[i]) for i in range(1, len(stats)) if stats[i][4] >= _SPECK_MM2 * mm**2]
    if len(blobs) != 2 or any(max(s[2], s[3]) > _POINT_MM * mm for s, _ in blobs):  # noqa: PLR2004 - two points
        return False
    (_, (x, y)), (_, (other_x, other_y)) = blobs
    low, high = (apart * mm for apart in _APART_MM)
    return bool(abs(x - other_x) <= _ASIDE_MM * mm and low <= abs(y - other_y) <= high)
