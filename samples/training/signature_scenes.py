"""Signatures and what resembles them, on forms that were filled, scanned and laid flat by the product.

Each scene gives what the network sees (``extractors.readers.signatures``), whether somebody signed, and where.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from extractors.feuille import form_view
from extractors.feuilles.form_view import FormView, Rect
from extractors.forms.template import load_templates
from extractors.readers.signatures import BOX_VIEW_MM, STEP, box_planes
from extractors.register import Registrar
from extractors.scan import Scan
from samples.blemishes import BLEMISHES, bleed_through
from samples.fonts import Split
from samples.form import reference, reference_blank
from samples.ink import PEN_COLOURS, Hand, Machine
from samples.marks.pens import draw_pen
from samples.marks.places import Place
from samples.marks.signature_look_alikes import draw_look_alike
from samples.marks.signatures import sign_box
from samples.marks.signers import Signer
from samples.paper import A4, BoxMm, Paper
from samples.scanner import Scanned, Scanner, draw_scanner, scan

FIELDS: Final = ("provider_signature", "patient_signature")
_NAMES: Final = ("Martin", "Bernard", "Petit", "Robert", "Lefèvre", "Garcia", "Nguyen", "Roux", "Baptiste", "Louis")
_DPIS: Final = {150: 0.1, 200: 0.7, 240: 0.05, 300: 0.15}
STAMP: Final = ("Mme Claire MOREAU", "Infirmière D.E.", "N° 97 6 12345 8")
#: Boxes that are not the reference form's: other prints have theirs lower and narrower.
_OTHER_BOX: Final = 0.3
#: Unsigned boxes a neighbour's signature may run into.
_INTRUDES: Final = 0.25


@dataclass(frozen=True)
class Scene:
    """One place where somebody signed or not."""

    planes: NDArray[np.float32]
    signed: bool
    #: cells of ``STEP`` pixels with the signature's ink
    where: NDArray[np.bool_]
    name: str
    mode: str
    #: what resembles a signature there
    look_alikes: tuple[str, ...]
    family: str
    manner: str
    #: for the reader's own code: the form and the box
    view: FormView | None = field(default=None, repr=False)
    rect: Rect | None = None


def draw_device(rng: Generator, modes: tuple[float, float, float]) -> Scanner:
    """Return a scanner that leaves the sheet the right way up."""
    device = draw_scanner(rng, modes=modes, dpis=_DPIS, rough=float(rng.uniform(0, 0.7)))
    return replace(device, turned=0.0, phone=False)


def compressed(pixels: NDArray[np.uint8], device: Scanner, rng: Generator) -> NDArray[np.uint8]:
    """Return *pixels* with JPEG's losses, as most scans have them."""
    if device.mode == "bilevel" or rng.random() > 0.7:
        return pixels
    coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, device.jpeg_quality])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_UNCHANGED), np.uint8)


def draw_signer(rng: Generator, split: Split, hand: Hand) -> Signer:
    """Return somebody who signs, in *hand* where with letters, with a pen of his own."""
    colour = PEN_COLOURS[int(rng.integers(len(PEN_COLOURS)))]
    return Signer.draw(rng, split, colour, str(rng.choice(_NAMES)), hand.font)


def _scanned(paper: Paper, device: Scanner, rng: Generator) -> tuple[Scan, Scanned]:
    """Return the sheet as a page of a file."""
    done = scan(paper, device, rng)
    pixels = compressed(done.pixels, device, rng)
    return Scan("", 1, pixels, float(device.dpi), is_bilevel=device.mode == "bilevel"), done


def _spoil(paper: Paper, rng: Generator, back: Paper | None) -> None:
    if rng.random() < 0.2:
        BLEMISHES[str(rng.choice(list(BLEMISHES)))](paper, rng)
    if rng.random() < 0.15:
        bleed_through(paper, rng, back)


def added_ink(before: NDArray[np.uint8], paper: Paper) -> NDArray[np.uint8]:
    """Return, 0 or 255, where the sheet became darker."""
    red, green, blue = cv2.split(cv2.subtract(before, paper.pixels))
    return np.where(cv2.max(cv2.max(red, green), blue) > 25, np.uint8(255), np.uint8(0))


class FormScenes:
    """Draws forms and cuts their two boxes. One a process."""

    def __init__(self, split: Split, modes: tuple[float, float, float], look_alikes: float, *, keep: bool) -> None:
        self._split, self._modes, self._look_alikes, self._keep = split, modes, look_alikes, keep
        self._registrar = Registrar(load_templates(()))
        self._back: Paper | None = None

    def form(self, rng: Generator) -> Iterator[Scene]:
        """Give the two boxes of one form; none where it does not register."""
        device = draw_device(rng, self._modes)
        dpi = 200 if device.dpi <= 220 else 300
        paper = Paper(A4, dpi, reference_blank(dpi))
        hand = Hand.draw(rng, self._split)
        self._fill(paper, hand, rng)
        boxes = {name: self._box(name, rng) for name in FIELDS}
        signed = {name: bool(rng.random() < 0.5) for name in FIELDS}
        drawn: dict[str, tuple[str, ...]] = {}
        for name in FIELDS:
            stamp = STAMP if name == FIELDS[0] else ()
            place = Place(paper, boxes[name], rng, self._split, hand, stamp)
            most = 2 if rng.random() < 0.15 else 1
            count = most if rng.random() < self._look_alikes else 0
            drawn[name] = tuple(draw_look_alike(place, signed=signed[name]) for _ in range(count))
        ink: dict[str, NDArray[np.uint8]] = {}
        how: dict[str, tuple[str, str]] = {}
        for name, other in (FIELDS, FIELDS[::-1]):
            before = paper.pixels.copy()
            if signed[name]:
                hard = bool(drawn[name]) or self._look_alikes > 0.5
                intrudes = self._look_alikes > 0 and not signed[other] and rng.random() < _INTRUDES
                how[name] = self._sign(
                    paper, hand, boxes[name], rng, hard=hard, towards=boxes[other] if intrudes else None
                )
                if intrudes:
                    drawn[other] = (*drawn[other], "neighbour_signature")
            ink[name] = added_ink(before, paper)
        _spoil(paper, rng, self._back if self._look_alikes else None)
        self._back = paper
        page, _ = _scanned(paper, device, rng)
        found = self._registrar.find(page)
        if found is None:
            return
        view = form_view(found, found.sheet(page))
        for name in FIELDS:
            rect = Rect(*boxes[name])
            family, manner = how.get(name, ("", ""))
            yield Scene(
                form_planes(view, rect),
                signed[name],
                _form_cells(ink[name], paper, rect),
                name,
                device.mode,
                drawn[name],
                family,
                manner,
                view if self._keep else None,
                rect,
            )

    def _box(self, name: str, rng: Generator) -> BoxMm:
        x, y, w, h = reference().box(name)
        if rng.random() > _OTHER_BOX or self._keep:
            return (x, y, w, h)
        wide, tall = rng.uniform(38, w), rng.uniform(10, h)
        return (x + rng.uniform(0, w - wide), y + rng.uniform(0, h - tall), wide, tall)

    def _fill(self, paper: Paper, hand: Hand, rng: Generator) -> None:
        """Write what stands near the boxes: the total, the ticks."""
        form = reference()
        amount = f"{int(rng.integers(5, 900))},{int(rng.integers(100)):02d}"
        writer = hand if rng.random() < 0.6 else Machine.draw(rng)
        writer.line(paper, amount, form.box("total_amount"), rng)
        for name in ("unpaid_mandatory", "unpaid_complementary", "unable_to_sign"):
            if rng.random() < 0.4:
                x, y, w, h = form.box(name)
                ends = np.array([[x - 1, y + h], [x + w / 2, y + h / 2], [x + w + 1.5, y - 1]])
                draw_pen(rng, self._split, hand.colour).draw(paper, ends + rng.normal(0, 0.5, (3, 2)), rng)

    def _sign(
        self, paper: Paper, hand: Hand, box: BoxMm, rng: Generator, *, hard: bool, towards: BoxMm | None
    ) -> tuple[str, str]:
        signer = draw_signer(rng, self._split, hand)
        if towards is None:
            return signer.family, sign_box(paper, box, signer, rng, hard=hard)
        x, y, w, h = box
        edge = x + w + rng.uniform(-12, 2) if towards[0] > x else x - rng.uniform(-12, 2)
        signer = replace(signer, wide_mm=max(signer.wide_mm, float(rng.uniform(30, 60))))
        signer.sign(paper, (edge, y + h / 2 + rng.normal(0, h * 0.2)), rng)
        return signer.family, "towards_neighbour"


def view_rect(rect: Rect) -> Rect:
    """Return what is seen of a form around a box, mm."""
    wide, tall = BOX_VIEW_MM
    return Rect(rect.x + rect.w / 2 - wide / 2, rect.y + rect.h / 2 - tall / 2, wide, tall)


def form_planes(view: FormView, rect: Rect) -> NDArray[np.float32]:
    """Return what the network sees of the box *rect* of a form."""
    seen = view_rect(rect)
    return box_planes(view.cut(view.cleaned, seen), (rect.x - seen.x, rect.y - seen.y, rect.w, rect.h))


def _form_cells(ink: NDArray[np.uint8], paper: Paper, rect: Rect) -> NDArray[np.bool_]:
    seen = view_rect(rect)
    left, top = round(seen.x * paper.scale), round(seen.y * paper.scale)
    size = (round(BOX_VIEW_MM[0] * paper.scale), round(BOX_VIEW_MM[1] * paper.scale))
    move = np.array([[1, 0, -left], [0, 1, -top]], np.float64)
    part = cv2.warpAffine(ink, move, size)
    return np.asarray(cv2.resize(part, (256 // STEP, 144 // STEP), interpolation=cv2.INTER_AREA) > 4)
