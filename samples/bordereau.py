"""Bordereaux printed in a layout, page by page, on paper or born digital."""

from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from samples.bordereau_layout import AMOUNTS, WIDTHS, Layout, amount_text, day_text, nir_text
from samples.documents import Document, totals_of
from samples.paper import BLACK, POINT_MM, BoxMm, Colour, text_width

#: size text is measured at, px
MEASURED_PX: Final = 100
FLOW_LETTERS: Final = {"securise": "S", "degrade": "D", "papier": "P"}


class Sheet(Protocol):
    """What a bordereau is printed on: ``Paper`` or ``VectorPaper``."""

    width_mm: float
    height_mm: float

    def text(self, x_mm: float, y_mm: float, text: str, font: Path, points: float = 10, *, colour: Colour = BLACK,
             anchor: str = "l") -> BoxMm:  # fmt: skip
        """Print text."""

    def fill(self, box: BoxMm, colour: Colour) -> None:
        """Paint a rectangle."""

    def line(self, x1: float, y1: float, x2: float, y2: float, width_mm: float = 0.25, colour: Colour = BLACK) -> None:
        """Draw a rule."""

    def frame(self, box: BoxMm, width_mm: float = 0.3, colour: Colour = BLACK) -> None:
        """Draw an outline."""


class Bordereau:
    """A bordereau about to be printed, page by page."""

    def __init__(self, header: Document, lines: list[Document], layout: Layout) -> None:
        self.header, self.lines, self.layout = header, lines, layout
        self.size_mm = (297.0, 210.0) if layout.landscape else (210.0, 297.0)
        self.margin = 12.0
        self.step = layout.points * POINT_MM * {"table": 1.75, "two_lines": 3.0, "monospaced": 1.45}[layout.manner]
        self.top = 58.0
        per_page = min(int((self.size_mm[1] - self.top - 40) / self.step), layout.lines_per_page)
        self.chunks = [lines[i : i + per_page] for i in range(0, max(len(lines), 1), per_page)]

    def cell(self, line: Document, column: str, rank: int) -> str:
        """Return what one cell prints."""
        layout, value = self.layout, line.get(column)
        if column in AMOUNTS:
            return amount_text(value, layout)
        made: dict[str, Callable[[], str]] = {
            "rank": lambda: str(rank + 1),
            "insured_nir": lambda: nir_text(value, layout),
            "key": lambda: str(line["insured_nir"] or "")[13:],
            "beneficiary_birth_date": lambda: day_text(value, layout),
            "care_date": lambda: day_text(line.get("_care_date"), layout),
            "flow": lambda: FLOW_LETTERS.get(str(line.get("flow")), ""),
            "attached": lambda: "oui",
        }
        return made[column]() if column in made else str(value or "")

    def draw(self, sheet: Sheet, page: int) -> None:
        """Print page *page* (from 0)."""
        self._header(sheet, page)
        if self.layout.manner == "monospaced":
            self._monospaced(sheet, page)
        elif self.layout.manner == "two_lines":
            self._two_lines(sheet, page)
        else:
            self._table(sheet, page)

    def _header(self, sheet: Sheet, page: int) -> None:
        layout, head, m = self.layout, self.header, self.margin
        font, bold, size = layout.regular, layout.bold, layout.points
        count = f"{page + 1}/{len(self.chunks)}"
        day = day_text(head["lot_date"], layout) if head["lot_date"] else ""
        right = self.size_mm[0] - m
        if layout.manner == "monospaced":
            sheet.text(m, 14, f"EDITION DU {day}" if layout.header % 2 else "", font, size)
            sheet.text(right, 14, f"PAGE {count}", font, size, anchor="r")
            title = layout.title.upper()
            if layout.header == 3 and head["lot_number"] and head["lot_date"]:
                title = f"{title} - LOT {head['lot_number']} DU {day}"
            sheet.text(self.size_mm[0] / 2, 22, title, bold, size + 1, anchor="c")
        else:
            sheet.text(
                self.size_mm[0] / 2 if layout.header % 2 else m,
                18,
                layout.title,
                bold,
                size + 5,
                anchor="c" if layout.header % 2 else "l",
            )
            sheet.text(right, 12, f"Page {count}", font, size - 1, anchor="r")
        labels = (
            ("Professionnel :", "N° AM :", "Lot n° :", "Date du lot :", "Organisme destinataire :", "Règlement à :"),
            ("IDENTIFICATION PS :", "N° FACTURATION :", "LOT NO :", "CONSTITUE LE :", "ORGANISME DEST. :",
            "DESTINATAIRE REGLEMENT :"), ("Identification du partenaire de santé :", "Identifiant :", "N° du lot :",
            "Date de constitution :", "N° de l'organisme d'Assurance Maladie :",
            "Type de destinataire de règlement :"), ("Praticien :", "N° d'identification :", "Numéro de lot :",
            "Lot constitué le :", "Caisse :", "Destinataire du règlement :"),
        )[layout.header]  # fmt: skip
        payee = head["payee_type"] or ""
        values = [
            head["provider_name"] or "",
            head["provider_number"] or "",
            head["lot_number"] or "",
            day,
            self.organisme(head["organisme_code"]),
            payee.upper() if layout.manner == "monospaced" else payee,
        ]
        rows = [f"{label} {value}" for label, value in zip(labels, values, strict=True)]
        if layout.header in {0, 3}:  # two columns
            half = self.size_mm[0] / 2
            for i, row in enumerate(rows):
                sheet.text(m if i % 2 == 0 else half, 30 + 6 * (i // 2), row, font, size)
        else:
            pairs = [f"{rows[0]}   {rows[1]}", f"{rows[2]}   {rows[3]}", rows[4], rows[5]]
            for i, row in enumerate(pairs):
                sheet.text(m, 28 + 5.5 * i, row, font, size)

    def organisme(self, code: str | None) -> str:
        """Return the caisse as printed: whole, or in its parts."""
        if code is None:
            return ""
        return f"{code[:2]} {code[2:5]} {code[5:]}" if self.layout.header == 2 else code

    def _columns(self) -> list[tuple[str, float, float]]:
        total = sum(WIDTHS[c] for c in self.layout.columns)
        room, x = self.size_mm[0] - 2 * self.margin, self.margin
        out = []
        for column in self.layout.columns:
            width = room * WIDTHS[column] / total
            out.append((column, x, width))
            x += width
        return out

    def _fitted(self, text: str, width: float, size: float) -> float:
        """Return the size, at most *size*, at which *text* leaves a gap in a column *width* mm wide."""
        wide = text_width(self.layout.bold, MEASURED_PX, text) / MEASURED_PX * size * POINT_MM
        return size if wide < width - 2.5 else max(size * (width - 2.5) / wide, 4.8)

    def _table(self, sheet: Sheet, page: int) -> None:
        layout, step, columns = self.layout, self.step, self._columns()
        right, y = self.size_mm[0] - self.margin, self.top
        if layout.rules in {"grid", "zebra"}:
            sheet.fill((self.margin, y - step, right - self.margin, step), (222, 224, 228))
        for column, x, width in columns:
            self._heading(sheet, layout.headings[column], x, y, width)
        before = sum(len(c) for c in self.chunks[:page])
        for i, line in enumerate(self.chunks[page]):
            if layout.rules == "zebra" and i % 2:
                sheet.fill((self.margin, y, right - self.margin, step), (240, 240, 243))
            for column, x, width in columns:
                self._cell(sheet, column, self.cell(line, column, before + i), x, y, width)
            y += step
            if layout.rules in {"grid", "rows"}:
                sheet.line(self.margin, y, right, y, 0.2)
        if layout.rules == "grid":
            self._rules(sheet, columns, y)
        self._totals(sheet, page, y + step)

    def _heading(self, sheet: Sheet, heading: str, x: float, y: float, width: float) -> None:
        """Print a heading, on two lines where one is too narrow."""
        layout, step, words = self.layout, self.step, heading.split(" ")
        size = self._fitted(heading, width, layout.points)
        if size >= layout.points * 0.8 or len(words) == 1:
            sheet.text(x + width / 2, y - step * 0.3, heading, layout.bold, size, anchor="c")
            return
        half = (len(words) + 1) // 2
        for part, lift in ((words[:half], 0.52), (words[half:], 0.05)):
            text = " ".join(part)
            fitted = self._fitted(text, width, layout.points * 0.9)
            sheet.text(x + width / 2, y - step * lift - 0.6, text, layout.bold, fitted, anchor="c")

    def _rules(self, sheet: Sheet, columns: list[tuple[str, float, float]], bottom: float) -> None:
        """Draw the grid."""
        right, top = self.size_mm[0] - self.margin, self.top
        for x in [*(c[1] for c in columns), right]:
            sheet.line(x, top - self.step, x, bottom, 0.2)
        for y in (top - self.step, top):
            sheet.line(self.margin, y, right, y, 0.2)

    def _cell(self, sheet: Sheet, column: str, text: str, x: float, y: float, width: float) -> None:
        size = self.layout.points
        base = y + self.step * 0.68
        fitted = self._fitted(text, width, size)
        if column in AMOUNTS:
            sheet.text(x + width - 1.2, base, text, self.layout.regular, fitted, anchor="r")
        elif column == "insured_name" and fitted < size * 0.8 and " " in text:
            words = text.split(" ")
            half = (len(words) + 1) // 2
            for part, lift in ((words[:half], 0.42), (words[half:], 0.88)):
                sheet.text(x + 1, y + self.step * lift, " ".join(part), self.layout.regular, size * 0.82)
        else:
            sheet.text(x + 1, base, text, self.layout.regular, fitted)

    def _totals(self, sheet: Sheet, page: int, y: float) -> None:
        layout = self.layout
        at = {c: x + w for c, x, w in self._columns()}
        if layout.page_totals and len(self.chunks) > 1:
            sums = totals_of(self.chunks[page])
            sheet.text(self.margin, y, "Total page", layout.regular, layout.points)
            for name in AMOUNTS:
                sheet.text(
                    at[name] - 1.2, y, amount_text(sums[name], layout), layout.regular, layout.points - 0.5, anchor="r"
                )
            y += self.step
        if page == len(self.chunks) - 1:
            label = ("TOTAL LOT", "Total général", "TOTAL", "Totaux")[layout.header]
            sheet.text(self.margin, y, label, layout.bold, layout.points)
            for name in AMOUNTS:
                text = amount_text(self.header[name], layout)
                sheet.text(at[name] - 1.2, y, text, layout.bold, self._fitted(text, 20, layout.points), anchor="r")
            sheet.text(
                self.margin, y + self.step, f"Nombre de factures : {len(self.lines)}", layout.regular, layout.points
            )

    def _two_lines(self, sheet: Sheet, page: int) -> None:
        layout, m = self.layout, self.margin
        size, small = layout.points, layout.points * POINT_MM * 1.3
        half = ["insured_name", "beneficiary_birth_date", *AMOUNTS]
        first = [c for c in layout.columns if c not in half]
        xs_first = [m + i * 46 for i in range(len(first))]
        xs_half = [m + 4, m + 80, m + 128, m + 156, m + 184]
        y = self.top - small * 1.6
        for x, c in zip(xs_first, first, strict=True):
            sheet.text(x, y, layout.headings[c], layout.bold, size)
        for x, c in zip(xs_half, half, strict=True):
            sheet.text(
                x,
                y + small,
                layout.headings[c].split(" (")[0],
                layout.bold,
                self._fitted(layout.headings[c], 26, size),
                anchor="r" if c in AMOUNTS else "l",
            )
        sheet.line(m, y + small * 1.4, self.size_mm[0] - m, y + small * 1.4)
        y = self.top + small
        before = sum(len(c) for c in self.chunks[:page])
        for i, line in enumerate(self.chunks[page]):
            for x, c in zip(xs_first, first, strict=True):
                sheet.text(x, y, self.cell(line, c, before + i), layout.regular, size)
            for x, c in zip(xs_half, half, strict=True):
                sheet.text(
                    x,
                    y + small,
                    self.cell(line, c, before + i),
                    layout.regular,
                    size,
                    anchor="r" if c in AMOUNTS else "l",
                )
            if layout.rules != "none":
                sheet.line(m, y + small * 1.45, self.size_mm[0] - m, y + small * 1.45, 0.15)
            y += self.step
        if page == len(self.chunks) - 1:
            sheet.text(m, y, "TOTAL", layout.bold, size)
            for x, name in zip(xs_half[2:], AMOUNTS, strict=True):
                sheet.text(x, y, amount_text(self.header[name], layout), layout.bold, size, anchor="r")
            sheet.text(m, y + small, f"{len(self.lines)} factures", layout.regular, size)

    def _monospaced(self, sheet: Sheet, page: int) -> None:
        layout = self.layout
        before = sum(len(c) for c in self.chunks[:page])
        rows = [[self.cell(line, c, before + i) for c in layout.columns] for i, line in enumerate(self.chunks[page])]
        last = page == len(self.chunks) - 1
        sums = [self.header, totals_of(self.chunks[page])][0 if last else 1]
        foot = [amount_text(sums[c], layout) if c in AMOUNTS else "" for c in layout.columns]
        heads = [layout.headings[c].upper() for c in layout.columns]
        widths = [max(len(r[i]) for r in [*rows, heads, foot]) for i in range(len(heads))]

        def aligned(cells: list[str]) -> str:
            return "  ".join(
                t.rjust(w) if c in AMOUNTS else t.ljust(w)
                for t, w, c in zip(cells, widths, layout.columns, strict=True)
            )

        wide = sum(widths) + 2 * len(widths)
        pitch = 0.6 if layout.regular.stem != "vt323" else 0.4
        size = min(layout.points * 1.15, (self.size_mm[0] - 2 * self.margin) / (wide * pitch * POINT_MM))
        step = max(size * POINT_MM * 1.35, 3.2)
        y = self.top
        sheet.text(self.margin, y - 2 * step, aligned(heads), layout.regular, size)
        sheet.text(self.margin, y - step, "-" * (wide - 2), layout.regular, size)
        for row in rows:
            sheet.text(self.margin, y, aligned(row), layout.regular, size)
            y += step
        if last or layout.page_totals:
            sheet.text(self.margin, y, "-" * (wide - 2), layout.regular, size)
            label = "TOTAL LOT" if last else "TOTAL PAGE"
            first_amount = next(i for i, c in enumerate(layout.columns) if c in AMOUNTS)
            lead = sum(widths[:first_amount]) + 2 * first_amount
            count = f"{len(self.lines)} FACTURES" if last else ""
            text = f"{label}   {count}".ljust(lead)[:lead] + aligned(foot)[lead:]
            sheet.text(self.margin, y + step, text, layout.regular, size)
