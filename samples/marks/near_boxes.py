"""What a check box bears that is no tick: dirt, folds, stamps, its own print, the tails of what stands beside it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.random import Generator

from samples.fonts import Split, handwriting_fonts
from samples.ink import PEN_COLOURS
from samples.marks.pens import Pen, draw_pen
from samples.marks.tick_shapes import check, cross
from samples.paper import BoxMm, Colour, Paper, text_mask
from samples.stamps import STAMP_COLOURS, put_stamp
from samples.strokes import smooth, stroke


@dataclass(frozen=True)
class Spot:
    """A box and what to draw near it with."""

    paper: Paper
    box: BoxMm
    rng: Generator
    pen: Pen


LookAlike = Callable[[Spot], None]


def residue(spot: Spot) -> None:
    """A side or two of the box's own print, where it lies beside the template."""
    x, y, w, h = spot.box
    sides = [(x, y, x + w, y), (x, y + h, x + w, y + h), (x, y, x, y + h), (x + w, y, x + w, y + h)]
    grey = int(spot.rng.integers(60, 170))
    aside = spot.rng.normal(0, 0.2, 2)
    for i in spot.rng.choice(4, int(spot.rng.integers(1, 3)), replace=False):
        x1, y1, x2, y2 = sides[int(i)]
        ends = (x1 + aside[0], y1 + aside[1], x2 + aside[0], y2 + aside[1])
        spot.paper.line(*ends, spot.rng.uniform(0.12, 0.35), (grey, grey, grey))


def thick_border(spot: Spot) -> None:
    """A box printed with a heavy outline."""
    grey = int(spot.rng.integers(20, 110))
    spot.paper.frame(spot.box, spot.rng.uniform(0.3, 0.6), (grey, grey, grey))


def tail(spot: Spot) -> None:
    """The end of a stroke from elsewhere, up to a third into the box."""
    spot.pen.draw(spot.paper, _comes_in(spot, spot.rng.uniform(0.05, 0.33)), spot.rng)


def tails(spot: Spot) -> None:
    """The ends of two strokes from elsewhere."""
    for _ in range(2):
        spot.pen.draw(spot.paper, _comes_in(spot, spot.rng.uniform(0.02, 0.25)), spot.rng)


def corner_cut(spot: Spot) -> None:
    """A long stroke, of a signature perhaps, that cuts a corner of the box."""
    x, y, w, h = spot.box
    rng = spot.rng
    right, low = rng.random() < 0.5, rng.random() < 0.5
    at = (x + w if right else x, y + h if low else y)
    inward = np.array([-1 if right else 1, -1 if low else 1]) * rng.uniform(0.05, 0.22) * w
    along = np.array([1, -1 if right == low else 1]) / np.sqrt(2)
    middle = np.array(at) + inward
    reach = rng.uniform(3.5, 9, 2)
    bent = rng.normal(0, 0.25, 2) - inward * 0.3
    spot.pen.draw(
        spot.paper, np.array([middle - along * reach[0], middle + bent * 0.2, middle + along * reach[1]]), rng
    )


def fold(spot: Spot) -> None:
    """A fold across the sheet and through the box."""
    _, y, _, h = spot.box
    at, lean = y + h * spot.rng.uniform(0.1, 0.9), spot.rng.normal(0, 0.8)
    grey = int(spot.rng.integers(130, 215))
    spot.paper.line(0, at - lean, spot.paper.width_mm, at + lean, spot.rng.uniform(0.2, 0.5), (grey, grey, grey))
    spot.paper.line(0, at + 0.4 - lean, spot.paper.width_mm, at + 0.4 + lean, 0.25, (250, 250, 250))


def streak_down(spot: Spot) -> None:
    """A line that a dirty sensor leaves down the page."""
    x, _, w, _ = spot.box
    at, grey = x + w * spot.rng.uniform(0.05, 0.95), int(spot.rng.integers(60, 200))
    spot.paper.line(at, 0, at + spot.rng.normal(0, 0.2), spot.paper.height_mm, spot.rng.uniform(0.1, 0.45), (grey,) * 3)


def streak_across(spot: Spot) -> None:
    """The same on a page that was fed sideways."""
    _, y, _, h = spot.box
    at, grey = y + h * spot.rng.uniform(0.05, 0.95), int(spot.rng.integers(60, 200))
    spot.paper.line(0, at, spot.paper.width_mm, at + spot.rng.normal(0, 0.2), spot.rng.uniform(0.1, 0.45), (grey,) * 3)


def specks(spot: Spot) -> None:
    """A few specks of dirt."""
    for _ in range(int(spot.rng.integers(1, 5))):
        _spot_of_dirt(spot, spot.rng.uniform(0.08, 0.3), spot.rng.uniform(-0.3, 1.3, 2))


def blot(spot: Spot) -> None:
    """A drop of ink, too small for a dot."""
    _spot_of_dirt(spot, spot.rng.uniform(0.25, 0.5), spot.rng.uniform(0.0, 1.0, 2))


def bleed(spot: Spot) -> None:
    """A tick of the other side showing through."""
    x, y, w, h = spot.box
    shape = cross if spot.rng.random() < 0.5 else check
    aside = spot.rng.normal(0, 0.35, 2)
    for points in shape(spot.rng):
        there = points * (w, h) + (x + aside[0], y + aside[1])
        curve = smooth(there * spot.paper.scale, 40)
        mask, left, top = stroke(curve, max(spot.pen.width_mm * spot.paper.scale, 1.0), spot.rng)
        soft = cv2.GaussianBlur(mask, (0, 0), spot.paper.scale * spot.rng.uniform(0.1, 0.25))
        spot.paper.ink((soft * spot.rng.uniform(0.05, 0.22)).astype(np.float32), left, top, (30, 30, 40))


def circled_label(spot: Spot) -> None:
    """The word beside the box circled; the circle may touch the box."""
    x, y, w, h = spot.box
    half = np.array([spot.rng.uniform(3.5, 8), spot.rng.uniform(2.0, 3.6)])
    away = half[0] + spot.rng.uniform(-0.1, 0.5) * w
    middle = (x - away + 0.2 if spot.rng.random() < 0.7 else x + w + away - 0.2, y + h / 2 + spot.rng.normal(0, 0.4))
    angle = np.linspace(0, 2 * np.pi * spot.rng.uniform(0.95, 1.2), 18) + spot.rng.uniform(0, 6)
    ring = np.stack([np.cos(angle), np.sin(angle)], 1) * half + middle
    spot.pen.draw(spot.paper, ring + spot.rng.normal(0, 0.12, ring.shape), spot.rng)


def stamp_edge(spot: Spot) -> None:
    """A stamp that reaches into the box with its frame or a letter."""
    x, y, w, _ = spot.box
    wide = spot.rng.uniform(30, 44)
    left = x - wide + spot.rng.uniform(0.1, 0.8) * w if spot.rng.random() < 0.5 else x + w * spot.rng.uniform(0.2, 0.9)
    _stamp(spot, left, y - spot.rng.uniform(0, 11), wide)


def stamped(spot: Spot) -> None:
    """A stamp all over the box."""
    x, y, w, _ = spot.box
    wide = spot.rng.uniform(30, 44)
    _stamp(spot, x + w / 2 - wide * spot.rng.uniform(0.1, 0.9), y - spot.rng.uniform(1, 10), wide)


def writing(spot: Spot) -> None:
    """A word written beside the box that runs into its side."""
    x, y, w, h = spot.box
    fonts = handwriting_fonts("train")
    size = round(spot.rng.uniform(3.5, 6) * spot.paper.scale)
    mask, _, _ = text_mask(fonts[int(spot.rng.integers(len(fonts)))], size, _word(spot.rng))
    inside = spot.rng.uniform(0.0, 0.3) * w
    wide = mask.shape[1] / spot.paper.scale
    left = x + inside - wide if spot.rng.random() < 0.6 else x + w - inside
    top = y + h / 2 - mask.shape[0] / spot.paper.scale / 2 + spot.rng.normal(0, 0.6)
    spot.paper.ink(mask, spot.paper.px(left), spot.paper.px(top), spot.pen.colour)


def descender(spot: Spot) -> None:
    """The loop of a letter of the line above that hangs into the box."""
    x, y, w, h = spot.box
    at = np.array([x + w * spot.rng.uniform(0.1, 0.9), y])
    deep, wide = h * spot.rng.uniform(0.1, 0.4), spot.rng.uniform(0.5, 1.3)
    loop = [(0.1, -5), (0.1, -2), (0, deep * 0.6), (-wide / 2, deep), (-wide, 0), (0, -2), (1.2, -3.2)]
    spot.pen.draw(spot.paper, np.array(loop) + at, spot.rng)


def underline(spot: Spot) -> None:
    """The label beside the box underlined, the line running along the box's foot."""
    x, y, w, h = spot.box
    level = y + h + spot.rng.uniform(-0.1, 0.12) * h
    ends = [(x - spot.rng.uniform(8, 16), level), (x + w * spot.rng.uniform(0.1, 1.2), level + spot.rng.normal(0, 0.2))]
    spot.pen.draw(spot.paper, np.array(ends), spot.rng)


def cup(spot: Spot) -> None:
    """The ring of a coffee cup through the box."""
    x, y, w, h = spot.box
    radius, angle = spot.rng.uniform(34, 42), spot.rng.uniform(0, 6.28)
    middle = np.array([x + w / 2, y + h / 2]) + radius * np.array([np.cos(angle), np.sin(angle)])
    arc = np.linspace(angle + np.pi - 0.5, angle + np.pi + 0.5, 40)
    points = middle + radius * np.stack([np.cos(arc), np.sin(arc)], 1)
    mask, left, top = stroke(points * spot.paper.scale, spot.rng.uniform(0.8, 2) * spot.paper.scale, spot.rng)
    soft = cv2.GaussianBlur(mask, (0, 0), 0.25 * spot.paper.scale) * spot.rng.uniform(0.15, 0.4)
    spot.paper.ink(soft.astype(np.float32), left, top, (120, 80, 40))


def signature_over(spot: Spot) -> None:
    """A stroke of a signature that sweeps close by, and just into the box."""
    x, y, w, h = spot.box
    level = y + h * spot.rng.choice([-0.1, 0.06, 0.94, 1.1])
    t = np.linspace(-9, 9 + w, 9)
    sway = np.cumsum(spot.rng.normal(0, 0.5, 9))
    sway -= np.interp(t, [t[0], w / 2, t[-1]], [0, sway[4], 0])
    points = np.stack([x + t, level + sway * np.clip(np.abs(t - w / 2) / 6, 0, 1)], 1)
    spot.pen.draw(spot.paper, points, spot.rng)


def _comes_in(spot: Spot, share: float) -> np.ndarray:
    """Return a bent stroke from some 3 to 9 mm away that ends *share* of a side inside the box."""
    x, y, w, h = spot.box
    rng = spot.rng
    angle = rng.uniform(0, 2 * np.pi)
    out = np.array([np.cos(angle), np.sin(angle)])
    side = 1 / max(abs(out[0]), abs(out[1]))  # from the middle to the border, in half boxes
    end = np.array([x + w / 2, y + h / 2]) + out * side * np.array([w, h]) / 2 * (1 - 2 * share)
    end += np.array([-out[1], out[0]]) * rng.normal(0, 0.25) * w
    start = end + out * rng.uniform(3, 9) + np.array([-out[1], out[0]]) * rng.normal(0, 1.5)
    middle = (start + end) / 2 + rng.normal(0, 0.6, 2)
    return np.array([start, middle, end])


def _spot_of_dirt(spot: Spot, radius_mm: float, at: np.ndarray) -> None:
    x, y, w, h = spot.box
    px = spot.paper.scale
    size = int(radius_mm * px * 4) + 4
    mask = np.zeros((size, size), np.float32)
    axes = (max(round(radius_mm * px * spot.rng.uniform(0.7, 1.3)), 1), max(round(radius_mm * px), 1))
    cv2.ellipse(mask, (size // 2, size // 2), axes, float(spot.rng.uniform(0, 180)), 0, 360, 1.0, -1, cv2.LINE_AA)
    left, top = (x + at[0] * w) * px - size / 2, (y + at[1] * h) * px - size / 2
    spot.paper.ink(mask * np.float32(spot.rng.uniform(0.5, 1.0)), round(left), round(top), spot.pen.colour)


def _stamp(spot: Spot, left: float, top: float, wide: float) -> None:
    colour = STAMP_COLOURS[int(spot.rng.integers(len(STAMP_COLOURS)))]
    day = f"{int(spot.rng.integers(1, 29)):02d} {spot.rng.choice(['JAN', 'MARS', 'JUIN', 'NOV'])} 2025"
    rows = ["REÇU LE", day, "COURRIER"] if spot.rng.random() < 0.6 else ["CABINET INFIRMIER", "12 rue du Port", day]
    put_stamp(spot.paper, rows, left, top, wide, spot.rng, colour)


def _word(rng: Generator) -> str:
    return str(rng.choice(["non", "oui", "ALD", "2025", "idem", "voir", "jour", "AMI", "14/03", "Martin"]))


#: mm; a wider marker fills a box whatever it draws
WIDEST_MM: Final = 1.1
#: families that reach far beyond the box they are drawn on
FAR_REACHING: Final = frozenset({"fold", "streak_down", "streak_across", "stamped", "stamp_edge", "cup"})
#: what an empty box bears, to learn from and held out
EMPTY: Final[tuple[tuple[LookAlike, ...], tuple[LookAlike, ...]]] = (
    (residue, thick_border, tail, tails, corner_cut, fold, streak_down, streak_across, specks, blot, bleed,
     circled_label, stamp_edge, stamped, writing, underline, cup),
    (descender, signature_over),
)  # fmt: skip
#: what lies over a tick that counts all the same
TICKED: Final[tuple[tuple[LookAlike, ...], tuple[LookAlike, ...]]] = (
    (stamped, stamp_edge, fold, streak_down, streak_across, residue, thick_border, specks, tail, writing,
     circled_label, underline, cup),
    (descender, signature_over),
)  # fmt: skip


def draw_near_box(
    paper: Paper,
    box: BoxMm,
    rng: Generator,
    colour: Colour,
    *,
    ticked: bool,
    split: Split = "all",
    but: Collection[str] = (),
) -> str:
    """Draw something on a box or beside it that changes nothing about it; return its name.

    Args:
        paper: the sheet.
        box: the check box.
        rng: the source of chance.
        colour: of the writer's pen.
        ticked: whether the box is ticked already, and to stay so.
        split: which families to draw from.
        but: names of families not to draw, where the sheet has enough of them.
    """
    if rng.random() < 0.3:
        colour = PEN_COLOURS[int(rng.integers(len(PEN_COLOURS)))]
    learnt, kept = TICKED if ticked else EMPTY
    families = [f for f in {"train": learnt, "held_out": kept, "all": learnt + kept}[split] if f.__name__ not in but]
    drawn = families[int(rng.integers(len(families)))]
    pen = draw_pen(rng, split, colour)
    drawn(Spot(paper, box, rng, replace(pen, width_mm=min(pen.width_mm, WIDEST_MM))))
    return drawn.__name__
