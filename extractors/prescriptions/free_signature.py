"""Whether an ordonnance is signed: free pen strokes below its text, wherever the pen went, stamp or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.prescriptions.free_ink import FreeInk, Stroke, covered, distance
from extractors.scan import Word
from schemas.field import Field
from schemas.geometry import Box

# Signatures stand in the lower two thirds (domain.md 2.2).
_HIGHEST: Final = 0.3
# The foot's small print is no place to sign, but a flourish may reach into it.
_LOWEST: Final = 0.975
# A stroke that makes a signature by itself: letters of print and stamps are connected over 4 mm at most,
# flourishes run over 7 mm and more. A low one, as under a name, is longer and thin: print merged on a bilevel scan is
# low and dense.
_SEED_MM: Final = (7.0, 3.0)
_LOW_MM: Final = (14.0, 1.8)
_LOW_FILL: Final = 0.38
# A dash under a written name, there and back or bent: this long, its two strokes this far apart at their widest, wider
# at one end than at the other, and bent by as much. Frames and rules of 40 stamps are bent by 0.07 at most.
_DASH_MM: Final = (14.0, 70.0)
_DASH_THICK_MM: Final = 0.8
_DASH_OPENS_MM: Final = 0.3
_DASH_BENT_MM: Final = 0.2
# Up and down along it, in times its height: a dash goes there and back (at most 3.1 on 27), blotted print does so more.
_DASH_WAVES: Final = 5.0
# What a rule leaves of a signature it runs through: a line this long that leans, and so many strokes this high near it.
_PIECE_MM: Final = (6.5, 1.2)
_PIECES: Final = 2
_LEANING: Final = 0.07
# A straight line so long, in mm, is the edge of a stamp.
_FRAME_MM: Final = 30.0
# Two lines whose lengths differ by less than this share are a frame.
_ALIKE: Final = 0.15
# Letters by hand, apart, as high as that and as many side by side, are a signature too.
_TALL_MM: Final = 3.6
_TALL_LETTERS: Final = 3
# Print is at most this much higher than most of the page's words.
_TALL_WORD: Final = 1.6
# With strokes as long as that nobody doubts.
_PLAIN_MM: Final = 11.0
# Strokes nearer than this belong to one signature.
_REACH_MM: Final = 6.0
# Nobody signs in the outer tenth of a page with so short a stroke.
_MARGIN: Final = 0.1
# More of its own box inked than this: a blot, a logo, a hole.
_BLOT_FILL: Final = 0.5
# A stroke whose thickness is under this share of its length all along is a fold, a staple or a rule.
_STRAIGHT: Final = 0.06
# Ink in the middle of a frame or a round stamp is less than this share of all its ink.
_HOLLOW: Final = 0.08
_SURE_WORD: Final = 0.6
_LETTERS_OF_A_WORD: Final = 3
# Free strokes this long, in mm, left over where no signature was found make "unsigned" doubtful; longer than any letter
# of print, they leave it open.
_LEFTOVER_MM: Final = 4.5
_UNEXPLAINED_MM: Final = 6.5

_SIGNED: Final = 0.995
# A shorter flourish, and no flourish at all: of both together 31 of 31 were signatures on 400 lots, and none of five
# unsigned pages had one; a dash alone is still looked at by a person.
_SHORTLY_SIGNED: Final = 0.9
_PROBABLY_SIGNED: Final = 0.8
_UNSIGNED: Final = 0.985
_PERHAPS_UNSIGNED: Final = 0.75
# Under a half nothing is told against the paper, and a person looks.
_UNDECIDED: Final = 0.45


@dataclass(frozen=True, slots=True)
class Signature:
    """The strokes of a signature: ``box`` in fractions of the view."""

    box: Box
    length_mm: float


def find_signature(ink: FreeInk, words: Sequence[Word], written: Sequence[Box]) -> Signature | None:
    """Return the largest signature-like group of strokes, or None.

    Args:
        ink: of the page.
        words: printed text, boxes in fractions of the view; only those an engine is sure of count as print.
        written: rows of text, printed or by hand, which are no signature.
    """
    free = _free_strokes(ink, words, written)
    seeds = [stroke for stroke in free if _is_flourish(ink, stroke) and not _is_stray(ink, stroke)]
    dashes = [] if seeds else [stroke for stroke in free if _is_dash(ink, stroke)]
    pieces = [] if seeds or dashes else _pieces(ink, free)
    if seeds or dashes:
        best = max(seeds or dashes, key=_length)
        group = _around(ink, best, free)
        is_plain = bool(seeds) or len(group) > _TALL_LETTERS
        length = _length(best) / ink.px_per_mm if is_plain else 0.0
    elif pieces:
        group, length = pieces, 0.0
    else:
        tall = [
            s for s in free if min(s.h, 3 * s.w) >= _TALL_MM * ink.px_per_mm and s.area <= _BLOT_FILL * s.w * s.h * 1.4
        ]
        groups = [_around(ink, stroke, tall) for stroke in tall]
        group = max(groups, key=len, default=[])
        length = 0.0
        if len(group) < _TALL_LETTERS:
            return None
    left, top = min(s.x for s in group), min(s.y for s in group)
    right, bottom = max(s.x + s.w for s in group), max(s.y + s.h for s in group)
    return Signature(ink.box(left, top, right - left, bottom - top), length)


def _around(ink: FreeInk, first: Stroke, strokes: Sequence[Stroke]) -> list[Stroke]:
    """Return *first* and the strokes that follow it without a wide gap."""
    reach = _REACH_MM * ink.px_per_mm
    group = [first]
    for stroke in sorted(strokes, key=lambda s: distance(s, first)):
        if stroke is not first and any(distance(stroke, held) <= reach for held in group):
            group.append(stroke)
    return group


def read_signature(
    ink: FreeInk, words: Sequence[Word], written: Sequence[Box], page: int
) -> tuple[Field[bool], Box | None]:
    """Return whether the page is signed, with the signature's box in fractions of the view."""
    found = find_signature(ink, words, written)
    if found is not None:
        long = found.length_mm
        sure = _SIGNED if long >= _PLAIN_MM else _SHORTLY_SIGNED if long > 0 else _PROBABLY_SIGNED
        return Field[bool](value=True, confidence=sure, page=page, source="ink"), found.box
    longest = max((max(s.w, s.h) for s in _leftovers(ink, words, written)), default=0) / ink.px_per_mm
    sure = _UNSIGNED if longest < _LEFTOVER_MM else _PERHAPS_UNSIGNED if longest < _UNEXPLAINED_MM else _UNDECIDED
    return Field[bool](value=False, confidence=sure, page=page, source="ink"), None


def _leftovers(ink: FreeInk, words: Sequence[Word], written: Sequence[Box]) -> list[Stroke]:
    """Return the strokes that are neither print nor rules, and made no signature."""
    return [
        s
        for s in _free_strokes(ink, words, written)
        if s.area <= _BLOT_FILL * s.w * s.h and not _is_straight(ink, s) and not _is_stray(ink, s)
    ]


def _free_strokes(ink: FreeInk, words: Sequence[Word], written: Sequence[Box]) -> list[Stroke]:
    height = ink.mask.shape[0]
    sure = [w for w in words if _is_print(w)]
    usual = sorted(w.box.h for w in sure)[len(sure) // 2] if sure else 0.0
    printed = [ink.pixels(w.box) for w in sure if w.box.h <= _TALL_WORD * usual]
    rows = [ink.pixels(box) for box in written]
    low = [s for s in ink.strokes if _HIGHEST * height <= s.y + s.h / 2 <= _LOWEST * height]
    taken = covered(low, printed, 0.7) | covered(low, rows, 0.5)
    return [stroke for stroke, is_taken in zip(low, taken, strict=True) if not is_taken]


def _is_print(word: Word) -> bool:
    return word.confidence >= _SURE_WORD and sum(c.isalnum() for c in word.text) >= _LETTERS_OF_A_WORD


def _is_flourish(ink: FreeInk, stroke: Stroke) -> bool:
    long, low = (mm * ink.px_per_mm for mm in _SEED_MM)
    fill = stroke.area / (stroke.w * stroke.h)
    if max(stroke.w, stroke.h) < long or fill > _BLOT_FILL:
        return False
    if min(stroke.w, stroke.h) < low:
        long, low = (mm * ink.px_per_mm for mm in _LOW_MM)
        if stroke.w < long or stroke.h < low or fill > _LOW_FILL:
            return False
    return not _is_straight(ink, stroke) and not _is_hollow(ink, stroke)


def _is_dash(ink: FreeInk, stroke: Stroke) -> bool:
    """Whether a pen drew a long low stroke: there and back, or bent. Rules, frames and folds are even and straight."""
    shortest, longest = (mm * ink.px_per_mm for mm in _DASH_MM)
    if not shortest <= stroke.w <= longest or min(_sides(ink, stroke)) < _DASH_THICK_MM * ink.px_per_mm:
        return False
    own = _own(ink, stroke)
    inked = np.flatnonzero(own.any(axis=0))
    top = own.argmax(axis=0)[inked]
    bottom = own.shape[0] - own[::-1].argmax(axis=0)[inked]
    narrow, wide = np.percentile(bottom - top, (10, 90))
    middle = (top + bottom) / 2
    off = np.abs(middle - np.polyval(np.polyfit(inked, middle, 1), inked))
    bent = float(np.percentile(off, 85))
    is_smooth = float(np.abs(np.diff(middle)).sum()) <= _DASH_WAVES * max(float(np.ptp(middle)), 1.0)
    opens = wide - narrow >= _DASH_OPENS_MM * ink.px_per_mm
    return bool(is_smooth and opens and bent >= _DASH_BENT_MM * ink.px_per_mm)


def _pieces(ink: FreeInk, free: Sequence[Stroke]) -> list[Stroke]:
    """Return a signature in pieces, as a frame's rule leaves it: a leaning line with strokes or letters beside it."""
    least_w, least_h = (mm * ink.px_per_mm for mm in _PIECE_MM)
    lines = [s for s in free if s.w >= least_w and _leans(s) and not _has_twin(s, free)]
    for line in sorted(lines, key=_length, reverse=True):
        group = [s for s in _around(ink, line, free) if s is line or s.h >= least_h]
        if len(group) > _PIECES and not any(s.w >= _FRAME_MM * ink.px_per_mm and _is_straight(ink, s) for s in group):
            return group
    return []


def _leans(stroke: Stroke) -> bool:
    return stroke.h >= _LEANING * stroke.w


def _has_twin(stroke: Stroke, strokes: Sequence[Stroke]) -> bool:
    """Whether another stroke is as long and as steep: the two are a stamp's frame."""
    return any(
        other is not stroke and abs(other.w - stroke.w) <= _ALIKE * stroke.w and abs(other.h - stroke.h) <= stroke.h / 2
        for other in strokes
    )


def _is_stray(ink: FreeInk, stroke: Stroke) -> bool:
    """Whether a pen slipped in the margin: a short stroke where nobody signs."""
    width = ink.mask.shape[1]
    middle = (stroke.x + stroke.w / 2) / width
    return _length(stroke) < _PLAIN_MM * ink.px_per_mm and not _MARGIN < middle < 1 - _MARGIN


def _is_straight(ink: FreeInk, stroke: Stroke) -> bool:
    sides = _sides(ink, stroke)
    return min(sides) <= max(_STRAIGHT * max(sides), 1.5)


def _sides(ink: FreeInk, stroke: Stroke) -> tuple[float, float]:
    """Return the sides of the smallest rectangle around the stroke, however it leans, in pixels."""
    _, (one, other), _ = cv2.minAreaRect(cv2.findNonZero(_own(ink, stroke)))
    return one, other


def _is_hollow(ink: FreeInk, stroke: Stroke) -> bool:
    """Whether the stroke runs around its box and leaves the middle white: a frame, a round stamp, a coffee ring."""
    own = _own(ink, stroke)
    height, width = own.shape
    middle = own[height // 4 : height - height // 4, width // 5 : width - width // 5]
    return bool(np.count_nonzero(middle) < _HOLLOW * stroke.area)


def _own(ink: FreeInk, stroke: Stroke) -> NDArray[np.uint8]:
    part = ink.labels[stroke.y : stroke.y + stroke.h, stroke.x : stroke.x + stroke.w]
    return np.asarray(part == stroke.label, np.uint8)


def _length(stroke: Stroke) -> float:
    return float(np.hypot(stroke.w, stroke.h))
