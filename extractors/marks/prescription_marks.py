"""Erasures on an ordonnance: of its date, its patient, its text; wherever a row was struck, written over or covered."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from extractors.feuilles.form_view import Rect
from extractors.feuilles.strokes import around
from extractors.marks.erasures import Erased, find_erased
from extractors.marks.heavy_figures import heavy_figure
from extractors.marks.strips import free_planes
from extractors.marks.written_rows import written_rows
from extractors.prescriptions.rows import Row, Sheet
from extractors.readers.erasures import erasure_reader
from schemas.geometry import Box
from schemas.mark import Mark, MarkKind

_MM_PER_INCH: Final = 25.4
#: Above this share of the page stands the letterhead, where no date was found under it.
_LETTERHEAD: Final = 0.14
#: So far above the first entry and below the last an erased row may stand that nobody read, mm.
_ABOVE_MM: Final = 2.0
_BELOW_MM: Final = 12.0
#: A row is an entry's when they share this much of the lower one's height.
_SAME_ROW: Final = 0.5
#: A line that runs on past both ends of a row, as far as this from it and without a break, mm, is a fold, a rule or a
#: frame: strikes end within 2 or 3.
_PAST_MM: Final = (4.0, 9.0)
_ALMOST_NO_BREAK: Final = 0.9
#: Grey levels under its paper from which a line counts: a fold's shadow is 30 to 60 darker.
_DARKER: Final = 20.0
#: Rows nearer than this, in mm, were struck together.
_TOGETHER_MM: Final = 2.5


def find_marks(sheet: Sheet, fields: Sequence[tuple[str, Row]], *, is_typed: bool) -> tuple[Mark, ...]:
    """Return the erasures on an ordonnance.

    Args:
        sheet: the page.
        fields: rows with the entry each belongs to: ``date``, ``patient_name`` or ``text``.
        is_typed: the page is print throughout: figures by hand differ too much for one of them to stand out.
    """
    px = sheet.view.dpi / _MM_PER_INCH
    height, width = (side / px for side in sheet.view.grey.shape)
    entries = [(name, _in_mm(row.box, width, height)) for name, row in fields]
    rows = _between(written_rows(sheet.ink), entries, height)
    found = find_erased(free_planes(sheet.view.grey, px), rows, erasure_reader())
    named = [(_field_of(one.rect, entries), one) for one in found if one is not None and not _runs_on(sheet, one)]
    marks = tuple(
        Mark(
            kind=one.kind,
            page=sheet.index,
            box=sheet.view.box(*(v * px for v in one.rect)),
            score=one.score,
            field=name,
        )
        for name, one in _together(named)
    )
    told = {mark.field for mark in marks}
    dates = [row for name, row in fields if name == "date" and name not in told] if is_typed else []
    return marks + tuple(mark for row in dates if (mark := heavy_figure(sheet, row)) is not None)


def _runs_on(sheet: Sheet, one: Erased) -> bool:
    """Return whether what strikes a row goes on past both its ends."""
    if one.kind is not MarkKind.STRIKE:
        return False
    grey, px, (near, far) = sheet.view.grey, sheet.view.dpi / _MM_PER_INCH, _PAST_MM  # ink left the rules out
    height, width = grey.shape
    top, bottom = max(round(one.rect.y * px), 0), min(round((one.rect.y + one.rect.h) * px), height)
    left, right = one.rect.x, one.rect.x + one.rect.w
    sides = ((left - far, left - near), (right + near, right + far))
    if sides[0][0] < 0 or sides[1][1] * px > width:
        return False
    cuts = (grey[top:bottom, round(start * px) : round(end * px)] for start, end in sides)
    return all((cut.min(axis=0) < np.median(cut) - _DARKER).mean() >= _ALMOST_NO_BREAK for cut in cuts)


def _in_mm(box: Box, width: float, height: float) -> Rect:
    return Rect(box.x * width, box.y * height, box.w * width, box.h * height)


def _between(rows: Sequence[Rect], entries: Sequence[tuple[str, Rect]], height: float) -> list[Rect]:
    """Return the rows that stand among the entries: neither letterhead nor foot."""
    has_date = any(name == "date" for name, _ in entries)
    top = min((rect.y for _, rect in entries), default=0.0) - _ABOVE_MM if has_date else _LETTERHEAD * height
    bottom = max((rect.y + rect.h for _, rect in entries), default=height) + _BELOW_MM
    return [row for row in rows if top <= row.y + row.h / 2 <= bottom]


def _field_of(rect: Rect, entries: Sequence[tuple[str, Rect]]) -> str:
    """Return the entry a rectangle stands on; a row nobody could read is taken for text."""

    def shared(other: Rect) -> float:
        high = min(rect.y + rect.h, other.y + other.h) - max(rect.y, other.y)
        wide = min(rect.x + rect.w, other.x + other.w) - max(rect.x, other.x)
        return high / max(min(rect.h, other.h), 0.1) if wide > 0 else 0.0

    name, best = max(((name, shared(other)) for name, other in entries), key=lambda one: one[1], default=("text", 0.0))
    return name if best >= _SAME_ROW else "text"


def _together(found: Sequence[tuple[str, Erased]]) -> list[tuple[str, Erased]]:
    """Return the marks with those of neighbouring rows of one entry joined: one pen took both back."""
    joined: list[tuple[str, Erased]] = []
    for name, one in sorted(found, key=lambda item: item[1].rect.y):
        near = next(
            (i for i, (other, held) in enumerate(joined) if other == name and _touch(held.rect, one.rect)), None
        )
        if near is None:
            joined.append((name, one))
        else:
            held = joined[near][1]
            surest = max(held, one, key=lambda e: e.score)
            joined[near] = (name, replace(surest, rect=around((held.rect, one.rect))))
    return joined


def _touch(one: Rect, other: Rect) -> bool:
    down = max(one.y, other.y) - min(one.y + one.h, other.y + other.h)
    across = max(one.x, other.x) - min(one.x + one.w, other.x + other.w)
    return down <= _TOGETHER_MM and across <= 0
