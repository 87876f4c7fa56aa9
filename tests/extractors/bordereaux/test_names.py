"""One name from two readings."""

import pytest

from extractors.bordereaux.names import SAME, one_name


def test_two_engines_that_read_the_same_name_are_believed() -> None:
    """Nothing else proves a name: neither a key nor a sum."""
    assert one_name("FAURE ROBERT", 0.9, "Faure Robert") == ("FAURE ROBERT", SAME)


@pytest.mark.parametrize(
    ("first", "sure", "second", "name"),
    [
        ("FONTAINE LEA", 0.6, "FONTAINE LÉA", "FONTAINE LÉA"),
        ("COLONNA RAPHAEL", 0.9, "COLONNA RAPHAÊL", "COLONNA RAPHAËL"),
        ("LACROIX ZOË", 0.9, "LACROIX ZOÉ", "LACROIX ZOÉ"),
        ("PICARD INÉS", 0.95, "PICARD INÈS", "PICARD INÈS"),
        ("LEFÊVRE PAUL", 0.95, "LEFÈVRE PAUL", "LEFÈVRE PAUL"),
        ("DUBO1S JOËLLE", 0.6, "DUBOIS JOËLLE", "DUBOIS JOËLLE"),
        ("ROGER Y VONNE", 0.9, "ROGER YVONNE", "ROGER YVONNE"),
        ("N'GUESS AN DANIELLE", 0.9, "N'GUESSAN DANIELLE", "N'GUESSAN DANIELLE"),
    ],
)
def test_each_engine_is_believed_where_it_does_not_slip(first: str, sure: float, second: str, name: str) -> None:
    """A lost accent, a figure among letters, a word cut in two: the other engine tells; a person still looks."""
    value, confidence = one_name(first, sure, second)

    assert value == name
    assert 0.7 < confidence < SAME


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("NOËL JEANNE", "NOÉL JEANNE"),
        ("DUMAS LOÏC", "DUMAS LOIC"),
        ("LEFÈVRE INÈS", "LEFÉVRE INÉS"),
        ("ŒUVRARD PAUL", "CEUVRARD PAUL"),
        ("LE GOFF LÉA", "LEGOFFLÉA"),
    ],
)
def test_what_the_second_engine_cannot_write_is_no_contradiction(first: str, second: str) -> None:
    """It knows no Ë, Ï or Œ and loses blanks: no reason to ask a person."""
    assert one_name(first, 0.9, second) == (first, SAME)


def test_other_letters_make_a_name_doubtful() -> None:
    """A name is compared with the form's: a misread one must not accuse it."""
    value, confidence = one_name("LEROY OBCTTE", 0.5, "LEROY ODETTE")

    assert value == "LEROY ODETTE"
    assert confidence < 0.7


def test_an_accent_only_the_second_engine_saw_leaves_a_doubt() -> None:
    """FAURE is not FAURÉ: where the first engine is sure, its letter stays, and nobody takes it as certain."""
    value, confidence = one_name("FAURE PAUL", 0.93, "FAURÉ PAUL")

    assert value == "FAURE PAUL"
    assert confidence < SAME
