"""How people take a tick back: a line or two through it, a scribble over it, the box blackened, correction fluid."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.random import Generator

from samples.fonts import Split
from samples.marks.erasures import erase
from samples.marks.pens import Pen
from samples.paper import BoxMm, Paper
from samples.strokes import Points

Manner = Callable[[Generator, BoxMm], list[Points]]
#: A line that takes a tick back goes so far beyond the box on both sides, mm: less would be a stroke of the tick.
_BEYOND_MM: Final = (1.5, 4.5)


def one_line(rng: Generator, box: BoxMm) -> list[Points]:
    """One line through the box, well beyond it."""
    return [_through(rng, box, rng.uniform(0.35, 0.65), rng.normal(0, 0.12))]


def two_lines(rng: Generator, box: BoxMm) -> list[Points]:
    """Two lines through the box."""
    slope, apart = rng.normal(0, 0.12), rng.uniform(0.2, 0.45)
    return [_through(rng, box, 0.5 - apart / 2, slope), _through(rng, box, 0.5 + apart / 2, slope)]


def scribble(rng: Generator, box: BoxMm) -> list[Points]:
    """A scribble that goes to and fro over the box and its surroundings."""
    x, y, w, h = box
    n, over = int(rng.integers(8, 26)), rng.uniform(0.8, 2.5, 2)
    slant = rng.uniform(-0.8, 0.8)
    along = np.linspace(-over[0], w + over[0], n) + rng.normal(0, 0.35, n)
    side = np.where(np.arange(n) % 2, 1, -1) * (h / 2 + over[1]) * rng.uniform(0.6, 1.1, n)
    points = np.stack([along + slant * side, h / 2 + side], 1)
    if rng.random() < 0.4:
        points = points[:, ::-1]
    return [np.add(points, (x, y))]


def blacken(rng: Generator, box: BoxMm) -> list[Points]:
    """The whole box blackened, its border too."""
    x, y, w, h = box
    over = rng.uniform(0.6, 1.5)
    n = int((h + 2 * over) / rng.uniform(0.18, 0.34))
    down = np.linspace(-over, h + over, n)
    across = np.where(np.arange(n) % 2, w + over, -over) + rng.normal(0, 0.25, n)
    points = np.stack([across, down + rng.normal(0, 0.1, n)], 1)
    return [np.add(points if rng.random() < 0.6 else points[:, ::-1], (x, y))]


def diagonal_scribble(rng: Generator, box: BoxMm) -> list[Points]:
    """A zigzag from one corner beyond the box to the other."""
    x, y, w, h = box
    n, over, wide = int(rng.integers(8, 16)), rng.uniform(0.9, 2.2), rng.uniform(1.0, 2.0)
    t = np.linspace(0, 1, n)
    swing = np.where(np.arange(n) % 2, wide, -wide)
    rise = 1 if rng.random() < 0.5 else -1
    points = np.stack(
        [-over + t * (w + 2 * over) + swing * 0.7, h / 2 + rise * ((t - 0.5) * (h + 2 * over)) + swing], 1
    )
    return [np.add(points, (x, y))]


def coil(rng: Generator, box: BoxMm) -> list[Points]:
    """Loops, one over the next, through the box."""
    x, y, w, h = box
    turns, over = rng.uniform(3, 7), rng.uniform(1.0, 2.2)
    angle = np.linspace(0, 2 * np.pi * turns, int(10 * turns))
    along = np.linspace(-over, w + over, len(angle))
    size = (h / 2 + rng.uniform(-0.3, 1.0)) * rng.uniform(0.85, 1.1)
    return [np.stack([x + along + size * 0.7 * np.sin(angle), y + h / 2 - size * np.cos(angle)], 1)]


def wave(rng: Generator, box: BoxMm) -> list[Points]:
    """A wavy line through the box, well beyond it."""
    x, y, w, h = box
    left, right = rng.uniform(*_BEYOND_MM, 2)
    t = np.linspace(-left, w + right, 16)
    high = h * rng.uniform(0.15, 0.35)
    return [np.stack([x + t, y + h / 2 + high * np.sin(t * rng.uniform(1.4, 2.6)) + rng.normal(0, 0.2)], 1)]


def hatch_out(rng: Generator, box: BoxMm) -> list[Points]:
    """Strokes beside each other over the box, each well beyond it."""
    x, y, w, h = box
    over, lean = rng.uniform(0.9, 2.0), rng.uniform(0.2, 1.0)
    strokes = []
    for at in np.linspace(-0.6, w + 0.6, int(rng.integers(4, 8))):
        half = h / 2 + over
        ends = [(at - lean * half, h / 2 + half), (at + lean * half, h / 2 - half)]
        strokes.append(np.array(ends) + rng.normal(0, 0.25, (2, 2)) + (x, y))
    return strokes


def round_and_round(rng: Generator, box: BoxMm) -> list[Points]:
    """Circle upon circle over the box, across its middle too: a ring round a tick would leave it standing."""
    x, y, w, h = box
    turns, over = rng.uniform(3, 8), rng.uniform(0.9, 2.0)
    angle = np.linspace(0, 2 * np.pi * turns, int(10 * turns))
    reach = np.stack([np.cos(angle) * (w / 2 + over), np.sin(angle) * (h / 2 + over)], 1)
    return [reach * rng.uniform(-0.4, 1.0, (len(angle), 1)) + (x + w / 2, y + h / 2)]


TRAINED: Final[dict[Manner, float]] = {
    one_line: 0.26, two_lines: 0.18, scribble: 0.24, blacken: 0.18, diagonal_scribble: 0.14,
}  # fmt: skip
HELD_OUT: Final[dict[Manner, float]] = {coil: 0.3, wave: 0.2, hatch_out: 0.25, round_and_round: 0.25}


def cancel(paper: Paper, kind: str, box: BoxMm, rng: Generator, pen: Pen, split: Split) -> tuple[str, BoxMm]:
    """Take back what stands in a check box; return how, and the box around it and what was drawn, mm.

    Args:
        paper: the sheet.
        kind: an erasure's: ``strike``, ``fluid`` or another cover.
        box: the check box.
        rng: the source of chance.
        pen: what the strokes are drawn with.
        split: which families to draw from.
    """
    x, y, w, h = box
    if kind != "strike":
        by = rng.uniform(0.1, 0.8, 2)
        covered = (x - by[0], y - by[1], w + 2 * by[0], h + 2 * by[1])
        erase(paper, kind, covered, rng, pen.colour, split)
        return kind, covered
    shares = {"train": TRAINED, "held_out": HELD_OUT, "all": {**TRAINED, **HELD_OUT}}[split]
    odds = np.array(list(shares.values()))
    manner = list(shares)[int(rng.choice(len(shares), p=odds / odds.sum()))]
    strokes = manner(rng, box)
    for points in strokes:
        pen.draw(paper, points, rng, per_point=8)
    every = np.concatenate([*strokes, np.array([(x, y), (x + w, y + h)])])
    (left, top), (right, bottom) = every.min(axis=0), every.max(axis=0)
    return manner.__name__, (float(left), float(top), float(right - left), float(bottom - top))


def _through(rng: Generator, box: BoxMm, at: float, slope: float) -> Points:
    x, y, w, h = box
    left, right = rng.uniform(*_BEYOND_MM, 2)
    middle = y + at * h + rng.normal(0, 0.15)
    ends = [(x - left, middle + slope * (left + w / 2)), (x + w / 2, middle), (x + w + right, middle - slope * right)]
    return np.array(ends) + rng.normal(0, 0.12, (3, 2))
