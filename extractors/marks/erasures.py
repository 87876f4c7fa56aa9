"""Erasures on a form: which entry was struck, overwritten, covered or scratched. Seldom wrong rather than complete."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from extractors.form_view import FormView, Rect
from extractors.marks.patches import Tint
from extractors.marks.strikes import Strike, find_strike
from extractors.marks.ticks import is_struck_out
from extractors.strokes import Entry, Ink
from schemas.mark import Mark, MarkKind

# A cell is overwritten when its reader calls it junk this surely, and it holds this much more ink than its neighbours.
_JUNK: Final = 0.75
_MUCH_INK: Final = 1.35
# Printed noughts with a dot inside hold 1.42 times the ink of the figures beside them.
_MUCH_PRINTED_INK: Final = 1.7
# A cell with this many times its neighbours' ink holds two figures, however well the last one reads.
_TWO_FIGURES: Final = 2.4
_TWICE_THE_INK: Final = 0.75
# More junk cells than this in a comb are the reader's ignorance.
_MOST_JUNK: Final = 3
# Ink right over or under a cell, in mm2: a stamp or a frame crosses the comb there, and explains the junk.
_BESIDE_MM2: Final = 0.5
_STRUCK_TICK: Final = 0.85


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
        strike = strike_of(view, ink, one)
        if strike is not None:
            marks.append(
                Mark(kind=MarkKind.STRIKE, page=page, box=view.box(strike.rect), score=strike.score, field=one.field)
            )
        else:
            marks.extend(_overwritten(view, ink, one, page))
    return tuple(marks)


def find_struck_ticks(view: FormView, ink: Ink, boxes: Sequence[tuple[str, Rect]], page: int) -> tuple[Mark, ...]:
    """Return the ticks taken back by a line through their box; *boxes* are the check boxes with their names."""
    return tuple(
        Mark(kind=MarkKind.STRIKE, page=page, box=view.box(rect.grown(2.0, 0.5)), score=_STRUCK_TICK, field=field)
        for field, rect in boxes
        if is_struck_out(view, ink, rect)
    )


def strike_of(view: FormView, ink: Ink, one: Written) -> Strike | None:
    """Return the stroke that takes *one* back, or None; a fold or a scanner's streak across the page is none."""
    strike = (
        None if one.entry is None else find_strike(one.entry, view.px_per_mm, words=one.words, cells=bool(one.cells))
    )
    return None if strike is None or _runs_on(ink, strike.rect, one.rect) else strike


def _patched(view: FormView, ink: Ink, written: Sequence[Written], page: int) -> Iterator[Mark]:
    tint = Tint(view)
    for one in written:
        for patch in tint.find_patches(one.rect, one.cells):
            # an entry that is not there and nothing on the patch: dirt on the glass, a hole
            if one.entry is not None and ink.area_mm2(patch.rect.grown(2.0, 0.0)) > 0:
                yield Mark(kind=patch.kind, page=page, box=view.box(patch.rect), score=patch.score, field=one.field)


def _overwritten(view: FormView, ink: Ink, one: Written, page: int) -> Iterator[Mark]:
    if not one.junk or one.entry is None:
        return
    # the entry's own strokes only: a stamp over its edge is nobody's second thought
    areas = [one.entry.area_in(cell, view.px_per_mm) for cell in one.cells]
    if sum(junk >= _JUNK for junk in one.junk) > _MOST_JUNK:
        return  # a hand or a font the reader does not know
    much = _MUCH_PRINTED_INK if one.entry.is_printed else _MUCH_INK
    usual = float(np.median([a for a in areas if a > 0] or [0.0]))
    for cell, area, junk in zip(one.cells, areas, one.junk, strict=True):
        crossed = max(ink.area_mm2(beside) for beside in _above_and_below(cell)) > _BESIDE_MM2
        is_junk = junk >= _JUNK and area >= much * usual
        if (is_junk or area >= _TWO_FIGURES * usual) and not crossed:
            score = max(junk, _TWICE_THE_INK)
            yield Mark(kind=MarkKind.OVERWRITE, page=page, box=view.box(cell), score=score, field=one.field)


def _above_and_below(cell: Rect) -> tuple[Rect, Rect]:
    return Rect(cell.x, cell.y - 1.6, cell.w, 1.3), Rect(cell.x, cell.y + cell.h + 0.3, cell.w, 1.3)


def _runs_on(ink: Ink, strike: Rect, zone: Rect) -> bool:
    """Return whether a line goes on far beyond the entry on both sides, as a fold or a scanner's streak does."""
    left = ink.cut(Rect(zone.x - 6.0, strike.y, 5.0, strike.h))
    right = ink.cut(Rect(zone.x + zone.w + 1.0, strike.y, 5.0, strike.h))
    return bool(left.any(axis=0).mean() > 0.9 and right.any(axis=0).mean() > 0.9)  # noqa: PLR2004 - almost no break
