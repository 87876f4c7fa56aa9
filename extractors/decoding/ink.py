"""What the ink of one entry may say, kept whole: other papers are weighed against it, not against a few best guesses.

A line of a bordereau asks "how likely is it that this ink says exactly that?"; the answer must not depend on whether a
reader happened to list the value. Small and without pixels, so that it travels with the page's reading. Combs and
numbers keep their cells besides (``comb_entry``, ``number_entry``).
"""

import unicodedata
from dataclasses import dataclass
from typing import Final

import numpy as np

from extractors.readers.ctc import score
from extractors.readers.protocol import LinePosteriors

#: What a name is spelt with, accents and small letters folded.
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -'."
#: Values kept of an entry's distribution, and the least share worth keeping: a tariff or a line that the ink gives
#: less is not what the paper says.
_KEPT: Final = 48
_LEAST: Final = 1e-5
#: Share of what no reader listed that falls on one given value.
_ONE_OF_MANY: Final = 1e-3
#: Probability of what a recogniser gives no step: float16 keeps its logarithm.
_NEVER: Final = 1e-7


@dataclass(frozen=True, slots=True)
class ListedInk:
    """The ink of an entry: what its readers together made of it."""

    listed: tuple[tuple[str, float], ...]
    #: share that none of the listed values has
    elsewhere: float
    #: what all regular strings weighed together before they became shares
    weight: float = 1.0

    def share(self, value: str) -> float:
        """Return the probability that the ink says *value*."""
        return dict(self.listed).get(value, self.elsewhere * _ONE_OF_MANY)


@dataclass(frozen=True, slots=True)
class TextInk:
    """The ink of a name: the recogniser's posteriors over capitals, so that any name can be asked for."""

    listed: tuple[tuple[str, float], ...]
    #: log-probabilities ``(steps, 1 + len(LETTERS))`` as float16, blank first
    steps: bytes

    def share(self, value: str) -> float:
        """Return the probability that the ink spells *value*, whatever its accents and the case of its letters."""
        steps = np.frombuffer(self.steps, np.float16).reshape(-1, 1 + len(LETTERS)).astype(np.float32)
        return float(np.exp(score(LinePosteriors(steps, LETTERS), "".join(map(_capital, value)))))


def listed_ink(weights: dict[str, float], missing: float) -> ListedInk:
    """Return the ink of an entry whose readers give *weights* to values and *missing* to none of them."""
    total = sum(weights.values()) + missing
    kept = sorted(((v, w / total) for v, w in weights.items()), key=lambda pair: -pair[1])[:_KEPT] if total else []
    kept = [(value, share) for value, share in kept if share >= _LEAST]
    return ListedInk(tuple(kept), max(0.0, 1.0 - sum(share for _, share in kept)), total)


def text_ink(ink: ListedInk, posteriors: LinePosteriors) -> TextInk:
    """Return the ink of a line of text, with what its recogniser said of each step."""
    steps = np.exp(posteriors.log_probabilities.astype(np.float64))
    folded = np.full((len(steps), 1 + len(LETTERS)), _NEVER)
    folded[:, 0] = steps[:, 0]
    for column, character in enumerate(posteriors.alphabet, start=1):
        place = LETTERS.find(_capital(character))
        if place >= 0:
            folded[:, place + 1] += steps[:, column]
    return TextInk(ink.listed, np.log(np.maximum(folded, _NEVER)).astype(np.float16).tobytes())


def _capital(character: str) -> str:
    """Return the plain capital of a letter, other characters as they are."""
    return unicodedata.normalize("NFD", character.upper())[0]
