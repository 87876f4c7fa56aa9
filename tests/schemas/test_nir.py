"""The NIR: what its key catches, and the numbers that are not quite NIRs."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.errors import InvalidIdentifierError
from schemas.identifiers.nir import birth_month, is_nir, nir_key, parse_nir, same_nir

# Fictitious people: commune 999 or an order from 990 do not exist (domain notes); one public specimen card.
SPECIMENS = {
    "man 1980 Paris": "180057599999082",
    "woman 1992 Rhône": "292036999999158",
    "Corsica 2A": "285072A99999268",
    "Corsica 2B": "178112B99999366",
    "Corsica before 1976": "160112099999420",
    "month 31": "155319999904283",
    "month 62": "280629999911804",
    "Guadeloupe": "191029719999504",
    "Polynésie": "288049879999650",
    "abroad": "274069999999775",
    "key 97": "199017599907797",
    "key 01": "199017599907601",
    "specimen card": "269054958815780",
}


@pytest.mark.parametrize("nir", SPECIMENS.values(), ids=SPECIMENS)
def test_a_right_number_is_kept_as_it_is(nir: str) -> None:
    """Keys were worked out by hand from INSEE's rule, Corsica and overseas included."""
    assert parse_nir(nir) == nir


def test_separators_are_dropped_and_letters_raised() -> None:
    """Cards and software print the number in groups, with a bar before the key."""
    assert parse_nir("2 85 07 2a 999 992 | 68") == "285072A99999268"


def test_a_number_without_key_stays_without() -> None:
    """The key is not computed: the paper does not bear it."""
    assert parse_nir("2690549588157") == "2690549588157"


@pytest.mark.parametrize("text", ["7 1 123 45678901", "5 1 971 12345678", "2555555971030"])
def test_provisional_and_anonymous_numbers_pass_without_key(text: str) -> None:
    """People being registered, passing through or protected carry numbers that are not NIRs."""
    assert is_nir(text)


@pytest.mark.parametrize(
    "text", ["", "123", "2690049588157", "26905495881578", "2690549588157A0", "269052C588157", "2690549588000"]
)
def test_a_wrong_shape_is_refused_as_such(text: str) -> None:
    """Month 00, a fourteenth character, letters outside Corsica and rank 000 are no NIR."""
    with pytest.raises(InvalidIdentifierError) as caught:
        parse_nir(text)

    assert caught.value.reason == "shape"


def test_an_error_never_shows_the_number() -> None:
    """Errors end up in logs, and a NIR is nobody's business there."""
    with pytest.raises(InvalidIdentifierError) as caught:
        parse_nir("284058832102530")

    assert "284" not in str(caught.value)


@given(
    specimen=st.sampled_from(sorted(SPECIMENS.values())), place=st.integers(0, 14), digit=st.sampled_from("0123456789")
)
def test_one_misread_digit_never_passes(specimen: str, place: int, digit: str) -> None:
    """The key catches any single misread digit, which is why the form prints it."""
    assume(specimen[place] != digit and specimen[place] not in "AB")
    # A digit beside Corsica's letter changes what the letter counts.
    assume(not (specimen[6] in "AB" and place == 5))

    assert not is_nir(specimen[:place] + digit + specimen[place + 1 :])


@given(place=st.integers(0, 11), specimen=st.sampled_from(sorted(SPECIMENS.values())))
def test_two_exchanged_neighbours_never_pass(place: int, specimen: str) -> None:
    """Typing errors exchange neighbours; the key sees them too."""
    one, two = specimen[place : place + 2]
    assume(one != two and specimen[6] not in "AB")

    assert not is_nir(specimen[:place] + two + one + specimen[place + 2 :])


def test_a_number_without_key_is_the_same_as_with_it() -> None:
    """Bordereaux often leave the key out."""
    assert same_nir("2690549588157", "269054958815780")


def test_two_keys_that_differ_make_two_numbers() -> None:
    """Where both papers bear a key, all fifteen characters are compared."""
    assert not same_nir("269054958815780", "269054958815781")


@pytest.mark.parametrize(
    ("nir", "month"), [("269054958815780", (69, 5)), ("155319999904283", (55, 1)), ("280629999911804", None)]
)
def test_the_birth_month_is_told_where_the_number_tells_it(nir: str, month: tuple[int, int] | None) -> None:
    """Month 31 stands for January; 62 stands for none."""
    assert birth_month(nir) == month


def test_the_key_of_the_readme_example_is_32() -> None:
    """A public example shows 30, which is wrong: our key must not be fitted to it."""
    assert nir_key("2840588321025") == "32"
