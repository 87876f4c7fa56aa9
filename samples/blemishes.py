"""What happens to real sheets and means nothing: holes, folds, staples, coffee, the other side showing, fax lines."""

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.random import Generator

from samples.paper import Paper
from samples.stamps import STAMP_COLOURS, put_stamp
from samples.strokes import smooth, stroke


def holes(paper: Paper, rng: Generator) -> None:
    """Two punched holes, black as the scanner's lid."""
    x = 6.5 + rng.normal(0, 0.8)
    for dy in (-40, 40):
        centre = (paper.px(x), paper.px(paper.height_mm / 2 + dy + rng.normal(0, 1)))
        cv2.circle(paper.pixels, centre, paper.px(2.7), (12, 12, 12), -1, cv2.LINE_AA)


def fold(paper: Paper, rng: Generator) -> None:
    """A fold: a thin shade beside a light line."""
    y = paper.height_mm * rng.uniform(0.3, 0.7)
    lean = rng.normal(0, 1.2)
    paper.line(0, y, paper.width_mm, y + lean, 0.35, (205, 203, 200))
    paper.line(0, y + 0.4, paper.width_mm, y + 0.4 + lean, 0.25, (250, 250, 250))


def staple(paper: Paper, rng: Generator) -> None:
    """A staple near the top left corner."""
    x, y, turn = rng.uniform(6, 20), rng.uniform(5, 14), rng.uniform(-0.8, 0.8)
    dx, dy = 11 * np.cos(turn) / 2, 11 * np.sin(turn) / 2
    paper.line(x - dx, y - dy, x + dx, y + dy, 0.6, (70, 70, 72))
    paper.line(x - dx, y - dy + 0.7, x + dx, y + dy + 0.7, 0.3, (170, 170, 170))


def coffee(paper: Paper, rng: Generator) -> None:
    """The ring of a cup."""
    centre = (paper.px(rng.uniform(30, paper.width_mm - 30)), paper.px(rng.uniform(40, paper.height_mm - 40)))
    mask = np.zeros(paper.pixels.shape[:2], np.uint8)
    cv2.circle(mask, centre, paper.px(rng.uniform(34, 42)), 255, paper.px(rng.uniform(1, 2.4)), cv2.LINE_AA)
    half = cv2.GaussianBlur(cv2.resize(mask, None, fx=0.25, fy=0.25), (0, 0), 2)
    soft = cv2.resize(half, mask.shape[::-1]).astype(np.float32) / 255
    paper.ink((soft * rng.uniform(0.15, 0.4)).astype(np.float32), 0, 0, (120, 80, 40))


def stamp_on_edge(paper: Paper, rng: Generator) -> None:
    """The received stamp of a mail room, half over a border."""
    colour = STAMP_COLOURS[int(rng.integers(len(STAMP_COLOURS)))]
    rows = [
        "REÇU LE",
        f"{int(rng.integers(1, 29)):02d} {rng.choice(['JAN', 'FÉV', 'MARS', 'AVR', 'JUIN', 'SEPT', 'NOV'])} 2025",
        "COURRIER",
    ]
    x, y = (
        (rng.uniform(70, 150), rng.uniform(-4, 2))
        if rng.random() < 0.6
        else (rng.uniform(-8, 0), rng.uniform(100, 250))
    )
    put_stamp(paper, rows, x, y, 34, rng, colour)


def fax_lines(paper: Paper, rng: Generator) -> None:
    """Lines a dirty sensor leaves down the page."""
    for _ in range(int(rng.integers(1, 4))):
        x = rng.uniform(5, paper.width_mm - 5)
        grey = int(rng.integers(120, 220))
        paper.line(x, 0, x, paper.height_mm, rng.uniform(0.08, 0.2), (grey, grey, grey))


def stray_pen(paper: Paper, rng: Generator) -> None:
    """A pen tried in the margin."""
    x, y = rng.uniform(2, 6), rng.uniform(30, paper.height_mm - 30)
    points = np.array([[x, y], [x + 2, y + 3], [x + 0.5, y + 6], [x + 3, y + 8]]) * paper.scale
    mask, left, top = stroke(smooth(points), 0.35 * paper.scale, rng)
    paper.ink(mask, left, top, (30, 40, 110))


def bleed_through(paper: Paper, rng: Generator, back: Paper | None) -> None:
    """The other side showing, mirrored and faint."""
    if back is None or back.pixels.shape != paper.pixels.shape:
        return
    small = cv2.resize(back.pixels[:, ::-1], None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    grey = cv2.resize(cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), (0, 0), 0.6), paper.pixels.shape[1::-1])
    strength = rng.uniform(0.04, 0.13)
    paper.ink(((1 - grey / 255) * strength).astype(np.float32), 0, 0, (0, 0, 0))


def smear(paper: Paper, rng: Generator) -> None:
    """Nothing left to read: the sheet moved under the light, or none came through."""
    small = cv2.resize(paper.pixels, None, fx=0.06, fy=0.06, interpolation=cv2.INTER_AREA)
    grown = cv2.resize(cv2.GaussianBlur(small, (0, 0), 3), paper.pixels.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    paper.pixels = (grown * rng.uniform(0.1, 0.25)).astype(np.uint8)


BLEMISHES: Final[dict[str, Callable[[Paper, Generator], None]]] = {
    "holes": holes,
    "fold": fold,
    "staple": staple,
    "coffee": coffee,
    "stamp_on_edge": stamp_on_edge,
    "fax_lines": fax_lines,
    "stray_pen": stray_pen,
}
