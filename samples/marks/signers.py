"""People who sign: each with a way of signing, a size and a pen, the same on every sheet but for the hand's unrest."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.random import Generator

from samples.fonts import Split, handwriting_fonts
from samples.marks.pens import Pen, draw_pen
from samples.marks.signature_shapes import HELD_OUT, TRAINED, Shape
from samples.paper import BoxMm, Colour, Paper, text_mask
from samples.strokes import Points, warped

#: Ways of signing with letters, and how often each of them is met among all.
_WRITTEN: Final = {"name": 0.1, "underlined_name": 0.06, "initials": 0.07, "script": 0.06, "capitals": 0.03}
#: Width and height in mm, from and to, with how often.
_SIZES: Final = {
    "usual": (0.8, (22.0, 48.0), (6.0, 15.0)),
    "tiny": (0.1, (7.0, 13.0), (4.0, 8.0)),
    "huge": (0.1, (50.0, 72.0), (14.0, 28.0)),
}
#: Signers who press so lightly, or whose pen is so fine, that the scan hardly shows it; paler than that, in share of
#: black, a black and white scan shows nothing at all.
_FAINT: Final = 0.1
_FINE: Final = 0.1
_PALEST: Final = 0.5
#: Nobody signs with a pen wider than this share of the signature's height: it would be a blot.
_WIDEST: Final = 0.06


@dataclass(frozen=True)
class Signer:
    """Somebody's signature."""

    family: str
    #: its strokes, or None: letters
    shape: Shape | None
    pen: Pen
    wide_mm: float
    tall_mm: float
    turn: float
    #: seed of the strokes
    strokes: int
    name: str
    hand: Path

    @classmethod
    def draw(cls, rng: Generator, split: Split, colour: Colour, name: str = "", hand: Path | None = None) -> "Signer":
        """Return a signer called *name*; letters only where a *hand* is known to write them."""
        shapes = {"train": TRAINED, "held_out": HELD_OUT, "all": {**TRAINED, **HELD_OUT}}[split]
        written = _WRITTEN if name and hand is not None else {}
        left = 1.0 - sum(written.values())
        odds = {**written, **dict.fromkeys(shapes, left / len(shapes))}
        family = str(rng.choice(list(odds), p=list(odds.values())))
        size = str(rng.choice(list(_SIZES), p=[share for share, _, _ in _SIZES.values()]))
        _, wide, tall = _SIZES[size]
        pen = draw_pen(rng, split, colour)
        if rng.random() < _FAINT:
            pen = replace(pen, opacity=pen.opacity * float(rng.uniform(0.55, 0.8)))
        elif rng.random() < _FINE:
            pen = replace(pen, width_mm=float(rng.uniform(0.15, 0.25)))
        wide_mm, tall_mm = float(rng.uniform(*wide)), float(rng.uniform(*tall))
        widest = max(_WIDEST * tall_mm, 0.3)
        pen = replace(pen, opacity=max(pen.opacity, _PALEST), width_mm=min(pen.width_mm, widest))
        return cls(
            family,
            shapes.get(family),
            pen,
            wide_mm,
            tall_mm,
            float(rng.normal(-0.1, 0.12)) if rng.random() > 0.04 else float(rng.normal(-1.3, 0.2)),
            int(rng.integers(1 << 30)),
            name,
            hand or handwriting_fonts(split)[0],
        )

    def sign(self, paper: Paper, centre: tuple[float, float], rng: Generator) -> BoxMm:
        """Sign around *centre*, mm; return the box of the signature."""
        own = np.random.default_rng(self.strokes)
        lines = self.shape(own) if self.shape is not None else self._letters(paper, centre, own)
        grown = 1 + rng.normal(0, 0.05)
        spin = _turned(self.turn + rng.normal(0, 0.04))
        corners = []
        for points in lines:
            shaken = points + rng.normal(0, 0.012, points.shape)
            there = shaken * (self.wide_mm * grown, self.tall_mm * grown) @ spin.T + centre
            self.pen.draw(paper, there, rng)
            corners.append(there)
        if self.shape is None:
            corners.append(np.array([[-0.5, -0.35], [0.5, 0.35]]) * (self.wide_mm, self.tall_mm) + centre)
        left, top = np.concatenate(corners).min(axis=0)
        right, bottom = np.concatenate(corners).max(axis=0)
        return (float(left), float(top), float(right - left), float(bottom - top))

    def _letters(self, paper: Paper, centre: tuple[float, float], own: Generator) -> list[Points]:
        """Write the name or its initials; return the strokes drawn beside them."""
        text = self.name
        if self.family == "initials":
            text = str(own.choice(["{0}{1}", "{0}.{1}.", "{0} {1}"])).format(own.choice(list("ABCDEFJLMPRS")), text[:1])
        elif self.family == "capitals":
            text = text.upper()
        tall = self.tall_mm * (0.9 if self.family == "initials" else 0.6)
        mask, _, _ = text_mask(self.hand, max(round(tall * paper.scale), 8), text)
        swing = 1.2 if self.family in {"name", "underlined_name"} else 0.4
        glyph = warped(mask, own, slant=own.uniform(0, 0.3), stretch=(1.0, 1.0), swing_px=swing * paper.scale)
        left = round(centre[0] * paper.scale - glyph.shape[1] / 2)
        paper.ink(
            glyph * np.float32(self.pen.opacity),
            left,
            round(centre[1] * paper.scale - glyph.shape[0] / 2),
            self.pen.colour,
        )
        if self.family == "name":
            return [np.array([[-0.45, 0.45], [0.1, 0.5], [0.5, 0.4], [-0.1, 0.62]]) + own.normal(0, 0.05, (4, 2))]
        if self.family == "underlined_name":
            lines = np.array([[-0.45, 0.45], [0.5, 0.4]]) + own.normal(0, 0.04, (2, 2))
            return [lines, lines + np.array([0.02, 0.12])]
        if self.family == "initials" and own.random() < 0.5:
            return [np.array([[-0.3, 0.5], [0.3, 0.45]]) + own.normal(0, 0.05, (2, 2))]
        return []


def _turned(angle: float) -> np.ndarray:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
