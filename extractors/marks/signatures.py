"""Signatures on forms: present or not. Never whose.

Two opinions: the length of the strokes in the box (``signature_strokes``), which knows an empty box from a signed one,
and a network that sees the box with its surroundings, which knows a stamp, a date or a neighbour's stroke for what it
is. Where they differ a person looks, unless the network is sure that what stands there is none.
"""

from typing import Final

import numpy as np

from extractors.decoding.hypotheses import Place
from extractors.feuilles.form_view import FormView, Rect
from extractors.feuilles.strokes import Ink, around
from extractors.marks.signature_strokes import signed_by_strokes
from extractors.readers.signatures import BOX_PX_PER_MM, BOX_VIEW_MM, STEP, Seen, box_network, box_planes
from schemas.field import Field

_SOURCE: Final = "signature"
# Less ink than this in all that is seen, mm2, is dust: nobody need be asked.
_NOTHING_MM2: Final = 0.3
_EMPTY: Final = 0.99
# Under the first probability nobody signed, whatever the strokes: a blocking flag must be likelier true than not where
# one box in twenty is unsigned. Long strokes are doubtful up to the second, short ones up to the third. Of 398 boxes
# drawn with the trained families and 551 with others, half unsigned and many with look-alikes, 377 of 459 unsigned lie
# under the first and 7 of 490 signed; of the short strokes from the third on 28 were signed, none unsigned. On 61 lots
# with marks and 60 everyday ones (seeds 991001, 991002, 991501, 991502) 0.2 as first accused 18 of 954 signed boxes and
# told 47 of 55 unsigned ones, 0.06 accuses 4 and tells 45.
_NONE_BELOW: Final = 0.06
_DOUBT_BELOW: Final = 0.5
_SIGNED_FROM: Final = 0.9
_SHORTLY_SIGNED: Final = 0.95
_DOUBTFUL: Final = 0.6
# Under a half nothing is told against the paper, and a person looks.
_UNDECIDED: Final = 0.45
# A cell of the network's map that is likelier than not to hold a signature's ink.
_CELL: Final = 0.5


def read_signature(view: FormView, ink: Ink, rect: Rect, page: int) -> Field[bool]:
    """Return whether somebody signed in *rect*; the box is that of the ink where somebody did, else *rect*'s.

    A signature may overflow its box or stand mostly beside it; a stamp alone, print, a date, a fold or a neighbour's
    tail is none.
    """
    seen_mm = _seen(rect)
    if ink.area_mm2(seen_mm) < _NOTHING_MM2:
        return _answer(view, page, rect, signed=False, confidence=_EMPTY)
    asked = (rect.x - seen_mm.x, rect.y - seen_mm.y, rect.w, rect.h)
    seen = box_network()(box_planes(view.cut(view.cleaned, seen_mm), asked))
    signed, confidence = weighed(*signed_by_strokes(ink, rect), seen.probability)
    found = _inked(ink, seen, seen_mm) if signed else None
    return _answer(view, page, found or rect, signed=signed, confidence=confidence)


def weighed(signed: bool, confidence: float, probability: float) -> tuple[bool, float]:  # noqa: FBT001
    """Return the answer to both opinions, and how sure it is.

    Args:
        signed: whether the strokes say so.
        confidence: how surely they do.
        probability: that somebody signed, as the network sees it.
    """
    if probability < _NONE_BELOW:
        return False, 1 - probability if signed else max(confidence, 1 - probability)
    if probability >= _SIGNED_FROM:
        alone = min(probability, _SHORTLY_SIGNED)
        return True, max(confidence, alone) if signed else alone
    if signed:
        return True, confidence if probability >= _DOUBT_BELOW else min(confidence, _DOUBTFUL)
    return False, _UNDECIDED


def _seen(rect: Rect) -> Rect:
    """Return what is looked at: *rect* in the middle of ``BOX_VIEW_MM``."""
    wide, tall = BOX_VIEW_MM
    return Rect(rect.x + rect.w / 2 - wide / 2, rect.y + rect.h / 2 - tall / 2, wide, tall)


def _inked(ink: Ink, seen: Seen, seen_mm: Rect) -> Rect | None:
    """Return the rectangle around the ink of the cells that hold a signature; None where none does."""
    side = STEP / BOX_PX_PER_MM
    cells = np.argwhere(seen.where >= _CELL)
    places = [Rect(seen_mm.x + column * side, seen_mm.y + row * side, side, side) for row, column in cells.tolist()]
    return around(inked) if (inked := [place for place in places if ink.area_mm2(place) > 0]) else None


def _answer(view: FormView, page: int, rect: Rect, *, signed: bool, confidence: float) -> Field[bool]:
    place = Place(page, view.box(rect), _SOURCE)
    return Field[bool](value=signed, confidence=confidence, page=place.page, box=place.box, source=place.source)
