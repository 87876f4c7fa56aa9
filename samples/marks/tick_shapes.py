"""What people draw in a check box, in units of the box: (0, 0) is its top left corner, (1, 1) its bottom right one."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.random import Generator

from samples.fonts import Split
from samples.strokes import Points

Shape = Callable[[Generator], list[Points]]


def cross(rng: Generator) -> list[Points]:
    """Two straight strokes from corner to corner, a little short or a little over."""
    o = rng.uniform(-0.2, 0.3)
    return [_shaken([(-o, -o), (1 + o, 1 + o)], rng, 0.08), _shaken([(1 + o, -o), (-o, 1 + o)], rng, 0.08)]


def big_cross(rng: Generator) -> list[Points]:
    """A cross up to twice as large as its box."""
    o = rng.uniform(0.3, 0.55)
    return [_shaken([(-o, -o), (1 + o, 1 + o)], rng, 0.1), _shaken([(1 + o, -o), (-o, 1 + o)], rng, 0.1)]


def small_cross(rng: Generator) -> list[Points]:
    """A cross that leaves much of the box empty."""
    a, b = rng.uniform(0.15, 0.3), rng.uniform(0.7, 0.85)
    return [_shaken([(a, a), (b, b)], rng, 0.05), _shaken([(b, a), (a, b)], rng, 0.05)]


def flat_cross(rng: Generator) -> list[Points]:
    """A cross written in haste, wide and low or narrow and high."""
    a, o = rng.uniform(0.1, 0.35), rng.uniform(-0.1, 0.35)
    legs = [[(-o, a), (1 + o, 1 - a)], [(1 + o, a), (-o, 1 - a)]]
    if rng.random() < 0.4:
        legs = [[(y, x) for x, y in leg] for leg in legs]
    return [_shaken(leg, rng, 0.07) for leg in legs]


def looped_cross(rng: Generator) -> list[Points]:
    """A cross in one stroke, its loop at the right."""
    return [_shaken([(0, 0.1), (0.5, 0.55), (0.95, 0.95), (1.15, 0.6), (1.0, 0.1), (0.5, 0.5), (0.0, 0.95)], rng, 0.06)]


def check(rng: Generator) -> list[Points]:
    """A tick: down, then up and out of the box."""
    out = rng.uniform(0, 0.5)
    return [_shaken([(0.05, 0.45), (0.35, 0.95), (1.05 + out, -0.35 * rng.uniform(0, 1.8))], rng, 0.08)]


def slash(rng: Generator) -> list[Points]:
    """One stroke from corner to corner."""
    o = rng.uniform(-0.15, 0.3)
    ends = [(-o, 1 + o), (1 + o, -o)] if rng.random() < 0.75 else [(-o, -o), (1 + o, 1 + o)]
    return [_shaken(ends, rng, 0.08)]


def filled(rng: Generator) -> list[Points]:
    """The box filled with an up and down."""
    n, inset = int(rng.integers(12, 22)), rng.uniform(0.02, 0.16)
    across = [(inset if i % 2 else 1 - inset, inset + (1 - 2 * inset) * i / (n - 1)) for i in range(n)]
    return [_shaken(across if rng.random() < 0.6 else [(y, x) for x, y in across], rng, 0.04)]


def dot(rng: Generator) -> list[Points]:
    """A round spot near the middle, drawn by turning the pen."""
    radius, turns = rng.uniform(0.17, 0.32), rng.uniform(3, 6)
    return [_spiral(rng, radius, turns, rng.normal(0.5, 0.08, 2))]


def dash(rng: Generator) -> list[Points]:
    """A line through the box, hardly beyond its sides."""
    o, y = rng.uniform(-0.15, 0.2), rng.uniform(0.35, 0.65)
    return [_shaken([(-o, y), (1 + o, y + rng.normal(0, 0.08))], rng, 0.04)]


def curved_cross(rng: Generator) -> list[Points]:
    """Two bows back to back that touch in the middle."""
    o, bow = rng.uniform(-0.1, 0.25), rng.uniform(0.05, 0.3)
    left = [(0.05, -o), (0.5 - bow * 0.1, 0.5), (0.05, 1 + o)]
    right = [(0.95, -o), (0.5 + bow * 0.1, 0.5), (0.95, 1 + o)]
    return [_shaken(left, rng, 0.07), _shaken(right, rng, 0.07)]


def plus(rng: Generator) -> list[Points]:
    """An upright cross."""
    o = rng.uniform(-0.15, 0.2)
    return [_shaken([(0.5, -o), (0.5, 1 + o)], rng, 0.09), _shaken([(-o, 0.5), (1 + o, 0.5)], rng, 0.09)]


def double_check(rng: Generator) -> list[Points]:
    """Two ticks side by side."""
    aside = rng.uniform(0.22, 0.4)
    first = check(rng)[0] * 0.85 + (-0.05, 0.1)
    return [first, np.add(first, (aside, rng.normal(0, 0.08))) + rng.normal(0, 0.04, first.shape)]


def long_check(rng: Generator) -> list[Points]:
    """A tick whose tail flies far out of the box."""
    tail = rng.uniform(0.8, 2.0)
    return [_shaken([(0.1, 0.4), (0.4, 0.95), (0.95, 0.0), (1.0 + tail, -0.5 * rng.uniform(0.4, 1.6))], rng, 0.07)]


def ring(rng: Generator) -> list[Points]:
    """A circle inside the box, seldom quite closed."""
    angle = np.linspace(0, 2 * np.pi * rng.uniform(0.9, 1.15), 14) + rng.uniform(0, 6.28)
    size = rng.uniform(0.28, 0.5, 2)
    return [np.stack([0.5 + size[0] * np.cos(angle), 0.5 + size[1] * np.sin(angle)], 1) + rng.normal(0, 0.03, (14, 2))]


def hatched(rng: Generator) -> list[Points]:
    """The box filled with strokes beside each other."""
    strokes = []
    for at in np.linspace(-0.6, 0.6, int(rng.integers(4, 8))):
        middle, half = np.array([0.5 + at * 0.5, 0.5 + at * 0.5]), 0.5 - abs(at) * 0.42
        ends = middle + np.array([(-half, half), (half, -half)])
        strokes.append(ends + rng.normal(0, 0.04, ends.shape))
    return strokes


def star(rng: Generator) -> list[Points]:
    """Three strokes through one point."""
    strokes = []
    for angle in (0.1, 1.15, 2.2):
        reach = np.array([np.cos(angle), np.sin(angle)]) * rng.uniform(0.4, 0.65)
        strokes.append(_shaken([tuple(0.5 - reach), tuple(0.5 + reach)], rng, 0.06))
    return strokes


def curl(rng: Generator) -> list[Points]:
    """The box filled by a growing coil."""
    return [_spiral(rng, rng.uniform(0.42, 0.52), rng.uniform(4, 7), np.array([0.5, 0.5]))]


def _shaken(points: list[tuple[float, float]], rng: Generator, by: float) -> Points:
    return np.asarray(points, np.float64) + rng.normal(0, by, (len(points), 2))


def _spiral(rng: Generator, radius: float, turns: float, middle: Points) -> Points:
    angle = np.linspace(0, 2 * np.pi * turns, int(9 * turns))
    reach = np.linspace(0.02, radius, len(angle))
    stretch = rng.uniform(0.8, 1.2, 2)
    return np.stack([np.cos(angle), np.sin(angle)], 1) * reach[:, None] * stretch + middle


#: families with their share
TRAINED: Final[dict[Shape, float]] = {
    cross: 0.32, check: 0.22, looped_cross: 0.07, flat_cross: 0.08, small_cross: 0.05, big_cross: 0.07,
    plus: 0.05, slash: 0.06, filled: 0.06, dot: 0.03, dash: 0.03,
}  # fmt: skip
HELD_OUT: Final[dict[Shape, float]] = {
    curved_cross: 0.2, double_check: 0.12, long_check: 0.18, ring: 0.1, hatched: 0.1, star: 0.08, curl: 0.1,
}  # fmt: skip


def draw_shape(rng: Generator, split: Split) -> Shape:
    """Return how somebody ticks."""
    shares = {"train": TRAINED, "held_out": HELD_OUT, "all": {**TRAINED, **HELD_OUT}}[split]
    odds = np.array(list(shares.values()))
    return list(shares)[int(rng.choice(len(shares), p=odds / odds.sum()))]
