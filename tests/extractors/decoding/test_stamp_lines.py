"""A stamp's worn lines: two readers, weighed piece by piece."""

import numpy as np
import pytest

from extractors.decoding.stamp_lines import is_regular, settled, shaped
from extractors.readers.protocol import LinePosteriors

ALPHABET = " .()°0123456789" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + "abcdefghijklmnopqrstuvwxyz" + "è"


def line(text: str, doubts: dict[int, dict[str, float]] | None = None) -> LinePosteriors:
    """Return a recogniser's view of *text*; *doubts* gives some places their own probabilities."""
    steps = np.full((2 * len(text), len(ALPHABET) + 1), 1e-7)
    for place, character in enumerate(text):
        shares = (doubts or {}).get(place, {character: 1.0})
        for symbol, share in shares.items():
            steps[2 * place, ALPHABET.index(symbol) + 1] = share
        steps[2 * place + 1, 0] = 1.0
    return LinePosteriors(np.log(steps / steps.sum(axis=1, keepdims=True)).astype(np.float32), ALPHABET)


def test_the_surer_reader_wins_each_piece() -> None:
    """Each reader stumbles over other letters of a worn line: neither whole line is right, the mix is."""
    seen = line("Infirmier(ère)D.E", {4: {"r": 0.9, "n": 0.1}})

    text, sure = settled([("infirmier(ère)", 0.5), ("DE.", 0.6)], seen)

    assert text == "Infirmier(ère) D.E."
    assert 0.5 < sure < 0.8


def test_a_digit_put_in_by_one_reader_is_left_out() -> None:
    """Wear makes the reader of print see a digit twice; the number's length and key tell."""
    text, _ = settled([("N°", 0.9), ("1176676567", 0.2)], line("N°176676567"))

    assert text == "N° 176676567"


def test_readers_that_share_nothing_leave_the_line_in_doubt() -> None:
    """Where the rubber left half of the letters, no mix of two guesses may look sure."""
    _, sure = settled([("nrtrerle", 0.2), ("e", 0.2), ("t", 0.1)], line("Infirmier DE"))

    assert sure < 0.5


@pytest.mark.parametrize(
    ("text", "regular"),
    [
        ("Infirmier(ère) D.E.", True),
        ("12 RUE DE L'ÉGLISE 06000 NICE", True),
        ("N° 176676567", True),
        ("N° 1176676567", False),
        ("N° 176676568", False),
        ("infirmier(ère) D.E.", False),
        ("Infirmier(ère) DE.", False),
        ("Infirmier(ère) DE", False),
        ("LAURENT AUR€LIE", False),
    ],
)
def test_a_line_that_breaks_its_shape_is_read_again(text: str, regular: bool) -> None:  # noqa: FBT001
    """The shape is what shows a misreading when the reader itself is sure."""
    assert is_regular(text) is regular


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("N°176676567", "N° 176676567"),
        ("Infirmier(ère) D.E", "Infirmier(ère) D.E."),
        ("L6 BIS BOULEVARD GAMBETTA 63000 CLERMONT-FERRAND", "16 BIS BOULEVARD GAMBETTA 63000 CLERMONT-FERRAND"),
        ("LE HAVRE", "LE HAVRE"),
        ("Infirmier(ère) D E", "Infirmier(ère) D.E."),
        ("N 176676567", "N° 176676567"),
        ("N 12", "N 12"),
        ("12 RUE DE L'ÉCOLE97400 SAINT -DENIS", "12 RUE DE L'ÉCOLE 97400 SAINT-DENIS"),
    ],
)
def test_shapes_settle_spaces_points_and_house_numbers(read: str, meant: str) -> None:
    """A house number is figures, initials end in a point: that is how such lines are set."""
    assert shaped(read) == meant


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("Infirmier(ere) D.E.", "Infirmier(ère) D.E."),
        ("Masseur-kinésithé=apeute D.E.", "Masseur-kinésithérapeute D.E."),
        ("Orthophonistes", "Orthophonistes"),
        ("MASSEUR-KINESITHERAPEUTE", "MASSEUR-KINESITHERAPEUTE"),
        ("MARTIN Jeanne", "MARTIN Jeanne"),
        ("Ostéopathe", "Ostéopathe"),
    ],
)
def test_a_worn_professions_name_is_put_right(read: str, meant: str) -> None:
    """Only so many professions fill in this form; names, capitals and other words stay as they are read."""
    assert shaped(read) == meant
