"""Other prints of the S3129d: the same labels in another geometry, drawn by chance. No template exists for them.

Positions, pitch of the cells, colours, fonts, number of act rows and the look of a cell vary; the rubrics and their
order stay, as from one revision of a cerfa to the next (domain.md 1.4 and 1.5).
"""

from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.random import default_rng
from numpy.typing import NDArray

from samples.fonts import letter_fonts
from samples.form import Geometry
from samples.form_look import Look, draw_look
from samples.paper import A4, BoxMm, Colour, Paper

WHITE: Final[Colour] = (255, 255, 255)
LEGAL: Final = (
    "La loi rend passible d'amende et/ou d'emprisonnement quiconque se rend coupable de fraudes ou de "
    "fausses déclarations."
)
#: x and width of each act column as shares of the table
COLUMNS: Final = (
    ("date", "dates des actes", 0.2),
    ("code", "codes des actes", 0.12),
    ("coefficient", "coefficient", 0.1),
    ("surcharge", "majorations", 0.1),
    ("fee", "montant des honoraires", 0.15),
    ("travel_flat", "I.F.D.", 0.11),
    ("travel_km", "I.K. nbre", 0.08),
    ("travel_km_amount", "I.K. montant", 0.14),
)


class Press:
    """Prints one revision and notes where its zones are."""

    def __init__(self, look: Look, dpi: int) -> None:
        self.look = look
        self.paper = Paper(A4, dpi)
        self.zones: dict[str, dict[str, Any]] = {}
        self.regular, self.bold = letter_fonts()[look.serif]
        self.right = A4[0] - look.left
        self.width = A4[0] - 2 * look.left

    def text(
        self,
        x: float,
        y: float,
        text: str,
        points: float | None = None,
        *,
        bold: bool = False,
        colour: Colour | None = None,
        anchor: str = "l",
    ) -> None:
        """Print a label."""
        font = self.bold if bold else self.regular
        self.paper.text(x, y, text, font, points or self.look.label_pt, colour=colour or self.look.dark, anchor=anchor)

    def band(self, y: float, text: str, x: float | None = None, w: float | None = None) -> None:
        """Print a section's dark band with its white title."""
        left, width = (self.look.left, self.width) if x is None or w is None else (x, w)
        self.paper.fill((left, y, width, 4.4), self.look.dark)
        self.text(left + width / 2, y + 3.3, text, 7.8, bold=True, colour=WHITE, anchor="c")

    def comb(
        self,
        field: str,
        label: str,
        x: float,
        y: float,
        groups: tuple[int, ...],
        *,
        letters: str = "",
        amount: bool = False,
    ) -> float:
        """Print cells; return where they end."""
        look, cells, at = self.look, [], x
        for n in groups:
            if look.cells != "boxes":
                self.paper.fill((at, y, n * look.pitch, look.cell_h), look.tint)
            for i in range(n):
                box = (round(at, 2), round(y, 2), look.pitch, look.cell_h)
                cells.append(box)
                if look.cells == "boxes":
                    self.paper.frame(box, 0.18, look.dark)
                elif i:
                    lower = y + look.cell_h * (0.3 if look.cells == "dots" else 0.5)
                    self.paper.line(
                        at, lower if look.cells == "ticks" else y + look.cell_h - 0.9, at, y + look.cell_h, 0.3, WHITE
                    )
                if letters and look.letters:
                    colour = WHITE if look.cells != "boxes" else look.tint
                    self.text(
                        at + look.pitch / 2,
                        y + look.cell_h - 1.1,
                        letters[len(cells) - 1],
                        7.6,
                        bold=True,
                        colour=colour,
                        anchor="c",
                    )
                at += look.pitch
            at += look.group_gap
        end = at - look.group_gap
        zone = {"id": field, "kind": "comb", "label": label, "box_mm": [x, y, end - x, look.cell_h], "cells_mm": cells}
        self.zones[field] = {**zone, **({"format": "amount"} if amount else {})}
        return end

    def date(self, field: str, label: str, x: float, y: float) -> float:
        """Print the eight cells of a date."""
        return self.comb(field, label, x, y, (8,), letters="JJMMAAAA")

    def check(self, field: str, label: str, x: float, y: float) -> None:
        """Print a check box, white with or without an outline."""
        size = self.look.check
        self.paper.fill((x, y, size, size), WHITE)
        if self.look.cells == "boxes":
            self.paper.frame((x, y, size, size), 0.2, self.look.dark)
        self.zones[field] = {"id": field, "kind": "checkbox", "label": label, "box_mm": [x, y, size, size]}

    def entry(self, field: str, label: str, x: float, y: float, w: float, printed: str, label_w: float) -> None:
        """Print a writing line with its label at the left end."""
        h = self.look.line_h
        self.paper.fill((x, y, w, h), self.look.tint)
        if self.look.cells == "boxes":
            self.paper.frame((x, y, w, h), 0.18, self.look.dark)
        self.text(x + 1, y + h - 1.5, printed)
        self.zones[field] = {"id": field, "kind": "text", "label": label, "box_mm": [x + label_w, y, w - label_w, h]}

    def identity(self) -> float:
        """Print the head, the patient and the insured person; return where they end."""
        k, p = self.look, self.paper
        self.text(k.left + 8, 11, "cerfa", 9, bold=True)
        self.text(k.left + 8, 16.5, "S 3129e" if k.rows % 2 else "S 3129d", 7.5, bold=True, anchor="c")
        self.text(100, 11, "feuille de soins", 20, bold=True, anchor="c")
        self.text(100, 16, "AUXILIAIRE MÉDICAL", 9.5, bold=True, anchor="c")
        self.text(100, 19.5, "Art. R. 161-40 et suivants du Code de la sécurité sociale", 5.6, anchor="c")
        x = self.right - 9 * k.pitch - 1
        self.text(x, 7, "numéro de facture")
        self.comb("invoice_number", "numéro de facture", x, 8, (9,))
        x = self.right - 8 * k.pitch - 1
        self.text(x - 2, 17.6, "date", anchor="r")
        self.date("form_date", "date", x, 14.2)
        y = 21.0
        self.band(y, "PERSONNE RECEVANT LES SOINS ET ASSURÉ(E)")
        self.text(k.left + 2, y + 7.6, "PERSONNE RECEVANT LES SOINS", bold=True)
        self.text(
            k.left + 46,
            y + 7.6,
            "(la ligne « nom et prénom » est obligatoirement remplie par l'auxiliaire médical)",
            5.6,
        )
        y += 8.8
        self.entry(
            "patient_name", "nom et prénom (personne recevant les soins)", k.left, y, self.width, "nom et prénom", 22
        )
        y += k.line_h + 3.2
        self.text(k.left + 1, y + 3.4, "numéro d'immatriculation")
        self.comb("patient_nir", "numéro d'immatriculation", k.comb_x, y, (13, 2))
        x = self.right - 9 * k.pitch
        self.comb("organisme_code", "code de l'organisme de rattachement", x, y, (9,))
        self.text(x, y + k.cell_h + 2.2, "code de l'organisme de rattachement", 5.4)
        self.text(x, y + k.cell_h + 4.6, "en cas de dispense d'avance des frais", 5.4)
        y += k.cell_h + 1.6
        self.text(k.left + 1, y + 3.4, "date de naissance")
        self.date("patient_birth_date", "date de naissance", k.comb_x, y)
        y += k.cell_h + 1
        self.text(k.left + 2, y + 3, "ASSURÉ(E)", bold=True)
        self.text(k.left + 18, y + 3, "(à remplir si la personne recevant les soins n'est pas l'assuré(e))", 5.8)
        y += 4.2
        self.entry("insured_name", "nom et prénom (assuré(e))", k.left, y, self.width, "nom et prénom", 22)
        y += k.line_h + 1
        self.text(k.left + 1, y + 3.4, "numéro d'immatriculation")
        self.comb("insured_nir", "numéro d'immatriculation", k.comb_x, y, (13, 2))
        y += k.cell_h + 1.2
        p.fill((k.left, y, 0.1, 0.1), WHITE)
        self.text(k.left + 2, y + 3.4, "ADRESSE DE L'ASSURÉ(E)", bold=True)
        self.entry("insured_address", "adresse de l'assuré(e)", k.left + 36, y, self.width - 36, "", 1)
        return y + k.line_h + 1.6

    def professionals(self, y: float) -> float:
        """Print the provider's and the prescriber's blocks."""
        k = self.look
        half = self.width / 2 - 2
        right = k.left + self.width / 2 + 2
        self.band(y, "IDENTIFICATION DE L'AUXILIAIRE MÉDICAL", k.left, half)
        self.band(y, "PRESCRIPTEUR", right, half)
        self.text(k.left + 1, y + 7, "identification de l'auxiliaire médical et de la structure (cachet)", 5.4)
        stamp_h = 20.0
        self.zones["provider_stamp"] = {
            "id": "provider_stamp",
            "kind": "block",
            "label": "cachet",
            "box_mm": [k.left, y + 7.5, half, stamp_h],
        }
        comb_x = min(k.left + 31, k.left + half - 11 * k.pitch)
        ly = y + 8 + stamp_h
        for field, label, n in (("provider_number", "n° d'identification", 9), ("provider_rpps", "n° RPPS", 11)):
            self.text(k.left + 1, ly + 3.4, label)
            self.comb(field, label, comb_x, ly, (n,))
            ly += k.cell_h + 1.1
        self.text(k.left + 1, ly + 2.8, "REMPLAÇANT", bold=True)
        ly += 3.6
        self.entry("substitute_name", "remplaçant : nom et prénom", k.left, ly, half, "nom et prénom", 22)
        ly += k.line_h + 1
        self.text(k.left + 1, ly + 3.4, "identifiant (n° RPPS)")
        self.comb("substitute_rpps", "n° RPPS du remplaçant", comb_x, ly, (11,))
        comb_x = right + half - 11 * k.pitch
        ry = y + 6
        self.entry("prescriber_name", "nom et prénom du prescripteur", right, ry, half, "nom et prénom", 22)
        ry += k.line_h + 1.4
        for field, label, n in (
            ("prescriber_rpps", "identifiant (n° RPPS)", 11),
            ("prescriber_number", "n° de la structure", 9),
        ):
            self.text(right + 1, ry + 3.4, label)
            self.comb(field, label, comb_x, ry, (n,))
            ry += k.cell_h + 1.4
        self.text(right + 1, ry + 3.4, "date de la prescription")
        self.date("prescription_date", "date de la prescription", comb_x, ry)
        ry += k.cell_h + 4
        self.text(right + 1, ry + 2.6, "ACCORD PRÉALABLE", bold=True)
        ry += 3.6
        self.text(right + 1, ry + 3.4, "date de la demande")
        self.date("prior_agreement_date", "accord préalable, date de la demande", comb_x, ry)
        return max(ly, ry) + k.cell_h + 1.6

    def conditions(self, y: float) -> float:
        """Print the check boxes of the conditions."""
        k, h = self.look, 6.2
        self.band(y, "CONDITIONS DE PRISE EN CHARGE DES SOINS")
        y += 5.2
        for row in (y, y + h + 0.9):
            self.paper.fill((k.left, row, self.width, h), k.tint)
        box_y, text_y = y + (h - k.check) / 2, y + h / 2 + 1.2
        x = k.left + 1.5
        self.check("is_illness", "maladie", x, box_y)
        self.text(x + 6, text_y, "MALADIE", bold=True)
        self.text(x + 24, text_y, "exonération du ticket modérateur :", 5.8)
        self.text(x + 63, text_y, "ALD")
        self.check("exemption_ald", "exonération : ALD", x + 69, box_y)
        self.text(x + 78, text_y, "autre")
        self.check("exemption_other", "exonération : autre", x + 85.5, box_y)
        self.check("is_maternity", "maternité", x + 98, box_y)
        self.text(x + 104, text_y, "MATERNITÉ", bold=True)
        at = self.right - 8 * k.pitch - 2
        self.text(at - 2, text_y, "date", anchor="r")
        self.paper.fill((at - 1, y, 8 * k.pitch + 2, h), WHITE)
        self.date("maternity_date", "maternité, date", at, y + (h - k.cell_h) / 2)
        y += h + 0.9
        box_y, text_y = y + (h - k.check) / 2, y + h / 2 + 1.2
        self.check("is_work_accident", "accident du travail ou maladie professionnelle", x, box_y)
        self.text(x + 6, text_y, "AT/MP", bold=True)
        self.text(x + 17, text_y, "numéro")
        self.paper.fill((x + 26.5, y, 9 * k.pitch + 2, h), WHITE)
        self.comb("work_accident_number", "AT/MP, numéro", x + 27.5, y + (h - k.cell_h) / 2, (9,))
        x2 = x + 30 + 9 * k.pitch
        self.text(x2, text_y, "accident causé par un tiers :", 6.2)
        self.text(x2 + 33, text_y, "non")
        self.check("third_party_no", "accident causé par un tiers : non", x2 + 38.5, box_y)
        self.text(x2 + 46, text_y, "oui")
        self.check("third_party_yes", "accident causé par un tiers : oui", x2 + 50.5, box_y)
        self.text(at - 2, text_y, "date", anchor="r")
        self.paper.fill((at - 1, y, 8 * k.pitch + 2, h), WHITE)
        self.date("third_party_date", "accident causé par un tiers, date", at, y + (h - k.cell_h) / 2)
        return y + h + 1.4

    def acts(self, y: float) -> float:
        """Print the acts table."""
        k = self.look
        self.band(y, "ACTES EFFECTUÉS")
        y += 4.8
        head = 6.4
        self.paper.fill((k.left, y, self.width, head), k.mid)
        spans, x = [], k.left
        for column, label, share in COLUMNS:
            w = share * self.width
            spans.append((column, x, w))
            self.text(x + w / 2, y + 4.2, label, 5.9, bold=True, anchor="c")
            x += w
        rows = []
        for r in range(k.rows):
            top = y + head + r * k.row_h
            self.paper.fill((k.left, top + 0.25, self.width, k.row_h - 0.5), k.tint)
            rows.append({column: (x, top, w, k.row_h) for column, x, w in spans})
        rule = k.dark if k.cells == "boxes" else WHITE
        for _, x, _ in spans[1:]:
            self.paper.line(x, y, x, y + head + k.rows * k.row_h, 0.4, rule)
        self.zones["acts"] = {
            "id": "acts",
            "kind": "table",
            "label": "actes effectués",
            "rows_mm": rows,
            "box_mm": [k.left, y, self.width, head + k.rows * k.row_h],
        }
        return y + head + k.rows * k.row_h + 1

    def payment(self, y: float) -> None:
        """Print the total and the signatures."""
        k = self.look
        self.band(y, "PAIEMENT")
        y += 5.6
        self.paper.fill((52, y, 46, 7), k.mid)
        self.text(54, y + 4.5, "MONTANT TOTAL en euros", 7.2, bold=True)
        if k.total_cells:
            self.comb("total_amount", "montant total", 100, y + (7 - k.cell_h) / 2, (7, 2), amount=True)
        else:
            self.paper.fill((99, y, 50, 7), k.tint)
            self.paper.fill((101, y + 0.7, 46, 5.6), WHITE)
            self.zones["total_amount"] = {
                "id": "total_amount",
                "kind": "text",
                "label": "montant total",
                "box_mm": [101, y + 0.7, 46, 5.6],
            }
        y += 7.8
        self.paper.fill((k.left, y, self.width, 5.6), k.tint)
        for field, label, x, at in (
            ("unpaid_mandatory", "l'assuré(e) n'a pas payé la part obligatoire", k.left + 1, k.left + 76),
            ("unpaid_complementary", "l'assuré(e) n'a pas payé la part complémentaire", 104, self.right - 12),
        ):
            self.text(x, y + 3.7, label)
            self.check(field, label, at, y + (5.6 - k.check) / 2)
        y += 6.4
        self.paper.fill((k.left, y, self.width, k.signature_h + 3), k.mid)
        for i, row in enumerate(("signature de", "l'auxiliaire médical", "ayant effectué", "l'acte ou les actes")):
            self.text(k.left + 1, y + 4 + 2.9 * i, row, 6, bold=True)
        self._sign("provider_signature", "signature de l'auxiliaire médical", (k.left + 27, y + 1.5, 50, k.signature_h))
        self.text(92, y + 4, "signature de", 6, bold=True)
        self.text(92, y + 6.9, "l'assuré(e)", 6, bold=True)
        self._sign("patient_signature", "signature de l'assuré(e)", (110, y + 1.5, 50, k.signature_h))
        self.text(166, y + 7, "impossibilité", 6.2, bold=True)
        self.text(166, y + 10, "de signer", 6.2, bold=True)
        self.check("unable_to_sign", "impossibilité de signer", 187, y + 6)
        y += k.signature_h + 5.4
        self.text(
            k.left,
            y,
            LEGAL,
            4.8,
        )

    def _sign(self, field: str, label: str, box: BoxMm) -> None:
        self.paper.fill(box, WHITE)
        self.zones[field] = {"id": field, "kind": "signature", "label": label, "box_mm": list(box)}


@lru_cache(maxsize=4)
def variant(seed: int, dpi: int) -> tuple[Geometry, NDArray[np.uint8]]:
    """Return the zones and the blank of the revision drawn from *seed*."""
    press = Press(draw_look(default_rng(seed)), dpi)
    press.payment(press.acts(press.conditions(press.professionals(press.identity()))))
    return Geometry(f"variant-{seed}", press.zones), press.paper.pixels
