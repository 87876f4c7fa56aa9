"""What may change from one revision of the form to the next: places, pitches, colours, the look of a cell."""

import colorsys
from dataclasses import dataclass

from numpy.random import Generator

from samples.paper import Colour


@dataclass(frozen=True)
class Look:
    """What one revision looks like."""

    left: float
    pitch: float
    cell_h: float
    group_gap: float
    dark: Colour
    mid: Colour
    tint: Colour
    cells: str  #: ``ticks`` (white on tint), ``boxes`` (outlined), ``dots`` (a point between cells)
    letters: bool
    label_pt: float
    comb_x: float
    right_x: float
    rows: int
    row_h: float
    signature_h: float
    check: float
    line_h: float
    total_cells: bool
    label_above: bool
    serif: int


def _hue(rng: Generator, lightness: float, saturation: float, hue: float) -> Colour:
    r, g, b = colorsys.hls_to_rgb(hue, lightness, saturation * float(rng.uniform(0.8, 1.2)))
    return (round(255 * min(r, 1)), round(255 * min(g, 1)), round(255 * min(b, 1)))


def draw_look(rng: Generator) -> Look:
    """Return one revision's look."""
    hue = float(rng.choice([0.07, 0.02, 0.58, 0.38, 0.95, 0.12]))
    rows = int(rng.integers(8, 13))
    return Look(
        left=float(rng.uniform(7, 11)),
        pitch=float(rng.uniform(4.4, 5.0)),
        cell_h=float(rng.uniform(4.4, 5.4)),
        group_gap=float(rng.uniform(1.0, 2.6)),
        dark=_hue(rng, float(rng.uniform(0.28, 0.42)), 0.25, hue),
        mid=_hue(rng, float(rng.uniform(0.65, 0.75)), 0.2, hue),
        tint=_hue(rng, float(rng.uniform(0.8, 0.9)), 0.25, hue),
        cells=str(rng.choice(["ticks", "boxes", "dots"], p=[0.6, 0.25, 0.15])),
        letters=bool(rng.random() < 0.6),
        label_pt=float(rng.uniform(6, 7.2)),
        comb_x=float(rng.uniform(44, 56)),
        right_x=float(rng.uniform(150, 156)),
        rows=rows,
        row_h=float(rng.uniform(62, 68)) / rows,
        signature_h=float(rng.uniform(14, 18)),
        check=float(rng.uniform(3.6, 4.6)),
        line_h=float(rng.uniform(4.6, 5.6)),
        total_cells=bool(rng.random() < 0.25),
        label_above=bool(rng.random() < 0.3),
        serif=int(rng.integers(4)),
    )
