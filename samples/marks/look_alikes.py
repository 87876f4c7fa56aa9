"""What resembles an erasure and is none: underlines, stamps over writing, folds, flourishes, notes beside an entry."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.random import Generator

from samples.fonts import Split
from samples.ink import PEN_COLOURS
from samples.marks.erasures import choose
from samples.marks.pens import Pen, draw_pen
from samples.paper import BoxMm, Colour, Paper
from samples.stamps import STAMP_COLOURS, put_stamp

#: what crosses the whole sheet is drawn for an entry, but met once a page: so often something else is drawn instead
_PAGE_WIDE_LESS: Final = 0.85
_WIDEST_MM: Final = 0.7


@dataclass(frozen=True)
class Place:
    """Where to draw, with what."""

    paper: Paper
    #: of the ink that stands there, mm
    box: BoxMm
    rng: Generator
    pen: Pen
    field: str


LookAlike = Callable[[Place], None]


def draw_look_alike(
    paper: Paper, field: str, box: BoxMm, rng: Generator, colour: Colour, split: Split = "all"
) -> str | None:
    """Draw something harmless over, under or beside what was written in *box*; return its name.

    Args:
        paper: the sheet.
        field: the entry's name.
        box: the ink that stands there, mm.
        rng: the source of chance.
        colour: of the writer's pen.
        split: which families to draw from.
    """
    if rng.random() < 0.25:
        colour = PEN_COLOURS[int(rng.integers(len(PEN_COLOURS)))]
    drawn = choose(LOOK_ALIKES, split, rng)
    if drawn in {folded, streaked} and rng.random() < _PAGE_WIDE_LESS:
        drawn = choose(LOOK_ALIKES, split, rng)
    pen = draw_pen(rng, split, colour)
    # a marker would hide the figures of a comb: that is no look-alike any more
    drawn(Place(paper, box, rng, replace(pen, width_mm=min(pen.width_mm, _WIDEST_MM)), field))
    return drawn.__name__


def underline(place: Place) -> None:
    """A line under the entry."""
    _under(place, place.rng.uniform(0.1, 0.9))


def double_underline(place: Place) -> None:
    """Two lines under the entry."""
    first = place.rng.uniform(0.2, 0.6)
    _under(place, first)
    _under(place, first + place.rng.uniform(0.7, 1.2))


def _under(place: Place, below: float) -> None:
    x, y, w, h = place.box
    rng = place.rng
    share = rng.uniform(0.4, 1.0)
    level = y + h + below + place.pen.width_mm / 2
    place.pen.draw(
        place.paper,
        np.array([[x - rng.uniform(0, 1), level + rng.normal(0, 0.2)], [x + w * share, level + rng.normal(0, 0.25)]]),
        rng,
    )


def circled(place: Place) -> None:
    """A ring drawn around the entry."""
    x, y, w, h = place.box
    rng = place.rng
    t = np.linspace(0, 2 * np.pi * rng.uniform(1.0, 1.15), 24) + rng.uniform(0, 6)
    away = rng.uniform(0.6, 1.6)
    square = rng.uniform(0.35, 1.0)  # from nearly a frame to an ellipse
    bent = [np.sign(v) * np.abs(v) ** square for v in (np.cos(t), np.sin(t))]
    points = np.stack([x + w / 2 + (w / 2 + 2 * away) * bent[0], y + h / 2 + (h / 2 + away) * bent[1]], axis=1)
    place.pen.draw(place.paper, points + rng.normal(0, 0.12, points.shape), rng)


def checked(place: Place) -> None:
    """A controller's tick beside the entry or over its end."""
    x, y, w, h = place.box
    rng = place.rng
    at = x + w + rng.uniform(-0.5, 2.5) if rng.random() < 0.7 else x - rng.uniform(1.5, 3)
    points = np.array([[at, y + h * 0.5], [at + 0.9, y + h * 0.95], [at + 2.6, y - h * 0.1]])
    place.pen.draw(place.paper, points + rng.normal(0, 0.15, points.shape), rng)


def stamped(place: Place) -> None:
    """A stamp with a date over the entry."""
    x, y, w, h = place.box
    rng = place.rng
    rows = [str(rng.choice(["REÇU LE", "ARRIVÉ LE", "COURRIER", "TRAITÉ LE"]))]
    month = str(rng.choice(["JAN", "FÉV", "MARS", "AVR", "JUIN", "SEPT", "NOV"]))
    rows.append(f"{int(rng.integers(1, 29)):02d} {month} {int(rng.integers(2023, 2028))}")
    rows += ["CENTRE", "SERVICE"][: int(rng.integers(0, 3))]
    wide = rng.uniform(26, 40)
    left = x + rng.uniform(-0.5, 0.6) * max(w, wide) - wide * 0.3
    colour = STAMP_COLOURS[int(rng.integers(len(STAMP_COLOURS)))]
    put_stamp(place.paper, rows, left, y + h / 2 - rng.uniform(1, 14), wide, rng, colour)


def ringed(place: Place) -> None:
    """A round stamp whose ring crosses the entry."""
    x, y, w, h = place.box
    rng = place.rng
    paper = place.paper
    radius = rng.uniform(9, 16)
    side = paper.px(2 * radius + 2)
    mask = np.zeros((side, side), np.uint8)
    centre = (side // 2, side // 2)
    cv2.circle(mask, centre, paper.px(radius), 255, max(paper.px(rng.uniform(0.35, 0.8)), 1), cv2.LINE_AA)
    cv2.circle(mask, centre, paper.px(radius * 0.7), 255, max(paper.px(0.3), 1), cv2.LINE_AA)
    worn = cv2.resize(rng.uniform(0.4, 1.2, (6, 6)).astype(np.float32), (side, side))
    at = (x + rng.uniform(0, w), y + h / 2 + rng.choice([-1, 1]) * radius * rng.uniform(0.5, 1.05))
    soft = (mask / 255 * np.clip(worn, 0, 1)).astype(np.float32)
    colour = STAMP_COLOURS[int(rng.integers(len(STAMP_COLOURS)))]
    paper.ink(soft, paper.px(at[0]) - side // 2, paper.px(at[1]) - side // 2, colour)


def folded(place: Place) -> None:
    """A fold through the entry."""
    x, y, w, h = place.box
    rng = place.rng
    shade, light = int(rng.integers(175, 222)), (250, 250, 250)
    if rng.random() < 0.6:
        level, lean = y + h * rng.uniform(0.2, 0.8), rng.normal(0, 1.0)
        ends = (0.0, level - lean, place.paper.width_mm, level + lean)
        aside = (0.0, 0.4)
    else:
        at, lean = x + w * rng.uniform(0.1, 0.9), rng.normal(0, 1.0)
        ends = (at - lean, 0.0, at + lean, place.paper.height_mm)
        aside = (0.4, 0.0)
    place.paper.line(*ends, rng.uniform(0.2, 0.4), (shade, shade, shade - 2))
    place.paper.line(
        ends[0] + aside[0], ends[1] + aside[1], ends[2] + aside[0], ends[3] + aside[1], rng.uniform(0.15, 0.3), light
    )


def streaked(place: Place) -> None:
    """A line the scanner left across the page."""
    x, y, w, h = place.box
    rng = place.rng
    grey = int(rng.integers(60, 215))
    if rng.random() < 0.7:
        at = x + w * rng.uniform(0, 1)
        place.paper.line(at, 0, at, place.paper.height_mm, rng.uniform(0.08, 0.25), (grey, grey, grey))
    else:
        at = y + h * rng.uniform(0.1, 0.9)
        place.paper.line(0, at, place.paper.width_mm, at, rng.uniform(0.08, 0.2), (grey, grey, grey))


def flourish(place: Place) -> None:
    """The end of a signature or of a long letter that sweeps across the entry from outside."""
    x, y, w, h = place.box
    rng = place.rng
    side = rng.choice([-1, 1])
    start = (x + w * rng.uniform(0.1, 0.9), y + h / 2 + side * rng.uniform(6, 12))
    # steep: a level one would strike
    through = (start[0] + rng.normal(0, 3), y + h * rng.uniform(0.2, 0.8))
    end = (through[0] + rng.normal(0, 4), y + h / 2 - side * rng.uniform(1.5, 6))
    points = np.array([start, ((start[0] + through[0]) / 2 + rng.normal(0, 2), (start[1] + through[1]) / 2)])
    place.pen.draw(place.paper, np.vstack([points, through, end]), rng)


def highlighted(place: Place) -> None:
    """A fluorescent pen over the entry: grey on grey scans."""
    x, y, w, h = place.box
    rng = place.rng
    colour = ((250, 245, 80), (160, 245, 130), (255, 170, 210), (255, 205, 110))[int(rng.integers(4))]
    pen = Pen(colour, float(h * rng.uniform(0.8, 1.2)), 0.02, rng.uniform(0.35, 0.75))
    level = y + h / 2
    pen.draw(
        place.paper, np.array([[x - 0.5, level], [x + w / 2, level + rng.normal(0, 0.2)], [x + w + 0.5, level]]), rng
    )


def blotted(place: Place) -> None:
    """A drop of ink or a coffee speck on the entry."""
    x, y, w, h = place.box
    rng = place.rng
    paper = place.paper
    side = paper.px(3.0)
    mask = np.zeros((side, side), np.uint8)
    axes = (paper.px(rng.uniform(0.25, 0.9)), paper.px(rng.uniform(0.25, 0.8)))
    cv2.ellipse(mask, (side // 2, side // 2), axes, float(rng.uniform(0, 180)), 0, 360, 255, -1, cv2.LINE_AA)
    soft = (cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.6, 2.0)) / 255 * rng.uniform(0.3, 1.0)).astype(np.float32)
    colour = place.pen.colour if rng.random() < 0.6 else (120, 80, 40)
    paper.ink(soft, paper.px(x + rng.uniform(0, w)) - side // 2, paper.px(y + rng.uniform(0, h)) - side // 2, colour)


def grazed(place: Place) -> None:
    """A stroke of something else that touches the entry's edge, or ends in it."""
    x, y, w, h = place.box
    rng = place.rng
    side = rng.choice([-1, 1])
    edge = y + h / 2 + side * h * rng.uniform(0.5, 0.75)
    start = x + w * rng.uniform(-0.2, 0.8)
    points = np.array([[start, edge + side * rng.uniform(0.5, 8)], [start + rng.uniform(0, 3), edge]])
    if rng.random() < 0.6:
        points = np.vstack([points, [start + rng.uniform(2, 12), edge + side * rng.uniform(0.0, 5)]])
    place.pen.draw(place.paper, points + rng.normal(0, 0.2, points.shape), rng)


def smeared(place: Place) -> None:
    """A finger drew fresh ink along."""
    x, y, w, h = place.box
    paper = place.paper
    x0, y0, x1, y1 = paper.px(x), paper.px(y), paper.px(x + w + 3), paper.px(y + h)
    region = paper.pixels[max(y0, 0) : y1, max(x0, 0) : x1]
    if not region.size:
        return
    reach = paper.px(place.rng.uniform(1, 3)) | 1
    kernel = np.zeros((1, 2 * reach + 1), np.float32)
    kernel[0, reach:] = 1.0 / (reach + 1)
    drawn = cv2.filter2D(region, -1, kernel, borderType=cv2.BORDER_REPLICATE)
    share = place.rng.uniform(0.15, 0.4)
    dark = np.minimum(region, region * (1 - share) + drawn * share)
    region[:] = dark.astype(np.uint8)


def noted(place: Place) -> None:
    """A bracket or an arrow beside the entry, a line drawn to it."""
    x, y, w, h = place.box
    rng = place.rng
    at = x + w + rng.uniform(0.5, 2.0)
    bracket = np.array([[at, y - 0.4], [at + 0.9, y], [at + 0.8, y + h], [at - 0.1, y + h + 0.4]])
    place.pen.draw(place.paper, bracket + rng.normal(0, 0.12, bracket.shape), rng)
    if rng.random() < 0.5:
        line = np.array([[at + 1.2, y + h / 2], [at + rng.uniform(4, 9), y + h / 2 + rng.normal(0, 2)]])
        place.pen.draw(place.paper, line, rng)


def framed(place: Place) -> None:
    """A box drawn around the entry with four strokes."""
    x, y, w, h = place.box
    rng = place.rng
    a = rng.uniform(0.5, 1.2)
    left, top, right, bottom = x - a, y - a, x + w + a, y + h + a
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    for one, other in itertools.pairwise(corners):
        place.pen.draw(place.paper, np.array([one, other]) + rng.normal(0, 0.2, (2, 2)), rng)


def rule_off(paper: Paper, boxes: list[BoxMm], rng: Generator, colour: Colour, split: Split = "all") -> None:
    """Cross out rows nobody wrote in, so that nothing can be added: a line through each, or one Z over all."""
    pen = draw_pen(rng, split, colour)
    if rng.random() < 0.5 or len(boxes) < 2:
        for x, y, w, h in boxes:
            ends = [[x + w * rng.uniform(0, 0.2), y + h / 2], [x + w * rng.uniform(0.5, 1.0), y + h / 2]]
            pen.draw(paper, np.array(ends) + rng.normal(0, 0.3, (2, 2)), rng)
        return
    left, top, right = boxes[0][0], boxes[0][1], boxes[0][0] + boxes[0][2]
    bottom = boxes[-1][1] + boxes[-1][3]
    corners = [(left + 2, top + 2), (right - 4, top + 2.5), (left + 4, bottom - 2), (right - 3, bottom - 2)]
    for one, other in itertools.pairwise(corners):
        pen.draw(paper, np.array([one, other]) + rng.normal(0, 0.4, (2, 2)), rng)


#: those a detector may learn from, and those kept apart to test it
LOOK_ALIKES: Final[tuple[dict[str, LookAlike], dict[str, LookAlike]]] = (
    {
        "underline": underline,
        "checked": checked,
        "stamped": stamped,
        "folded": folded,
        "streaked": streaked,
        "flourish": flourish,
        "blotted": blotted,
        "circled": circled,
        "highlighted": highlighted,
        "grazed": grazed,
    },
    {
        "double_underline": double_underline,
        "ringed": ringed,
        "smeared": smeared,
        "noted": noted,
        "framed": framed,
    },
)
