"""Signatures, on forms and on ordonnances, where the truth says so."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.random import Generator

from samples.documents import Document, style_rng
from samples.paper import BoxMm, Colour, Paper, text_mask
from samples.stamps import put_stamp
from samples.strokes import Points, draw_stroke, warped

if TYPE_CHECKING:
    from samples.form import Filler
    from samples.prescription import Ordonnance


def sign_form(filler: "Filler", invoice: Document) -> None:
    """Sign where the truth says so, the provider now and then over his stamp."""
    for field, person in (
        ("provider_signature", filler.case.provider.person),
        ("patient_signature", filler.case.insured),
    ):
        if not invoice[field]:
            continue
        x, y, w, h = filler.geometry.box(field)
        if field == "provider_signature" and filler.rng.random() < 0.15:
            put_stamp(
                filler.paper,
                filler.case.provider.stamp_lines[:3],
                x - 6,
                y - 2,
                min(w, 44),
                filler.rng,
                filler.stamp_colour,
            )
        # each person signs with the same strokes again and again
        strokes = style_rng(abs(hash_of(person.name)) + (filler.case.style if field == "patient_signature" else 0))
        colour = filler.sign_colour if field == "patient_signature" else filler.hand.colour
        name = person.family.title()
        signature(filler.paper, (x, y, w, h), strokes, colour, name, filler.hand.font)


def sign_ordonnance(ordonnance: "Ordonnance", zone: BoxMm) -> None:
    """Stamp and sign an ordonnance at its foot, as its doctor does and its truth says."""
    p, rng, person = ordonnance.paper, ordonnance.rng, ordonnance.doctor.person
    if ordonnance.stamps:
        rows = [f"Dr {person.given.title()} {person.family}", ordonnance.doctor.speciality, ordonnance.doctor.rpps]
        left = max(zone[0] - rng.uniform(0, 40), ordonnance.body_left)
        put_stamp(p, rows, left, zone[1] - 3, 44, rng, ordonnance.stamp_colour)
    if ordonnance.document["prescriber_signature"]:
        strokes = style_rng(hash_of(person.name))
        signature(p, zone, strokes, ordonnance.hand.colour, person.family.title(), ordonnance.hand.font)


def hash_of(text: str) -> int:
    """Return a number that depends on *text* alone (``hash`` changes from run to run)."""
    value = 7
    for char in text:
        value = (value * 131 + ord(char)) % 2**31
    return value


def signature(
    paper: Paper, box: BoxMm, rng: Generator, colour: Colour, name: str = "", hand: Path | None = None
) -> None:
    """Sign in *box*: loops along a rising line, or a written name with a flourish; some overflow it (domain.md 1.4)."""
    x, y, w, h = box
    wide = min(w * rng.uniform(0.45, 0.95), rng.uniform(22, 48))
    tall = min(h * rng.uniform(0.35, 0.85), rng.uniform(6, 15))
    cx, cy = x + w / 2 + rng.normal(0, w * 0.08), y + h / 2 + rng.normal(0, h * 0.1)
    if rng.random() < 0.3:
        cy += rng.choice([-1, 1]) * h * 0.25
    width = rng.uniform(0.2, 0.5) * paper.scale
    draw = rng.random()
    if name and hand is not None and draw < 0.35:
        size = max(round(tall * 0.6 * paper.scale), 8)
        mask, _, _ = text_mask(hand, size, name)
        glyph = warped(mask, rng, slant=rng.uniform(0, 0.3), stretch=(1.0, 1.0), swing_px=1.2 * paper.scale)
        paper.ink(
            glyph, round(cx * paper.scale - glyph.shape[1] / 2), round(cy * paper.scale - glyph.shape[0] / 2), colour
        )
        points = np.array([[-0.45, 0.45], [0.1, 0.5], [0.5, 0.4], [-0.1, 0.62]]) + rng.normal(0, 0.05, (4, 2))
    elif draw < 0.6:
        points = _loops(rng)
    else:
        points = _zigzag(rng)
    turn = rng.normal(-0.1, 0.12)
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    draw_stroke(paper, ((points * (wide, tall)) @ spin.T + (cx, cy)) * paper.scale, width, rng, colour, pressure=0.45)


def _zigzag(rng: Generator) -> Points:
    """Ups and downs that get smaller, with an occasional return under the whole."""
    n = int(rng.integers(5, 13))
    along = np.linspace(-0.5, 0.5, n) + rng.normal(0, 0.06, n)
    heights = np.abs(rng.normal(0.1, 0.3, n)) * np.linspace(1.2, 0.5, n) * np.where(np.arange(n) % 2, 1, -1)
    points = np.stack([along, heights], axis=1)
    points[1::3, 0] -= rng.uniform(0.0, 0.25)
    if rng.random() < 0.5:
        points = np.vstack([points, [[-0.3, 0.5], [0.55, rng.uniform(0.3, 0.6)]]])
    return points


def _loops(rng: Generator) -> Points:
    """A run of loops as in joined letters, begun by a large one."""
    turns = float(rng.uniform(3, 7))
    t = np.linspace(0, 2 * np.pi * turns, int(turns * 9))
    along = t / t[-1] - 0.5
    size = np.interp(along, [-0.5, -0.3, 0.5], [rng.uniform(0.35, 0.55), 0.22, rng.uniform(0.05, 0.2)])
    size = size * (1 + 0.3 * np.sin(t * rng.uniform(0.3, 0.8)))
    return np.stack([along + 0.5 * size * np.sin(t), -size * np.cos(t) * rng.uniform(0.6, 1.0)], axis=1)
