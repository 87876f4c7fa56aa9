"""What stands on an ordonnance and is no signature of it: notes, logos, rules by hand, and what boxes bear too."""

from dataclasses import replace
from typing import Final

import numpy as np

from samples.marks.pens import draw_pen
from samples.marks.places import LookAlike, Place
from samples.marks.signature_look_alikes import draw_look_alike
from samples.paper import BoxMm
from samples.strokes import draw_stroke

_NOTES: Final = (
    "à renouveler 1 fois",
    "QSP 3 mois",
    "non substituable",
    "à domicile si besoin",
    "en urgence",
    "AR 2",
    "ALD : oui",
)
#: Share of the look-alikes that only such a page bears; the others are those of signatures' boxes, somewhere low.
_OF_PAGES: Final = 0.4


def _hand_note(place: Place) -> None:
    """A remark by hand near the foot."""
    x, y, w, h = place.box
    text = _NOTES[int(place.rng.integers(len(_NOTES)))]
    row = (x - place.rng.uniform(0, 30), y + place.rng.uniform(0, h), w, 6.5)
    place.hand.line(place.paper, text, row, place.rng)


def _logo(place: Place) -> None:
    """A drawn sign of the letterhead or the foot: curves in the print's colour, as even as print is."""
    rng, paper = place.rng, place.paper
    top = rng.random() < 0.5
    x = rng.uniform(12, paper.width_mm - 30)
    y = rng.uniform(8, 24) if top else paper.height_mm - rng.uniform(14, 22)
    colour = ((20, 60, 140), (20, 110, 80), (130, 30, 40))[int(rng.integers(3))]
    t = np.linspace(0, 2 * np.pi * rng.uniform(1, 3), 40)
    curve = np.stack([x + 5 * np.sin(t), y + np.linspace(-6, 6, 40)], axis=1)
    for part in (curve, np.array([[x, y - 8], [x + 0.01, y], [x, y + 8]])):
        draw_stroke(paper, part * paper.scale, rng.uniform(0.4, 0.9) * paper.scale, rng, colour, pressure=0.0)


def _underline(place: Place) -> None:
    """A line drawn under the text by hand, single or double: the text's end, or an emphasis."""
    rng, (x, y, _, _) = place.rng, place.box
    pen = draw_pen(rng, place.split, place.hand.colour)
    start, length = x - rng.uniform(0, 60), rng.uniform(12, 60)
    for i in range(int(rng.integers(1, 3))):
        ends = np.array([[start, y + 1.2 * i], [start + length / 2, y + 1.2 * i], [start + length, y + 1.2 * i]])
        pen.draw(place.paper, ends + rng.normal(0, 0.25, ends.shape), rng)


def _slash(place: Place) -> None:
    """A long slanting stroke that closes the empty part of the sheet."""
    rng, paper, (_, y, _, _) = place.rng, place.paper, place.box
    x = rng.uniform(25, paper.width_mm * 0.5)
    down = rng.uniform(20, 45)
    points = np.array([[x + rng.uniform(30, 60), y - down / 2], [x + 20, y], [x, y + down / 2]])
    draw_pen(rng, place.split, place.hand.colour).draw(paper, points + rng.normal(0, 0.5, points.shape), rng)


_KINDS: Final[dict[str, LookAlike]] = {
    "hand_note": _hand_note,
    "logo": _logo,
    "underline": _underline,
    "slash": _slash,
}


def draw_page_look_alike(place: Place, free_from: float, *, signed: bool) -> tuple[str, BoxMm]:
    """Draw what resembles a signature on an ordonnance; return its name and about where it stands.

    Args:
        place: the sheet and where its doctor usually signs.
        free_from: where the text ends, mm from the top.
        signed: whether a signature comes too.
    """
    rng, paper, (_, _, w, h) = place.rng, place.paper, place.box
    if rng.random() < 0.6:  # elsewhere on the lower half
        low = paper.height_mm - 16 - h
        there = (rng.uniform(14, paper.width_mm - 14 - w), rng.uniform(min(free_from + 2, low - 1), low), w, h)
        place = replace(place, box=there)
    if rng.random() < _OF_PAGES:
        name = str(rng.choice(list(_KINDS)))
        _KINDS[name](place)
        return name, place.box
    return draw_look_alike(place, signed=signed), place.box
