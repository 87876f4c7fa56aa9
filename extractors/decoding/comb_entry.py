"""A comb's entry, from what its cells may hold; and again, when the cells are weighed anew."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from extractors.decoding import combs
from extractors.decoding.calibration import COMBS
from extractors.decoding.cells import Floats, SeenCells
from extractors.decoding.hypotheses import Grammar, Place, decide, empty
from extractors.decoding.ink import ListedInk
from schemas.field import Field


class CombGrammar(Grammar, Protocol):
    """What a comb may hold."""

    @property
    def allowed(self) -> list[str]:
        """For each cell, the symbols it may hold."""
        ...

    def writings(self, value: str) -> tuple[str, ...]:
        """Return the strings, one character a cell, that stand for *value*."""
        ...

    def format_odds(self, text: str) -> float:
        """Return how regular *text* is, its key left out."""
        ...


@dataclass(frozen=True, slots=True)
class CombInk:
    """The ink of a comb: every cell's distribution."""

    listed: tuple[tuple[str, float], ...]
    #: what all regular strings weigh together
    weight: float
    cells: SeenCells
    grammar: CombGrammar = field(compare=False, repr=False)

    def share(self, value: str) -> float:
        """Return the probability that the ink says *value*."""
        if self.weight <= 0:
            return 0.0
        rows = self._rows()
        weights = [_likelihood(rows, t, self.cells.classes) * self.grammar.format_odds(t) for t in self._texts(value)]
        return min(1.0, sum(weights) / self.weight)

    def characters_of(self, value: str) -> dict[int, str]:
        """Return what each cell holds where the comb says *value*."""
        rows, texts = self._rows(), self._texts(value)
        best = max(texts, key=lambda text: _likelihood(rows, text, self.cells.classes)) if texts else ""
        return dict(enumerate(best))

    def read_again(self, cells: SeenCells, place: Place) -> Field[str]:
        """Return the entry as *cells* read it: the same cells, weighed anew."""
        return decode_comb(cells, self.grammar, place)

    def _texts(self, value: str) -> list[str]:
        return [text for text in self.grammar.writings(value) if len(text) == self.cells.count]

    def _rows(self) -> Floats:
        return combs.softened(combs.with_rare_junk(self.cells.probabilities, self.cells.classes))


def decode_comb(cells: SeenCells, grammar: CombGrammar, place: Place) -> Field[str]:
    """Return the entry of a comb whose cells were seen as *cells*."""
    blank = combs.emptiness(cells.probabilities, cells.classes)
    if blank > 1.0 - blank:
        return empty(place, blank)
    seen = combs.with_rare_junk(cells.probabilities, cells.classes)
    found = decide(combs.strings(seen, cells.classes, grammar.allowed), grammar, place, COMBS)
    if not isinstance(found.ink, ListedInk):
        return found
    return found.with_ink(CombInk(found.ink.listed, found.ink.weight, cells, grammar))


def _likelihood(rows: Floats, text: str, classes: str) -> float:
    columns = [classes.find(c) for c in text]
    return float(np.prod(rows[np.arange(len(rows)), columns])) if -1 not in columns else 0.0
