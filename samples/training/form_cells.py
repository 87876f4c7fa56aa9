"""Comb cells as the page pipeline cuts them: a form filled, scanned, registered, its print removed, its cells cut out.

The other drawings (``cell_crops``) imitate what print removal leaves; these went through it. Each comb of a page has
a writer of its own, for variety; the acts' numbers are cut into characters as the reader of lines does it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.feuille import form_view
from extractors.feuilles.characters import read_characters
from extractors.feuilles.form_view import FormView, Rect
from extractors.feuilles.strokes import INK_BELOW, Ink
from extractors.forms.template import load_templates
from extractors.readers.cells import CLASSES, MARGIN_X, MARGIN_Y, SIDE, prepare
from extractors.register import Registrar
from extractors.scan import Scan
from samples import ink
from samples.blemishes import BLEMISHES
from samples.form import Geometry, reference, reference_blank
from samples.paper import A4, BoxMm, Colour, Paper
from samples.scanner import draw_scanner, scan
from samples.training.cell_crops import Depth, Hand, draw_hand, shape_glyph, spoil
from samples.training.glyphs import Bank

Cell = tuple[NDArray[np.uint8], str]
#: share of each kind of writing; ``pen`` is the samples' own writer with the fonts of ``hand``
SHARES: Final = {"printed": 0.10, "pen": 0.28, "hand": 0.16, "mnist": 0.24, "register": 0.04, "strokes": 0.18}
_FILLED: Final = 0.85
_SPOILED: Final = 0.03
#: Black and white scans are read worst, so they are half of the pages.
_MODES: Final = (0.32, 0.16, 0.52)
_DPIS: Final = {150: 0.05, 200: 0.57, 240: 0.05, 300: 0.33}
_BLEMISHED: Final = 0.2
#: A cell that should hold a character and holds less ink than this lost it in the scan, mm2.
_LOST_MM2: Final = 0.15
#: How far a cell is cut beside its place, mm, standard deviation: registration is that good on paper not drawn here.
_JITTER_MM: Final = 0.1
#: The figures that hands write most differently, and that are misread most (1 as 7 or 9, 4 as 9, 5 as 8), come oftener.
_FIGURE_ODDS: Final = (0.08, 0.2, 0.08, 0.08, 0.12, 0.11, 0.07, 0.12, 0.08, 0.06)
_LETTERS: Final = 0.03
_LEAST_CONTRAST: Final = 12.0
#: A figure of a line is at least this share of its crop high; a comma or a shred is not.
_LEAST_HEIGHT: Final = 0.27
_AMOUNTS: Final = ("coefficient", "fee", "travel_flat", "travel_km", "travel_km_amount")


@dataclass(frozen=True)
class BankWriter:
    """A writer whose characters come from one source of a bank."""

    hand: Hand
    colour: Colour
    drift: float

    def cells(self, paper: Paper, text: str, cells: list[BoxMm], rng: np.random.Generator) -> None:
        """Write one character of *text* per cell."""
        offset = rng.normal(0, (0.3, 0.25)) if self.hand.is_typed else rng.normal(0, (0.25, 0.3))
        for char, (x, y, w, h) in zip(text, cells, strict=False):
            if char != " ":
                shake = rng.normal(0, 0.04 if self.hand.is_typed else self.drift, 2)
                self._put(paper, char, (x + w / 2 + offset[0] + shake[0], y + h / 2 + offset[1] + shake[1]), h, rng)

    def line(self, paper: Paper, text: str, box: BoxMm, rng: np.random.Generator) -> None:
        """Write *text* from the left of *box*."""
        x, y, w, h = box
        pen, middle = x + rng.uniform(0.5, 2.0), y + h / 2 + rng.normal(0, 0.2)
        tall = min(h, 4.8)
        for char in text:
            wide = self._put(paper, char, (pen, middle), tall, rng, left=True)
            pen += wide + rng.uniform(0.15, 0.5)
            if pen > x + w - 1:
                break

    def _put(
        self,
        paper: Paper,
        char: str,
        at: tuple[float, float],
        tall: float,
        rng: np.random.Generator,
        *,
        left: bool = False,
    ) -> float:
        glyphs = self.hand.source.get(char)
        if not glyphs:
            return 1.2
        glyph = glyphs[int(rng.integers(len(glyphs)))]
        figure = self.hand.height * tall * paper.scale * (1.0 if self.hand.is_typed else rng.uniform(0.92, 1.08))
        mask = shape_glyph(rng, glyph, self.hand, figure)
        x = at[0] * paper.scale - (0 if left else mask.shape[1] / 2)
        y = at[1] * paper.scale + glyph.drop * figure - mask.shape[0] / 2
        paper.ink(mask * np.float32(self.hand.ink), round(x), round(y), self.colour)
        return float(mask.shape[1] / paper.scale)


Writer = BankWriter | ink.Hand


class FormCells:
    """Draws pages and cuts their cells. One a process."""

    def __init__(self, banks: dict[str, Bank], fonts: list[Path]) -> None:
        self._banks = banks
        self._fonts = fonts
        self._shares = {n: s for n, s in SHARES.items() if n in banks or n == "pen"}
        self._registrar = Registrar(load_templates(()))

    def page(self, rng: np.random.Generator) -> list[Cell]:
        """Return the cells of one page with their labels; none where the page does not register."""
        geometry = reference()
        device = replace(
            draw_scanner(rng, modes=_MODES, dpis=_DPIS, rough=float(rng.uniform(0, 0.7))), turned=0.0, phone=False
        )
        paper_dpi = 200 if device.dpi <= 220 else 300
        paper = Paper(A4, paper_dpi, reference_blank(paper_dpi))
        faint = device.mode != "bilevel"
        texts = self._fill(paper, geometry, rng, faint=faint)
        if rng.random() < _BLEMISHED:
            BLEMISHES[str(rng.choice(list(BLEMISHES)))](paper, rng)
        pixels = scan(paper, device, rng).pixels
        if device.mode != "bilevel" and rng.random() < 0.7:
            coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, device.jpeg_quality])[1]
            pixels = np.asarray(cv2.imdecode(coded, cv2.IMREAD_UNCHANGED), np.uint8)
        page = Scan("", 1, pixels, float(device.dpi), is_bilevel=device.mode == "bilevel")
        found = self._registrar.find(page)
        if found is None:
            return []
        view = form_view(found, found.sheet(page))
        return list(_combs(view, geometry, texts, rng)) + list(_lines(view, geometry, texts))

    def _writer(self, rng: np.random.Generator, *, faint: bool) -> Writer:
        kind = str(rng.choice(list(self._shares), p=np.array(list(self._shares.values())) / sum(self._shares.values())))
        colour = ink.PEN_COLOURS[int(rng.integers(len(ink.PEN_COLOURS)))]
        if kind == "pen":
            pen = replace(ink.Hand.draw(rng, "train"), figures=None, colour=colour)
            return replace(pen, font=self._fonts[int(rng.integers(len(self._fonts)))])
        hand = draw_hand(rng, self._banks, {kind: 1.0}, "0")
        if kind == "hand":  # many write their 1 and 7 as taught, whatever the rest looks like
            strokes = self._banks["strokes"].sources["strokes"]
            own = {c: strokes[c] for c in "17" if rng.random() < 0.4}
            hand = replace(hand, source={**hand.source, **own})
        dark = float(rng.uniform(0.75, 1.0)) if not faint or rng.random() < 0.75 else float(rng.uniform(0.35, 0.75))
        if hand.is_typed:
            colour = (25, 25, 30)
        return BankWriter(replace(hand, ink=dark), colour, float(rng.uniform(0.1, 0.45)))

    def _fill(self, paper: Paper, geometry: Geometry, rng: np.random.Generator, *, faint: bool) -> dict[str, str]:
        """Write the combs and the acts' numbers; return what stands where."""
        texts: dict[str, str] = {}
        for name, zone in geometry.zones.items():
            if zone["kind"] != "comb" or rng.random() > _FILLED:
                continue
            writer = self._writer(rng, faint=faint)
            cells: list[BoxMm] = [(c[0], c[1], c[2], c[3]) for c in zone["cells_mm"]]
            text = _number(rng, len(cells))
            if isinstance(writer, BankWriter):
                text = "".join(c if c == " " or c in writer.hand.source else "0" for c in text)
            writer.cells(paper, text, cells, rng)
            texts[name] = self._spoiled(paper, text, cells, writer, rng)
        for row, boxes in enumerate(geometry.zones["acts"]["rows_mm"]):
            writer = self._writer(rng, faint=faint)
            for column in ("date", *_AMOUNTS):
                if column in boxes and rng.random() < 0.7:
                    text = (
                        _day(rng) if column == "date" else f"{int(rng.integers(0, 300))},{int(rng.integers(100)):02d}"
                    )
                    writer.line(paper, text, tuple(boxes[column]), rng)
                    texts[f"acts.{row}.{column}"] = text
        return texts

    @staticmethod
    def _spoiled(paper: Paper, text: str, cells: list[BoxMm], writer: Writer, rng: np.random.Generator) -> str:
        """Strike or scribble over a few empty cells; return *text* with junk there."""
        if isinstance(writer, ink.Hand):
            return text
        out = list(text)
        for i, (x, y, w, h) in enumerate(cells):
            if rng.random() < _SPOILED and out[i] == " ":
                depth: Depth = np.zeros((paper.px(h * 1.4), paper.px(w * 1.5)), np.float32)
                spoil(rng, depth, writer.hand, np.array(depth.shape[::-1]) / 2, w * paper.scale, h * paper.scale)
                left, top = (
                    (x + w / 2) * paper.scale - depth.shape[1] / 2,
                    (y + h / 2) * paper.scale - depth.shape[0] / 2,
                )
                paper.ink(depth, round(left), round(top), writer.colour)
                out[i] = "?"
        return "".join(out)


def _number(rng: np.random.Generator, length: int) -> str:
    """Return the characters of a comb: digits, now and then a letter of Corsica, blanks before or after, or gaps."""
    figures = rng.choice(10, length, p=_FIGURE_ODDS)
    text = [str(rng.choice(list("AB"))) if rng.random() < _LETTERS else str(figure) for figure in figures]
    if rng.random() < 0.25:
        lost = int(rng.integers(1, length // 2 + 1))
        gone = range(lost) if rng.random() < 0.5 else range(length - lost, length)
        for i in gone:
            text[i] = " "
    return "".join(" " if rng.random() < 0.06 else c for c in text)


def _day(rng: np.random.Generator) -> str:
    mark = str(rng.choice(list("/./-")))
    return f"{int(rng.integers(1, 32)):02d}{mark}{int(rng.integers(1, 13)):02d}{mark}20{int(rng.integers(10, 40))}"


def _combs(view: FormView, geometry: Geometry, texts: dict[str, str], rng: np.random.Generator) -> Iterator[Cell]:
    strokes = Ink(view)
    for name, zone in geometry.zones.items():
        if zone["kind"] != "comb":
            continue
        text = texts.get(name, "").ljust(len(zone["cells_mm"]))
        for label, place in zip(text, zone["cells_mm"], strict=True):
            cell = Rect(*place)
            if label != " " and strokes.area_mm2(cell) < _LOST_MM2:
                continue
            aside = rng.normal(0, _JITTER_MM, 2)
            there = Rect(cell.x + aside[0], cell.y + aside[1], cell.w, cell.h)
            yield view.cut(strokes.grey, there.grown(MARGIN_X * cell.w, MARGIN_Y * cell.h)).copy(), label


class _Recorder:
    """Stands in for the cell reader and keeps what it is shown."""

    name = "recorder"
    classes = CLASSES

    def __init__(self) -> None:
        self.seen: list[NDArray[np.uint8]] = []

    def read_cells(self, cells: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Keep *cells*; every class is as likely."""
        return self.read_cells_with_features(cells)[0]

    def read_cells_with_features(
        self, cells: list[NDArray[np.uint8]]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Keep *cells*; every class is as likely, and none has a feature."""
        self.seen += cells
        return np.full((len(cells), len(CLASSES)), 1.0 / len(CLASSES), np.float32), np.zeros(
            (len(cells), 0), np.float32
        )


def _lines(view: FormView, geometry: Geometry, texts: dict[str, str]) -> Iterator[Cell]:
    """Give the digits of the acts' numbers that fall apart into as many pieces as they have characters."""
    strokes = Ink(view)
    for row, boxes in enumerate(geometry.zones["acts"]["rows_mm"]):
        for column, box in boxes.items():
            text = texts.get(f"acts.{row}.{column}")
            entry = strokes.entry(Rect(*box)) if text else None
            if text is None or entry is None:
                continue
            recorder = _Recorder()
            read_characters(entry, recorder, separators="/.-" if column == "date" else ",")
            if len(recorder.seen) != len(text):
                continue
            digits = [(crop, c) for crop, c in zip(recorder.seen, text, strict=True) if c.isdigit()]
            if all(_is_tall(crop) for crop, _ in digits):  # else a figure fell apart and a mark was lost
                yield from digits


def _is_tall(crop: NDArray[np.uint8]) -> bool:
    rows = np.flatnonzero((crop < INK_BELOW).any(axis=1))
    return bool(rows.size) and rows[-1] - rows[0] + 1 > _LEAST_HEIGHT * len(crop)


def draw_form_cells(seed: int, pages: int, cells: FormCells) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the prepared cells (0 to 255) of *pages* pages and their labels, the same for the same *seed*."""
    rng = np.random.default_rng(seed)
    planes, labels = [np.empty((0, 2, SIDE, SIDE), np.uint8)], []
    for _ in range(pages):
        for crop, label in cells.page(rng):
            seen, _, contrast = prepare(crop)
            if contrast >= _LEAST_CONTRAST:  # a paler cell is answered without the network
                planes.append(np.round(seen * 255).astype(np.uint8)[None])
                labels.append(CLASSES.index(label))
    return np.concatenate(planes), np.array(labels, np.int64)
