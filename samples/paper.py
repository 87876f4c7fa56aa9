"""A sheet of paper being written on: millimetres in, RGB pixels out, ink multiplied onto what is there."""

from functools import lru_cache
from pathlib import Path
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from samples.fonts import load_font

Mask: TypeAlias = NDArray[np.float32]
Colour: TypeAlias = tuple[int, int, int]
#: ``(x, y, w, h)`` in mm from the top left corner of the sheet
BoxMm: TypeAlias = tuple[float, float, float, float]

MM_PER_INCH: Final = 25.4
POINT_MM: Final = MM_PER_INCH / 72
BLACK: Final[Colour] = (25, 25, 28)
#: above this in each channel a colour is lighter than the bands it is printed on
LIGHT: Final = 150
A4: Final = (210.0, 297.0)
A5: Final = (148.0, 210.0)


def around(boxes: list[BoxMm]) -> BoxMm:
    """Return the smallest box that holds all *boxes*."""
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    right, bottom = max(b[0] + b[2] for b in boxes), max(b[1] + b[3] for b in boxes)
    return (left, top, right - left, bottom - top)


@lru_cache(maxsize=4096)
def text_mask(path: Path, size_px: int, text: str) -> tuple[Mask, int, int]:
    """Return *text* as ink (0 to 1), with the offset of its top left pixel from the start of the baseline."""
    font = load_font(path, max(size_px, 4))
    left, top, right, bottom = (round(v) for v in font.getbbox(text, anchor="ls"))
    width, height = max(right - left, 1) + 2, max(bottom - top, 1) + 2
    core = font.getmask(text, mode="L", anchor="ls")
    ink = np.asarray(core, dtype=np.uint8).reshape(core.size[1], core.size[0]) if core.size[0] else np.zeros((1, 1))
    mask = np.zeros((height, width), np.float32)
    h, w = min(ink.shape[0], height - 1), min(ink.shape[1], width - 1)
    mask[1 : h + 1, 1 : w + 1] = ink[:h, :w] / 255
    return mask, left - 1, top - 1


def text_width(path: Path, size_px: int, text: str) -> float:
    """Return how far *text* advances, px."""
    return float(load_font(path, max(size_px, 4)).getlength(text))


class Paper:
    """One sheet. ``pixels`` is ``(h, w, 3)`` RGB."""

    def __init__(self, size_mm: tuple[float, float], dpi: int, pixels: NDArray[np.uint8] | None = None) -> None:
        self.width_mm, self.height_mm = size_mm
        self.dpi = dpi
        self.scale = dpi / MM_PER_INCH
        shape = (self.px(self.height_mm), self.px(self.width_mm), 3)
        self.pixels = np.full(shape, 255, np.uint8) if pixels is None else pixels.copy()

    def px(self, mm: float) -> int:
        """Return *mm* in whole pixels."""
        return round(mm * self.scale)

    def size_px(self, points: float) -> int:
        """Return a font size in points as pixels."""
        return max(round(points * POINT_MM * self.scale), 5)

    def _region(self, mask: Mask, x_px: int, y_px: int) -> tuple[NDArray[np.uint8], Mask] | None:
        height, width = self.pixels.shape[:2]
        left, top = max(x_px, 0), max(y_px, 0)
        right, bottom = min(x_px + mask.shape[1], width), min(y_px + mask.shape[0], height)
        if left >= right or top >= bottom:
            return None
        return self.pixels[top:bottom, left:right], mask[top - y_px : bottom - y_px, left - x_px : right - x_px]

    def ink(self, mask: Mask, x_px: int, y_px: int, colour: Colour = BLACK) -> None:
        """Multiply *colour* onto the sheet where *mask* is set."""
        if (found := self._region(mask, x_px, y_px)) is not None:
            region, part = found
            absorbed = 1 - np.asarray(colour, np.float32) / 255
            region[:] = (region * (1 - part[..., None] * absorbed)).astype(np.uint8)

    def cover(self, mask: Mask, x_px: int, y_px: int, colour: Colour) -> None:
        """Hide what is there under *colour* (correction fluid, tape) where *mask* is set."""
        if (found := self._region(mask, x_px, y_px)) is not None:
            region, part = found
            soft = part[..., None]
            region[:] = (region * (1 - soft) + np.asarray(colour, np.float32) * soft).astype(np.uint8)

    def text(
        self,
        x_mm: float,
        y_mm: float,
        text: str,
        font: Path,
        points: float = 10,
        *,
        colour: Colour = BLACK,
        anchor: str = "l",
    ) -> BoxMm:
        """Print *text* on the baseline *y_mm*, from (l), around (c) or up to (r) *x_mm*; return its box."""
        size = self.size_px(points)
        width = text_width(font, size, text)
        start = x_mm * self.scale - {"l": 0.0, "c": width / 2, "r": width}[anchor]
        if text.strip():
            mask, dx, dy = text_mask(font, size, text)
            put = self.cover if min(colour) > LIGHT else self.ink  # white print on a dark band hides it
            put(mask, round(start) + dx, self.px(y_mm) + dy, colour)
        height = points * POINT_MM
        return (start / self.scale, y_mm - 0.75 * height, width / self.scale, height)

    def fill(self, box: BoxMm, colour: Colour) -> None:
        """Paint a rectangle."""
        x, y, w, h = box
        self.pixels[max(self.px(y), 0) : self.px(y + h), max(self.px(x), 0) : self.px(x + w)] = colour

    def line(self, x1: float, y1: float, x2: float, y2: float, width_mm: float = 0.25, colour: Colour = BLACK) -> None:
        """Draw a straight rule."""
        ends = ((self.px(x1), self.px(y1)), (self.px(x2), self.px(y2)))
        cv2.line(self.pixels, *ends, colour, max(self.px(width_mm), 1), cv2.LINE_AA)

    def frame(self, box: BoxMm, width_mm: float = 0.3, colour: Colour = BLACK) -> None:
        """Draw a rectangle's outline."""
        x, y, w, h = box
        corners = ((self.px(x), self.px(y)), (self.px(x + w), self.px(y + h)))
        cv2.rectangle(self.pixels, *corners, colour, max(self.px(width_mm), 1))

    def picture(self, grey: NDArray[np.uint8], x_mm: float, y_mm: float, colour: Colour = BLACK) -> None:
        """Print a grey picture (0 is ink) at its own pixels."""
        self.ink(np.asarray(1 - grey / 255, np.float32), self.px(x_mm), self.px(y_mm), colour)
