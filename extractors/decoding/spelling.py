"""A number cut into characters, every way to cut it kept: spelt out from what each piece may be."""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

from extractors.decoding.cells import SeenCells
from extractors.decoding.hypotheses import Hypothesis

_DIGITS: Final = "0123456789"
#: What the reader calls junk here is mostly a digit it was not shown well; then any digit is about as likely.
_JUNK_IS_A_DIGIT: Final = 0.8
_BLIND: Final = 0.02
_BEAM: Final = 64
#: Readings of one character that are followed where a piece is cut into several, and the least worth following.
_A_PART: Final = 4
_LEAST: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Part:
    """One character: a mark told by its shape, or a cell that the reader looked at."""

    #: what a mark may be, with probabilities; empty for a character
    marks: tuple[tuple[str, float], ...] = ()
    #: row of the cells
    cell: int = -1
    #: probability that it is a slash
    slash: float = 0.0


@dataclass(frozen=True, slots=True)
class Way:
    """One way to cut a piece, with its probability by width alone."""

    weight: float
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class CutNumber:
    """A number's pieces, left to right, each with the ways to cut it; and the cells they were shown as."""

    pieces: tuple[tuple[Way, ...], ...]
    cells: SeenCells


#: A string, its probability, and the cells it was read from: ``(cell, character)`` pairs, one tuple a piece.
_Spelling = tuple[float, str, tuple[Any, ...]]
_BY_PROBABILITY: Final = itemgetter(0)


def spelled(number: CutNumber) -> list[Hypothesis]:
    """Return the likeliest strings of a number, best first."""
    return [Hypothesis(text, probability) for probability, text, _ in _spellings(number)]


def characters_of(number: CutNumber, is_right: Callable[[str], bool]) -> dict[int, str]:
    """Return what each cell holds in the likeliest string that is right; nothing where none is.

    Args:
        number: a number that is known by other means.
        is_right: whether a string says that number.
    """
    for _, text, trail in _spellings(number):
        if is_right(text):
            found: dict[int, str] = {}
            while trail:
                found.update(trail[1])
                trail = trail[0]  # noqa: PLW2901 - a linked list, followed to its end
            return found
    return {}


def _spellings(number: CutNumber) -> list[_Spelling]:
    rows, classes = number.cells.probabilities.tolist(), number.cells.classes
    held: list[_Spelling] = [(1.0, "", ())]
    for ways in number.pieces:
        options: dict[str, _Spelling] = {}
        for way in ways:
            for p, text, places in _joined([_symbols(part, rows, classes) for part in way.parts]):
                known = options.get(text)
                weight = way.weight * p
                if known is None:
                    options[text] = (weight, text, places)
                else:
                    options[text] = (known[0] + weight, text, places if weight > known[0] else known[2])
        likely = [option for option in options.values() if option[0] > _LEAST]
        grown = [(p * q, text + more, (trail, places)) for p, text, trail in held for q, more, places in likely]
        held = heapq.nlargest(_BEAM, grown, key=_BY_PROBABILITY)
    return held


def _symbols(part: Part, rows: Sequence[Sequence[float]], classes: str) -> list[_Spelling]:
    """Return what one character may be."""
    if part.marks:
        return [(p, text, ()) for text, p in part.marks]
    row = rows[part.cell]
    digits = {c: p * (1.0 - part.slash) for c, p in zip(classes, row, strict=True) if c in _DIGITS}
    # a piece that was cut wrong looks like junk: that says little about the number
    junk = row[classes.index("?")] * (1.0 - part.slash)
    known = sum(digits.values()) + len(_DIGITS) * _BLIND
    options: list[_Spelling] = [
        (p + _JUNK_IS_A_DIGIT * junk * (p + _BLIND) / known, c, ((part.cell, c),)) for c, p in digits.items()
    ]
    options.append(((1.0 - _JUNK_IS_A_DIGIT) * junk, "?", ()))
    return [*options, (part.slash, "/", ())] if part.slash > 0 else options


def _joined(parts: list[list[_Spelling]]) -> list[_Spelling]:
    if len(parts) == 1:
        return heapq.nlargest(_A_PART, parts[0], key=_BY_PROBABILITY)
    held: list[_Spelling] = [(1.0, "", ())]
    for options in parts:
        best = heapq.nlargest(_A_PART, options, key=_BY_PROBABILITY)
        held = [(p * q, text + more, (*places, *one)) for p, text, places in held for q, more, one in best]
    return held


def shares_of_widths(scores: list[float]) -> list[float]:
    """Return the ways' scores as probabilities, all alike where none fits."""
    total = sum(scores)
    return [s / total for s in scores] if total > 0 else [1.0 / len(scores)] * len(scores)
