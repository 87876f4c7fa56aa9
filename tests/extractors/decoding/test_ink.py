"""The ink of an entry kept whole: any value of another paper can be asked for, listed by a reader or not."""

import numpy as np
import pytest
from numpy.typing import NDArray

from extractors.decoding.cells import seen_cells
from extractors.decoding.comb_entry import CombGrammar, CombInk, decode_comb
from extractors.decoding.grammars import CombDate, Digits, Nir
from extractors.decoding.hypotheses import Hypothesis, Place, decide
from extractors.decoding.ink import ListedInk, text_ink
from extractors.decoding.texts import Amount
from extractors.readers.cells import CLASSES
from extractors.readers.protocol import LinePosteriors
from schemas.geometry import Box

PLACE = Place(0, Box(0.1, 0.1, 0.2, 0.02), "comb")


def cells(text: str, doubtful: dict[int, dict[str, float]] | None = None) -> NDArray[np.float32]:
    """Return each cell's distribution: *text*, but where *doubtful* says otherwise."""
    rows = np.zeros((len(text), len(CLASSES)), np.float32)
    for place, character in enumerate(text):
        for symbol, p in (doubtful or {}).get(place, {character: 1.0}).items():
            rows[place, CLASSES.index(symbol)] = p
    return rows


def ink_of(rows: NDArray[np.float32], grammar: CombGrammar) -> CombInk:
    """Return the ink of a comb as the reader of forms keeps it."""
    ink = decode_comb(seen_cells(CLASSES, rows, np.zeros((len(rows), 1), np.float32)), grammar, PLACE).ink
    assert isinstance(ink, CombInk)
    return ink


def test_a_number_no_reader_listed_has_its_share() -> None:
    """Three doubtful figures make a thousand numbers: the line's is one of them, though far down the list."""
    doubtful = {k: {"7": 0.90, "9": 0.06, "1": 0.04} for k in (0, 3, 8)}
    ink = ink_of(cells("700700007", doubtful), Digits(9))

    assert ink.share("900900009") == pytest.approx(0.06**3, rel=0.1)
    assert ink.share("700700007") == pytest.approx(0.90**3, rel=0.1)


def test_what_the_ink_excludes_has_next_to_no_share() -> None:
    """No cell excludes a figure, but clear ink all but does."""
    ink = ink_of(cells("123456789"), Digits(9))

    assert ink.share("123456780") < 0.001
    assert ink.share("987654321") < 1e-20


def test_a_key_is_no_part_of_the_ink() -> None:
    """The key decides between readings, never what the ink bears."""
    valid, slipped = "292036999999158", "292036999999157"
    rows = cells(valid, {14: {"8": 0.4, "7": 0.6}})
    ink = ink_of(rows, Nir())

    assert ink.share(slipped) == pytest.approx(0.6, abs=0.05)
    assert ink.share(valid) == pytest.approx(0.4, abs=0.05)


@pytest.mark.parametrize(("value", "grammar"), [("2025-06-18", CombDate(2005, 2059)), ("42", Digits(6))])
def test_a_value_is_found_as_the_comb_writes_it(value: str, grammar: CombGrammar) -> None:
    """A date stands day first; a short number stands left or right."""
    for text in grammar.writings(value):
        assert ink_of(cells(text), grammar).share(value) > 0.9


def test_the_ink_of_a_line_lists_what_its_readers_made_of_it() -> None:
    """What nobody listed shares what is left, thinly."""
    field = decide([Hypothesis("2,75", 0.6), Hypothesis("2,95", 0.3)], Amount(), PLACE)

    assert field.ink is not None
    assert field.ink.share("2.75") == pytest.approx(0.6)
    assert field.ink.share("2.95") == pytest.approx(0.3)
    assert 0 < field.ink.share("2.45") < 0.001


def test_any_name_may_be_asked_for() -> None:
    """A reader that saw WES may have seen INÈS: the line's name is asked of the ink, accents left aside."""
    alphabet = "WESINès"
    steps = np.full((9, 1 + len(alphabet)), 1e-6)
    for step, shares in enumerate([{"W": 0.6, "I": 0.4}, {}, {"N": 0.5}, {}, {"è": 0.9}, {}, {"s": 0.9}, {}, {}]):
        for symbol, p in shares.items():
            steps[step, 1 + alphabet.index(symbol)] = p
        steps[step, 0] = 1.0 - sum(shares.values()) + 1e-6
    ink = text_ink(ListedInk((("WES", 0.3),), 0.7), LinePosteriors(np.log(steps).astype(np.float32), alphabet))

    assert ink.share("INÈS") == pytest.approx(0.4 * 0.5 * 0.9 * 0.9, rel=0.05)
    assert ink.share("PAUL") < 1e-6
