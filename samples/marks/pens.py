"""Pens of many kinds: how wide, how dark, how even the line they draw."""

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.random import Generator

from samples.fonts import Split
from samples.paper import Colour, Paper
from samples.strokes import Points, smooth, stroke


@dataclass(frozen=True)
class Pen:
    """What somebody draws with."""

    colour: Colour
    width_mm: float
    #: how much the width sways, as a share of it
    pressure: float
    #: how dark its ink is, 0 to 1
    opacity: float = 1.0
    #: how much of it the paper's grain leaves white, 0 to 1
    grain: float = 0.0

    def draw(self, paper: Paper, points: Points, rng: Generator, *, per_point: int = 20) -> None:
        """Draw the smooth curve through *points* (mm) on the sheet."""
        curve = smooth(points * paper.scale, max(per_point * len(points), 4))
        mask, left, top = stroke(curve, max(self.width_mm * paper.scale, 1.0), rng, pressure=self.pressure)
        mask *= np.float32(self.opacity)
        if self.grain:
            noise = cv2.GaussianBlur(rng.uniform(-1, 1, mask.shape).astype(np.float32), (0, 0), 0.8)
            mask *= np.clip(1 - self.grain * (0.5 + 2.5 * noise), 0, 1).astype(np.float32)
        paper.ink(mask, left, top, self.colour)


#: width in mm, sway, darkness, grain: from, to
_RANGES: Final[dict[str, tuple[tuple[float, float], ...]]] = {
    "ball": ((0.25, 0.5), (0.1, 0.4), (0.85, 1.0), (0.0, 0.15)),
    "gel": ((0.35, 0.65), (0.05, 0.2), (0.95, 1.0), (0.0, 0.0)),
    "felt": ((0.6, 1.5), (0.05, 0.25), (0.85, 1.0), (0.0, 0.1)),
    "pencil": ((0.3, 0.7), (0.1, 0.4), (0.45, 0.8), (0.3, 0.7)),
    "fountain": ((0.3, 0.8), (0.4, 0.7), (0.75, 1.0), (0.0, 0.1)),
    "dry": ((0.25, 0.45), (0.2, 0.5), (0.55, 0.85), (0.2, 0.5)),
    "marker": ((1.2, 2.2), (0.02, 0.1), (0.8, 1.0), (0.0, 0.1)),
}
_TRAINED: Final = {"ball": 0.5, "gel": 0.22, "felt": 0.18, "pencil": 0.1}
_HELD_OUT: Final = {"fountain": 0.5, "dry": 0.3, "marker": 0.2}
_GRAPHITE: Final[Colour] = (60, 60, 64)


def draw_pen(rng: Generator, split: Split, colour: Colour) -> Pen:
    """Return a pen of *colour*; a pencil has its own."""
    shares = {"train": _TRAINED, "held_out": _HELD_OUT, "all": {**_TRAINED, **_HELD_OUT}}[split]
    odds = np.array(list(shares.values()))
    name = str(rng.choice(list(shares), p=odds / odds.sum()))
    width, sway, dark, grain = (float(rng.uniform(*span)) for span in _RANGES[name])
    pen = Pen(colour, width, sway, dark, grain)
    return replace(pen, colour=_GRAPHITE) if name == "pencil" else pen
