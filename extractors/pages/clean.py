"""From a scan to an upright sheet and a level view of it: turned, measured, deskewed, borders whitened."""

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.pages.blank import is_blank
from extractors.pages.orientation import find_rotation, skew_of
from extractors.pages.paper import MM_PER_INCH, PAGE_MM, InkMap, border_of, estimate_dpi, grey_of, ink_map, reduced
from extractors.pages.photo import find_paper, laid_flat
from extractors.pages.turning import turned, turned_words, warped
from extractors.scan import Scan
from extractors.sheet import Quality, Sheet, View


def measure(grey: NDArray[np.uint8], dpi: float) -> Quality:
    """Return how good an image is, whatever its paper says."""
    return quality_of(ink_map(grey, dpi))


def quality_of(page: InkMap) -> Quality:
    """Return how good the image *page* was made from is."""
    inside = page.border == 0
    strokes = (page.ink > 0) & inside
    contrast = float(page.depth[strokes].mean()) if strokes.any() else 0.0
    sharpness = float(cv2.Laplacian(page.grey, cv2.CV_32F)[inside].var()) if inside.any() else 0.0
    return Quality(ink=float(strokes.mean()), contrast=contrast, sharpness=sharpness)


def upright(
    scan: Scan,
    rotation: int,
    *,
    skew_degrees: float | None = None,
    dpi: float | None = None,
    quality: Quality | None = None,
) -> Sheet:
    """Return *scan* turned clockwise by *rotation* degrees, with the lean left in it.

    Args:
        scan: the page as it came out of its file.
        rotation: 0, 90, 180 or 270.
        skew_degrees: the lean where it is known already (a registered form), else it is measured.
        dpi: the resolution where it is known better than from the file.
        quality: of the scan where it is known already, else it is measured.
    """
    pixels = turned(scan.pixels, rotation)
    grey = grey_of(pixels)
    dpi = dpi or estimate_dpi(scan)
    if skew_degrees is None or quality is None:
        page = ink_map(grey, dpi)
        quality = quality or quality_of(page)
        if skew_degrees is None:
            skew_degrees = 0.0 if scan.words else round(skew_of(page.ink), 2)
    return Sheet(
        file=scan.file,
        number=scan.number,
        pixels=pixels,
        grey=grey,
        dpi=dpi,
        rotation=rotation,
        skew_degrees=skew_degrees,
        is_bilevel=scan.is_bilevel,
        quality=quality,
        words=turned_words(scan.words, rotation),
    )


def level(sheet: Sheet, *, dpi: float = 300.0) -> View:
    """Return *sheet* deskewed, at *dpi*, dark borders whitened, a photographed sheet cut out and laid flat."""
    height, width = sheet.grey.shape
    small = reduced(sheet.grey, sheet.dpi)
    corners = find_paper(small)
    if corners is None:
        scale = dpi / sheet.dpi
        size = (round(width * scale), round(height * scale))
        to_sheet = _leaning(sheet.skew_degrees, (width, height), size, 1 / scale)
    else:  # a photograph: the sheet's own edges tell its plane, its lines the lean left in it
        flat, flat_size = laid_flat(corners * (width / small.shape[1], height / small.shape[0]))
        scale = dpi / MM_PER_INCH * PAGE_MM / max(flat_size)
        size = (round(flat_size[0] * scale), round(flat_size[1] * scale))
        flat = flat @ np.diag([1 / scale, 1 / scale, 1.0])
        lean = skew_of(ink_map(warped(sheet.grey, flat, size), dpi).ink)
        to_sheet = flat @ _leaning(lean, size, size, 1.0)
    grey = warped(_without_border(sheet.grey, small), to_sheet, size)
    if corners is not None:  # what is left of the ground along the sheet's edges
        grey = _without_border(grey, reduced(grey, dpi))
    return View(grey, to_sheet, (height, width), dpi)


def _without_border(grey: NDArray[np.uint8], small: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return *grey*, of which *small* is the reduced image, with the dark areas on its edges painted white."""
    border = border_of(small)
    if not border.any():
        return grey
    whole = cv2.resize(border, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_NEAREST)
    return np.asarray(cv2.max(grey, whole), np.uint8)


def _leaning(degrees: float, source: tuple[float, float], size: tuple[int, int], scale: float) -> NDArray[np.float64]:
    """Return the 3x3 map from a level image of *size* to one of *source* ``(w, h)`` leaning about its middle."""
    lean = np.deg2rad(degrees)
    matrix = np.eye(3)
    matrix[:2, :2] = np.array([[np.cos(lean), -np.sin(lean)], [np.sin(lean), np.cos(lean)]]) * scale
    matrix[:2, 2] = np.array(source) / 2 - matrix[:2, :2] @ (np.array(size) / 2)
    return matrix


__all__ = ["estimate_dpi", "find_rotation", "grey_of", "is_blank", "level", "measure", "quality_of", "upright"]
