"""Ordonnances: letterheads, barcodes, a body typed or by hand, one zone or two, A4 or A5 (domain.md 2.2 to 2.4)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import zxingcpp
from numpy.random import Generator
from numpy.typing import NDArray

from samples.corrections import Correcting, Watch
from samples.documents import Case, Correction, Document, Prescriber, style_rng
from samples.fonts import Split, digit_height, letter_fonts
from samples.identities import pick
from samples.ink import Hand, Writer
from samples.marks.look_alikes import draw_look_alike
from samples.marks.signatures import sign_ordonnance
from samples.paper import A4, A5, POINT_MM, BoxMm, Colour, Paper, text_width
from samples.stamps import STAMP_COLOURS

MONTHS: Final = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
LETTER_COLOURS: Final[tuple[Colour, ...]] = ((25, 25, 30), (25, 25, 30), (20, 40, 110), (15, 80, 70), (100, 25, 35))
#: a line's box begins this far above its baseline, and is this high, mm
BASELINE_MM: Final = 5.0
LINE_MM: Final = 7.0
ALD_ZONE: Final = (
    "Prescriptions relatives au traitement de l'affection de longue durée reconnue",
    "(liste ou hors liste) (AFFECTION EXONÉRANTE)",
)
OTHER_ZONE: Final = ("Prescriptions SANS RAPPORT avec l'affection de longue durée", "(MALADIES INTERCURRENTES)")


def prescription_size(prescriber: Prescriber) -> tuple[float, float]:
    """Return the doctor's paper: A4, or A5 for one in five."""
    return A5 if prescriber.style % 5 == 0 else A4


def barcode(text: str, paper: Paper, width_mm: float, height_mm: float) -> NDArray[np.uint8]:
    """Return a Code 128 as a grey picture at the paper's scale."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
    thin = np.asarray(zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=False))[0]
    module = max(int(width_mm * paper.scale / len(thin)), 2)
    return np.tile(np.repeat(thin, module), (paper.px(height_mm), 1)).astype(np.uint8)


def day_words(value: str, manner: int) -> str:
    """Return a date as a doctor writes it: figures, or the month in words."""
    year, month, day = value.split("-")
    words = f"{int(day)}{'er' if day == '01' else ''} {MONTHS[int(month) - 1]} {year}"
    return (
        f"{day}/{month}/{year}",
        words,
        f"{day}.{month}.{year}",
        f"{day}/{month}/{year[2:]}",
        f"{day}-{month}-{year}",
    )[manner]


@dataclass(frozen=True)
class Letters:
    """A practice's software, printing lines."""

    font: Path
    points: float

    def cells(self, paper: Paper, text: str, cells: list[BoxMm], rng: Generator) -> None:
        """Print one character per cell."""
        for char, (x, y, w, h) in zip(text, cells, strict=False):
            self.line(paper, char, (x, y, w, h), rng)

    def line(self, paper: Paper, text: str, box: BoxMm, rng: Generator) -> BoxMm:
        """Print *text* from the left of *box*, however long it is."""
        del rng
        return paper.text(box[0], box[1] + BASELINE_MM, text, self.font, self.points)

    def width_mm(self, paper: Paper, text: str) -> float:
        """Return how wide *text* is printed."""
        return text_width(self.font, paper.size_px(self.points), text) / paper.scale


class Ordonnance:
    """One prescription about to be drawn."""

    def __init__(
        self,
        paper: Paper,
        case: Case,
        document: Document,
        rng: Generator,
        split: Split,
        look_alikes: float = 0.0,
    ) -> None:
        self.paper, self.case, self.document, self.rng = paper, case, document, rng
        self.split = split
        #: share of the entries and of the signature's place that bear what resembles a mark and is none
        self.look_alikes = look_alikes
        #: harmless things drawn on purpose, for the truth
        self.notes: list[str] = []
        #: what resembles a mark and is none: field, name, box
        self.drawn_look_alikes: list[tuple[str, str, BoxMm]] = []
        self.doctor = case.prescriber
        look = style_rng(self.doctor.style)
        self.regular, self.bold = letter_fonts()[int(look.integers(5))]
        self.colour = LETTER_COLOURS[int(look.integers(len(LETTER_COLOURS)))]
        self.manner = str(look.choice(["left", "centre", "hospital", "right_codes_below"], p=[0.45, 0.2, 0.2, 0.15]))
        self.codes = str(look.choice(["both", "rpps", "none"], p=[0.6, 0.25, 0.15]))
        self.hand = Hand.draw(look, split)
        self.stamp_colour = STAMP_COLOURS[int(look.integers(len(STAMP_COLOURS)))]
        self.stamps = bool(look.random() < 0.4)
        self.day_manner = int(look.choice(5, p=[0.5, 0.28, 0.08, 0.08, 0.06]))
        self.size = float(look.uniform(9.5, 12))
        self.by_hand = document["writing"] == "hand"
        self.writer: Writer = self.hand if self.by_hand else Letters(self.regular, self.size)
        self.bizone = bool(
            case.invoice is not None and case.invoice["exemption_ald"] and style_rng(case.style).random() < 0.6
        )
        self.narrow = paper.width_mm < 200
        #: boxes of what was written, for the proofs of faults
        self.boxes: dict[str, BoxMm] = {}

    def draw(self) -> None:
        """Draw the sheet, top to bottom."""
        bottom = self._letterhead()
        x = self.body_left
        y = self._date(x, bottom + 8)
        y = self._patient(x, y + 8)
        self._body(x, y + 4)
        self._foot()

    def _letterhead(self) -> float:
        p, doctor, size = self.paper, self.doctor, self.size * (0.9 if self.narrow else 1)
        name = doctor.person
        title = "Docteur" if self.manner != "hospital" else "Dr"
        town = doctor.address
        lines = [doctor.speciality, town.title() if self.day_manner % 2 else town, f"Tél. {doctor.phone}"]
        self.body_left = 16.0
        if self.manner == "hospital":
            left, width = 10.0, 48.0 if not self.narrow else 38.0
            p.text(left, 16, "CENTRE HOSPITALIER", self.bold, size * 0.85, colour=self.colour)
            rows = [
                "Service de médecine",
                doctor.speciality,
                f"{title} {name.given.title()} {name.family}",
                f"RPPS : {doctor.rpps}",
                "Secrétariat",
                f"Tél. {doctor.phone}",
            ]
            for i, row in enumerate(rows):
                p.text(left, 26 + 6 * i, row, self.bold if i == 2 else self.regular, size * 0.72, colour=self.colour)
            p.line(left + width, 10, left + width, p.height_mm - 20, 0.2, self.colour)
            self.body_left = left + width + 6
            self._codes(self.body_left + 2, 12)
            return 46.0
        x, anchor = (p.width_mm / 2, "c") if self.manner == "centre" else (16.0, "l")
        p.text(
            x,
            18,
            f"{title} {name.given.title()} {name.family}",
            self.bold,
            size * 1.3,
            colour=self.colour,
            anchor=anchor,
        )
        for i, row in enumerate(lines):
            p.text(x, 24 + 5 * i, row, self.regular, size * 0.85, colour=self.colour, anchor=anchor)
        below = self.manner in {"right_codes_below", "centre"} or self.narrow
        self._codes(16 if below else p.width_mm - 70, 40 if below else 10)
        if self.codes == "none":
            p.text(x, 39, f"RPPS {doctor.rpps}", self.regular, size * 0.85, colour=self.colour, anchor=anchor)
        bottom = 62.0 if below else 50.0
        if self.doctor.style % 3:
            p.line(14, bottom, p.width_mm - 14, bottom, 0.3, self.colour)
        return bottom

    def _codes(self, x: float, y: float) -> None:
        """Print the barcodes, a legend above and the number in clear below (arrêté du 10/08/2010)."""
        wanted = [("N° RPPS", self.doctor.rpps), ("N° AM", self.doctor.number)][
            : {"both": 2, "rpps": 1, "none": 0}[self.codes]
        ]
        side = self.paper.width_mm - x > 100
        for i, (legend, number) in enumerate(wanted):
            left, top = (x + 50 * i, y) if side else (x, y + 19 * i)
            picture = barcode(number, self.paper, 34, 8)
            self.paper.text(left, top + 1.5, legend, self.regular, 6.5)
            self.paper.picture(picture, left, top + 2.5)
            self.paper.text(left, top + 13.5, number, self.regular, 7.5)

    def note_look_alike(self, field: str, name: str, box: BoxMm) -> None:
        """Remember for the truth that *name*, which resembles a mark and is none, was drawn on *field*."""
        self.notes.append(name)
        self.drawn_look_alikes.append((field, name, box))

    def _line_box(self, x: float, y: float) -> BoxMm:
        """Return the box of a line whose baseline starts at (x, y)."""
        return (x, y - BASELINE_MM, self.paper.width_mm - x - 10, LINE_MM)

    def _write(self, field: str, x: float, y: float, text: str) -> BoxMm:
        """Write a line, now and then with what resembles an erasure and is none."""
        if self.look_alikes <= 0 or self.rng.random() >= self.look_alikes:
            return self.writer.line(self.paper, text, self._line_box(x, y), self.rng)
        watch = Watch(self.paper, self._line_box(x, y))
        box = self.writer.line(self.paper, text, self._line_box(x, y), self.rng)
        box = watch.changed() or box
        name = draw_look_alike(self.paper, field, box, self.rng, self.hand.colour, self.split)
        if name is not None:
            self.note_look_alike(field, name, box)
        return box

    def _correction(self, field: str) -> Correction | None:
        return next((c for c in self.case.corrections if c.fault.on == "prescription" and c.field == field), None)

    def _correct(
        self, correction: Correction, x: float, y: float, before: str, after: str, below_mm: float | None = None
    ) -> BoxMm:
        """Write a line that is put right; return and remember the box of what was undone."""
        correcting = Correcting(self.paper, self.rng, self.split, self.writer, self.hand, correction.kind)
        correction.fault.box_mm = correcting.line(self._line_box(x, y), before, after, below_mm=below_mm)
        return correction.fault.box_mm

    def _date(self, x: float, y: float) -> float:
        day = self.document["date"]
        town = self.doctor.address.split(" ", 1)[1].split(" ")
        town_name = next((" ".join(town[i + 1 :]) for i, w in enumerate(town) if w.isdigit() and len(w) == 5), "")
        lead = f"{town_name.title()}, le " if self.doctor.style % 4 else "Date : "
        right = max(x + 40, self.paper.width_mm - 95 if not self.narrow else self.paper.width_mm - 88)
        box = self.paper.text(right, y, lead, self.regular, self.size)
        start = box[0] + box[2] + 1
        self.boxes["date"] = (start, y - 4, 30, 6)
        correction = self._correction("date")
        if correction is not None:
            before, after = (day_words(d, self.day_manner) if d else "" for d in (correction.before, day))
            self.boxes["date"] = self._correct(correction, start, y, before, after)
        elif day:
            self.boxes["date"] = self._write("date", start, y, day_words(day, self.day_manner))
        return y

    def _patient(self, x: float, y: float) -> float:
        patient = self.case.patient
        name = self.document["patient_name"]
        if not name:
            self.boxes["patient_name"] = (x, y - 4, 60, 6)
            return y
        correction = self._correction("patient_name")
        capitals = not self.by_hand or self.hand.upper_case
        shown = name if capitals else name.title()
        civility = (
            ("Mme" if patient.is_woman else "M.")
            if self.day_manner % 2
            else ("Madame" if patient.is_woman else "Monsieur")
        )
        text = f"{civility} {shown}"
        if self.doctor.style % 3 == 0 and not self.by_hand:
            text += f"   né(e) le {day_words(patient.birth.isoformat(), 0)}"
        if correction is not None:
            wrong = f"{civility} {correction.before if capitals else correction.before.title()}"
            self.boxes["patient_name"] = self._correct(correction, x, y, wrong, f"{civility} {shown}")
            return y
        self.boxes["patient_name"] = self._write("patient_name", x, y, text)
        if self.doctor.style % 7 == 0:
            bx, by, bw, bh = self.boxes["patient_name"]
            self.paper.line(bx, by + bh + 0.4, bx + bw, by + bh + 0.4, 0.3)
        return y

    def _body(self, x: float, y: float) -> None:
        p = self.paper
        if self.bizone:
            w, top = p.width_mm - x - 12, y + 4
            h = (p.height_mm - top - 62) / 2
            for zone, label in ((0, ALD_ZONE), (1, OTHER_ZONE)):
                p.frame((x - 3, top + zone * (h + 5), w, h))
                for i, text in enumerate(label):
                    p.text(
                        x + w / 2 - 3,
                        top + zone * (h + 5) + 5 + 4 * i,
                        text,
                        self.bold if not i else self.regular,
                        self.size * 0.62,
                        anchor="c",
                    )
            y = top + 12
        lines = self.document["text"].split("\n") if self.document["text"] else []
        correction = self._correction("text")
        step = self.size * POINT_MM * (1.9 if not self.by_hand else 2.3)
        for i, line in enumerate(lines):
            y += step
            if correction is not None and i == correction.row % len(lines):
                self._correct(correction, x, y, correction.before, line, step)
                y += step if correction.kind == "strike" else 0  # what is written below it needs room
            elif self._wrapped(x, y, line):
                y += step * 0.7

    def _wrapped(self, x: float, y: float, line: str) -> bool:
        """Write a line of the body, on two where one is too narrow; return whether it took two."""
        paper, room = self.paper, (self.paper.width_mm - x - 14) * self.paper.scale
        if self.by_hand:
            size = round(self.hand.digit_mm * paper.scale / digit_height(self.hand.font))
            wide = text_width(self.hand.font, size, line) / room - 0.15  # a little narrower is what a hand does
        else:
            wide = text_width(self.regular, paper.size_px(self.size), line) / room
        if wide <= 1:
            self._write("text", x, y, line)
            return False
        cut = line.rfind(" ", 0, max(len(line) * 3 // 5, 12))
        step = self.size * POINT_MM * (1.3 if not self.by_hand else 1.9)
        for part, lower in ((line[:cut], 0.0), (line[cut + 1 :], step)):
            self._write("text", x, y + lower, part)
        return True

    def _foot(self) -> None:
        p, rng = self.paper, self.rng
        x = p.width_mm * rng.uniform(0.52, 0.66)
        y = p.height_mm - rng.uniform(52, 75) * (0.75 if self.narrow else 1)
        zone = (x, y, min(55.0, p.width_mm - x - 8), 22.0)
        self.boxes["prescriber_signature"] = zone
        sign_ordonnance(self, zone)
        foot = pick(
            style_rng(self.doctor.style),
            (
                "En cas d'urgence, composez le 15.",
                "Membre d'une association agréée, le règlement par chèque est accepté.",
                "",
                "Conventionné secteur 1",
            ),
        )
        p.text(p.width_mm / 2, p.height_mm - 8, foot, self.regular, 7, anchor="c", colour=self.colour)
