"""Stamps on a form: in their box, beside a signature, or wherever somebody pressed one."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from extractors.feuilles.colour_view import COLOUR_PX_PER_MM
from extractors.feuilles.form_view import FormView, Rect
from extractors.feuilles.strokes import Ink
from extractors.forms.template import BoxMm, Zone
from extractors.marks.letter_blocks import find_blocks, is_letter
from extractors.marks.stamps import COLOURED, Colour, colours_of, distance, find_stamps
from schemas.mark import Stamp

#: Zones people write in; a stamp's letters that lie on one are left to the entry.
_WRITTEN: Final = frozenset({"comb", "text", "table", "checkbox"})
#: Zones people stamp in, and how far from them, mm: stamps are laid by hand.
_STAMPED: Final = frozenset({"block", "signature"})
_NEAR_MM: Final = 12.0
#: Letters beside an entry that may be a stamp's, at least, and how far it reaches over the entries, mm.
_SEED: Final = 4
_REACH_MM: Final = (45.0, 14.0)
#: Points a mm of the map that tells entries from the rest.
_GRID: Final = 2.0


def stamps_on_form(view: FormView, ink: Ink, zones: Sequence[Zone], page: int) -> tuple[tuple[Stamp, Rect], ...]:
    """Return the stamps on a form with their places in mm.

    Args:
        view: the form laid flat.
        ink: of *view*.
        zones: of its template.
        page: the page's index in the lot.
    """
    is_written = _painted(zones)
    entries: list[Rect] = []
    others: list[Rect] = []
    for piece in ink.pieces():
        y, x = round((piece.y + piece.h / 2) * _GRID), round((piece.x + piece.w / 2) * _GRID)
        is_entry = 0 <= y < is_written.shape[0] and 0 <= x < is_written.shape[1] and bool(is_written[y, x])
        (entries if is_entry else others).append(piece)
    stamped = [Rect(*zone.box_mm).grown(_NEAR_MM, _NEAR_MM) for zone in zones if zone.kind in _STAMPED]
    colour_of = colours_of(view.colour, COLOUR_PX_PER_MM)
    if view.colour is not None:
        others += _over_entries(others, entries, colour_of)
    return find_stamps(
        others,
        page=page,
        box=view.box,
        colour_of=colour_of,
        print_colour=lambda: colour_of(entries),
        may_stand=lambda rect: any(_is_in(rect, near) for near in stamped),
        is_form=view.blank is not None,
    )


def _over_entries(others: Sequence[Rect], entries: Sequence[Rect], colour_of: Colour) -> list[Rect]:
    """Return the letters on entries that are of the ink of a stamp beside them."""
    written = colour_of(entries)
    found: dict[Rect, None] = {}
    for block in find_blocks(others, least=_SEED):
        stamp = colour_of(block.letters)
        if stamp is None or written is None or distance(stamp, written) < COLOURED:
            continue
        near = block.rect.grown(*_REACH_MM)
        for piece in entries:
            if is_letter(piece) and _is_in(piece, near):
                ink = colour_of((piece,))
                if ink is not None and distance(ink, stamp) < distance(ink, written):
                    found[piece] = None
    return list(found)


def _painted(zones: Sequence[Zone]) -> NDArray[np.bool_]:
    """Return a coarse map of the form, True where people write entries."""
    rects = [Rect(*box) for zone in zones if zone.kind in _WRITTEN for box in _boxes(zone)]
    right = max((rect.x + rect.w for rect in rects), default=0.0)
    bottom = max((rect.y + rect.h for rect in rects), default=0.0)
    painted = np.zeros((round(bottom * _GRID) + 1, round(right * _GRID) + 1), np.bool_)
    for rect in rects:
        x0, y0, x1, y1 = (round(v * _GRID) for v in (rect.x, rect.y, rect.x + rect.w, rect.y + rect.h))
        painted[max(y0, 0) : y1 + 1, max(x0, 0) : x1 + 1] = True
    return painted


def _boxes(zone: Zone) -> list[BoxMm]:
    return [box for row in zone.rows_mm for box in row.values()] if zone.kind == "table" else [zone.box_mm]


def _is_in(piece: Rect, rect: Rect) -> bool:
    x, y = piece.x + piece.w / 2, piece.y + piece.h / 2
    return rect.x <= x <= rect.x + rect.w and rect.y <= y <= rect.y + rect.h
