"""Stamps where people sign: the owner's, dates, framed, round and oval ones. A stamp alone is no signature."""

from typing import Final

import cv2
import numpy as np

from samples.fonts import letter_fonts
from samples.marks.places import Place, put, turned
from samples.paper import Mask, text_mask
from samples.stamps import STAMP_COLOURS, rubber_stamp

_STAMP_LINES: Final = (
    ["CABINET DE SOINS", "12 rue de la Gare", "Tél. 01 02 03 04 05"],
    ["Mme A. DUPRÉ", "Infirmière D.E.", "75 1 12345 6"],
    ["COPIE"],
    ["DUPLICATA"],
    ["TIERS PAYANT"],
    ["Dr M. LENOIR", "Médecine générale", "10001234567"],
)


def _stamped(place: Place, lines: list[str], *, framed: bool) -> None:
    rng = place.rng
    wide = min(place.box[2], float(rng.uniform(22, 44)))
    mask = rubber_stamp(lines, wide, place.paper.scale, rng, framed=framed)
    colour = STAMP_COLOURS[int(rng.integers(len(STAMP_COLOURS)))]
    lean = float(rng.normal(0, 4)) if rng.random() < 0.8 else float(rng.uniform(-25, 25))
    put(place, turned(mask, lean) * np.float32(rng.uniform(0.6, 1.0)), place.within(0.35), colour)


def stamp(place: Place) -> None:
    """The owner's stamp, or somebody's."""
    lines = list(place.stamp) or _STAMP_LINES[int(place.rng.integers(len(_STAMP_LINES)))]
    _stamped(place, lines, framed=False)


def framed_stamp(place: Place) -> None:
    """A stamp with a frame."""
    _stamped(place, _STAMP_LINES[int(place.rng.integers(len(_STAMP_LINES)))], framed=True)


def date_stamp(place: Place) -> None:
    """A date stamp, with or without words around the date."""
    rng = place.rng
    day = f"{int(rng.integers(1, 29)):02d} {rng.choice(['JAN.', 'FÉV.', 'MARS', 'MAI', 'SEPT', 'DÉC.'])} 2025"
    _stamped(place, ["REÇU LE", day] if rng.random() < 0.5 else [day], framed=bool(rng.random() < 0.4))


def _ring_stamp(place: Place, ratio: float) -> None:
    rng, scale = place.rng, place.paper.scale
    radius = float(rng.uniform(8, 14)) * scale
    side = int(2 * radius + 8)
    mask = np.zeros((side, side), np.uint8)
    middle = (side // 2, side // 2)
    thick = max(round(0.4 * scale), 1)
    axes = (int(radius), int(radius * ratio))
    cv2.ellipse(mask, middle, axes, 0, 0, 360, 255, thick, cv2.LINE_AA)
    if rng.random() < 0.6:
        inner = (int(axes[0] * 0.68), int(axes[1] * 0.68))
        cv2.ellipse(mask, middle, inner, 0, 0, 360, 255, max(thick // 2, 1), cv2.LINE_AA)
    font, bold = letter_fonts()[int(rng.integers(3))]
    soft = (mask / np.float32(255)).astype(np.float32)
    around = "CAISSE PRIMAIRE * SOINS * " if rng.random() < 0.5 else "MAISON DE SANTÉ * " * 2
    for i, char in enumerate(around):
        angle = 2 * np.pi * i / len(around)
        letter, _, _ = text_mask(bold, max(round(2.4 * scale), 6), char)
        upright = turned(letter, -np.degrees(angle) - 90)
        at = (middle[0] + axes[0] * 0.84 * np.cos(angle), middle[1] + axes[1] * 0.84 * np.sin(angle))
        _over(soft, upright, at)
    for i, line in enumerate(["VU", "12/05/25"] if rng.random() < 0.5 else ["971", "GUADELOUPE"]):
        _over(
            soft, text_mask(font, max(round(2.6 * scale), 6), line)[0], (middle[0], middle[1] + (i - 0.5) * 3 * scale)
        )
    colour = STAMP_COLOURS[int(rng.integers(len(STAMP_COLOURS)))]
    put(place, turned(soft, float(rng.uniform(-30, 30))) * np.float32(rng.uniform(0.5, 1)), place.within(0.3), colour)


def _over(canvas: Mask, mask: Mask, centre: tuple[float, float]) -> None:
    """Lay *mask* on *canvas* around *centre*, px; what leaves it is lost."""
    left, top = round(centre[0] - mask.shape[1] / 2), round(centre[1] - mask.shape[0] / 2)
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + mask.shape[1], canvas.shape[1]), min(top + mask.shape[0], canvas.shape[0])
    if x0 < x1 and y0 < y1:
        part = canvas[y0:y1, x0:x1]
        np.maximum(part, mask[y0 - top : y1 - top, x0 - left : x1 - left], out=part)


def round_stamp(place: Place) -> None:
    """A round stamp with words around it."""
    _ring_stamp(place, 1.0)


def oval_stamp(place: Place) -> None:
    """Held out. An oval one."""
    _ring_stamp(place, 0.62)
