"""Check boxes: ticked, empty, or ticked and taken back; all boxes of a form at once.

A small network looks at each box (``extractors.readers.ticks``); what it answers is weighed with what stands in the
other box of an oui/non pair.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from extractors.components import components
from extractors.feuilles.form_view import FormView, Rect
from extractors.feuilles.strokes import Ink
from extractors.readers.ticks import COVERED, STRUCK, TICKED, TickNetwork, planes_of, tick_network
from schemas.field import Field
from schemas.mark import Mark, MarkKind

_SOURCE: Final = "checkbox"
# No box is surer than this: among boxes of unseen pens, one in some thousand is not what it looks like.
_SURE: Final = 0.995
# Both boxes of a pair ticked and neither taken back: one of the two is wrong, and only a person can tell which.
_BOTH: Final = 0.5
_ENDS: Final = ("_yes", "_no")
# Both boxes of a pair meant, against one: not met on any form drawn or seen; kept possible, so that two plain ticks
# are still told as two.
_BOTH_MEANT: Final = 0.05
# A tick taken back this likely is reported; less likely, the form would be kept for nothing.
_LIKELY_ENOUGH: Final = 0.25
# A sign that stands in an empty box by itself is no dirt, however small: the smallest x typed covers 0.3 mm2 and 0.9 mm
# each way and leaves a quarter of its extent white; a blot fills it.
_SIGN_MM2: Final = 0.25
_SIGN_MM: Final = 0.8
_SIGN_FILL: Final = 0.75
_BORDER_MM: Final = 0.35
_SIGN_SEEN: Final = 0.3
# Ink against its box's paper, as scanned: half as light.
_DARK: Final = 0.5
# A stamp's line of letters ("REÇU LE 13 NOV 2025") that runs through a box has others on both sides, from and to so far
# in mm, and so much ink in mm2: what is in the box may be one of them. A tick this plain is one all the same.
_LINE_MM: Final = (1.3, 4.5)
_LETTERS_MM2: Final = 0.35
_PLAIN: Final = 0.99
_DOUBTFUL: Final = 0.6
# How far round a box the strokes that take its tick back are looked for, mm.
_REACH_MM: Final = (6.0, 3.5)


@dataclass(frozen=True, slots=True)
class Tick:
    """One check box as it was read."""

    name: str
    rect: Rect
    #: probabilities: ticked and meant; ticked and struck out; hidden under correction fluid or tape
    ticked: float
    struck: float = 0.0
    covered: float = 0.0

    @property
    def value(self) -> bool:
        """Whether the box is likelier ticked than not."""
        return self.ticked >= 0.5  # noqa: PLR2004 - the likelier of two

    @property
    def confidence(self) -> float:
        """How likely ``value`` is right."""
        return min(max(self.ticked, 1.0 - self.ticked), _SURE)

    @property
    def cancelled(self) -> float:
        """How likely a tick was taken back here."""
        return self.struck + self.covered


@dataclass(frozen=True, slots=True)
class TickReadings:
    """The check boxes of one form: their entries, and the ticks that were taken back."""

    fields: dict[str, Field[bool]]
    marks: tuple[Mark, ...]


def read_ticks(
    view: FormView, ink: Ink, boxes: Sequence[tuple[str, Rect]], page: int, network: TickNetwork | None = None
) -> TickReadings:
    """Return what the check boxes *boxes*, each with its name, say.

    Args:
        view: the form laid flat.
        ink: its strokes.
        boxes: where the boxes stand.
        page: the page's index in the lot.
        network: the project's own where none is given.
    """
    seen = (network or tick_network()).judge([planes_of(view, rect) for _, rect in boxes])
    ticks = [_tick(view, ink, name, rect, shares) for (name, rect), shares in zip(boxes, seen, strict=True)]
    fields: dict[str, Field[bool]] = {}
    for tick, sure in paired(ticks):
        fields[tick.name] = Field[bool](
            value=tick.value, confidence=sure, page=page, box=view.box(tick.rect), source=_SOURCE
        )
    return TickReadings(fields, tuple(_mark(view, ink, t, page) for t in ticks if t.cancelled >= _LIKELY_ENOUGH))


def paired(ticks: Sequence[Tick]) -> list[tuple[Tick, float]]:
    """Return *ticks* with how sure each is, oui/non pairs read together.

    Of an unclear box the other one tells: who corrects a pair takes one tick back and ticks the other. Two plain ticks
    leave both in doubt.
    """
    by_name = {tick.name: tick for tick in ticks}
    answers: list[tuple[Tick, float]] = []
    for tick in ticks:
        other = by_name.get(_other_of(tick.name))
        if other is None:
            answers.append((tick, tick.confidence))
            continue
        weighed, beside = _weighed(tick, other), _weighed(other, tick)
        both = weighed.value and beside.value
        answers.append((weighed, min(weighed.confidence, _BOTH) if both else weighed.confidence))
    return answers


def _tick(view: FormView, ink: Ink, name: str, rect: Rect, shares: NDArray[np.float32]) -> Tick:
    """Return a box in the light of what the network is too coarse to see: a small sign, a line of letters."""
    ticked, struck, covered = (float(shares[kind]) for kind in (TICKED, STRUCK, COVERED))
    if _DOUBTFUL < ticked < _PLAIN and _is_in_a_line(ink, rect):
        ticked = _DOUBTFUL
    if ticked + struck + covered < _SIGN_SEEN and _holds_a_sign(view, rect):
        ticked = _SIGN_SEEN
    return Tick(name, rect, ticked, struck, 0.0 if view.is_bilevel else covered)


def _is_in_a_line(ink: Ink, rect: Rect) -> bool:
    """Return whether ink stands beside the box on both sides."""
    near, far = _LINE_MM
    left = Rect(rect.x - far, rect.y, far - near, rect.h)
    right = Rect(rect.x + rect.w + near, rect.y, far - near, rect.h)
    return min(ink.area_mm2(left), ink.area_mm2(right)) >= _LETTERS_MM2


def _holds_a_sign(view: FormView, rect: Rect) -> bool:
    """Return whether strokes that touch no side stand in the box, as scanned."""
    inside = view.cut(view.original, rect.grown(-_BORDER_MM, -_BORDER_MM))
    dark = inside < _DARK * float(np.percentile(inside, 90))
    if np.count_nonzero(dark) < _SIGN_MM2 * view.px_per_mm**2:
        return False
    if any(side.any() for side in (dark[0], dark[-1], dark[:, 0], dark[:, -1])):
        return False
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    height, width = int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1
    is_large = min(height, width) >= _SIGN_MM * view.px_per_mm
    return bool(is_large and np.count_nonzero(dark) <= _SIGN_FILL * height * width)


def _weighed(tick: Tick, other: Tick) -> Tick:
    """Return *tick* in the light of the *other* box of its pair: seldom are both meant."""
    meant = tick.ticked * (1.0 - other.ticked + _BOTH_MEANT * other.ticked)
    return replace(tick, ticked=meant / (meant + 1.0 - tick.ticked))


def _other_of(name: str) -> str:
    """Return the name of the other box of an oui/non pair, or "" where the box is none of a pair."""
    for end, other in (_ENDS, _ENDS[::-1]):
        if name.endswith(end):
            return name.removesuffix(end) + other
    return ""


def _mark(view: FormView, ink: Ink, tick: Tick, page: int) -> Mark:
    """Return the tick taken back as an erasure, around the box and the strokes joined to it."""
    kind = MarkKind.STRIKE if tick.struck >= tick.covered else MarkKind.FLUID
    rect = tick.rect if kind is MarkKind.FLUID else _with_strokes(ink, tick.rect, view.px_per_mm)
    return Mark(kind=kind, page=page, box=view.box(rect), score=min(tick.cancelled, _SURE), field=tick.name)


def _with_strokes(ink: Ink, rect: Rect, px_per_mm: float) -> Rect:
    around = rect.grown(*_REACH_MM)
    _, labels, stats, _ = components(ink.cut(around).astype(np.uint8))
    dx, dy = (round(v * px_per_mm) for v in _REACH_MM)
    inside = labels[dy : dy + round(rect.h * px_per_mm), dx : dx + round(rect.w * px_per_mm)]
    left, top, right, bottom = rect.x, rect.y, rect.x + rect.w, rect.y + rect.h
    for x, y, w, h in stats[np.unique(inside[inside > 0]), :4].tolist():
        left, top = min(left, around.x + x / px_per_mm), min(top, around.y + y / px_per_mm)
        right, bottom = max(right, around.x + (x + w) / px_per_mm), max(bottom, around.y + (y + h) / px_per_mm)
    return Rect(left, top, right - left, bottom - top)
