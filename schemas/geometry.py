"""Boxes on a page, in the contract's only frame.

The frame is the scan turned upright by its ``rotation`` only: not deskewed, not cropped.
Origin top left, y down, lengths in fractions of that image's width and height.
"""

from collections.abc import Iterable
from typing import NamedTuple, Self


class Box(NamedTuple):
    """A rectangle ``(x, y, w, h)`` in fractions, 0 to 1, of the upright scan."""

    x: float
    y: float
    w: float
    h: float

    @classmethod
    def around(cls, boxes: Iterable["Box"]) -> "Box":
        """Return the smallest box that holds all *boxes*.

        Raises:
            ValueError: *boxes* is empty.
        """
        held = list(boxes)
        left, top = min(b.x for b in held), min(b.y for b in held)
        right, bottom = max(b.x + b.w for b in held), max(b.y + b.h for b in held)
        return cls(left, top, right - left, bottom - top)

    def clipped(self) -> Self:
        """Return the part of the box that lies on the page, rounded to 1e-5 (0.002 mm on A4)."""
        left, top = min(max(self.x, 0.0), 1.0), min(max(self.y, 0.0), 1.0)
        right, bottom = min(max(self.x + self.w, left), 1.0), min(max(self.y + self.h, top), 1.0)
        return type(self)(*(round(v, 5) for v in (left, top, right - left, bottom - top)))

    def overlap(self, other: "Box") -> float:
        """Return intersection over union with *other*: 0.0 apart, 1.0 the same."""
        width = min(self.x + self.w, other.x + other.w) - max(self.x, other.x)
        height = min(self.y + self.h, other.y + other.h) - max(self.y, other.y)
        shared = max(width, 0.0) * max(height, 0.0)
        union = self.w * self.h + other.w * other.h - shared
        return shared / union if union > 0 else 0.0
