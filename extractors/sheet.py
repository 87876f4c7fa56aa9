"""A page turned upright, in the contract's frame, with the deskewed view readers work on."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.scan import Pixels, Word
from schemas.geometry import Box


@dataclass(frozen=True, slots=True)
class Quality:
    """How good the image is, whatever the paper says (domain.md 6.4)."""

    #: share of ink on the page, 0 to 1
    ink: float
    #: grey levels between paper and ink, 0 to 255
    contrast: float
    #: variance of the Laplacian at 100 dpi; low is blurred
    sharpness: float


@dataclass(frozen=True)
class View:
    """A grey image made from a sheet by a plane map: deskewed, cropped, scaled or registered on a form.

    Points are continuous: a pixel's left edge is its index, its middle half a pixel further.
    """

    #: ``(h, w)`` uint8
    grey: NDArray[np.uint8]
    #: from this view's pixels to the sheet's: 2x3 (affine), or 3x3 where the sheet is a photograph
    to_sheet: NDArray[np.float64]
    sheet_size: tuple[int, int]  #: ``(h, w)`` of the sheet, px
    dpi: float

    @property
    def homography(self) -> NDArray[np.float64]:
        """``to_sheet`` as 3x3, whichever shape it was given in."""
        return np.vstack([self.to_sheet, [0.0, 0.0, 1.0]]) if self.to_sheet.shape[0] == 2 else self.to_sheet  # noqa: PLR2004

    def box(self, x: float, y: float, w: float, h: float) -> Box:
        """Return the contract's box around a rectangle of this view, given in its pixels."""
        corners = np.array([[[x, y], [x + w, y], [x + w, y + h], [x, y + h]]], np.float64)
        there = cv2.perspectiveTransform(corners, self.homography)[0]
        (left, top), (right, bottom) = there.min(axis=0), there.max(axis=0)
        height, width = self.sheet_size
        return Box(left / width, top / height, (right - left) / width, (bottom - top) / height).clipped()


@dataclass(frozen=True)
class Sheet:
    """One upright page. Boxes in fractions of ``pixels`` are the contract's boxes."""

    file: str
    number: int
    #: turned by ``rotation`` only
    pixels: Pixels
    grey: NDArray[np.uint8]  #: ``(h, w)`` of the same
    dpi: float  #: of ``pixels``: the file's, or estimated from an A4 page
    rotation: int
    skew_degrees: float
    is_bilevel: bool
    quality: Quality
    #: words of a born-digital page, turned with it
    words: tuple[Word, ...] = ()

    @property
    def has_colour(self) -> bool:
        """Whether the scan kept colour."""
        return self.pixels.ndim == 3  # noqa: PLR2004
