"""Figures drawn by a pen instead of a font: each writer keeps his own way, no two figures are the same.

Nothing is trained on these shapes (``samples/training`` has its own), so that they stand for unknown writers.
"""

from typing import Final

import cv2
import numpy as np
from numpy.random import Generator

from samples.paper import Mask
from samples.strokes import Points, smooth, stroke

#: Ways to write each figure: strokes of points in a unit box, y down.
WAYS: Final[dict[str, tuple[list[list[tuple[float, float]]], ...]]] = {
    "0": (
        [[(0.55, 0.02), (0.2, 0.12), (0.05, 0.5), (0.25, 0.95), (0.65, 0.93), (0.9, 0.5), (0.7, 0.08), (0.45, 0.05)]],
        [[(0.8, 0.15), (0.5, 0.0), (0.1, 0.4), (0.3, 1.0), (0.8, 0.8), (0.85, 0.3), (0.6, 0.05), (0.75, -0.05)]],
        [[(0.3, 0.1), (0.05, 0.6), (0.4, 1.0), (0.9, 0.65), (0.75, 0.1), (0.35, 0.02)]],
    ),
    "1": (
        [[(0.15, 0.38), (0.58, 0.02), (0.55, 0.5), (0.5, 1.0)]],
        [[(0.55, 0.0), (0.5, 1.0)]],
        [[(0.0, 0.55), (0.6, 0.0)], [(0.6, 0.0), (0.52, 1.02)]],
        [[(0.62, 0.0), (0.4, 1.0)]],
        [[(0.2, 0.25), (0.55, 0.0), (0.55, 1.0)], [(0.2, 1.0), (0.95, 0.97)]],
    ),
    "2": (
        [[(0.08, 0.28), (0.3, 0.03), (0.75, 0.08), (0.8, 0.38), (0.4, 0.75), (0.05, 1.0), (0.5, 0.95), (0.98, 1.0)]],
        [[(0.1, 0.2), (0.55, 0.0), (0.85, 0.3), (0.5, 0.7), (0.15, 0.98), (0.08, 0.82), (0.3, 0.8), (1.0, 0.9)]],
        [[(0.1, 0.12), (0.5, 0.0), (0.8, 0.2), (0.6, 0.6), (0.05, 1.0)], [(0.05, 1.0), (0.95, 1.0)]],
    ),
    "3": (
        [[(0.1, 0.1), (0.6, 0.0), (0.8, 0.25), (0.35, 0.45), (0.85, 0.62), (0.75, 0.95), (0.3, 1.02), (0.05, 0.85)]],
        [[(0.1, 0.02), (0.8, 0.02), (0.4, 0.42), (0.85, 0.6), (0.7, 0.98), (0.1, 0.95)]],
        [[(0.2, 0.15), (0.55, 0.0), (0.7, 0.25), (0.4, 0.48)], [(0.4, 0.48), (0.9, 0.7), (0.5, 1.05), (0.0, 0.9)]],
    ),
    "4": (
        [[(0.35, 0.0), (0.02, 0.62), (0.95, 0.6)], [(0.62, 0.3), (0.58, 1.02)]],
        [[(0.1, 0.05), (0.1, 0.5), (0.85, 0.48)], [(0.82, 0.0), (0.75, 1.0)]],
        [[(0.7, 0.0), (0.0, 0.7), (1.0, 0.68)], [(0.72, 0.0), (0.7, 1.0)]],
        [[(0.25, 0.0), (0.1, 0.45), (0.5, 0.55), (0.9, 0.4)], [(0.9, 0.1), (0.6, 1.1)]],
    ),
    "5": (
        [[(0.3, 0.03), (0.22, 0.42), (0.6, 0.38), (0.9, 0.65), (0.6, 1.0), (0.05, 0.92)], [(0.28, 0.03), (0.95, 0.0)]],
        [[(0.9, 0.02), (0.3, 0.05), (0.2, 0.45), (0.75, 0.48), (0.8, 0.85), (0.3, 1.02), (0.0, 0.85)]],
        [[(0.4, 0.0), (0.15, 0.45), (0.7, 0.55), (0.6, 0.95), (0.1, 1.0)], [(0.4, 0.02), (1.0, -0.08)]],
    ),
    "6": (
        [[(0.75, 0.0), (0.25, 0.3), (0.05, 0.75), (0.4, 1.0), (0.85, 0.8), (0.6, 0.52), (0.12, 0.7)]],
        [[(0.5, -0.05), (0.12, 0.5), (0.2, 0.95), (0.7, 0.95), (0.8, 0.65), (0.4, 0.55), (0.15, 0.8)]],
        [[(0.85, 0.08), (0.5, 0.05), (0.1, 0.55), (0.3, 1.0), (0.8, 0.9), (0.75, 0.55), (0.15, 0.6)]],
    ),
    "7": (
        [[(0.05, 0.08), (0.5, 0.03), (0.92, 0.05), (0.55, 0.55), (0.35, 1.0)]],
        [[(0.05, 0.1), (0.9, 0.03), (0.45, 1.0)], [(0.2, 0.5), (0.9, 0.45)]],
        [[(0.1, 0.25), (0.15, 0.03), (0.9, 0.06), (0.5, 0.5), (0.45, 1.02)], [(0.25, 0.52), (0.85, 0.5)]],
        [[(0.0, 0.05), (0.95, 0.0), (0.4, 1.05)], [(0.15, 0.62), (0.75, 0.4)]],
    ),
    "8": (
        [[(0.75, 0.12), (0.4, 0.0), (0.15, 0.22), (0.75, 0.62), (0.7, 0.95), (0.3, 1.0), (0.1, 0.75), (0.8, 0.1)]],
        [[(0.5, 0.45), (0.15, 0.2), (0.5, 0.0), (0.85, 0.2), (0.08, 0.75), (0.5, 1.02), (0.92, 0.75), (0.5, 0.45)]],
        [[(0.9, 0.05), (0.4, 0.02), (0.2, 0.25), (0.8, 0.7), (0.4, 1.0), (0.1, 0.8), (0.85, 0.0)]],
    ),
    "9": (
        [[(0.8, 0.25), (0.45, 0.02), (0.1, 0.25), (0.35, 0.5), (0.8, 0.28), (0.75, 0.7), (0.6, 1.02)]],
        [[(0.85, 0.15), (0.4, 0.0), (0.08, 0.3), (0.5, 0.48), (0.85, 0.15), (0.82, 0.75), (0.4, 1.05), (0.08, 0.9)]],
        [[(0.7, 0.05), (0.2, 0.08), (0.15, 0.42), (0.7, 0.4), (0.78, 0.05), (0.7, 1.05)]],
    ),
}  # fmt: skip


class Figures:
    """One writer's figures."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.ways = {figure: ways[int(rng.integers(len(ways)))] for figure, ways in WAYS.items()}
        self.width = float(rng.uniform(0.45, 0.75))
        self.bias = rng.normal(0, 0.04, (3, 3, 2))
        self.pen = float(rng.uniform(0.07, 0.135))
        self.shake = float(rng.uniform(0.015, 0.05))

    def glyph(self, figure: str, height_px: float, rng: Generator) -> Mask:
        """Return *figure* about *height_px* tall."""
        box = np.array([height_px * self.width * (0.6 if figure == "1" else 1.0), height_px])
        canvas = np.zeros((int(height_px * 1.6) + 12, int(height_px * 1.6) + 12), np.float32)
        origin = np.array([height_px * 0.35 + 5, height_px * 0.25 + 5])
        for way in self.ways[figure]:
            points: Points = np.array(way, np.float64)
            cell = np.clip((points * 2).round().astype(int), 0, 2)
            moved = points + self.bias[cell[:, 1], cell[:, 0]] + rng.normal(0, self.shake, points.shape)
            mask, left, top = stroke(
                smooth(moved * box + origin, 14 * len(way)), self.pen * height_px, rng, pressure=0.25
            )
            _lay(canvas, mask, left, top)
        rows, columns = np.nonzero(cv2.reduce(canvas, 1, cv2.REDUCE_MAX).ravel())[0], np.nonzero(canvas.max(axis=0))[0]
        return canvas[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _lay(canvas: Mask, mask: Mask, left: int, top: int) -> None:
    x, y = max(left, 0), max(top, 0)
    right, bottom = min(left + mask.shape[1], canvas.shape[1]), min(top + mask.shape[0], canvas.shape[0])
    if x < right and y < bottom:
        part = mask[y - top : bottom - top, x - left : right - left]
        np.maximum(canvas[y:bottom, x:right], part, out=canvas[y:bottom, x:right])
