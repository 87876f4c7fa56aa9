"""The square boxes of a known form found on another print of it: check boxes, and the white boxes for signatures."""

from typing import Final

import cv2
import numpy as np

from extractors.forms.structures import PX_PER_MM, TINTS, Structures
from extractors.forms.template import BoxMm, Zone

#: How far a check box, and a signature's, may lie from where its label puts it, mm.
_BOX_REACH_MM: Final = 11.0
_NO_BOX_MM: Final = 40.0
#: The same for a check box whose own label was not read: the next one stands 12 mm away.
_UNLABELLED_REACH_MM: Final = 5.0
#: Boxes whose middles are nearer than this, up and down, stand in one row, mm.
_ROW_MM: Final = 2.5
#: Light over the paper's in an empty box; a pencil's is lower.
_EMPTY_LIGHT: Final = 0.82
#: A signature's box is looked for so far around its place, mm; it is white by this share, and its surroundings less.
_SEARCH_MM: Final = 7.0
_WHITE_INSIDE: Final = 0.75
_WHITE_LEAD: Final = 0.6
#: Sides of check boxes met, mm.
_CHECK_MM: Final = (2.6, 6.2)
_SIGN_REACH_MM: Final = 18.0
#: A cross drawn over a box's corners hides its edges: between the strokes the box is white, the tint around it is not.
#: It is looked for this near to its place, mm; so much of its inside and of the ring around it must be free of ink, so
#: much of its inside not, and the rest white or not. Some have a mere half millimetre of tint over and under them.
_CROSSED_REACH_MM: Final = 4.0
_RING_MM: Final = 0.5
_FREE_OF_INK: Final = 0.25
_CROSSED: Final = 0.1
_CLEAR_IN: Final = 0.85
_CLEAR_AROUND: Final = 0.45


def fitted_boxes(expected: dict[str, BoxMm], labelled: set[str], fields: Structures) -> dict[str, BoxMm]:
    """Return the check boxes found on the page for those *expected*, by name: the nearest ones, each used once.

    Args:
        expected: where each should lie.
        labelled: those that found their own label; the others are placed by their neighbours' and roughly.
        fields: the page's.
    """
    squares = [
        box
        for box in fields.whites
        if _CHECK_MM[0] <= min(box.w, box.h) and max(box.w, box.h) <= _CHECK_MM[1] and not _in_comb(box, fields)
    ]
    if not squares:
        return {}
    costs = np.array([[min(_apart(square, box), _NO_BOX_MM) for square in squares] for box in expected.values()])
    names = list(expected)
    found: dict[str, BoxMm] = {}
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - half of a page's reading time to import

    for i, k in zip(*linear_sum_assignment(costs), strict=True):
        if costs[i, k] < (_BOX_REACH_MM if names[i] in labelled else _UNLABELLED_REACH_MM):
            found[names[i]] = squares[k]
    side = float(np.median([min(box.w, box.h) for box in found.values()])) if found else 0.0
    for name in (n for n in names if n not in found and side):
        row = (n for n in names if n != name and _same_row(expected[n], expected[name]))
        if name in labelled or all(n in found for n in row):  # else the place is too rough: the next box may be meant
            crossed = _crossed_box(side, expected[name], fields)
            if crossed is None or any(_apart(crossed, square) <= side for square in squares):
                continue
            if any(_same_row(crossed, other) for other in found.values()):  # a wrong label points between two rows
                found[name] = crossed
    return found | _left_over({name: expected[name] for name in names if name not in found}, found, squares, fields)


def _crossed_box(side_mm: float, expected: BoxMm, fields: Structures) -> BoxMm | None:
    """Return the check box on tint near *expected* whose edges a cross hides, as large as the others; None without."""
    if fields.tint == 1:
        return None
    reach, ring, side = (round(mm * PX_PER_MM) for mm in (_CROSSED_REACH_MM, _RING_MM, side_mm))
    middle = (round((v + d / 2) * PX_PER_MM) for v, d in ((expected.x, expected.w), (expected.y, expected.h)))
    left, top = (max(v - side // 2 - reach - ring, 0) for v in middle)
    span = side + 2 * reach + 2 * ring
    light = fields.light[top : top + span, left : left + span]
    free = cv2.erode((light > TINTS[0]).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    white = free & (light > (1 + fields.tint) / 2)
    best, place = 0.0, None
    for y in range(ring, light.shape[0] - side - ring + 1):
        for x in range(ring, light.shape[1] - side - ring + 1):
            inner = np.s_[y + 1 : y + side - 1, x + 1 : x + side - 1]
            outer = np.s_[y - ring : y + side + ring, x - ring : x + side + ring]
            around = np.s_[y - 1 : y + side + 1, x - 1 : x + side + 1]
            free_in, white_in = int(free[inner].sum()), int(white[inner].sum())
            free_out = int(free[outer].sum()) - int(free[around].sum())
            white_out = int(white[outer].sum()) - int(white[around].sum())
            ring_px = (side + 2 * ring) ** 2 - (side + 2) ** 2
            is_crossed = _FREE_OF_INK <= free_in / (side - 2) ** 2 <= 1 - _CROSSED
            if not is_crossed or free_out < _FREE_OF_INK * ring_px:
                continue
            inside, outside = white_in / free_in, white_out / free_out
            if inside > _CLEAR_IN and outside < _CLEAR_AROUND and inside - outside > best:
                best, place = inside - outside, BoxMm((left + x) / PX_PER_MM, (top + y) / PX_PER_MM, side_mm, side_mm)
    return place


def _left_over(
    expected: dict[str, BoxMm], found: dict[str, BoxMm], squares: list[BoxMm], fields: Structures
) -> dict[str, BoxMm]:
    """Return the boxes of rows where as many are left as entries: the last one, or all where none is ticked.

    Which of several ticked ones is whose, an unread label leaves open; of empty ones it does not matter.
    """
    free = [square for square in squares if square not in found.values()]
    placed: dict[str, BoxMm] = {}
    for first in expected.values():
        names = sorted((n for n, box in expected.items() if _same_row(box, first)), key=lambda n: expected[n].x)
        row = sorted(square for square in free if _same_row(square, first))
        if len(names) == len(row) and (len(row) == 1 or all(_is_empty(square, fields) for square in row)):
            placed |= dict(zip(names, row, strict=True))
    return placed


def _same_row(box: BoxMm, other: BoxMm) -> bool:
    return abs(box.y + box.h / 2 - other.y - other.h / 2) < _ROW_MM


def _is_empty(box: BoxMm, fields: Structures) -> bool:
    """Return whether nothing dark stands in *box*, its edges left out."""
    inside = fields.patch(BoxMm(box.x + 0.7, box.y + 0.7, box.w - 1.4, box.h - 1.4))
    return bool(inside.size) and float(inside.min()) > _EMPTY_LIGHT


def _in_comb(box: BoxMm, fields: Structures) -> bool:
    """Return whether *box* has two like it beside it: a cell, not a check box."""
    alike = [
        other
        for other in fields.whites
        if other != box and abs(other.y - box.y) < 0.7 and abs(other.w - box.w) < 0.8  # noqa: PLR2004 - same row, same size
    ]
    return sum(abs(abs(other.x - box.x) - box.w) < 1.0 for other in alike) >= 1


def fitted_signature(zone: Zone, expected: BoxMm, fields: Structures) -> Zone | None:
    """Return the signature's box *zone* at its place: the white box of its size nearest to *expected*; None without."""
    alike = [
        box
        for box in fields.whites
        if 0.6 * expected.w < box.w < 1.7 * expected.w and 0.4 * expected.h < box.h < 1.7 * expected.h
    ]
    best = min(alike, key=lambda box: _apart(box, expected), default=None)
    if best is None:
        return None
    if _apart(best, expected) > _SIGN_REACH_MM:  # ink across its edge hid it; a form's signature boxes are of one size
        hidden = _white_box((best.w, best.h), expected, fields)
        if hidden is None:
            return None
        best = hidden
    return zone.model_copy(update={"box_mm": best})


def _white_box(size_mm: tuple[float, float], expected: BoxMm, fields: Structures) -> BoxMm | None:
    """Return the white box of *size_mm* on tint near *expected*, whatever crosses its edges; None where none stands."""
    if fields.tint == 1:
        return None
    near = BoxMm(
        max(expected.x - _SEARCH_MM, 0), max(expected.y - _SEARCH_MM, 0),
        size_mm[0] + 2 * _SEARCH_MM, size_mm[1] + 2 * _SEARCH_MM,
    )  # fmt: skip
    white = fields.patch(near) > (1 + fields.tint) / 2
    sums = np.pad(white.astype(np.int32).cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    ring = round(PX_PER_MM)
    width, height = (round(side * PX_PER_MM) for side in size_mm)

    def counted(x: int, y: int, w: int, h: int) -> int:
        return int(sums[y + h, x + w] - sums[y, x + w] - sums[y + h, x] + sums[y, x])

    best, place = 0.0, None
    for y in range(ring, white.shape[0] - height - ring + 1, 2):
        for x in range(ring, white.shape[1] - width - ring + 1, 2):
            inside = counted(x, y, width, height)
            around_it = counted(x - ring, y - ring, width + 2 * ring, height + 2 * ring) - inside
            share = inside / (width * height)
            lead = share - around_it / (2 * ring * (width + height + 2 * ring))
            if share > _WHITE_INSIDE and lead > max(best, _WHITE_LEAD):
                best, place = lead, BoxMm(near.x + x / PX_PER_MM, near.y + y / PX_PER_MM, *size_mm)
    return place


def _apart(box: BoxMm, expected: BoxMm) -> float:
    across = box.x + box.w / 2 - expected.x - expected.w / 2
    return float(np.hypot(across, 2 * (box.y + box.h / 2 - expected.y - expected.h / 2)))
