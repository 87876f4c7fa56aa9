"""Signed or not, wherever it was signed: as a row, high, in dots, in one stroke; and what is none."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from extractors.prescriptions.free_signature import read_signature
from extractors.scan import Word
from schemas.geometry import Box
from tests.extractors.prescriptions.test_free_signature import PAPER_MM, WAVE, Points, ink_of, letters, paper, pen

HEIGHT, WIDTH = PAPER_MM
TEXT_TOPS = (70.0, 80.0, 90.0, 100.0)


def box(x: float, y: float, w: float, h: float) -> Box:
    """Return a rectangle in mm as the reader gets it."""
    return Box(x / WIDTH, y / HEIGHT, w / WIDTH, h / HEIGHT)


def typed(image: NDArray[np.uint8], tops: tuple[float, ...] = TEXT_TOPS) -> tuple[list[Word], list[Box]]:
    """Print a row of one long word at each of *tops*, mm; return the words and the rows of the text."""
    rows = [box(20, top - 0.5, 72, 3.5) for top in tops]
    for top in tops:
        letters(image, 20.5, top + 2.5, 22, height_mm=2.4)
    return [Word("kinésithérapie", row, 0.96) for row in rows], rows


def moved(points: Points, x: float, y: float) -> Points:
    return [(px + x, py + y) for px, py in points]


def signed(image: NDArray[np.uint8], words: list[Word], rows: list[Box]) -> tuple[bool | None, float]:
    field, _ = read_signature(ink_of(image), words, rows, 0)
    return field.value, field.confidence


def test_a_signature_taken_for_the_last_row_of_the_text_is_one() -> None:
    """Nobody who signed right under the text is told that the sheet is unsigned."""
    image = paper()
    words, rows = typed(image)
    pen(image, moved(WAVE, -70, -115))
    value, sure = signed(image, words, [*rows, box(38, 110, 44, 19)])

    assert value is True
    assert sure >= 0.9


def test_a_signature_whose_name_an_engine_reads_is_one_right_under_the_text_too() -> None:
    """The name over its flourish was taken for print, the flourish for a row of text: a signed sheet was accused."""
    image = paper()
    words, rows = typed(image)
    pen(image, moved(WAVE, -70, -115))
    name = Word("Gérard", box(41, 108.5, 30, 5), 0.74)
    letters(image, 41.5, 113, 9, height_mm=4.0)
    value, sure = signed(image, [*words, name], [*rows, box(38, 109, 44, 20)])

    assert value is True
    assert sure >= 0.9


def test_the_last_row_of_a_text_by_hand_is_no_signature() -> None:
    """Joined letters look like one, but they stand where the next row is expected."""
    image = paper()
    for top in TEXT_TOPS[:-1]:
        letters(image, 20.5, top + 3.5, 14, height_mm=3.4)
    pen(image, [(21 + 1.2 * (x - 110), 100 + 0.3 * (y - 226)) for x, y in WAVE])
    value, sure = signed(image, [], [box(20, top - 0.5, 66, 6.5) for top in TEXT_TOPS])

    assert value is False
    assert sure > 0.9


def test_under_a_short_text_one_may_sign_high_on_the_sheet() -> None:
    """A text of one line ends in the upper third, and its doctor signs there."""
    image = paper()
    words, rows = typed(image, (50.0, 58.0, 66.0))
    pen(image, moved(WAVE, -20, -157))

    assert signed(image, words, rows) == (True, 0.995)


@pytest.mark.parametrize("read_as", ["Ullw", ""])
def test_a_signature_an_engine_reads_as_a_word_is_no_fault_of_the_paper(read_as: str) -> None:
    """Engines for print see letters in loops; print comes in lines, and this word stands alone."""
    image = paper()
    words, rows = typed(image)
    pen(image, [(100 + 1.2 * (x - 110), 200 + 0.27 * (y - 226)) for x, y in WAVE])
    alone = [Word(read_as, box(99, 199.5, 51, 5.5), 0.9)]
    value, sure = signed(image, [*words, *alone], rows)

    assert value is True or sure < 0.5


def test_a_signature_in_dots_leaves_the_question_open() -> None:
    """A black and white scan breaks a pale stroke: no piece of it is longer than a letter."""
    image = paper()
    for start, end in pairwise(WAVE):
        steps = np.linspace(start, end, 9)
        for one, other in zip(steps[::2], steps[1::2], strict=False):
            pen(image, [tuple(one), tuple(other)], 0.4)
    value, sure = signed(image, [], [])

    assert value is False
    assert sure < 0.5


def test_one_straight_leaning_stroke_is_looked_at_by_a_person() -> None:
    """Some sign with a bar, others strike out the empty part of the sheet with one."""
    image = paper()
    pen(image, [(105, 246), (150, 228)], 0.7)
    _, sure = signed(image, [], [])

    assert sure < 0.5


def test_one_line_that_waves_is_a_signature() -> None:
    """Many sign in one line that goes up and down; taken for a closing stroke, one sheet in fifteen was a question."""
    image = paper()
    words, rows = typed(image)
    waves = [(130.0, 232.0), (142, 235), (154, 231.5), (166, 234.5), (186, 232)]
    pen(image, waves, 0.6)
    value, sure = signed(image, words, rows)

    assert value is True
    assert sure >= 0.9


def test_a_stroke_that_closes_the_sheet_is_never_accepted_for_a_signature() -> None:
    """It bends once on its way down the empty part, as a bow does."""
    image = paper()
    words, rows = typed(image)
    pen(image, [(120.0, 232.0), (128, 228), (140, 226), (152, 226), (160, 227)], 0.6)
    value, sure = signed(image, words, rows)

    assert value is False or sure < 0.9


def test_a_brace_drawn_at_the_text_is_never_accepted_for_a_signature() -> None:
    """Doctors mark what belongs together; as long as a flourish, and begun among the rows."""
    image = paper()
    words, rows = typed(image)
    pen(image, [(84, 97), (86, 102), (84.5, 106), (82, 111)], 0.4)
    value, sure = signed(image, words, rows)

    assert value is False or sure < 0.9


@pytest.mark.parametrize("gap_mm", [0.0, 6.0])
def test_a_stamp_with_a_faded_frame_is_no_signature(gap_mm: float) -> None:
    """What is left of its frame leans and has corners, as flourishes have."""
    image = paper()
    corners = np.array([(100, 230), (142, 233), (141, 247), (99, 244), (100, 230)], float)
    for start, end in pairwise(corners):
        way = (end - start) / np.hypot(*(end - start))
        pen(image, [tuple(start), tuple(end - gap_mm * way)], 0.4)
    for row in (235.0, 239.0, 243.0):
        letters(image, 107, row, 10, height_mm=1.8)
    value, sure = signed(image, [], [])

    assert value is False
    assert sure > 0.9
