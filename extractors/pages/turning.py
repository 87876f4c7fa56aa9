"""Moving whole pages: quarter turns, the points that turn with them, and maps of the plane."""

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.scan import Pixels, Word
from schemas.geometry import Box


def turned(pixels: Pixels, rotation: int) -> Pixels:
    """Return *pixels* turned clockwise by *rotation* degrees: 0, 90, 180 or 270."""
    return np.ascontiguousarray(np.rot90(pixels, k=-(rotation // 90))) if rotation else pixels


def turn_matrix(size: tuple[int, int], rotation: int) -> NDArray[np.float64]:
    """Return the 3x3 map from points of an image of *size* ``(h, w)`` to the same points once it is turned."""
    height, width = size
    rows = {
        0: [[1, 0, 0], [0, 1, 0]],
        90: [[0, -1, height], [1, 0, 0]],
        180: [[-1, 0, width], [0, -1, height]],
        270: [[0, 1, 0], [-1, 0, width]],
    }[rotation]
    return np.array([*rows, [0, 0, 1]], np.float64)


def turned_words(words: tuple[Word, ...], rotation: int) -> tuple[Word, ...]:
    """Return *words* with their boxes turned clockwise by *rotation* degrees with the page."""
    return tuple(Word(word.text, _turned_box(word.box, rotation), word.confidence, word.line) for word in words)


def _turned_box(box: Box, rotation: int) -> Box:
    x, y, w, h = box
    return {
        0: box,
        90: Box(1 - y - h, x, h, w),
        180: Box(1 - x - w, 1 - y - h, w, h),
        270: Box(y, 1 - x - w, h, w),
    }[rotation]


def warped(grey: NDArray[np.uint8], to_source: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return the image of *size* ``(w, h)`` whose points lie at ``to_source @ point`` in *grey*; white outside.

    Args:
        grey: the source, ``(h, w)`` or ``(h, w, 3)``.
        to_source: 2x3 or 3x3, over continuous points as ``View`` explains them.
        size: of the result.
    """
    full = np.vstack([to_source, [0, 0, 1]]) if to_source.shape[0] == 2 else to_source  # noqa: PLR2004
    shrink = float(np.sqrt(abs(np.linalg.det(full[:2, :2]))))
    if shrink >= 2:  # noqa: PLR2004 - linear sampling would skip pixels: average first
        step = int(shrink)
        grey = np.asarray(cv2.resize(grey, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA), np.uint8)
        full = np.diag([1 / step, 1 / step, 1.0]) @ full
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    centred = np.linalg.inv(half) @ full @ half
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    white = (255, 255, 255)
    out = cv2.warpPerspective(grey, centred, size, flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=white)
    return np.asarray(out, np.uint8)
