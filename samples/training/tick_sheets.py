"""Sheets full of check boxes, as the page pipeline shows them: printed, ticked, scanned, laid flat, their print gone.

A form has ten boxes; a sheet drawn here some hundred, so that a network's lessons come cheap. Each print differs from
the next: sizes, tints, outlines, labels, combs beside the boxes.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from extractors.feuille import form_view
from extractors.feuilles.form_view import FormView, Rect
from extractors.forms.template import BoxMm, FormTemplate, load_template
from extractors.readers.ticks import COVERED, EMPTY, STRUCK, TICKED, planes_of
from extractors.register import Registration
from extractors.scan import Scan
from samples.blemishes import BLEMISHES
from samples.fonts import Split, font_path
from samples.form_look import draw_look
from samples.ink import PEN_COLOURS, Hand, Machine
from samples.marks.cancelled_ticks import cancel
from samples.marks.near_boxes import FAR_REACHING, draw_near_box
from samples.marks.ticks import draw_ticker, type_cross, typed_faces
from samples.paper import A4, Colour, Paper
from samples.scanner import Scanned, Scanner, draw_scanner, scan

_PRINT_DPI: Final = 300
_LABELS: Final = (
    "oui",
    "non",
    "MALADIE",
    "ALD",
    "autre",
    "MATERNITÉ",
    "AT/MP",
    "exonération",
    "impossibilité de signer",
)
#: Odds of each case: empty, empty but for something harmless, ticked by hand, typed, under something, taken back.
_CASES: Final = {"plain": 0.2, "near": 0.26, "tick": 0.2, "typed": 0.09, "over": 0.09, "cancelled": 0.16}
_COVERED: Final = 0.28
#: Forms of unknown print go without a blank; their print is removed by its shape.
_UNKNOWN_PRINT: Final = 0.25
_MODES: Final = (0.38, 0.22, 0.40)
_DPIS: Final = {150: 0.05, 200: 0.55, 240: 0.05, 300: 0.35}
#: folds, streaks and stamps a sheet, at most: more would lie on everything
_FAR_REACHING: Final = 9
#: How far a known print lies beside its template, mm, standard deviation.
_OFF_MM: Final = 0.07
#: A tick that left less ink than this in the scan is lost, mm2: a faint pencil leaves a few dots on one bit a pixel.
_LOST_MM2: Final = 0.45


@dataclass(frozen=True)
class Case:
    """One box: what the network sees, what it is, and how it came about."""

    planes: NDArray[np.uint8]
    label: int
    story: str
    mode: str
    view: FormView
    rect: Rect


@dataclass(frozen=True)
class Print:
    """A sheet's print."""

    template: FormTemplate
    pixels: NDArray[np.uint8]
    words: tuple[BoxMm, ...]


def draw_print(rng: Generator, folder: Path) -> Print:
    """Print a sheet of check boxes between labels and combs, and write its template to *folder*."""
    look = draw_look(rng)
    paper = Paper(A4, _PRINT_DPI)
    tint: Colour = (215, 209, 202) if rng.random() < 0.4 else look.tint
    face = font_path(str(rng.choice(["arimo", "roboto", "lato", "tinos"])))
    outline = rng.random() < 0.4
    tinted = not outline or rng.random() < 0.4
    side, pitch = rng.uniform(3.2, 5.2), rng.uniform(13.5, 19)
    zones: list[dict[str, object]] = []
    words: list[BoxMm] = []
    paper.fill((10, 6, 190, 5), look.dark)
    y = 15.0
    while y < 280:
        high = side + rng.uniform(1.2, 3.0)
        if tinted:
            paper.fill((8, y, 194, high), tint)
        x = 10 + rng.uniform(0, 6)
        while x < 195:
            kind = rng.random()
            if kind < 0.1 and x < 150:
                cells = [(x + 4.7 * i, y, 4.7, high) for i in range(8)]
                paper.fill((x, y, 4.7 * 8, high), tint)
                for cell in cells[1:]:
                    paper.line(cell[0], y + high / 2, cell[0], y + high, 0.3, (255, 255, 255))
                zones.append(_zone(len(zones), "comb", (x, y, 4.7 * 8, high), cells))
                x += 4.7 * 8 + 3
                continue
            box = (x, y + (high - side) / 2, side, side)
            paper.fill(box, (255, 255, 255))
            if outline:
                paper.frame(box, rng.uniform(0.15, 0.3), look.dark)
            zones.append(_zone(len(zones), "checkbox", box, []))
            if rng.random() < 0.6 and pitch - side > 8:
                text, points = str(rng.choice(_LABELS[:5])), rng.uniform(5.5, 7.5)
                words.append(
                    BoxMm(*paper.text(x + side + 1.2, box[1] + side * 0.7, text, face, points, colour=look.dark))
                )
            x += pitch + rng.uniform(-0.5, 2)
        y += high + rng.uniform(0.6, 6)
    folder.mkdir(parents=True, exist_ok=True)
    content = {"form": "ticks", "page_mm": A4, "zones": zones}
    (folder / "zones.json").write_text(json.dumps(content), encoding="utf-8")
    cv2.imwrite(str(folder / "blank.png"), cv2.cvtColor(paper.pixels, cv2.COLOR_RGB2GRAY))
    return Print(load_template(folder), paper.pixels, tuple(words))


def _zone(number: int, kind: str, box: tuple[float, ...], cells: Sequence[tuple[float, ...]]) -> dict[str, object]:
    return {"id": f"{kind}_{number}", "kind": kind, "label": kind, "box_mm": box, "cells_mm": cells}


def draw_cases(printed: Print, rng: Generator, split: Split) -> Iterator[Case]:
    """Yield the boxes of one sheet, filled, scanned and laid flat; what the scan lost is left out."""
    device = replace(draw_scanner(rng, modes=_MODES, dpis=_DPIS, rough=float(rng.uniform(0, 0.7))), turned=0.0)
    paper = Paper(A4, _PRINT_DPI, printed.pixels)
    if device.dpi <= 220:
        size = (round(210 * 200 / 25.4), round(297 * 200 / 25.4))
        paper = Paper(A4, 200, np.asarray(cv2.resize(printed.pixels, size, interpolation=cv2.INTER_AREA), np.uint8))
    stories = _fill(paper, printed.template, rng, split)
    if rng.random() < 0.15:
        BLEMISHES[str(rng.choice(["fold", "coffee", "fax_lines"]))](paper, rng)
    view = _laid(printed, scan(paper, device, rng), device, rng)
    for zone in printed.template.zones:
        if zone.id not in stories:
            continue
        story, label = stories[zone.id]
        rect = Rect(*zone.box_mm)
        rect = Rect(rect.x + rng.normal(0, 0.05), rect.y + rng.normal(0, 0.05), rect.w, rect.h)
        if label == COVERED and view.is_bilevel:
            label = EMPTY  # the patch is as white as the paper: nobody can tell
        if label in {TICKED, STRUCK}:
            dark = view.cut(view.cleaned, rect.grown(0.5, 0.5)) < 215
            if np.count_nonzero(dark) < _LOST_MM2 * view.px_per_mm**2:
                story = f"lost {story}"
        yield Case(planes_of(view, rect), label, story, device.mode, view, rect)


def _fill(paper: Paper, template: FormTemplate, rng: Generator, split: Split) -> dict[str, tuple[str, int]]:
    """Fill the sheet; return each box's story and label."""
    stories: dict[str, tuple[str, int]] = {}
    hand, machine = Hand.draw(rng, "train" if split == "train" else split), Machine.draw(rng)
    faces, far = typed_faces(split), 0
    for zone in template.zones:
        box = (zone.box_mm.x, zone.box_mm.y, zone.box_mm.w, zone.box_mm.h)
        if zone.kind == "comb":
            if rng.random() < 0.6:
                digits = "".join(str(d) for d in rng.integers(0, 10, len(zone.cells_mm)))
                cells = [(c.x, c.y, c.w, c.h) for c in zone.cells_mm]
                (hand if rng.random() < 0.5 else machine).cells(paper, digits, cells, rng)
            continue
        case = str(rng.choice(list(_CASES), p=list(_CASES.values())))
        colour = PEN_COLOURS[int(rng.integers(len(PEN_COLOURS)))]
        story, label = case, EMPTY
        ticker = draw_ticker(rng, split, colour)
        by_machine = case == "typed" or (case in {"over", "cancelled"} and rng.random() < 0.25)
        if case in {"tick", "typed", "over", "cancelled"}:
            label = TICKED
            if by_machine:
                text = "x" if rng.random() < 0.2 else "X"
                aside = (float(rng.normal(0, 0.7)), float(rng.normal(0, 0.7)))
                black: Colour = (int(rng.integers(15, 90)),) * 3
                type_cross(paper, box, faces[int(rng.integers(len(faces)))], rng.uniform(7.5, 14), text, aside, black)
                story = f"{case} {text}"
            else:
                ticker.tick(paper, box, rng)
                story = f"{case} {ticker.name}"
        if case == "cancelled":
            kind = "strike" if rng.random() > _COVERED else str(rng.choice(["fluid", "tape"], p=[0.75, 0.25]))
            pen = ticker.pen if rng.random() < 0.6 else draw_ticker(rng, split, colour).pen
            story = f"cancelled {cancel(paper, kind, box, rng, pen, split)[0]}"
            label = STRUCK if kind == "strike" else COVERED
        elif case in {"near", "over"}:
            but = FAR_REACHING if far >= _FAR_REACHING else ()
            name = draw_near_box(paper, box, rng, colour, ticked=case == "over", split=split, but=but)
            far += name in FAR_REACHING
            story += f" {name}"
        stories[zone.id] = (story, label)
    return stories


def _laid(printed: Print, scanned: Scanned, device: Scanner, rng: Generator) -> FormView:
    """Return the scan laid flat where it lies, but for the little a registration is off."""
    pixels = scanned.pixels
    if device.mode != "bilevel" and rng.random() < 0.7:
        coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, device.jpeg_quality])[1]
        pixels = np.asarray(cv2.imdecode(coded, cv2.IMREAD_UNCHANGED), np.uint8)
    height, width = pixels.shape[:2]
    off = np.eye(3)
    off[:2, 2] = rng.normal(0, _OFF_MM, 2)
    to_sheet = np.diag([width, height, 1.0]) @ scanned.to_fractions @ off
    template = printed.template
    if rng.random() < _UNKNOWN_PRINT:
        template = FormTemplate(
            form=template.form, page_mm=template.page_mm, zones=template.zones, words_mm=printed.words
        )
    place = Registration(template, 0, to_sheet, (height, width), 0.1, 40, 40, 40)
    file = Scan("sheet.png", 1, pixels, float(device.dpi), is_bilevel=device.mode == "bilevel")
    return form_view(place, place.sheet(file))
