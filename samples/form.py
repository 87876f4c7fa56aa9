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

from samples.documents import Case, Correction, Document, style_rng
from samples.fonts import Split
from samples.ink import PEN_COLOURS, Hand, Machine, Writer
from samples.marks.erasures import erase
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

    def put(self, field: str, text: str, *, lifted_mm: float = 0.0) -> BoxMm:
        """Write *text* into the zone of *field*; return the box of the ink or of the cells used."""
        writer = self.writer(field)
        kind = "text" if field.startswith("acts.") else self.geometry.zones[field]["kind"]
        if kind == "comb":
            cells = [tuple(c) for c in self.geometry.zones[field]["cells_mm"]]
            cells = [(x, y - lifted_mm, w, h) for x, y, w, h in cells]
            if self.geometry.zones[field].get("format") == "amount":
                text = text.replace(",", "").replace(".", "").replace(" €", "").rjust(len(cells))
            if self.geometry.zones[field].get("align") == "right":
                text = text.rjust(len(cells))
            writer.cells(self.paper, text, cells, self.rng)
            used = [c for c, char in zip(cells, text, strict=False) if char != " "]
            x1, y1 = used[0][0], used[0][1]
            return (x1, y1, used[-1][0] + used[-1][2] - x1, used[-1][3])
        x, y, w, h = self.box(field)
        return writer.line(self.paper, text, (x, y - lifted_mm, w, h), self.rng)

    def correction(self, field: str) -> Correction | None:
        """Return the erasure to draw on *field* of this sheet."""
        if not self.holds(field):
            return None
        return next((c for c in self.case.corrections if c.fault.on == "form" and c.field == field), None)

    def fill_entry(self, field: str, value: str | None) -> None:
        """Write an entry, through its erasure if it has one."""
        correction = self.correction(field)
        if correction is None:
            if value is not None:
                self.put(field, self.written(field, value))
        else:
            correct(self, correction, value)

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


def correct(filler: Filler, correction: Correction, value: str | None) -> None:
    """Write the old entry, erase it, write the final one; the fault gets the box of all that."""
    field, kind, paper, rng = correction.field, correction.kind, filler.paper, filler.rng
    before = filler.written(field, correction.before)
    after = filler.written(field, value) if value is not None else ""
    zone = filler.geometry.zones.get(field, {})
    if zone.get("kind") == "comb" and kind != "strike" and after:
        cells = [tuple(c) for c in zone["cells_mm"]]
        n = min(len(before), len(after))
        changed = [i for i in range(n) if before[i] != after[i]] or [n - 1]
        if kind != "overwrite":  # fluid and tape hide what lies between too
            changed = list(range(changed[0], changed[-1] + 1))
        keep = "".join(" " if i in changed else c for i, c in enumerate(after))
        filler.put(field, keep)
        filler.put(field, "".join(before[i] if i in changed else " " for i in range(n)))
        first, last = cells[changed[0]], cells[changed[-1]]
        box = (first[0], first[1], last[0] + last[2] - first[0], first[3])
        erase(paper, kind, box, rng, filler.hand.colour)
        if kind == "overwrite":
            for i in changed:
                filler.hand.cells(paper, after[i], [cells[i]], rng)
        else:
            filler.put(field, "".join(after[i] if i in changed else " " for i in range(n)))
        correction.fault.box_mm = box
        return
    old = filler.put(field, before)
    erase(paper, kind, old, rng, filler.hand.colour)
    boxes = [old]
    if after:
        x, y, w, h = filler.box(field)
        if kind == "strike":
            if zone.get("kind") == "comb":
                boxes.append(filler.hand.line(paper, after, (x + 3, y - 3.6, w, h * 0.9), rng))
            elif old[0] + old[2] + 6 + old[2] < x + w:
                boxes.append(
                    filler.hand.line(paper, after, (old[0] + old[2] + 2, y, x + w - old[0] - old[2] - 2, h), rng)
                )
            else:
                boxes.append(filler.hand.line(paper, after, (x, y - 3.4, w, h * 0.8), rng))
        elif kind == "overwrite":
            boxes.append(filler.hand.line(paper, after, (x, y, w, h), rng))
        else:
            boxes.append(filler.put(field, after))
    correction.fault.box_mm = around(boxes)


def around(boxes: list[BoxMm]) -> BoxMm:
    """Return the smallest box that holds all *boxes*."""
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    right, bottom = max(b[0] + b[2] for b in boxes), max(b[1] + b[3] for b in boxes)
    return (left, top, right - left, bottom - top)
