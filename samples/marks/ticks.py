"""How people tick a box, and take a tick back."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.random import Generator

from samples.documents import TICKS, Document
from samples.marks.erasures import erase
from samples.paper import BoxMm, Colour, Paper
from samples.strokes import draw_stroke

if TYPE_CHECKING:
    from samples.form import Filler


def tick_boxes(filler: "Filler", invoice: Document) -> None:
    """Tick what is true: an X typed in the box, or a stroke of the pen."""
    for field in TICKS:
        if (correction := filler.correction(field)) is not None:
            box = filler.box(field)
            tick(filler.paper, box, filler.rng, filler.hand.colour, style="cross")
            erase(
                filler.paper,
                "strike",
                (box[0] - 1, box[1] - 0.5, box[2] + 2, box[3] + 1),
                filler.rng,
                filler.hand.colour,
            )
            correction.fault.box_mm = box
        elif invoice[field] and field in filler.geometry.zones:
            x, y, w, h = filler.geometry.box(field)
            if filler.is_by_hand(field) or filler.rng.random() < 0.25:
                tick(filler.paper, (x, y, w, h), filler.rng, filler.hand.colour, style=filler.tick_style)
            else:
                size = filler.machine.points
                filler.paper.text(
                    x + w / 2 + filler.machine.dx_mm * 0.4,
                    y + h / 2 + size * 0.125 + filler.machine.dy_mm * 0.4,
                    "X",
                    filler.machine.font,
                    size,
                    anchor="c",
                    colour=filler.machine.colour,
                )


def tick(paper: Paper, box: BoxMm, rng: Generator, colour: Colour, *, style: str) -> None:
    """Tick a box by pen: ``cross``, ``check``, ``slash`` or ``filled``, never quite inside."""
    x, y, w, h = box
    over = rng.uniform(-0.08, 0.3)
    jitter = rng.normal(0, 0.07, (40, 2))
    unit = {
        "cross": [[[-over, -over], [1 + over, 1 + over]], [[1 + over, -over], [-over, 1 + over]]],
        "check": [[[0.0, 0.45], [0.35, 0.95], [1.05 + over, -0.35]]],
        "slash": [[[-over, 1 + over], [1 + over, -over]]],
        "filled": [[[0.1 if i % 2 else 0.9, 0.1 + 0.045 * i] for i in range(18)]],
    }[style]
    width = rng.uniform(0.3, 0.65) * paper.scale
    for part in unit:
        points = (np.array(part) + jitter[: len(part)]) * (w, h) + (x, y)
        draw_stroke(paper, points * paper.scale, width, rng, colour, pressure=0.2)
