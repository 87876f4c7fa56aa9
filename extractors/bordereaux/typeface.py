"""The page's own figures, learned from those a key or a sum has proven, and used to read the others.

A bordereau is printed in one typeface by one machine and scanned in one go. Fifteen figures of a NIR whose key is right
are fifteen labelled drawings of that page's figures: no engine trained elsewhere knows its dotted zeros or its worn
print as well. How sure a reading is comes from the page too: from how the proven figures read when each is left out.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.components import components
from extractors.greys import percentiles

Grey: TypeAlias = NDArray[np.uint8]
Plane: TypeAlias = NDArray[np.float32]

#: Height of a figure, and how far a drawing is moved to fit another, px: an eighth of the height across.
_HEIGHT: Final = 24
_SHIFT_X: Final = 2
_SHIFT_Y: Final = 1
#: Pieces lower than this share of the usual piece are dots, commas, dashes and grain.
_TALL: Final = 0.72
#: What fills more than this share of the crop's height is a rule between columns.
_RULE: Final = 0.94
#: Signs as tall as figures, which are none.
_TALL_SIGNS: Final = "/€"
#: Where they may stand: in a date, after an amount.
_SIGNED: Final = re.compile(r"\w\w/\w\w/\w{2,4}|\w+€")
#: Pieces of one broken figure overlap across by this share of the narrower one.
_OVERLAP: Final = 0.5
_LEAST_PX: Final = 5
#: Grey levels between paper and ink under which there is nothing to read.
_NO_INK: Final = 40.0
#: Ink is what is darker than this share of the way from paper to the darkest ink.
_INK: Final = 0.45
#: Drawings of each figure, and proven words, below which nothing is learned.
_LEAST_DRAWINGS: Final = 2
_LEAST_WORDS: Final = 4
#: Figures of a long word, and the blank beside the first and last one of it, as a share of the advance.
_LONG: Final = 8
_SIDE_BEARINGS: Final = 0.15
#: Variance given to every pixel beside what was seen of it: few drawings say little about the spread of one pixel.
_VARIANCE: Final = 0.02
#: Temperatures tried: pixels are not independent, so a sum over them is too sure by far.
_TEMPERATURES: Final = tuple(float(t) for t in np.geomspace(1.0, 200.0, 40))
#: A page whose proven figures do not read at this rate when left out teaches nothing.
_LEAST_RIGHT: Final = 0.97
#: Distance proven figures of a faultless print have from their mean at least: the least seen on scans is 60.
_LEAST_USUAL: Final = 50.0
#: A drawing this many times farther from its figure than the page's proven ones is another character.
_FOREIGN: Final = 5.0


@dataclass(frozen=True)
class Strip:
    """A word at the height of the learned figures: its ink (0 paper, 1 ink) and its pieces ``(x0, x1)``."""

    ink: Plane
    pieces: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Figures:
    """What the page's typeface says of a word's figures, and the probability that all of them are right."""

    text: str
    probability: float


def strip_of(crop: Grey) -> Strip | None:
    """Return the word in *crop* with its tall pieces from left to right, or None where there is none."""
    if min(crop.shape) < _LEAST_PX:
        return None
    paper, dark = percentiles(crop, 80.0, 1.0)
    if paper - dark < _NO_INK:
        return None
    ink = np.clip((paper - crop.astype(np.float32)) / (paper - dark), 0.0, 1.0).astype(np.float32)
    _, _, stats, _ = components((ink > _INK).astype(np.uint8))
    boxes = [tuple(int(v) for v in row[:4]) for row in stats[1:]]
    # what hangs on the upper or lower edge, and is no full letter, belongs to a rule or to another row
    boxes = [b for b in boxes if b[3] >= _LEAST_PX and 0.25 * crop.shape[0] < b[3] < _RULE * crop.shape[0]]
    if not boxes:
        return None
    merged = _merged(boxes)
    usual = float(np.median([y1 - y0 for _, y0, _, y1 in merged]))
    tall = [b for b in merged if b[3] - b[1] >= _TALL * usual]
    height = float(np.median([y1 - y0 for _, y0, _, y1 in tall]))
    bottom = float(np.median([y1 for _, _, _, y1 in tall]))
    scale = _HEIGHT / height
    move = np.array([[scale, 0.0, 0.0], [0.0, scale, _SHIFT_Y + _HEIGHT - bottom * scale]])
    size = (max(round(crop.shape[1] * scale), 1), _HEIGHT + 2 * _SHIFT_Y)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    sized = np.asarray(cv2.warpAffine(ink, move, size, flags=how, borderValue=0.0), np.float32)
    return Strip(sized, tuple((x0 * scale, x1 * scale) for x0, _, x1, _ in tall))


def _merged(boxes: Iterable[tuple[int, ...]]) -> list[tuple[int, int, int, int]]:
    """Return boxes ``(x0, y0, x1, y1)`` from left to right, those that stand over each other joined."""
    merged: list[tuple[int, int, int, int]] = []
    for x, y, w, h in sorted(boxes):
        if merged:
            x0, y0, x1, y1 = merged[-1]
            if min(x1, x + w) - x > _OVERLAP * min(x1 - x0, w):
                merged[-1] = (x0, min(y0, y), max(x1, x + w), max(y1, y + h))
                continue
        merged.append((x, y, x + w, y + h))
    return merged


class Typeface:
    """The figures of one page."""

    def __init__(self, advance: float, drawings: Plane, labels: NDArray[np.int64]) -> None:
        self._advance = advance
        self._width = round(advance)
        self._classes = np.unique(labels)
        self._means = np.stack([drawings[labels == c].mean(axis=0) for c in self._classes])
        drawings = _fitted(drawings, self._means[np.searchsorted(self._classes, labels)])
        core = drawings[:, _SHIFT_Y:-_SHIFT_Y, _SHIFT_X:-_SHIFT_X]
        self._counts = np.array([int((labels == c).sum()) for c in self._classes])
        self._means = np.stack([core[labels == c].mean(axis=0) for c in self._classes])
        spread = core - self._means[np.searchsorted(self._classes, labels)]
        self._weights = 1.0 / (spread.var(axis=0) + _VARIANCE)
        self._learn_certainty(core, np.searchsorted(self._classes, labels))

    def _learn_certainty(self, core: Plane, places: NDArray[np.int64]) -> None:
        """Find out, leaving each drawing out of its figure's mean, how far right and wrong figures lie."""
        counts = self._counts[places][:, None, None]
        own = (counts * self._means[places] - core) / np.maximum(counts - 1, 1)
        distances = ((core[:, None] - self._means[None]) ** 2 * self._weights).sum(axis=(2, 3))
        everyone = np.arange(len(core))
        distances[everyone, places] = ((core - own) ** 2 * self._weights).sum(axis=(1, 2))
        self.right = float((distances.argmin(axis=1) == places).mean())
        self._usual = max(float(np.median(distances[everyone, places])), _LEAST_USUAL)
        losses = [-float(_log_shares(distances, t)[everyone, places].mean()) for t in _TEMPERATURES]
        self._temperature = _TEMPERATURES[int(np.argmin(losses))]
        self._floor = (1.0 + float((distances.argmin(axis=1) != places).sum())) / (len(core) + 2.0)

    def read(self, crop: Grey, first: str) -> Figures | None:
        """Return the figures in *crop*, separators left out; None where its pieces are no row of figures.

        Args:
            crop: one printed word.
            first: what another engine read, which tells where tall signs (a slash, a euro) stand.
        """
        strip = strip_of(crop)
        centres = _centres(strip, self._advance) if strip is not None else []
        if strip is None or not centres:
            return None
        tall = [c for c in first if c.isalnum() or c in _TALL_SIGNS]
        if len(tall) == len(centres) and _SIGNED.fullmatch("".join(tall)):
            centres = [x for x, c in zip(centres, tall, strict=True) if c not in _TALL_SIGNS]
        figures = [c for c in tall if c not in _TALL_SIGNS]
        drawings = np.stack([_drawing(strip, x, self._width) for x in centres])
        shifted = np.stack(
            [
                drawings[:, dy : dy + _HEIGHT, dx : dx + self._width]
                for dy in range(2 * _SHIFT_Y + 1)
                for dx in range(2 * _SHIFT_X + 1)
            ]
        )
        # (shifts, drawings, classes): the square expanded, so that no array of every difference is made
        weighted = self._means * self._weights
        squares = (shifted**2 * self._weights).sum(axis=(2, 3))[:, :, None] + (weighted * self._means).sum(axis=(1, 2))
        distances = (squares - 2 * np.einsum("snhw,chw->snc", shifted, weighted, optimize=True)).min(axis=0)
        foreign = distances.min(axis=1) > _FOREIGN * self._usual
        if foreign.any():
            # a sign or a rule's end among as many figures as were read at first; anything else is no row of figures
            if len(centres) - int(foreign.sum()) != len(figures) or not figures:
                return None
            distances = distances[~foreign]
        best = distances.argmin(axis=1)
        shares = np.exp(_log_shares(distances, self._temperature)).max(axis=1)
        return Figures("".join(str(self._classes[b]) for b in best), float(np.prod(shares)))


def learn(words: Sequence[tuple[Grey, str]]) -> Typeface | None:
    """Return the typeface that crops of proven words and their figures teach, or None where they are too few."""
    strips = [(strip, figures) for crop, figures in words if (strip := strip_of(crop)) is not None]
    whole = [(s, f) for s, f in strips if len(s.pieces) == len(f)]
    steps = [
        ((s.pieces[-1][0] + s.pieces[-1][1]) - (s.pieces[0][0] + s.pieces[0][1])) / 2 / (len(f) - 1)
        for s, f in whole
        if f and len(f) > 2 and len(s.pieces) > 2 and not _has_gaps(s)  # noqa: PLR2004 - two figures say little
    ]
    if len(steps) < _LEAST_WORDS:  # print whose figures touch: long words tell the advance by their width
        long = [(s, f) for s, f in strips if len(f) >= _LONG]
        steps = [(s.pieces[-1][1] - s.pieces[0][0]) / (len(f) - _SIDE_BEARINGS) for s, f in long]
    if len(steps) < _LEAST_WORDS:
        return None
    advance = float(np.median(steps))
    drawings: list[Plane] = []
    labels: list[int] = []
    for strip, figures in strips:
        centres = _centres(strip, advance)
        if len(centres) == len(figures):
            drawings += [_drawing(strip, x, round(advance)) for x in centres]
            labels += [int(c) for c in figures]
    seen = np.bincount(np.array(labels, np.int64), minlength=10)
    if (seen < _LEAST_DRAWINGS).any():
        return None
    typeface = Typeface(advance, np.stack(drawings), np.array(labels, np.int64))
    return typeface if typeface.right >= _LEAST_RIGHT else None


def _has_gaps(strip: Strip) -> bool:
    """Whether a comma or a blank parts the figures: their steps are not all one advance."""
    middles = np.array([(x0 + x1) / 2 for x0, x1 in strip.pieces])
    steps = np.diff(middles)
    return bool(steps.max() > 1.35 * np.median(steps))


def _centres(strip: Strip, advance: float) -> list[float]:
    """Return the middles of a word's figures: a piece as wide as several is cut into equal parts."""
    centres = []
    for x0, x1 in strip.pieces:
        count = max(round((x1 - x0 + 0.25 * advance) / advance), 1)
        centres += [x0 + (x1 - x0) * (k + 0.5) / count for k in range(count)]
    return centres


def _drawing(strip: Strip, centre: float, width: int) -> Plane:
    """Return the ink around *centre*, one advance wide, with room to be moved."""
    reach = width + 2 * _SHIFT_X
    left = round(centre - reach / 2)
    out = np.zeros((strip.ink.shape[0], reach), np.float32)
    x0, x1 = max(left, 0), min(left + reach, strip.ink.shape[1])
    if x1 > x0:
        out[:, x0 - left : x1 - left] = strip.ink[:, x0:x1]
    return out


def _fitted(drawings: Plane, means: Plane) -> Plane:
    """Return *drawings*, each moved to where it fits its figure's mean best."""
    moves = [(dy, dx) for dy in range(-1, 2) for dx in range(-2, 3)]
    moved = np.stack([np.roll(drawings, move, axis=(1, 2)) for move in moves])
    best = ((moved - means) ** 2).sum(axis=(2, 3)).argmin(axis=0)
    return np.asarray(moved[best, np.arange(len(drawings))], np.float32)


def _log_shares(distances: NDArray[np.floating], temperature: float) -> NDArray[np.float64]:
    scaled = -distances.astype(np.float64) / (2 * temperature)
    return np.asarray(scaled - np.logaddexp.reduce(scaled, axis=1, keepdims=True))
