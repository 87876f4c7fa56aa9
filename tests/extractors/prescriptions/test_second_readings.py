"""What the two engines make of an ordonnance together: which one is believed, and how far."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from extractors.prescription import read_prescription
from extractors.readers.protocol import LinePosteriors
from schemas.prescription import Prescription
from tests.extractors.ordonnances import Paper, readers_with

_ALPHABET = " ',-./0123456789:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzéÉŒœ()"


def spelt(text: str, sure: float = 0.999) -> LinePosteriors:
    """Return what a recogniser sees that reads *text*, each letter with that probability."""
    rest = (1 - sure) / len(_ALPHABET)
    steps = np.full((2 * len(text) + 1, len(_ALPHABET) + 1), rest, np.float32)
    steps[::2, 0] = sure
    for i, letter in enumerate(text):
        steps[2 * i + 1, _ALPHABET.index(letter) + 1] = sure
    return LinePosteriors(np.log(steps), _ALPHABET)


class Scripted:
    """A recogniser that says of a crop what the test tells it, by its width in mm."""

    name = "handwriting"

    def __init__(self, says: Callable[[float], LinePosteriors]) -> None:
        self._says = says

    def read_line(self, crop: NDArray[np.uint8]) -> LinePosteriors:
        """Return what the test wants."""
        return self._says(crop.shape[1] / 200 * 25.4)


def read(paper: Paper, says: Callable[[float], LinePosteriors]) -> Prescription:
    """Return what the reader makes of *paper* with a recogniser that *says* so."""
    return read_prescription(paper.words, paper.view(), readers_with(Scripted(says)), [], 0)


def printed(*lines: tuple[float, float, str]) -> Paper:
    """Return a page with printed *lines*."""
    paper = Paper()
    for x, y, text in lines:
        paper.print_at(x, y, text)
    return paper


def test_a_date_beside_its_printed_legend_is_read_again_alone() -> None:
    """Print and pen on one row differ in height: a thin first figure is lost in the row, not in the date."""
    paper = Paper()
    paper.write_at(90, 80, "Nantes, le")
    paper.write_at(118, 80, "16/04/2025")

    found = read(paper, lambda mm: spelt("Nantes, le 6/04/2025", 0.9) if mm > 40 else spelt("16/04/2025"))

    assert found.date.value == "2025-04-16"
    assert found.date.confidence < 0.98


def test_a_date_read_surely_in_its_row_is_not_read_again() -> None:
    """A second reading costs as much as the first."""
    paper = Paper()
    paper.write_at(90, 80, "Nantes, le")
    paper.write_at(118, 80, "16/04/2025")
    widths: list[float] = []

    def says(mm: float) -> LinePosteriors:
        widths.append(mm)
        return spelt("Nantes, le 16/04/2025")

    found = read(paper, says)

    assert found.date.value == "2025-04-16"
    assert min(widths) > 40


def test_of_two_different_dates_the_surer_engines_stands_and_both_are_offered() -> None:
    """Tidy handwriting passes for print, whose engine then misreads a figure."""
    paper = printed((100, 80, "Bayonne, le 01/09/2025"))

    date = read(paper, lambda _: spelt("01/04/2025")).date

    assert date.value == "2025-04-01"
    assert date.confidence <= 0.5
    assert [other.value for other in date.alternatives] == ["2025-09-01"]


@pytest.mark.parametrize("line", ["Date : ler juin 2025", "Brest, 1e 01/06/2025", "Nantes, Ie 01/06/2025"])
def test_an_l_read_for_a_figure_hides_no_date(line: str) -> None:
    """An l, an I and a 1 are one stroke."""
    paper = printed((100, 80, line), (16, 95, "né(e) le 03/04/1948"))

    assert read(paper, lambda _: spelt("01/06/2025")).date.value == "2025-06-01"


def test_of_two_readings_of_a_prescriber_the_recognisers_stands_and_both_are_offered() -> None:
    """The matching of an ordonnance to its invoice needs the right one among them."""
    name = read(printed((16, 18, "Docteur Marcel BOUREADIS")), lambda _: spelt("Marcel BOURGEOIS")).prescriber_name

    assert name.value == "MARCEL BOURGEOIS"
    assert name.confidence <= 0.6
    assert [other.value for other in name.alternatives] == ["MARCEL BOUREADIS"]


def test_a_stamp_with_the_accent_the_letterhead_lost_gives_it_back() -> None:
    """A name whose two imprints differ is not certain."""
    paper = printed((16, 18, "Docteur Lea OLIVIER"), (120, 235, "Dr Léa OLIVIER"))

    name = read(paper, lambda _: spelt("Lea OLIVIER")).prescriber_name

    assert name.value == "LÉA OLIVIER"
    assert name.confidence < 0.98


@pytest.mark.parametrize(("again", "number"), [("10177316220", "10177316220"), ("10177316238", None)])
def test_a_number_of_twelve_figures_is_read_again(again: str, number: str | None) -> None:
    """An engine doubles a figure at times; only a reading that differs by this figure, with a sound key, counts."""
    paper = printed((16, 18, "Docteur Zoé PETIT"), (16, 40, "RPPS 101778316220"))

    rpps = read(paper, lambda _: spelt(again)).prescriber_rpps

    assert rpps.value == number
    assert rpps.confidence < 0.98


def test_a_birth_glued_to_the_patients_name_is_no_part_of_it() -> None:
    """Engines lose the space before "né(e) le"."""
    paper = printed((100, 80, "Nantes, le 06/05/2025"), (16, 92, "Monsieur LE GOFF DANIELné(e) le 04/07/1954"))

    assert read(paper, lambda _: spelt("LE GOFF DANIEL")).patient_name.value == "LE GOFF DANIEL"


def test_a_patient_in_one_word_is_doubtful() -> None:
    """Nobody has only one name: two were glued."""
    paper = printed((100, 80, "Nantes, le 06/05/2025"), (16, 92, "M. VINCENTMAXIME"))

    assert read(paper, lambda _: spelt("VINCENTMAXIME")).patient_name.confidence <= 0.5


def test_a_colon_glued_to_the_last_word_stands_apart() -> None:
    """Printers set a thin space there."""
    paper = printed((100, 80, "Nantes, le 06/05/2025"), (16, 92, "M. LE GOFF DANIEL"), (16, 106, "Soins au cabinet:"))

    assert read(paper, lambda _: spelt("LE GOFF DANIEL")).text.value == "Soins au cabinet :"
