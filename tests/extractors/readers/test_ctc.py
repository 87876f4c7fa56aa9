"""The probability of a text under a line's posteriors: the spelled one first, the constrained within its characters."""

import itertools

import numpy as np
import pytest

from extractors.readers.ctc import best, n_best, score
from extractors.readers.protocol import LinePosteriors

_ALPHABET = "018AL "


def _line(*steps: str, sure: float = 0.9) -> LinePosteriors:
    """Return posteriors whose steps say *steps*, "" being the blank, each with probability *sure*."""
    rows = np.full((len(steps), 1 + len(_ALPHABET)), (1 - sure) / len(_ALPHABET), np.float32)
    for row, step in zip(rows, steps, strict=True):
        row[1 + _ALPHABET.index(step) if step else 0] = sure
    return LinePosteriors(np.log(rows), _ALPHABET)


def _summed_over_paths(line: LinePosteriors, text: str) -> float:
    """Return the probability of *text* the slow way: every path spelled out."""
    probabilities = np.exp(line.log_probabilities.astype(np.float64))
    total = 0.0
    for path in itertools.product(range(probabilities.shape[1]), repeat=len(probabilities)):
        kept = [s for n, s in enumerate(path) if s and (n == 0 or path[n - 1] != s)]
        if "".join(_ALPHABET[s - 1] for s in kept) == text:
            total += float(np.prod([probabilities[t, s] for t, s in enumerate(path)]))
    return total


@pytest.mark.parametrize("text", ["", "1", "11", "18", "A1"])
def test_the_score_is_the_sum_over_every_spelling(text: str) -> None:
    """The fast recursion must agree with the definition, repeated characters included."""
    line = _line("1", "", "1", "8", sure=0.6)

    assert np.exp(score(line, text)) == pytest.approx(_summed_over_paths(line, text), rel=1e-5)


def test_the_name_on_the_paper_scores_above_its_neighbours() -> None:
    """Matching a form with its bordereau line rests on this order."""
    line = _line("L", "A", "", "A", "1", "8")

    ranked = sorted(["LAL18", "LAA18", "LA18", "AL18"], key=lambda text: -score(line, text))

    assert ranked[0] == "LAA18"


def test_a_text_longer_than_the_line_is_impossible() -> None:
    """Three steps cannot spell four characters: such a candidate must lose, not crash."""
    assert score(_line("1", "8", "0"), "1801") < -1e20


def test_a_character_the_recogniser_does_not_know_costs_but_does_not_crash() -> None:
    """A bordereau may print a name with a letter outside the alphabet."""
    line = _line("A", "L")

    assert -40 < score(line, "AŁ") < score(line, "AL")


def test_an_ambiguous_sign_is_read_as_a_figure_where_figures_are_asked_for() -> None:
    """An amount cell holds no letter, so the L that looks like a 1 must not win there."""
    line = _line("L", "", "8", sure=0.5)
    line.log_probabilities[0, 1 + _ALPHABET.index("1")] = np.log(0.4)

    assert best(line, "0123456789").text == "18"


def test_letters_read_as_figures_come_back_with_next_to_no_confidence() -> None:
    """A forced reading must not look sure, or a name in an amount cell would be accepted."""
    assert best(_line("A", "L", sure=0.99), "018").confidence < 0.02


def test_the_n_best_texts_are_in_order_and_their_scores_agree() -> None:
    """The decoder weighs alternatives by these probabilities."""
    line = _line("1", "", "8", sure=0.6)

    found = n_best(line, count=4, width=200)

    assert [p for _, p in found] == sorted((p for _, p in found), reverse=True)
    assert found[0][0] == "18"
    assert found[0][1] == pytest.approx(float(np.exp(score(line, "18"))), rel=1e-4)
