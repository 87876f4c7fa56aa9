"""From a comb's cells to a value: the ink decides, what the field may hold weighs in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from extractors.decoding.combs import emptiness, strings
from extractors.decoding.grammars import CombDate, Digits, Luhn, Nir
from extractors.decoding.hypotheses import Hypothesis, Place, decide
from schemas.geometry import Box

CLASSES = "0123456789AB ?"
HERE = Place(page=3, box=Box(0.1, 0.2, 0.3, 0.01), source="comb")
NIR = "269054958815780"  # the public specimen's


def cells(text: str, doubts: dict[int, dict[str, float]] | None = None, sure: float = 0.995) -> NDArray[np.float32]:
    """Return a comb read as *text*; *doubts* gives some cells their own probabilities."""
    table = np.full((len(text), len(CLASSES)), (1 - sure) / (len(CLASSES) - 1), np.float32)
    for row, symbol in enumerate(text):
        table[row, CLASSES.index(symbol)] = sure
    for row, shares in (doubts or {}).items():
        table[row] = 1e-5
        for symbol, share in shares.items():
            table[row, CLASSES.index(symbol)] = share
    return np.asarray(table / table.sum(axis=1, keepdims=True), np.float32)


def test_a_clear_comb_is_read_as_it_stands() -> None:
    """The plain case: fifteen clear cells, a key that fits."""
    field = decide(strings(cells(NIR), CLASSES, Nir().allowed), Nir(), HERE)

    assert field.value == NIR
    assert field.confidence > 0.98
    assert field.page == 3


def test_the_key_settles_a_cell_the_ink_leaves_open() -> None:
    """A seven that might be a one is what the key is for; the ink's own reading stays beside it."""
    doubtful = cells(NIR, {13: {"7": 0.52, "8": 0.47}})
    field = decide(strings(doubtful, CLASSES, Nir().allowed), Nir(), HERE)

    assert field.value == NIR
    assert field.blind is not None
    assert field.blind.value == NIR[:13] + "70"


def test_the_key_never_repairs_clear_ink() -> None:
    """A number clearly written wrong stays as written: repairing it would name another person."""
    wrong = "269054958815280"
    field = decide(strings(cells(wrong, sure=0.9995), CLASSES, Nir().allowed), Nir(), HERE)

    assert field.value == wrong


def test_a_number_that_fails_its_key_is_less_certain_than_one_that_passes() -> None:
    """Most numbers that fail are misread, so a failing key must send the field to a person."""
    right = decide(strings(cells("99700123450"), CLASSES, Luhn(11).allowed), Luhn(11), HERE)
    wrong = decide(strings(cells("99700123457"), CLASSES, Luhn(11).allowed), Luhn(11), HERE)

    assert right.confidence > 0.97
    assert wrong.confidence < 0.8


def test_the_calendar_settles_a_month() -> None:
    """There is no month 17: a seven read over a one gives way where the ink allows."""
    table = cells("06172025", {3: {"7": 0.6, "1": 0.39}})
    field = decide(strings(table, CLASSES, CombDate(2005, 2059).allowed), CombDate(2005, 2059), HERE)

    assert field.value == "2025-11-06"
    assert field.blind is None  # reading eight cells as a date is reading, not a repair


def test_a_number_settled_by_luhn_keeps_the_reading_without_it() -> None:
    """Whoever checks what the ink alone gives must not be handed what the key chose."""
    doubtful = cells("99700123450", {10: {"0": 0.45, "6": 0.54}})
    field = decide(strings(doubtful, CLASSES, Luhn(11).allowed), Luhn(11), HERE)

    assert field.value == "99700123450"
    assert field.blind is not None
    assert field.blind.value == "99700123456"
    assert 0.5 < field.blind.confidence < 0.6


def test_an_unreadable_cell_leaves_the_field_unread() -> None:
    """A struck or blotted cell is never filled in: null, with a question mark in the raw text."""
    table = cells("000553707", {4: {"?": 0.98, "3": 0.01}})
    field = decide(strings(table, CLASSES, Digits(9).allowed), Digits(9), HERE)

    assert field.value is None
    assert field.is_unread
    assert field.raw == "0005?3707"


def test_an_empty_comb_is_empty() -> None:
    """Nine blanks are an empty entry, one digit among them is not."""
    assert emptiness(cells(" " * 9), CLASSES) > 0.9
    assert emptiness(cells("    5    "), CLASSES) < 0.05


@given(
    shares=st.lists(st.floats(0.001, 1.0), min_size=1, max_size=6),
    texts=st.lists(st.from_regex(r"[0-3]\d[01]\d20[0-3]\d", fullmatch=True), min_size=6, max_size=6, unique=True),
)
def test_probabilities_stay_probabilities(shares: list[float], texts: list[str]) -> None:
    """Whatever the reader says: value and alternatives never add up to more than certainty."""
    total = max(1.0, sum(shares))
    listed = [Hypothesis(text, share / total) for text, share in zip(texts, shares, strict=False)]
    field = decide(listed, CombDate(2005, 2039), HERE)

    parts = [a.probability for a in field.alternatives]
    assert 0.0 <= field.confidence <= 1.0
    assert field.confidence + sum(parts) <= 1.0 + 1e-9
    assert parts == sorted(parts, reverse=True)


def test_no_hypothesis_is_unread_not_empty() -> None:
    """Ink without any reading must never look like an empty entry."""
    assert decide([], Digits(9), HERE).is_unread


@pytest.mark.parametrize(("share", "value"), [(0.9, None), (0.3, "2025-05-06")])
def test_ink_that_stands_for_no_value_wins_only_when_it_is_clear(share: float, value: str | None) -> None:
    """A word in a date's place is unread; a smudge that might be a date is still offered as one."""
    listed = [Hypothesis("0605????", share), Hypothesis("06052025", 0.04 if share > 0.5 else 0.6)]

    assert decide(listed, CombDate(2005, 2059), HERE).value == value
