"""Erasures: which entry was struck, written over, covered or scratched, and where. Found before anything is read."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from extractors.feuilles.form_view import FormView, Rect
from extractors.feuilles.strokes import Entry, Ink
from extractors.forms.light import Ground
from extractors.marks.strikes import struck_line
from extractors.marks.strips import Planes, form_planes, span_of
from extractors.readers.erasures import KINDS, ErasureReader
from schemas.mark import Mark, MarkKind

# An entry without ink is looked at where this share of it is lighter than its print or paper: something covers it.
_COVERED: Final = 0.12
_LIGHTER: Final = 128 + 40
_SOME_INK_MM2: Final = 0.3
# An erasure reaches as far as its columns are half as likely as the likeliest, or likely by themselves.
_HALF: Final = 0.5
_LIKELY: Final = 0.5
# What stands this far outside an entry is its neighbour's, mm.
_BESIDE_MM: Final = 0.5
#: Less is not worth a word: fewer than one in ten such entries is erased.
LEAST_SCORE: Final = 0.1
#: Odds of an erasure on everyday papers against those in the reader's lessons (docs/models/erasures.md), so that a mark
#: is told from a probability of 0.971 on: of 2,782 sound entries of 28 everyday lots (seed 777001) one passed 0.95, and
#: of 3,648 of 11 lots of the profile ``marks`` (seed 5151, a third with something harmless) four.
_EVERYDAY: Final = 0.03
# A hand, or a print with dotted zeros, of which every entry looks written over a little says less by one of them. What
# the ninth tenth of a form's entries reach in log odds, past the first figure, is taken off, up to the second: entries
# really written over stand at 5 to 16 and must not hide each other. Fewer entries than the third tell no habit. Chosen
# on 28 everyday lots and 11 with marks (seeds 777001, 5151): no erasure is lost, sound entries told or doubted go from
# 15 to 8.
_USUAL_ABOVE: Final = -4.5
_MOST_OFF: Final = 4.0
_FEWEST_ENTRIES: Final = 10
_HIGH: Final = 90
#: A line seen by its shape alone is left to a person: the reader of erasures, which knows more look-alikes, says no.
_BY_SHAPE: Final = 0.45
#: How far strokes may leave an entry and belong to it, mm.
_REACH_MM: Final = 0.8
_ALMOST_NO_BREAK: Final = 0.9
_COVERS: Final = frozenset({MarkKind.FLUID, MarkKind.TAPE, MarkKind.SCRATCH})


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased of an entry: kind, rectangle in mm, how sure."""

    kind: MarkKind
    rect: Rect
    score: float

    @property
    def is_struck(self) -> bool:
        """Whether what stands there is taken back by strokes, so that it is not to be read as it stands."""
        return self.kind is MarkKind.STRIKE and self.score >= _BY_SHAPE


@dataclass(frozen=True, slots=True)
class Written:
    """An entry of a form: its name, its zone, its strokes."""

    #: the contract's name, with the row of an act
    field: str
    rect: Rect
    entry: Entry | None
    #: of a comb: its cells
    cells: tuple[Rect, ...] = ()


class EntryZone(NamedTuple):
    """Where an entry may stand, and how it is written there."""

    rect: Rect
    #: its letters may be joined, unlike figures
    words: bool
    #: it is a comb
    in_cells: bool


def find_on_form(
    view: FormView, ink: Ink, ground: Ground | None, zones: Sequence[EntryZone], reader: ErasureReader
) -> dict[Rect, Erased]:
    """Return what is erased of a form's entries, by their rectangles.

    Args:
        view: the form laid flat.
        ink: of it.
        ground: its blank, where one is known.
        zones: of its entries.
        reader: tells erasures.
    """
    planes = form_planes(view, ground)
    inked = [zone for zone in zones if ink.area_mm2(zone.rect) >= _SOME_INK_MM2]
    covered = [z for z in zones if z not in inked and ground is not None and _is_covered(planes, z.rect)]
    looked_at = [*inked, *covered]
    erased: dict[Rect, Erased] = {}
    found = find_erased(planes, [zone.rect for zone in looked_at], reader, one_writer=True)
    for zone, one in zip(looked_at, found, strict=True):
        if one is not None and ground is None and one.kind in _COVERS:
            one = None  # noqa: PLW2901 - white boxes of an unknown print look as if covered
        if one is not None and one.kind not in _COVERS:
            one = Erased(one.kind, _around_ink(ink, one.rect), one.score)  # noqa: PLW2901 - the same, closer
        if one is None or one.score < _BY_SHAPE:
            one = _line_through(ink, zone, view.px_per_mm) or one  # noqa: PLW2901 - what shape adds
        if one is not None:
            erased[zone.rect] = one
    return erased


def marks_of(view: FormView, erased: Mapping[Rect, Erased], written: Sequence[Written], page: int) -> tuple[Mark, ...]:
    """Return the erasures of the entries *written* on a form."""
    found = ((one.field, erased[one.rect]) for one in written if one.rect in erased)
    return tuple(
        Mark(kind=one.kind, page=page, box=view.box(one.rect), score=one.score, field=field) for field, one in found
    )


def find_erased(
    planes: Planes, rects: Sequence[Rect], reader: ErasureReader, *, one_writer: bool = False
) -> list[Erased | None]:
    """Return, for each of *rects* (mm), what is erased there, or None; *one_writer* wrote them all, or not."""
    answers = reader.read_strips([planes.strip(rect) for rect in rects])
    habit = _habit([_likely(rect, answer) for rect, answer in zip(rects, answers, strict=True)]) if one_writer else 0.0
    return [_erased(rect, answer, habit) for rect, answer in zip(rects, answers, strict=True)]


def _habit(likely: Sequence[NDArray[np.float32]]) -> float:
    """Return the log odds to take off an overwriting where the writing itself looks written over."""
    if len(likely) < _FEWEST_ENTRIES:
        return 0.0
    peaks = np.clip([_pairs(one).max() for one in likely], 1e-6, 1 - 1e-6)
    usual = float(np.percentile(np.log(peaks / (1 - peaks)), _HIGH))
    return min(max(usual - _USUAL_ABOVE, 0.0), _MOST_OFF)


def _likely(rect: Rect, probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return for each column of an entry's own how likely it is erased, whatever the kind."""
    middles = np.array([span_of(rect, column, column) for column in range(len(probabilities))]).mean(axis=1)
    own = (middles >= rect.x - _BESIDE_MM) & (middles <= rect.x + rect.w + _BESIDE_MM)
    return np.where(own, probabilities.sum(axis=1), np.float32(0.0))


def _pairs(likely: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how likely two columns in a row are: one alone may be a blot, two are a figure."""
    return np.asarray((likely[:-1] + likely[1:]) / 2 if len(likely) > 1 else likely, np.float32)


def _erased(rect: Rect, probabilities: NDArray[np.float32], habit: float = 0.0) -> Erased | None:
    """Return what the reader saw: the likeliest stretch of columns, and all others likely by themselves.

    Args:
        rect: of the entry, mm.
        probabilities: of each column's kinds.
        habit: log odds to take off an overwriting.
    """
    likely = _likely(rect, probabilities)
    pairs = _pairs(likely)
    best = int(pairs.argmax())
    peak = float(likely[best : best + 2].max())
    chosen = _stretch(likely >= _HALF * peak, best if likely[best] >= _HALF * peak else best + 1)
    chosen |= likely >= _LIKELY
    columns = np.flatnonzero(chosen)
    kind = KINDS[int(probabilities[chosen].sum(axis=0).argmax())]
    score = _everyday(float(pairs.max()), habit if kind is MarkKind.OVERWRITE else 0.0)
    if score < LEAST_SCORE:
        return None
    left, right = max(float(span_of(rect, int(columns[0]), int(columns[0]))[0]), rect.x), rect.x + rect.w
    right = min(span_of(rect, int(columns[-1]), int(columns[-1]))[1], right)
    return Erased(kind, Rect(left, rect.y, max(right - left, 1.0), rect.h), score)


def _everyday(probability: float, habit: float) -> float:
    """Return the probability at everyday odds, less those that are the writer's habit."""
    odds = _EVERYDAY * math.exp(-habit)
    return odds * probability / (odds * probability + 1.0 - probability)


def _stretch(likely: NDArray[np.bool_], at: int) -> NDArray[np.bool_]:
    """Return the columns around *at* that are likely without a break."""
    out = np.zeros_like(likely)
    left = right = at
    while left > 0 and likely[left - 1]:
        left -= 1
    while right + 1 < len(likely) and likely[right + 1]:
        right += 1
    out[left : right + 1] = True
    return out


def _line_through(ink: Ink, zone: EntryZone, px_per_mm: float) -> Erased | None:
    """Return a straight line through an entry; one that runs on beyond it is a fold, a streak or a stamp's frame."""
    rect = zone.rect
    entry = ink.entry(rect, above=_REACH_MM, below=_REACH_MM)
    line = None if entry is None else struck_line(entry, px_per_mm, words=zone.words, in_cells=zone.in_cells)
    if line is None:
        return None
    beyond = (Rect(rect.x - 8.0, line.y, 5.0, line.h), Rect(rect.x + rect.w + 3.0, line.y, 5.0, line.h))
    if any(ink.cut(side).any(axis=0).mean() > _ALMOST_NO_BREAK for side in beyond):
        return None
    return Erased(MarkKind.STRIKE, line, _BY_SHAPE)


def _is_covered(planes: Planes, rect: Rect) -> bool:
    return bool((planes.cut(rect)[3] > _LIGHTER).mean() >= _COVERED)


def _around_ink(ink: Ink, rect: Rect) -> Rect:
    """Return *rect* cut down to the height of the ink in it."""
    rows = np.flatnonzero(ink.cut(rect).any(axis=1))
    if not rows.size:
        return rect
    per_mm: float = ink.cut(rect).shape[0] / rect.h
    return Rect(rect.x, rect.y + rows[0] / per_mm, rect.w, (rows[-1] - rows[0] + 1) / per_mm)
