"""Which way up a page of text lies, and how much it leans.

The lines of text tell the axis: letters stand closest to their neighbours in the line. Which end is up is read: a few
lines are given to the text reader both ways, and the way that reads like words wins.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.components import components
from extractors.pages.paper import ANALYSIS_DPI, MM_PER_INCH, PAGE_MM, InkMap, estimate_dpi, grey_of, ink_map
from extractors.pages.photo import find_paper, laid_flat
from extractors.pages.turning import turned, warped
from extractors.readers.protocol import TextReader
from extractors.scan import Scan

#: Points of ink the lean is measured on: more change nothing under 0.05 degree.
_POINTS: Final = 30_000
#: A feeder leans a sheet by less than this, degrees.
_LARGEST_LEAN: Final = 7.0
#: Sizes of what may be a letter or a handwritten word, mm. Rules, barcodes and boxes are longer, specks smaller.
_LETTER_MM: Final = (0.9, 9.0)
#: Bars of a code are thinner than this share of their length.
_THIN: Final = 0.16
#: Lines read both ways, at most.
_LINES_READ: Final = 6
#: Enough when one way has read so many letters' worth of confidence more than the other.
_CLEAR_LEAD: Final = 14.0
#: A line read this surely, each of its words, and so many letters of it, lies as it was read: upside down, print
#: reads under 0.6 (60 lines of three scanners).
_SURELY_UP: Final = (0.8, 10.0)
#: What the reader is given: its own scale for small print.
_READING_DPI: Final = 220.0


def skew_of(ink: NDArray[np.uint8]) -> float:
    """Return the clockwise lean in degrees of the lines in *ink* (non-zero is ink), 0.0 where there are none."""
    ys, xs = np.nonzero(ink)
    if len(xs) < 200:  # noqa: PLR2004 - a few specks lean nowhere
        return 0.0
    if len(xs) > _POINTS:  # drawn by chance: every so many would beat with speckle and with the rows
        drawn = np.random.default_rng(0).integers(0, len(xs), _POINTS)
        xs, ys = xs[drawn], ys[drawn]
    x, y = xs.astype(np.float32), ys.astype(np.float32)
    best = 0.0
    for reach, pace in ((_LARGEST_LEAN, 0.5), (0.5, 0.1), (0.1, 0.02)):
        angles = best + np.arange(-reach, reach + pace / 2, pace)
        best = float(angles[np.argmax([_alignment(x, y, angle) for angle in angles])])
    return best


def _alignment(x: NDArray[np.float32], y: NDArray[np.float32], degrees: float) -> float:
    """Return how sharply the ink falls into rows and columns once turned back by *degrees*."""
    lean = np.deg2rad(degrees)
    cos, sin = np.float32(np.cos(lean)), np.float32(np.sin(lean))
    score = 0.0
    for along in (y * cos - x * sin, x * cos + y * sin):
        bins = np.bincount((along - along.min()).astype(np.int32))
        score += float((np.diff(bins).astype(np.float64) ** 2).sum())
    return score


def find_rotation(scan: Scan, reader: TextReader, page: InkMap | None = None, lean: float | None = None) -> int:
    """Return the clockwise degrees, 0, 90, 180 or 270, that bring *scan*, a page of text, upright.

    Args:
        scan: the page as it came out of its file.
        reader: reads the lines the decision rests on.
        page: the scan's ink, where it is known already.
        lean: of its lines in degrees, where it is known already.
    """
    grey, dpi = grey_of(scan.pixels), estimate_dpi(scan)
    page = page or ink_map(grey, dpi)
    corners = find_paper(page.grey)
    if corners is not None:  # a photograph
        small = page.grey.shape
        flat, size = laid_flat(corners * (grey.shape[1] / small[1], grey.shape[0] / small[0]))
        grey, dpi = warped(grey, flat, (round(size[0]), round(size[1]))), max(size) / PAGE_MM * MM_PER_INCH
        page, lean = ink_map(grey, dpi), None
    if lean is None:
        lean = skew_of(page.ink)
    boxes = _letters(page.ink)
    if len(boxes) < 3:  # noqa: PLR2004 - a blank page lies any way
        return 0
    sideways = _is_sideways(boxes, lean)
    first = 90 if sideways else 0
    leads = {first: _lead(page, grey, dpi, first, lean, reader)}
    if abs(leads[first]) < _CLEAR_LEAD / 2:  # nothing reads like words: rules or bars may have told the wrong axis
        leads[90 - first] = _lead(page, grey, dpi, 90 - first, lean, reader)
    axis = max(leads, key=lambda turn: abs(leads[turn]))
    return axis if leads[axis] >= 0 else axis + 180


def _lead(page: InkMap, grey: NDArray[np.uint8], dpi: float, turn: int, lean: float, reader: TextReader) -> float:
    """Return how much better the page reads turned by *turn* than upside down."""
    return _reading_lead(turned(grey, turn), dpi, _lines(turned(page.ink, turn), lean), lean, reader)


def _letters(ink: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return ``(n, 4)`` x, y, w, h in px of what may be letters or words."""
    _, _, stats, _ = components(ink)
    boxes = stats[1:, :4].astype(np.float64)
    small, large = (mm / MM_PER_INCH * ANALYSIS_DPI for mm in _LETTER_MM)
    sides = boxes[:, 2:]
    fits = (sides.max(axis=1) >= small) & (sides.min(axis=1) <= large) & (sides.max(axis=1) <= 5 * large)
    # longer than any letter and thinner than any word: the bars of a code, a dash, a piece of rule
    fits &= (sides.max(axis=1) < large / 2) | (sides.min(axis=1) > _THIN * sides.max(axis=1))
    return np.asarray(boxes[fits], np.float64)


def _is_sideways(boxes: NDArray[np.float64], lean: float) -> bool:
    """Return whether neighbours stand above each other rather than beside: the lines run up the image."""
    angle = np.deg2rad(lean)
    middles = boxes[:, :2] + boxes[:, 2:] / 2
    straight = middles @ np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = straight.astype(np.float32)
    _, nearest = cv2.batchDistance(points, points, cv2.CV_32F, K=min(3, len(points)), normType=cv2.NORM_L2SQR)
    away = np.abs(straight[nearest[:, 1:]] - straight[:, None, :])
    beside = float((away[..., 0] > 2 * away[..., 1]).sum())
    above = float((away[..., 1] > 2 * away[..., 0]).sum())
    # a handwritten word is one stroke: it votes by its own shape, as many times as it has letters
    long, short = np.maximum(boxes[:, 2], boxes[:, 3]), np.minimum(boxes[:, 2], boxes[:, 3])
    votes = np.where(long > 2.5 * short, np.minimum(long / np.maximum(short, 1), 8.0), 0.0)
    beside += float(votes[boxes[:, 2] > boxes[:, 3]].sum())
    above += float(votes[boxes[:, 3] > boxes[:, 2]].sum())
    return above > beside


def _lines(ink: NDArray[np.uint8], lean: float) -> list[tuple[float, float, float, float]]:
    """Return the lines of a page lying 0 or 180, best to read first: x, y, w, h in px from its middle, deskewed."""
    height, width = ink.shape
    level = cv2.warpAffine(ink, cv2.getRotationMatrix2D((width / 2, height / 2), lean, 1.0), (width, height))
    mm = ANALYSIS_DPI / MM_PER_INCH
    # letters of a word are less than 2.5 mm apart, words of a line less than 3
    joined = cv2.morphologyEx(level, cv2.MORPH_CLOSE, np.ones((1, round(3 * mm)), np.uint8))
    _, _, stats, _ = components(np.asarray(joined, np.uint8))
    lines: list[tuple[float, tuple[float, float, float, float]]] = []
    for x, y, w, h, area in stats[1:].tolist():
        if not (1.5 * mm <= h <= 7 * mm and w >= 3 * h):
            continue
        filled = float((level[y : y + h, x : x + w] > 0).mean())
        if filled > 0.8 or area < 0.35 * w * h:  # noqa: PLR2004 - a dark band or a rule; a frame
            continue
        # printed text is 2 to 4 mm high; longer lines say more, up to what one call reads quickly
        likes = min(w, 90 * mm) / (1 + abs(h / mm - 3.0))
        lines.append((likes, (x - width / 2, y - height / 2, w, h)))
    lines.sort(reverse=True)
    return [line for _, line in lines[:_LINES_READ]]


def _reading_lead(
    grey: NDArray[np.uint8],
    dpi: float,
    lines: list[tuple[float, float, float, float]],
    lean: float,
    reader: TextReader,
) -> float:
    """Return how many letters' worth of confidence *lines* read better as they lie than upside down."""
    scale = ANALYSIS_DPI / dpi
    height, width = grey.shape
    zoom = min(_READING_DPI / dpi, 1.5)
    lead = 0.0
    for x, y, w, h in lines:
        # the crop, straightened: from its pixels to the page's
        left, top, wide, high = x - 0.6 * h, y - 0.35 * h, min(w + 1.2 * h, 100 / MM_PER_INCH * ANALYSIS_DPI), 1.7 * h
        angle = np.deg2rad(lean)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        matrix = np.zeros((2, 3))
        matrix[:, :2] = turn / zoom
        matrix[:, 2] = turn @ np.array([left, top]) / scale + np.array([width, height]) / 2
        size = (round(wide / scale * zoom), round(high / scale * zoom))
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        crop = np.asarray(cv2.warpAffine(grey, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8)
        letters, confidence = _letters_read(crop, reader)
        lead += letters * confidence**2  # nonsense still comes back at half confidence
        if lead > 0 and confidence >= _SURELY_UP[0] and letters >= _SURELY_UP[1]:
            break
        letters, confidence = _letters_read(turned(crop, 180), reader)
        lead -= letters * confidence**2
        if abs(lead) >= _CLEAR_LEAD:
            break
    return lead


def _letters_read(crop: NDArray[np.uint8], reader: TextReader) -> tuple[float, float]:
    """Return how many letters a line reads as, figures counting half, and how surely."""
    reading = reader.read_line(crop)
    return sum(character.isalpha() or 0.5 * character.isdigit() for character in reading.text), reading.confidence
