"""Strips with erasures and what resembles them, as the page pipeline cuts them: drawn, scanned, laid flat, cut out.

Every entry of a page may be erased here, so that a page teaches as much as fifty pages of an everyday lot.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from extractors.feuille import form_view
from extractors.feuilles.form_view import Rect
from extractors.feuilles.print_removal import WORKING_PX_PER_MM
from extractors.forms.light import ground_of
from extractors.forms.template import load_templates
from extractors.marks.strips import HEIGHT, PLANES, STEP, Planes, columns_of, form_planes, free_planes, span_of
from extractors.marks.written_rows import written_rows
from extractors.page import TEXT_DPI
from extractors.pages.clean import level, upright
from extractors.prescriptions.free_ink import free_ink
from extractors.readers.erasures import KINDS
from extractors.register import Registrar
from extractors.scan import Scan
from samples.blemishes import BLEMISHES
from samples.claims import draw_claims
from samples.documents import Case, Correction, Fault
from samples.faults_on_papers import before_of
from samples.fonts import Split
from samples.form import Filler, reference, reference_blank
from samples.paper import A4, MM_PER_INCH, BoxMm, Paper
from samples.prescription import Ordonnance, prescription_size
from samples.scanner import Scanned, Scanner, draw_scanner, scan
from samples.training.erasure_network import UNSURE

#: a strip and the kind of each of its columns
Strip = tuple[NDArray[np.uint8], NDArray[np.int64]]
_ERASED: Final = 0.22
_LOOK_ALIKES: Final = 0.33
#: forms read without their blank, as those found by their labels are
_WITHOUT_BLANK: Final = 0.12
_KINDS: Final = {"strike": 0.32, "overwrite": 0.44, "fluid": 0.1, "tape": 0.06, "scratch": 0.08}
#: what leaves nothing to see on a black and white scan, but for the print it hides
_COVERS: Final = frozenset({"fluid", "tape", "scratch"})
_MODES: Final = (0.5, 0.2, 0.3)
_DPIS: Final = {150: 0.04, 200: 0.5, 240: 0.06, 300: 0.4}
_BLEMISHED: Final = 0.2
_ORDONNANCES: Final = 0.4
#: of what is struck, nothing is written in its stead
_BARE: Final = 0.35
_EMPTY_KEPT: Final = 0.15
#: an erasure's edge is anybody's guess by so much, mm
_EDGE_MM: Final = 0.9
#: shared height of an erasure and an entry that makes it the entry's, and that leaves it open
_OWN: Final = 0.5
_SOME: Final = 0.2
_LINE_MM: Final = 6.0


class ErasurePages:
    """Draws pages and cuts their strips. One a process."""

    def __init__(self, split: Split) -> None:
        self._split = split
        self._registrar = Registrar(load_templates(()))

    def page(self, rng: Generator) -> list[Strip]:
        """Return the strips of one page; none where a form does not register."""
        by_hand = float(rng.random() < 0.65)
        lot = draw_claims(rng, invoices=1, flow="papier", hand_share=by_hand, mixed_share=0.5)
        case = lot.cases[0]
        rough = float(rng.uniform(0, 0.5))
        device = replace(draw_scanner(rng, modes=_MODES, dpis=_DPIS, rough=rough), turned=0.0, phone=False)
        if case.prescription is not None and rng.random() < _ORDONNANCES:
            return list(self._ordonnance(case, device, rng))
        return list(self._form(case, device, rng))

    def _form(self, case: Case, device: Scanner, rng: Generator) -> Iterator[Strip]:
        invoice = case.invoice
        if invoice is None:
            return
        fields = [f for f, zone in reference().zones.items() if zone["kind"] in {"comb", "text"}]
        fields += [f"acts.{row}.{column}" for row, act in enumerate(invoice["acts"]) for column in act]
        written = [field for field in fields if _value(invoice, field) is not None]
        for field in written:
            if rng.random() < _ERASED:
                correction = _correct(case, field, str(_value(invoice, field)), rng, on="form")
                if correction.kind == "strike" and rng.random() < _BARE:
                    _empty(invoice, field)
        paper_dpi = 200 if device.dpi <= 220 else 300
        paper = Paper(A4, paper_dpi, reference_blank(paper_dpi))
        filler = Filler(paper, reference(), case, rng, self._split, look_alikes=_LOOK_ALIKES)
        filler.fill()
        seen, _ = _scanned(paper, device, rng)
        registration = self._registrar.find(seen)
        if registration is None:
            return
        view = form_view(registration, registration.sheet(seen))
        known = rng.random() >= _WITHOUT_BLANK
        planes = form_planes(view, ground_of(registration.template, WORKING_PX_PER_MM) if known else None)
        hidden = _COVERS if device.mode == "bilevel" else frozenset()
        boxes = [(c.fault.box_mm, c.kind) for c in case.corrections if c.fault.box_mm is not None]
        for field in fields:
            if field in written or rng.random() < _EMPTY_KEPT:
                with suppress(KeyError, IndexError):  # rows of a second sheet
                    yield _strip(planes, Rect(*filler.box(field)), boxes, rng, hidden)

    def _ordonnance(self, case: Case, device: Scanner, rng: Generator) -> Iterator[Strip]:
        document = case.prescription
        if document is None:
            return
        for field in ("date", "text", "patient_name"):
            if document.get(field) and rng.random() < 2 * _ERASED:
                value = str(document[field]).split("\n")[-1]
                _correct(case, field, value, rng, on="prescription")
        size = prescription_size(case.prescriber)
        paper = Paper(size, 200 if device.dpi <= 220 else 300)
        Ordonnance(paper, case, document, rng, self._split, 2 * _LOOK_ALIKES).draw()
        seen, scanned = _scanned(paper, device, rng)
        view = level(upright(seen, 0), dpi=TEXT_DPI)
        px = view.dpi / MM_PER_INCH
        planes = free_planes(view.grey, px)
        height, width = view.grey.shape
        drawn = [(c.fault.box_mm, c.kind) for c in case.corrections if c.fault.box_mm is not None]
        boxes = [(_on_view(scanned, box, (width / px, height / px)), kind) for box, kind in drawn]
        hidden = _COVERS if device.mode == "bilevel" else frozenset()
        for rect in written_rows(free_ink(view)):
            moved = Rect(rect.x, rect.y + rng.normal(0, 0.3), rect.w, rect.h)
            yield _strip(planes, moved, boxes, rng, hidden)


def _value(invoice: dict[str, object], field: str) -> object:
    if field.startswith("acts."):
        _, row, column = field.split(".")
        acts = invoice["acts"]
        return acts[int(row)].get(column) if isinstance(acts, list) else None
    return invoice.get(field)


def _empty(invoice: dict[str, object], field: str) -> None:
    """Take a value back: what was struck stands alone then."""
    if field.startswith("acts."):
        _, row, column = field.split(".")
        acts = invoice["acts"]
        if isinstance(acts, list):
            acts[int(row)][column] = None
    else:
        invoice[field] = None


def _correct(case: Case, field: str, value: str, rng: Generator, *, on: str) -> Correction:
    kinds = list(_KINDS)
    kind = str(rng.choice(kinds, p=list(_KINDS.values())))
    try:
        before = before_of(rng, field, value)
    except (ValueError, IndexError):
        before = value[::-1]
    correction = Correction(field, kind, before, Fault("erasure", field, kind, on=on))
    case.corrections.append(correction)
    return correction


def _scanned(paper: Paper, device: Scanner, rng: Generator) -> tuple[Scan, Scanned]:
    if rng.random() < _BLEMISHED:
        BLEMISHES[str(rng.choice(list(BLEMISHES)))](paper, rng)
    scanned = scan(paper, device, rng)
    pixels = scanned.pixels
    if device.mode != "bilevel" and rng.random() < 0.7:
        coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, device.jpeg_quality])[1]
        pixels = np.asarray(cv2.imdecode(coded, cv2.IMREAD_UNCHANGED), np.uint8)
    return Scan("", 1, pixels, float(device.dpi), is_bilevel=device.mode == "bilevel"), scanned


def _on_view(scanned: Scanned, box: BoxMm, size: tuple[float, float]) -> BoxMm:
    """Return a box of the paper in mm of the scan's level view, which is the whole scan turned by a degree or two."""
    x, y, w, h = scanned.box(box)
    corners = np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]]) * size
    turn = np.radians(scanned.skew_deg)
    middle = np.array(size) / 2
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    centre = (corners.mean(axis=0) - middle) @ spin.T + middle
    wide, high = corners[2] - corners[0]
    return (float(centre[0] - wide / 2), float(centre[1] - high / 2), float(wide), float(high))


def _strip(
    planes: Planes, rect: Rect, boxes: Sequence[tuple[BoxMm, str]], rng: Generator, hidden: frozenset[str]
) -> Strip:
    """Return one window of the strip around *rect*, with its labels; of *hidden* kinds nobody can tell."""
    labels = np.zeros(columns_of(rect), np.int64)
    order = [kind.value for kind in KINDS]
    for (x, y, w, h), kind in boxes:
        shared = min(y + h, rect.y + rect.h) - max(y, rect.y)
        share = shared / max(min(h, rect.h, _LINE_MM), 0.1)
        if share < _SOME:
            continue
        for column in range(len(labels)):
            left, right = span_of(rect, column, column)
            middle = (left + right) / 2
            if x - _EDGE_MM <= middle <= x + w + _EDGE_MM:
                inside = share >= _OWN and (x + _EDGE_MM <= middle <= x + w - _EDGE_MM or abs(middle - x - w / 2) < 1)
                if inside and kind not in hidden:
                    labels[column] = order.index(kind) + 1
                elif labels[column] == 0:
                    labels[column] = UNSURE
    return _window(planes.strip(rect), labels, rng)


def _window(strip: NDArray[np.uint8], labels: NDArray[np.int64], rng: Generator, columns: int = 32) -> Strip:
    """Return *columns* columns of a strip: begun anywhere where it is longer, padded where it is shorter."""
    out = np.zeros((PLANES, HEIGHT, columns * STEP), np.uint8)
    out[3] = 128
    marks = np.zeros(columns, np.int64)
    have = len(labels)
    if have > columns:
        start = int(rng.integers(0, have - columns + 1))
        return strip[:, :, start * STEP : (start + columns) * STEP].copy(), labels[start : start + columns].copy()
    out[:, :, : have * STEP] = strip
    marks[:have] = labels
    return out, marks


def draw_erasures(seed: int, pages: int, source: ErasurePages) -> tuple[NDArray[np.uint8], NDArray[np.int8]]:
    """Return the strips of *pages* pages and their labels, the same for the same *seed*."""
    rng = np.random.default_rng(seed)
    strips = [strip for _ in range(pages) for strip in source.page(rng)]
    planes = np.stack([planes for planes, _ in strips])
    return planes, np.stack([labels for _, labels in strips]).astype(np.int8)
