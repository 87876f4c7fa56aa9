"""What a pen leaves beside words: ticks, signatures."""

from pathlib import Path

import numpy as np
from numpy.random import Generator

from samples.paper import BoxMm, Colour, Paper, text_mask
from samples.strokes import Points, draw_stroke, warped


def tick(paper: Paper, box: BoxMm, rng: Generator, colour: Colour, *, style: str) -> None:
    """Tick a box by pen: ``cross``, ``check``, ``slash`` or ``filled``, never quite inside."""
    x, y, w, h = box
    over = rng.uniform(-0.08, 0.3)
    jitter = rng.normal(0, 0.07, (40, 2))
    unit = {
        "cross": [[[-over, -over], [1 + over, 1 + over]], [[1 + over, -over], [-over, 1 + over]]],
        "check": [[[0.0, 0.45], [0.35, 0.95], [1.05 + over, -0.35]]],
        "slash": [[[-over, 1 + over], [1 + over, -over]]],
        "filled": [[[0.1 if i % 2 else 0.9, 0.1 + 0.045 * i] for i in range(18)]],
    }[style]
    width = rng.uniform(0.3, 0.65) * paper.scale
    for part in unit:
        points = (np.array(part) + jitter[: len(part)]) * (w, h) + (x, y)
        draw_stroke(paper, points * paper.scale, width, rng, colour, pressure=0.2)


def signature(
    paper: Paper, box: BoxMm, rng: Generator, colour: Colour, name: str = "", hand: Path | None = None
) -> None:
    """Sign in *box*: loops along a rising line, or a written name with a flourish; some overflow it (domain.md 1.4)."""
    x, y, w, h = box
    wide = min(w * rng.uniform(0.45, 0.95), rng.uniform(22, 48))
    tall = min(h * rng.uniform(0.35, 0.85), rng.uniform(6, 15))
    cx, cy = x + w / 2 + rng.normal(0, w * 0.08), y + h / 2 + rng.normal(0, h * 0.1)
    if rng.random() < 0.3:
        cy += rng.choice([-1, 1]) * h * 0.25
    width = rng.uniform(0.2, 0.5) * paper.scale
    draw = rng.random()
    if name and hand is not None and draw < 0.35:
        size = max(round(tall * 0.6 * paper.scale), 8)
        mask, _, _ = text_mask(hand, size, name)
        glyph = warped(mask, rng, slant=rng.uniform(0, 0.3), stretch=(1.0, 1.0), swing_px=1.2 * paper.scale)
        paper.ink(
            glyph, round(cx * paper.scale - glyph.shape[1] / 2), round(cy * paper.scale - glyph.shape[0] / 2), colour
        )
        points = np.array([[-0.45, 0.45], [0.1, 0.5], [0.5, 0.4], [-0.1, 0.62]]) + rng.normal(0, 0.05, (4, 2))
    elif draw < 0.6:
        points = _loops(rng)
    else:
        points = _zigzag(rng)
    turn = rng.normal(-0.1, 0.12)
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    draw_stroke(paper, ((points * (wide, tall)) @ spin.T + (cx, cy)) * paper.scale, width, rng, colour, pressure=0.45)


def _zigzag(rng: Generator) -> Points:
    """Ups and downs that get smaller, with an occasional return under the whole."""
    n = int(rng.integers(5, 13))
    along = np.linspace(-0.5, 0.5, n) + rng.normal(0, 0.06, n)
    heights = np.abs(rng.normal(0.1, 0.3, n)) * np.linspace(1.2, 0.5, n) * np.where(np.arange(n) % 2, 1, -1)
    points = np.stack([along, heights], axis=1)
    points[1::3, 0] -= rng.uniform(0.0, 0.25)
    if rng.random() < 0.5:
        points = np.vstack([points, [[-0.3, 0.5], [0.55, rng.uniform(0.3, 0.6)]]])
    return points


def _loops(rng: Generator) -> Points:
    """A run of loops as in joined letters, begun by a large one."""
    turns = float(rng.uniform(3, 7))
    t = np.linspace(0, 2 * np.pi * turns, int(turns * 9))
    along = t / t[-1] - 0.5
    size = np.interp(along, [-0.5, -0.3, 0.5], [rng.uniform(0.35, 0.55), 0.22, rng.uniform(0.05, 0.2)])
    size = size * (1 + 0.3 * np.sin(t * rng.uniform(0.3, 0.8)))
    return np.stack([along + 0.5 * size * np.sin(t), -size * np.cos(t) * rng.uniform(0.6, 1.0)], axis=1)
