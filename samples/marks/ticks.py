"""How people and machines tick a box, and take a tick back."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
from numpy.random import Generator

from samples.documents import TICKS, Document, style_rng
from samples.fonts import Split, font_path, handwriting_fonts
from samples.marks.cancelled_ticks import cancel
from samples.marks.near_boxes import WIDEST_MM, draw_near_box
from samples.marks.pens import Pen, draw_pen
from samples.marks.tick_shapes import Shape, draw_shape
from samples.paper import POINT_MM, BoxMm, Colour, Paper, text_mask
from samples.strokes import warped

if TYPE_CHECKING:
    from samples.form import Filler

#: A machine types its cross at most so far from the box's middle, and never past its side: sheets are fed up to 2 mm
#: off (domain.md 1.4).
_FARTHEST_MM: Final = 2.0
#: share of machines that type a small x
_SMALL_X: Final = 0.15
#: share of ticks that sit beside their box by up to half of it
_BESIDE: Final = 0.12
#: share of ticks by hand on a typed form
_BY_HAND: Final = 0.25
#: share of people who write a letter rather than draw strokes
_LETTERS: Final = 0.12
#: share of ticks with a pen that hardly marks
_FAINT: Final = 0.06
#: share of those who take a tick back with the pen they ticked with
_SAME_PEN: Final = 0.7
_TRAINED_FACES: Final = ("courier-prime", "courier-prime-bold", "cousine", "cousine-bold", "arimo", "roboto", "lato")
_HELD_OUT_FACES: Final = ("share-tech-mono", "special-elite", "cutive-mono", "tinos", "libre-baskerville", "vt323")


@dataclass(frozen=True)
class Ticker:
    """Someone's way to tick."""

    shape: Shape
    pen: Pen
    #: a handwriting font, for those who write an x or a v in the box
    letters: Path | None = None

    @property
    def name(self) -> str:
        """The family of its strokes."""
        return "letter" if self.letters else self.shape.__name__

    def tick(self, paper: Paper, box: BoxMm, rng: Generator) -> None:
        """Tick *box*, now and then beside it or with hardly any ink."""
        if self.letters is not None:
            self._write(paper, box, rng, self.letters)
            return
        x, y, w, h = box
        strokes = self.shape(rng)
        aside = rng.normal(0, 0.05, 2)
        if rng.random() < _BESIDE:
            angle, small = rng.uniform(0, 2 * np.pi), min(float(np.ptp(np.concatenate(strokes), axis=0).min()), 1.0)
            aside = small * rng.uniform(0.2, 0.5) * np.array([np.cos(angle), np.sin(angle)])
        pen = self.pen
        if rng.random() < _FAINT:
            pen = replace(pen, opacity=float(rng.uniform(0.45, 0.65)), width_mm=min(pen.width_mm, 0.5))
        for points in strokes:
            pen.draw(paper, (points + aside) * (w, h) + (x, y), rng)

    def _write(self, paper: Paper, box: BoxMm, rng: Generator, letters: Path) -> None:
        x, y, w, h = box
        letter = str(rng.choice(list("XxxV")))
        drawn, _, _ = text_mask(letters, round(2.2 * h * paper.scale), letter)
        tall = max(h * rng.uniform(0.65, 1.25) * paper.scale, 4)
        size = (max(round(drawn.shape[1] * tall / drawn.shape[0]), 3), round(tall))
        mask = np.asarray(cv2.resize(drawn, size), np.float32)
        glyph = warped(mask, rng, slant=rng.normal(0.05, 0.15), stretch=(1.0, 1.0), swing_px=0.12 * paper.scale)
        middle = np.array([x + w / 2, y + h / 2]) + rng.normal(0, 0.12, 2) * w
        left, top = middle * paper.scale - np.array(glyph.shape[::-1]) / 2
        paper.ink(glyph * np.float32(self.pen.opacity), round(left), round(top), self.pen.colour)


def draw_ticker(rng: Generator, split: Split, colour: Colour) -> Ticker:
    """Return a way to tick with ink of *colour*."""
    pen = draw_pen(rng, split, colour)
    hands = handwriting_fonts(split)
    letters = hands[int(rng.integers(len(hands)))] if rng.random() < _LETTERS else None
    return Ticker(draw_shape(rng, split), replace(pen, width_mm=min(pen.width_mm, WIDEST_MM)), letters)


def typed_faces(split: Split) -> list[Path]:
    """Return the fonts crosses are typed in."""
    names = {"train": _TRAINED_FACES, "held_out": _HELD_OUT_FACES, "all": _TRAINED_FACES + _HELD_OUT_FACES}[split]
    return [font_path(name) for name in names]


def type_cross(
    paper: Paper, box: BoxMm, font: Path, points: float, text: str, aside: tuple[float, float], colour: Colour
) -> None:
    """Type *text*, an X or x, with its middle *aside* mm from the box's."""
    x, y, w, h = box
    aside_mm = np.array(aside)
    aside_mm *= min(1.0, min(_FARTHEST_MM, w / 2) / max(float(np.linalg.norm(aside_mm)), 0.01))
    mask, _, _ = text_mask(font, round(points * POINT_MM * paper.scale), text)
    left, top = (np.array([x + w / 2, y + h / 2]) + aside_mm) * paper.scale - np.array(mask.shape[::-1]) / 2
    paper.ink(mask, round(left), round(top), colour)


def tick_boxes(filler: "Filler", invoice: Document) -> None:
    """Tick what is true: an X typed in the box, or strokes of a pen; draw what was taken back, and what only looks so.

    The machine and the pen are each form's own; a typed form has boxes ticked by hand, too.
    """
    habits = style_rng(filler.case.style + 1)
    ticker = draw_ticker(habits, filler.split, filler.hand.colour)
    other = draw_pen(habits, filler.split, filler.hand.colour)
    canceller = replace(other, width_mm=min(other.width_mm, WIDEST_MM))
    text = "x" if habits.random() < _SMALL_X else "X"
    rng, paper, machine = filler.rng, filler.paper, filler.machine
    for field in TICKS:
        if field not in filler.geometry.zones:
            continue
        box = filler.geometry.box(field)
        correction = filler.correction(field)
        ticked = bool(invoice[field]) or correction is not None
        if ticked and (correction or filler.is_by_hand(field) or rng.random() < _BY_HAND):
            ticker.tick(paper, box, rng)
        elif ticked:
            aside = (machine.dx_mm + rng.normal(0, 0.1), machine.dy_mm + rng.normal(0, 0.1))
            type_cross(paper, box, machine.font, machine.points, text, aside, machine.colour)
        if correction is not None:
            pen = ticker.pen if rng.random() < _SAME_PEN else canceller
            _, correction.fault.box_mm = cancel(paper, correction.kind, box, rng, pen, filler.split)
        elif rng.random() < filler.look_alikes:
            name = draw_near_box(paper, box, rng, filler.hand.colour, ticked=ticked, split=filler.split)
            filler.note_look_alike(field, name, box)
