"""Two inks inside one entry, from a colour scan: figures added or put right with another pen.

Two hands on one sheet are normal, two pens in one date are not. What tells inks apart is the share of each colour that
they take from the light, whatever the paper under them and the pressure on the pen; it is measured piece by piece, on
the pieces' dark middle, where JPEG has blurred colour least.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.components import components
from extractors.feuilles.colour_view import COLOUR_PX_PER_MM
from extractors.feuilles.form_view import FormView, Rect
from extractors.feuilles.strokes import Entry, Ink, around
from extractors.marks.erasures import Written
from extractors.marks.stamps import as_hex
from schemas.mark import TwoInks

_Mask = NDArray[np.bool_]
_Point = TypeVar("_Point", np.bool_, np.uint8)
#: A point is ink where this much of it is, at the colour's resolution.
_INKED: Final = 0.43
#: Paper is looked for this far around a piece of ink, mm; fewer points of it say nothing.
_PAPER_MM: Final = 1.0
_LEAST_PAPER: Final = 12
#: A point darker than this in the blank form is print, whose soft edge is not told from ink.
_PRINT_BELOW: Final = 150
#: A joined word is cut into pieces this wide, mm; pieces under so many mm2 are points and commas.
_PIECE_MM: Final = 2.5
_LEAST_PIECE_MM2: Final = 0.25
#: Each ink must have written so much, mm2: a thin 1 covers 0.8.
_LEAST_INK_MM2: Final = 0.8
#: How far apart two inks must be, in shares of the light taken; how many times farther than the pieces of one ink are
#: from each other, whose noise is never under the third figure; and the product of both. Of 870 entries in one ink on
#: 30 colour forms (JPEG 66 to 91) two had more than the first two, with products of 0.25 and 0.33; of 189 in two, 183
#: had more than 0.4.
_APART: Final = 0.050
_TIMES: Final = 4.0
_NOISE: Final = 0.004
_CLEAR: Final = 0.38
#: Inks that take so much more light than each other (log) are a pen and a stain, or a marker's.
_MOST_DARKER: Final = 0.7
#: A pen is taken up once, perhaps put down again: more changes along the entry are noise.
_MOST_CHANGES: Final = 3
#: Both inks stand on one line, as high as each other: what they share of the height they have together. A clerk's tick
#: beside an amount, a ring, a bracket or a blot is no writing.
_AS_HIGH: Final = 0.6
#: A clerk's ticks and brackets are one stroke, narrower than this, mm; a joined word is wider.
_WORD_MM: Final = 8.0
#: White between two words of one entry, mm, at most; a date stamp over a row of acts begins farther.
_GAP_MM: Final = 4.5
#: One letter or figure in another ink stands right beside the next, as high as it: share of the height, mm of white.
_FIGURE: Final = 0.8
_NEXT_MM: Final = (-0.7, 1.3)
#: A blot fills its box, a figure 0.2 to 0.5 of it.
_BLOT: Final = 0.65


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of ink: where it is, of which stroke, how much, and how much red, green and blue light it takes."""

    rect: Rect
    stroke: int
    area_mm2: float
    taken: NDArray[np.float64]

    @property
    def shares(self) -> NDArray[np.float64]:
        return np.asarray(self.taken / self.taken.sum(), np.float64)


def find_two_inks(
    view: FormView, ink: Ink, written: Sequence[Written], page: int, *, crossed: Collection[Rect] = ()
) -> tuple[TwoInks, ...]:
    """Return the entries in which two inks stand side by side; none on a scan without colour.

    Args:
        view: the form laid flat.
        ink: of *view*.
        written: the entries.
        page: the page's index in the lot.
        crossed: stamps and the like, mm: what lies over an entry is not part of it.
    """
    if view.colour is None:
        return ()
    found = []
    for one in written:
        if one.entry is None or one.entry.is_crossed_by_others:
            continue
        if any(_overlap(one.entry.rect, other) for other in crossed):
            continue
        inks = _parted(_pieces(view, view.colour, ink, one.entry))
        # a tick beside an amount is one stroke; in a comb one figure is one
        if inks is not None and (one.cells or _is_one_entry(inks[0], inks[1])):
            first, second, score = inks
            box = view.box(around(piece.rect for piece in second))
            colours = (_colour(first), _colour(second))
            found.append(TwoInks(page=page, box=box, score=score, field=one.field, colours=colours))
    return tuple(found)


def _pieces(view: FormView, colour: NDArray[np.uint8], ink: Ink, entry: Entry) -> list[_Piece]:
    """Return the pieces of an entry's ink, left to right."""
    window = _Window.around(entry.rect, colour.shape, view.px_per_mm)
    own, other = window.own(entry, view.px_per_mm), window.cut(ink.mask)
    alien = cv2.dilate((other & ~own).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    any_ink = window.at_colour(own | other) > 0
    paper = cv2.dilate(any_ink.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0
    clean = (window.at_colour(own) >= _INKED) & (window.at_colour(alien) < 1 - _INKED / 2)
    if view.blank is not None:
        thick = np.asarray(cv2.erode(view.blank, np.ones((3, 3), np.uint8)), np.uint8)
        printed = window.cut(thick) < _PRINT_BELOW
        clean &= window.at_colour(printed) < 0.5  # noqa: PLR2004 - for the most part
    _, labels, _, _ = components(own.astype(np.uint8))
    small = cv2.resize(labels.astype(np.float32), clean.shape[::-1], interpolation=cv2.INTER_NEAREST)
    small = cv2.dilate(small, np.ones((3, 3), np.uint8)).astype(np.int32)
    clean &= small > 0
    y, x = np.nonzero(clean)
    part = colour[window.top : window.bottom, window.left : window.right]
    piece_of = small[y, x] * 10_000 + x // round(_PIECE_MM * COLOUR_PX_PER_MM)
    pieces = [
        _piece(part, paper, (x[piece_of == k], y[piece_of == k]), window, k // 10_000)
        for k in np.unique(piece_of).tolist()
    ]
    return sorted((p for p in pieces if p is not None), key=lambda piece: piece.rect.x)


def _piece(
    part: NDArray[np.uint8],
    paper: _Mask,
    points: tuple[NDArray[np.intp], NDArray[np.intp]],
    window: "_Window",
    stroke: int,
) -> _Piece | None:
    """Return what the ink at some points takes from the light of the paper around them."""
    x, y = points
    area = len(x) / COLOUR_PX_PER_MM**2
    reach = round(_PAPER_MM * COLOUR_PX_PER_MM)
    near = (slice(max(y.min() - reach, 0), y.max() + reach + 1), slice(max(x.min() - reach, 0), x.max() + reach + 1))
    light = part[near][paper[near]]
    if area < _LEAST_PIECE_MM2 or len(light) < _LEAST_PAPER:
        return None
    white = np.maximum(np.median(light, axis=0), 1.0)
    taken = np.clip(1.0 - part[y, x] / white, 0.0, None).sum(axis=0)
    if taken.sum() <= 0:
        return None
    px = COLOUR_PX_PER_MM
    rect = Rect((window.left + x.min()) / px, (window.top + y.min()) / px, (np.ptp(x) + 1) / px, (np.ptp(y) + 1) / px)
    return _Piece(rect, stroke, area, taken.astype(np.float64))


def _parted(pieces: Sequence[_Piece]) -> tuple[list[_Piece], list[_Piece], float] | None:
    """Return the pieces in the ink that begins the entry, those in the other, and how sure; None where all are one."""
    if len(pieces) < 2:  # noqa: PLR2004 - one piece is one ink
        return None
    shares = np.array([piece.shares for piece in pieces])
    weight = np.array([piece.taken.sum() for piece in pieces])
    away = shares - np.average(shares, axis=0, weights=weight)
    _, axes = np.linalg.eigh((away * weight[:, None]).T @ away)
    along = away @ axes[:, -1]
    order = np.argsort(along)
    spread, cut = min((_spread(along, weight, order, k), k) for k in range(1, len(pieces)))
    sides = np.zeros(len(pieces), np.bool_)
    sides[order[cut:]] = True
    apart = float(np.average(along[sides], weights=weight[sides]) - np.average(along[~sides], weights=weight[~sides]))
    times = apart / (spread + _NOISE)
    sides = sides if not sides[0] else ~sides
    first = [piece for piece, side in zip(pieces, sides.tolist(), strict=True) if not side]
    second = [piece for piece, side in zip(pieces, sides.tolist(), strict=True) if side]
    is_clear = apart >= _APART and times >= _TIMES and apart * times >= _CLEAR
    if not is_clear or np.count_nonzero(np.diff(sides)) > _MOST_CHANGES:
        return None
    if not _is_writing(first, second):
        return None
    return first, second, float(np.clip(1.0 - 0.5 * _CLEAR / (apart * times), 0.5, 0.99))


def _spread(along: NDArray[np.float64], weight: NDArray[np.float64], order: NDArray[np.intp], cut: int) -> float:
    """Return how far the pieces of either side lie from their middle when the first *cut* are parted from the rest."""
    total = 0.0
    for side in (order[:cut], order[cut:]):
        middle = np.average(along[side], weights=weight[side])
        total += float((weight[side] * (along[side] - middle) ** 2).sum())
    return float(np.sqrt(total / weight.sum()))


def _is_writing(first: Sequence[_Piece], second: Sequence[_Piece]) -> bool:
    """Return whether both are written: enough ink, about as dark, as high as each other on one line."""
    areas = [sum(piece.area_mm2 for piece in side) for side in (first, second)]
    taken = [sum(float(piece.taken.sum()) for piece in side) for side in (first, second)]
    darker = abs(np.log(taken[0] / areas[0]) - np.log(taken[1] / areas[1]))
    one, other = around(p.rect for p in first), around(p.rect for p in second)
    shared = min(one.y + one.h, other.y + other.h) - max(one.y, other.y)
    whole = max(one.y + one.h, other.y + other.h) - min(one.y, other.y)
    fill = max(area / (rect.w * rect.h) for area, rect in zip(areas, (one, other), strict=True))
    is_level = shared >= _AS_HIGH * whole and fill <= _BLOT
    return bool(min(areas) >= _LEAST_INK_MM2 and darker <= _MOST_DARKER and is_level)


def _is_one_entry(first: Sequence[_Piece], second: Sequence[_Piece]) -> bool:
    """Return whether both are writing of one line: words or figures, one right after the other."""
    one, other = around(p.rect for p in first), around(p.rect for p in second)
    gap = max(one.x, other.x) - min(one.x + one.w, other.x + other.w)
    if _is_word(first) and _is_word(second):
        return gap <= _GAP_MM
    shared = min(one.y + one.h, other.y + other.h) - max(one.y, other.y)
    is_in_line = shared >= _FIGURE * (max(one.y + one.h, other.y + other.h) - min(one.y, other.y))
    return is_in_line and _NEXT_MM[0] <= gap <= _NEXT_MM[1]


def _is_word(pieces: Sequence[_Piece]) -> bool:
    """Return whether more than a single stroke was written, or a joined word."""
    return len({piece.stroke for piece in pieces}) > 1 or around(p.rect for p in pieces).w >= _WORD_MM


def _colour(pieces: Sequence[_Piece]) -> str:
    taken = sum((piece.taken for piece in pieces), np.zeros(3))
    return as_hex(255.0 * (1.0 - taken / taken.max()))


def _overlap(one: Rect, other: Rect) -> bool:
    return min(one.x + one.w, other.x + other.w) > max(one.x, other.x) and min(one.y + one.h, other.y + other.h) > max(
        one.y, other.y
    )


@dataclass(frozen=True, slots=True)
class _Window:
    """A part of the form at the colour's resolution, and the same part of its finer images."""

    left: int
    top: int
    right: int
    bottom: int
    #: pixels of a fine image for one of colour
    fine: float

    @classmethod
    def around(cls, rect: Rect, shape: tuple[int, ...], px_per_mm: float) -> "_Window":
        wide = rect.grown(2 * _PAPER_MM, 2 * _PAPER_MM)
        px = COLOUR_PX_PER_MM
        left, top = max(int(wide.x * px), 0), max(int(wide.y * px), 0)
        right, bottom = min(int((wide.x + wide.w) * px) + 1, shape[1]), min(int((wide.y + wide.h) * px) + 1, shape[0])
        return cls(left, top, max(right, left + 1), max(bottom, top + 1), px_per_mm / px)

    def _fine_bounds(self) -> tuple[int, int, int, int]:
        left, top, right, bottom = (round(v * self.fine) for v in (self.left, self.top, self.right, self.bottom))
        return left, top, right, bottom

    def cut(self, image: NDArray[_Point]) -> NDArray[_Point]:
        """Return this part of a fine image."""
        left, top, right, bottom = self._fine_bounds()
        part = image[top:bottom, left:right]
        missing = (bottom - top - part.shape[0], right - left - part.shape[1])
        return np.pad(part, ((0, missing[0]), (0, missing[1]))) if any(missing) else part

    def own(self, entry: Entry, px_per_mm: float) -> _Mask:
        """Return an entry's ink in this part, fine."""
        left, top, right, bottom = self._fine_bounds()
        whole = np.zeros((bottom - top, right - left), np.bool_)
        air = (entry.ink.shape[1] / px_per_mm - entry.rect.w) / 2
        x, y = (round((v - air) * px_per_mm) for v in (entry.rect.x, entry.rect.y))
        ink = entry.ink[max(top - y, 0) :, max(left - x, 0) :]
        x, y = max(x - left, 0), max(y - top, 0)
        ink = ink[: max(whole.shape[0] - y, 0), : max(whole.shape[1] - x, 0)]
        whole[y : y + ink.shape[0], x : x + ink.shape[1]] = ink
        return whole

    def at_colour(self, mask: _Mask) -> NDArray[np.float32]:
        """Return the share of each point of colour that a fine *mask* covers."""
        size = (self.right - self.left, self.bottom - self.top)
        return np.asarray(cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA), np.float32)
