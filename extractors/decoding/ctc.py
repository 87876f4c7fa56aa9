"""From a line recogniser's posteriors to the likeliest strings, with their exact probabilities (CTC prefix search)."""

from collections.abc import Collection, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from extractors.decoding.hypotheses import Hypothesis
from extractors.readers.protocol import LinePosteriors

_BEAM: Final = 16
_SYMBOLS_A_STEP: Final = 6
_LEAST: Final = 1e-4
# A step as sure as this of its blank adds nothing to any string.
_SURE_BLANK: Final = 0.9995


def strings(
    posteriors: LinePosteriors, fold: Mapping[str, str] | None = None, *, beam: int = _BEAM
) -> list[Hypothesis]:
    """Return the likeliest strings of a line, best first.

    Args:
        posteriors: what the recogniser said.
        fold: for each character of the alphabet that may stand in the entry, the character it is read as (``O`` as
            ``0`` in an amount), or an empty string where it means nothing. Characters that are not in it are lost.
            None keeps all as they are.
        beam: how many strings are followed.
    """
    steps, symbols = _folded(posteriors, fold)
    # prefix -> probability of ending in a blank, and in its last character
    held: dict[str, tuple[float, float]] = {"": (1.0, 0.0)}
    for row in steps:
        blank = float(row[0])
        if blank > _SURE_BLANK:
            held = {text: ((b + c) * blank, 0.0) for text, (b, c) in held.items()}
            continue
        top = [int(i) for i in np.argpartition(row[1:], -min(_SYMBOLS_A_STEP, len(symbols)))[-_SYMBOLS_A_STEP:] + 1]
        options = [(symbols[i - 1], float(row[i])) for i in top if row[i] > _LEAST]
        grown: dict[str, tuple[float, float]] = {}
        for text, (after_blank, after_char) in held.items():
            whole = after_blank + after_char
            b, c = grown.get(text, (0.0, 0.0))
            grown[text] = (b + whole * blank, c)
            for symbol, p in options:
                if text and text[-1] == symbol:
                    b, c = grown[text]
                    grown[text] = (b, c + after_char * p)
                    gain = after_blank * p
                else:
                    gain = whole * p
                b, c = grown.get(text + symbol, (0.0, 0.0))
                grown[text + symbol] = (b, c + gain)
        best = sorted(grown.items(), key=lambda item: -sum(item[1]))[:beam]
        held = dict(best)
    merged: dict[str, float] = {}
    for text, (b, c) in held.items():
        merged[text.strip()] = merged.get(text.strip(), 0.0) + b + c
    return [Hypothesis(text, p) for text, p in sorted(merged.items(), key=lambda item: -item[1]) if text and p > 0]


def of_words(
    posteriors: LinePosteriors, words: Collection[str], fold: Mapping[str, str] | None = None
) -> list[Hypothesis]:
    """Return the probability that the line says exactly each of *words*, best first, those worth nothing left out."""
    steps, symbols = _folded(posteriors, fold)
    known = [word for word in words if word and all(c in symbols for c in word)]
    if not known:
        return []
    longest = 2 * max(map(len, known)) + 1
    labels = np.zeros((len(known), longest), np.intp)
    for row, word in enumerate(known):
        labels[row, 1 : 2 * len(word) : 2] = [symbols.index(c) + 1 for c in word]
    # the blank between two different characters may be left out
    skip = np.zeros(labels.shape, bool)
    skip[:, 3::2] = labels[:, 3::2] != labels[:, 1:-2:2]
    emitted = steps[:, labels]
    state = np.zeros(labels.shape)
    state[:, :2] = emitted[0, :, :2]
    for row in emitted[1:]:
        moved = state.copy()
        moved[:, 1:] += state[:, :-1]
        moved[:, 2:] += np.where(skip[:, 2:], state[:, :-2], 0.0)
        state = moved * row
    ends = np.array([2 * len(word) for word in known])
    rows = np.arange(len(known))
    found = state[rows, ends] + state[rows, ends - 1]
    ranked = sorted(zip(known, found.tolist(), strict=True), key=lambda pair: -pair[1])
    return [Hypothesis(word, p) for word, p in ranked if p > _LEAST]


def _folded(posteriors: LinePosteriors, fold: Mapping[str, str] | None) -> tuple[NDArray[np.float64], str]:
    steps = np.exp(posteriors.log_probabilities.astype(np.float64))
    if fold is None:
        return steps, posteriors.alphabet
    symbols = "".join(sorted(set(fold.values()) - {""}))
    folded = np.zeros((len(steps), len(symbols) + 1))
    folded[:, 0] = steps[:, 0]
    for column, character in enumerate(posteriors.alphabet, start=1):
        if fold.get(character) == "":
            folded[:, 0] += steps[:, column]
        elif character in fold:
            folded[:, symbols.index(fold[character]) + 1] += steps[:, column]
    return folded, symbols
