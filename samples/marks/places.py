"""Where something is drawn that resembles a signature: a sheet, a place on it, whose hand and stamp are about."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.random import Generator

from samples.fonts import Split
from samples.ink import Hand
from samples.paper import BoxMm, Colour, Mask, Paper


@dataclass(frozen=True)
class Place:
    """Where something is drawn that resembles a signature."""

    paper: Paper
    box: BoxMm
    rng: Generator
    split: Split
    hand: Hand
    #: lines of the owner's stamp, where there is one
    stamp: tuple[str, ...] = ()

    def within(self, margin: float = 0.2) -> tuple[float, float]:
        """Return a point of the box, that share of its sides away from them."""
        x, y, w, h = self.box
        return float(x + w * self.rng.uniform(margin, 1 - margin)), float(y + h * self.rng.uniform(margin, 1 - margin))


LookAlike: TypeAlias = Callable[[Place], None]


def put(place: Place, mask: Mask, centre: tuple[float, float], colour: Colour) -> None:
    """Ink *mask* around *centre*, mm."""
    scale = place.paper.scale
    left, top = centre[0] * scale - mask.shape[1] / 2, centre[1] * scale - mask.shape[0] / 2
    place.paper.ink(mask, round(left), round(top), colour)


def turned(mask: Mask, degrees: float) -> Mask:
    """Return *mask* turned about its middle, wholly kept."""
    height, width = mask.shape
    side = int(np.hypot(height, width)) + 2
    down, across = (side - height) // 2, (side - width) // 2
    square = cv2.copyMakeBorder(mask, down, down, across, across, cv2.BORDER_CONSTANT, value=0)
    turn = cv2.getRotationMatrix2D((square.shape[1] / 2, square.shape[0] / 2), degrees, 1)
    return np.asarray(cv2.warpAffine(square, turn, square.shape[::-1]), np.float32)
