"""Who fills entries: a person's handwriting, or a machine's print."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import cv2
import numpy as np
from numpy.random import Generator

from samples.fonts import Split, digit_height, handwriting_fonts, load_font, typewriter_fonts
from samples.paper import POINT_MM, BoxMm, Colour, Mask, Paper, text_mask, text_width
from samples.pen_figures import Figures
from samples.strokes import smooth, stroke, warped

#: Ball pens and rollers met on forms: blues, blacks.
PEN_COLOURS: Final[tuple[Colour, ...]] = (
    (28, 42, 120), (20, 30, 95), (40, 60, 150), (30, 30, 35), (20, 20, 24), (55, 55, 60), (15, 50, 110), (110, 25, 35),
)  # fmt: skip
#: Share of writers whose figures come from ``pen_figures`` rather than from their letters' font.
PEN_FIGURES: Final = 0.4


class Writer(Protocol):
    """Someone or something that fills entries."""

    def cells(self, paper: Paper, text: str, cells: list[BoxMm], rng: Generator) -> None:
        """Write one character of *text* per cell."""

    def line(self, paper: Paper, text: str, box: BoxMm, rng: Generator) -> BoxMm:
        """Write *text* inside *box*, smaller if it must; return the box of the ink."""

    def width_mm(self, paper: Paper, text: str) -> float:
        """Return how wide *text* is written where there is room."""


@dataclass(frozen=True)
class Hand:
    """Someone's handwriting: a font with habits, and perhaps figures of his own."""

    font: Path
    colour: Colour
    #: height of a digit in a cell, mm
    digit_mm: float
    slant: float
    #: how much size, place and shape vary from character to character, 0.5 calm to 2 sloppy
    unrest: float
    #: width added to strokes, px at 300 dpi
    thickness: float
    crossed_seven: bool
    flagged_one: bool
    upper_case: bool
    #: seed of ``pen_figures``, or None: figures from the font
    figures: int | None

    @classmethod
    def draw(cls, rng: Generator, split: Split = "all") -> "Hand":
        """Return a writer."""
        fonts = handwriting_fonts(split)
        return cls(
            font=fonts[int(rng.integers(len(fonts)))],
            colour=PEN_COLOURS[int(rng.choice(len(PEN_COLOURS), p=[0.17, 0.16, 0.16, 0.16, 0.16, 0.08, 0.08, 0.03]))],
            digit_mm=float(rng.uniform(2.6, 4.2)),
            slant=float(rng.normal(0.03, 0.12)),
            unrest=float(rng.uniform(0.5, 1.9)),
            thickness=float(rng.uniform(-0.3, 1.6)),
            crossed_seven=bool(rng.random() < 0.5),
            flagged_one=bool(rng.random() < 0.5),
            upper_case=bool(rng.random() < 0.55),
            figures=int(rng.integers(1 << 30)) if rng.random() < PEN_FIGURES else None,
        )

    def _thickened(self, mask: Mask, dpi: int) -> Mask:
        grow = self.thickness * dpi / 300
        if grow <= 0.2:
            return mask
        soft = cv2.GaussianBlur(mask, (0, 0), grow * 0.6 + 0.3)
        grown: Mask = np.clip(np.maximum(soft * (1.6 + grow * 0.5), mask), 0, 1).astype(np.float32)
        return grown

    def _figure(self, char: str, size: int, rng: Generator) -> Mask | None:
        """Return a figure with the writer's French habits, or None where the font's own will do."""
        height = digit_height(self.font) * size
        pen = max(size * 0.045, 1.2)
        if self.figures is not None and char.isdigit():
            return Figures(self.figures).glyph(char, height, rng)
        if char == "1" and self.flagged_one:
            foot = np.array([[0.5, 0.98], [0.52, 0.02]]) + rng.normal(0, 0.03, (2, 2))
            flag = foot[1] - (rng.uniform(0.2, 0.42), -rng.uniform(0.2, 0.45))
            points = np.vstack([flag, foot[1], foot[0]]) * (height * 0.62, height)
            return stroke(smooth(points, 24), pen, rng)[0]
        if char == "7" and self.crossed_seven:
            mask, _, _ = text_mask(self.font, size, char)
            wide: Mask = np.pad(mask, ((0, 0), (3, 3)))
            tall, across = wide.shape
            y = tall * rng.uniform(0.42, 0.58)
            ends = ((round(across * 0.12), round(y + tall * 0.04)), (round(across * 0.9), round(y - tall * 0.03)))
            cv2.line(wide, *ends, 1.0, max(round(pen), 1), cv2.LINE_AA)
            return wide
        return None

    def _glyph(self, char: str, size: int, dpi: int, rng: Generator) -> Mask:
        own = self._figure(char, size, rng)
        return self._thickened(text_mask(self.font, size, char)[0] if own is None else own, dpi)

    def cells(self, paper: Paper, text: str, cells: list[BoxMm], rng: Generator) -> None:
        """Write one character of *text* per cell, floating above the cell's floor; some touch the ticks."""
        size = max(round(self.digit_mm * paper.scale / digit_height(self.font)), 6)
        drift, climb = rng.normal(0, 0.25), rng.normal(0, 0.012)
        first = cells[0][0]
        for char, (x, y, w, h) in zip(text, cells, strict=False):
            if char == " ":
                continue
            stretch = 1 + rng.normal(0, 0.06 * self.unrest, 2)
            glyph = warped(
                self._glyph(char, size, paper.dpi, rng),
                rng,
                slant=self.slant + rng.normal(0, 0.05 * self.unrest),
                stretch=(float(stretch[0]), float(stretch[1])),
                swing_px=0.13 * self.unrest * paper.scale,
            )
            cx = (x + w / 2 + rng.normal(drift * 0.4, 0.28 * self.unrest)) * paper.scale
            cy = (y + h / 2 - 0.2 + rng.normal(drift, 0.18 * self.unrest) + climb * (x - first)) * paper.scale
            paper.ink(glyph, round(cx - glyph.shape[1] / 2), round(cy - glyph.shape[0] / 2), self.colour)

    def _width(self, size: int, text: str, spread: float) -> float:
        words = text.split(" ")
        letters = sum(text_width(self.font, size, w) for w in words)
        return letters + text_width(self.font, size, " ") * spread * (len(words) - 1)

    def width_mm(self, paper: Paper, text: str) -> float:
        """Return how wide *text* is written where there is room."""
        size = max(round(self.digit_mm * paper.scale / digit_height(self.font)), 6)
        return self._width(size, text, 1.2) / paper.scale

    def line(self, paper: Paper, text: str, box: BoxMm, rng: Generator) -> BoxMm:
        """Write *text* along the box, a word at a time on a wandering baseline; figures one by one."""
        x, y, w, h = box
        size = max(round(self.digit_mm * rng.uniform(0.85, 1.0) * paper.scale / digit_height(self.font)), 6)
        room, spread = (w - 1) * paper.scale, rng.uniform(0.9, 1.6)
        width = self._width(size, text, spread)
        if width > room:
            size = max(int(size * room / width), 6)
            width = self._width(size, text, spread)
        left = min((x + min(rng.uniform(0.8, 4), w * 0.15)) * paper.scale, (x + w) * paper.scale - width)
        base = (y + h * 0.5) * paper.scale + digit_height(self.font) * size / 2 + rng.normal(0, 0.25) * paper.scale
        tilt = rng.normal(0, 0.006)
        pen, space = left, text_width(self.font, size, " ") * spread
        for word in text.split(" "):
            lift = tilt * (pen - left) + rng.normal(0, 0.12 * self.unrest) * paper.scale
            for part in list(word) if any(c.isdigit() for c in word) else [word]:
                self._write(paper, part, size, (pen, base + lift), rng)
                pen += text_width(self.font, size, part)
            pen += space
        tall = size / paper.scale
        return (left / paper.scale, base / paper.scale - 0.8 * tall, (pen - space - left) / paper.scale, tall)

    def _write(self, paper: Paper, part: str, size: int, at: tuple[float, float], rng: Generator) -> None:
        """Write a word or one figure with its baseline starting *at* (px)."""
        mask, dx, dy = text_mask(self.font, size, part)
        if len(part) == 1 and (own := self._figure(part, size, rng)) is not None:
            advance = text_width(self.font, size, part)
            if own.shape[1] > advance * 1.05:
                narrow = (max(int(advance), 3), own.shape[0])
                own = cv2.resize(own, narrow, interpolation=cv2.INTER_AREA).astype(np.float32)
            mask, dx, dy = own, round((advance - own.shape[1]) / 2), -own.shape[0]
        swing = 0.1 * self.unrest * paper.scale
        glyph = warped(
            self._thickened(mask, paper.dpi), rng, slant=self.slant * 0.6, stretch=(1.0, 1.0), swing_px=swing
        )
        grown = (glyph.shape[0] - mask.shape[0]) // 2
        jump = rng.normal(0, 0.06 * self.unrest) * paper.scale if len(part) == 1 else 0.0
        paper.ink(glyph, round(at[0] + dx - grown), round(at[1] + dy - grown + jump), self.colour)


@dataclass(frozen=True)
class Machine:
    """A printer or typewriter filling a preprinted sheet, the same offset all over the page."""

    font: Path
    points: float
    dx_mm: float
    dy_mm: float
    #: ink density, 0.7 a worn ribbon to 1
    density: float
    colour: Colour
    #: amounts against the right of their column
    right: bool

    @classmethod
    def draw(cls, rng: Generator) -> "Machine":
        """Return a machine; preprinted sheets are fed up to 2 mm off (domain.md 1.4)."""
        fonts = typewriter_fonts()
        return cls(
            font=fonts[int(rng.integers(len(fonts)))],
            points=float(rng.uniform(9, 12)),
            dx_mm=float(np.clip(rng.normal(0, 0.5), -2, 2)),
            dy_mm=float(np.clip(rng.normal(0, 0.5), -2, 2)),
            density=float(rng.uniform(0.7, 1.0)),
            colour=(25, 25, 30) if rng.random() < 0.9 else (35, 40, 90),
            right=bool(rng.random() < 0.3),
        )

    def cells(self, paper: Paper, text: str, cells: list[BoxMm], rng: Generator) -> None:
        """Print one character per cell, centred but for the page's offset."""
        del rng
        size = paper.size_px(self.points)
        tall = digit_height(self.font) * size
        for char, (x, y, w, h) in zip(text, cells, strict=False):
            if char != " ":
                mask, dx, dy = text_mask(self.font, size, char)
                left = (x + w / 2 + self.dx_mm) * paper.scale - load_font(self.font, size).getlength(char) / 2
                base = (y + h / 2 + self.dy_mm) * paper.scale + tall / 2
                paper.ink(mask * np.float32(self.density), round(left) + dx, round(base) + dy, self.colour)

    def width_mm(self, paper: Paper, text: str) -> float:
        """Return how wide *text* is printed where there is room."""
        return text_width(self.font, paper.size_px(self.points), text) / paper.scale

    def line(self, paper: Paper, text: str, box: BoxMm, rng: Generator) -> BoxMm:
        """Print *text* from the left of the box, or amounts up to its right."""
        del rng
        x, y, w, h = box
        size = paper.size_px(self.points)
        width = text_width(self.font, size, text)
        if width > (w - 1) * paper.scale:
            size = max(int(size * (w - 1) * paper.scale / width), 6)
            width = text_width(self.font, size, text)
        mask, dx, dy = text_mask(self.font, size, text)
        if self.right and "," in text and w < 40:
            left = (x + w - 1.5 + min(self.dx_mm, 1)) * paper.scale - width
        else:
            left = (x + 1 + max(self.dx_mm, -0.8)) * paper.scale
        left = min(left, max((x + w - 0.5) * paper.scale - width, x * paper.scale))
        base = (y + h / 2 + self.dy_mm) * paper.scale + digit_height(self.font) * size / 2
        paper.ink(mask * np.float32(self.density), round(left) + dx, round(base) + dy, self.colour)
        tall = self.points * POINT_MM
        return (left / paper.scale, base / paper.scale - 0.75 * tall, width / paper.scale, tall)
