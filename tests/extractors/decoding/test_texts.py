"""Entries on a line: every way a clerk meets them, one value."""

import pytest

from extractors.decoding.hypotheses import Hypothesis
from extractors.decoding.texts import (
    Amount,
    Code,
    Coefficient,
    FreeText,
    Name,
    WholeNumber,
    WrittenDate,
    with_lost_strokes,
)


@pytest.mark.parametrize(
    "text",
    [
        "06/05/2025",
        "06.05.25",
        "06052025",
        "6/5/25",
        "06-05-2025",
        "06 05 2025",
        "0610512025",
        "06105/2025",
        "06/05125",
    ],
)
def test_a_date_has_one_value_however_it_is_written(text: str) -> None:
    """Offices write dates in many ways, and an upright slash looks like a one."""
    assert WrittenDate(2005, 2059).value(text) == "2025-05-06"


@pytest.mark.parametrize("text", ["0605", "06/05", "6/5/2", "mai 2025", ""])
def test_half_a_date_has_no_value(text: str) -> None:
    """A date is never completed."""
    assert WrittenDate(2005, 2059).value(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("18,20", "18.20"), ("18.2", "18.20"), ("18", "18.00"), ("1 234,50 €", "1234.50"), ("007,95", "7.95")],
)
def test_an_amount_has_a_point_and_two_decimals(text: str, value: str) -> None:
    """The contract's form of an amount."""
    assert Amount().value(text) == value


@pytest.mark.parametrize("text", ["18,205", "1,2,3", "abc", "", "18,20,"])
def test_what_is_no_amount_has_no_value(text: str) -> None:
    """An amount is never guessed from a torn one."""
    assert Amount().value(text) is None


def test_an_amount_without_cents_may_have_lost_its_comma() -> None:
    """1820 is more likely a bad reading of 18,20 than eighteen hundred euros."""
    assert Amount().odds("1820") < 0.1 < Amount().odds("18,20")


@pytest.mark.parametrize(
    ("grammar", "text", "whole"),
    [
        (WrittenDate(2005, 2059), "27/1/2025", "27/11/2025"),
        (WrittenDate(2005, 2059), "5/11/2025", "15/11/2025"),
        (Amount(), "6,58", "16,58"),
        (Amount(), "1658", "16,58"),
    ],
)
def test_a_one_that_ran_into_its_neighbour_may_have_stood_there(
    grammar: WrittenDate | Amount, text: str, whole: str
) -> None:
    """By hand the strokes of an eleven run together, and a one into the figure behind it."""
    found = {h.text: h.probability for h in with_lost_strokes([Hypothesis(text, 0.9)], grammar, by_hand=True)}

    assert 0.01 < found[whole] < found[text]
    assert sum(found.values()) == pytest.approx(0.9)


def test_a_machine_loses_no_figure() -> None:
    """Print keeps its ones apart: no doubt is put where there is none."""
    assert with_lost_strokes([Hypothesis("6,58", 0.9)], Amount(), by_hand=False) == [Hypothesis("6,58", 0.9)]
    assert with_lost_strokes([Hypothesis("27/1/2025", 0.9)], WrittenDate(2005, 2059), by_hand=False) == [
        Hypothesis("27/1/2025", 0.9)
    ]


def test_a_hand_that_pads_its_days_pads_its_months() -> None:
    """05/1/2025 is an unusual way to write: a stroke was lost, more likely."""
    dates = WrittenDate(2005, 2059)

    assert dates.odds("05/1/2025") < dates.odds("05/01/2025") == dates.odds("27/1/2025")


@pytest.mark.parametrize(("text", "value"), [("1,50", "1.5"), ("3", "3"), ("3,00", "3"), ("0,75", "0.75"), ("A", None)])
def test_a_coefficient_has_no_trailing_zeros(text: str, value: str | None) -> None:
    """The contract's form of a coefficient."""
    assert Coefficient().value(text) == value


def test_a_code_takes_the_letters_its_digits_look_like() -> None:
    """AM1 and 8SA are readings of codes everybody knows; a code nobody knows stays as written, and rarer."""
    codes = Code({"AMI", "BSA"})

    assert codes.value("AM1") == "AMI"
    assert codes.value("8sa") == "BSA"
    assert codes.value("XYZ") == "XYZ"
    assert codes.odds("XYZ") < codes.odds("AMI")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Dr Noël  Chantal", "NOËL CHANTAL"),
        ("Mme. LE GOFF Anne-Marie", "LE GOFF ANNE-MARIE"),
        ("L’HÔTE Éric", "L'HÔTE ÉRIC"),
        ("Drouet Marc", "DROUET MARC"),
    ],
)
def test_a_name_is_in_capitals_without_title(text: str, value: str) -> None:
    """Accents kept, titles out, and no title found inside a name."""
    assert Name().value(text) == value


def test_kilometres_are_whole() -> None:
    """A count, with or without its unit."""
    assert WholeNumber().value("019 km") == "19"
    assert WholeNumber().value("1,5") is None


def test_a_line_keeps_its_words_and_loses_its_extra_spaces() -> None:
    """Text compares without repeated spaces."""
    assert FreeText().value("  12  RUE DE L’ÉCOLE ") == "12 RUE DE L'ÉCOLE"


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("20 QUAI DES MARINIERS 31O00 TOULOUSE", "20 QUAI DES MARINIERS 31000 TOULOUSE"),
        ("88 PLACE DE L'ÉGLISE97400 SAINT-DENIS", "88 PLACE DE L'ÉGLISE 97400 SAINT-DENIS"),
        ("10 RUE DES LILAS 63000 CLERMONT -FERRAND", "10 RUE DES LILAS 63000 CLERMONT-FERRAND"),
        ("3 RUE A - B 75001 PARIS", "3 RUE A - B 75001 PARIS"),
        ("LOT 12 LES OLLIOULES", "LOT 12 LES OLLIOULES"),
    ],
)
def test_an_addresss_postcode_is_five_figures(read: str, meant: str) -> None:
    """A dotted nought reads as an O, and a letter in a postcode is a misreading whatever the town."""
    assert FreeText().value(read) == meant
