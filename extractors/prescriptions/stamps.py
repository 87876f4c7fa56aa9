"""Stamps on an ordonnance: beside letterhead and text, which have the same shape, colour, lean and place tell them."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from extractors.feuilles.colour_view import COLOUR_PX_PER_MM
from extractors.feuilles.form_view import Rect
from extractors.marks.letter_blocks import is_letter
from extractors.marks.stamps import colours_of, find_stamps
from extractors.prescriptions.rows import Sheet
from schemas.geometry import Box
from schemas.mark import Stamp

#: A doctor stamps under the text: the letterhead ends above the first height, the printed foot begins below the second.
_UNDER: Final = 0.5
_OVER_FOOT: Final = 0.93
_MM_PER_INCH: Final = 25.4


def find_stamps_on_sheet(sheet: Sheet, text: Box | None, colour: NDArray[np.uint8] | None) -> tuple[Stamp, ...]:
    """Return the stamps on an ordonnance.

    Args:
        sheet: the page.
        text: where the prescribed text stands, in fractions of the view; a stamp's own place is beside or under it.
        colour: the page at ``COLOUR_PX_PER_MM`` in the frame of the view; None without colour.
    """
    ink = sheet.ink
    width_mm, height_mm = (side / sheet.view.dpi * _MM_PER_INCH for side in sheet.view.grey.shape[::-1])
    # a frame is among the rules, where it is long
    pieces = [Rect(*(v / ink.px_per_mm for v in (s.x, s.y, s.w, s.h))) for s in (*ink.strokes, *ink.rule_strokes)]
    top = max(_UNDER, 0.0 if text is None else text.y + text.h) * height_mm

    def box(rect: Rect) -> Box:
        return sheet.on_page(Box(rect.x / width_mm, rect.y / height_mm, rect.w / width_mm, rect.h / height_mm))

    colour_of = colours_of(colour, COLOUR_PX_PER_MM)
    letters = [piece for piece in pieces if is_letter(piece)]
    found = find_stamps(
        pieces,
        page=sheet.index,
        box=box,
        colour_of=colour_of,
        print_colour=lambda: colour_of(letters),
        may_stand=lambda rect: top <= rect.y and rect.y + rect.h <= _OVER_FOOT * height_mm,
        is_form=False,
    )
    return tuple(stamp for stamp, _ in found)
