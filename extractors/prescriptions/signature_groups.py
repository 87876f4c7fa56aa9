"""Where on an ordonnance a signature may stand: groups of strokes that neither print nor a row of writing explains."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.prescriptions.free_flourishes import without_frame
from extractors.prescriptions.free_ink import FreeInk, Stroke, covered
from extractors.readers.signatures import BOX_VIEW_MM, box_network, box_planes
from extractors.scan import Word
from schemas.geometry import Box

# Signatures stand in the lower two thirds (domain.md 2.2), or under a text that ends higher.
_HIGHEST: Final = 0.3
# The foot's small print is no place to sign, but a flourish may reach into it.
_LOWEST: Final = 0.975
# Print is at most this much higher than most of the page's words.
_TALL_WORD: Final = 1.6
_SURE_WORD: Final = 0.6
_LETTERS_OF_A_WORD: Final = 3
# A word without another this near, mm, above the foot: somebody's name by hand, as likely as print.
_ALONE_MM: Final = 10.0
_FOOT: Final = 0.93
# A stroke lies in a word, or in a row, with this share of its box.
_IN_WORD: Final = 0.7
_IN_ROW: Final = 0.5
# Two strokes stand together where this much white, mm, lies between them at most; found on a page so much smaller.
_TOGETHER_MM: Final = 6.0
_SMALLER: Final = 4
# Date, patient and a line of text come before a signature.
_ROWS_ABOVE: Final = 3
# A row of which print explains less than half is written: an engine reads the name over a flourish as a word. On a
# typed page it explains more than that of most rows.
_WRITTEN: Final = 0.5
_TYPED: Final = 0.5
# Under a typed text a row is somebody's name this far from the margin (share of the width) or so far below (mm); under
# one by hand it is further away. Seven signatures came as rows on 220 sheets: the nearest of six under typed texts were
# 0.05 aside and 4.9 mm below; the one by hand was 0.77 aside and 24 mm below.
_APART: Final = (0.04, 4.0)
_FAR_APART: Final = (0.1, 10.0)
# The box the network is asked about, a form's usual one, in the middle of what it sees, mm.
_ASKED_MM: Final = (52.0, 20.0)


@dataclass(frozen=True, slots=True)
class Group:
    """Strokes that stand together."""

    strokes: tuple[Stroke, ...]
    #: they were taken for a row of text
    is_row: bool = False

    def bounds(self) -> tuple[int, int, int, int]:
        """Return ``left, top, right, bottom`` in the map's pixels."""
        return (
            min(s.x for s in self.strokes),
            min(s.y for s in self.strokes),
            max(s.x + s.w for s in self.strokes),
            max(s.y + s.h for s in self.strokes),
        )


def find_groups(ink: FreeInk, words: Sequence[Word], written: Sequence[Box]) -> list[Group]:
    """Return what may be a signature.

    Args:
        ink: of the page.
        words: printed text, boxes in fractions of the view; only those an engine is sure of count as print.
        written: rows of text, printed or by hand; one that stands apart under the others may be a signature.
    """
    height = ink.mask.shape[0]
    sure = [w for w in words if _is_print(w)]
    usual = sorted(w.box.h for w in sure)[len(sure) // 2] if sure else 0.0
    sure = [w for w in sure if w.box.h <= _TALL_WORD * usual]
    printed = [ink.pixels(w.box) for w in sure]
    rows = [ink.pixels(box) for box in written]
    ends = max((box.y + box.h for box in written), default=1.0) if len(written) >= _ROWS_ABOVE else 1.0
    low = [s for s in ink.strokes if min(_HIGHEST, ends) * height <= s.y + s.h / 2 <= _LOWEST * height]
    together = [ink.pixels(w.box) for w in sure if not _is_alone(ink, w, words)]
    taken = covered(low, together, _IN_WORD) | covered(low, rows, _IN_ROW)
    free = [stroke for stroke, is_taken in zip(low, taken, strict=True) if not is_taken]
    return [*_together(ink, free), *_row_apart(ink, written, printed)]


def probability(ink: FreeInk, group: Group) -> float:
    """Return how likely *group*, alone on the paper, is a signature to the network of forms' boxes (0 to 1)."""
    left, top, right, bottom = group.bounds()
    longest = max(group.strokes, key=lambda s: max(s.w, s.h))
    middles = {
        ((left + right) / 2, (top + bottom) / 2),
        (longest.x + longest.w / 2, longest.y + longest.h / 2),
    }
    return max(_seen(ink, group, x, y) for x, y in middles)


def _seen(ink: FreeInk, group: Group, x: float, y: float) -> float:
    wide, tall = BOX_VIEW_MM
    width, height = round(wide * ink.px_per_mm), round(tall * ink.px_per_mm)
    left, top = round(x - width / 2), round(y - height / 2)
    page_height, page_width = ink.mask.shape
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + width, page_width), min(top + height, page_height)
    view = np.full((height, width), 255, np.uint8)
    own = np.isin(ink.labels[y0:y1, x0:x1], [s.label for s in group.strokes])
    view[y0 - top : y1 - top, x0 - left : x1 - left][own] = 0
    box_w, box_h = _ASKED_MM
    return box_network()(box_planes(view, ((wide - box_w) / 2, (tall - box_h) / 2, box_w, box_h))).probability


def _is_print(word: Word) -> bool:
    return word.confidence >= _SURE_WORD and sum(c.isalnum() for c in word.text) >= _LETTERS_OF_A_WORD


def _is_alone(ink: FreeInk, word: Word, words: Sequence[Word]) -> bool:
    """Whether no other word stands near: print comes in lines, stamps in several."""
    height, width = ink.mask.shape
    across, down = _ALONE_MM * ink.px_per_mm / width, _ALONE_MM * ink.px_per_mm / height
    x, y, w, h = word.box
    near = Box(x - across, y - down, w + 2 * across, h + 2 * down)
    return y < _FOOT and not any(other is not word and near.overlap(other.box) > 0 for other in words)


def _together(ink: FreeInk, strokes: Sequence[Stroke]) -> list[Group]:
    """Return *strokes* parted where the white between them is wide."""
    if not strokes:
        return []
    chosen = np.zeros(int(ink.labels.max()) + 1, np.uint8)
    chosen[[s.label for s in strokes]] = 255
    small = cv2.resize(chosen[ink.labels], None, fx=1 / _SMALLER, fy=1 / _SMALLER, interpolation=cv2.INTER_AREA)
    reach = 2 * round(_TOGETHER_MM / 2 * ink.px_per_mm / _SMALLER) + 1
    _, parts = cv2.connectedComponents(cv2.dilate((small > 0).astype(np.uint8), np.ones((reach, reach), np.uint8)))
    groups: dict[int, list[Stroke]] = defaultdict(list)
    for stroke in strokes:
        groups[_part(ink, stroke, np.asarray(parts, np.int32))].append(stroke)
    unframed = (without_frame(ink, group) for group in groups.values())
    return [Group(tuple(group)) for group in unframed if group]


def _part(ink: FreeInk, stroke: Stroke, parts: NDArray[np.int32]) -> int:
    """Return which of *parts*, on the smaller page, holds the stroke's first pixel."""
    column = int(np.argmax(ink.labels[stroke.y, stroke.x : stroke.x + stroke.w] == stroke.label))
    height, width = parts.shape
    return int(parts[min(stroke.y // _SMALLER, height - 1), min((stroke.x + column) // _SMALLER, width - 1)])


def _row_apart(ink: FreeInk, written: Sequence[Box], printed: Sequence[tuple[int, int, int, int]]) -> list[Group]:
    """Return the last row of text where it is written, and stands apart from the others: a signature, maybe."""
    if len(written) <= _ROWS_ABOVE:
        return []
    *above, last = sorted(written, key=lambda box: box.y)
    shares = [_unprinted(ink, box, printed)[0] for box in above]
    share, strokes = _unprinted(ink, last, printed)
    if share < 1 - _WRITTEN or not strokes:
        return []
    aside, below = _APART if float(np.median(shares)) < _TYPED else _FAR_APART
    gap = (last.y - max(box.y + box.h for box in above)) * ink.mask.shape[0] / ink.px_per_mm
    is_apart = last.x - float(np.median([box.x for box in above])) >= aside or gap >= below
    return [Group(tuple(strokes), is_row=True)] if is_apart else []


def _unprinted(ink: FreeInk, row: Box, printed: Sequence[tuple[int, int, int, int]]) -> tuple[float, list[Stroke]]:
    """Return which share of a row's ink no printed word explains, and its strokes."""
    is_held = covered(ink.strokes, [ink.pixels(row)], _IN_ROW)
    held = [stroke for stroke, inside in zip(ink.strokes, is_held, strict=True) if inside]
    free = [s for s, inside in zip(held, covered(held, printed, _IN_ROW), strict=True) if not inside]
    return sum(s.area for s in free) / max(sum(s.area for s in held), 1), free
