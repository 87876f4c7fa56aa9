"""A number on a line, taken apart into characters for the cell reader: a second opinion on dates and amounts.

Strokes that stand over each other are one character; one that is too wide may be several that touch. Every way to
take it apart is kept with its probability, and the strings that come out are hypotheses like any reader's.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.components import components
from extractors.decoding.cells import seen_cells
from extractors.decoding.hypotheses import Hypothesis
from extractors.decoding.spelling import CutNumber, Part, Way, shares_of_widths, spelled
from extractors.feuilles.strokes import Entry, straight_line
from extractors.readers.protocol import CellReader

# A cell of the form is 4.8 mm high for writing 2.2 to 3 mm high. Of 0.46, 0.52, 0.58, 0.64 and 0.70, tried on 366
# entries of five lots, the middle ones read best.
_WRITING_SHARE: Final = 0.55
# Width of a digit with its gap, as a share of its height, in print and by hand; a 1 is narrower and never split.
_DIGIT_WIDTH: Final = 0.72
_CELL_MARGIN: Final = (0.25, 0.20)
# Shorter than this share of the line's height is a comma, a point or a dash; so is what hangs under its middle.
_SHORT: Final = 0.45
_TALLEST_MARK: Final = 0.75
# A short low stroke between digits is a comma: what else it may be is dust, and dust that large is rare.
_MARK: Final = 0.99
# A slash leans at least this much: run over rise.
_SLASH_LEAN: Final = 0.18
_MOST_IN_ONE: Final = 4
_MOST_CHARACTERS: Final = 16
_CELL_PX: Final = 48


@dataclass(frozen=True, slots=True)
class _Piece:
    """Strokes that stand over each other: columns ``[x0, x1)`` and rows ``[y0, y1)`` of the entry, its ink."""

    x0: int
    y0: int
    x1: int
    y1: int
    ink: NDArray[np.bool_]

    @property
    def width(self) -> int:
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        return self.y1 - self.y0


def read_characters(entry: Entry, reader: CellReader, *, separators: str = ",") -> list[Hypothesis]:
    """Return the likeliest strings of a number, best first; empty where it is not one (too many strokes)."""
    number = cut_number(entry, reader, separators=separators)
    return [] if number is None else spelled(number)


def cut_number(entry: Entry, reader: CellReader, *, separators: str = ",") -> CutNumber | None:
    """Return a number taken apart, its characters looked at; None where it is not one (too many strokes).

    Args:
        entry: the strokes, one line.
        reader: of the characters.
        separators: what may stand between digits: ``,`` alone, or ``/.-`` for a date.
    """
    pieces = _pieces(entry)
    tall = [p.height for p in pieces]
    if not pieces or len(pieces) > _MOST_CHARACTERS:
        return None
    line = float(np.median([h for h in tall if h >= 0.6 * max(tall)]))
    crops: list[NDArray[np.uint8]] = []
    cut: list[tuple[Way, ...]] = []
    for piece in pieces:
        ways = _ways(piece, line)
        found: list[Way] = []
        for way, weight in zip(ways, _weights(piece, ways, line), strict=True):
            parts = []
            for part in way:
                marks = _marks(part, line, entry, separators)
                slash = _slash(part, line) if not marks and "/" in separators else 0.0
                parts.append(Part(marks) if marks else Part(cell=len(crops), slash=slash))
                if not marks:
                    crops.append(_crop(entry, part, line))
            found.append(Way(weight, tuple(parts)))
        cut.append(tuple(found))
    probabilities, features = reader.read_cells_with_features(crops)
    return CutNumber(tuple(cut), seen_cells(reader.classes, probabilities, features))


def _pieces(entry: Entry) -> list[_Piece]:
    """Return the entry's strokes, those that stand over each other together, left to right."""
    _, labels, stats, _ = components(entry.ink.astype(np.uint8))
    boxes = sorted((int(x), int(y), int(x + w), int(y + h), i) for i, (x, y, w, h, _) in enumerate(stats) if i)
    groups: list[tuple[list[int], list[int]]] = []  # box, labels
    for x0, y0, x1, y1, label in boxes:
        if groups:
            box, held = groups[-1]
            shared = min(box[2], x1) - max(box[0], x0)
            if shared > 0.5 * min(box[2] - box[0], x1 - x0) and not _is_low(y0, y1, entry):
                groups[-1] = ([min(box[0], x0), min(box[1], y0), max(box[2], x1), max(box[3], y1)], [*held, label])
                continue
        groups.append(([x0, y0, x1, y1], [label]))
    pieces = []
    for (x0, y0, x1, y1), held in groups:
        is_held = np.zeros(len(stats), np.bool_)
        is_held[held] = True
        pieces.append(_Piece(x0, y0, x1, y1, is_held[labels[y0:y1, x0:x1]]))
    return pieces


def _is_low(y0: int, y1: int, entry: Entry) -> bool:
    """Return whether a stroke is a comma under the writing: low, and short."""
    rows = np.flatnonzero(entry.ink.any(axis=1))
    height = rows[-1] - rows[0] + 1
    return bool((y1 - y0) < _TALLEST_MARK * height and y0 > rows[0] + 0.45 * height)


def _ways(piece: _Piece, line: float) -> list[list[_Piece]]:
    """Return the ways to take *piece* apart: whole, and cut where its ink is thinnest where it is wide."""
    ways = [[piece]]
    for parts in range(2, _MOST_IN_ONE + 1):
        if piece.width / parts < 0.42 * _DIGIT_WIDTH * line or piece.width < 0.85 * line:
            break
        ways.append(_cut(piece, parts))
    return ways


def _cut(piece: _Piece, parts: int) -> list[_Piece]:
    columns = piece.ink.sum(axis=0).astype(np.float64)
    step = piece.width / parts
    edges = [0]
    for k in range(1, parts):
        middle, reach = k * step, 0.28 * step
        low, high = int(middle - reach), int(middle + reach) + 1
        away = np.abs(np.arange(low, high) - middle) / max(reach, 1.0)
        edges.append(low + int(np.argmin(columns[low:high] + 0.15 * piece.height * away)))
    edges.append(piece.width)
    cut = []
    for a, b in pairwise(edges):
        ink = piece.ink[:, a : max(b, a + 1)]
        rows = np.flatnonzero(ink.any(axis=1))
        top, bottom = (int(rows[0]), int(rows[-1]) + 1) if rows.size else (0, piece.height)
        cut.append(_Piece(piece.x0 + a, piece.y0 + top, piece.x0 + max(b, a + 1), piece.y0 + bottom, ink[top:bottom]))
    return cut


def _weights(piece: _Piece, ways: list[list[_Piece]], line: float) -> list[float]:
    """Return how likely each way is from the piece's width alone."""
    wide = piece.width / (_DIGIT_WIDTH * line)
    scores = [float(np.exp(-(((wide - len(way)) / 0.45) ** 2))) if len(way) > 1 or wide > 1 else 1.0 for way in ways]
    return shares_of_widths(scores)


def _crop(entry: Entry, piece: _Piece, line: float) -> NDArray[np.uint8]:
    """Return *piece* alone as the cell reader expects a cell: as high as the line's writing wants it."""
    cell = line / _WRITING_SHARE
    width, height = cell * (1 + 2 * _CELL_MARGIN[0]), cell * (1 + 2 * _CELL_MARGIN[1])
    scale = _CELL_PX / height
    middle_x = (piece.x0 + piece.x1) / 2
    # a short stroke keeps its place on the line; a tall one is centred, as in a cell
    middle_y = (piece.y0 + piece.y1) / 2 if piece.height > _SHORT * line else _line_middle(entry)
    alone = np.full(entry.grey.shape, 255, np.uint8)
    part = np.s_[piece.y0 : piece.y1, piece.x0 : piece.x1]
    soft = cv2.dilate(piece.ink.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    alone[part] = np.where(soft, entry.grey[part], np.uint8(255))
    shift = (scale * (width / 2 - middle_x), scale * (height / 2 - middle_y))
    to_crop = np.array([[scale, 0.0, shift[0]], [0.0, scale, shift[1]]])
    size = (max(round(width * scale), 8), max(round(height * scale), 8))
    flags = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.warpAffine(alone, to_crop, size, flags=flags, borderValue=[255]), np.uint8)


def _line_middle(entry: Entry) -> float:
    rows = np.flatnonzero(entry.ink.any(axis=1))
    return float(rows[0] + rows[-1] + 1) / 2


def _marks(piece: _Piece, line: float, entry: Entry, separators: str) -> tuple[tuple[str, float], ...]:
    """Return what a short stroke may be, with probabilities; nothing for one as tall as a character."""
    low = piece.y0 > _line_middle(entry) - 0.1 * line
    if not (piece.height < _SHORT * line or (low and piece.height < _TALLEST_MARK * line)) or piece.width >= 0.8 * line:
        return ()
    low = low or (piece.y0 + piece.y1) / 2 > _line_middle(entry)
    mark = "," if low and "," in separators else "." if low else "-"
    return ((mark, _MARK),) if mark in separators else (("", 0.6), ("?", 0.3))


def _slash(piece: _Piece, line: float) -> float:
    """Return the probability that *piece* is a slash: one straight stroke that leans right and rises over the line."""
    ys, xs = np.nonzero(piece.ink)
    if piece.height < 0.7 * line:
        return 0.0
    slope, middle = straight_line(ys.astype(np.float64), xs.astype(np.float64))
    off = np.abs(xs - (slope * ys + middle))
    stroke = len(ys) / max(piece.height, 1)
    straight = float(np.percentile(off, 90)) < 0.8 * stroke + 1
    if not straight:
        return 0.01
    if -slope < _SLASH_LEAN:
        return 0.25 if piece.height > 1.15 * line else 0.08
    return 0.9 if piece.height > 1.1 * line or -slope > 2 * _SLASH_LEAN else 0.6
