"""Whether an ordonnance is signed: free pen strokes below its text, wherever the pen went, stamp or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.free_ink import FreeInk, Stroke, covered, distance
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
# Small free strokes left over where no signature was found, in mm, that make "unsigned" doubtful.
_LEFTOVER_MM: Final = 4.5

_SIGNED: Final = 0.995
_PROBABLY_SIGNED: Final = 0.8
_UNSIGNED: Final = 0.985
_PERHAPS_UNSIGNED: Final = 0.75


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
    if seeds:
        best = max(seeds, key=_length)
        group = _around(ink, best, free)
        length = _length(best) / ink.px_per_mm
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
        sure = _SIGNED if found.length_mm >= _PLAIN_MM else _PROBABLY_SIGNED
        return Field[bool](value=True, confidence=sure, page=page, source="ink"), found.box
    least = _LEFTOVER_MM * ink.px_per_mm
    leftovers = [
        s
        for s in _free_strokes(ink, words, written)
        if max(s.w, s.h) >= least and s.area <= _BLOT_FILL * s.w * s.h and not _is_straight(ink, s)
    ]
    return Field[bool](
        value=False, confidence=_PERHAPS_UNSIGNED if leftovers else _UNSIGNED, page=page, source="ink"
    ), None


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


def _is_stray(ink: FreeInk, stroke: Stroke) -> bool:
    """Whether a pen slipped in the margin: a short stroke where nobody signs."""
    width = ink.mask.shape[1]
    middle = (stroke.x + stroke.w / 2) / width
    return _length(stroke) < _PLAIN_MM * ink.px_per_mm and not _MARGIN < middle < 1 - _MARGIN


def _is_straight(ink: FreeInk, stroke: Stroke) -> bool:
    points = cv2.findNonZero(_own(ink, stroke))
    (_, _), sides, _ = cv2.minAreaRect(points)
    return min(sides) <= max(_STRAIGHT * max(sides), 1.5)


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
