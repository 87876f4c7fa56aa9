"""A form's printed labels found again among a page's words, wherever another print of the form has put them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from extractors.forms.printed import Label
from extractors.forms.template import BoxMm

#: Likeness (0 to 100) of the words to the label: OCR misses a letter or two of a long one.
_LIKE: Final = 76.0
_SURE: Final = 85.0
#: A label this long, met once on the form and once on the page, is beyond doubt.
_LONG: Final = 6
#: Words of a label stand this near in their line, mm.
_GAP_MM: Final = 5.0
#: How far from where its neighbours put it a label may lie, mm. Sections move, entries move within them.
_FAR_MM: Final = 38.0
#: Neighbours that say where a label should be.
_NEIGHBOURS: Final = 4
#: Fewer labels than this, of a form of fifty, and the page is not that form.
_FEWEST: Final = 10


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A word of the page and its box in mm of the level view."""

    key: str
    box_mm: BoxMm


@dataclass(frozen=True, slots=True)
class _Candidate:
    label: int
    box_mm: BoxMm
    likeness: float
    words: frozenset[int]


def find_labels(labels: Sequence[Label], words: Sequence[PlacedWord]) -> dict[int, BoxMm]:
    """Return where *labels* stand on the page, by index; empty where too few are there to be that form."""
    lines = [_line_from(start, words) for start in range(len(words))]
    candidates = [_candidates(i, label, words, lines) for i, label in enumerate(labels)]
    found: dict[int, _Candidate] = {}
    for i, here in enumerate(candidates):
        twins = sum(label.key == labels[i].key for label in labels)
        if twins == 1 and len(here) == 1 and len(labels[i].key) >= _LONG and here[0].likeness >= _SURE:
            found[i] = here[0]
    found = {i: c for i, c in found.items() if _is_consistent(i, c, labels, found)}
    if len(found) < _FEWEST:
        return {}
    left = [c for i, here in enumerate(candidates) if i not in found for c in here]
    taken = frozenset[int]().union(*(c.words for c in found.values()))
    while left:  # the surest first, each one a neighbour for the next
        priced = [(_away(c, labels, found) + 0.4 * (100 - c.likeness), k) for k, c in enumerate(left)]
        price, k = min(priced)
        if price > _FAR_MM:
            break
        chosen = left[k]
        found[chosen.label] = chosen
        taken |= chosen.words
        left = [c for c in left if c.label != chosen.label and not c.words & taken]
    return {i: c.box_mm for i, c in found.items()}


def _candidates(
    index: int, label: Label, words: Sequence[PlacedWord], lines: Sequence[Sequence[int]]
) -> list[_Candidate]:
    """Return the runs of words of one line that read like *label*, none inside a better one."""
    found: list[_Candidate] = []
    for start, line in enumerate(lines):
        key, run, box = "", list[int](), words[start].box_mm
        for k in line:
            key += words[k].key
            run.append(k)
            box = _around(box, words[k].box_mm)
            if len(key) > 1.3 * len(label.key) + 2:
                break
            likeness = fuzz.ratio(key, label.key)
            # of a short label, one wrong letter is another word
            if likeness >= (_LIKE if len(label.key) > 4 else 100 - 100 / (2 * len(label.key))):  # noqa: PLR2004
                found.append(_Candidate(index, box, likeness, frozenset(run)))
    found.sort(key=lambda c: -c.likeness)
    kept: list[_Candidate] = []
    for candidate in found:
        if not any(candidate.words & other.words for other in kept):
            kept.append(candidate)
    return kept


def _line_from(start: int, words: Sequence[PlacedWord]) -> list[int]:
    """Return the words of the line from *start* rightwards, up to a gap."""
    line, end = [start], words[start].box_mm
    while True:
        middle = end.y + end.h / 2
        following = [
            (w.box_mm.x, k)
            for k, w in enumerate(words)
            if k not in line
            and w.box_mm.y < middle < w.box_mm.y + w.box_mm.h
            and -1.0 < w.box_mm.x - (end.x + end.w) < _GAP_MM
        ]
        if not following or len(line) > 14:  # noqa: PLR2004 - no label is longer
            return line
        line.append(min(following)[1])
        end = words[line[-1]].box_mm


def _around(a: BoxMm, b: BoxMm) -> BoxMm:
    x, y = min(a.x, b.x), min(a.y, b.y)
    return BoxMm(x, y, max(a.x + a.w, b.x + b.w) - x, max(a.y + a.h, b.y + b.h) - y)


def _middle(box: BoxMm) -> NDArray[np.float64]:
    return np.array([box.x, box.y + box.h / 2])  # labels are set from the left


def moved(point: NDArray[np.float64], there: NDArray[np.float64], here: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where *point* of the form lies on the page, by its nearest known points *there*, which lie *here*."""
    distances = np.hypot(0.5 * (there[:, 0] - point[0]), there[:, 1] - point[1])
    nearest = np.argsort(distances)[:_NEIGHBOURS]
    weights = 1 / (distances[nearest] + 4.0)
    return np.asarray(point + ((here - there)[nearest] * weights[:, None]).sum(axis=0) / weights.sum(), np.float64)


def _away(candidate: _Candidate, labels: Sequence[Label], found: dict[int, _Candidate]) -> float:
    there = np.array([_middle(labels[i].box_mm) for i in found])
    here = np.array([_middle(c.box_mm) for c in found.values()])
    expected = moved(_middle(labels[candidate.label].box_mm), there, here)
    across, down = _middle(candidate.box_mm) - expected
    return float(np.hypot(0.6 * across, 1.4 * down))


def _is_consistent(index: int, candidate: _Candidate, labels: Sequence[Label], found: dict[int, _Candidate]) -> bool:
    others = {i: c for i, c in found.items() if i != index}
    return len(others) < 3 or _away(candidate, labels, others) < _FAR_MM  # noqa: PLR2004 - too few to judge
