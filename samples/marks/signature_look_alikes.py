"""What stands where people sign and is no signature: print, dates, tails of other strokes, shadows, holes, stamps.

Each draws itself in or near a box that may be signed or not. Some are held out of all training.
"""

from typing import Final

import cv2
import numpy as np
from numpy.random import Generator

from samples.fonts import letter_fonts, typewriter_fonts
from samples.identities import TOWNS
from samples.marks.pens import draw_pen
from samples.marks.places import LookAlike, Place, put
from samples.marks.signers import Signer
from samples.marks.stamp_look_alikes import date_stamp, framed_stamp, oval_stamp, round_stamp, stamp
from samples.paper import Colour, Paper
from samples.strokes import draw_stroke

_PRINT: Final[Colour] = (25, 25, 30)
_MENTIONS: Final = ("Signature", "Signature :", "Lu et approuvé", "Cachet et signature", "P.O.", "Bon pour accord")


def _typed(place: Place, text: str) -> None:
    fonts = [*typewriter_fonts(), *(font for font, _ in letter_fonts())]
    font = fonts[int(place.rng.integers(len(fonts)))]
    x, y = place.within(0.25)
    place.paper.text(x, y, text, font, float(place.rng.uniform(7, 12)), anchor="c", colour=_PRINT)


def _printed_name(place: Place) -> None:
    """The name of who should sign, typed or printed."""
    name = (
        place.stamp[0]
        if place.stamp and place.rng.random() < 0.5
        else str(place.rng.choice(["DURAND Marie", "L. Petit"]))
    )
    _typed(place, name)


def _printed_mention(place: Place) -> None:
    """What software prints where to sign."""
    _typed(place, _MENTIONS[int(place.rng.integers(len(_MENTIONS)))])


def _typed_cross(place: Place) -> None:
    """A cross typed or printed where to sign."""
    _typed(place, str(place.rng.choice(["X", "x"])))


def _dotted_line(place: Place) -> None:
    """A dotted or ruled line to sign on."""
    x, y, w, h = place.box
    level = y + h * place.rng.uniform(0.55, 0.9)
    if place.rng.random() < 0.5:
        place.paper.line(x + 2, level, x + w - 2, level, float(place.rng.uniform(0.15, 0.3)), _PRINT)
    else:
        for left in np.arange(x + 2, x + w - 2, place.rng.uniform(0.9, 1.6)):
            place.paper.line(left, level, left + 0.3, level, 0.3, _PRINT)


def _neighbour_tail(place: Place) -> None:
    """The end of a stroke that began in an entry nearby."""
    rng, (x, y, w, h) = place.rng, place.box
    side = str(rng.choice(["above", "left", "right", "below"], p=[0.5, 0.15, 0.25, 0.1]))
    start = {
        "above": (x + w * rng.uniform(0.05, 0.95), y - rng.uniform(4, 12)),
        "below": (x + w * rng.uniform(0.05, 0.95), y + h + rng.uniform(4, 10)),
        "left": (x - rng.uniform(6, 12), y + h * rng.uniform(0.1, 0.9)),
        "right": (x + w + rng.uniform(6, 12), y + h * rng.uniform(0.1, 0.9)),
    }[side]
    reach = rng.uniform(0.5, 5.5)
    end = {
        "above": (start[0] + rng.normal(0, 2), y + reach),
        "below": (start[0] + rng.normal(0, 2), y + h - reach),
        "left": (x + reach, start[1] + rng.normal(0, 2)),
        "right": (x + w - reach, start[1] + rng.normal(0, 2)),
    }[side]
    middle = (np.array(start) + end) / 2 + rng.normal(0, 1.2, 2)
    points = np.array([np.array(start) + rng.normal(0, 2, 2), start, middle, end])
    draw_pen(rng, place.split, place.hand.colour).draw(place.paper, points, rng)


def _bleed(place: Place) -> None:
    """A signature of the other side, mirrored, pale and soft."""
    rng, (x, y, w, h) = place.rng, place.box
    scale = place.paper.scale
    back = Paper((w + 24, h + 20), place.paper.dpi)
    signer = Signer.draw(rng, place.split, (0, 0, 0), "Martin", place.hand.font)
    signer.sign(back, (w / 2 + 12 + rng.normal(0, 4), h / 2 + 10), rng)
    seen = cv2.GaussianBlur(back.pixels[:, ::-1, 0], (0, 0), scale * rng.uniform(0.08, 0.25))
    strength = np.float32(rng.uniform(0.05, 0.17))
    place.paper.ink(
        (1 - seen / np.float32(255)) * strength, round((x - 12) * scale), round((y - 10) * scale), (0, 0, 0)
    )


def _fold(place: Place) -> None:
    """A fold across the box, level or upright: a shade beside a light line."""
    rng, (x, y, w, h) = place.rng, place.box
    grey = int(rng.integers(150, 215))
    thick = float(rng.uniform(0.2, 0.6))
    if rng.random() < 0.7:
        level, lean = y + h * rng.uniform(0.1, 0.9), rng.normal(0, 1)
        place.paper.line(x - 30, level, x + w + 30, level + lean, thick, (grey,) * 3)
        place.paper.line(x - 30, level + 0.4, x + w + 30, level + 0.4 + lean, 0.25, (250,) * 3)
    else:
        left, lean = x + w * rng.uniform(0.1, 0.9), rng.normal(0, 1)
        place.paper.line(left, y - 20, left + lean, y + h + 20, thick, (grey,) * 3)
        place.paper.line(left + 0.4, y - 20, left + 0.4 + lean, y + h + 20, 0.25, (250,) * 3)


def _staple(place: Place) -> None:
    """A staple or the shadow it left."""
    rng, (x, y) = place.rng, place.within(0.1)
    turn, dark = rng.uniform(0, 3.2), int(rng.integers(50, 160))
    half = np.array([np.cos(turn), np.sin(turn)]) * 5.5
    place.paper.line(x - half[0], y - half[1], x + half[0], y + half[1], 0.6, (dark,) * 3)
    place.paper.line(x - half[0], y - half[1] + 0.7, x + half[0], y + half[1] + 0.7, 0.3, (175,) * 3)


def _paperclip(place: Place) -> None:
    """The shadow of a paper clip: three rounds at the ends of straight lines."""
    rng, (x, y) = place.rng, place.within(0.1)
    shade = int(rng.integers(90, 170))
    loop = np.array([[0, 0], [14, 0], [16, 1.5], [14, 3], [-2, 3], [-4, 1], [-2, -1.5], [10, -1.5]], float) * 1.3
    turn = rng.uniform(0, 6.3)
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    points = (np.repeat(loop, 2, axis=0) @ spin.T + (x, y)) * place.paper.scale
    draw_stroke(place.paper, points, 0.9 * place.paper.scale, rng, (shade,) * 3, pressure=0.0)


def _scan_edge(place: Place) -> None:
    """A torn or folded corner with the scanner's lid behind it, over a part of the box's surroundings."""
    rng, (x, y, w, h) = place.rng, place.box
    left = rng.random() < 0.5
    edge = x - rng.uniform(-3, 8) if left else x + w + rng.uniform(-3, 8)
    far = edge - 25 if left else edge + 25
    corners = np.array([[edge, y + h + 25], [edge + rng.normal(0, 2), y + h * rng.uniform(0, 0.8)], [far, y + h + 25]])
    dark = int(rng.choice([20, 60, 225]))
    cv2.fillPoly(place.paper.pixels, [np.round(corners * place.paper.scale).astype(np.int32)], (dark,) * 3, cv2.LINE_AA)


def _hole(place: Place) -> None:
    """A punched hole in or at the box."""
    x, y = place.within(-0.05)
    dark = int(place.rng.choice([12, 40, 200]))
    centre = (place.paper.px(x), place.paper.px(y))
    cv2.circle(place.paper.pixels, centre, place.paper.px(2.7), (dark,) * 3, -1, cv2.LINE_AA)


def _smudge(place: Place) -> None:
    """A finger's smudge or a spill."""
    rng, scale = place.rng, place.paper.scale
    noise = rng.normal(0, 1, (int(14 * scale), int(24 * scale))).astype(np.float32)
    blot = cv2.GaussianBlur(noise, (0, 0), scale * 1.6)
    blot = np.clip(blot / blot.std() - 0.3, 0, 1.5) / 1.5
    ys, xs = np.mgrid[-1 : 1 : blot.shape[0] * 1j, -1 : 1 : blot.shape[1] * 1j]
    mask = (blot * np.clip(1 - xs**2 - ys**2, 0, 1) * rng.uniform(0.15, 0.55)).astype(np.float32)
    put(place, mask, place.within(0.2), (70, 70, 75))


def _written(place: Place, text: str) -> None:
    """Write *text* by hand in the box."""
    x, y, w, h = place.box
    rng = place.rng
    row = (x + rng.uniform(0, w * 0.25), y + rng.uniform(-0.05, 0.75) * h, w * rng.uniform(0.6, 0.9), min(h * 0.4, 7.0))
    place.hand.line(place.paper, text, row, rng)


def _day(rng: Generator) -> str:
    mark = str(rng.choice(["/", ".", "-", " "]))
    year = rng.choice(["2025", "25", "2024"])
    return f"{int(rng.integers(1, 31)):02d}{mark}{int(rng.integers(1, 13)):02d}{mark}{year}"


def _hand_date(place: Place) -> None:
    """A date by hand: a date alone is no signature."""
    _written(place, str(place.rng.choice(["", "le ", "Le "])) + _day(place.rng))


def _place_and_date(place: Place) -> None:
    """Place and date by hand."""
    town = str(place.rng.choice(TOWNS)).split(" ", 1)[1].title()
    lead = str(place.rng.choice(["Fait à {}, le {}", "{}, le {}", "À {} le {}", "{} {}"]))
    _written(place, lead.format(town, _day(place.rng)))


def _pen_rest(place: Place) -> None:
    """Where a pen rested or slipped: a dot or a short dash."""
    rng, start = place.rng, np.array(place.within(0.05))
    points = np.array([start, start + rng.normal(0, 0.4, 2), start + rng.normal(0, 1.0, 2)])
    draw_pen(rng, place.split, place.hand.colour).draw(place.paper, points, rng)


def _sticker(place: Place) -> None:
    """Held out. A label with a bar code."""
    rng, (x, y) = place.rng, place.within(0.3)
    wide = rng.uniform(18, 30)
    place.paper.fill((x - wide / 2, y - 5, wide, 10), (252,) * 3)
    for left in np.arange(x - wide / 2 + 2, x + wide / 2 - 2, 0.5):
        if rng.random() < 0.55:
            place.paper.line(left, y - 3.5, left, y + 1.5, float(rng.choice([0.2, 0.4])), _PRINT)
    place.paper.text(x, y + 4, f"{int(rng.integers(10**8, 10**9))}", typewriter_fonts()[0], 7, anchor="c")


def _hand_amount(place: Place) -> None:
    """Held out. An amount or a number by hand that missed its entry."""
    rng = place.rng
    text = (
        f"{int(rng.integers(5, 300))},{int(rng.integers(100)):02d}"
        if rng.random() < 0.6
        else f"n° {rng.integers(10**5)}"
    )
    _written(place, text + str(rng.choice(["", " €"])))


def _highlighter(place: Place) -> None:
    """Held out. A pale marker over the place to sign."""
    rng, (x, y, w, h) = place.rng, place.box
    level = y + h * rng.uniform(0.3, 0.7)
    points = np.array([[x + 3, level], [x + w / 2, level + rng.normal(0, 1)], [x + w - 4, level]]) * place.paper.scale
    draw_stroke(place.paper, points, 4.5 * place.paper.scale, rng, (250, 245, 120), pressure=0.05)


TRAINED: Final[dict[str, LookAlike]] = {
    "stamp": stamp,
    "framed_stamp": framed_stamp,
    "round_stamp": round_stamp,
    "date_stamp": date_stamp,
    "printed_name": _printed_name,
    "printed_mention": _printed_mention,
    "typed_cross": _typed_cross,
    "dotted_line": _dotted_line,
    "neighbour_tail": _neighbour_tail,
    "bleed": _bleed,
    "fold": _fold,
    "staple": _staple,
    "paperclip": _paperclip,
    "scan_edge": _scan_edge,
    "hole": _hole,
    "smudge": _smudge,
    "hand_date": _hand_date,
    "place_and_date": _place_and_date,
    "pen_rest": _pen_rest,
}
HELD_OUT: Final[dict[str, LookAlike]] = {
    "oval_stamp": oval_stamp,
    "sticker": _sticker,
    "hand_amount": _hand_amount,
    "highlighter": _highlighter,
}
#: What hides a signature rather than stands beside one.
_HIDING: Final = frozenset({"sticker", "hole", "scan_edge"})
#: Share of the held-out look-alikes that no training has seen in any hand; the others are known ones in new hands.
_NEW_KIND: Final = 0.5


def draw_look_alike(place: Place, *, signed: bool) -> str:
    """Draw on *place* what resembles a signature and is none, beside the signature where *signed*; return its name."""
    known = TRAINED
    if place.split == "held_out":
        known = HELD_OUT if place.rng.random() < _NEW_KIND else TRAINED
    elif place.split == "all":
        known = {**TRAINED, **HELD_OUT}
    name = str(place.rng.choice([name for name in known if not (signed and name in _HIDING)]))
    known[name](place)
    return name
