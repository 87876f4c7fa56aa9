"""Erasures on a form: which entry was struck, overwritten, covered or scratched. Seldom wrong rather than complete."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from extractors.feuilles.form_view import FormView, Rect
from extractors.feuilles.strokes import Entry, Ink
from extractors.marks.patches import Tint
from extractors.marks.strikes import Strike, find_strike
from extractors.marks.ticks import is_struck_out
from schemas.field import EMPTY_IS_LIKELIER
from schemas.geometry import Box
from schemas.mark import Mark, MarkKind

# A cell is overwritten when its reader calls it junk this surely, and it holds this much more ink than its neighbours.
_JUNK: Final = 0.75
_MUCH_INK: Final = 1.35
# Printed noughts with a dot inside hold 1.42 times the ink of the figures beside them.
_MUCH_PRINTED_INK: Final = 1.7
# A cell with this many times its neighbours' ink holds two figures, however well the last one reads.
_TWO_FIGURES: Final = 2.2
_TWICE_THE_INK: Final = 0.75
# Heavy cells of a comb come alike, dotted or barred noughts beside thin ones: one that was written over holds this much
# more ink than the third heaviest of the others, for two may have been written over with it.
_HEAVIER: Final = 1.15
_HEAVIER_THAN_ANY: Final = 1.5
# Print is of one height: a cell this much higher than all others, in mm, with so much more ink, was written over. Of
# 226 heavy printed cells none was higher, but for one with a streak through it; of 15 written over 13 were.
_HIGHER_MM: Final = 0.4
_HIGHER_INK: Final = 1.3
_OVERWRITTEN_BY_HAND: Final = 0.85
# A cell that reads less well and holds so much more ink than any may be a barred nought by hand: too little to accuse
# the paper, enough for a person to look.
_DOUBTFUL_JUNK: Final = 0.18
_DOUBTFUL_INK: Final = 1.3
_DOUBTFUL: Final = 0.45
# Figures on a line by hand join, most of all those of a date. So wide, high and dense were pieces of 6 of some 6,000
# cells of 290 forms, and of half of the 13 written over.
_JOINED_AMOUNT_MM: Final = (7.0, 2.5)
_JOINED_DATE_MM: Final = (16.0, 3.5)
_JOINED_FILL: Final = 0.4
# More junk cells than this in a comb are the reader's ignorance; more than the first leave a doubt.
_SOME_JUNK: Final = 2
_MOST_JUNK: Final = 3
# Ink right over or under a cell, in mm2: a stamp or a frame crosses the comb there, and explains the junk. Less of it
# over more cells than that is a stamp's line of text, which may lie on the next cell as well.
_BESIDE_MM2: Final = 0.5
_STAMPED_MM2: Final = 0.2
# This much on both sides is a streak or a fold that runs through the cell.
_THROUGH_MM2: Final = 0.12
_MOST_STAMPED: Final = 2
_STRUCK_TICK: Final = 0.85
# mm2; keeps an empty cell from a division by nothing.
_ANY_INK: Final = 0.1


@dataclass(frozen=True, slots=True)
class Written:
    """An entry as the erasure detector sees it."""

    #: the contract's name, with the row of an act
    field: str
    rect: Rect
    entry: Entry | None
    #: of a comb: its cells, and each one's probability of junk
    cells: tuple[Rect, ...] = ()
    junk: tuple[float, ...] = ()
    #: its letters may be joined, unlike figures
    words: bool = False


def find_erasures(view: FormView, ink: Ink, written: Sequence[Written], page: int) -> tuple[Mark, ...]:
    """Return the erasures on the form's entries."""
    marks = [*_patched(view, ink, written, page)]
    covered = {mark.field for mark in marks}
    for one in written:
        if one.entry is None or one.field in covered:
            continue
        strike = _strike(view, ink, one)
        if strike is not None:
            marks.append(
                Mark(kind=MarkKind.STRIKE, page=page, box=view.box(strike.rect), score=strike.score, field=one.field)
            )
        elif one.cells:
            marks.extend(_overwritten(view, ink, one, page))
        elif not one.words and _is_one_over_another(one, view.px_per_mm):
            box = view.box(one.entry.rect)
            marks.append(Mark(kind=MarkKind.OVERWRITE, page=page, box=box, score=_DOUBTFUL, field=one.field))
    return _one_an_entry(marks)


def _one_an_entry(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Return one mark an entry, around all that was found on it that surely: two corrected figures are one erasure."""
    found: dict[str | None, Mark] = {}
    for mark in sorted(marks, key=lambda mark: -mark.score):
        first = found.setdefault(mark.field, mark)
        if mark.score >= EMPTY_IS_LIKELIER or first.score < EMPTY_IS_LIKELIER:
            found[mark.field] = first.model_copy(update={"box": Box.around((first.box, mark.box))})
    return tuple(found.values())


def find_struck_ticks(view: FormView, ink: Ink, boxes: Sequence[tuple[str, Rect]], page: int) -> tuple[Mark, ...]:
    """Return the ticks taken back by a line through their box; *boxes* are the check boxes with their names."""
    return tuple(
        Mark(kind=MarkKind.STRIKE, page=page, box=view.box(rect.grown(2.0, 0.5)), score=_STRUCK_TICK, field=field)
        for field, rect in boxes
        if is_struck_out(view, ink, rect)
    )


def strike_of(view: FormView, ink: Ink, one: Written) -> Strike | None:
    """Return the stroke that surely takes *one* back, so that it is not to be read, or None."""
    strike = _strike(view, ink, one)
    return None if strike is None or strike.score < EMPTY_IS_LIKELIER else strike


def _strike(view: FormView, ink: Ink, one: Written) -> Strike | None:
    """Return the stroke that takes *one* back, perhaps; a fold or a scanner's streak across the page is none."""
    if one.entry is None:
        return None
    pitch = one.rect.w / len(one.cells) if one.cells else None
    strike = find_strike(one.entry, view.px_per_mm, words=one.words, cell_mm=pitch)
    if strike is None:
        return None
    beyond = _sides_beyond(ink, strike.rect, one.rect)
    if beyond == 0:
        return strike
    return None if beyond > 1 else replace(strike, score=min(strike.score, _DOUBTFUL))


def _patched(view: FormView, ink: Ink, written: Sequence[Written], page: int) -> Iterator[Mark]:
    tint = Tint(view)
    for one in written:
        for patch in tint.find_patches(one.rect, one.cells):
            # an entry that is not there and nothing on the patch: dirt on the glass, a hole
            if one.entry is not None and ink.area_mm2(patch.rect.grown(2.0, 0.0)) > 0:
                yield Mark(kind=patch.kind, page=page, box=view.box(patch.rect), score=patch.score, field=one.field)


def _is_one_over_another(one: Written, px_per_mm: float) -> bool:
    """Return whether more figures of a line are joined than a hand joins: perhaps two amounts in one place."""
    if one.entry is None:
        return False
    widest = max(one.entry.strokes, key=lambda stroke: stroke.w)
    least_w, least_h = _JOINED_DATE_MM if one.field.endswith("date") else _JOINED_AMOUNT_MM
    fill = one.entry.area_in(widest, px_per_mm) / (widest.w * widest.h)
    return widest.w >= least_w and widest.h >= least_h and fill >= _JOINED_FILL


def _overwritten(view: FormView, ink: Ink, one: Written, page: int) -> Iterator[Mark]:
    if not one.junk or one.entry is None:
        return
    # the entry's own strokes only: a stamp over its edge is nobody's second thought
    entry = one.entry
    areas = [entry.area_in(cell, view.px_per_mm) for cell in one.cells]
    junk_cells = sum(junk >= _JUNK for junk in one.junk)
    if junk_cells > _MOST_JUNK:
        return  # a hand or a font the reader does not know
    usual = float(np.median([a for a in areas if a > 0] or [0.0]))
    under_a_stamp = sum(ink.area_mm2(_above_and_below(cell)[0]) > _STAMPED_MM2 for cell in one.cells) > _MOST_STAMPED
    for place, (cell, area, junk) in enumerate(zip(one.cells, areas, one.junk, strict=True)):
        others = sorted((a for i, a in enumerate(areas) if i != place), reverse=True)
        third = others[2] if len(others) > 2 else usual  # noqa: PLR2004 - the third heaviest
        over_third = area / max(third, _ANY_INK)
        score = _cell_score(area / max(usual, _ANY_INK), over_third, junk, is_printed=entry.is_printed)
        above, below = (ink.area_mm2(strip) for strip in _above_and_below(cell))
        if entry.is_printed and over_third >= _HIGHER_INK and min(above, below) < _THROUGH_MM2:
            is_higher = _higher_than_others(ink, one.cells, place) >= _HIGHER_MM
            score = max(score, _OVERWRITTEN_BY_HAND if is_higher else 0.0)
        if under_a_stamp:
            score = _DOUBTFUL if score > _DOUBTFUL else 0.0
        elif max(above, below) > _BESIDE_MM2 or junk_cells > _SOME_JUNK:
            score = min(score, _DOUBTFUL)
        if score:
            yield Mark(kind=MarkKind.OVERWRITE, page=page, box=view.box(cell), score=score, field=one.field)


def _cell_score(over_usual: float, over_third: float, junk: float, *, is_printed: bool | None) -> float:
    """Return how surely a cell was written over, by its ink against the other cells' and what its reader says of it."""
    if over_third < _HEAVIER:
        return 0.0
    much = _MUCH_PRINTED_INK if is_printed else _MUCH_INK
    if (junk >= _JUNK and over_usual >= much) or (over_usual >= _TWO_FIGURES and over_third >= _HEAVIER_THAN_ANY):
        return max(junk, _TWICE_THE_INK)
    return _DOUBTFUL if junk >= _DOUBTFUL_JUNK and over_third >= _DOUBTFUL_INK else 0.0


def _higher_than_others(ink: Ink, cells: Sequence[Rect], place: int) -> float:
    """Return by how much, in mm, what stands in a cell is higher than what stands in any other."""
    heights: list[float] = []
    for cell in cells:
        rows = np.flatnonzero(ink.cut(cell.grown(0.0, 0.8)).any(axis=1))
        heights.append(float(rows[-1] - rows[0] + 1) if rows.size else 0.0)
    per_mm: float = ink.cut(cells[place]).shape[0] / cells[place].h
    return (heights[place] - max(h for i, h in enumerate(heights) if i != place)) / per_mm


def _above_and_below(cell: Rect) -> tuple[Rect, Rect]:
    return Rect(cell.x, cell.y - 1.6, cell.w, 1.3), Rect(cell.x, cell.y + cell.h + 0.3, cell.w, 1.3)


def _sides_beyond(ink: Ink, strike: Rect, zone: Rect) -> int:
    """Return on how many sides a line goes on far beyond the entry, as a fold, a streak or a stamp's frame does."""
    left = ink.cut(Rect(zone.x - 8.0, strike.y, 5.0, strike.h))
    right = ink.cut(Rect(zone.x + zone.w + 3.0, strike.y, 5.0, strike.h))
    return sum(bool(side.any(axis=0).mean() > 0.9) for side in (left, right))  # noqa: PLR2004 - almost no break
