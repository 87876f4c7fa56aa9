"""Comb cells as they come to the reader: printed form removed, its residue left, neighbours at the edges.

Everything is drawn at the scan's own resolution, as ink depth (0 paper, 1 black), then scanned: blurred, grained,
compressed or made bilevel, and turned a little, as registration does.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.readers.cells import MARGIN_X, MARGIN_Y
from samples.training.glyphs import FOREIGN, Bank, Glyph

Depth = NDArray[np.float32]
#: share of each class among the drawn cells; the rest are figures, evenly
_SHARES: Final = {" ": 0.24, "?": 0.10, "A": 0.035, "B": 0.035, ",": 0.03}
_FIGURES: Final = "0123456789"
#: share of the printed zeros that get a dot or a slash, beside the faces that have one
_MARKED_ZERO: Final = 0.2
#: share of the cells that a stamp's line runs through, and what is left of a fold: a darker stroke is a striking out
STAMPED: Final = 0.1
FOLDED: Final = 0.1
#: share of the cells with what removing the form leaves; the last pool of the committed weights was drawn with 0.12
SOILED: Final = 1.0
#: a stamp's ink against the writing's, at most: where it is as dark, nobody can tell them apart
_STAMP_INK: Final = 0.75
# One written over the other is a clean figure again: calling that junk would teach doubt about honest figures.
_SEEMING: Final = {
    "0": "13689",
    "1": "4789",
    "2": "7",
    "3": "5689",
    "4": "7",
    "5": "689",
    "6": "89",
    "7": "9",
    "8": "9",
}


@dataclass(frozen=True)
class Hand:
    """How one writer, or one machine, fills the cells of a crop."""

    source: dict[str, list[Glyph]]
    is_typed: bool
    height: float  #: of a figure, in cell heights
    slant: float
    turn_deg: float
    shake_deg: float  #: standard deviation of the turn from one character to the next
    width: float  #: stretch of the figures' width
    pen: int  #: pixels added to (or taken from) strokes, at the glyph's own size
    ink: float  #: depth of the ink


def draw_class(rng: np.random.Generator) -> str:
    """Return the class of the next cell."""
    dice = float(rng.random())
    for name, share in _SHARES.items():
        if dice < share:
            return name
        dice -= share
    return str(rng.choice(list(_FIGURES)))


def draw_cell(
    rng: np.random.Generator, banks: dict[str, Bank], weights: dict[str, float], label: str
) -> NDArray[np.uint8]:
    """Return the crop of one cell that holds *label*, one of the reader's classes."""
    dpi = rng.choice([150, 200, 200, 200, 240, 300, 300, 400])
    cell_w, cell_h = rng.uniform(3.9, 5.2) * dpi / 25.4, rng.uniform(4.4, 5.4) * dpi / 25.4
    size = (round(cell_h * (1 + 2 * MARGIN_Y)), round(cell_w * (1 + 2 * MARGIN_X)))
    hand = draw_hand(rng, banks, weights, label)
    depth = np.zeros(size, np.float32)
    centre = np.array([size[1] / 2, size[0] / 2])
    spread = (0.05, 0.07) if hand.is_typed else (0.09, 0.09)
    base = np.clip(rng.normal(0.0, spread), -0.22, 0.22)
    if label in _FIGURES or label in "AB,":
        _write(rng, depth, hand, label, centre + (base + rng.normal(0, 0.02, 2)) * (cell_w, cell_h), cell_h)
    elif label == "?":
        spoil(rng, depth, hand, centre + base * (cell_w, cell_h), cell_w, cell_h)
    for side in (-1, 1):
        if rng.random() < (0.75 if label != " " else 0.35):
            drift = base + rng.normal(0, 0.02 if hand.is_typed else 0.05, 2)
            there = centre + (drift + np.array([side, 0.0])) * (cell_w, cell_h)
            _write(rng, depth, hand, str(rng.choice(list(_FIGURES))), there, cell_h)
    for side in (-1, 1):
        if rng.random() < 0.12:  # a line of text above or below reaches in
            there = centre + np.array([rng.uniform(-0.6, 0.6), side * rng.uniform(0.98, 1.3)]) * (cell_w, cell_h)
            _write(rng, depth, hand, str(rng.choice(list(_FIGURES))), there, cell_h)
    depth *= hand.ink
    fade(rng, depth)
    if label != "?" and rng.random() < STAMPED:
        _stamp(rng, depth, banks, label, hand.ink, centre, cell_h)
    if rng.random() < SOILED:
        _leave_residue(rng, depth, cell_w, cell_h)
    return scan(rng, depth, float(dpi), hand.ink)


def draw_hand(rng: np.random.Generator, banks: dict[str, Bank], weights: dict[str, float], label: str) -> Hand:
    """Return a random writer, of a bank that knows *label*."""
    names = list(weights)
    for _ in range(20):
        name = str(rng.choice(names, p=np.array(list(weights.values())) / sum(weights.values())))
        source = banks[name].sources[str(rng.choice(list(banks[name].sources)))]
        if label not in "AB," or label in source:
            break
    typed = name == "printed"
    height = rng.uniform(0.30, 0.74) if typed else np.clip(rng.normal(0.66, 0.17), 0.35, 1.12)
    dark = rng.random() < 0.7
    return Hand(
        source=source,
        is_typed=typed,
        height=float(height),
        slant=0.0 if typed else float(np.clip(rng.normal(0.0, 0.16), -0.45, 0.45)),
        turn_deg=float(rng.normal(0, 0.7 if typed else 5.0)),
        shake_deg=0.3 if typed else 3.0,
        width=float(rng.uniform(0.9, 1.1) if typed else rng.uniform(0.75, 1.3)),
        pen=int(rng.integers(-1, 2)) if typed else int(rng.integers(-3, 6)),
        ink=float(rng.uniform(0.6, 1.0) if dark else rng.uniform(0.22, 0.6)),
    )


def place(depth: Depth, mask: Depth, left: int, top: int) -> None:
    """Lay *mask* on *depth*, the darker wins; parts outside are lost."""
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + mask.shape[1], depth.shape[1]), min(top + mask.shape[0], depth.shape[0])
    if x1 > x0 and y1 > y0:
        here = depth[y0:y1, x0:x1]
        np.maximum(here, mask[y0 - top : y1 - top, x0 - left : x1 - left], out=here)


def shape_glyph(rng: np.random.Generator, glyph: Glyph, hand: Hand, height_px: float) -> Depth:
    """Return a glyph as *hand* writes it, about *height_px* high for a figure."""
    mask = glyph.mask
    if mask.shape[0] < 64:  # MNIST and register figures are small: smooth them up first
        scale = 64 / max(mask.shape[0], 1)
        grown = cv2.resize(mask, None, fx=min(scale, 6.0), fy=min(scale, 6.0), interpolation=cv2.INTER_CUBIC)
        mask = np.asarray(grown, np.uint8)
    pen = hand.pen + (0 if hand.is_typed else int(rng.integers(-1, 2)))
    pad = 12
    h, w = mask.shape[0] + 2 * pad, mask.shape[1] + 2 * pad
    turn = np.deg2rad(hand.turn_deg + rng.normal(0, hand.shake_deg))
    slant = hand.slant + (0.0 if hand.is_typed else rng.normal(0, 0.05))
    linear = np.array([[np.cos(turn), np.sin(turn) - slant], [-np.sin(turn), np.cos(turn)]]) @ np.diag(
        [hand.width, 1.0]
    )
    span = np.abs(linear) @ (w, h)
    shift = span / 2 - linear @ (w / 2 - pad, h / 2 - pad)
    warped = cv2.warpAffine(
        mask, np.column_stack([linear, shift]), (int(span[0]), int(span[1])), flags=cv2.INTER_LINEAR
    )
    out = np.asarray(warped, np.uint8)
    if not hand.is_typed and rng.random() < 0.4:
        out = _wobble(rng, out)
    if pen:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (abs(pen) + 1, abs(pen) + 1))
        out = np.asarray(cv2.dilate(out, kernel) if pen > 0 else cv2.erode(out, kernel), np.uint8)
    scale = height_px * glyph.height / max(mask.shape[0], 1)
    target = (max(1, round(out.shape[1] * scale)), max(1, round(out.shape[0] * scale)))
    return cv2.resize(out, target, interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0


def _wobble(rng: np.random.Generator, mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    h, w = mask.shape
    drift = cv2.resize(
        rng.normal(0, h * 0.035, (2, 4, 4)).astype(np.float32).transpose(1, 2, 0), (w, h), interpolation=cv2.INTER_CUBIC
    )
    ys, xs = np.mgrid[0:h, 0:w].astype(np.float32)
    return np.asarray(cv2.remap(mask, xs + drift[..., 0], ys + drift[..., 1], cv2.INTER_LINEAR), np.uint8)


def _write(
    rng: np.random.Generator, depth: Depth, hand: Hand, character: str, centre: NDArray[np.float64], cell_h: float
) -> None:
    glyphs = hand.source.get(character)
    if not glyphs:
        return
    glyph = glyphs[int(rng.integers(len(glyphs)))]
    if character == "0" and hand.is_typed and rng.random() < _MARKED_ZERO:
        glyph = _marked_zero(rng, glyph)
    figure = hand.height * cell_h * (1.0 if hand.is_typed else rng.uniform(0.9, 1.1))
    mask = shape_glyph(rng, glyph, hand, figure)
    left, top = centre[0] - mask.shape[1] / 2, centre[1] + glyph.drop * figure - mask.shape[0] / 2
    place(depth, mask, round(left), round(top))


def _marked_zero(rng: np.random.Generator, zero: Glyph) -> Glyph:
    """Return a printed zero with a dot or a slash inside, as terminals and dot-matrix printers mark it."""
    mask = zero.mask.copy()
    h, w = mask.shape
    if rng.random() < 0.6:
        size = (round(w * rng.uniform(0.07, 0.14)), round(h * rng.uniform(0.06, 0.16)))
        cv2.ellipse(mask, (w // 2, round(h * rng.uniform(0.46, 0.56))), size, 0, 0, 360, 255, -1, cv2.LINE_AA)
    else:
        rise = rng.uniform(0.2, 0.36) * h
        start, end = (round(w * 0.22), round(h / 2 + rise)), (round(w * 0.78), round(h / 2 - rise))
        cv2.line(mask, start, end, 255, max(2, round(w * rng.uniform(0.06, 0.13))), cv2.LINE_AA)
    return Glyph(mask, zero.height, zero.drop)


def _stamp(
    rng: np.random.Generator,
    depth: Depth,
    banks: dict[str, Bank],
    label: str,
    ink: float,
    centre: NDArray[np.float64],
    cell_h: float,
) -> None:
    """Let a line of a stamp run through the cell, paler than the writing; past an empty one, never in its middle."""
    faces = banks["printed"].sources
    face = faces[str(rng.choice(list(faces)))]
    stamp = Hand(
        source=face, is_typed=True, height=float(rng.uniform(0.35, 0.75)), slant=0.0, turn_deg=float(rng.normal(0, 4)),
        shake_deg=0.5, width=float(rng.uniform(0.85, 1.1)), pen=int(rng.integers(-1, 3)), ink=1.0,
    )  # fmt: skip
    least = 0.55 if label == " " else 0.0
    rise = float(rng.uniform(least, 0.9)) * float(rng.choice([-1, 1])) * cell_h
    advance = stamp.height * cell_h * rng.uniform(0.62, 0.85)
    at = centre + np.array([-rng.uniform(1.0, 2.0) * advance, rise])
    step = advance * np.array([np.cos(np.deg2rad(stamp.turn_deg)), -np.sin(np.deg2rad(stamp.turn_deg))])
    over = np.zeros_like(depth)
    known = [c for c in face if c != ","]
    for place in range(5):
        _write(rng, over, stamp, str(rng.choice(known)), at + place * step, cell_h)
    np.maximum(depth, over * float(rng.uniform(0.2, _STAMP_INK)) * ink, out=depth)


def spoil(
    rng: np.random.Generator, depth: Depth, hand: Hand, centre: NDArray[np.float64], cell_w: float, cell_h: float
) -> None:
    """Draw a cell nobody should read: overwritten, struck, scribbled, or holding a foreign sign."""
    kind = rng.choice(["overwrite", "strike", "scribble", "foreign", "dash"], p=[0.34, 0.32, 0.16, 0.12, 0.06])
    first, second = (str(c) for c in rng.choice(list(_FIGURES), 2, replace=False))
    if kind == "overwrite" and (second in _SEEMING.get(first, "") or first in _SEEMING.get(second, "")):
        kind = "strike"
    line = max(1, round(cell_h * rng.uniform(0.03, 0.09)))
    if kind == "foreign":
        known = [c for c in FOREIGN if c in hand.source]
        if known:
            _write(rng, depth, hand, str(rng.choice(known)), centre, cell_h)
            return
        kind = "scribble"
    if kind in {"overwrite", "strike"}:
        _write(rng, depth, hand, first, centre, cell_h)
    if kind == "overwrite":
        _write(rng, depth, hand, second, centre + rng.normal(0, 0.06, 2) * cell_h, cell_h)
    elif kind == "dash":
        left, right = cell_w * rng.uniform(0.3, 0.8, 2)
        _line(depth, centre - np.array([left, 0.0]), centre + np.array([right, rng.normal(0, 3)]), line)
    elif kind == "scribble":
        count = int(rng.integers(6, 14))
        points = centre + rng.uniform(-0.5, 0.5, (count, 2)) * (cell_w * 0.9, cell_h * 0.7)
        for start, end in pairwise(points):
            _line(depth, start, end, line)
    else:
        for _ in range(int(rng.choice([1, 1, 2, 3]))):
            rise = rng.choice([0.0, 0.0, 0.35, -0.35, 0.6]) * cell_h + rng.normal(0, 0.05) * cell_h
            reach = cell_w * rng.uniform(0.5, 0.9)
            at = centre + np.array([0.0, rng.normal(0, 0.06) * cell_h])
            _line(depth, at - np.array([reach, rise]), at + np.array([reach, rise]), line)


def _line(
    depth: Depth, start: NDArray[np.float64], end: NDArray[np.float64], thickness: int, level: float = 1.0
) -> None:
    mask = np.zeros(depth.shape, np.uint8)
    a, b = (tuple(int(v * 8) for v in point) for point in (start, end))
    cv2.line(mask, a, b, round(255 * level), thickness, cv2.LINE_AA, 3)
    np.maximum(depth, mask.astype(np.float32) / 255.0, out=depth)


def fade(rng: np.random.Generator, depth: Depth) -> None:
    """Let the ink run thin in places: a dry pen, a worn ribbon, a pencil on rough paper."""
    if rng.random() < 0.45:
        coarse = rng.uniform(
            1 - rng.uniform(0.1, 0.8), 1.15, (int(rng.integers(2, 7)), int(rng.integers(2, 7)))
        ).astype(np.float32)
        depth *= np.clip(cv2.resize(coarse, depth.shape[::-1], interpolation=cv2.INTER_CUBIC), 0.0, 1.0)
    if rng.random() < 0.2:
        depth *= 1.0 - rng.uniform(0.1, 0.5) * rng.random(depth.shape, np.float32)


def _leave_residue(rng: np.random.Generator, depth: Depth, cell_w: float, cell_h: float) -> None:
    """Add what removing the printed form leaves: tint, ticks, date letters (pale or cut out of the ink), rules."""
    h, w = depth.shape
    left, right = w / 2 - cell_w / 2, w / 2 + cell_w / 2
    top, bottom = round(h / 2 - cell_h / 2), round(h / 2 + cell_h / 2)
    ghost = np.zeros_like(depth)
    if rng.random() < 0.25:
        ghost[max(top + int(rng.integers(-2, 3)), 0) : bottom + int(rng.integers(-2, 3))] = rng.uniform(0.01, 0.2)
    if rng.random() < 0.4:
        level = rng.uniform(0.02, 0.22)
        reach = round(cell_h * rng.choice([0.25, 0.35, 1.0]))
        for x in (left, right):
            cv2.line(ghost, (round(x), bottom - reach), (round(x), bottom), level, int(rng.integers(1, 4)))
    if rng.random() < 0.3:
        stamp, level = _date_letter(rng, depth.shape, cell_h), rng.uniform(0.03, 0.22)
        if rng.random() < 0.3:
            depth *= 1.0 - stamp * rng.uniform(0.2, 0.9)  # removal took ink away with the letter
        else:
            np.maximum(ghost, stamp * level, out=ghost)
    if rng.random() < 0.15:
        y = round(rng.choice([top, bottom]) + rng.normal(0, 0.04) * cell_h + rng.choice([-2, 0, 2]))
        level, thick = float(rng.uniform(0.04, 0.45)), int(rng.integers(1, 5))
        cv2.line(ghost, (0, y), (w, y + int(rng.integers(-1, 2))), level, thick)
    if rng.random() < 0.15:
        x = round(rng.choice([left, right]) + rng.normal(0, 0.04) * cell_w)
        level, thick = float(rng.uniform(0.04, 0.45)), int(rng.integers(1, 5))
        cv2.line(ghost, (x, int(rng.integers(0, h // 2))), (x, h), level, thick)
    _soil(rng, ghost)
    if rng.random() < 0.08:  # removal cut thin holes along printed edges
        x = round(rng.choice([left, right]) + rng.normal(0, 2))
        depth[:, max(x, 0) : max(x, 0) + int(rng.integers(1, 3))] *= rng.uniform(0.0, 0.6)
    np.maximum(depth, ghost, out=depth)


def _date_letter(rng: np.random.Generator, size: tuple[int, ...], cell_h: float) -> Depth:
    """Return one of the letters printed in date cells, at full depth."""
    letter, scale = str(rng.choice(list("JMA"))), cell_h / 22 * rng.uniform(0.45, 0.8)
    (wide, high), _ = cv2.getTextSize(letter, cv2.FONT_HERSHEY_SIMPLEX, scale, 1)
    at = (
        round(size[1] / 2 - wide / 2 + rng.normal(0, 2)),
        round(size[0] / 2 + high / 2 + rng.normal(0.08 * cell_h, 2)),
    )
    drawn = np.zeros(size, np.uint8)
    cv2.putText(drawn, letter, at, cv2.FONT_HERSHEY_SIMPLEX, scale, 255, int(rng.integers(1, 3)), cv2.LINE_AA)
    return drawn.astype(np.float32) / 255.0


def _soil(rng: np.random.Generator, ghost: Depth) -> None:
    """Add a fold or a ruler's stroke right across, and specks."""
    h, w = ghost.shape
    if rng.random() < FOLDED:
        start, end = rng.uniform(0, 1, 2) * (w, h), rng.uniform(0, 1, 2) * (w, h)
        if rng.random() < 0.7:  # most lie nearly level, over the whole row
            start, end = np.array([0.0, start[1]]), np.array([float(w), start[1] + rng.normal(0, 0.06) * w])
        way = (end - start) * 3
        thick = int(rng.integers(1, max(3, round(0.07 * h))))
        _line(ghost, start - way, start + way, thick, float(rng.uniform(0.05, 0.45)))
    if rng.random() < 0.15:
        for _ in range(int(rng.integers(1, 6))):
            spot = (int(rng.integers(0, w)), int(rng.integers(0, h)))
            cv2.circle(ghost, spot, int(rng.choice([0, 0, 1])), float(rng.uniform(0.2, 0.9)), -1)


def scan(rng: np.random.Generator, depth: Depth, dpi: float, ink: float) -> NDArray[np.uint8]:
    """Return the grey crop a scanner, a fax or a copier makes of *depth*."""
    paper = rng.uniform(0.82, 1.0) if rng.random() < 0.4 else rng.uniform(0.96, 1.0)
    blur = rng.uniform(0.0, 0.9) * dpi / 200
    if blur > 0.25:
        depth = np.asarray(cv2.GaussianBlur(depth, (0, 0), blur), np.float32)
    grey = np.clip(paper * (1.0 - depth * rng.uniform(0.85, 1.0)), 0, 1)
    mode = rng.random()
    if mode < 0.35 and ink > 0.4:
        # one bit a pixel: pale residue mostly vanishes, thin ink breaks
        under = np.clip(ink * rng.uniform(0.22, 0.6), 0.26, 0.7)
        noisy = grey + rng.normal(0, rng.uniform(0.0, 0.06), grey.shape)
        grey = np.where(noisy < (1.0 - under) * paper, 0.0, 1.0)
        if rng.random() < 0.2:
            grey[rng.random(grey.shape) < rng.uniform(0.0, 0.02)] = 0.0
    elif rng.random() < 0.7:
        grey = grey + rng.normal(0, rng.uniform(0.0, 0.04), grey.shape)
    out = np.clip(grey * 255, 0, 255).astype(np.uint8)
    if 0.35 <= mode < 0.65:
        out = cv2.imdecode(
            cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 92))])[1], cv2.IMREAD_GRAYSCALE
        )
    if rng.random() < 0.7:
        zoom = rng.uniform(6.0, 12.0) * 25.4 / dpi
        turn = cv2.getRotationMatrix2D((out.shape[1] / 2, out.shape[0] / 2), float(rng.normal(0, 1.2)), 1.0)
        turn = turn + np.column_stack([np.zeros((2, 2)), rng.uniform(-0.5, 0.5, 2)])
        out = cv2.warpAffine(out, turn, out.shape[::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        method = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
        out = cv2.resize(out, None, fx=zoom, fy=zoom, interpolation=method)
    if rng.random() < 0.5:  # print removal lifts the paper to white
        lift = 255.0 / max(float(np.percentile(out, 70)), 1.0)
        out = np.clip(out.astype(np.float32) * lift, 0, 255).astype(np.uint8)
    return np.asarray(out, np.uint8)
