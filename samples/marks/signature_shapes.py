"""The shapes of signatures: strokes in a unit square, x to the right and y down, both from -0.5 to 0.5.

Each family is a way of signing. Some are held out of all training, so that a measure on them says something about
signatures nobody here has seen. Written names are not shapes: they need a hand (``samples.marks.signers``).
"""

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np
from numpy.random import Generator

from samples.strokes import Points

Shape: TypeAlias = Callable[[Generator], list[Points]]


def _zigzag(rng: Generator) -> list[Points]:
    """Ups and downs that get smaller, with an occasional return under the whole."""
    n = int(rng.integers(5, 13))
    along = np.linspace(-0.5, 0.5, n) + rng.normal(0, 0.06, n)
    heights = np.abs(rng.normal(0.1, 0.3, n)) * np.linspace(1.2, 0.5, n) * np.where(np.arange(n) % 2, 1, -1)
    points = np.stack([along, heights], axis=1)
    points[1::3, 0] -= rng.uniform(0.0, 0.25)
    if rng.random() < 0.5:
        points = np.vstack([points, [[-0.3, 0.5], [0.55, rng.uniform(0.3, 0.6)]]])
    return [points]


def _loops(rng: Generator) -> list[Points]:
    """A run of loops as in joined letters, begun by a large one."""
    turns = float(rng.uniform(3, 7))
    t = np.linspace(0, 2 * np.pi * turns, int(turns * 9))
    along = t / t[-1] - 0.5
    size = np.interp(along, [-0.5, -0.3, 0.5], [rng.uniform(0.35, 0.55), 0.22, rng.uniform(0.05, 0.2)])
    size = size * (1 + 0.3 * np.sin(t * rng.uniform(0.3, 0.8)))
    return [np.stack([along + 0.5 * size * np.sin(t), -size * np.cos(t) * rng.uniform(0.6, 1.0)], axis=1)]


def _flourish(rng: Generator) -> list[Points]:
    """One long stroke that bends a few times."""
    n = int(rng.integers(3, 6))
    along = np.linspace(-0.5, 0.5, n) + rng.normal(0, 0.08, n)
    return [np.stack([along, rng.normal(0, 0.3, n)], axis=1)]


def _crossed(rng: Generator) -> list[Points]:
    """Two strokes over each other, one of them with a tail: no bare cross."""
    one = np.array([[-0.4, -0.45], [0.0, 0.0], [0.3, 0.45], [0.5, 0.3]])
    other = np.array([[0.35, -0.5], [0.0, 0.05], [-0.4, 0.45], [-0.5, 0.2], [-0.1, 0.15], [0.5, 0.05]])
    return [one + rng.normal(0, 0.08, one.shape), other + rng.normal(0, 0.08, other.shape)]


def _spiral(rng: Generator) -> list[Points]:
    """Rounds that widen, and a way out to the right."""
    turns = float(rng.uniform(1.5, 4))
    t = np.linspace(0, 2 * np.pi * turns, int(turns * 10))
    radius = np.linspace(0.08, 0.42, len(t)) * rng.choice([-1, 1])
    points = np.stack([radius * np.cos(t) - 0.1, radius * np.sin(t)], axis=1)
    return [np.vstack([points, [[0.5, rng.uniform(-0.4, 0.4)]]])]


def _upright(rng: Generator) -> list[Points]:
    """Tall strokes side by side, and one across them."""
    n = int(rng.integers(2, 5))
    strokes = []
    for x in np.linspace(-0.35, 0.3, n):
        tall = np.array([[x + 0.1, -0.5], [x - 0.02, 0.0], [x - 0.08, 0.45], [x + 0.06, 0.3]])
        strokes.append(tall * (1, rng.uniform(0.6, 1.0)) + rng.normal(0, 0.04, tall.shape))
    return [*strokes, np.array([[-0.5, 0.1], [0.0, -0.1], [0.5, -0.2]]) + rng.normal(0, 0.06, (3, 2))]


def _interrupted(rng: Generator) -> list[Points]:
    """Short bent strokes with gaps between, as of a pen that is lifted."""
    n = int(rng.integers(4, 8))
    return [
        np.cumsum(np.vstack([[[x, rng.normal(0, 0.15)]], rng.normal(0, 0.14, (3, 2))]), axis=0)
        for x in np.linspace(-0.45, 0.35, n)
    ]


def _arches(rng: Generator) -> list[Points]:
    """A capital, then arches or garlands as in a row of m, flatter and flatter, and a line under it at times."""
    capital = np.array([[-0.42, 0.4], [-0.4, -0.45], [-0.2, -0.3], [-0.34, 0.0], [-0.15, 0.3]])
    n = int(rng.integers(4, 10))
    along = np.linspace(-0.1, 0.5, 2 * n)
    up = np.linspace(rng.uniform(0.15, 0.4), 0.04, 2 * n) * np.where(np.arange(2 * n) % 2, -1, 1)
    strokes = [capital + rng.normal(0, 0.05, capital.shape), np.stack([along, 0.15 + up], axis=1)]
    if rng.random() < 0.4:
        strokes.append(np.array([[-0.4, 0.5], [0.1, 0.52], [0.5, 0.42]]) + rng.normal(0, 0.04, (3, 2)))
    return strokes


def _wander(rng: Generator) -> list[Points]:
    """A pen that goes here and there, no two alike."""
    n = int(rng.integers(6, 14))
    steps = np.stack([rng.normal(0.08, 0.3, n), rng.normal(0, 0.4, n)], axis=1)
    for i in range(1, n):
        steps[i] += 0.3 * steps[i - 1]
    points = np.cumsum(steps, axis=0)
    points -= points.min(axis=0)
    return [points / np.maximum(np.ptp(points, axis=0), 0.1) - 0.5]


def _paraph(rng: Generator) -> list[Points]:
    """Initials drawn in one go: two or three hooks."""
    n = int(rng.integers(4, 7))
    along = np.sort(rng.uniform(-0.5, 0.5, n))
    along[1::2] -= 0.25
    return [np.stack([along, np.where(np.arange(n) % 2, 0.45, -0.45) * rng.uniform(0.4, 1.0, n)], axis=1)]


def _springs(rng: Generator) -> list[Points]:
    """Held out. Narrow rounds on a leaning axis, like a spring pulled apart."""
    turns = float(rng.uniform(4, 9))
    t = np.linspace(0, 2 * np.pi * turns, int(turns * 8))
    drift = t / t[-1] - 0.5
    points = np.stack([drift * 0.8 + 0.1 * np.cos(t), 0.4 * np.sin(t) - 0.3 * drift], axis=1)
    return [points * (1, rng.uniform(0.5, 1.1))]


def _star(rng: Generator) -> list[Points]:
    """Held out. Straight strokes from corner to corner without lifting the pen."""
    n = int(rng.choice([5, 7]))  # of an even number the strokes would lie over each other
    turn = 2 * np.pi * (n // 2) / n
    angles = np.arange(n + 1) * turn + rng.uniform(0, 6)
    corners = np.stack([0.5 * np.cos(angles), 0.5 * np.sin(angles)], axis=1) * rng.uniform(0.7, 1.0, (n + 1, 1))
    return [np.repeat(corners, 2, axis=0) + rng.normal(0, 0.015, (2 * n + 2, 2))]


def _knots(rng: Generator) -> list[Points]:
    """Held out. Figures of eight lying on their side."""
    one, other, shift = rng.integers(1, 4), rng.integers(2, 6), rng.uniform(0, 6)
    t = np.linspace(0, 2 * np.pi * rng.uniform(0.8, 1.2), 46)
    return [np.stack([0.5 * np.sin(one * t + shift), 0.45 * np.sin(other * t)], axis=1)]


def _lasso(rng: Generator) -> list[Points]:
    """Held out. A scrawl with one large round thrown about it."""
    t = np.linspace(rng.uniform(0, 6), 6.6 + rng.uniform(0, 6), 24)
    ring = np.stack([0.5 * np.cos(t), 0.42 * np.sin(t)], axis=1) + np.linspace(0, 0.08, 24)[:, None]
    n = int(rng.integers(5, 9))
    scrawl = np.stack([np.linspace(-0.3, 0.3, n), np.where(np.arange(n) % 2, 0.18, -0.18)], axis=1)
    return [scrawl * rng.uniform(0.6, 1.2, (n, 1)), ring]


def _bar(rng: Generator) -> list[Points]:
    """Held out. A large first letter whose foot runs out into a long bar, two dots over it."""
    letter = [[-0.25, -0.45], [-0.45, -0.2], [-0.4, 0.25], [-0.1, 0.3]]
    bar = np.array([*letter, [0.2, 0.22], [0.5, rng.uniform(0.05, 0.3)]]) + rng.normal(0, 0.03, (6, 2))
    dots = [np.array([[x, -0.1], [x + 0.015, -0.08]]) for x in (0.12, 0.22)]
    return [bar, *dots]


def _flowing(rng: Generator) -> list[Points]:
    """Held out. Low waves in one line with marks over and under it, as in scripts from right to left."""
    n = int(rng.integers(5, 9))
    along = np.linspace(0.5, -0.5, n)
    line = np.stack([along, 0.12 * np.where(np.arange(n) % 2, 1, -1) + rng.normal(0, 0.06, n)], axis=1)
    marks = [np.array([[x, y], [x + 0.04, y + 0.06]]) for x, y in rng.uniform(-0.4, 0.4, (int(rng.integers(2, 5)), 2))]
    tail = np.array([[-0.5, 0.0], [-0.45, 0.4], [-0.1, 0.45]]) + rng.normal(0, 0.05, (3, 2))
    return [line, tail, *marks]


TRAINED: Final[dict[str, Shape]] = {
    "zigzag": _zigzag,
    "loops": _loops,
    "flourish": _flourish,
    "crossed": _crossed,
    "spiral": _spiral,
    "upright": _upright,
    "interrupted": _interrupted,
    "arches": _arches,
    "wander": _wander,
    "paraph": _paraph,
}
HELD_OUT: Final[dict[str, Shape]] = {
    "springs": _springs,
    "star": _star,
    "knots": _knots,
    "lasso": _lasso,
    "bar": _bar,
    "flowing": _flowing,
}
