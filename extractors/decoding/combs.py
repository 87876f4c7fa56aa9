"""Comb fields: a row of cells, one character each, to the most probable strings."""

import heapq
from typing import Final

import numpy as np

from extractors.decoding.cells import Floats
from extractors.decoding.hypotheses import Hypothesis

EMPTY: Final = " "
JUNK: Final = "?"
# Share of every cell's probability spread over all symbols: a reader is never surer than its own error rate on
# hands it has not seen (about 2 %, of which most stays near the right symbol).
_DOUBT: Final = 0.004
_BEAM: Final = 96
_SYMBOLS_A_CELL: Final = 5
_LEAST: Final = 1e-4
# Struck or blotted cells: about one in a hundred on faulty forms, against one in twenty in the reader's lessons.
_JUNK_IS_RARER: Final = 0.2


def strings(probabilities: Floats, classes: str, allowed: list[str], *, beam: int = _BEAM) -> list[Hypothesis]:
    """Return the likeliest strings of a comb, best first, one character a cell.

    Args:
        probabilities: ``(cells, classes)``, each row summing to 1.
        classes: one symbol a column; ``" "`` is an empty cell, ``"?"`` junk.
        allowed: for each cell the symbols it may hold; what the reader gives to others is lost, not redistributed.
            ``" "`` and ``"?"`` are always possible.
        beam: how many strings are kept.
    """
    held: list[tuple[float, str]] = [(0.0, "")]
    for row, symbols in zip(softened(probabilities), allowed, strict=True):
        wanted = [(float(row[i]), c) for i, c in enumerate(classes) if c in symbols or c in (EMPTY, JUNK)]
        options = [(np.log(p), c) for p, c in heapq.nlargest(_SYMBOLS_A_CELL, wanted) if p > _LEAST]
        grown = [(score + gain, text + symbol) for score, text in held for gain, symbol in options]
        held = heapq.nlargest(beam, grown)
    return [Hypothesis(text, float(np.exp(score))) for score, text in held]


def softened(probabilities: Floats) -> Floats:
    """Return *probabilities* with some left to every symbol: no cell excludes one."""
    return np.asarray((1.0 - _DOUBT) * probabilities + _DOUBT / probabilities.shape[1])


def with_rare_junk(probabilities: Floats, classes: str) -> Floats:
    """Return *probabilities* with junk as rare as it is on forms; the reader learnt it among many more examples."""
    rarer = probabilities.copy()
    rarer[:, classes.index(JUNK)] *= _JUNK_IS_RARER
    return np.asarray(rarer / rarer.sum(axis=1, keepdims=True))


def emptiness(probabilities: Floats, classes: str) -> float:
    """Return the probability that no cell holds anything."""
    return float(np.prod(probabilities[:, classes.index(EMPTY)]))
