"""A form laid flat: its image and the print-free image in one frame, measured in millimetres.

A registered template and a form found by its printed labels both give this, so one reader serves both.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.geometry import Box


class Rect(NamedTuple):
    """A rectangle on the form's paper, in millimetres from its top left corner."""

    x: float
    y: float
    w: float
    h: float

    def grown(self, dx: float, dy: float) -> "Rect":
        """Return the rectangle with *dx* mm more left and right and *dy* mm more above and below."""
        return Rect(self.x - dx, self.y - dy, self.w + 2 * dx, self.h + 2 * dy)


@dataclass(frozen=True)
class FormView:
    """One form, rectified. All images share one frame and one scale."""

    #: grey as scanned, ``(h, w)``
    original: NDArray[np.uint8]
    #: grey without the form's own print: paper about 255, ink dark, ``(h, w)``
    cleaned: NDArray[np.uint8]
    px_per_mm: float
    #: the scan holds black and white only: tints are lost
    is_bilevel: bool
    #: the contract's box of a rectangle on the form
    box: Callable[[Rect], Box]
    #: the same form without any entry, as its template draws it; None where no template is known
    blank: NDArray[np.uint8] | None = None
    #: as scanned, ``(h, w, 3)`` RGB, at ``COLOUR_PX_PER_MM`` in the same frame; None where the scan has no colour
    colour: NDArray[np.uint8] | None = None

    def cut(self, image: NDArray[np.uint8], rect: Rect) -> NDArray[np.uint8]:
        """Return the part of *image* under *rect*; what lies off the image is white."""
        left, top, right, bottom = self.pixels(rect)
        height, width = image.shape[:2]
        inside = image[max(top, 0) : min(bottom, height), max(left, 0) : min(right, width)]
        if inside.shape[:2] == (bottom - top, right - left):
            return inside
        patch = np.full((bottom - top, right - left), 255, np.uint8)
        if inside.size:
            y, x = max(-top, 0), max(-left, 0)
            patch[y : y + inside.shape[0], x : x + inside.shape[1]] = inside
        return patch

    def pixels(self, rect: Rect) -> tuple[int, int, int, int]:
        """Return *rect* as ``(left, top, right, bottom)`` in pixels, at least one pixel wide and high."""
        left, top = round(rect.x * self.px_per_mm), round(rect.y * self.px_per_mm)
        right, bottom = round((rect.x + rect.w) * self.px_per_mm), round((rect.y + rect.h) * self.px_per_mm)
        return left, top, max(right, left + 1), max(bottom, top + 1)
