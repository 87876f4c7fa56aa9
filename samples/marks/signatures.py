"""Signatures, on forms and on ordonnances, where the truth says so, and what resembles them where it says not."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.random import Generator

from samples.documents import Document, style_rng
from samples.marks.page_look_alikes import draw_page_look_alike
from samples.marks.places import Place
from samples.marks.signature_look_alikes import draw_look_alike
from samples.marks.signers import Signer
from samples.paper import BoxMm, Colour, Paper
from samples.stamps import put_stamp

if TYPE_CHECKING:
    from samples.form import Filler
    from samples.prescription import Ordonnance

#: Providers who sign over their stamp.
_OVER_STAMP: Final = 0.15
#: Where a signature stands against its box: wholly inside, over an edge, mostly beside, above or below it.
_MANNERS: Final = {"inside": 0.8, "over_edge": 0.17, "beside": 0.03}
_HARD_MANNERS: Final = {"inside": 0.4, "over_edge": 0.3, "beside": 0.3}
#: Where a doctor signs: the usual place at the right of the foot, or elsewhere on the lower half.
_PLACES: Final = {"foot": 0.7, "under_text": 0.15, "left": 0.06, "margin": 0.04, "beside_text": 0.05}


def sign_form(filler: "Filler", invoice: Document) -> None:
    """Sign where the truth says so, the provider now and then over his stamp; look-alikes at the filler's odds."""
    for field, person in (
        ("provider_signature", filler.case.provider.person),
        ("patient_signature", filler.case.insured),
    ):
        is_provider = field == "provider_signature"
        box, rng, signed = filler.geometry.box(field), filler.rng, bool(invoice[field])
        stamp = tuple(filler.case.provider.stamp_lines[:3]) if is_provider else ()
        strikes = filler.look_alikes > 0 and rng.random() < filler.look_alikes
        if is_provider and signed and rng.random() < _OVER_STAMP:
            x, y, w, _ = box
            put_stamp(filler.paper, list(stamp), x - 6, y - 2, min(w, 44), rng, filler.stamp_colour)
        if strikes:
            place = Place(filler.paper, box, rng, filler.split, filler.hand, stamp)
            filler.note_look_alike(field, draw_look_alike(place, signed=signed), box)
        if signed:
            # each person signs in the same way again and again
            habits = style_rng(hash_of(person.name) + (0 if is_provider else filler.case.style))
            colour = filler.hand.colour if is_provider else filler.sign_colour
            signer = Signer.draw(habits, filler.split, colour, person.family.title(), filler.hand.font)
            manner = sign_box(filler.paper, box, signer, rng, hard=strikes)
            if manner != "inside":
                filler.note_look_alike(field, f"signed_{manner}", box)


def sign_box(paper: Paper, box: BoxMm, signer: Signer, rng: Generator, *, hard: bool) -> str:
    """Sign in *box* or, oftener where *hard*, over its edge or beside it; return which."""
    x, y, w, h = box
    odds = _HARD_MANNERS if hard else _MANNERS
    manner = str(rng.choice(list(odds), p=list(odds.values())))
    if manner == "inside":
        most_wide, most_tall = w * 0.95, h * 0.85
        signer = replace(signer, wide_mm=min(signer.wide_mm, most_wide), tall_mm=min(signer.tall_mm, most_tall))
        free_x, free_y = (w - signer.wide_mm) / 2, (h - signer.tall_mm) / 2
        centre = (x + w / 2 + free_x * rng.uniform(-0.9, 0.9), y + h / 2 + free_y * rng.uniform(-0.9, 0.9))
    elif manner == "over_edge":
        centre = (x + w / 2 + w * 0.3 * rng.choice([-1, 0, 1]), y + h / 2 + h * 0.45 * rng.choice([-1, 1]))
    else:  # its middle stands outside the box, at the end of the legend, over or under
        aside = {
            "left": (-w / 2 - rng.uniform(0, 5), rng.normal(0, h * 0.2)),
            "right": (w / 2 + rng.uniform(0, 5), rng.normal(0, h * 0.2)),
            "above": (rng.normal(0, w * 0.2), -h / 2 - rng.uniform(0, 4)),
            "below": (rng.normal(0, w * 0.2), h / 2 + rng.uniform(0, 5)),
        }[str(rng.choice(["left", "right", "above", "below"], p=[0.15, 0.25, 0.25, 0.35]))]
        centre = (x + w / 2 + aside[0], y + h / 2 + aside[1])
    signer.sign(paper, centre, rng)
    return manner


def sign_ordonnance(ordonnance: "Ordonnance", zone: BoxMm) -> None:
    """Stamp and sign an ordonnance, as its doctor does and its truth says; look-alikes at the sheet's odds."""
    p, rng, person = ordonnance.paper, ordonnance.rng, ordonnance.doctor.person
    rows = [f"Dr {person.given.title()} {person.family}", ordonnance.doctor.speciality, ordonnance.doctor.rpps]
    free_from = text_bottom(p, zone)
    if ordonnance.stamps:
        left = max(zone[0] - rng.uniform(0, 40), ordonnance.body_left)
        put_stamp(p, rows, left, zone[1] - 3, 44, rng, ordonnance.stamp_colour)
    signed = bool(ordonnance.document["prescriber_signature"])
    if ordonnance.look_alikes > 0 and rng.random() < ordonnance.look_alikes:
        place = Place(p, zone, rng, ordonnance.split, ordonnance.hand, tuple(rows))
        name, there = draw_page_look_alike(place, free_from, signed=signed)
        ordonnance.note_look_alike("prescriber_signature", name, there)
    if signed:
        sign_page(ordonnance, zone, free_from)


def sign_page(ordonnance: "Ordonnance", zone: BoxMm, free_from: float) -> BoxMm:
    """Sign an ordonnance in *zone*, or where else its doctor likes to below *free_from*, mm; return the ink's box."""
    p, rng, person = ordonnance.paper, ordonnance.rng, ordonnance.doctor.person
    signer = Signer.draw(
        style_rng(hash_of(person.name)), ordonnance.split, ordonnance.hand.colour, person.family.title(),
        ordonnance.hand.font,
    )  # fmt: skip
    x, y, w, h = zone
    where = str(rng.choice(list(_PLACES), p=list(_PLACES.values())))
    low = p.height_mm - 14 - signer.tall_mm / 2
    under = min(free_from + signer.tall_mm / 2 + rng.uniform(1, 10), low)
    left = ordonnance.body_left + signer.wide_mm / 2
    right = max(p.width_mm - 10 - signer.wide_mm / 2, left)
    centre = {
        "foot": (x + w / 2 + rng.normal(0, w * 0.08), y + h / 2 + rng.normal(0, h * 0.2)),
        "under_text": (rng.uniform(left, right), under),
        "left": (left + rng.uniform(0, 15), rng.uniform(min(under, low - 1), low)),
        "margin": (p.width_mm - rng.uniform(5, 14), rng.uniform(0.45, 0.9) * p.height_mm),
        "beside_text": (right, max(free_from - rng.uniform(0, 25), p.height_mm * 0.4)),
    }[where]
    if where == "margin":
        signer = replace(signer, wide_mm=min(signer.wide_mm, 26.0))
    if where != "foot":
        ordonnance.note_look_alike("prescriber_signature", f"signed_{where}", zone)
    return signer.sign(p, centre, rng)


def text_bottom(paper: Paper, zone: BoxMm) -> float:
    """Return how far down the sheet is written on above the foot of *zone*, mm."""
    rows = paper.pixels[: paper.px(zone[1] + zone[3]), paper.px(14) : paper.px(paper.width_mm - 14), 1].min(axis=1)
    inked = np.flatnonzero(rows < 150)
    return float(inked[-1] / paper.scale) if inked.size else zone[1]


def hash_of(text: str) -> int:
    """Return a number that depends on *text* alone (``hash`` changes from run to run)."""
    value = 7
    for char in text:
        value = (value * 131 + ord(char)) % 2**31
    return value


def signature(
    paper: Paper, box: BoxMm, rng: Generator, colour: Colour, name: str = "", hand: Path | None = None
) -> None:
    """Sign in *box*, as anybody might; some overflow it (domain.md 1.4)."""
    sign_box(paper, box, Signer.draw(rng, "all", colour, name, hand), rng, hard=False)
