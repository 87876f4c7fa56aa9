"""A form is found however it was scanned, and nothing else is taken for it."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from extractors.forms.coarse import CoarseFinder
from extractors.forms.template import BoxMm
from extractors.pages.turning import turn_matrix
from extractors.register import Registrar, Registration
from tests.extractors.sheets import CORNERS_MM, DPI, PX_PER_MM, Scanner, filled_form, template, text_page, write_cells


@pytest.fixture(scope="module")
def registrar() -> Registrar:
    return Registrar((template(),))


@pytest.fixture(scope="module")
def form() -> NDArray[np.uint8]:
    return filled_form()


def farthest_mm(registration: Registration, to_scan: NDArray[np.float64], size: tuple[int, ...]) -> float:
    """Return how far at most the registration puts corners of entries from where they are, mm."""
    to_upright = turn_matrix(size[:2], registration.rotation) @ to_scan
    there = cv2.perspectiveTransform(CORNERS_MM, to_upright)
    here = cv2.perspectiveTransform(CORNERS_MM, registration.to_sheet)
    return float(np.linalg.norm(there - here, axis=2).max() / registration.px_per_mm)


SCANNERS = {
    "flat": Scanner(),
    "on its head": Scanner(rotation=180, lean=-1.2),
    "leaning and sideways": Scanner(rotation=90, lean=4.5),
    "sideways, bilevel": Scanner(rotation=270, lean=-2.0, threshold=128),
    "bilevel, tints speckled": Scanner(threshold=205, noise=8.0, lean=0.7),
    "shrunk and shifted": Scanner(scale=0.97, shift_mm=(4.0, -5.0)),
    "enlarged": Scanner(scale=1.03, lean=3.0),
    "framed in black": Scanner(frame_mm=7.0, lean=2.0),
    "photographed": Scanner(frame_mm=15.0, tilt=0.08, noise=5.0),
}


@pytest.mark.parametrize("name", SCANNERS)
def test_entries_are_found_to_a_third_of_a_millimetre(name: str, registrar: Registrar, form: NDArray[np.uint8]) -> None:
    """A cell is 4.7 mm wide: readers lose digits when the map is off by more than a stroke."""
    scan, to_scan = SCANNERS[name].scan(form)

    registration = registrar.find(scan)

    assert registration is not None
    assert registration.rotation == (360 - SCANNERS[name].rotation) % 360
    assert farthest_mm(registration, to_scan, scan.pixels.shape) < 0.3


def test_a_scan_that_does_not_tell_its_resolution_is_found_too(registrar: Registrar, form: NDArray[np.uint8]) -> None:
    """A JPEG often says 72 dpi or nothing: the sheet's own size has to do, black border included."""
    scan, to_scan = Scanner(frame_mm=6.0, lean=1.0).scan(form, dpi=None)

    registration = registrar.find(scan)

    assert registration is not None
    assert farthest_mm(registration, to_scan, scan.pixels.shape) < 0.3


def test_the_lean_left_in_the_upright_scan_is_clockwise(registrar: Registrar, form: NDArray[np.uint8]) -> None:
    """The contract's ``skew_degrees`` has a sign, and other programs turn the page back by it."""
    scan, _ = Scanner(rotation=90, lean=1.5).scan(form)

    registration = registrar.find(scan)

    assert registration is not None
    assert registration.skew_degrees == pytest.approx(1.5, abs=0.05)


def test_the_rectified_view_and_the_boxes_tell_the_same_place(registrar: Registrar, form: NDArray[np.uint8]) -> None:
    """A box drawn on the scan must frame the very ink that was read in the view."""
    scan, to_scan = Scanner(lean=2.0, shift_mm=(3.0, 2.0)).scan(form)
    registration = registrar.find(scan)
    assert registration is not None
    zone = BoxMm(44.0, 38.2, 72.1, 4.8)

    box = registration.box(zone)
    view = registration.view(registration.sheet(scan), 8.0)
    seen = view.box(*(v * 8.0 for v in zone))

    corners = cv2.perspectiveTransform(np.array([[[44.0, 38.2], [116.1, 43.0]]]), to_scan)[0]
    height, width = scan.pixels.shape[:2]
    assert box == pytest.approx(seen, abs=2e-4)
    assert box.x <= corners[0, 0] / width + 5e-4
    assert box.y + box.h >= corners[1, 1] / height - 5e-4
    assert view.grey.shape == (2376, 1680)


@pytest.mark.parametrize("rotation", [0, 90])
def test_a_page_of_text_is_no_form(rotation: int, registrar: Registrar) -> None:
    """A prescription read as a form would be an invoice nobody wrote."""
    scan, _ = Scanner(rotation=rotation, lean=1.0).scan(text_page())

    assert registrar.find(scan) is None


def test_a_page_without_the_forms_dark_bands_is_let_go_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two pages of three are no form: what looking for one costs them is lost to the whole lot."""
    registrar = Registrar((template(),))
    monkeypatch.setattr(CoarseFinder, "poses", lambda *_args, **_options: pytest.fail("looked for features"))

    assert registrar.find(Scanner(lean=1.0).scan(text_page())[0]) is None


def moved(form: NDArray[np.uint8], boxes: list[tuple[BoxMm, tuple[float, float]]]) -> NDArray[np.uint8]:
    """Return *form* with the print under each box moved by some mm: another revision's geometry."""
    page = form.copy()
    for (x, y, w, h), (dx, dy) in boxes:
        left, top, wide, high = (round(v * PX_PER_MM) for v in (x, y, w, h))
        cut = form[top : top + high, left : left + wide].copy()
        page[top : top + high, left : left + wide] = 255
        to_x, to_y = left + round(dx * PX_PER_MM), top + round(dy * PX_PER_MM)
        page[to_y : to_y + high, to_x : to_x + wide] = cut
    return page


NEAR_MISSES = {
    "the prescriber's cells moved, their labels did not": [(BoxMm(139, 87.5, 54, 6.0), (6.0, 0.0))],
    "a section moved down": [(BoxMm(8, 21, 196, 50), (0.0, 2.5))],
    "the columns of the acts moved": [(BoxMm(49, 160.8, 59, 69), (3.0, 0.0))],
}


@pytest.mark.parametrize("name", NEAR_MISSES)
def test_the_same_labels_in_another_geometry_are_refused(name: str, registrar: Registrar) -> None:
    """Another revision read with this one's zones would give wrong values in silence, the worst outcome."""
    scan, _ = Scanner(lean=0.8).scan(moved(template().blank(PX_PER_MM), NEAR_MISSES[name]))

    assert registrar.find(scan) is None


@pytest.mark.parametrize("name", NEAR_MISSES)
def test_another_geometry_is_refused_by_its_dots_too(name: str, registrar: Registrar) -> None:
    """A black and white scan makes dots of the tints: they tell where the entries are as the tints do."""
    scan, _ = Scanner(lean=0.8, threshold=198, noise=8.0).scan(moved(filled_form(), NEAR_MISSES[name]))

    assert registrar.find(scan) is None


@pytest.mark.parametrize("threshold", [188, 192, 198, 205])
def test_a_form_is_found_however_many_dots_its_tint_became(threshold: int, registrar: Registrar) -> None:
    """Dots are no characters beside their cells: taken for those, they sent every third speckled form to a person."""
    scan, _ = Scanner(lean=0.8, threshold=threshold, noise=8.0).scan(filled_form())

    assert registrar.find(scan) is not None


WITHOUT_TINTS: list[tuple[list[tuple[BoxMm, tuple[float, float]]], bool]] = [
    ([], True),
    ([(BoxMm(139, 87.5, 54, 20), (2.6, 0.0))], False),
    ([(BoxMm(8, 21, 196, 50), (0.0, 2.5))], False),
]


@pytest.mark.parametrize(("moves", "fits"), WITHOUT_TINTS, ids=["as printed", "cells moved", "section moved"])
def test_without_tints_the_written_characters_tell_where_the_cells_are(
    moves: list[tuple[BoxMm, tuple[float, float]]],
    fits: bool,  # noqa: FBT001 - a parameter of the test
    registrar: Registrar,
) -> None:
    """A black and white scan shows no cells: digits across their edges, or half below them, are another geometry."""
    page = template().blank(PX_PER_MM).copy()
    for zone in template().zones:
        write_cells(page, "8" * len(zone.cells_mm), zone.cells_mm)
    scan, _ = Scanner(lean=0.8, threshold=128).scan(moved(page, moves))

    assert (registrar.find(scan) is not None) == fits


def test_frames_and_strikes_on_entries_are_no_other_geometry(registrar: Registrar) -> None:
    """On black and white scans forms with two framed or struck numbers were all refused, and not read at all."""
    page = template().blank(PX_PER_MM).copy()
    combs = [zone for zone in template().zones if zone.kind == "comb" and len(zone.cells_mm) > 3]
    for zone in combs:
        write_cells(page, "8" * len(zone.cells_mm), zone.cells_mm)
    for number, zone in enumerate(combs):
        left, top, wide, high = (round(v * PX_PER_MM) for v in zone.box_mm)
        if number % 2:
            cv2.rectangle(page, (left - 8, top - 8), (left + wide + 8, top + high + 8), 0, 5)
        else:
            for level in (0.35, 0.6):
                at = top + round(level * high)
                cv2.line(page, (left - 8, at), (left + wide + 8, at), 0, 6)
    scan, _ = Scanner(lean=0.8, threshold=128).scan(page)

    assert registrar.find(scan) is not None


def test_the_form_enlarged_beyond_any_printer_keeps_its_scale(registrar: Registrar, form: NDArray[np.uint8]) -> None:
    """The sheet's resolution comes from its print, so that millimetres are millimetres of the form."""
    scan, _ = Scanner(scale=1.02).scan(form)

    registration = registrar.find(scan)

    assert registration is not None
    assert registration.sheet(scan).dpi == pytest.approx(1.02 * DPI, rel=0.002)


@pytest.mark.parametrize("way", [(-1.5, 0.8), (1.6, -0.4)])
def test_a_form_the_printer_filled_off_its_cells_is_read_where_the_characters_are(
    way: tuple[float, float], registrar: Registrar
) -> None:
    """Preprinted sheets are fed up to 2 mm off; taken for another geometry, every such form went to a person."""
    page = template().blank(PX_PER_MM).copy()
    for zone in template().zones:
        cells = [cell._replace(x=cell.x + way[0], y=cell.y + way[1]) for cell in zone.cells_mm]
        write_cells(page, "8" * len(cells), tuple(cells))
    scan, _ = Scanner(lean=0.8, threshold=128).scan(page)

    registration = registrar.find(scan)

    assert registration is not None
    for zone in template().zones:
        moved_zone = registration.template.zone(zone.id)
        assert moved_zone is not None
        expected = way if zone.cells_mm else (0.0, 0.0) if zone.kind in {"signature", "block"} else None
        if expected is not None:
            assert moved_zone.box_mm.x - zone.box_mm.x == pytest.approx(expected[0], abs=0.35)
            assert moved_zone.box_mm.y - zone.box_mm.y == pytest.approx(expected[1], abs=0.35)


def test_one_section_written_beside_its_cells_is_no_printers_shift(registrar: Registrar) -> None:
    """Another print that moved a section must not be read by moving everything."""
    page = template().blank(PX_PER_MM).copy()
    for zone in template().zones:
        down = 2.5 if zone.box_mm.y > 70 else 0.0
        write_cells(page, "8" * len(zone.cells_mm), tuple(c._replace(y=c.y + down) for c in zone.cells_mm))
    scan, _ = Scanner(lean=0.8, threshold=128).scan(page)

    assert registrar.find(scan) is None


def test_streaks_down_a_speckled_form_are_no_other_geometry(registrar: Registrar) -> None:
    """A line on the scanner's glass lies on the white beside many entries, as moved tints would."""
    scan, _ = Scanner(threshold=190, noise=8.0).scan(filled_form())
    for x in (0.17, 0.42, 0.9):
        left = round(x * scan.pixels.shape[1])
        scan.pixels[:, left : left + 3] = 0

    assert registrar.find(scan) is not None
