"""Leaves to scans: each sheet is drawn, blemished, scanned."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.random import Generator, default_rng

from samples.blemishes import BLEMISHES, bleed_through, smear
from samples.containers import AnyPage, ImagePage, VectorPage
from samples.documents import Leaf, Lot
from samples.fonts import Split
from samples.paper import A4, A5, Paper
from samples.profiles import Profile
from samples.scanner import Scanned, Scanner, scan
from samples.stacking import vector_pdf

#: Share of small sheets scanned on the whole glass rather than cut to size.
A5_ON_A4: Final = 0.5


@dataclass
class Drawn:
    """A page drawn and scanned."""

    leaf: Leaf
    page: AnyPage
    scanned: Scanned | None
    extras: dict[str, Any]


def draw_leaves(lot: Lot, device: Scanner, rng: Generator, odds: Profile, split: Split) -> list[Drawn]:
    """Return every leaf of the lot, scanned by *device*."""
    del split
    seeds = rng.integers(0, 1 << 62, len(lot.leaves))
    out: list[Drawn] = []
    back: Paper | None = None
    for leaf, seed in zip(lot.leaves, seeds, strict=True):
        own = default_rng(int(seed))
        if leaf.vector is not None:
            extras: dict[str, Any] = {"writing": "typed", "hard_negatives": [], "scan": "vector", "dpi": None}
            out.append(Drawn(leaf, VectorPage(vector_pdf(leaf), leaf.size_mm), None, extras))
            continue
        paper = draw_sheet(leaf, device.dpi, own)
        if device.mode == "colour" and own.random() < 0.2:
            tint = np.array([255, 253, 245 - int(own.integers(0, 12))]) / 255
            paper.pixels = (paper.pixels * tint).astype(np.uint8)
        if own.random() < odds.blemish:
            for name in own.choice(list(BLEMISHES), int(own.integers(1, 3)), replace=False):
                BLEMISHES[str(name)](paper, own)
                leaf.hard_negatives.append(str(name))
        if own.random() < (0.9 if leaf.kind == "blank" else odds.blemish) and back is not None:
            bleed_through(paper, own, back)
            if leaf.kind != "blank":
                leaf.hard_negatives.append("bleed_through")
        if leaf.unreadable:
            smear(paper, own)
        scanned = scan(paper, device, own)
        extras = {
            "writing": leaf.writing,
            "hard_negatives": leaf.hard_negatives,
            "scan": device.mode,
            "dpi": device.dpi,
        }
        image = ImagePage(scanned.pixels, device.dpi, device.mode == "bilevel", device.jpeg_quality)
        out.append(Drawn(leaf, image, scanned, extras))
        back = paper
    return out


def draw_sheet(leaf: Leaf, dpi: int, rng: Generator) -> Paper:
    """Return the leaf on paper, at 200 or 300 dpi whatever the scanner's."""
    paper_dpi = 200 if dpi <= 220 else 300
    paper = Paper(leaf.size_mm, paper_dpi)
    leaf.draw(paper, rng)
    return on_a4(paper, leaf, rng) if leaf.size_mm == A5 and rng.random() < A5_ON_A4 else paper


def on_a4(paper: Paper, leaf: Leaf, rng: Generator) -> Paper:
    """Return the glass of an A4 scanner with a small sheet in its corner: millimetres stay what they were."""
    glass = Paper(A4, paper.dpi)
    glass.pixels[:] = int(rng.choice([40, 236, 250]))
    height, width = paper.pixels.shape[:2]
    glass.pixels[:height, :width] = paper.pixels
    leaf.size_mm = A4
    return glass
