"""What hides an entry or takes it off the paper: correction fluid, tape, a blade, a rubber."""

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.random import Generator

from samples.paper import BoxMm, Mask, Paper
from samples.strokes import smooth, stroke

Cover = Callable[[Paper, BoxMm, Generator], None]


def _blot(paper: Paper, box: BoxMm, rng: Generator, margin_mm: float) -> tuple[Mask, int, int]:
    x, y, w, h = box
    width, height = paper.px(w + 2 * margin_mm), paper.px(h + 2 * margin_mm)
    soft = np.zeros((max(height, 8), max(width, 8)), np.float32)
    inset = paper.px(margin_mm * 0.7)
    soft[inset : height - inset, inset : width - inset] = 1
    wobble = cv2.resize(rng.normal(0, 0.35, (5, 9)).astype(np.float32), soft.shape[::-1], interpolation=cv2.INTER_CUBIC)
    soft = cv2.GaussianBlur(soft, (0, 0), paper.scale * 0.45) + wobble * 0.4
    return np.clip((soft - 0.42) * 6, 0, 1).astype(np.float32), paper.px(x - margin_mm), paper.px(y - margin_mm)


def _rim(paper: Paper, mask: Mask, left: int, top: int, dark: float) -> None:
    """Shade the edge of a patch: it stands up from the paper."""
    edge = cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    paper.ink((edge * dark).astype(np.float32), left + 1, top + 1, (90, 90, 90))


def _white(rng: Generator) -> tuple[int, int, int]:
    white = int(rng.integers(241, 255))
    return (white, white, white - int(rng.integers(0, 8)))


def blot(paper: Paper, box: BoxMm, rng: Generator) -> None:
    """A blot of fluid."""
    mask, left, top = _blot(paper, box, rng, rng.uniform(0.5, 1.3))
    paper.cover(mask * np.float32(rng.uniform(0.9, 1.0)), left, top, _white(rng))
    _rim(paper, mask, left, top, rng.uniform(0.03, 0.16))


def brushed(paper: Paper, box: BoxMm, rng: Generator) -> None:
    """Fluid put on with a brush: strokes side by side, thinner at their ends, ridges between."""
    x, y, w, h = box
    margin = 1.5
    mask = np.zeros((paper.px(h + 2 * margin), paper.px(w + 2 * margin)), np.float32)
    thick = rng.uniform(1.4, 2.4)
    rows = max(int(np.ceil(h / (thick * 0.8))), 1)
    for i in range(rows):
        level = margin + (i + 0.5) * h / rows
        ends = np.array([[margin - rng.uniform(0, 0.8), level], [margin + w + rng.uniform(0, 0.8), level]])
        part, left, top = stroke(smooth(ends * paper.scale, 40), thick * paper.scale, rng, pressure=0.2)
        _put(mask, part * np.float32(rng.uniform(0.85, 1.0)), left, top)
    place = (paper.px(x - margin), paper.px(y - margin))
    paper.cover(mask, *place, _white(rng))
    _rim(paper, mask, *place, rng.uniform(0.05, 0.2))


def pen_dabs(paper: Paper, box: BoxMm, rng: Generator) -> None:
    """A correction pen: dabs that leave gaps."""
    x, y, w, h = box
    mask = np.zeros((paper.px(h + 2.4), paper.px(w + 2.4)), np.float32)
    for _ in range(int(w * h / 3) + 4):
        centre = (paper.px(1.2 + rng.uniform(0, w)), paper.px(1.2 + rng.uniform(0, h)))
        axes = (paper.px(rng.uniform(0.9, 1.7)), paper.px(rng.uniform(0.7, 1.2)))
        cv2.ellipse(mask, centre, axes, float(rng.uniform(-30, 30)), 0, 360, float(rng.uniform(0.85, 1.0)), -1)
    soft = np.asarray(cv2.GaussianBlur(mask, (0, 0), 0.8), np.float32)
    place = (paper.px(x - 1.2), paper.px(y - 1.2))
    paper.cover(soft, *place, _white(rng))
    _rim(paper, soft, *place, rng.uniform(0.04, 0.18))


def _put(mask: Mask, part: Mask, left: int, top: int) -> None:
    y0, x0 = max(top, 0), max(left, 0)
    y1, x1 = min(top + part.shape[0], mask.shape[0]), min(left + part.shape[1], mask.shape[1])
    if y0 < y1 and x0 < x1:
        np.maximum(mask[y0:y1, x0:x1], part[y0 - top : y1 - top, x0 - left : x1 - left], out=mask[y0:y1, x0:x1])


def _strip(paper: Paper, box: BoxMm, rng: Generator, beyond: tuple[float, float], lean: float) -> tuple[Mask, int, int]:
    x, y, w, h = box
    dx, dy = beyond
    corners = np.array(
        [
            (x - dx, y - dy + lean),
            (x + w + dx, y - dy - lean),
            (x + w + dx + rng.normal(0, 0.15), y + h + dy - lean),
            (x - dx + rng.normal(0, 0.15), y + h + dy + lean),
        ]
    )
    points = corners * paper.scale
    left, top = np.floor(points.min(axis=0)).astype(int) - 2
    right, bottom = np.ceil(points.max(axis=0)).astype(int) + 2
    mask = np.zeros((bottom - top, right - left), np.uint8)
    cv2.fillPoly(mask, [np.round((points - (left, top)) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return (mask / 255).astype(np.float32), int(left), int(top)


def tape(paper: Paper, box: BoxMm, rng: Generator) -> None:
    """A strip of white tape with straight edges."""
    mask, left, top = _strip(paper, box, rng, (rng.uniform(0.4, 1.4), rng.uniform(0.1, 0.7)), rng.normal(0, 0.25))
    white = int(rng.integers(236, 254))
    paper.cover(mask, left, top, (white, white, white))
    edge = cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    paper.ink((edge * rng.uniform(0.06, 0.3)).astype(np.float32), left, top, (100, 100, 100))


def label(paper: Paper, box: BoxMm, rng: Generator) -> None:
    """A paper label stuck on: larger, its shadow on two sides."""
    mask, left, top = _strip(paper, box, rng, (rng.uniform(1.0, 3.0), rng.uniform(0.4, 1.2)), rng.normal(0, 0.4))
    paper.ink((mask * rng.uniform(0.1, 0.3)).astype(np.float32), left + 2, top + 2, (70, 70, 75))
    white = int(rng.integers(240, 255))
    paper.cover(mask, left, top, (white, white, white - int(rng.integers(0, 12))))


def scratched(paper: Paper, box: BoxMm, rng: Generator) -> None:
    """A blade takes ink and tint off in short strokes and roughens the paper."""
    x, y, w, h = box
    rub, left, top = _blot(paper, box, rng, 0.5)
    fibre = cv2.GaussianBlur(rng.uniform(0, 1, rub.shape).astype(np.float32), (0, 0), rng.uniform(0.8, 1.6))
    fibre = (fibre - fibre.min()) / (np.ptp(fibre) + 1e-6)
    paper.cover((rub * (rng.uniform(0.45, 0.6) + 0.4 * fibre)).astype(np.float32), left, top, (236, 234, 230))
    for _ in range(int(6 + w)):
        start = np.array([x + rng.uniform(0, w), y + rng.uniform(0, h)])
        points = np.stack([start, start + rng.normal(0, (1.2, 0.5))]) * paper.scale
        mask, sx, sy = stroke(points, max(0.12 * paper.scale, 1), rng)
        paper.ink(mask * np.float32(rng.uniform(0.1, 0.35)), sx, sy, (110, 105, 100))


def rubbed(paper: Paper, box: BoxMm, rng: Generator) -> None:
    """A rubber: ink and tint grow pale, the rest smeared along its strokes."""
    x, y, w, h = box
    rub, left, top = _blot(paper, box, rng, 0.9)
    paper.cover((rub * rng.uniform(0.55, 0.85)).astype(np.float32), left, top, (238, 236, 234))
    for _ in range(int(5 + w / 2)):
        start = np.array([x + rng.uniform(-0.5, w), y + rng.uniform(0, h)])
        points = np.stack([start, start + rng.normal((3.2, 0), (1.0, 0.6))]) * paper.scale
        mask, sx, sy = stroke(points, rng.uniform(0.3, 0.9) * paper.scale, rng)
        paper.ink(mask * np.float32(rng.uniform(0.03, 0.14)), sx, sy, (90, 88, 90))


#: those a detector may learn from, and those kept apart to test it
FLUIDS: Final[tuple[dict[str, Cover], dict[str, Cover]]] = ({"blot": blot, "pen_dabs": pen_dabs}, {"brushed": brushed})
TAPES: Final[tuple[dict[str, Cover], dict[str, Cover]]] = ({"tape": tape}, {"label": label})
SCRATCHES: Final[tuple[dict[str, Cover], dict[str, Cover]]] = ({"scratched": scratched}, {"rubbed": rubbed})
