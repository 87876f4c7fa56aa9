"""Pen strokes: smooth curves drawn with a width that sways with the pressure of the hand."""

from typing import TypeAlias

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from samples.paper import Colour, Mask, Paper

#: ``(n, 2)``, x and y
Points: TypeAlias = NDArray[np.float64]


def stroke(points: Points, width_px: float, rng: Generator, *, pressure: float = 0.35) -> tuple[Mask, int, int]:
    """Return a stroke along *points* (px) as ink, its width swaying by *pressure*; and its top left pixel."""
    pad = int(width_px * 2) + 2
    left, top = (int(v) - pad for v in np.floor(points.min(axis=0)))
    right, bottom = (int(v) + pad for v in np.ceil(points.max(axis=0)))
    mask = np.zeros((bottom - top + 1, right - left + 1), np.uint8)
    sway = 1 + pressure * np.sin(np.linspace(0, rng.uniform(4, 14), len(points)) + rng.uniform(0, 6))
    shifted = (points - (left, top)) * 16  # cv2 takes sixteenths of a pixel
    for (x1, y1), (x2, y2), factor in zip(shifted, shifted[1:], sway, strict=False):
        thickness = max(round(width_px * factor), 1)
        cv2.line(mask, (round(x1), round(y1)), (round(x2), round(y2)), 255, thickness, cv2.LINE_AA, 4)
    return (mask / np.float32(255)).astype(np.float32), left, top


def smooth(points: Points, n: int = 60) -> Points:
    """Return *n* points along the Catmull-Rom curve through *points*."""
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, len(points) - 1 - 1e-6, n)
    i, f = t.astype(int), (t % 1)[:, None]
    p0, p1, p2, p3 = padded[i], padded[i + 1], padded[i + 2], padded[i + 3]
    curve = 2 * p1 + (p2 - p0) * f + (2 * p0 - 5 * p1 + 4 * p2 - p3) * f**2 + (3 * p1 - p0 - 3 * p2 + p3) * f**3
    return np.asarray(curve / 2, np.float64)


def warped(mask: Mask, rng: Generator, *, slant: float, stretch: tuple[float, float], swing_px: float) -> Mask:
    """Return *mask* slanted, stretched in width and height, and bent by up to *swing_px*."""
    height, width = mask.shape
    pad = round(abs(slant) * height + swing_px + 2)
    out_w, out_h = round(width * stretch[0]) + 2 * pad, round(height * stretch[1]) + 2 * pad
    ys, xs = np.mgrid[0:out_h, 0:out_w].astype(np.float32)
    bend = rng.normal(0, 1, (2, 3, 3)).astype(np.float32) * np.float32(swing_px / 2)
    bend_x, bend_y = (cv2.resize(b, (out_w, out_h), interpolation=cv2.INTER_CUBIC) for b in bend)
    ys = (ys - pad + bend_y) / stretch[1]
    xs = (xs - pad + bend_x) / stretch[0] + slant * (ys - height / 2)
    return np.clip(cv2.remap(mask, xs.astype(np.float32), ys.astype(np.float32), cv2.INTER_LINEAR), 0, 1).astype(
        np.float32
    )


def draw_stroke(
    paper: Paper, points: Points, width_px: float, rng: Generator, colour: Colour, pressure: float = 0.35
) -> None:
    """Draw the smooth curve through *points* (px) on the sheet."""
    mask, left, top = stroke(smooth(points, 20 * len(points)), width_px, rng, pressure=pressure)
    paper.ink(mask, left, top, colour)
