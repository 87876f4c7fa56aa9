"""Blocks of small letters in a few lines, wherever they stand and however they lean: what a rubber stamp leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.components import components
from extractors.feuilles.form_view import Rect
from extractors.feuilles.strokes import around, straight_line

#: Letters of stamps, mm: 1.5 to 4 high, worn ones broken, those of a line touching.
_HIGH_MM: Final = (0.9, 5.0)
_WIDE_MM: Final = 12.0
#: White between the letters of one line, and between lines, mm.
_GAP_MM: Final = (2.4, 1.7)
#: Blocks are grouped on a grid of this many points a mm.
_GRID: Final = 2.0
#: Letters stand on one line within this share of their height.
_ON_LINE: Final = 0.6
#: Stamps are pressed askew by a few degrees.
_LEANS: Final = np.arange(-9.0, 9.01, 0.5)


@dataclass(frozen=True, slots=True)
class LetterBlock:
    """Letters close together, in lines."""

    letters: tuple[Rect, ...]
    #: letters of each line, top to bottom
    lines: tuple[int, ...]
    #: clockwise lean of the lines
    lean_deg: float

    @property
    def rect(self) -> Rect:
        """The block's extent."""
        return around(self.letters)


def is_letter(piece: Rect) -> bool:
    """Return whether a piece of ink has the size of a letter, or of a few that touch."""
    return _HIGH_MM[0] <= piece.h <= _HIGH_MM[1] and piece.w <= _WIDE_MM


def find_blocks(pieces: Sequence[Rect], *, least: int) -> list[LetterBlock]:
    """Return the blocks of at least *least* letters among some pieces of ink (mm)."""
    letters = [piece for piece in pieces if is_letter(piece)]
    if len(letters) < least:
        return []
    whole = around(letters)
    grid = np.zeros((round((whole.h + 8) * _GRID), round((whole.w + 8) * _GRID)), np.uint8)
    for piece in letters:
        wide = piece.grown(_GAP_MM[0] / 2, _GAP_MM[1] / 2)
        x, y = round((wide.x - whole.x + 4) * _GRID), round((wide.y - whole.y + 4) * _GRID)
        cv2.rectangle(grid, (x, y), (x + round(wide.w * _GRID), y + round(wide.h * _GRID)), 1, -1)
    _, labels, _, _ = components(grid)
    groups: dict[int, list[Rect]] = {}
    for piece in letters:
        x, y = (round((v + 4) * _GRID) for v in (piece.x + piece.w / 2 - whole.x, piece.y + piece.h / 2 - whole.y))
        groups.setdefault(int(labels[y, x]), []).append(piece)
    return [_block(group) for group in groups.values() if len(group) >= least]


def _block(letters: list[Rect]) -> LetterBlock:
    """Return letters as lines, under the lean that parts them best."""
    x = np.array([p.x + p.w / 2 for p in letters])
    foot = np.array([p.y + p.h for p in letters])
    height = float(np.median([p.h for p in letters]))
    lean = min(_LEANS.tolist(), key=lambda degrees: (_thickness(x, foot, degrees, height), abs(degrees)))
    rows = _rows(foot - np.tan(np.radians(lean)) * x, _ON_LINE * height)
    slopes = [straight_line(x[row], foot[row])[0] for row in rows if len(row) >= 4]  # noqa: PLR2004 - enough to lean
    if slopes:
        lean = float(np.degrees(np.arctan(np.median(slopes))))
    return LetterBlock(tuple(letters), tuple(len(row) for row in rows), lean)


def _thickness(x: NDArray[np.float64], foot: NDArray[np.float64], degrees: float, height: float) -> float:
    """Return how far letters' feet lie from their lines under a lean, mm."""
    level = foot - np.tan(np.radians(degrees)) * x
    return float(sum(np.ptp(level[row]) * len(row) for row in _rows(level, _ON_LINE * height))) + 0.5 * height * len(
        _rows(level, _ON_LINE * height)
    )


def _rows(level: NDArray[np.float64], gap: float) -> list[NDArray[np.intp]]:
    order = np.argsort(level)
    cuts = np.flatnonzero(np.diff(level[order]) > gap) + 1
    return [np.asarray(row, np.intp) for row in np.split(order, cuts)]
