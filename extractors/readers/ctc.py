"""What a line's posteriors say about texts: the probability of a given one, the best of some characters, the best few.

A line recogniser gives, for each step along the line, the probability of each character or of "nothing new" (blank).
A text's probability is the sum over all the ways to spell it along the steps (connectionist temporal classification,
Graves et al. 2006).
"""

from collections import defaultdict
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from extractors.readers.protocol import LinePosteriors, TextReading

_NEVER: Final = -1e30
# Log-probability of a character the recogniser does not know: as unlikely as its float32 output can say.
_UNKNOWN: Final = -16.0
# Candidates under this log-probability at a step open no new prefix: e-9 times the rest.
_FLOOR: Final = -9.0


def score(posteriors: LinePosteriors, text: str) -> float:
    """Return the natural logarithm of the probability that the line says exactly *text*.

    Impossible texts (longer than the line has steps) score -1e30. Scores of two texts on the same line compare;
    on lines of different lengths they do not.
    """
    steps = posteriors.log_probabilities.astype(np.float64)
    columns = [_column(posteriors, steps, c) for c in text]
    # Blank, first character, blank, second, ... blank: each state is a place along the text.
    emitted = np.empty((len(steps), 2 * len(text) + 1))
    emitted[:, 0::2] = steps[:, :1]
    for place, column in enumerate(columns):
        emitted[:, 2 * place + 1] = column
    may_skip = np.zeros(2 * len(text) + 1, bool)  # the blank between two different characters may be left out
    may_skip[3::2] = [a != b for a, b in pairwise(text)]
    state = np.full(2 * len(text) + 1, _NEVER)
    state[:2] = emitted[0, :2]
    for row in emitted[1:]:
        stepped = np.concatenate([[_NEVER], state[:-1]])
        skipped = np.where(may_skip, np.concatenate([[_NEVER, _NEVER], state[:-2]])[: len(state)], _NEVER)
        state = np.logaddexp(np.logaddexp(state, stepped), skipped) + row
    return float(max(np.logaddexp.reduce(state[-2:]), _NEVER))


def best(posteriors: LinePosteriors, allowed: str) -> TextReading:
    """Return the likeliest text made of *allowed* characters only.

    The confidence is the text's probability among texts of these characters, times the share of the evidence they hold:
    a line of letters read as digits comes back with next to none.
    """
    readings = n_best(posteriors, allowed=allowed, count=3)
    text, probability = readings[0]
    return TextReading(text.strip(), probability, tuple((t.strip(), p) for t, p in readings[1:]))


def n_best(
    posteriors: LinePosteriors, *, allowed: str | None = None, count: int = 5, width: int = 12
) -> list[tuple[str, float]]:
    """Return the *count* likeliest texts with their probabilities, best first (prefix beam search, *width* prefixes).

    Probabilities are the posteriors' own; where *allowed* leaves characters out, what these held is lost, not shared.
    """
    steps = posteriors.log_probabilities.astype(np.float64)
    alphabet = posteriors.alphabet
    usable = [1 + n for n, c in enumerate(alphabet) if allowed is None or c in allowed]
    # prefix -> log-probability of the ways that end in blank, and of those that end in its last character
    beams: dict[tuple[int, ...], tuple[float, float]] = {(): (0.0, _NEVER)}
    for row in steps:
        candidates = [s for s in usable if row[s] > _FLOOR]
        grown: dict[tuple[int, ...], tuple[float, float]] = defaultdict(lambda: (_NEVER, _NEVER))
        for prefix, (in_blank, in_last) in beams.items():
            whole = float(np.logaddexp(in_blank, in_last))
            blank, last = grown[prefix]
            stays = in_last + row[prefix[-1]] if prefix else _NEVER
            grown[prefix] = (float(np.logaddexp(blank, whole + row[0])), float(np.logaddexp(last, stays)))
            for symbol in candidates:
                longer = (*prefix, symbol)
                source = in_blank if prefix and prefix[-1] == symbol else whole
                blank, last = grown[longer]
                grown[longer] = (blank, float(np.logaddexp(last, source + row[symbol])))
        ranked = sorted(grown.items(), key=lambda item: -float(np.logaddexp(*item[1])))
        beams = dict(ranked[:width])
    ends = [
        ("".join(alphabet[s - 1] for s in prefix), float(np.exp(np.logaddexp(*ways)))) for prefix, ways in beams.items()
    ]
    return sorted(ends, key=lambda end: -end[1])[:count]


def _column(posteriors: LinePosteriors, steps: NDArray[np.float64], character: str) -> NDArray[np.float64]:
    """Return one character's log-probability at each step."""
    place = posteriors.alphabet.find(character)
    return np.full(len(steps), _UNKNOWN) if place < 0 else steps[:, 1 + place]
