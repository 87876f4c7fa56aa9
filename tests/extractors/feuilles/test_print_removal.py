"""The form's print goes, the ink stays: what every reader of cells and lines is given."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from extractors.feuilles.print_removal import WORKING_PX_PER_MM, remove_print
from extractors.forms.template import BoxMm
from extractors.register import Registrar
from extractors.scan import Scan
from tests.extractors.sheets import PX_PER_MM, Scanner, template, write, write_cells


@pytest.fixture(scope="module")
def registrar() -> Registrar:
    return Registrar((template(),))


def cleaned(registrar: Registrar, scan: Scan) -> NDArray[np.uint8]:
    """Return *scan* rectified and without print."""
    registration = registrar.find(scan)
    assert registration is not None
    sheet = registration.sheet(scan)
    return remove_print(registration.view(sheet, WORKING_PX_PER_MM), registration.template, sheet)


def part(page: NDArray[np.uint8], box: BoxMm) -> NDArray[np.uint8]:
    """Return the pixels of *box*."""
    left, top, right, bottom = (round(v * WORKING_PX_PER_MM) for v in (box.x, box.y, box.x + box.w, box.y + box.h))
    return page[top:bottom, left:right]


WHOLE_FORM = BoxMm(5, 4, 200, 285)


@pytest.mark.parametrize("scanner", [Scanner(lean=1.3), Scanner(lean=-2, threshold=128)], ids=["grey", "bilevel"])
def test_nothing_is_left_of_an_empty_form(registrar: Registrar, scanner: Scanner) -> None:
    """A tick left in a cell reads as a 1, a letter J as a digit."""
    scan, _ = scanner.scan(template().blank(PX_PER_MM))

    page = part(cleaned(registrar, scan), WHOLE_FORM)

    assert (page < 200).mean() < 0.0005


@pytest.mark.parametrize("scanner", [Scanner(lean=1.3), Scanner(lean=-2, threshold=128)], ids=["grey", "bilevel"])
def test_ink_in_a_cell_stays_dark_on_white(registrar: Registrar, scanner: Scanner) -> None:
    """The cell reader was trained on ink alone: it must find the digit and nothing beside it."""
    blank = template().blank(PX_PER_MM).copy()
    write(blank, "8", (45.0, 42.0), height_mm=3.0)
    scan, _ = scanner.scan(blank)

    page = cleaned(registrar, scan)

    assert (part(page, BoxMm(44, 38.2, 4.7, 4.8)) < 128).mean() > 0.06
    assert (part(page, BoxMm(48.7, 38.2, 60, 4.8)) < 200).mean() < 0.001


def test_a_tint_turned_to_speckle_is_taken_off_and_ink_on_it_stays(registrar: Registrar) -> None:
    """Many scanners make black dots of a tint: forty in a hundred, and a digit among them."""
    blank = template().blank(PX_PER_MM).copy()
    write(blank, "8", (45.0, 42.0), height_mm=3.0, grey=20)
    scan, _ = Scanner(lean=0.7, threshold=203, noise=8.0).scan(blank)

    page = cleaned(registrar, scan)

    assert (part(page, BoxMm(44, 38.2, 4.7, 4.8)) < 128).mean() > 0.05
    assert (part(page, BoxMm(50, 38.2, 60, 4.8)) < 200).mean() < 0.01


def test_a_scan_that_lost_its_tint_keeps_its_strokes_as_they_are(registrar: Registrar) -> None:
    """Much writing on a white form is no speckle: thinned for nothing, a 6 would read as a 0 and a 4 as a 1."""
    blank = template().blank(PX_PER_MM).copy()
    for zone in template().zones:
        write_cells(blank, "8" * len(zone.cells_mm), zone.cells_mm)
    scan, _ = Scanner(lean=0.7, threshold=128).scan(blank)
    registration = registrar.find(scan)
    assert registration is not None
    cells = [zone.box_mm for zone in template().zones if zone.kind == "comb"]
    seen = registration.view(registration.sheet(scan), WORKING_PX_PER_MM).grey

    page = cleaned(registrar, scan)

    lost = sum(int(((part(page, cell) > 128) & (part(seen, cell) < 128)).sum()) for cell in cells)
    assert lost < 0.01 * sum(int((part(seen, cell) < 128).sum()) for cell in cells)


def test_specks_go_and_a_comma_among_them_stays(registrar: Registrar) -> None:
    """One dot in ten is ink to no reader, and 18,20 without its comma is 1820 euros."""
    blank = template().blank(PX_PER_MM).copy()
    table = next(zone for zone in template().zones if zone.kind == "table")
    fee = table.rows_mm[2]["fee"]
    write(blank, ",", (fee.x + 6.0, fee.y + fee.h - 1.5), height_mm=3.2, grey=20)
    scan, _ = Scanner(lean=0.7, threshold=192, noise=8.0).scan(blank)

    page = part(cleaned(registrar, scan), fee)

    middle = page[:, round(5 * WORKING_PX_PER_MM) : round(8 * WORKING_PX_PER_MM)]
    assert (middle < 128).sum() > 8
    assert (page < 200).sum() - (middle < 200).sum() < 4


def test_thin_letters_in_a_dithered_tint_stay_whole(registrar: Registrar) -> None:
    """Letters of single dots went with the tint's, and 13,00 was read 3.00, in silence."""
    blank = template().blank(PX_PER_MM).copy()
    table = next(zone for zone in template().zones if zone.kind == "table")
    fees = [row["fee"] for row in table.rows_mm]
    for x, y, _, h in fees:
        place = (round((x + 4) * PX_PER_MM), round((y + h - 1.5) * PX_PER_MM))
        cv2.putText(blank, "13,75", place, cv2.FONT_HERSHEY_SIMPLEX, 0.7, 20, 1)
    grey, _ = Scanner(lean=0.7).scan(blank)
    raster = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]) * 12 + 35
    height, width = grey.pixels.shape
    tiled = np.tile(raster, (height // 4 + 1, width // 4 + 1))[:height, :width]
    scan = replace(grey, pixels=np.where(grey.pixels > tiled, 255, 0).astype(np.uint8), is_bilevel=True)
    registration = registrar.find(scan)
    assert registration is not None
    written = registration.view(registration.sheet(replace(grey, is_bilevel=True)), WORKING_PX_PER_MM).grey

    page = cleaned(registrar, scan)

    strokes = sum(int((part(written, fee) < 90).sum()) for fee in fees)
    kept = sum(int(((part(written, fee) < 90) & (part(page, fee) < 170)).sum()) for fee in fees)
    assert kept > 0.85 * strokes


def test_show_through_in_a_speckled_tint_is_no_entry(registrar: Registrar) -> None:
    """What stands on the back of the sheet thickens the dots to heaps: a row of acts nobody wrote."""
    blank = template().blank(PX_PER_MM).copy()
    table = next(zone for zone in template().zones if zone.kind == "table")
    rows = [row["code"] for row in table.rows_mm]
    for zone in template().zones:
        write_cells(blank, "8" * len(zone.cells_mm), zone.cells_mm)
    for x, y, w, h in rows:
        left, top, right, bottom = (round(v * PX_PER_MM) for v in (x + 2, y + 1.2, x + w - 2, y + h - 1.2))
        blank[top:bottom, left:right] -= 6
    scan, _ = Scanner(lean=0.7, threshold=192, noise=8.0).scan(blank)

    page = cleaned(registrar, scan)

    assert max(float((part(page, row) < 128).sum()) for row in rows) < 0.3 * WORKING_PX_PER_MM**2


def test_pencil_survives(registrar: Registrar) -> None:
    """A faint pencil is an entry all the same: losing it would report an empty field."""
    blank = template().blank(PX_PER_MM).copy()
    write(blank, "MARTIN", (40, 33.6), grey=150)
    scan, _ = Scanner(lean=0.5).scan(blank)

    page = cleaned(registrar, scan)

    assert (part(page, BoxMm(38, 30, 20, 4.4)) < 215).mean() > 0.03


def test_ink_across_a_printed_label_is_not_cut(registrar: Registrar) -> None:
    """Large hands run over labels: a stroke that crosses print must come out in one piece."""
    blank = template().blank(PX_PER_MM).copy()
    left, right = round(8 * PX_PER_MM), round(40 * PX_PER_MM)
    row = round(115.9 * PX_PER_MM)  # through "n° RPPS"
    blank[row : row + 4, left:right] = 20
    scan, _ = Scanner().scan(blank)

    band = part(cleaned(registrar, scan), BoxMm(9, 115.2, 30, 1.9))

    assert (band.min(axis=0) < 190).mean() > 0.98


def test_coloured_ink_is_kept_and_coloured_print_is_not(registrar: Registrar) -> None:
    """On a colour scan a blue pen is paler than the print's own grey: its colour tells them apart."""
    blank = template().blank(PX_PER_MM).copy()
    ink = np.full(blank.shape, 255, np.uint8)
    write(ink, "1234567", (45, 42.2), grey=0)
    grey, _ = Scanner(lean=0.6).scan(blank)
    pen, _ = Scanner(lean=0.6, noise=0.0).scan(ink)
    share = (pen.pixels.astype(np.float32) / 255)[..., None]
    tinted = grey.pixels[..., None].astype(np.float32) * np.array([1.0, 0.97, 0.92], np.float32)
    colour = np.where(share < 1, share * tinted + (1 - share) * np.array([90, 110, 200], np.float32), tinted)
    scan = Scan("lot.pdf", 1, np.clip(colour, 0, 255).astype(np.uint8), grey.dpi)

    page = cleaned(registrar, scan)

    assert (part(page, BoxMm(44, 38.2, 33, 4.8)) < 160).mean() > 0.04
    assert (part(page, BoxMm(44, 61, 70, 4.0)) < 200).mean() < 0.001


def test_uneven_light_leaves_no_shade(registrar: Registrar) -> None:
    """A photograph darkens towards a corner: the tint there is not ink."""
    scan, _ = Scanner().scan(template().blank(PX_PER_MM))
    shade = np.linspace(1.0, 0.7, scan.pixels.shape[1])[None, :]
    dimmed = Scan("photo.jpg", 1, (scan.pixels * shade).astype(np.uint8), scan.dpi)

    page = part(cleaned(registrar, dimmed), WHOLE_FORM)

    assert (page < 200).mean() < 0.001
