"""Barcodes: the Code 128 pair of an ordonnance, separator sheets, QR codes of ordonnances numériques.

An ordonnance carries the prescriber's RPPS and the structure's number as Code 128 (arrêté du 10/08/2010).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from extractors.components import components
from extractors.sheet import View
from schemas.geometry import Box

_Grey = NDArray[np.uint8]
_FORMATS: Final = [
    zxingcpp.BarcodeFormat.Code128,
    zxingcpp.BarcodeFormat.Code39,
    zxingcpp.BarcodeFormat.QRCode,
    zxingcpp.BarcodeFormat.DataMatrix,
]
# The whole page is searched at this resolution at least, which shows square codes; bars it may not decode (0.25 to
# 0.33 mm a module is under two pixels) are seen as patches, upright or lying, and read one by one.
_PAGE_DPI: Final = 150.0
_TEXTURE_DPI: Final = 100.0
_CROP_DPI: Final = 400.0
# The smallest code the arrêté allows: 11 digits at 0.19 mm a module are some 17 mm wide and 4 mm high.
_MIN_WIDTH_MM: Final = 14.0
_MIN_HEIGHT_MM: Final = 3.0
_MAX_PATCHES: Final = 6
_MM_PER_INCH: Final = 25.4
# Mean strength of the gradient across bars, 0 to 255: bars give 110 to 190 in trials, dense print 40 to 75.
_BAR_GRADIENT: Final = 85
_RPPS_DIGITS: Final = 11
_STRUCTURE_DIGITS: Final = 9


class Symbology(StrEnum):
    """The kind of code."""

    CODE_128 = "code128"
    CODE_39 = "code39"
    QR = "qr"
    DATA_MATRIX = "datamatrix"


_NAMES: Final = dict(
    zip(
        (str(kind) for kind in _FORMATS),
        (
            Symbology.CODE_128,
            Symbology.CODE_39,
            Symbology.QR,
            Symbology.DATA_MATRIX,
        ),
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class Barcode:
    """A decoded code; ``box`` in fractions of the view it was read on, like a ``Word``'s."""

    text: str
    format: Symbology
    box: Box

    @property
    def digits(self) -> str:
        """The digits of the payload: start, stop and prefix characters are noise (domain.md 2.3)."""
        return "".join(c for c in self.text if c.isdigit())

    @property
    def is_rpps(self) -> bool:
        """Whether a linear code carries an RPPS: eleven digits."""
        return self._is_linear and len(self.digits) == _RPPS_DIGITS

    @property
    def is_structure(self) -> bool:
        """Whether a linear code carries a structure's number (AM or FINESS): nine characters."""
        return self._is_linear and len(self.digits) == _STRUCTURE_DIGITS

    @property
    def _is_linear(self) -> bool:
        return self.format in {Symbology.CODE_128, Symbology.CODE_39}


def read_barcodes(view: View) -> list[Barcode]:
    """Return the codes of the page, top to bottom; those a page-wide pass misses are tried again one by one."""
    step = max(int(view.dpi / _PAGE_DPI), 1)
    page = _resized(view.grey, 1 / step)
    found = _decode(page, Box(0, 0, 1, 1), try_rotate=False)
    for patch in _find_bars(page, view.dpi / step):
        if not any(_covers(code.box, patch) for code in found):
            found += [code for code in _read_patch(view, patch) if not any(_is_same(code, other) for other in found)]
    return sorted(found, key=lambda code: (code.box.y, code.box.x))


def _resized(grey: _Grey, scale: float) -> _Grey:
    if scale == 1.0:
        return grey
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=kind), np.uint8)


def _decode(grey: _Grey, place: Box, *, try_rotate: bool = True) -> list[Barcode]:
    """Decode *grey*, which shows the part *place* of the view."""
    height, width = grey.shape
    codes = []
    for result in zxingcpp.read_barcodes(
        np.ascontiguousarray(grey),
        formats=zxingcpp.BarcodeFormats(_FORMATS),
        try_rotate=try_rotate,
        try_downscale=False,
        try_invert=False,
    ):
        spot = result.position
        corners = (spot.top_left, spot.top_right, spot.bottom_left, spot.bottom_right)
        xs, ys = [c.x / width for c in corners], [c.y / height for c in corners]
        box = Box(
            place.x + min(xs) * place.w,
            place.y + min(ys) * place.h,
            (max(xs) - min(xs)) * place.w,
            (max(ys) - min(ys)) * place.h,
        )
        codes.append(Barcode(result.text, _NAMES[str(result.format)], box.clipped()))
    return codes


def _find_bars(page: _Grey, dpi: float) -> list[Box]:
    """Return where *page* looks like bars, upright or lying: strong gradients across, none along, over a wide patch."""
    scale = min(1.0, _TEXTURE_DPI / dpi)
    small = _resized(page, scale)
    dots_per_mm = dpi * scale / _MM_PER_INCH
    across = cv2.convertScaleAbs(cv2.Sobel(small, cv2.CV_16S, 1, 0, ksize=3), alpha=0.5)
    along = cv2.convertScaleAbs(cv2.Sobel(small, cv2.CV_16S, 0, 1, ksize=3), alpha=0.5)
    patches = _patches(cv2.subtract(across, along), dots_per_mm)
    patches += [(n, Box(b.y, b.x, b.h, b.w)) for n, b in _patches(cv2.subtract(along, across).T, dots_per_mm)]
    return [box for _, box in sorted(patches, key=lambda patch: -patch[0])[:_MAX_PATCHES]]


def _patches(gradient: NDArray[Any], dots_per_mm: float) -> list[tuple[int, Box]]:
    """Return the wide patches of strong *gradient*, with their area."""
    bars = cv2.blur(np.ascontiguousarray(gradient), (round(3 * dots_per_mm), round(2 * dots_per_mm)))
    mask = np.where(bars > _BAR_GRADIENT, 255, 0).astype(np.uint8)
    if not cv2.countNonZero(mask):
        return []
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, round(4 * dots_per_mm)), np.uint8)), np.uint8)
    height, width = mask.shape
    return [
        (int(area), Box(x / width, y / height, w / width, h / height))
        for x, y, w, h, area in components(mask)[2][1:].tolist()
        if w >= _MIN_WIDTH_MM * dots_per_mm and h >= _MIN_HEIGHT_MM * dots_per_mm
    ]


def _read_patch(view: View, patch: Box) -> list[Barcode]:
    """Decode one patch at a fine scale, as it is, then smoothed along its bars, which mends bilevel specks."""
    margin = 5.0 / _MM_PER_INCH * view.dpi
    height, width = view.grey.shape
    # the quiet zone lies at the ends of the code
    beside, above = (margin, 0.0) if patch.w * width >= patch.h * height else (0.0, margin)
    left, right = max(0, round(patch.x * width - beside)), min(width, round((patch.x + patch.w) * width + beside))
    top, bottom = max(0, round(patch.y * height - above)), min(height, round((patch.y + patch.h) * height + above))
    crop = view.grey[top:bottom, left:right]
    place = Box(left / width, top / height, (right - left) / width, (bottom - top) / height)
    scale = max(1.0, _CROP_DPI / view.dpi)
    fine = _resized(crop, scale)
    smooth = np.asarray(cv2.blur(fine, (3, max(3, fine.shape[0] // 8))), np.uint8)
    return _decode(fine, place) or _decode(smooth, place)


def _covers(code: Box, patch: Box) -> bool:
    """Whether the middle of *patch* lies within *code*, a little widened: zxing reports one scan line, not a height."""
    reach = 0.02  # of the page: 6 mm, less than the height of two stacked codes
    x, y = patch.x + patch.w / 2, patch.y + patch.h / 2
    return code.x <= x <= code.x + code.w and code.y - reach <= y <= code.y + code.h + reach


def _is_same(code: Barcode, other: Barcode) -> bool:
    return code.text == other.text and _covers(code.box, other.box)
