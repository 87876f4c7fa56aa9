"""RPPS, FINESS and AM numbers, organisme codes."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.identifiers.finess import is_finess, parse_finess
from schemas.identifiers.organisme import is_organisme, parse_organisme, same_organisme
from schemas.identifiers.rpps import is_rpps, parse_rpps

RPPS = ("99700000013", "99700000021", "99700123450", "99700999990")
FINESS = ("996000014", "997000021", "999000037", "998000046", "991000050", "990000010", "980001234")
CORSICA = ("2A9900008", "2B9900006")


@pytest.mark.parametrize("number", RPPS)
def test_a_right_rpps_passes(number: str) -> None:
    """Test numbers of a range nobody holds, their last digit worked out apart."""
    assert parse_rpps(f"{number[:3]} {number[3:]}") == number


@pytest.mark.parametrize("number", [*FINESS, *CORSICA])
def test_a_right_billing_number_passes(number: str) -> None:
    """FINESS, AM and ADELI share shape and key; Corsica's letters count 1 and 2."""
    assert parse_finess(number) == number


@given(number=st.sampled_from([*RPPS, *FINESS]), place=st.integers(0, 8), digit=st.sampled_from("0123456789"))
def test_one_misread_digit_never_passes(number: str, place: int, digit: str) -> None:
    """The Luhn digit catches any single misread digit."""
    assume(number[place] != digit)
    misread = number[:place] + digit + number[place + 1 :]

    assert not is_rpps(misread)
    assert not is_finess(misread)


@pytest.mark.parametrize("text", ["01971", "01 971 0000", "016410000", "91123"])
def test_an_organisme_needs_a_regime_that_exists(text: str) -> None:
    """Régime, caisse, and a centre that may be left out."""
    assert is_organisme(text)


@pytest.mark.parametrize("text", ["11971", "0197", "0197100000"])
def test_a_wrong_organisme_is_no_organisme(text: str) -> None:
    """Régime 11 does not exist; four or ten digits are none."""
    assert not is_organisme(text)


def test_a_centre_left_out_is_the_same_caisse() -> None:
    """Bordereaux print 01 971 where the form has 01 971 0000."""
    assert same_organisme(parse_organisme("01971"), parse_organisme("01 971 0000"))
    assert not same_organisme("019710000", "019720000")
