"""Rows of handwriting on a page without template, found by their ink: engines for print see only pieces of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.prescriptions.free_ink import FreeInk, Stroke, boxes, covered
from extractors.sheet import View
from schemas.geometry import Box

# Rows of handwriting lie 5 mm apart and more; between two of them the ink thins to a third of the fainter.
_SMOOTH_MM: Final = 0.7
_LEAST_SPACING_MM: Final = 3.0
_VALLEY: Final = 0.6
# A stroke that reaches at least twice this far, in mm, on both sides of the thinnest place belongs to two rows.
_SLACK_MM: Final = 1.2
# Less ink than a short word is a speck, a dot or a comma.
_LEAST_INK_MM2: Final = 1.5
_LEAST_HEIGHT_MM: Final = 1.2
# A white space this wide separates two things side by side: a stamp and a signature, a margin note and the text.
_APART_MM: Final = 22.0
# A stroke higher than this is no letter: a frame's side, a bracket, a signature.
_TALLEST_MM: Final = 18.0
# Smaller pieces are accents, dots, commas or specks: they follow the nearest letter, within this reach.
_LETTER_MM: Final = 1.8
_SPECK_REACH_MM: Final = 4.0
_UNDER: Final = 2.0
# A colon may stand a wide space behind its word.
_BESIDE: Final = 0.4
_PRINT_SHARE: Final = 0.6


@dataclass(frozen=True, slots=True)
class InkRow:
    """Strokes that follow each other on one row; ``box`` in fractions of the view."""

    box: Box
    labels: tuple[int, ...]


def find_rows(ink: FreeInk, printed: Sequence[Box], *, top: float, bottom: float) -> list[InkRow]:
    """Return the rows of ink between *top* and *bottom* that no printed line accounts for, top to bottom.

    Args:
        ink: of the page.
        printed: lines of print, in fractions of the view: their ink is left out.
        top: where to begin, as a fraction of the view's height.
        bottom: where to end.
    """
    strokes = _handwritten(ink, printed, top, bottom)
    rows: list[InkRow] = []
    least = _LETTER_MM * ink.px_per_mm
    letters = [stroke for stroke in strokes if max(stroke.w, stroke.h) >= least]
    small = [stroke for stroke in strokes if max(stroke.w, stroke.h) < least]
    for band in _with_small(ink, _bands(ink, letters), small):
        for part in _parts(band, _APART_MM * ink.px_per_mm):
            left, upper = min(s.x for s in part), min(s.y for s in part)
            right, lower = max(s.x + s.w for s in part), max(s.y + s.h for s in part)
            area = sum(s.area for s in part) / ink.px_per_mm**2
            if area >= _LEAST_INK_MM2 and lower - upper >= _LEAST_HEIGHT_MM * ink.px_per_mm:
                rows.append(InkRow(ink.box(left, upper, right - left, lower - upper), tuple(s.label for s in part)))
    return rows


def crop_row(view: View, ink: FreeInk, row: InkRow, *, left: float = 0.0) -> NDArray[np.uint8]:
    """Return *row* cut out of *view* with the ink of its neighbours painted over.

    Args:
        view: the level page.
        ink: of it.
        row: found on it.
        left: where to begin at the earliest, as a fraction of the view's width.
    """
    height, width = view.grey.shape
    margin = int(0.6 / 25.4 * view.dpi)
    x0 = max(int(max(row.box.x, left) * width) - margin, 0)
    x1 = min(int((row.box.x + row.box.w) * width) + margin, width)
    y0, y1 = max(int(row.box.y * height) - margin, 0), min(int((row.box.y + row.box.h) * height) + margin, height)
    crop = view.grey[y0:y1, x0 : max(x1, x0 + 1)].copy()
    scale = ink.mask.shape[1] / width
    columns = np.minimum((np.arange(x0, max(x1, x0 + 1)) * scale).astype(int), ink.mask.shape[1] - 1)
    lines = np.minimum((np.arange(y0, y1) * scale).astype(int), ink.mask.shape[0] - 1)
    labels = ink.labels[np.ix_(lines, columns)]
    own = np.isin(labels, row.labels).astype(np.uint8)
    rules = ink.rules[np.ix_(lines, columns)] > 0
    foreign = ((labels > 0) & (own == 0)) | rules
    near = np.ones((3, 3), np.uint8)
    foreign = (cv2.dilate(foreign.astype(np.uint8), near, iterations=2) > 0) & (cv2.dilate(own, near) == 0)
    crop[foreign] = np.uint8(np.percentile(crop, 80)) if crop.size else 255
    return crop


def _handwritten(ink: FreeInk, printed: Sequence[Box], top: float, bottom: float) -> list[Stroke]:
    height = ink.mask.shape[0]
    tallest = _TALLEST_MM * ink.px_per_mm
    low = [s for s in ink.strokes if top * height <= s.y + s.h / 2 <= bottom * height and s.h <= tallest]
    taken = covered(low, [ink.pixels(box) for box in printed], _PRINT_SHARE)
    return [stroke for stroke, is_taken in zip(low, taken, strict=True) if not is_taken]


def _bands(ink: FreeInk, strokes: list[Stroke]) -> list[list[Stroke]]:
    """Part *strokes* where the ink of the page thins between two rows."""
    if not strokes:
        return []
    top, bottom = min(s.y for s in strokes), max(s.y + s.h for s in strokes)
    chosen = np.zeros(int(ink.labels.max()) + 1, np.bool_)
    chosen[[s.label for s in strokes]] = True
    profile = np.zeros(ink.mask.shape[0])
    profile[top:bottom] = chosen[ink.labels[top:bottom]].sum(axis=1)
    smooth = cv2.GaussianBlur(profile[:, None], (1, 0), 1, sigmaY=_SMOOTH_MM * ink.px_per_mm)
    profile = np.asarray(smooth, np.float64)[:, 0]
    kept: list[int] = []
    for peak in _peaks(profile, max(1, round(_LEAST_SPACING_MM * ink.px_per_mm))):
        if kept:
            valley = profile[kept[-1] : peak].min()
            if valley > _VALLEY * min(profile[kept[-1]], profile[peak]):
                kept[-1] = max(kept[-1], peak, key=lambda y: profile[y])
                continue
        kept.append(peak)
    edges = [a + int(profile[a:b].argmin()) for a, b in pairwise(kept)]
    bands: list[list[Stroke]] = [[] for _ in range(len(edges) + 1)]
    for stroke in strokes:
        for piece in _cut(stroke, edges, _SLACK_MM * ink.px_per_mm):
            bands[int(np.searchsorted(edges, piece.y + piece.h / 2))].append(piece)
    return [band for band in bands if band]


def _peaks(profile: NDArray[np.float64], apart: int) -> list[int]:
    """Return where *profile* is highest within *apart* on both sides, top to bottom; of a flat top, its beginning."""
    rising = np.flatnonzero((profile[1:-1] > profile[:-2]) & (profile[1:-1] >= profile[2:])) + 1
    kept: list[int] = []
    for peak in rising[np.argsort(-profile[rising], kind="stable")].tolist():
        if all(abs(peak - other) >= apart for other in kept):
            kept.append(peak)
    return sorted(kept)


def _cut(stroke: Stroke, edges: list[int], slack: float) -> list[Stroke]:
    """Return the parts of a stroke that runs far into two rows, cut where the ink thins; else the stroke alone."""
    inside = [edge for edge in edges if stroke.y + 2 * slack < edge < stroke.y + stroke.h - 2 * slack]
    if not inside:
        return [stroke]
    bounds = [stroke.y, *inside, stroke.y + stroke.h]
    return [
        replace(stroke, y=upper, h=lower - upper, area=max(1, stroke.area * (lower - upper) // stroke.h))
        for upper, lower in pairwise(bounds)
    ]


def _with_small(ink: FreeInk, bands: list[list[Stroke]], small: list[Stroke]) -> list[list[Stroke]]:
    """Give accents, dots and commas to the row of the nearest letter; those far from any are specks."""
    letters = [(stroke, i) for i, band in enumerate(bands) for stroke in band]
    grown = [list(band) for band in bands]
    places = boxes([stroke for stroke, _ in letters])
    for stroke in small if letters else ():
        distances = _accent_distances(stroke, places)
        nearest = int(distances.argmin())
        if distances[nearest] <= _SPECK_REACH_MM * ink.px_per_mm:
            grown[letters[nearest][1]].append(stroke)
    return grown


def _accent_distances(mark: Stroke, letters: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far *mark* stands from each letter: marks stand over letters or behind them, seldom under them."""
    left, top, right, bottom = letters.T
    across = np.clip(np.maximum(left, mark.x) - np.minimum(right, mark.x + mark.w), 0, None)
    down = np.clip(np.maximum(top, mark.y) - np.minimum(bottom, mark.y + mark.h), 0, None)
    middle = mark.y + mark.h / 2
    weight = np.where(mark.y >= bottom, _UNDER, np.where((top <= middle) & (middle <= bottom), _BESIDE, 1.0))
    return np.asarray(np.hypot(across, down) * weight, np.float64)


def _parts(band: list[Stroke], apart: float) -> list[list[Stroke]]:
    parts: list[list[Stroke]] = []
    end = 0
    for stroke in sorted(band, key=lambda s: s.x):
        if parts and stroke.x - end <= apart:
            parts[-1].append(stroke)
        else:
            parts.append([stroke])
        end = max(end if len(parts[-1]) > 1 else 0, stroke.x + stroke.w)
    return parts
