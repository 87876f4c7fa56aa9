"""Bordereaux as many softwares print them: columns, headings, rules and formats drawn by chance (domain.md 3.3)."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from numpy.random import Generator

from samples.claims import Document, totals_of
from samples.fonts import font_path, letter_fonts
from samples.identities import pick
from samples.paper import BLACK, POINT_MM, BoxMm, Colour

#: what a heading may read, by column
HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "rank": ("Rang", "N°", "Ordre"),
    "invoice_number": ("N° facture", "Facture", "N° FSE", "N° de facture", "Num. facture", "N° FSE/facture"),
    "insured_nir": ("N° immatriculation", "N° SS", "N° Sécu. sociale", "NIR", "Immatriculation assuré", "N° assuré"),
    "key": ("Clé",),
    "insured_name": ("Nom Prénom assuré", "Assuré", "Nom et prénom", "Nom de l'assuré", "Nom et prénom de l'assuré"),
    "beneficiary_birth_date": ("Né(e) le", "Date naiss.", "Naissance bénéf.", "Date de naissance", "Né(e) le (bénéf.)"),
    "care_date": ("Date", "Date soins", "Dernier acte"),
    "total_amount": ("Montant total", "Total", "Mt total", "Mt facture", "Total facture"),
    "amount_amo": ("Part AMO", "AMO", "Part obligatoire", "Mt RO", "Régime obligatoire", "Part Assurance Maladie"),
    "amount_amc": ("Part AMC", "AMC", "Part complémentaire", "Mt RC", "Complémentaire", "Mutuelle"),
    "flow": ("Type", "Flux", "S/D"),
    "attached": ("PJ", "Pièces"),
}
WIDTHS: Final = {
    "rank": 10, "invoice_number": 23, "insured_nir": 40, "key": 9, "insured_name": 46, "beneficiary_birth_date": 23, "care_date": 21,
    "total_amount": 22, "amount_amo": 21, "amount_amc": 21, "flow": 11, "attached": 10,
}  # fmt: skip
AMOUNTS: Final = ("total_amount", "amount_amo", "amount_amc")
TITLES: Final = ("BORDEREAU RÉCAPITULATIF DES FACTURES", "Bordereau récapitulatif", "BORDEREAU DE TRANSMISSION",
                 "BORDEREAU RECAPITULATIF DU LOT", "Bordereau de facturation - Tiers payant", "Récapitulatif de lot")  # fmt: skip


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


@dataclass
class Layout:
    """One software's manner."""

    columns: list[str]
    headings: dict[str, str]
    landscape: bool
    regular: Path
    bold: Path
    points: float
    rules: str  #: ``grid``, ``rows``, ``zebra``, ``none``
    manner: str  #: ``table``, ``two_lines``, ``monospaced``
    nir: str  #: ``spaced``, ``key_apart``, ``plain``, ``no_key``, ``key_column``
    day: str
    amount: str  #: ``comma``, ``point``, ``euro``, ``comma_spaced``
    title: str
    header: int
    short_number: bool
    page_totals: bool
    extras: dict[str, str] = field(default_factory=dict)


def draw_layout(rng: Generator, lines: list[Document], *, with_flow: bool) -> Layout:
    """Return a layout that loses nothing of *lines*."""
    manner = str(rng.choice(["table", "two_lines", "monospaced"], p=[0.64, 0.12, 0.24]))
    landscape = bool(rng.random() < 0.35) and manner != "two_lines"
    nir = str(rng.choice(["spaced", "key_apart", "plain", "no_key", "key_column"], p=[0.25, 0.35, 0.2, 0.06, 0.14]))
    regular, bold = letter_fonts()[int(rng.integers(5))]
    if manner == "monospaced":
        name = pick(rng, ("cousine", "courier-prime", "source-code-pro", "share-tech-mono", "cutive-mono", "vt323"))
        regular = bold = font_path(name)
    core = ["invoice_number", "insured_nir", "insured_name", "beneficiary_birth_date"]
    if nir == "key_column":
        core.insert(2, "key")
    if rng.random() < 0.5:
        order = rng.permutation(len(core) - (nir == "key_column"))
        names = [c for c in core if c != "key"]
        core = [names[i] for i in order]
        if nir == "key_column":
            core.insert(core.index("insured_nir") + 1, "key")
    columns = [*core, *AMOUNTS]
    if rng.random() < 0.25:
        columns.insert(0, "rank")
    if landscape and rng.random() < 0.5:
        columns.insert(len(columns) - 3, "care_date")
    if with_flow:
        columns.append("flow")
    if landscape and rng.random() < 0.4:
        columns.append("attached")
    days = ["%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y"]
    years = [int(str(line["beneficiary_birth_date"])[:4]) for line in lines if line["beneficiary_birth_date"]]
    odds = [0.6, 0.15, 0.13, 0.12 if all(y > 1927 for y in years) else 0.0]
    return Layout(
        columns=columns,
        headings={c: pick(rng, HEADINGS[c]) for c in columns},
        landscape=landscape,
        regular=regular,
        bold=bold,
        points=float(rng.uniform(8, 10)),
        rules=str(rng.choice(["grid", "rows", "zebra", "none"], p=[0.4, 0.2, 0.2, 0.2])),
        manner=manner,
        nir=nir,
        day=str(rng.choice(days, p=[o / sum(odds) for o in odds])),
        amount=str(rng.choice(["comma", "point", "euro", "comma_spaced"], p=[0.5, 0.25, 0.15, 0.1])),
        title=pick(rng, TITLES),
        header=int(rng.integers(4)),
        short_number=bool(rng.random() < 0.2),
        page_totals=bool(rng.random() < 0.4),
    )


def day_text(value: str | None, layout: Layout) -> str:
    """Return a date in the layout's manner."""
    if value is None:
        return ""
    year, month, day = value.split("-")
    shape = layout.day.replace("%d", day).replace("%m", month).replace("%Y", year)
    return shape.replace("%y", year[2:])


def amount_text(value: str | None, layout: Layout) -> str:
    """Return an amount in the layout's manner, thousands parted by a space."""
    if value is None:
        return ""
    euros, cents = value.split(".")
    if len(euros) > 3 and layout.amount != "point":
        euros = f"{euros[:-3]} {euros[-3:]}"
    if layout.amount == "point":
        return f"{euros}.{cents}"
    return {"comma": f"{euros},{cents}", "euro": f"{euros},{cents} €", "comma_spaced": f"{euros},{cents}"}[
        layout.amount
    ]


def nir_text(value: str | None, layout: Layout) -> str:
    """Return a NIR in the layout's manner."""
    if value is None:
        return ""
    body, key = value[:13], value[13:]
    if layout.nir == "spaced":
        parts = (body[0], body[1:3], body[3:5], body[5:7], body[7:10], body[10:13], key)
        return " ".join(p for p in parts if p)
    if layout.nir in {"key_column", "no_key"}:
        return body
    return f"{body} {key}".strip() if layout.nir == "key_apart" else value


class Bordereau:
    """A bordereau about to be printed, page by page."""

    def __init__(self, header: Document, lines: list[Document], layout: Layout) -> None:
        self.header, self.lines, self.layout = header, lines, layout
        self.size_mm = (297.0, 210.0) if layout.landscape else (210.0, 297.0)
        self.margin = 12.0
        self.step = layout.points * POINT_MM * {"table": 1.75, "two_lines": 3.0, "monospaced": 1.45}[layout.manner]
        self.top = 58.0
        per_page = int((self.size_mm[1] - self.top - 40) / self.step)
        self.chunks = [lines[i : i + per_page] for i in range(0, max(len(lines), 1), per_page)]

    def cell(self, line: Document, column: str, rank: int) -> str:
        """Return what one cell prints."""
        layout, value = self.layout, line.get(column)
        if column == "rank":
            return str(rank + 1)
        if column == "insured_nir":
            return nir_text(value, layout)
        if column == "key":
            return str(line["insured_nir"] or "")[13:]
        if column == "beneficiary_birth_date":
            return day_text(value, layout)
        if column == "care_date":
            return day_text(line.get("care_date"), layout)
        if column in AMOUNTS:
            return amount_text(value, layout)
        if column == "invoice_number":
            return str(value or "")
        if column == "flow":
            return {"securise": "S", "degrade": "D", "papier": "P"}.get(str(line.get("flow")), "")
        return "oui" if column == "attached" else str(value or "")

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
            ("IDENTIFICATION PS :", "N° FACTURATION :", "LOT NO :", "CONSTITUE LE :", "ORGANISME DEST. :", "DESTINATAIRE REGLEMENT :"),
            ("Identification du partenaire de santé :", "Identifiant :", "N° du lot :", "Date de constitution :",
             "N° de l'organisme d'Assurance Maladie :", "Type de destinataire de règlement :"),
            ("Praticien :", "N° d'identification :", "Numéro de lot :", "Lot constitué le :", "Caisse :", "Destinataire du règlement :"),
        )[layout.header]  # fmt: skip
        payee = head["payee_type"] or ""
        values = [head["provider_name"] or "", head["provider_number"] or "", head["lot_number"] or "", day,
                  self.organisme(head["organisme_code"]), payee.upper() if layout.manner == "monospaced" else payee]  # fmt: skip
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
        wide = len(text) * size * POINT_MM * 0.56
        return size if wide < width - 2 else max(size * (width - 2) / wide, 5.2)

    def _table(self, sheet: Sheet, page: int) -> None:
        layout, step, columns = self.layout, self.step, self._columns()
        right, y = self.size_mm[0] - self.margin, self.top
        if layout.rules in {"grid", "zebra"}:
            sheet.fill((self.margin, y - step, right - self.margin, step), (222, 224, 228))
        for column, x, width in columns:
            heading = layout.headings[column]
            words = heading.split(" ")
            size = self._fitted(heading, width, layout.points)
            if size < layout.points * 0.8 and len(words) > 1:
                half = (len(words) + 1) // 2
                for part, lift in ((words[:half], 0.52), (words[half:], 0.05)):
                    text = " ".join(part)
                    sheet.text(
                        x + width / 2,
                        y - step * lift - 0.6,
                        text,
                        layout.bold,
                        self._fitted(text, width, layout.points * 0.9),
                        anchor="c",
                    )
            else:
                sheet.text(x + width / 2, y - step * 0.3, heading, layout.bold, size, anchor="c")
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
            for x in [c[1] for c in columns] + [right]:
                sheet.line(x, self.top - step, x, y, 0.2)
            sheet.line(self.margin, self.top - step, right, self.top - step, 0.2)
            sheet.line(self.margin, self.top, right, self.top, 0.2)
        self._totals(sheet, page, y + step)

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
                self._fitted(layout.headings[c], 30, size),
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
