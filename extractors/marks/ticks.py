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
# A box scribbled over, not filled: ink beyond its border all around, and dark inside.
_DARK_SHARE: Final = 0.72
_OVERFLOW_SHARE: Final = 0.35
# A line that takes a tick back goes this far beyond the box on both sides, in mm; a fold or a scanner's streak farther.
_BEYOND_MM: Final = 1.2
_FAR_MM: Final = 9.0
# Such a line is nearly level; the strokes of a sloppy cross lean more.
_STEEPEST: Final = 0.07
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
    columns, rows = inner.any(axis=0).mean(), inner.any(axis=1).mean()
    if area < _TICK_MM2 or max(columns, rows) < _SPAN:
        # between dust and a tick: a faint tick spans the box, a neighbour's tail does not
        spans = min(columns, rows) >= _SPAN
        return _answer(place, ticked=spans, confidence=_DOUBTFUL if spans else _LIKELY)
    if is_struck_out(view, ink, rect):
        return _answer(place, ticked=False, confidence=_DOUBTFUL)
    ring = ink.area_mm2(rect.grown(1.2, 1.2)) - ink.area_mm2(rect.grown(0.2, 0.2))
    if inner.mean() > _DARK_SHARE and ring > _OVERFLOW_SHARE * ((rect.w + 2.4) ** 2 - (rect.w + 0.4) ** 2):
        return _answer(place, ticked=False, confidence=_DOUBTFUL)
    return _answer(place, ticked=True, confidence=_SURE if min(columns, rows) >= _SPAN else _LIKELY)


def _answer(place: Place, *, ticked: bool, confidence: float) -> Field[bool]:
    return Field[bool](value=ticked, confidence=confidence, page=place.page, box=place.box, source=place.source)
