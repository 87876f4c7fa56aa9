"""Lines down a page that nobody wrote: toner, a fold, dust on the scanner's glass. A 1 in every row they cross."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

#: Grey under which a print-free view holds ink.
_INK_BELOW: Final = 185
#: A streak is thinner than this, mm.
_THIN_MM: Final = 0.6
#: Share of the page's rows a streak shows in, between the print that hides it. Ten rows of acts cover less than 0.15.
_LEAST_SHARE: Final = 0.25
#: How far a streak leans from the form's own upright, run over rise, and the steps that are tried.
_LEANS: Final = np.arange(-0.03, 0.0301, 0.001)
#: Every so many rows are looked at to find one.
_ROW_STEP: Final = 3
_MOST: Final = 6


def without_streaks(cleaned: NDArray[np.uint8], px_per_mm: float) -> NDArray[np.uint8]:
    """Return a print-free view without thin lines that run down most of it; strokes that cross one stay whole."""
    ink = np.asarray(cv2.threshold(cleaned, _INK_BELOW - 1, 255, cv2.THRESH_BINARY_INV)[1], np.uint8)
    found = find_streaks(ink, px_per_mm)
    if not found.any():
        return cleaned
    crossing = cv2.dilate(_strokes(ink, px_per_mm), np.ones((1, 3), np.uint8))
    gone = cv2.bitwise_and(found, cv2.bitwise_not(crossing))
    return np.asarray(cv2.bitwise_or(cleaned, gone), np.uint8)


def find_streaks(ink: NDArray[np.uint8], px_per_mm: float) -> NDArray[np.uint8]:
    """Return 255 on the thin lines that run down most of a form, 0 elsewhere; *ink* is 255 on all that is dark."""
    thin = round(_THIN_MM * px_per_mm)
    y, x = np.nonzero(cv2.subtract(ink, _strokes(ink, px_per_mm))[::_ROW_STEP])
    height, width = ink.shape
    y = y * _ROW_STEP - height // 2
    found = np.zeros_like(ink)
    for _ in range(_MOST):
        lean, foot, rows = _straightest(x, y, width)
        if rows * _ROW_STEP < _LEAST_SHARE * height:
            break
        ends = [(round(foot + lean * end), end + height // 2) for end in (-(height // 2), height - height // 2)]
        cv2.line(found, ends[0], ends[1], (255,), thin)
        away = np.abs(x - lean * y - foot) > thin / 2
        x, y = x[away], y[away]
    return found


def _strokes(ink: NDArray[np.uint8], px_per_mm: float) -> NDArray[np.uint8]:
    """Return what of *ink* is wider than a streak."""
    thin = round(_THIN_MM * px_per_mm)
    return np.asarray(cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, thin + 1), np.uint8)), np.uint8)


def _straightest(x: NDArray[np.intp], y: NDArray[np.intp], width: int) -> tuple[float, int, int]:
    """Return the lean, the place at mid-height and the rows of the line most of the points lie on."""
    best = (0.0, 0, 0)
    margin = width // 8  # further than any line of these leans strays
    for lean in _LEANS.tolist():
        counts = np.bincount((x - lean * y + margin).astype(np.intp), minlength=1) if len(x) else np.zeros(1, np.intp)
        place = int(counts.argmax())
        if counts[place] > best[2]:
            best = (lean, place - margin, int(counts[place]))
    return best
