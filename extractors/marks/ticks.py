"""Check boxes: crossed, ticked, filled, or crossed by accident."""

from typing import Final

import numpy as np

from extractors.decoding.hypotheses import Place
from extractors.feuilles.form_view import FormView, Rect
from extractors.feuilles.strokes import Ink
from extractors.marks.strikes import find_line
from schemas.field import Field

_SOURCE: Final = "checkbox"
# Ink inside the box, in mm2: specks stay under the first, the faintest drawn tick (two strokes of 3 mm, 0.25 mm wide)
# lies above the second.
_SPECK_MM2: Final = 0.25
_TICK_MM2: Final = 0.9
# A tick's strokes span at least this share of the box one way; a neighbour's tail that enters it does not.
_SPAN: Final = 0.45
# A typed cross is narrower, 0.35 to 0.46 of the box (53 crosses of 37 forms), and covers half of its own extent; a blot
# fills it. It crosses no side of the box, or of one that grew so many mm where it was typed low: tails and streaks come
# in from farther.
_NARROW: Final = 0.3
_SIGN_FILL: Final = 0.72
_SHIFTS_MM: Final = (-0.3, 0.5)
# A box scribbled over, not filled: ink beyond its border all around, and dark inside.
_DARK_SHARE: Final = 0.72
_OVERFLOW_SHARE: Final = 0.35
# A line that takes a tick back goes this far beyond the box on both sides, in mm; a fold or a scanner's streak farther.
_BEYOND_MM: Final = 1.2
_FAR_MM: Final = 9.0
# Such a line is nearly level; the strokes of a sloppy cross lean more.
_STEEPEST: Final = 0.07
# A stamp's line of letters ("REÇU LE 13 NOV 2025") that runs through a box has others on both sides, from and to so far
# in mm, and so much ink in mm2; the strokes of a sloppy cross end nearer.
_LINE_MM: Final = (1.3, 4.5)
_LETTERS_MM2: Final = 0.35
_SURE: Final = 0.995
_LIKELY: Final = 0.9
_DOUBTFUL: Final = 0.6


def is_struck_out(view: FormView, ink: Ink, rect: Rect) -> bool:
    """Return whether a line through the box, well beyond it on both sides, takes its tick back."""
    inner = ink.area_mm2(rect)
    if inner < _TICK_MM2:
        return False
    around = rect.grown(_BEYOND_MM, 0.3)
    px, long = view.px_per_mm, rect.w + 1.6 * _BEYOND_MM
    if find_line(ink.cut(around), px, long, crossed=0.0, steepest=_STEEPEST) is None:
        return False
    far = rect.grown(_FAR_MM, 0.3)
    return find_line(ink.cut(far), px, 0.9 * far.w, crossed=0.0, steepest=_STEEPEST) is None


def read_tick(view: FormView, ink: Ink, rect: Rect, page: int) -> Field[bool]:
    """Return whether the box is ticked. A box struck out, or blackened beyond its border, is not: False, doubtful."""
    place = Place(page, view.box(rect), _SOURCE)
    inner = ink.cut(rect.grown(-0.3, -0.3))
    area = float(np.count_nonzero(inner)) / view.px_per_mm**2
    if area < _SPECK_MM2:
        return _answer(place, ticked=False, confidence=_SURE)
    narrow, wide = sorted((float(inner.any(axis=0).mean()), float(inner.any(axis=1).mean())))
    spans = narrow >= _SPAN or (narrow >= _NARROW and wide >= _SPAN and _is_sign(ink, rect))
    if area < _TICK_MM2 or wide < _SPAN:
        # between dust and a tick: a faint tick spans the box, a neighbour's tail does not
        return _answer(place, ticked=spans, confidence=_DOUBTFUL if spans else _LIKELY)
    if is_struck_out(view, ink, rect):
        return _answer(place, ticked=False, confidence=_DOUBTFUL)
    ring = ink.area_mm2(rect.grown(1.2, 1.2)) - ink.area_mm2(rect.grown(0.2, 0.2))
    if inner.mean() > _DARK_SHARE and ring > _OVERFLOW_SHARE * ((rect.w + 2.4) ** 2 - (rect.w + 0.4) ** 2):
        return _answer(place, ticked=False, confidence=_DOUBTFUL)
    if _is_in_a_line(ink, rect):
        return _answer(place, ticked=True, confidence=_DOUBTFUL)
    return _answer(place, ticked=True, confidence=_SURE if spans else _LIKELY)


def _is_in_a_line(ink: Ink, rect: Rect) -> bool:
    """Return whether ink stands beside the box on both sides: a stamp's line of letters runs through it."""
    near, far = _LINE_MM
    left = Rect(rect.x - far, rect.y, far - near, rect.h)
    right = Rect(rect.x + rect.w + near, rect.y, far - near, rect.h)
    return min(ink.area_mm2(left), ink.area_mm2(right)) >= _LETTERS_MM2


def _is_sign(ink: Ink, rect: Rect) -> bool:
    """Return whether what stands in the box stands there alone, as strokes: a typed cross; no tail, streak or blot."""
    for shift in _SHIFTS_MM:
        sign = ink.cut(rect.grown(shift, shift))
        if not any(side.any() for side in (sign[0], sign[-1], sign[:, 0], sign[:, -1])):
            extent = np.count_nonzero(sign.any(axis=0)) * np.count_nonzero(sign.any(axis=1))
            return bool(np.count_nonzero(sign) <= _SIGN_FILL * extent)
    return False


def _answer(place: Place, *, ticked: bool, confidence: float) -> Field[bool]:
    return Field[bool](value=ticked, confidence=confidence, page=place.page, box=place.box, source=place.source)
