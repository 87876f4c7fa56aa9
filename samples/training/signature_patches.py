"""Patches of paper with signatures and look-alikes: cheaper than whole sheets, so there can be many.

A patch is white paper, as the removal of a form's print leaves it, and goes through the samples' scanner. Whole forms
(``signature_scenes``) show what is lost by this.
"""

from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from extractors.feuilles.form_view import Rect
from extractors.feuilles.print_removal import WHITENING
from extractors.readers.signatures import BOX_VIEW_MM, STEP, box_planes
from samples.fonts import Split
from samples.ink import Hand, Machine
from samples.marks.pens import draw_pen
from samples.marks.places import Place
from samples.marks.signature_look_alikes import draw_look_alike
from samples.marks.signatures import sign_box
from samples.paper import BoxMm, Paper
from samples.scanner import Scanned, Scanner, scan
from samples.training.signature_scenes import STAMP, Scene, added_ink, compressed, draw_device, draw_signer

#: Paper around what is seen, mm: strokes come in from there.
_AROUND: Final = 14.0
#: of the patches learnt from; with that many, signatures leave their box oftener too
LOOK_ALIKES: Final = 0.72


def _view(done: Scanned, pixels: NDArray[np.uint8], seen: Rect, px_per_mm: float) -> NDArray[np.uint8]:
    """Return *seen*, mm of the paper, as it lies on its scan, laid flat."""
    height, width = pixels.shape[:2]
    to_scan = np.diag([width, height, 1.0]) @ done.to_fractions
    from_view = np.array([[1 / px_per_mm, 0, seen.x], [0, 1 / px_per_mm, seen.y], [0, 0, 1.0]])
    size = (round(seen.w * px_per_mm), round(seen.h * px_per_mm))
    flags = cv2.INTER_AREA | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpPerspective(pixels, to_scan @ from_view, size, flags=flags, borderValue=(255,) * 3))


def _cells(ink: NDArray[np.uint8], paper: Paper, seen: Rect, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Return the cells of what is *seen* that hold *ink*, which lies on the paper's own pixels."""
    left, top = round(seen.x * paper.scale), round(seen.y * paper.scale)
    size = (round(seen.w * paper.scale), round(seen.h * paper.scale))
    part = cv2.warpAffine(ink, np.array([[1, 0, -left], [0, 1, -top]], np.float64), size)
    return np.asarray(cv2.resize(part, shape[::-1], interpolation=cv2.INTER_AREA) > 4)


def draw_box_patch(
    rng: Generator, split: Split, modes: tuple[float, float, float], look_alikes: float = LOOK_ALIKES
) -> Scene:
    """Return one box of a form with what stands in and around it."""
    device = replace(draw_device(rng, modes), black_border=False)
    wide, tall = BOX_VIEW_MM
    paper = Paper((wide + 2 * _AROUND, tall + 2 * _AROUND), 200 if device.dpi <= 220 else 300)
    w, h = (52.0, 20.0) if rng.random() < 0.6 else (float(rng.uniform(38, 54)), float(rng.uniform(10, 22)))
    box: BoxMm = (paper.width_mm / 2 - w / 2, paper.height_mm / 2 - h / 2, w, h)
    hand = Hand.draw(rng, split)
    _neighbours(paper, hand, box, rng, split)
    signed = bool(rng.random() < 0.5)
    names: list[str] = []
    if rng.random() < look_alikes:
        place = Place(paper, box, rng, split, hand, STAMP if rng.random() < 0.5 else ())
        names += [draw_look_alike(place, signed=signed) for _ in range(1 + (rng.random() < 0.15))]
    family = manner = ""
    before = paper.pixels.copy()
    if signed:
        signer = draw_signer(rng, split, hand)
        family, manner = (
            signer.family,
            sign_box(paper, box, signer, rng, hard=bool(names) or look_alikes == LOOK_ALIKES),
        )
    ink = added_ink(before, paper)
    done = scan(paper, device, rng)
    pixels = compressed(done.pixels, device, rng)
    seen = Rect(_AROUND, _AROUND, wide, tall)
    aside = rng.normal(0, 0.12, 2)
    flat = _view(done, pixels, Rect(seen.x + aside[0], seen.y + aside[1], wide, tall), 8.0)
    planes = box_planes(_whitened(flat, device), (box[0] - seen.x, box[1] - seen.y, w, h))
    where = _cells(ink, paper, seen, (planes.shape[1] // STEP, planes.shape[2] // STEP))
    return Scene(planes, signed, where, "box", device.mode, tuple(names), family, manner)


def _whitened(flat: NDArray[np.uint8], device: Scanner) -> NDArray[np.uint8]:
    """Return ink as the removal of print leaves it: over its paper's light, paper white; the darkest channel."""
    if device.mode == "bilevel":
        return flat
    planes = [flat] if flat.ndim == 2 else list(cv2.split(flat))
    cleaned = [cv2.LUT(cv2.convertScaleAbs(p, alpha=255.0 / float(np.percentile(p, 80))), WHITENING) for p in planes]
    return np.asarray(np.minimum.reduce(cleaned), np.uint8)


def _neighbours(paper: Paper, hand: Hand, box: BoxMm, rng: Generator, split: Split) -> None:
    """Draw what stands beside a box: writing above, a tick, a signature of the next box that may run into this one."""
    x, y, w, h = box
    if rng.random() < 0.5:
        writer = hand if rng.random() < 0.6 else Machine.draw(rng)
        text = f"{int(rng.integers(5, 900))},{int(rng.integers(100)):02d}"
        writer.line(paper, text, (x + rng.uniform(-10, w), y - rng.uniform(14, 18), 40, 6), rng)
    if rng.random() < 0.4:
        middle = np.array([x + w * rng.choice([-0.2, 0.97, 1.15]), y - rng.uniform(4, 7)])
        ends = middle + np.array([[-2.5, 2.5], [0, 0], [3.0, -3.0]]) + rng.normal(0, 0.5, (3, 2))
        draw_pen(rng, split, hand.colour).draw(paper, ends, rng)
    if rng.random() < 0.25:  # the next box begins 22 mm beside; a little of what stands in it reaches over
        signer = draw_signer(rng, split, hand)
        signer = replace(signer, wide_mm=max(signer.wide_mm, float(rng.uniform(30, 60))))
        away = w / 2 + rng.uniform(20, 34)
        signer.sign(paper, (x + w / 2 + away * rng.choice([-1, 1]), y + h / 2 + rng.normal(0, 4)), rng)
