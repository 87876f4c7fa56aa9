"""Stamps found anywhere: a block of small letters in lines, with its colour, its lean, its frame."""

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.feuilles.form_view import FormView, Rect
from extractors.feuilles.strokes import Ink
from extractors.forms.template import BoxMm, Zone
from extractors.marks.form_stamps import stamps_on_form
from extractors.marks.letter_blocks import find_blocks
from extractors.marks.stamps import find_stamps
from schemas.geometry import Box
from schemas.mark import Stamp
from tests.extractors.marks.colour_forms import BLACK, BLUE, RED, scanned, sheet, write

STAMP = ("DR ANNE PETIT", "Infirmiere D.E.", "12 RUE HAUTE", "756710455")
BLOCK = Zone(id="provider_stamp", kind="block", label="cachet", box_mm=BoxMm(10, 4, 60, 20))
COMB = Zone(id="provider_number", kind="comb", label="numéro", box_mm=BoxMm(10, 26, 50, 6))

NAME = Zone(id="patient_name", kind="text", label="nom", box_mm=BoxMm(8, 44, 110, 9))


def stamped(ink: tuple[int, int, int], at: tuple[float, float] = (14, 8), lean: float = 0.0) -> NDArray[np.uint8]:
    """Return a sheet with a stamp pressed on it."""
    mark = sheet()
    for k, line in enumerate(STAMP):
        write(mark, line, (at[0], at[1] + 3.4 * k), ink, high_mm=2.2, bold=2)
    turn = cv2.getRotationMatrix2D((at[0] * 8, at[1] * 8), -lean, 1.0)
    white = (255, 255, 255)
    return np.asarray(cv2.warpAffine(mark, turn, mark.shape[1::-1], borderValue=white), np.uint8)


def found(view: FormView, *zones: Zone) -> tuple[Stamp, ...]:
    return tuple(stamp for stamp, _ in stamps_on_form(view, Ink(view), zones, 2))


def letters(at: tuple[float, float], lines: int, each: int, lean: float = 0.0) -> list[Rect]:
    """Return the boxes of letters in some lines that lean clockwise by *lean* degrees."""
    slope = np.tan(np.radians(lean))
    return [Rect(at[0] + 2 * k, at[1] + 4 * n + 2 * k * slope, 1.5, 2.2) for n in range(lines) for k in range(each)]


def on_a_letter(pieces: list[Rect], *, foot: bool = True) -> tuple[Stamp, ...]:
    """Return the stamps among the letters of an ordonnance."""
    stamps = find_stamps(
        pieces,
        page=0,
        box=lambda r: Box(r.x / 210, r.y / 297, r.w / 210, r.h / 297),
        colour_of=lambda _: None,
        print_colour=lambda: None,
        may_stand=lambda r: foot and r.y > 180,
        is_form=False,
    )
    return tuple(stamp for stamp, _ in stamps)


def test_a_stamp_in_its_box_is_found_with_its_ink() -> None:
    """Its box is the letters' extent."""
    view = scanned(stamped(BLUE))
    (stamp,) = found(view, BLOCK, COMB)

    assert stamp.box.overlap(view.box(Rect(14, 5.8, 27, 12.4))) > 0.6
    assert stamp.colour is not None
    assert int(stamp.colour[5:], 16) > int(stamp.colour[1:3], 16) + 30


def test_a_red_stamp_over_a_black_number_is_found_whole() -> None:
    """Its letters on the comb are told from the figures by their colour."""
    image = stamped(RED, (14, 21.5))
    write(image, "1 2 3 4 5 6 7", (36, 31), BLACK)
    write(image, "M A R T I N   J E A N N E   M A R I E", (12, 50), BLACK, high_mm=2.6)
    view = scanned(image)
    (stamp,) = found(view, BLOCK, COMB, NAME)

    assert stamp.box.y + stamp.box.h > view.box(Rect(0, 30.5, 1, 0.5)).y


def test_handwriting_is_no_stamp() -> None:
    """A name beside the signature is one line."""
    image = sheet()
    write(image, "Jeanne Martin", (14, 12), BLUE, high_mm=4.5)

    assert found(scanned(image), BLOCK) == ()


def test_the_figures_of_a_comb_are_no_stamp() -> None:
    """Entries are what people write, however many lines of them there are."""
    image = sheet()
    for k in range(3):
        write(image, "1 2 3 4 5 6 7 8", (12, 28 + 4 * k), BLACK)

    assert found(scanned(image), Zone(id="acts", kind="comb", label="actes", box_mm=BoxMm(8, 24, 100, 20))) == ()


def test_a_letterhead_is_no_stamp() -> None:
    """It stands at the top, level, as print does."""
    assert on_a_letter(letters((16, 20), lines=5, each=12)) == ()


def test_a_level_block_of_three_lines_under_the_text_is_a_stamp_perhaps() -> None:
    """A doctor stamps at the foot; nothing else of three lines stands there."""
    (stamp,) = on_a_letter(letters((110, 220), lines=3, each=12))

    assert 0.5 < stamp.score < 0.8


def test_a_leaning_block_under_the_text_is_a_stamp() -> None:
    """No printer sets lines askew."""
    (stamp,) = on_a_letter(letters((110, 220), lines=3, each=12, lean=3.0))

    assert stamp.score >= 0.9


def test_the_lean_of_a_block_is_measured() -> None:
    """Clockwise, in degrees."""
    (block,) = find_blocks(letters((10, 10), lines=3, each=12, lean=-2.5), least=9)

    assert block.lines == (12, 12, 12)
    assert abs(block.lean_deg + 2.5) < 0.3
