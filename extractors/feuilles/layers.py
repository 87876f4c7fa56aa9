"""A stamp over writing in another ink, parted in two layers: the stamp without the writing, the writing without it.

Where two inks are told apart by their colour, each point's darkness goes to the ink whose colour it has. A point of
both stays in both.
"""

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.feuilles.colour_view import COLOUR_PX_PER_MM
from extractors.feuilles.form_view import FormView, Rect

_Share = NDArray[np.float32]
Light = NDArray[np.float64]
#: Shares of the light taken by which two inks must differ to be parted point by point, where one entry's two inks need
#: 0.05 on the average of a figure: a point is as noisy as its JPEG block.
_APART: Final = 0.08
#: A stamp's edge lies this far beyond its letters, mm.
_AROUND_MM: Final = 3.0
#: Paper is looked for within this, mm; what is lighter than the second on the print-free view is paper.
_PAPER_MM: Final = 1.5
_PAPER_FROM: Final = 235
#: Less light taken than this share is paper, whose colour says nothing.
_LEAST_TAKEN: Final = 0.12
#: An ink's own share of a point under the first is none of it, over the second all.
_OWN: Final = (0.30, 0.60)


@dataclass(frozen=True, slots=True)
class Layers:
    """A form as two views of one frame."""

    #: without the stamp's ink
    writing: FormView
    #: without the writing's, where the stamp is
    stamp: FormView


def parted(view: FormView, place: Rect, stamp: Light, writing: Light) -> Layers | None:
    """Return the layers of a form; None where the two inks are too much alike, or the scan has no colour.

    Args:
        view: the form laid flat.
        place: the stamp's, mm.
        stamp: the stamp's ink, as light red green blue.
        writing: that of the entries.
    """
    inks = [np.maximum(255.0 - light, 1.0) for light in (stamp, writing)]
    stamp_ink, own_ink = (taken / taken.sum() for taken in inks)
    if view.colour is None or float(np.linalg.norm(stamp_ink - own_ink)) < _APART:
        return None
    left, top, right, bottom = _bounds(view, place.grown(_AROUND_MM, _AROUND_MM))
    if right - left < 2 or bottom - top < 2:  # noqa: PLR2004 - off the form
        return None
    fine = (slice(top, bottom), slice(left, right))
    share = _writing_share(view, view.colour, fine, stamp_ink, own_ink)
    cleaned = view.cleaned[fine]
    alone = view.cleaned.copy()
    alone[fine] = _only(cleaned, share)
    stamped = view.cleaned.copy()
    stamped[fine] = _only(cleaned, 1.0 - share)
    original = view.original.copy()
    paper = cv2.dilate(original[fine], np.ones((9, 9), np.uint8))
    own = np.clip((share - _OWN[0]) / (_OWN[1] - _OWN[0]), 0.0, 1.0) * (cleaned < _PAPER_FROM)
    original[fine] = (original[fine] * (1.0 - own) + paper * own).astype(np.uint8)
    return Layers(replace(view, cleaned=alone), replace(view, cleaned=stamped, original=original))


def _only(cleaned: NDArray[np.uint8], share: _Share) -> NDArray[np.uint8]:
    """Return the ink of which *share* is one's own."""
    own = np.clip((share - _OWN[0]) / (_OWN[1] - _OWN[0]), 0.0, 1.0)
    return np.asarray(255.0 - (255.0 - cleaned) * own, np.uint8)


def _writing_share(
    view: FormView, colour: NDArray[np.uint8], fine: tuple[slice, slice], stamp: Light, writing: Light
) -> _Share:
    """Return, point by point, which share of the light is taken by the writing rather than by the stamp."""
    factor = view.px_per_mm / COLOUR_PX_PER_MM
    rows, columns = (
        slice(round(s.start / factor), max(round(s.stop / factor), round(s.start / factor) + 1)) for s in fine
    )
    part = colour[rows, columns].astype(np.float32)
    size = (part.shape[1], part.shape[0])
    light = cv2.resize(view.cleaned[fine], size, interpolation=cv2.INTER_AREA) >= _PAPER_FROM
    alone = cv2.erode(light.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.float32)
    blur = _PAPER_MM * COLOUR_PX_PER_MM
    weight = cv2.GaussianBlur(alone, (0, 0), blur)[..., None] + 1e-3
    paper = cv2.GaussianBlur(part * alone[..., None], (0, 0), blur) / weight
    taken = np.clip(1.0 - part / np.maximum(paper, 1.0), 0.0, 1.0)
    total = taken.sum(axis=2)
    axis = (writing - stamp).astype(np.float32)
    along = (taken / np.maximum(total, 1e-3)[..., None] - stamp.astype(np.float32)) @ axis / float(axis @ axis)
    along = np.where(total < _LEAST_TAKEN, 0.5, np.clip(along, 0.0, 1.0)).astype(np.float32)
    along = cv2.medianBlur(along, 3)
    shape = view.cleaned[fine].shape
    return np.asarray(cv2.resize(along, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR), np.float32)


def _bounds(view: FormView, rect: Rect) -> tuple[int, int, int, int]:
    left, top, right, bottom = view.pixels(rect)
    height, width = view.cleaned.shape
    return max(left, 0), max(top, 0), min(right, width), min(bottom, height)
