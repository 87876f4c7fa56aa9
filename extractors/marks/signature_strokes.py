"""What the strokes in a signature's box say by their length and ink: the first of two opinions."""

from typing import Final

import numpy as np

from extractors.feuilles.form_view import Rect
from extractors.feuilles.strokes import Entry, Ink

# A signature may leave its box by this much, in mm, and stay that box's.
_OVERFLOW_MM: Final = 4.0
_INSET_MM: Final = 1.0
# What is left of printing, dust and tails of neighbours stays under the first; the shortest initials (two strokes of
# about 8 mm, 0.3 mm wide) lie above the second.
_NOTHING_MM2: Final = 0.5
_INK_MM2: Final = 2.0
# The widest stroke of a signature is longer than any printed or stamped letter.
_STROKE_MM: Final = 6.0
_SHORT_STROKE_MM: Final = 4.0
# A fold or a scanner's line: as thin as this and as long as the box.
_LINE_MM: Final = 0.6
# Letters of a stamp.
_LETTER_MM: Final = (0.8, 4.0)
_LETTERS: Final = 8
_SURE: Final = 0.99
_LIKELY: Final = 0.85
_DOUBTFUL: Final = 0.6


def signed_by_strokes(ink: Ink, rect: Rect) -> tuple[bool, float]:
    """Return whether the strokes in *rect* are long enough for a signature, and how sure that is."""
    entry = ink.entry(rect, above=_OVERFLOW_MM, below=_OVERFLOW_MM, least_mm2=_NOTHING_MM2)
    strokes = [] if entry is None else _pen_strokes(entry, rect)
    if not strokes:  # joined to something outside: a frame that a black and white scan turned black, a stamp
        entry = ink.inside(rect.grown(-_INSET_MM, -_INSET_MM), least_mm2=_NOTHING_MM2)
        strokes = [] if entry is None else _pen_strokes(entry, rect.grown(-_INSET_MM, -_INSET_MM))
    if not strokes:
        return False, _SURE if entry is None else _LIKELY
    longest = max(float(np.hypot(s.w, s.h)) for s in strokes)
    area = sum(ink.area_mm2(s) for s in strokes)
    if longest >= _STROKE_MM and area >= _INK_MM2:
        return True, _SURE
    if longest >= _SHORT_STROKE_MM and area >= _INK_MM2:
        return True, _DOUBTFUL
    return False, _LIKELY if area < _INK_MM2 else _DOUBTFUL


def _pen_strokes(entry: Entry, rect: Rect) -> list[Rect]:
    """Return the strokes that may be a pen's: not a line across the whole box, not the letters of a stamp."""
    strokes = [s for s in entry.strokes if not _is_line(s, rect)]
    letters = [s for s in strokes if _LETTER_MM[0] <= s.h <= _LETTER_MM[1] and s.w <= 1.5 * s.h]
    if len(letters) >= _LETTERS:
        strokes = [s for s in strokes if max(s.w, s.h) > _LETTER_MM[1]]
    return strokes


def _is_line(stroke: Rect, rect: Rect) -> bool:
    return (stroke.h < _LINE_MM and stroke.w > 0.8 * rect.w) or (stroke.w < _LINE_MM and stroke.h > 0.8 * rect.h)
