"""Which pixels a flag is about: its mark's own points, else ink, else the patch that hides the paper."""

from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.components import components
from intake.report.places import pixels_of
from schemas.flag import Flag
from schemas.geometry import Box
from schemas.mark import MarkKind, Mask

_Grey = NDArray[np.uint8]
#: Marks that cover or wear the paper: their mask is the patch, not the ink on it.
_PATCHES: Final = frozenset({MarkKind.FLUID, MarkKind.TAPE, MarkKind.SCRATCH})
#: As shares of a page's width, A4's 210 mm: a stroke is under 1.2 mm thick; a detector's own points are as coarse as
#: 1 mm, and are grown by 0.6.
_STROKE: Final = 1.2 / 210
_COARSE: Final = 0.6 / 210
#: Grey levels by which ink is darker than the paper around it: show-through of thin paper stays under 25.
_INK_DEPTH: Final = 30
#: A patch differs from the paper around it by so many grey levels, and by so many times that paper's own unevenness:
#: fluid on a tinted field of 207 differs by 40, on white paper by 4 to 8.
_PATCH_STEP: Final = 3.0
_PATCH_SPREADS: Final = 2.5
#: Smaller pieces of a patch are noise, as a share of the box.
_PATCH_PIECE: Final = 0.02


class Window(NamedTuple):
    """A part of a page's image, as ``pixels_of`` gives it."""

    left: int
    top: int
    right: int
    bottom: int


def mask_in(image: _Grey, window: Window, flag: Flag, box: Box) -> _Grey:
    """Return a mask of *window*, 255 on what *flag* is about, 0 elsewhere.

    Args:
        image: the upright page, ``(h, w, 3)``.
        window: the part shown, wider than *box*.
        flag: with its mark's own points, or without.
        box: the flag's.
    """
    part = image[window.top : window.bottom, window.left : window.right]
    page_width = image.shape[1]
    inside = np.zeros(part.shape[:2], np.bool_)
    left, top, right, bottom = pixels_of(box, image)
    inside[top - window.top : bottom - window.top, left - window.left : right - window.left] = True
    if flag.kind in _PATCHES:
        return _drawn(flag.mask, image, window) if flag.mask else _patch(part, inside, page_width)
    ink = _ink(part, page_width)
    if flag.mask is None:
        return np.where(inside, ink, np.uint8(0))
    reach = _odd(2 * _COARSE * page_width)
    near = cv2.dilate(_drawn(flag.mask, image, window), np.ones((reach, reach), np.uint8))
    return np.asarray(cv2.bitwise_and(ink, near), np.uint8)


def _drawn(mask: Mask, image: _Grey, window: Window) -> _Grey:
    """Return a detector's own points as they lie in the window."""
    page = np.zeros(image.shape[:2], np.uint8)
    points = cv2.imdecode(np.frombuffer(mask.png, np.uint8), cv2.IMREAD_GRAYSCALE)
    left, top, right, bottom = pixels_of(mask.box, image)
    if points is not None and right > left and bottom > top:
        large = cv2.resize(points, (right - left, bottom - top), interpolation=cv2.INTER_LINEAR)
        page[top:bottom, left:right] = np.where(large > 127, 255, 0)  # noqa: PLR2004 - half
    return page[window.top : window.bottom, window.left : window.right]


def _ink(part: _Grey, page_width: int) -> _Grey:
    """Return 255 on ink, print included, whatever the paper's tint: darker than what is around."""
    darkest = part.min(axis=2)  # coloured ink is darkest in the channel it absorbs
    depth = _paper(darkest, page_width).astype(np.int16) - darkest
    return np.where(depth > _INK_DEPTH, 255, 0).astype(np.uint8)


def _paper(plane: _Grey, page_width: int) -> _Grey:
    """Return what a plane would be without strokes."""
    size = _odd(2 * _STROKE * page_width)
    return np.asarray(cv2.morphologyEx(plane, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8)), np.uint8)


def _patch(part: _Grey, inside: NDArray[np.bool_], page_width: int) -> _Grey:
    """Return where the paper *inside* is unlike the paper beside: covered, or worn; all of it where it is alike."""
    planes = [cv2.GaussianBlur(_paper(part[..., i], page_width), (0, 0), 1.5) for i in range(part.shape[2])]
    paper = np.dstack(planes).astype(np.float32)
    beside = paper[~inside]
    if not len(beside):
        return np.where(inside, 255, 0).astype(np.uint8)
    usual = np.median(beside, axis=0)
    spread = float(np.median(np.abs(beside - usual).max(axis=1)))
    step = np.abs(paper - usual).max(axis=2)
    differs = (step > max(_PATCH_STEP, _PATCH_SPREADS * spread)) & inside
    found = _large_pieces(differs, _PATCH_PIECE * np.count_nonzero(inside))
    return np.where(found if found.any() else inside, 255, 0).astype(np.uint8)


def _large_pieces(mask: NDArray[np.bool_], least: float) -> NDArray[np.bool_]:
    _, labels, stats, _ = components(mask.astype(np.uint8))
    kept = stats[:, cv2.CC_STAT_AREA] >= max(least, 1.0)
    kept[0] = False
    return np.asarray(kept[labels], np.bool_)


def _odd(length: float) -> int:
    return 2 * round(length / 2) + 1
