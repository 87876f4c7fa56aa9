"""Strokes that take an entry back: each shape gives the lines to draw over a box, in mm."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.random import Generator

from samples.paper import BoxMm
from samples.strokes import Points

Shape = Callable[[BoxMm, Generator], list[Points]]


def _line(rng: Generator, *points: tuple[float, float], shake: float = 0.15) -> Points:
    return np.array(points) + rng.normal(0, shake, (len(points), 2))


def _level(box: BoxMm, rng: Generator, at: float) -> Points:
    """Return a nearly level line at a share *at* of the box's height, begun before it and ended behind it."""
    x, y, w, h = box
    before, behind = rng.uniform(-0.4, 2.2, 2)
    lean = rng.normal(0, 0.04) * w * 0.5
    at_y = y + at * h + rng.normal(0, 0.06) * h
    bow = rng.normal(0, 0.25)
    return _line(rng, (x - before, at_y + lean), (x + w / 2, at_y + bow), (x + w + behind, at_y - lean), shake=0.1)


def single(box: BoxMm, rng: Generator) -> list[Points]:
    """One line through the middle."""
    return [_level(box, rng, rng.uniform(0.38, 0.62))]


def double(box: BoxMm, rng: Generator) -> list[Points]:
    """Two lines."""
    apart = rng.uniform(0.1, 0.22)
    return [_level(box, rng, 0.5 - apart), _level(box, rng, 0.5 + apart)]


def diagonal(box: BoxMm, rng: Generator) -> list[Points]:
    """One line from corner to corner."""
    x, y, w, h = box
    over = rng.uniform(-0.2, 1.2)
    ends = [(x - over, y + h + rng.uniform(-0.4, 0.5)), (x + w + over, y + rng.uniform(-0.5, 0.4))]
    if rng.random() < 0.25:
        ends = [(x - over, y), (x + w + over, y + h)]
    return [_line(rng, ends[0], (x + w / 2, y + h / 2), ends[1])]


def zigzag(box: BoxMm, rng: Generator) -> list[Points]:
    """Up and down along the entry."""
    x, y, w, h = box
    n = max(int(w / rng.uniform(1.2, 4.0)), 4)
    tall = h * rng.uniform(0.25, 0.55)
    return [_line(rng, *((x + w * i / n, y + h / 2 + (tall if i % 2 else -tall)) for i in range(n + 1)), shake=0.2)]


def scribble(box: BoxMm, rng: Generator) -> list[Points]:
    """A pen moved about without plan."""
    x, y, w, h = box
    n = max(int(w * rng.uniform(1.6, 3.2)), 14)
    along = np.linspace(0, w, n) + rng.normal(0, 0.6, n)
    return [np.stack([x + along, y + h / 2 + rng.normal(0, h * 0.3, n)], axis=1)]


def wave(box: BoxMm, rng: Generator) -> list[Points]:
    """A wavy line."""
    x, y, w, h = box
    n = max(int(w / 0.5), 12)
    t = np.linspace(0, 1, n)
    turns = max(w / rng.uniform(3, 7), 1.5)
    tall = h * rng.uniform(0.15, 0.4)
    points = np.stack([x - 0.5 + t * (w + 1), y + h / 2 + tall * np.sin(2 * np.pi * turns * t + rng.uniform(0, 6))], 1)
    return [points + rng.normal(0, 0.08, points.shape)]


def hatch(box: BoxMm, rng: Generator) -> list[Points]:
    """Parallel slanted lines."""
    x, y, w, h = box
    step, lean = rng.uniform(1.0, 2.2), rng.uniform(0.4, 1.6)
    starts = np.arange(x - 0.5, x + w, step)
    return [_line(rng, (s, y + h * 0.95), (s + lean, y + h * 0.05)) for s in starts]


def tangle(box: BoxMm, rng: Generator) -> list[Points]:
    """Whatever a hand does to take something back: a few passes over it, each with a swing and a step of its own."""
    x, y, w, h = box
    passes = []
    for _ in range(int(rng.integers(1, 5))):
        n = int(rng.integers(3, max(int(w * rng.uniform(0.4, 2.5)), 4) + 1))
        along = np.linspace(rng.uniform(-0.1, 0.15), rng.uniform(0.85, 1.1), n) * w
        if rng.random() < 0.5:
            along = along[::-1]
        along = along + rng.normal(0, rng.uniform(0.05, 0.9), n)
        swing = h * rng.uniform(0.02, 0.55)
        level = h * rng.uniform(0.3, 0.7) + np.linspace(-1, 1, n) * h * rng.normal(0, 0.2)
        sides = np.where(np.arange(n) % 2, 1.0, -1.0) if rng.random() < 0.6 else rng.normal(0, 0.8, n)
        passes.append(np.stack([x + along, y + level + swing * sides], axis=1))
    return [np.vstack(passes)] if rng.random() < 0.4 else passes


def coil(box: BoxMm, rng: Generator) -> list[Points]:
    """Loops one after the other, as a spring."""
    x, y, w, h = box
    turns = max(w / rng.uniform(1.0, 2.4), 3)
    t = np.linspace(0, 2 * np.pi * turns, int(turns * 10))
    radius = rng.uniform(0.6, 1.4)
    tall = h * rng.uniform(0.3, 0.5)
    points = np.stack([x + w * t / t[-1] + radius * np.sin(t), y + h / 2 - tall * np.cos(t)], axis=1)
    return [points + rng.normal(0, 0.08, points.shape)]


def crossed(box: BoxMm, rng: Generator) -> list[Points]:
    """Two lines from corner to corner: a large X."""
    x, y, w, h = box
    over = rng.uniform(0.0, 1.0)
    return [
        _line(rng, (x - over, y - 0.2), (x + w + over, y + h + 0.2)),
        _line(rng, (x + w + over, y - 0.2), (x - over, y + h + 0.2)),
    ]


def blackout(box: BoxMm, rng: Generator) -> list[Points]:
    """Strokes to and fro until nothing can be read."""
    x, y, w, h = box
    rows = int(rng.integers(5, 9))
    out: list[tuple[float, float]] = []
    for i in range(rows):
        level = y + h * (0.08 + 0.84 * i / (rows - 1))
        out += [(x, level), (x + w, level + 0.1)] if i % 2 == 0 else [(x + w, level), (x, level + 0.1)]
    return [_line(rng, *out, shake=0.12)]


def slashes(box: BoxMm, rng: Generator) -> list[Points]:
    """A stroke through each character."""
    x, y, w, h = box
    step = rng.uniform(2.6, 4.2)
    middles = np.arange(x + step / 2, x + w + 0.1, step)
    return [_line(rng, (m - 0.8, y + h + 0.3), (m + 0.9, y - 0.3)) for m in (middles if middles.size else [x + w / 2])]


def triple(box: BoxMm, rng: Generator) -> list[Points]:
    """Three lines."""
    return [_level(box, rng, at) for at in (0.25, 0.5, 0.75)]


def returning(box: BoxMm, rng: Generator) -> list[Points]:
    """One stroke that goes forth, back and forth again."""
    x, y, w, h = box
    low, high = y + h * rng.uniform(0.55, 0.75), y + h * rng.uniform(0.25, 0.45)
    return [
        _line(rng, (x - 0.6, high), (x + w + 0.6, high), (x + w + 0.7, low), (x - 0.4, low), (x + w + 0.9, y + h / 2))
    ]


#: those a detector may learn from, and those kept apart to test it
STRIKES: Final[tuple[dict[str, Shape], dict[str, Shape]]] = (
    {
        "single": single,
        "double": double,
        "diagonal": diagonal,
        "zigzag": zigzag,
        "scribble": scribble,
        "wave": wave,
        "hatch": hatch,
        "tangle": tangle,
    },
    {
        "coil": coil,
        "crossed": crossed,
        "blackout": blackout,
        "slashes": slashes,
        "triple": triple,
        "returning": returning,
    },
)
