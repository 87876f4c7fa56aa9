"""Barcodes drawn here and read back: the pair of an ordonnance, leaning, bilevel, at fax resolution, or not there."""

import cv2
import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray

from extractors.readers.barcodes import Barcode, Symbology, read_barcodes
from extractors.sheet import View
from schemas.geometry import Box

_RPPS = "99700123450"
_FINESS = "990000127"


def drawn(text: str, width_mm: float, height_mm: float, dpi: float) -> NDArray[np.uint8]:
    """Return a Code 128 of about that size."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
    bars = np.asarray(zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=False))[0]
    size = (round(width_mm / 25.4 * dpi), round(height_mm / 25.4 * dpi))
    return np.asarray(cv2.resize(bars[None, :], size, interpolation=cv2.INTER_AREA), np.uint8)


def page(dpi: float, codes: dict[tuple[float, float], NDArray[np.uint8]]) -> View:
    """Return an A4 page with *codes* at places in mm."""
    grey = np.full((round(297 / 25.4 * dpi), round(210 / 25.4 * dpi)), 245, np.uint8)
    for (x, y), picture in codes.items():
        left, top = round(x / 25.4 * dpi), round(y / 25.4 * dpi)
        grey[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return View(grey, np.eye(2, 3), grey.shape, dpi)


def _letterhead(dpi: float) -> View:
    return page(dpi, {(135, 12): drawn(_RPPS, 40, 9, dpi), (135, 32): drawn(_FINESS, 40, 9, dpi)})


@pytest.mark.parametrize("dpi", [200.0, 300.0, 600.0])
def test_both_codes_of_an_ordonnance_are_read_top_to_bottom(dpi: float) -> None:
    """They identify the prescriber with certainty where print may be misread."""
    found = read_barcodes(_letterhead(dpi))

    assert [code.text for code in found] == [_RPPS, _FINESS]
    assert [code.is_rpps for code in found] == [True, False]
    assert found[1].is_structure


def test_a_box_says_where_the_code_stands_on_the_view() -> None:
    """Neighbourhood decides which of several doctors a code belongs to."""
    code = read_barcodes(_letterhead(300.0))[0]

    assert code.box.x == pytest.approx(135 / 210, abs=0.02)
    assert code.box.y == pytest.approx(12 / 297, abs=0.03)


def test_codes_leaning_by_three_degrees_are_read() -> None:
    """Sheets lie crooked on the glass, and levelling leaves a rest."""
    view = _letterhead(300.0)
    height, width = view.grey.shape
    lean = cv2.getRotationMatrix2D((width / 2, height / 2), 3.0, 1.0)
    grey = np.asarray(cv2.warpAffine(view.grey, lean, (width, height), borderValue=(245.0,)), np.uint8)

    found = read_barcodes(View(grey, np.eye(2, 3), grey.shape, 300.0))

    assert {code.text for code in found} == {_RPPS, _FINESS}


def test_a_code_of_a_bilevel_scan_with_specks_is_read() -> None:
    """Production scanners save one bit a pixel."""
    view = _letterhead(200.0)
    specks = np.random.default_rng(7).random(view.grey.shape)
    grey = np.where(view.grey < 128, 0, 255).astype(np.uint8)
    grey[specks < 0.004] ^= 255

    found = read_barcodes(View(grey, np.eye(2, 3), grey.shape, 200.0))

    assert {code.text for code in found} == {_RPPS, _FINESS}


def test_a_page_without_codes_gives_none() -> None:
    """Columns of strokes must not become numbers."""
    view = page(200.0, {})
    for x in range(300, 1300, 14):
        view.grey[900:960, x : x + 5] = 20

    assert read_barcodes(view) == []


@pytest.mark.parametrize(
    ("text", "is_rpps", "is_structure"),
    [
        ("99700123450", True, False),
        ("8010003461033", False, False),
        ("990000127", False, True),
        ("A990000127", False, True),
    ],
)
def test_the_number_of_digits_tells_what_a_code_identifies(text: str, is_rpps: bool, is_structure: bool) -> None:  # noqa: FBT001
    """The arrêté of 10/08/2010 allows two numbers; letters around them are noise."""
    code = Barcode(text, Symbology.CODE_128, Box(0, 0, 1, 1))

    assert code.is_rpps is is_rpps
    assert code.is_structure is is_structure


def test_a_qr_code_is_never_an_identifier_of_the_prescriber() -> None:
    """Its eleven digits would be the number of an e-prescription."""
    assert not Barcode("99700123450", Symbology.QR, Box(0, 0, 1, 1)).is_rpps
