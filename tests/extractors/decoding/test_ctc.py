"""Strings from a line's posteriors: an obvious slow version judges the fast one."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.decoding import ctc
from extractors.readers.protocol import LinePosteriors

ALPHABET = "1O,"


def spelled(path: tuple[int, ...]) -> str:
    """Return what a path of symbols spells: repeats merged, blanks dropped."""
    kept = [s for i, s in enumerate(path) if s and (i == 0 or path[i - 1] != s)]
    return "".join(ALPHABET[s - 1] for s in kept)


def by_hand(table: np.ndarray) -> dict[str, float]:
    """Return the probability of every string by walking every path."""
    found: dict[str, float] = {}
    for path in product(range(table.shape[1]), repeat=len(table)):
        p = float(np.prod([table[t, s] for t, s in enumerate(path)]))
        found[spelled(path)] = found.get(spelled(path), 0.0) + p
    return found


tables = st.lists(st.lists(st.floats(0.01, 1.0), min_size=4, max_size=4), min_size=1, max_size=5).map(
    lambda rows: np.array([np.array(r) / sum(r) for r in rows])
)


@given(table=tables)
def test_probabilities_are_those_of_all_paths(table: np.ndarray) -> None:
    """A string's probability sums every way to spell it along the line."""
    posteriors = LinePosteriors(np.log(table).astype(np.float32), ALPHABET)
    exact = by_hand(table)

    for hypothesis in ctc.strings(posteriors, beam=200):
        assert hypothesis.probability == pytest.approx(exact[hypothesis.text], abs=1e-4)


@given(table=tables, word=st.text(alphabet=ALPHABET, min_size=1, max_size=4))
def test_a_given_word_scores_as_its_paths_do(table: np.ndarray, word: str) -> None:
    """Scoring a code against the ink must agree with finding it there."""
    posteriors = LinePosteriors(np.log(table).astype(np.float32), ALPHABET)
    exact = by_hand(table).get(word, 0.0)
    found = {h.text: h.probability for h in ctc.of_words(posteriors, [word, "11"])}

    assert found.get(word, 0.0) == pytest.approx(exact, abs=2e-4)


def test_letters_are_read_as_the_digits_they_look_like() -> None:
    """In an amount an O is a nought: their probabilities add up."""
    table = np.array([[0.02, 0.9, 0.05, 0.03], [0.1, 0.1, 0.7, 0.1]])
    posteriors = LinePosteriors(np.log(table).astype(np.float32), ALPHABET)

    assert ctc.strings(posteriors, {"1": "1", "O": "0"})[0].text == "10"
