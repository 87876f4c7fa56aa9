"""The S3129d on its reference print: a blank, its zones, and the entries written into them."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pypdfium2 as pdfium
from numpy.random import Generator
from numpy.typing import NDArray

from samples.corrections import Correcting, Watch
from samples.documents import Case, Correction, Document, style_rng
from samples.fonts import Split
from samples.ink import PEN_COLOURS, Hand, Machine, Writer
from samples.marks.look_alikes import draw_look_alike
from samples.marks.signatures import sign_form
from samples.marks.ticks import tick_boxes
from samples.paper import MM_PER_INCH, BoxMm, Paper
from samples.stamps import STAMP_COLOURS, put_stamp
from samples.strokes import draw_stroke

#: share of handwritten forms whose patient's name is underlined, which is no erasure
UNDERLINED: Final = 0.05
REFERENCE: Final = Path(__file__).parents[1] / "extractors" / "forms" / "s3129d"


@dataclass(frozen=True)
class Geometry:
    """Where a print of the form has its entries; zones as in the template's ``zones.json``."""

    name: str
    zones: dict[str, dict[str, Any]]

    def box(self, field: str) -> BoxMm:
        """Return the box of an entry, ``acts.2.fee`` included."""
        if field.startswith("acts."):
            _, row, column = field.split(".")
            x, y, w, h = self.zones["acts"]["rows_mm"][int(row)][column]
        else:
            x, y, w, h = self.zones[field]["box_mm"]
        return (x, y, w, h)


@lru_cache(maxsize=1)
def reference() -> Geometry:
    """Return the project's own print."""
    zones = json.loads((REFERENCE / "zones.json").read_text(encoding="utf-8"))["zones"]
    return Geometry("reference", {z["id"]: z for z in zones})


@lru_cache(maxsize=2)
def reference_blank(dpi: int) -> NDArray[np.uint8]:
    """Return the blank as RGB pixels."""
    document = pdfium.PdfDocument(REFERENCE / "blank.pdf")
    pixels = document[0].render(scale=dpi / 72, rev_byteorder=True).to_numpy()[:, :, :3].copy()
    document.close()
    height, width = round(297 * dpi / MM_PER_INCH), round(210 * dpi / MM_PER_INCH)
    out = np.full((height, width, 3), 255, np.uint8)
    h, w = min(height, pixels.shape[0]), min(width, pixels.shape[1])
    out[:h, :w] = pixels[:h, :w]
    return out


def day_cells(value: str) -> str:
    """Return a date as the eight characters of a comb."""
    year, month, day = value.split("-")
    return f"{day}{month}{year}"


def day_line(value: str, manner: int) -> str:
    """Return a date as people write it in the acts table; manner 3 has a two-digit year."""
    year, month, day = value.split("-")
    return {
        0: f"{day}/{month}/{year}",
        1: f"{day}.{month}.{year}",
        2: f"{day}-{month}-{year}",
        3: f"{day}/{month}/{year[2:]}",
        4: f"{day} {month} {year}",
        5: f"{day}.{month}.{year[2:]}",
    }[manner]


def amount_line(value: str, manner: int) -> str:
    """Return an amount as written: comma, point, or with the sign."""
    return {0: value.replace(".", ","), 1: value, 2: value.replace(".", ",") + " €"}[manner]


@dataclass
class Filler:
    """One filled form: who writes what, and where erasures went."""

    paper: Paper
    geometry: Geometry
    case: Case
    rng: Generator
    split: Split
    #: which sheet of the invoice, of how many
    sheet: int = 0
    sheets: int = 1
    #: share of the entries, boxes and signatures that bear something which resembles a mark and is none
    look_alikes: float = 0.0

    def __post_init__(self) -> None:
        habits = style_rng(self.case.style)
        self.hand = Hand.draw(habits, self.split)
        self.machine = Machine.draw(habits)
        self.by_hand = self.case.writing == "hand"
        self.day_manner = int(habits.choice(6, p=[0.5, 0.08, 0.07, 0.2, 0.05, 0.1])) if self.by_hand else 0
        self.hand_day_manner = int(habits.choice(6, p=[0.5, 0.08, 0.07, 0.2, 0.05, 0.1]))
        self.amount_manner = int(habits.choice(3, p=[0.85, 0.1, 0.05]))
        self.total_manner = int(habits.choice(3, p=[0.75, 0.1, 0.15]))
        self.tick_style = str(habits.choice(["cross", "check", "slash", "filled"], p=[0.55, 0.3, 0.08, 0.07]))
        self.sign_colour = PEN_COLOURS[int(habits.integers(len(PEN_COLOURS)))]
        self.stamp_colour = STAMP_COLOURS[int(habits.integers(len(STAMP_COLOURS)))]
        self.capacity = len(self.geometry.zones["acts"]["rows_mm"])
        #: harmless things drawn on purpose, for the truth
        self.notes: list[str] = []
        #: what resembles a mark and is none: field, name, box
        self.drawn_look_alikes: list[tuple[str, str, BoxMm]] = []
        self.upper_names = not self.by_hand or self.hand.upper_case

    def box(self, field: str) -> BoxMm:
        """Return the box of an entry on this sheet; rows are numbered over the whole invoice."""
        if field.startswith("acts."):
            _, row, column = field.split(".")
            field = f"acts.{int(row) - self.sheet * self.capacity}.{column}"
        return self.geometry.box(field)

    def holds(self, field: str) -> bool:
        """Whether this sheet is where *field* is proved: its own rows, the total on the last, the rest on the first."""
        if field.startswith("acts."):
            return int(field.split(".")[1]) // self.capacity == self.sheet
        return self.sheet == (self.sheets - 1 if field == "total_amount" else 0)

    def writer(self, field: str) -> Writer:
        """Return who fills *field*: on a typed form, some entries are by hand."""
        root = field.split(".", maxsplit=1)[0]
        return self.hand if self.by_hand or root in self.case.hand_fields else self.machine

    def is_by_hand(self, field: str) -> bool:
        """Whether a person writes *field*."""
        return self.writer(field) is self.hand

    def written(self, field: str, value: str) -> str:
        """Return *value*, as the contract has it, in the shape it takes on paper."""
        name, by_hand = field.rsplit(".", maxsplit=1)[-1], self.is_by_hand(field)
        if name == "date":
            return day_line(value, self.hand_day_manner if by_hand else self.day_manner)
        if name.endswith("_date"):
            return day_cells(value)
        if name in {"fee", "travel_flat", "travel_km_amount", "total_amount"}:
            return amount_line(value, self.total_manner if name == "total_amount" else self.amount_manner)
        if name == "coefficient" and self.amount_manner != 1:
            return value.replace(".", ",")
        if (name.endswith("_name") or name == "insured_address") and by_hand and not self.upper_names:
            return value.title().replace("'S", "'s")
        return value

    def put(self, field: str, text: str) -> BoxMm:
        """Write *text* into the zone of *field*; return the box of the ink or of the cells used."""
        writer = self.writer(field)
        if self.is_comb(field):
            cells = [tuple(c) for c in self.geometry.zones[field]["cells_mm"]]
            text = self.in_cells(field, text, len(cells))
            writer.cells(self.paper, text, cells, self.rng)
            used = [c for c, char in zip(cells, text, strict=False) if char != " "]
            x1, y1 = used[0][0], used[0][1]
            return (x1, y1, used[-1][0] + used[-1][2] - x1, used[-1][3])
        return writer.line(self.paper, text, self.box(field), self.rng)

    def is_comb(self, field: str) -> bool:
        """Whether *field* has a cell for each character."""
        return not field.startswith("acts.") and self.geometry.zones[field]["kind"] == "comb"

    def in_cells(self, field: str, text: str, cells: int) -> str:
        """Return *text* as it goes into that many cells."""
        zone = self.geometry.zones[field]
        if zone.get("format") == "amount":
            text = text.replace(",", "").replace(".", "").replace(" €", "").rjust(cells)
        return text.rjust(cells) if zone.get("align") == "right" and text else text

    def correction(self, field: str) -> Correction | None:
        """Return the erasure to draw on *field* of this sheet."""
        if not self.holds(field):
            return None
        return next((c for c in self.case.corrections if c.fault.on == "form" and c.field == field), None)

    def fill_entry(self, field: str, value: str | None) -> None:
        """Write an entry, through its erasure if it has one."""
        correction = self.correction(field)
        if correction is not None:
            self.correct(correction, value)
        elif value is not None and self.look_alikes > 0 and self.rng.random() < self.look_alikes:
            self.put_with_look_alike(field, self.written(field, value))
        elif value is not None:
            self.put(field, self.written(field, value))

    def put_with_look_alike(self, field: str, text: str) -> None:
        """Write *text*, and over, under or beside it what resembles an erasure and is none."""
        watch = Watch(self.paper, self.box(field))
        box = self.put(field, text)
        box = watch.changed() or box
        name = draw_look_alike(self.paper, field, box, self.rng, self.hand.colour, self.split)
        if name is not None:
            self.note_look_alike(field, name, box)

    def note_look_alike(self, field: str, name: str, box: BoxMm) -> None:
        """Remember for the truth that *name*, which resembles a mark and is none, was drawn on *field*."""
        self.notes.append(name)
        self.drawn_look_alikes.append((field, name, box))

    def correct(self, correction: Correction, value: str | None) -> None:
        """Write the old entry, undo it, write the final one; the fault gets the box of what was undone."""
        field = correction.field
        before = self.written(field, correction.before)
        after = self.written(field, value) if value is not None else ""
        correcting = Correcting(self.paper, self.rng, self.split, self.writer(field), self.hand, correction.kind)
        if self.is_comb(field):
            cells = [tuple(c) for c in self.geometry.zones[field]["cells_mm"]]
            correction.fault.box_mm = correcting.cells(
                cells, self.in_cells(field, before, len(cells)), self.in_cells(field, after, len(cells))
            )
        else:
            correction.fault.box_mm = correcting.line(self.box(field), before, after)

    def fill(self) -> None:
        """Write the whole form."""
        invoice = self.case.invoice
        if invoice is None:
            raise ValueError("a form without an invoice")
        self.fill_texts(invoice)
        tick_boxes(self, invoice)
        sign_form(self, invoice)
        for fault in self.case.faults:  # an empty or wrong entry is proved by its zone
            if fault.on == "form" and fault.field is not None and self.holds(fault.field):
                fault.box_mm = fault.box_mm or self.box(fault.field)
                fault.sheet = self.sheet

    def fill_texts(self, invoice: Document) -> None:
        """Write every comb and line, then the acts and the stamp."""
        for field, zone in self.geometry.zones.items():
            if zone["kind"] in {"comb", "text"} and field in invoice and (field != "total_amount" or self.holds(field)):
                self.fill_entry(field, invoice[field])
        start = self.sheet * self.capacity
        for row, act in enumerate(invoice["acts"][start : start + self.capacity], start):
            for column, value in act.items():
                self.fill_entry(f"acts.{row}.{column}", value)
        if self.hand.crossed_seven and self.by_hand:
            self.notes.append("crossed_seven")
        if self.by_hand and invoice["patient_name"] and self.rng.random() < UNDERLINED:
            x, y, w, h = self.box("patient_name")
            draw_stroke(
                self.paper,
                np.array([[x + 2, y + h - 0.4], [x + w * 0.3, y + h]]) * self.paper.scale,
                0.4 * self.paper.scale,
                self.rng,
                self.hand.colour,
            )
            self.notes.append("underlined_name")
        if invoice["provider_stamp"] and "provider_stamp" in self.geometry.zones:
            x, y, w, h = self.geometry.box("provider_stamp")
            wide = self.rng.uniform(0.6, 0.95) * w
            left, top = x + self.rng.uniform(0, w - wide + 3), y + self.rng.uniform(-2, max(h - 16, 0))
            if self.rng.random() < 0.15 and not self.by_hand:
                for i, text in enumerate(invoice["provider_stamp"].split("\n")):
                    self.machine.line(self.paper, text, (x + 3, y + 1 + 4.4 * i, w - 3, 4.4), self.rng)
            else:
                put_stamp(
                    self.paper, invoice["provider_stamp"].split("\n"), left, top, wide, self.rng, self.stamp_colour
                )
