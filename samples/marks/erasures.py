"""How people undo what they wrote: striking, writing over, fluid, tape, scratching."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeVar

import numpy as np
from numpy.random import Generator

from samples.fonts import Split
from samples.ink import PEN_COLOURS
from samples.marks.covers import FLUIDS, SCRATCHES, TAPES
from samples.marks.pens import draw_pen
from samples.marks.strike_shapes import STRIKES
from samples.paper import BoxMm, Colour, Paper

KINDS: Final = ("strike", "overwrite", "fluid", "tape", "scratch")
#: who strikes has another pen in hand than who wrote, this often
_OTHER_PEN: Final = 0.2
Family = TypeVar("Family")
#: most people draw a plain line
_HOW_OFTEN: Final = {"single": 4.0, "double": 2.0, "diagonal": 2.0, "tangle": 2.0}
Cover = Callable[[Paper, BoxMm, Generator], None]
_COVERS: Final[dict[str, tuple[dict[str, Cover], dict[str, Cover]]]] = {
    "fluid": FLUIDS,
    "tape": TAPES,
    "scratch": SCRATCHES,
}


def erase(paper: Paper, kind: str, box: BoxMm, rng: Generator, colour: Colour, split: Split = "all") -> None:
    """Erase what stands in *box*; ``overwrite`` leaves it for the next writer to write over.

    Args:
        paper: the sheet.
        kind: one of ``KINDS``.
        box: what is erased, mm.
        rng: the source of chance.
        colour: of the writer's pen.
        split: which families of strokes and pens to draw from.
    """
    if kind == "strike":
        if rng.random() < _OTHER_PEN:
            colour = PEN_COLOURS[int(rng.integers(len(PEN_COLOURS)))]
        shape = choose(STRIKES, split, rng, _HOW_OFTEN)
        pen = draw_pen(rng, split, colour)
        for points in shape(box, rng):
            pen.draw(paper, points, rng)
    elif kind in _COVERS:
        choose(_COVERS[kind], split, rng)(paper, box, rng)


def choose(
    families: tuple[dict[str, Family], dict[str, Family]],
    split: Split,
    rng: Generator,
    how_often: Mapping[str, float] = MappingProxyType({}),
) -> Family:
    """Return one of the *families*: of the first table where trained, of the second where held out.

    *how_often* says of some how many times as often as others they come.
    """
    trained, held_out = families
    table = {"train": trained, "held_out": held_out, "all": {**trained, **held_out}}[split]
    odds = np.array([how_often.get(name, 1.0) for name in table])
    return table[str(rng.choice(list(table), p=odds / odds.sum()))]
