"""A sheet photographed or scanned on a dark ground: its four corners, and the map that lays it flat."""

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

#: Long side of the image the sheet is looked for in, px: corners to half a millimetre.
_SMALL_PX: Final = 600
#: The sheet covers between these shares of the image; a scan without surroundings is no photograph.
_LEAST_SHARE: Final = 0.25
_MOST_SHARE: Final = 0.985
#: Its outline fills that much of its four corners' quadrilateral, and the reverse.
_STRAIGHT: Final = 0.95
#: Grey levels between paper and ground.
_LEAST_STEP: Final = 45
#: A4, A5 and most forms: long side over short, with the foreshortening of a hand-held camera.
_LONGEST: Final = 1.75


def find_paper(grey: NDArray[np.uint8]) -> NDArray[np.float64] | None:
    """Return the sheet's corners ``(4, 2)`` in px, clockwise from top left; None where no dark ground surrounds it."""
    zoom = _SMALL_PX / max(grey.shape)
    small = np.asarray(cv2.resize(grey, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA), np.uint8)
    _, bright = cv2.threshold(cv2.GaussianBlur(small, (5, 5), 0), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    # the form's own dark bands must not cut the sheet in pieces, nor join it to the ground
    whole = cv2.morphologyEx(bright, cv2.MORPH_CLOSE, np.ones((21, 21), np.uint8))
    outlines, _ = cv2.findContours(whole, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return None
    outline = max(outlines, key=cv2.contourArea)
    hull = cv2.convexHull(outline)
    share = cv2.contourArea(hull) / small.size
    if not _LEAST_SHARE <= share <= _MOST_SHARE or cv2.contourArea(outline) < _STRAIGHT * cv2.contourArea(hull):
        return None
    corners = _four(hull)
    if corners is None or not _is_on_dark(small, corners):
        return None
    return np.asarray(corners / zoom, np.float64)


def laid_flat(corners: NDArray[np.float64]) -> tuple[NDArray[np.float64], tuple[float, float]]:
    """Return the 3x3 map from the flat sheet to the image, and the flat sheet's ``(w, h)`` in the image's pixels."""
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    width, height = float(max(sides[0], sides[2])), float(max(sides[1], sides[3]))
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    return np.asarray(matrix, np.float64), (width, height)


def _four(hull: NDArray[Any]) -> NDArray[np.float64] | None:
    """Return the hull's four corners, or None where it is no quadrilateral."""
    length = cv2.arcLength(hull, closed=True)
    for share in (0.01, 0.02, 0.03, 0.05):
        found = cv2.approxPolyDP(hull, share * length, closed=True).reshape(-1, 2).astype(np.float64)
        if len(found) <= 4:  # noqa: PLR2004 - corners of a sheet
            break
    if len(found) != 4 or cv2.contourArea(found.astype(np.float32)) < _STRAIGHT * cv2.contourArea(hull):  # noqa: PLR2004
        return None
    if cv2.contourArea(found.astype(np.float32), oriented=True) < 0:
        found = found[::-1]
    sides = np.linalg.norm(np.roll(found, -1, axis=0) - found, axis=1)
    if sides.max() > _LONGEST * sides.min() or (abs(sides[0] - sides[2]) + abs(sides[1] - sides[3])) > sides.max():
        return None
    return np.roll(found, -int(found.sum(axis=1).argmin()), axis=0)


def _is_on_dark(small: NDArray[np.uint8], corners: NDArray[np.float64]) -> bool:
    """Return whether the ground around the sheet is darker than its paper by far, on two sides at least."""
    inside = np.zeros(small.shape, np.uint8)
    cv2.fillConvexPoly(inside, corners.astype(np.int32), 255)
    ground = cv2.dilate(inside, np.ones((9, 9), np.uint8)) == 0
    if ground.mean() < 0.015:  # noqa: PLR2004 - a scanner's thin border, which needs no laying flat
        return False
    paper = float(np.percentile(small[inside > 0], 75))
    return paper - float(np.percentile(small[ground], 75)) > _LEAST_STEP
