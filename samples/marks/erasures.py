"""How people undo what they wrote: striking, writing over, fluid, tape, scratching."""

from typing import Final

import cv2
import numpy as np
from numpy.random import Generator

from samples.paper import BoxMm, Colour, Paper
from samples.strokes import smooth, stroke

KINDS: Final = ("strike", "overwrite", "fluid", "tape", "scratch")


def erase(paper: Paper, kind: str, box: BoxMm, rng: Generator, colour: Colour) -> None:
    """Erase what stands in *box*; ``overwrite`` leaves it for the next writer to write over."""
    if kind == "strike":
        _strike(paper, box, rng, colour)
    elif kind == "fluid":
        _fluid(paper, box, rng)
    elif kind == "tape":
        _tape(paper, box, rng)
    elif kind == "scratch":
        _scratch(paper, box, rng)


def _strike(paper: Paper, box: BoxMm, rng: Generator, colour: Colour) -> None:
    x, y, w, h = box
    manner = str(rng.choice(["single", "double", "diagonal", "zigzag", "scribble"], p=[0.35, 0.25, 0.15, 0.12, 0.13]))
    mid = y + h / 2
    over = rng.uniform(0.3, 2)
    strokes = {
        "single": [[(x - over, mid + rng.normal(0, 0.3)), (x + w / 2, mid), (x + w + over, mid + rng.normal(0, 0.4))]],
        "double": [
            [(x - over, mid - 0.6), (x + w + over, mid - 0.5)],
            [(x - over, mid + 0.6), (x + w + over, mid + 0.7)],
        ],
        "diagonal": [[(x - over, y + h), (x + w / 2, mid), (x + w + over, y)]],
        "zigzag": [[(x + w * i / 9, mid + (h * 0.4 if i % 2 else -h * 0.4)) for i in range(10)]],
        "scribble": [[(x + w * i / 30 + rng.normal(0, 0.5), mid + rng.normal(0, h * 0.3)) for i in range(31)]],
    }[manner]
    for points in strokes:
        bent = np.array(points) + rng.normal(0, 0.15, (len(points), 2))
        mask, left, top = stroke(
            smooth(bent * paper.scale, 25 * len(points)), rng.uniform(0.35, 0.6) * paper.scale, rng
        )
        paper.ink(mask, left, top, colour)


def _blot(paper: Paper, box: BoxMm, rng: Generator, margin_mm: float) -> tuple[np.ndarray, int, int]:
    x, y, w, h = box
    width, height = paper.px(w + 2 * margin_mm), paper.px(h + 2 * margin_mm)
    soft = np.zeros((max(height, 8), max(width, 8)), np.float32)
    inset = paper.px(margin_mm * 0.7)
    soft[inset : height - inset, inset : width - inset] = 1
    wobble = cv2.resize(rng.normal(0, 0.35, (5, 9)).astype(np.float32), soft.shape[::-1], interpolation=cv2.INTER_CUBIC)
    soft = cv2.GaussianBlur(soft, (0, 0), paper.scale * 0.45) + wobble * 0.4
    return np.clip((soft - 0.42) * 6, 0, 1).astype(np.float32), paper.px(x - margin_mm), paper.px(y - margin_mm)


def _fluid(paper: Paper, box: BoxMm, rng: Generator) -> None:
    mask, left, top = _blot(paper, box, rng, 0.9)
    white = int(rng.integers(243, 255))
    paper.cover(mask * np.float32(rng.uniform(0.93, 1.0)), left, top, (white, white, white - int(rng.integers(0, 6))))
    edge = cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    paper.ink(edge * np.float32(rng.uniform(0.03, 0.14)), left + 1, top + 1, (90, 90, 90))


def _tape(paper: Paper, box: BoxMm, rng: Generator) -> None:
    x, y, w, h = box
    lean = rng.normal(0, 0.25)
    corners = np.array(
        [
            (x - 0.8, y - 0.4 + lean),
            (x + w + 0.8, y - 0.4 - lean),
            (x + w + 0.8, y + h + 0.3 - lean),
            (x - 0.8, y + h + 0.3 + lean),
        ]
    )
    points = corners * paper.scale
    left, top = np.floor(points.min(axis=0)).astype(int) - 2
    right, bottom = np.ceil(points.max(axis=0)).astype(int) + 2
    mask = np.zeros((bottom - top, right - left), np.uint8)
    cv2.fillPoly(mask, [np.round((points - (left, top)) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    soft = (mask / 255).astype(np.float32)
    white = int(rng.integers(238, 253))
    paper.cover(soft, int(left), int(top), (white, white, white))
    edge = cv2.morphologyEx(soft, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    paper.ink((edge * rng.uniform(0.08, 0.3)).astype(np.float32), int(left), int(top), (100, 100, 100))


def _scratch(paper: Paper, box: BoxMm, rng: Generator) -> None:
    """A blade or eraser takes ink and tint off in short strokes and roughens the paper."""
    x, y, w, h = box
    rub, left, top = _blot(paper, box, rng, 0.5)
    fibre = cv2.GaussianBlur(rng.uniform(0, 1, rub.shape).astype(np.float32), (0, 0), 1.2)
    fibre = (fibre - fibre.min()) / (np.ptp(fibre) + 1e-6)
    paper.cover((rub * (0.55 + 0.4 * fibre)).astype(np.float32), left, top, (236, 234, 230))
    for _ in range(int(6 + w)):
        start = np.array([x + rng.uniform(0, w), y + rng.uniform(0, h)])
        points = np.stack([start, start + rng.normal(0, (1.2, 0.5))]) * paper.scale
        mask, sx, sy = stroke(points, max(0.12 * paper.scale, 1), rng)
        paper.ink(mask * np.float32(rng.uniform(0.1, 0.35)), sx, sy, (110, 105, 100))
