"""Signatures and erasures, drawn stroke by stroke on white paper or on a tint."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from extractors.feuilles.form_view import FormView, Rect
from extractors.feuilles.strokes import Ink
from extractors.marks.erasures import Written, find_erasures
from extractors.marks.signatures import read_signature
from extractors.marks.strikes import find_line
from schemas.mark import MarkKind
from tests.extractors.marks.drawn_forms import PX, SIZE, TINT, laid, paper, pen, typed


def test_half_a_line_that_ends_with_its_image_is_no_line() -> None:
    """Strokes are cut to their extent: beyond the edge there is nothing, and a word's end is no strike."""
    ink = np.zeros((24, 100), np.bool_)
    ink[11:14, 46:] = True

    assert find_line(ink, PX, 10.0, crossed=0.0) is None
    assert find_line(ink, PX, 6.0, crossed=0.0) == pytest.approx((46, 100), abs=2)


SIGNED = Rect(30, 20, 52, 20)
WAVE = ((40.0, 32.0), (44.0, 26.0), (46.0, 33.0), (51.0, 25.0), (54.0, 32.0), (62.0, 28.0))


def test_a_wave_of_the_pen_is_a_signature() -> None:
    """A signature is any long stroke; nobody checks whose."""
    image = paper()
    pen(image, *WAVE)
    view = laid(image)

    assert read_signature(view, Ink(view), SIGNED, 0).value is True


@pytest.mark.parametrize("kind", ["nothing", "fold", "stamp", "specks"])
def test_what_is_no_signature_does_not_pass_for_one(kind: str) -> None:
    """An unsigned form is not paid: a fold, a stamp or dust must not hide that."""
    image = paper()
    if kind == "fold":
        pen(image, (0.0, 30.0), (119.0, 30.1), width_mm=0.25)
    if kind == "stamp":
        typed(image, "CLEMENT JOSEPH", 34, 27, 2.2)
        typed(image, "63000 CLERMONT", 34, 32, 2.2)
    if kind == "specks":
        for x in range(32, 80, 9):
            pen(image, (x, 25.0), (x + 0.3, 25.2))
    view = laid(image)

    assert read_signature(view, Ink(view), SIGNED, 0).value is False


def test_a_signature_that_leaves_its_box_still_counts() -> None:
    """People sign across the border."""
    image = paper()
    pen(image, *((x, y - 8) for x, y in WAVE))
    view = laid(image)

    assert read_signature(view, Ink(view), SIGNED, 0).value is True


ROW = Rect(9, 20, 40, 6.2)


def marks_of(view: FormView, rect: Rect, field: str, **more: object) -> list[tuple[str | None, MarkKind]]:
    ink = Ink(view)
    written = [Written(field, rect, ink.entry(rect, above=1, below=1), **more)]  # type: ignore[arg-type]
    return [(mark.field, mark.kind) for mark in find_erasures(view, ink, written, 0)]


def test_a_line_through_a_date_is_an_erasure() -> None:
    """A struck entry makes the sheet unpayable (the caisse's rule): it must be found, and named."""
    image = paper()
    typed(image, "27/07/2025", 12, 25)
    pen(image, (10.5, 23.6), (36.5, 23.9))

    assert marks_of(laid(image), ROW, "acts.0.date") == [("acts.0.date", MarkKind.STRIKE)]


@pytest.mark.parametrize("kind", ["plain", "underlined", "crossed sevens", "fold"])
def test_clean_entries_are_not_accused(kind: str) -> None:
    """A false accusation costs the professional a payment."""
    image = paper()
    typed(image, "27/07/2025", 12, 24.5)
    if kind == "underlined":
        pen(image, (11.5, 25.3), (34.0, 25.4))
    if kind == "crossed sevens":
        pen(image, (13.6, 23.2), (15.8, 23.1))
        pen(image, (21.5, 23.2), (23.8, 23.1))
    if kind == "fold":
        pen(image, (0.0, 23.2), (119.0, 23.3), width_mm=0.25)

    assert marks_of(laid(image), ROW, "acts.0.date") == []


@pytest.mark.parametrize(("bold", "struck"), [(True, False), (False, True)])
def test_bold_letters_that_touch_are_no_scribble(bold: bool, struck: bool) -> None:  # noqa: FBT001
    """A printer's thick letters run together into a dark bar; so does a pen that scribbles thin ones out."""
    image = paper()
    walls = 4 if bold else 2
    for x in range(96, 96 + 14 * 16, 16):  # letters of 1.6 by 2.5 mm, in pixels
        image[176:196, x : x + 13] = 40
        image[176 + walls : 196 - walls, x + walls : x + 13 - walls] = 255
    if bold:
        image[176:180, 128:230] = image[192:196, 128:230] = 40
    else:
        pen(image, *((14.4 + 0.3 * i, 21.5 + 3 * (i % 2)) for i in range(38)), width_mm=0.3)

    found = marks_of(laid(image), ROW, "insured_address", words=True)

    assert bool(found) is struck


def test_fluid_over_two_cells_shows_as_missing_tint() -> None:
    """Correction fluid hides the ink but also the form's own tint; the entry it covers is named."""
    cells = tuple(Rect(20 + 4.7 * i, 20, 4.7, 4.8) for i in range(8))
    blank = paper()
    for band in (20.0, 30.0, 40.0, 50.0):  # the form's tinted bands
        cv2.rectangle(blank, (160, round(band * PX)), (460, round((band + 4.8) * PX)), TINT, -1)
    original = blank.copy()
    cv2.rectangle(original, (158, 156), (236, 202), 250, -1)
    cleaned = paper()
    for i, digit in enumerate("27042025"):
        typed(original, digit, cells[i].x + 1.2, 23.8)
        typed(cleaned, digit, cells[i].x + 1.2, 23.8)
    rect = Rect(20, 20, 37.6, 4.8)

    covered = marks_of(laid(cleaned, original, blank=blank), rect, "prescription_date", cells=cells)

    assert covered == [("prescription_date", MarkKind.FLUID)]


def test_the_same_comb_without_fluid_is_clean() -> None:
    """The counterpart: all tint in place, no mark."""
    cells = tuple(Rect(20 + 4.7 * i, 20, 4.7, 4.8) for i in range(8))
    blank = paper()
    for band in (20.0, 30.0, 40.0, 50.0):
        cv2.rectangle(blank, (160, round(band * PX)), (460, round((band + 4.8) * PX)), TINT, -1)
    cleaned = paper()
    original = blank.copy()
    for i, digit in enumerate("27042025"):
        typed(original, digit, cells[i].x + 1.2, 23.8)
        typed(cleaned, digit, cells[i].x + 1.2, 23.8)
    rect = Rect(20, 20, 37.6, 4.8)

    assert marks_of(laid(cleaned, original, blank=blank), rect, "prescription_date", cells=cells) == []


def test_a_junk_cell_with_twice_the_ink_is_overwritten() -> None:
    """A digit written over another is dark and unreadable; a merely odd digit is not accused."""
    cells = tuple(Rect(20 + 4.7 * i, 20, 4.7, 4.8) for i in range(4))
    image = paper()
    for i, digit in enumerate("1174"):
        typed(image, digit, cells[i].x + 1.2, 23.8)
    for digit in "0838":
        typed(image, digit, cells[2].x + 1.2, 23.8)
    rect = Rect(20, 20, 18.8, 4.8)

    found = marks_of(laid(image), rect, "prescriber_rpps", cells=cells, junk=(0.0, 0.7, 0.9, 0.0))

    assert found == [("prescriber_rpps", MarkKind.OVERWRITE)]


def test_a_cell_with_three_times_the_ink_is_overwritten_however_well_it_reads() -> None:
    """A nought drawn thickly over another digit reads as a clear nought: the ink gives it away."""
    cells = tuple(Rect(20 + 4.7 * i, 20, 4.7, 4.8) for i in range(6))
    image = paper()
    for i, digit in enumerate("107106"):
        typed(image, digit, cells[i].x + 1.2, 23.8)
    cv2.circle(image, (round((cells[4].x + 2.2) * PX), round(22.4 * PX)), 16, 20, -1)
    rect = Rect(20, 20, 28.2, 4.8)

    found = marks_of(laid(image), rect, "prescriber_rpps", cells=cells, junk=(0.0,) * 6)

    assert found == [("prescriber_rpps", MarkKind.OVERWRITE)]


COMB = Rect(20, 20, 37.6, 4.8)
CELLS = tuple(Rect(20 + 4.7 * i, 20, 4.7, 4.8) for i in range(8))


def comb(text: str = "27042025") -> NDArray[np.uint8]:
    """Return paper with a comb filled by a machine."""
    image = paper()
    for cell, digit in zip(CELLS, text, strict=True):
        typed(image, digit, cell.x + 1.2, 23.8)
    return image


def comb_scores(image: NDArray[np.uint8], junk: tuple[float, ...] = (0.0,) * 8) -> list[tuple[MarkKind, float]]:
    view = laid(image)
    ink = Ink(view)
    entry = ink.entry(COMB, above=0.8, below=0.8)
    marks = find_erasures(view, ink, [Written("organisme_code", COMB, entry, CELLS, junk)], 0)
    return [(mark.kind, mark.score) for mark in marks]


def test_a_thin_nought_drawn_over_a_printed_figure_is_told_by_its_height() -> None:
    """Printed figures are of one height: an organisme written over so passed for a clear nought, and was accepted."""
    image = comb()
    cv2.ellipse(image, (round((CELLS[6].x + 2.3) * PX), round(22.2 * PX)), (7, 18), 0, 0, 360, 40, 2, cv2.LINE_AA)

    [(kind, score)] = comb_scores(image)

    assert kind is MarkKind.OVERWRITE
    assert score >= 0.5


def test_dotted_noughts_among_thin_ones_are_not_accused() -> None:
    """All noughts of the comb are as heavy: a typeface, not a correction. A bilevel form had 18 flags for it."""
    image = comb("10110101")
    for place in (1, 4, 6):
        centre = (round((CELLS[place].x + 2.3) * PX), round(22.4 * PX))
        cv2.circle(image, centre, 7, 30, -1)

    assert comb_scores(image) == []


def test_a_stamp_across_a_comb_leaves_a_doubt_not_an_accusation() -> None:
    """The stamp's number lies on the comb under it: what is junk to the reader is nobody's second thought."""
    image = comb()
    for place in range(5):
        typed(image, "8", CELLS[place].x + 1.6, 21.0, 2.2)
    junk = (0.2, 0.98, 0.1, 0.2, 0.0, 0.0, 0.0, 0.0)

    assert all(score < 0.5 for _, score in comb_scores(image, junk))


def test_a_wave_through_a_comb_is_a_strike() -> None:
    """Not every pen strikes straight: figures never join so many cells."""
    image = comb()
    points = [(19.0 + 0.5 * i, 22.4 + 1.6 * float(np.sin(i / 4))) for i in range(80)]
    pen(image, *points, width_mm=0.7)

    assert [kind for kind, _ in comb_scores(image)] == [MarkKind.STRIKE]


def test_a_stamps_frame_that_runs_on_beside_the_comb_is_no_accusation() -> None:
    """Date stamps are set half over the sheet's date: their lower edge strikes nothing out."""
    image = comb()
    pen(image, (4.0, 22.6), (40.0, 22.8), width_mm=0.5)

    assert all(score < 0.5 for _, score in comb_scores(image))


def test_a_thick_line_through_small_print_is_an_erasure_and_not_an_underline() -> None:
    """A marker is half as thick as the letters it strikes; the correction above is thicker still."""
    image = paper()
    typed(image, "06/09/2025", 12, 24.6, 1.9)
    pen(image, (9.5, 23.8), (34.0, 23.6), width_mm=0.9)

    assert marks_of(laid(image), ROW, "acts.0.date") == [("acts.0.date", MarkKind.STRIKE)]


def test_bold_figures_by_hand_that_touch_are_no_strike() -> None:
    """A broad pen joins the noughts of 44000, and a line through all of them can be laid: it ends in figures."""
    image = paper()
    for place in range(5):
        centre = (round((14 + 2.1 * place) * PX), round(23 * PX))
        cv2.ellipse(image, centre, (8, 12), 0, 0, 360, 40, 7, cv2.LINE_AA)
    view = laid(image)
    ink = Ink(view)
    written = Written("insured_address", ROW, ink.entry(ROW, above=1, below=1), words=True)

    assert all(mark.score < 0.5 for mark in find_erasures(view, ink, [written], 0))


def test_a_scratch_that_took_a_third_of_the_tint_is_found() -> None:
    """A blade roughens the paper and lightens the tint, it does not whiten it as fluid does."""
    blank = paper()
    for band in (20.0, 30.0, 40.0, 50.0):
        cv2.rectangle(blank, (160, round(band * PX)), (460, round((band + 4.8) * PX)), TINT, -1)
    original = blank.copy()
    cleaned = comb()
    third = TINT + (255 - TINT) // 3
    cv2.rectangle(original, (round(CELLS[3].x * PX), 160), (round(CELLS[5].x * PX), 198), third, -1)
    original = np.minimum(original, cleaned)

    covered = marks_of(laid(cleaned, original, blank=blank), COMB, "prescription_date", cells=CELLS)

    assert [field for field, _ in covered] == ["prescription_date"]


def test_an_amount_written_over_another_is_looked_at_by_a_person() -> None:
    """Two amounts in one place join as no figures do; whichever is read, nobody may accept it unseen."""
    image = paper()
    typed(image, "13,25", 12, 25, 3.2)
    for place, shape in enumerate(((0, 0, 3, 4), (1, 4, 4, 0), (0, 2, 4, 2.4), (2, 0, 2.4, 4.2))):
        left = 12.2 + 2.1 * place
        pen(
            image,
            (left + shape[0] * 0.7, 21.6 + shape[1] * 0.8),
            (left + shape[2] * 0.7, 21.6 + shape[3] * 0.8),
            width_mm=0.8,
        )
        pen(image, (left, 23.4), (left + 2.6, 22.6), width_mm=0.8)
    view = laid(image)
    ink = Ink(view)
    marks = find_erasures(view, ink, [Written("acts.0.fee", ROW, ink.entry(ROW, above=1, below=1))], 0)

    assert [(mark.field, mark.score < 0.5) for mark in marks] == [("acts.0.fee", True)]


def test_two_corrected_figures_of_one_entry_are_one_erasure() -> None:
    """A clerk reads one line an entry, with the box around all of it."""
    image = comb()
    for place in (3, 6):
        cv2.ellipse(
            image, (round((CELLS[place].x + 2.3) * PX), round(22.2 * PX)), (8, 19), 0, 0, 360, 40, 3, cv2.LINE_AA
        )
    view = laid(image)
    ink = Ink(view)
    written = Written("organisme_code", COMB, ink.entry(COMB, above=0.8, below=0.8), CELLS, (0.0,) * 8)

    [mark] = find_erasures(view, ink, [written], 0)

    assert mark.box.w > 3 * CELLS[0].w / SIZE[1]
