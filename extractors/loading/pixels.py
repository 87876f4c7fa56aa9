"""From whatever a decoder gives to the two shapes the readers take: grey, or RGB where there is colour to keep."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from extractors.loading.refusals import Refusal
from extractors.scan import Pixels

#: Two channels further apart than this are colour; JPEG noise on grey paper stays below 12 levels.
_CHROMA_LEVELS: Final = 24
#: Share of such pixels from which colour is kept: a 2 mm red stroke 20 mm long on A4 is 0.06 %.
_CHROMA_SHARE: Final = 0.0002
#: Every 4th pixel of every 4th line is looked at: strokes are wider than that from 200 dpi on.
_CHROMA_STEP: Final = 4
#: Resolutions scanners offer, with a margin; 72 and 96 are what programs write when they do not know.
_DPI_RANGE: Final = (97.0, 1300.0)
#: Inches a page's sides may measure: from a carte Vitale's short side (54 mm) to A3's long one (420 mm), with a margin.
_INCHES_RANGE: Final = (2.0, 17.5)

#: Resolutions along and across a page that differ by less are one: the page's size was rounded.
_SAME_DPI: Final = 0.02
#: A coarse fax has half as many lines as columns to the inch; further apart, the figures are made up.
_MOST_STRETCH: Final = 2.2


def check_size(width: int, height: int, most_pixels: int) -> None:
    """Refuse a page by the size its header announces, before a pixel of it is decoded.

    Raises:
        Refusal: ``too_many_pixels``, or ``damaged`` for a page without pixels.
    """
    if width <= 0 or height <= 0:
        raise Refusal("damaged")
    if width * height > most_pixels:
        raise Refusal("too_many_pixels")


def without_idle_colour(bgr: Pixels) -> Pixels:
    """Return ``(h, w, 3)`` BGR as RGB, or as ``(h, w)`` grey where it holds no colour worth keeping."""
    sample = bgr[::_CHROMA_STEP, ::_CHROMA_STEP]
    blue, green, red = cv2.split(sample)
    spread = cv2.max(cv2.max(blue, green), red) - cv2.min(cv2.min(blue, green), red)
    if np.count_nonzero(spread > _CHROMA_LEVELS) < _CHROMA_SHARE * spread.size:
        return cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)
    return cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)


def from_image(image: Image.Image, *, is_inverted: bool = False) -> Pixels:
    """Return a Pillow image's pixels, transparency laid over white and 16 bits reduced to 8.

    Args:
        image: any mode.
        is_inverted: the file says 0 is white, and Pillow did not turn it (16-bit TIFF).
    """
    if image.mode.startswith("I") or image.mode == "F":
        return _from_deep(np.asarray(image), is_inverted=is_inverted)
    if image.mode in {"1", "L"} and "transparency" not in image.info:
        return np.asarray(image.convert("L"))
    if "A" in image.getbands() or "a" in image.getbands() or "transparency" in image.info:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        white.alpha_composite(layer)
        image = white
    rgb = np.asarray(image.convert("RGB"))
    return without_idle_colour(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR).astype(np.uint8, copy=False))


def _from_deep(values: NDArray[np.generic], *, is_inverted: bool) -> Pixels:
    """Reduce 16 or 32 bits a pixel to 8: by the type's range where it is 16 bits, else by the values' own."""
    wide = values.astype(np.float32)
    low, high = float(wide.min()), float(wide.max())
    if values.dtype.itemsize == 2 or high > 255:  # noqa: PLR2004 - 8-bit values in a wide type stay as they are
        low, high = (0.0, 65535.0) if low >= 0 and high <= 65535 else (low, high)  # noqa: PLR2004
        wide = (wide - low) * (255.0 / max(high - low, 1.0))
    grey = np.clip(wide, 0, 255).astype(np.uint8)
    return 255 - grey if is_inverted else grey


def believable_dpi(dpi: float, width_px: int, height_px: int) -> float | None:
    """Return *dpi* where a page of that size and resolution can have lain on a scanner, else None."""
    if not _DPI_RANGE[0] <= dpi <= _DPI_RANGE[1]:
        return None
    short, long = sorted((width_px / dpi, height_px / dpi))
    return round(float(dpi), 2) if _INCHES_RANGE[0] <= short and long <= _INCHES_RANGE[1] else None


def turned(pixels: Pixels, exif_orientation: int) -> Pixels:
    """Return *pixels* as displayed under an EXIF (or TIFF) orientation 1 to 8; others leave them as they are."""
    if exif_orientation in {5, 6, 7, 8}:
        pixels = cv2.transpose(pixels).astype(np.uint8, copy=False)
    # After transposing, 5 is done, 6 needs a flip of columns, 8 of rows, 7 of both (TIFF 6.0, tag 274).
    flips = {2: 1, 3: -1, 4: 0, 6: 1, 7: -1, 8: 0}
    if exif_orientation in flips:
        pixels = cv2.flip(pixels, flips[exif_orientation]).astype(np.uint8, copy=False)
    return pixels


def squared(pixels: Pixels, across_dpi: float, along_dpi: float, *, is_bilevel: bool) -> tuple[Pixels, float]:
    """Return *pixels* with as many dots along the page as across, enlarging the coarser side, and that resolution.

    Fax machines scan at 204 by 98 or 196 dots per inch; readers take a pixel for a square.
    """
    ratio = across_dpi / along_dpi if across_dpi > 0 and along_dpi > 0 else 0.0
    if abs(ratio - 1) < _SAME_DPI or not 1 / _MOST_STRETCH <= ratio <= _MOST_STRETCH:
        return pixels, across_dpi
    dpi = max(across_dpi, along_dpi)
    height, width = pixels.shape[:2]
    size = (round(width * dpi / across_dpi), round(height * dpi / along_dpi))
    larger = cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR)
    if is_bilevel:
        larger = cv2.threshold(larger, 127, 255, cv2.THRESH_BINARY)[1]
    return larger.astype(np.uint8, copy=False), dpi
