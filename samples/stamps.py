"""Rubber stamps: a few lines, framed or not, in one worn ink, never straight."""

from typing import Final

import cv2
import numpy as np
from numpy.random import Generator

from samples.fonts import letter_fonts
from samples.paper import Colour, Mask, Paper, text_mask, text_width

STAMP_COLOURS: Final[tuple[Colour, ...]] = (
    (35, 60, 150),
    (30, 45, 120),
    (25, 25, 30),
    (120, 30, 45),
    (90, 40, 120),
    (40, 40, 45),
)


def rubber_stamp(lines: list[str], width_mm: float, scale: float, rng: Generator, *, framed: bool) -> Mask:
    """Return a stamp's ink at *scale* px per mm, turned by up to 3 degrees, worn in places."""
    regular, bold = letter_fonts()[int(rng.integers(3))]
    size = int(rng.uniform(2.6, 3.6) * scale)
    fonts = [bold, *[regular] * (len(lines) - 1)]
    widest = max(text_width(f, size, t) for f, t in zip(fonts, lines, strict=True))
    if widest > (width_mm - 3) * scale:
        size = int(size * (width_mm - 3) * scale / widest)
    step = int(size * rng.uniform(1.15, 1.35))
    width, height = int(width_mm * scale), step * len(lines) + int(2.4 * scale)
    mask = np.zeros((height, width), np.float32)
    for i, (font, line) in enumerate(zip(fonts, lines, strict=True)):
        ink, _, dy = text_mask(font, size, line)
        x, y = (width - ink.shape[1]) // 2, int(1.2 * scale) + step * i + int(size * 0.85) + dy
        x, y = max(x, 0), max(y, 0)
        h, w = min(ink.shape[0], height - y), min(ink.shape[1], width - x)
        np.maximum(mask[y : y + h, x : x + w], ink[:h, :w], out=mask[y : y + h, x : x + w])
    if framed:
        cv2.rectangle(mask, (2, 2), (width - 3, height - 3), 1.0, max(int(0.5 * scale), 1))
    worn = cv2.resize(
        rng.uniform(0.35, 1.25, (max(height // 40, 2), max(width // 40, 2))).astype(np.float32), (width, height)
    )
    grain = rng.uniform(0.8, 1.0, (height // 2 + 1, width // 2 + 1)).astype(np.float32)
    mask *= np.clip(worn, 0, 1) * cv2.resize(grain, (width, height), interpolation=cv2.INTER_NEAREST)
    angle = float(np.clip(rng.normal(0, 1.6), -5, 5))
    pad = int(abs(np.sin(np.radians(angle))) * width) + 4
    padded = cv2.copyMakeBorder(mask, pad, pad, 4, 4, cv2.BORDER_CONSTANT, value=0)
    turn = cv2.getRotationMatrix2D((padded.shape[1] / 2, padded.shape[0] / 2), angle, 1)
    return np.asarray(cv2.warpAffine(padded, turn, padded.shape[::-1]), np.float32)


def put_stamp(
    paper: Paper, lines: list[str], x_mm: float, y_mm: float, width_mm: float, rng: Generator, colour: Colour
) -> None:
    """Stamp *lines* with the top left corner about there."""
    mask = rubber_stamp(lines, width_mm, paper.scale, rng, framed=bool(rng.random() < 0.4))
    paper.ink(mask, paper.px(x_mm), paper.px(y_mm), colour)
