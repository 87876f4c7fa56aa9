"""Finding the printed lines of a page, so that an engine reads text only and never lays out a whole page.

Tesseract's own layout analysis costs more than its reading, and stumbles over tables: it takes columns for
paragraphs and rules for letters. Here ink becomes connected components; rules, graphics and barcodes are set
aside; letters are chained into *runs*, the pieces of a line between wide gaps. A run is what an engine reads.
"""

from dataclasses import dataclass, field
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.components import components
from extractors.greys import percentiles

Grey: TypeAlias = NDArray[np.uint8]

#: Letters of 6 to 24 pt are 1.2 to 6 mm high with their ascenders; figures of this size decide the page's x-height.
_LETTER_MM: Final = (0.9, 6.5)
#: A stroke longer than this is a rule, not a letter: no letter of a table is wider.
_RULE_MM: Final = 9.0
#: Above this height in multiples of the page's usual letter a component is a drawing, a signature or a barcode.
_DRAWING_HEIGHTS: Final = 5.0
#: Gaps wider than this many letter heights end a run (a space is about 0.4, columns stand 1.5 and more apart).
_GAP_HEIGHTS: Final = 1.3
#: Grey levels under the local background that make ink.
_INK_DEPTH: Final = 24
#: Height of capitals, px, that crops are scaled to. Tesseract's network works on lines 36 px high; 24 read as well
#: as 30 and 36 on typed and dot-matrix pages and cost 20 to 30 % less.
_CAPITAL_PX: Final = 24.0
_MARGIN_PX: Final = 10
#: Height of a line's ink in heights of its capitals, accents and descenders counted by halves.
_WITH_ACCENT: Final = 1.15
#: A crop smaller than this, px, holds no letter.
_LEAST_SIDE: Final = 6
#: Resolution letters are found at, at least: a scan is reduced by whole steps, which costs a tenth of any other.
_WORK_DPI: Final = 150.0
#: A band of headings printed white on dark: grey below this share of the paper's, high and full as no letter is.
_BAND_SHARE: Final = 0.6
_BAND_MM: Final = (3.2, 16.0)
_BAND_FILL: Final = 0.62


@dataclass(slots=True)
class Run:
    """A piece of a printed line: its components' labels and its box in pixels ``[x0, x1) x [y0, y1)``."""

    x0: int
    y0: int
    x1: int
    y1: int
    line: int = -1
    labels: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Crop:
    """A run cut out for an engine: dark text on white, and the way back to the page's pixels."""

    grey: Grey
    left: float
    top: float
    scale: float
    margin: int
    line: int


def prepare_line(crop: Grey) -> Grey:
    """Return a one-line *crop* as engines like it: letters at their size, a white border; no pixel where no ink is."""
    nothing = np.zeros((0, 0), np.uint8)
    if min(crop.shape) < _LEAST_SIDE:
        return nothing
    rows = np.flatnonzero((_darkness(crop) > _INK_DEPTH).any(axis=1))
    if not rows.size:
        return nothing
    height = max(int(rows[-1] - rows[0]), _LEAST_SIDE)
    return _bordered(_scaled(crop, float(np.clip(_CAPITAL_PX * _WITH_ACCENT / height, 0.4, 4.0))))


def find_crops(grey: Grey, *, dpi: float) -> list[Crop]:
    """Return the runs of an upright, deskewed page as crops, in reading order."""
    page = _Page(grey, dpi)
    runs = page.runs()
    return [page.crop(run) for run in runs]


def _darkness(grey: Grey) -> Grey:
    """Return how much darker each pixel is than the paper around it (shadows and tints cancel out)."""
    height, width = grey.shape
    small = cv2.resize(grey, (max(width // 8, 1), max(height // 8, 1)), interpolation=cv2.INTER_AREA)
    paper = cv2.medianBlur(cv2.dilate(small, np.ones((5, 5), np.uint8)), 5)
    around = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    return cv2.subtract(around, grey).astype(np.uint8)


def _scaled(grey: Grey, scale: float) -> Grey:
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(grey, None, fx=scale, fy=scale, interpolation=how).astype(np.uint8)


def _bordered(grey: Grey) -> Grey:
    paper = _paper(grey)
    m = _MARGIN_PX
    return cv2.copyMakeBorder(grey, m, m, m, m, cv2.BORDER_CONSTANT, value=[paper]).astype(np.uint8)


class _Page:
    """The ink of one page, as components."""

    def __init__(self, grey: Grey, dpi: float) -> None:
        # letters are found at 150 to 300 dpi, which is enough for 6 pt; crops keep every pixel
        self._zoom = max(dpi // _WORK_DPI, 1.0)
        small = grey if self._zoom == 1.0 else _scaled(grey, 1 / self._zoom)
        self._px_mm = dpi / self._zoom / 25.4
        self._grey = grey
        ink = self._ink(small)
        _, self._labels, stats, _ = components(ink)
        self._stats = stats.astype(np.int64)
        self._letter_px = self._usual_letter()

    def _ink(self, grey: Grey) -> Grey:
        """Return the ink of the page (0 or 255) without its rules; paints rules out of the page, turns bands."""
        dark = self._without_bands(grey, _darkness(grey))
        level = max(_INK_DEPTH, int(percentiles(dark[::3, ::3], 99.5)[0]) * 2 // 5)
        _, ink = cv2.threshold(dark, level, 255, cv2.THRESH_BINARY)
        length = int(_RULE_MM * self._px_mm)
        across = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
        down = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
        rules = cv2.bitwise_or(across, down)
        if cv2.countNonZero(rules):
            rules = cv2.dilate(rules, np.ones((3, 3), np.uint8)).astype(np.uint8)
            ink[rules > 0] = 0
            self._grey = self._grey.copy()
            self._grey[self._enlarged(rules.astype(np.uint8), self._grey.shape) > 0] = 255
        return ink.astype(np.uint8)

    def _enlarged(self, mask: Grey, shape: tuple[int, ...]) -> Grey:
        if mask.shape == shape:
            return mask
        return cv2.resize(mask, (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST).astype(np.uint8)

    def _without_bands(self, grey: Grey, dark: Grey) -> Grey:
        """Turn headings printed white on a dark band into dark on white, on the page; return the new darkness."""
        step = 4
        small = grey[::step, ::step]
        solid = np.where(small < _BAND_SHARE * percentiles(small, 90.0)[0], 255, 0).astype(np.uint8)
        _, _, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=4)
        px_mm = self._px_mm / step
        tall = (stats[:, 3] >= _BAND_MM[0] * px_mm) & (stats[:, 3] <= _BAND_MM[1] * px_mm)
        full = stats[:, 4] > _BAND_FILL * stats[:, 2] * stats[:, 3]
        for label in np.flatnonzero(tall & full & (stats[:, 2] > 2 * _BAND_MM[0] * px_mm)).tolist():
            x, y, w, h = (int(v) * step for v in stats[label, :4])
            dark[y : y + h, x : x + w] = _darkness(_turned(grey[y : y + h, x : x + w]))
            top, bottom, left, right = (int(v * self._zoom) for v in (y, y + h, x, x + w))
            self._grey = self._grey.copy()
            self._grey[top:bottom, left:right] = _turned(self._grey[top:bottom, left:right])
        return dark

    def _usual_letter(self) -> float:
        """Return the height in px of the page's usual capital or digit."""
        heights = self._stats[1:, cv2.CC_STAT_HEIGHT]
        widths = self._stats[1:, cv2.CC_STAT_WIDTH]
        low, high = (mm * self._px_mm for mm in _LETTER_MM)
        letters = heights[(heights >= low) & (heights <= high) & (widths < 3 * heights)]
        return float(np.percentile(letters, 60)) if letters.size else 2.5 * self._px_mm

    def runs(self) -> list[Run]:
        """Return the runs of text, top to bottom and left to right, with their line numbers."""
        letter = self._letter_px
        w, h, area = (self._stats[:, column] for column in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
        # an accent scanned in black and white at 200 dpi may be six pixels: only less is a speck
        is_speck = (area < 0.008 * letter * letter) | (np.maximum(w, h) < 0.1 * letter)
        is_drawing = (h > _DRAWING_HEIGHTS * letter) | (w > 3 * _DRAWING_HEIGHTS * letter)
        is_bar = (h > 2.2 * letter) & (w < 0.25 * h)
        is_letter = ~is_drawing & ~is_bar & (h > 0.45 * letter)
        is_letter[0] = False
        is_mark = ~is_drawing & ~is_bar & ~is_letter & ~is_speck
        is_mark[0] = False
        runs = self._chained(np.flatnonzero(is_letter))
        for label in np.flatnonzero(is_mark).tolist():
            self._attach(label, runs)
        runs = self._bridged(runs)
        kept = [run for run in runs if len(run.labels) > 1 or run.y1 - run.y0 > 0.6 * letter]
        return _in_lines(kept)

    def _chained(self, labels: NDArray[np.intp]) -> list[Run]:
        """Chain letters, left to right, each to the run that ends just before it at its height."""
        order = labels[np.argsort(self._stats[labels, cv2.CC_STAT_LEFT], kind="stable")]
        runs: list[Run] = []
        # end x, top and bottom of each run's last letters: what the next letter is compared with
        ends = np.zeros((len(order), 3))
        for label in order.tolist():
            x, y, w, h = (int(v) for v in self._stats[label, :4])
            found = self._run_before(ends[: len(runs)], x, y, h)
            if found is None:
                ends[len(runs)] = (x + w, y, y + h)
                runs.append(Run(x, y, x + w, y + h, labels=[label]))
                continue
            run = runs[found]
            run.y0, run.x1, run.y1 = min(run.y0, y), max(run.x1, x + w), max(run.y1, y + h)
            run.labels.append(label)
            _, top, bottom = ends[found]
            # slow followers: a descender or a comma must not drag the line up or down
            ends[found] = (run.x1, 0.7 * top + 0.3 * y, 0.7 * bottom + 0.3 * (y + h))
        return runs

    def _run_before(self, ends: NDArray[np.float64], x: int, y: int, h: int) -> int | None:
        if not len(ends):
            return None
        overlap = np.minimum(ends[:, 2], y + h) - np.maximum(ends[:, 1], y)
        smaller = np.minimum(ends[:, 2] - ends[:, 1], h)
        taller = np.maximum(ends[:, 2] - ends[:, 1], h)
        gap = x - ends[:, 0]
        fits = (overlap > 0.5 * smaller) & (gap < _GAP_HEIGHTS * np.minimum(taller, 2 * smaller))
        if not fits.any():
            return None
        return int(np.where(fits, overlap / smaller - 0.3 * np.maximum(gap, 0) / taller, -np.inf).argmax())

    def _bridged(self, runs: list[Run]) -> list[Run]:
        """Join runs that a comma or a dash between them brings close: a decimal comma is no gap between columns."""
        bridged: list[Run] = []
        for run in sorted(runs, key=lambda run: run.x0):
            height = run.y1 - run.y0
            near = [
                left
                for left in bridged
                if -self._letter_px < run.x0 - left.x1 < _GAP_HEIGHTS * self._letter_px
                and min(run.y1, left.y1) - max(run.y0, left.y0) > 0.6 * min(height, left.y1 - left.y0)
            ]
            if not near:
                bridged.append(run)
                continue
            left = max(near, key=lambda held: held.x1)
            left.labels += run.labels
            left.y0, left.x1, left.y1 = min(left.y0, run.y0), max(left.x1, run.x1), max(left.y1, run.y1)
        return bridged

    def _attach(self, label: int, runs: list[Run]) -> None:
        """Give a dot, an accent, a comma or a dash to the run it belongs to."""
        x, y, w, h = (int(v) for v in self._stats[label, :4])
        letter = self._letter_px
        best: tuple[float, Run] | None = None
        for run in runs:
            beside = max(run.x0 - (x + w), x - run.x1, 0)
            above = max(run.y0 - (y + h), y - run.y1, 0)
            if beside > 0.8 * letter or above > 0.45 * letter:
                continue
            distance = beside + 2.0 * above
            if best is None or distance < best[0]:
                best = (distance, run)
        if best is not None:
            run = best[1]
            run.labels.append(label)
            run.x0, run.y0 = min(run.x0, x), min(run.y0, y)
            run.x1, run.y1 = max(run.x1, x + w), max(run.y1, y + h)

    def crop(self, run: Run) -> Crop:
        """Cut *run* out of the page: other runs' ink painted out, letters brought to the engine's size."""
        pad = max(int(0.25 * self._letter_px), 2)
        height, width = self._labels.shape
        x0, y0 = max(run.x0 - pad, 0), max(run.y0 - pad, 0)
        x1, y1 = min(run.x1 + pad, width), min(run.y1 + pad, height)
        left, top, right, bottom = (round(v * self._zoom) for v in (x0, y0, x1, y1))
        part = self._grey[top:bottom, left:right]
        labels = self._labels[y0:y1, x0:x1]
        is_foreign = np.ones(len(self._stats), np.bool_)
        is_foreign[[0, *run.labels]] = False
        foreign = is_foreign[labels]
        if foreign.any():
            mask = cv2.dilate(foreign.astype(np.uint8), np.ones((3, 3), np.uint8))
            part = part.copy()
            part[self._enlarged(mask.astype(np.uint8), part.shape) > 0] = _paper(part)
        letter = float(np.percentile(self._stats[run.labels, cv2.CC_STAT_HEIGHT], 75)) * self._zoom
        scale = float(np.clip(_CAPITAL_PX / max(letter, 4.0), 0.4, 4.0))
        return Crop(_bordered(_scaled(part, scale)), left, top, scale, _MARGIN_PX, run.line)


def _turned(band: Grey) -> Grey:
    """Return a white-on-dark *band* as dark on white, stretched to the full range."""
    low, high = (int(v) for v in percentiles(band, 1.0, 99.0))
    return np.clip((high - band.astype(np.int32)) * 255 // max(high - low, 1), 0, 255).astype(np.uint8)


def _paper(part: Grey) -> int:
    """Return the usual grey of the paper in a crop: the 90th percentile of a sample of it."""
    return int(percentiles(part[::2, ::3], 90.0)[0]) if part.size else 255


def _in_lines(runs: list[Run]) -> list[Run]:
    """Number the printed lines: runs whose middles stand within half their height of each other share one."""
    ends: list[tuple[float, float, float]] = []  # x of the right end, middle, height of the line's last run
    for run in sorted(runs, key=lambda run: run.x0):
        middle, height = (run.y0 + run.y1) / 2, float(run.y1 - run.y0)
        best = min(range(len(ends)), key=lambda k: abs(ends[k][1] - middle), default=0)
        right, level, tall = ends[best] if ends else (np.inf, 0.0, 0.0)
        if run.x0 >= right and abs(level - middle) < 0.5 * min(height, tall):
            run.line = best
            ends[best] = (run.x1, middle, height)
        else:
            run.line = len(ends)
            ends.append((run.x1, middle, height))
    tops: dict[int, list[float]] = {}
    for run in runs:
        tops.setdefault(run.line, []).append((run.y0 + run.y1) / 2)
    rank = {line: place for place, line in enumerate(sorted(tops, key=lambda line: float(np.mean(tops[line]))))}
    for run in runs:
        run.line = rank[run.line]
    return sorted(runs, key=lambda run: (run.line, run.x0))
