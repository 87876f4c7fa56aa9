"""A stamp's frame that runs through the comb under it is no ink of the comb's."""

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.feuilles.form_view import Rect
from extractors.feuilles.stamp_frame import without_stamp_frame

_PX_PER_MM = 8.0
_ZONE = Rect(20.0, 20.0, 60.0, 20.0)
_FIGURES = Rect(30.0, 36.0, 40.0, 8.0)


def _form(*, frame: int | None, figures: int, sides: tuple[float, ...] = (22.0, 39.5)) -> NDArray[np.uint8]:
    """Return a print-free form: figures of grey *figures*, and level lines of grey *frame* 55 mm long."""
    grey = np.full((round(70 * _PX_PER_MM), round(110 * _PX_PER_MM)), 255, np.uint8)
    left, right = round(22 * _PX_PER_MM), round(77 * _PX_PER_MM)
    if frame is not None:
        for y in sides:
            cv2.line(grey, (left, round(y * _PX_PER_MM)), (right, round((y + 1.5) * _PX_PER_MM)), frame, 4)
    for n in range(8):
        at = (round((31 + 5 * n) * _PX_PER_MM), round(43 * _PX_PER_MM))
        cv2.putText(grey, "88340988"[n], at, cv2.FONT_HERSHEY_SIMPLEX, 1.3, figures, 4, cv2.LINE_AA)
    return grey


def _ink(grey: NDArray[np.uint8], rect: Rect) -> int:
    x0, y0, x1, y1 = (round(v * _PX_PER_MM) for v in (rect.x, rect.y, rect.x + rect.w, rect.y + rect.h))
    return int(np.count_nonzero(grey[y0:y1, x0:x1] < 185))


def test_a_paler_frame_leaves_the_figures_it_crossed_whole() -> None:
    """The comb reads as if nobody had stamped on it."""
    alone = _form(frame=None, figures=0)
    freed = without_stamp_frame(_form(frame=110, figures=0), _ZONE, _PX_PER_MM)

    assert abs(_ink(freed, _FIGURES) - _ink(alone, _FIGURES)) < 0.08 * _ink(alone, _FIGURES)
    assert _ink(freed, Rect(40, 20, 30, 8)) == 0


def test_a_frame_as_dark_as_the_figures_stays() -> None:
    """Taken out, it would take the waist of an 8 along and leave a nought: the doubt is a person's."""
    stamped = _form(frame=0, figures=0)

    assert np.array_equal(without_stamp_frame(stamped, _ZONE, _PX_PER_MM)[280:], stamped[280:])


def test_a_single_line_through_a_comb_is_no_frame() -> None:
    """Somebody struck the number out."""
    struck = _form(frame=110, figures=0, sides=(39.5,))

    assert np.array_equal(without_stamp_frame(struck, _ZONE, _PX_PER_MM), struck)
