"""Paper and ink told apart, whatever the scanner's exposure: the ground that cleaning and turning stand on."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.scan import Pixels, Scan

#: Resolution of the analysis: 0.25 mm a pixel shows every stroke of a pen, and an A4 page is one megapixel.
ANALYSIS_DPI: Final = 100.0
MM_PER_INCH: Final = 25.4
#: Long side of the page a scan without a resolution is taken for: A4.
PAGE_MM: Final = 297.0
#: Width of the filter that fills ink with the paper around it. Wider than a form's dark band (4.4 mm).
_PAPER_FILTER_MM: Final = 9.0
#: Grey levels between paper and ink. Bleed-through stays under 40 on every scan seen, pencil is above 60.
STROKE_CONTRAST: Final = 50
#: Darker than this at the image's edge is the scanner's lid or a desk, not paper.
_BORDER_BELOW: Final = 90


@dataclass(frozen=True, slots=True)
class InkMap:
    """A page reduced to ``ANALYSIS_DPI``, with its paper level and its ink."""

    grey: NDArray[np.uint8]
    #: how much darker than the paper around it each pixel is, 0 to 255
    depth: NDArray[np.uint8]
    #: uint8 0 or 255: strokes, without what hangs on the image's edge
    ink: NDArray[np.uint8]
    #: uint8 0 or 255: dark areas that hang on the image's edge (scanner's border, desk)
    border: NDArray[np.uint8]

    @property
    def px_per_mm(self) -> float:
        """Pixels of the map a millimetre."""
        return ANALYSIS_DPI / MM_PER_INCH


def grey_of(pixels: Pixels) -> NDArray[np.uint8]:
    """Return *pixels* as ``(h, w)`` grey."""
    return pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)  # noqa: PLR2004


def estimate_dpi(scan: Scan) -> float:
    """Return the scan's dots per inch: the file's, or what an A4 page would have."""
    return scan.dpi or max(scan.pixels.shape[:2]) / PAGE_MM * MM_PER_INCH


def reduced(grey: NDArray[np.uint8], dpi: float, to_dpi: float = ANALYSIS_DPI) -> NDArray[np.uint8]:
    """Return *grey* scaled from *dpi* to *to_dpi*, averaging when it shrinks."""
    factor = to_dpi / dpi
    size = (max(round(grey.shape[1] * factor), 8), max(round(grey.shape[0] * factor), 8))
    if factor <= 0.5 and grey.shape[0] % 2 == grey.shape[1] % 2 == 0:  # noqa: PLR2004 - halving costs next to nothing
        grey = np.asarray(
            cv2.resize(grey, (grey.shape[1] // 2, grey.shape[0] // 2), interpolation=cv2.INTER_AREA), np.uint8
        )
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(grey, size, interpolation=method), np.uint8)


def ink_map(grey: NDArray[np.uint8], dpi: float) -> InkMap:
    """Return the ink of a page, its paper evened out and the scanner's dark borders set apart."""
    small = reduced(grey, dpi)
    border = border_of(small)
    filled = np.where(border > 0, np.uint8(255), small)
    quarter = cv2.resize(filled, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    width = round(_PAPER_FILTER_MM / MM_PER_INCH * ANALYSIS_DPI / 4) | 1
    paper = cv2.blur(cv2.dilate(quarter, np.ones((width, width), np.uint8)), (width, width))
    paper = cv2.resize(paper, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_LINEAR)
    depth = cv2.subtract(paper, filled)
    ink = np.where(depth > STROKE_CONTRAST, np.uint8(255), np.uint8(0))
    return InkMap(small, np.asarray(depth, np.uint8), ink, border)


def border_of(small: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return 255 on the solid dark areas that hang on the edge of a page at ``ANALYSIS_DPI``: no thin strokes."""
    dark = np.where(small < _BORDER_BELOW, np.uint8(255), np.uint8(0))
    # 7 px, 1.8 mm: pen strokes and printed rules are thinner, and fall out
    solid = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((7, 7), np.uint8), borderType=cv2.BORDER_REPLICATE)
    padded = cv2.copyMakeBorder(solid, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=255)
    cv2.floodFill(padded, None, (0, 0), 128)
    touching = np.where(padded[1:-1, 1:-1] == 128, np.uint8(255), np.uint8(0))  # noqa: PLR2004 - the flood's colour
    return np.asarray(cv2.dilate(touching, np.ones((5, 5), np.uint8)), np.uint8)
