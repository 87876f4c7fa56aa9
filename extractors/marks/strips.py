"""What the reader of erasures sees of an entry: a strip of the page around it, as written, as printed, as expected.

Shared with ``samples/training``, which made the reader's weights (``docs/models/erasures.md``).
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.feuilles.form_view import FormView, Rect
from extractors.forms.light import Ground, levels_of

#: Resolution of the planes: a thin pen is still two pixels wide.
PX_PER_MM: Final = 6.0
#: A strip's height in pixels, 10.7 mm: an entry, and half of the rows above and below.
HEIGHT: Final = 64
#: What is shown left and right of an entry, mm.
BESIDE_MM: Final = 3.0
#: One answer for so many pixels across, 1.33 mm.
STEP: Final = 8
PLANES: Final = 4
# Entries higher than this, in mm, are shown smaller: large writing on a free sheet.
_HIGHEST_MM: Final = 7.5
# Grey levels between the page and what it should be count this many times: fluid is a few levels off the paper.
_GAIN: Final = 4
# Paper's own level, where no blank is known: the median around, over so many mm.
_PAPER_MM: Final = 8.0


@dataclass(frozen=True)
class Planes:
    """A page as strips are cut from it: ``(PLANES, h, w)`` uint8 at ``PX_PER_MM``, 0 is nothing."""

    pixels: NDArray[np.uint8]

    def strip(self, rect: Rect) -> NDArray[np.uint8]:
        """Return the strip around *rect* (mm): ``(PLANES, HEIGHT, n * STEP)``, the entry in its middle."""
        scale = min(1.0, _HIGHEST_MM / max(rect.h, 0.1))
        columns = columns_of(rect)
        left, middle = rect.x - BESIDE_MM / scale, rect.y + rect.h / 2
        across, down = columns * STEP, HEIGHT
        per_px = 1.0 / (PX_PER_MM * scale)
        x0, y0 = left * PX_PER_MM, (middle - HEIGHT / 2 * per_px) * PX_PER_MM
        if scale == 1.0:
            return _cut(self.pixels, round(x0), round(y0), across, down)
        wide, high = round(across / scale), round(down / scale)
        cut = _cut(self.pixels, round(x0), round(y0), wide, high)
        return np.stack([cv2.resize(plane, (across, down), interpolation=cv2.INTER_AREA) for plane in cut])

    def cut(self, rect: Rect) -> NDArray[np.uint8]:
        """Return the planes under *rect* (mm), as they are."""
        x, y, w, h = (round(v * PX_PER_MM) for v in rect)
        return _cut(self.pixels, x, y, max(w, 1), max(h, 1))


def columns_of(rect: Rect) -> int:
    """Return how many answers a strip around *rect* gets."""
    scale = min(1.0, _HIGHEST_MM / max(rect.h, 0.1))
    return int(np.ceil((rect.w * scale + 2 * BESIDE_MM) * PX_PER_MM / STEP))


def span_of(rect: Rect, first: int, last: int) -> tuple[float, float]:
    """Return from where to where, in mm on the page, the columns *first* to *last* of its strip reach."""
    scale = min(1.0, _HIGHEST_MM / max(rect.h, 0.1))
    per_column = STEP / (PX_PER_MM * scale)
    left = rect.x - BESIDE_MM / scale
    return left + first * per_column, left + (last + 1) * per_column


def form_planes(view: FormView, ground: Ground | None) -> Planes:
    """Return the planes of a form: its ink, the page, the print it should bear, and how far the page is from that.

    Args:
        view: the form laid flat.
        ground: its blank at the view's scale, or None where no blank is known.
    """
    if ground is None:
        return _planes(view.original, view.cleaned, None, view.px_per_mm)
    expected = np.asarray(cv2.LUT(ground.blank, levels_of(view.original, ground)), np.uint8)
    return _planes(view.original, view.cleaned, expected, view.px_per_mm)


def free_planes(grey: NDArray[np.uint8], px_per_mm: float) -> Planes:
    """Return the planes of a sheet without template."""
    return _planes(grey, grey, None, px_per_mm)


def _planes(
    page: NDArray[np.uint8], cleaned: NDArray[np.uint8], expected: NDArray[np.uint8] | None, px_per_mm: float
) -> Planes:
    factor = PX_PER_MM / px_per_mm
    size = (round(page.shape[1] * factor), round(page.shape[0] * factor))
    page, cleaned = (
        np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8) for image in (page, cleaned)
    )
    if expected is None:
        expected, printed = _paper(page), np.zeros_like(page)
    else:
        expected = np.asarray(cv2.resize(expected, size, interpolation=cv2.INTER_AREA), np.uint8)
        printed = np.asarray(255 - expected, np.uint8)
    off = cv2.addWeighted(page, _GAIN, expected, -_GAIN, 128)  # 128 where the page is as expected, saturating
    return Planes(np.stack([255 - cleaned, 255 - page, printed, np.asarray(off, np.uint8)]))


def _paper(page: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the level of the paper around each point."""
    small = cv2.resize(page, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    reach = 2 * round(_PAPER_MM * PX_PER_MM / 8) + 1
    median = cv2.medianBlur(np.asarray(small, np.uint8), reach)
    return np.asarray(cv2.resize(median, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_LINEAR), np.uint8)


def _cut(planes: NDArray[np.uint8], left: int, top: int, width: int, height: int) -> NDArray[np.uint8]:
    """Return a window of *planes*; what lies off the page is empty paper."""
    out = np.zeros((PLANES, height, width), np.uint8)
    out[3] = 128
    page_height, page_width = planes.shape[1:]
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + width, page_width), min(top + height, page_height)
    if x0 < x1 and y0 < y1:
        out[:, y0 - top : y1 - top, x0 - left : x1 - left] = planes[:, y0:y1, x0:x1]
    return out
