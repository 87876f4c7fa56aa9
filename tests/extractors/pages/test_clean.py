"""Any page comes out upright, level and measured, and a blank one is called blank."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from extractors.pages.clean import find_rotation, is_blank, level, measure, upright
from extractors.pages.turning import turned
from extractors.readers.protocol import TextReading
from extractors.scan import Scan, Word
from schemas.geometry import Box
from tests.extractors.sheets import DPI, PX_PER_MM, Scanner, text_page, write

PAPER = (round(297 * PX_PER_MM), round(210 * PX_PER_MM))


class UprightReader:
    """Reads a crop as words when its letters are heavier above their middle, as ``F`` is until it is turned over."""

    name = "upright"

    def read_line(self, crop: NDArray[np.uint8], *, digits_only: bool = False) -> TextReading:  # noqa: ARG002
        """Return words for an upright line, a few letters without conviction for another."""
        ink = (crop < 128).sum(axis=1)
        rows = np.flatnonzero(ink)
        middle = (rows[0] + rows[-1]) / 2 if len(rows) else 0
        is_upright = ink[: round(middle)].sum() > ink[round(middle) :].sum()
        return TextReading("faire pratiquer des soins", 0.9) if is_upright else TextReading("ld s", 0.3)

    def read_page(self, grey: NDArray[np.uint8], *, dpi: float) -> list[Word]:  # noqa: ARG002
        """Return nothing: turning a page needs lines only."""
        return []


def lines_of_f() -> NDArray[np.uint8]:
    """Return a page of lines of the letter F, which is heavier above its middle."""
    page = np.full(PAPER, 250, np.uint8)
    for row in range(12):
        write(page, "FFFF FFFFFF FFF FFFFF FFFF", (25, 40 + 9 * row), grey=30)
    return page


@pytest.mark.parametrize("threshold", [None, 128], ids=["grey", "bilevel"])
@pytest.mark.parametrize("lean", [-4.0, -0.6, 0.0, 2.5])
def test_the_lean_of_a_page_of_text_is_measured(lean: float, threshold: int | None) -> None:
    """The contract states it, and a line of text leaning by half a degree reads worse."""
    scan, _ = Scanner(lean=lean, threshold=threshold).scan(text_page())

    assert upright(scan, 0).skew_degrees == pytest.approx(lean, abs=0.15)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_page_is_turned_upright(rotation: int) -> None:
    """``rotation`` is what brings the scan upright: a page fed turned by 90 comes back with 270."""
    scan, _ = Scanner(rotation=rotation, lean=1.0).scan(lines_of_f())

    assert find_rotation(scan, UprightReader()) == (360 - rotation) % 360


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_words_of_a_born_digital_page_turn_with_it(rotation: int) -> None:
    """A word's box must frame the same ink once the page is turned."""
    page = np.full((400, 300), 255, np.uint8)
    page[40:60, 30:120] = 0
    scan = Scan("lot.pdf", 1, page, 100.0, words=(Word("SOINS", Box(0.1, 0.1, 0.3, 0.05)),))

    sheet = upright(scan, rotation)

    x, y, w, h = sheet.words[0].box
    height, width = sheet.grey.shape
    under = sheet.grey[round(y * height) : round((y + h) * height), round(x * width) : round((x + w) * width)]
    assert under.size == 20 * 90
    assert under.max() == 0


@pytest.mark.parametrize(
    "scanner",
    [Scanner(lean=3.0), Scanner(lean=-2.0, frame_mm=6.0), Scanner(lean=1.0, frame_mm=18.0, tilt=0.06)],
    ids=["flat", "framed", "photographed"],
)
def test_boxes_of_the_level_view_lie_on_the_ink_of_the_scan(scanner: Scanner) -> None:
    """Readers work on the level view; their evidence is shown on the scan."""
    page = text_page()
    mark = (round(150 * PX_PER_MM), round(200 * PX_PER_MM))
    cv2.rectangle(page, mark, (mark[0] + 60, mark[1] + 60), 0, -1)
    scan, to_scan = scanner.scan(page)
    view = level(upright(scan, 0), dpi=150)

    found = cv2.connectedComponentsWithStats((view.grey < 90).astype(np.uint8))[2][1:]
    x, y, w, h = next(row[:4] for row in found if row[4] > 700 and 0.8 < row[2] / row[3] < 1.25)
    box = view.box(float(x), float(y), float(w), float(h))

    corners = np.array([[[150.0, 200.0], [157.6, 207.6]]])
    (left, top), (right, bottom) = cv2.perspectiveTransform(corners, to_scan)[0]
    height, width = scan.pixels.shape[:2]
    assert box.x + box.w / 2 == pytest.approx((left + right) / 2 / width, abs=0.003)
    assert box.y + box.h / 2 == pytest.approx((top + bottom) / 2 / height, abs=0.003)


def test_the_scanners_black_border_is_white_in_the_level_view() -> None:
    """A reader of text makes words of a black border."""
    scan, _ = Scanner(lean=1.5, frame_mm=6.0).scan(text_page())

    view = level(upright(scan, 0), dpi=150)

    assert (view.grey[:, :20] < 90).mean() < 0.02
    assert (view.grey[:20] < 90).mean() < 0.02


def empty() -> NDArray[np.uint8]:
    """Return an empty sheet as a scanner sees it."""
    grain = np.random.default_rng(3).normal(246, 3.0, PAPER)
    return np.clip(grain, 0, 255).astype(np.uint8)


def shine_through() -> NDArray[np.uint8]:
    """Return the back of a printed page: its text, mirrored, pale and blurred."""
    front = cv2.GaussianBlur(255 - cv2.flip(text_page(24), 1).astype(np.float32), (0, 0), 2)
    return np.clip(empty() - 0.2 * front, 0, 255).astype(np.uint8)


def handled() -> NDArray[np.uint8]:
    """Return an empty sheet with two punched holes, a fold across, a staple and a black border."""
    page = empty()
    for y in (108, 188):
        cv2.circle(page, (round(12 * PX_PER_MM), round(y * PX_PER_MM)), round(3 * PX_PER_MM), 15, -1)
    cv2.line(page, (0, round(148 * PX_PER_MM)), (PAPER[1], round(149.5 * PX_PER_MM)), 140, 3)
    cv2.line(page, (80, 80), (150, 110), 60, 6)
    page[:, :40] = 8
    return page


def speckled() -> NDArray[np.uint8]:
    """Return an empty bilevel sheet with dust."""
    page = np.full(PAPER, 255, np.uint8)
    dust = np.random.default_rng(5)
    for x, y in dust.integers(0, min(PAPER), (150, 2)):
        cv2.circle(page, (int(x), int(y)), int(dust.integers(1, 3)), 0, -1)
    return page


def folded() -> NDArray[np.uint8]:
    """Return the back of a printed page folded down its length: a strong line that comes out in pieces."""
    line = np.full(PAPER, 255, np.uint8)
    cv2.line(line, (round(100 * PX_PER_MM), 0), (round(103 * PX_PER_MM), PAPER[0]), 20, 4)
    for y in range(0, PAPER[0], round(25 * PX_PER_MM)):
        line[y : y + round(6 * PX_PER_MM)] = 255
    return np.minimum(shine_through(), line)


def rimmed() -> NDArray[np.uint8]:
    """Return an empty sheet that lay a little askew: slivers of the scanner's black lid along its edges."""
    page = empty()
    page[round(220 * PX_PER_MM) :, : round(0.9 * PX_PER_MM)] = 10
    page[-round(0.9 * PX_PER_MM) :, : round(19 * PX_PER_MM)] = 10
    page[: round(0.9 * PX_PER_MM), round(100 * PX_PER_MM) : round(116 * PX_PER_MM)] = 10
    return page


@pytest.mark.parametrize(
    "page",
    [empty(), shine_through(), handled(), speckled(), folded(), rimmed()],
    ids=["empty", "back", "handled", "dust", "folded", "rimmed"],
)
def test_the_back_of_a_sheet_is_blank(page: NDArray[np.uint8]) -> None:
    """A blank back taken for a page would be asked about, once a sheet."""
    assert is_blank(Scan("lot.pdf", 1, page, DPI))


@pytest.mark.parametrize("grey", [40, 150], ids=["pen", "pencil"])
def test_one_handwritten_line_is_not_blank(grey: int) -> None:
    """A note alone on a page is somebody's message: it is never dropped."""
    page = handled()
    write(page, "Recu le 3 mai", (60, 90), height_mm=4.0, grey=grey)

    assert not is_blank(Scan("lot.pdf", 1, page, DPI))


def test_one_line_of_small_print_is_not_a_fold() -> None:
    """Low, long and straight like a fold, but print is higher than a fold is wide."""
    page = empty()
    write(page, "Nous vous prions de bien vouloir trouver ci-joint la facture du mois de mai", (15, 90), height_mm=1.6)

    assert not is_blank(Scan("lot.pdf", 1, page, DPI))


def test_a_blurred_page_measures_less_sharp_and_a_pale_one_less_contrasted() -> None:
    """Quality tells a person why a page was not read."""
    page = text_page()
    blurred = np.asarray(cv2.GaussianBlur(page, (0, 0), 5), np.uint8)
    pale = np.asarray(200 + page // 5, np.uint8)

    quality = measure(page, DPI)

    assert measure(blurred, DPI).sharpness < 0.5 * quality.sharpness
    assert measure(pale, DPI).contrast < 0.5 * quality.contrast
    assert quality.ink > 0.005


def test_turning_four_times_gives_the_page_back() -> None:
    """Quarter turns lose nothing."""
    page = np.arange(12, dtype=np.uint8).reshape(3, 4)

    for rotation in (90, 180, 270):
        assert (turned(turned(page, rotation), 360 - rotation) == page).all()
