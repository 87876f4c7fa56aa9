"""Whether an ordonnance is signed: free pen strokes below its text, wherever the pen went, stamp or not.

Two opinions on each group of strokes: their shape, and the network of forms' boxes (``extractors.readers.signatures``)
that sees the group alone on white paper. A signature is told where both agree, an absence where nothing that either
takes for one is left; all else is left to a person.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Final

from extractors.prescriptions.free_flourishes import Look, Shape, look_of
from extractors.prescriptions.free_ink import FreeInk
from extractors.prescriptions.signature_groups import Group, find_groups, probability
from extractors.scan import Word
from schemas.field import Field
from schemas.geometry import Box

# Strokes shorter than this, mm, and fewer than so many, are specks, dots and single letters: no network need see them.
_SPECK_MM: Final = 2.0
_SPECKS: Final = 5
# With flourishes as long as that, mm, nobody doubts.
_PLAIN_MM: Final = 11.0
# Free strokes longer than this, mm, where no signature was found, make "unsigned" doubtful: letters of print are
# shorter.
_LEFTOVER_MM: Final = 4.5
# The network gives less than the first to what has a signature's shape and is none (a stamp's edge, a staple), less
# than the second where that begins among the rows of the text; more than the third to a signature alone. On 193 sheets
# signed by the trained families six flourishes were under the third, a piece of one at 0.42, the others from 0.76; on
# 207 unsigned ones two were above it, held back by nothing else: two stamps' frames, a brace on a row nobody found.
_NONE_BELOW: Final = 0.15
_NONE_ON_TEXT: Final = 0.25
_AGREED: Final = 0.9
# Between this and the third a signature is told less surely: of 277 signed and 303 unsigned sheets, a third with
# look-alikes, 5 signed ones lie there and 1 unsigned; on everyday lots one sheet in thirty is unsigned.
_LIKELY_SIGNED: Final = 0.75
# Letters apart: a date by hand and a name in capitals may both be given this little.
_NO_LETTERS_BELOW: Final = 0.05
# Without a signature's shape a person looks at a long stroke above the first, also at a round one above the second, and
# at any group above the third: a signature in dots passes it, two faded stamps in 207 do (the same sheets).
_PERHAPS: Final = 0.15
_LIKELY: Final = 0.9
_SURELY: Final = 0.98
# Letters, pieces and a dash are a signature to both above it, and a group with a rule or a frame in it may be one.
_CERTAIN: Final = 0.99
# A row of text that is none: all of seven signatures had 0.99 and more.
_SIGNED_ROW: Final = 0.97

_SIGNED: Final = 0.995
# A shorter flourish, and no flourish at all: of both together 31 of 31 were signatures on 400 lots, and none of five
# unsigned pages had one; a dash alone is still looked at by a person.
_SHORTLY_SIGNED: Final = 0.9
_PROBABLY_SIGNED: Final = 0.8
_DOUBTFUL: Final = 0.6
_UNSIGNED: Final = 0.985
# Under a half nothing is told against the paper, and a person looks.
_UNDECIDED: Final = 0.45


class _Verdict(IntEnum):
    """What a group of strokes is."""

    NOTHING = 0
    #: nobody can tell: a person looks
    PERHAPS = 1
    DOUBTFUL = 2
    PROBABLE = 3
    SHORT = 4
    PLAIN = 5


_CONFIDENCE: Final = {
    _Verdict.DOUBTFUL: _DOUBTFUL,
    _Verdict.PROBABLE: _PROBABLY_SIGNED,
    _Verdict.SHORT: _SHORTLY_SIGNED,
    _Verdict.PLAIN: _SIGNED,
}


def read_signature(
    ink: FreeInk, words: Sequence[Word], written: Sequence[Box], page: int
) -> tuple[Field[bool], Box | None]:
    """Return whether the page is signed, with the signature's box in fractions of the view.

    Args:
        ink: of the page.
        words: printed text, boxes in fractions of the view; only those an engine is sure of count as print.
        written: rows of text, printed or by hand.
        page: index into the lot's pages.
    """
    groups = [group for group in find_groups(ink, words, written) if not _is_speck(ink, group)]
    judged = [(_judged(ink, group, written), group) for group in groups]
    verdict, best = max(judged, key=lambda one: one[0], default=(_Verdict.NOTHING, None))
    if best is None or verdict <= _Verdict.PERHAPS:
        sure = _UNDECIDED if verdict is _Verdict.PERHAPS else _UNSIGNED
        return Field[bool](value=False, confidence=sure, page=page, source="ink"), None
    left, top, right, bottom = best.bounds()
    box = ink.box(left, top, right - left, bottom - top)
    return Field[bool](value=True, confidence=_CONFIDENCE[verdict], page=page, source="ink"), box


def _is_speck(ink: FreeInk, group: Group) -> bool:
    longest = max(max(s.w, s.h) for s in group.strokes)
    return longest < _SPECK_MM * ink.px_per_mm and len(group.strokes) < _SPECKS


def _judged(ink: FreeInk, group: Group, written: Sequence[Box]) -> _Verdict:
    look, seen = look_of(ink, group.strokes), probability(ink, group)
    if group.is_row:
        return _judged_row(look, seen)
    is_on_text = _is_on_text(ink, group, written)
    if look.shape is None or (look.shape is Shape.PIECES and look.curved_mm < _LEFTOVER_MM):  # or half of a frame
        return _Verdict.PERHAPS if _is_unexplained(look, seen, is_on_text=is_on_text) else _Verdict.NOTHING
    none_below = _NO_LETTERS_BELOW if look.shape is Shape.LETTERS else _NONE_ON_TEXT if is_on_text else _NONE_BELOW
    if seen < none_below:
        return _Verdict.NOTHING
    if seen < _LIKELY_SIGNED or look.is_line or look.is_plain or is_on_text:
        return _Verdict.DOUBTFUL
    verdict = _by_shape(look)
    if seen < _AGREED:
        return min(verdict, _Verdict.SHORT)
    return _Verdict.SHORT if verdict is _Verdict.PROBABLE and seen >= _CERTAIN else verdict


def _judged_row(look: Look, seen: float) -> _Verdict:
    """Judge a row of text that stands apart from the others."""
    if look.shape is None or seen < _SIGNED_ROW:
        return _Verdict.NOTHING
    if look.flourish_mm >= _PLAIN_MM:
        return _by_shape(look)
    return _Verdict.SHORT if seen >= _CERTAIN else _Verdict.DOUBTFUL


def _is_unexplained(look: Look, seen: float, *, is_on_text: bool) -> bool:
    """Whether strokes without a signature's shape may be one all the same."""
    if not is_on_text and look.curved_mm >= _LEFTOVER_MM and seen >= _PERHAPS:
        return True
    if look.is_line and look.leans and look.longest_mm >= _PLAIN_MM and seen >= _LIKELY:
        return True  # one bold stroke: some sign so, others close the sheet's empty part so
    if look.is_ruled:
        return seen >= _CERTAIN
    return seen >= _SURELY or (seen >= _LIKELY and look.longest_mm >= _LEFTOVER_MM)


def _by_shape(look: Look) -> _Verdict:
    """Return what the shape says where the network agrees."""
    if look.shape is Shape.UNDERLINED or look.flourish_mm >= _PLAIN_MM:
        return _Verdict.PLAIN
    return _Verdict.SHORT if look.shape is Shape.FLOURISH else _Verdict.PROBABLE


def _is_on_text(ink: FreeInk, group: Group, written: Sequence[Box]) -> bool:
    """Whether a group begins among the rows of the text: what somebody drew at an entry, more likely."""
    if not written:
        return False
    left, top, right, bottom = ink.pixels(Box.around(written))
    x0, y0, x1, _ = group.bounds()
    return left <= (x0 + x1) / 2 <= right and top <= y0 <= bottom
