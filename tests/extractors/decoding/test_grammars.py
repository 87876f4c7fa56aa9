"""What entries may hold: python-stdnum and the calendar judge."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.fr import nir

from extractors.decoding.grammars import CombDate, Digits, Luhn, Nir

DIGITS = "0123456789"
departments = st.sampled_from(["01", "33", "75", "95", "2A", "2B", "97", "99"])
bodies = st.builds(
    "{}{:02d}{:02d}{}{:06d}".format,
    st.sampled_from("12"),
    st.integers(0, 99),
    st.integers(1, 12),
    departments,
    st.integers(1001, 990999),
)


def with_key(body: str) -> str:
    return body + nir.calc_check_digits(body)


@given(body=bodies)
def test_a_nir_with_its_key_is_regular(body: str) -> None:
    """A regular number must lose nothing, Corsica's letters included."""
    number = with_key(body)

    assert Nir().value(number) == number
    assert Nir().odds(number) == 1.0


@given(body=bodies, position=st.integers(0, 14), digit=st.sampled_from(DIGITS))
def test_one_wrong_digit_makes_a_nir_irregular(body: str, position: int, digit: str) -> None:
    """Every single misread digit must cost a NIR, or the key would be printed for nothing."""
    number = with_key(body)
    assume(position != 6 and number[position] != digit)
    # a first digit of people being registered has no key to check: it is irregular for that alone
    misread = number[:position] + digit + number[position + 1 :]

    assert Nir().odds(misread) < 0.1


@given(body=bodies)
def test_a_nir_without_key_keeps_thirteen_characters(body: str) -> None:
    """The contract never computes a key the paper does not carry."""
    assert Nir().value(body + "  ") == body


@pytest.mark.parametrize("text", ["1 80057599999082", "18005759999908", "   ", "180057599999082 "])
def test_a_blank_inside_a_nir_gives_no_value(text: str) -> None:
    """A NIR with a hole must not be closed up into another person's number."""
    assert Nir().value(text) is None or Nir().value(text) == text.rstrip()
    assert " " not in (Nir().value(text) or "")


@given(body=st.integers(0, 10**9 - 1))
def test_an_rpps_is_regular_when_luhn_says_so(body: int) -> None:
    """python-stdnum is the oracle of the key."""
    stem = f"1{body:09d}"
    right = stem + luhn.calc_check_digit(stem)
    wrong = stem + str((int(right[-1]) + 1) % 10)

    assert Luhn(11, first="18").odds(right) == 1.0
    assert Luhn(11, first="18").odds(wrong) < 1.0


def test_a_corsican_finess_counts_a_as_one_and_b_as_two() -> None:
    """Structures of Corsica have letters; these two are the fictitious examples of the trade's reference."""
    assert Luhn(9, letters=True).odds("2A9900008") == 1.0
    assert Luhn(9, letters=True).odds("2B9900006") == 1.0


@given(day=st.dates(date(2005, 1, 1), date(2059, 12, 31)))
def test_a_day_of_the_calendar_comes_back_as_written(day: date) -> None:
    """Eight cells DDMMYYYY, one value YYYY-MM-DD."""
    grammar = CombDate(2005, 2059)

    assert grammar.value(day.strftime("%d%m%Y")) == day.isoformat()
    assert grammar.odds(day.strftime("%d%m%Y")) == 1.0


@pytest.mark.parametrize("text", ["31022025", "00052025", "12132025"])
def test_a_day_no_calendar_has_keeps_its_value_but_is_rare(text: str) -> None:
    """That the paper carries an impossible date is a fault to report, not one to hide."""
    grammar = CombDate(2005, 2059)

    assert grammar.value(text) == f"{text[4:]}-{text[2:4]}-{text[:2]}"
    assert grammar.odds(text) < 0.01


def test_a_number_shorter_than_its_comb_is_kept_as_written() -> None:
    """Invoice numbers are written flush left or right; blanks around them are no digits."""
    assert Digits(9).value("   553707") == "553707"
    assert Digits(9).value("553 707  ") is None
