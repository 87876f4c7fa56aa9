"""Entries begun with one pen and ended with another: figures added later, or by a second hand."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from samples.fonts import Split
from samples.ink import PEN_COLOURS
from samples.paper import BoxMm, Colour, Mask, Paper

if TYPE_CHECKING:
    from samples.form import Filler

#: Inks of a second pen; those of the held-out half are met by no development lot.
_TRAINED: Final[tuple[Colour, ...]] = (*PEN_COLOURS, (30, 110, 60))
_HELD_OUT: Final[tuple[Colour, ...]] = (
    (12, 90, 130), (85, 30, 110), (190, 40, 45), (20, 130, 110), (90, 105, 175), (45, 45, 50), (60, 35, 25),
)  # fmt: skip
#: Two inks a person tells apart beside each other: distance of their hues in CIELAB, where 10 is plain to see on a thin
#: stroke; nearer ones are no two inks to anybody.
_PLAIN: Final = 22.0
#: Least share of an entry that one pen has written; how often the second pen ended it rather than began it.
_LEAST_PART: Final = 0.2
_ENDINGS: Final = 0.75


@dataclass(frozen=True)
class SecondInk:
    """What was written in the second ink."""

    box: BoxMm
    colours: tuple[Colour, Colour]


def second_colour(rng: Generator, first: Colour, split: Split) -> Colour:
    """Return the ink of another pen, plainly not *first*."""
    pens = {"train": _TRAINED, "held_out": _HELD_OUT, "all": _TRAINED + _HELD_OUT}[split]
    others = [pen for pen in pens if hue_distance(first, pen) >= _PLAIN]
    return others[int(rng.integers(len(others)))]


def hue_distance(one: Colour, other: Colour) -> float:
    """Return how far apart two inks are in CIELAB, their darkness left out."""
    pair = np.array([[one, other]], np.uint8)
    lab = cv2.cvtColor(pair.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[0]
    return float(np.hypot(*(lab[0, 1:] - lab[1, 1:])))


def write_in_two_inks(filler: "Filler", field: str, text: str, rng: Generator, split: Split) -> SecondInk | None:
    """Write an entry whose last characters, or first ones, are in another ink.

    Returns:
        The part in the second ink; None where the entry is too short for two pens: then it is in one.
    """
    first = (filler.hand if filler.is_by_hand(field) else filler.machine).colour
    colour = second_colour(rng, first, split)
    ink, left, top = _ink_of(filler, field, text)
    columns = np.flatnonzero(ink.max(axis=0) > 0.3) if ink.size else np.zeros(0, np.intp)
    gaps = _gaps(ink)
    if len(columns) < 2 or not gaps:
        filler.paper.ink(ink, left, top, first)
        return None
    start, end = 0, ink.shape[1]
    if rng.random() < _ENDINGS:
        start = int(rng.choice(gaps))
    else:
        end = int(rng.choice(gaps))
    second = np.zeros_like(ink)
    second[:, start:end] = ink[:, start:end]
    filler.paper.ink(ink - second, left, top, first)
    filler.paper.ink(second, left, top, colour)
    return SecondInk(_extent(second, left, top, filler.paper), (first, colour))


def _ink_of(filler: "Filler", field: str, text: str) -> tuple[Mask, int, int]:
    """Return an entry as its writer would set it, as ink, and the pixel of the sheet where it begins."""
    sheet, hand, machine = filler.paper, filler.hand, filler.machine
    filler.paper = Paper((sheet.width_mm, sheet.height_mm), sheet.dpi)
    filler.hand, filler.machine = replace(hand, colour=(0, 0, 0)), replace(machine, colour=(0, 0, 0))
    try:
        filler.put(field, text)
        ink = (1 - filler.paper.pixels[..., 0] / np.float32(255)).astype(np.float32)
    finally:
        filler.paper, filler.hand, filler.machine = sheet, hand, machine
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not rows.size:
        return np.zeros((0, 0), np.float32), 0, 0
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], int(columns[0]), int(rows[0])


def _gaps(ink: Mask) -> list[int]:
    """Return the columns between two characters, far enough from both ends for a pen to have written something."""
    empty = ink.max(axis=0, initial=0.0) < 0.1 if ink.size else np.zeros(0, bool)
    total = float(ink.sum())
    done = np.cumsum(ink.sum(axis=0)) / max(total, 1.0)
    inner: NDArray[np.bool_] = (done >= _LEAST_PART) & (done <= 1 - _LEAST_PART)
    return [int(x) for x in np.flatnonzero(empty & inner)]


def _extent(ink: Mask, left: int, top: int, paper: Paper) -> BoxMm:
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    x, y, right, bottom = left + columns[0], top + rows[0], left + columns[-1] + 1, top + rows[-1] + 1
    return tuple(round(float(v) / paper.scale, 2) for v in (x, y, right - x, bottom - y))  # type: ignore[return-value]
