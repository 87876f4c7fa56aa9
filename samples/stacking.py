"""The stack of sheets as the professional sends it: bordereau first, pieces beside their forms or apart."""

import io
from typing import Any

from numpy.random import Generator
from reportlab.pdfgen.canvas import Canvas

from samples.bordereau import Bordereau
from samples.bordereau_layout import draw_layout
from samples.documents import ROWS, Case, Document, Leaf, Lot
from samples.fonts import Split
from samples.form import Filler, reference, reference_blank
from samples.form_variant import variant
from samples.paper import Paper
from samples.pieces import ATTACHMENTS, STRANGERS, draw_facture, draw_letter
from samples.prescription import Ordonnance, prescription_size
from samples.profiles import Profile
from samples.vector import VectorPaper


def stack(lot: Lot, rng: Generator, odds: Profile, split: Split) -> None:
    """Put the lot's leaves in order."""
    leaves = bordereau_leaves(lot, rng, odds)
    apart = rng.random() < 0.35
    other = int(rng.integers(1 << 30)) if odds.other_print > rng.random() else None
    forms: list[Leaf] = []
    pieces: list[Leaf] = []
    first_order = _exchanged(lot, "forms")
    prescription_of = dict(zip(map(id, lot.cases), _exchanged(lot, "prescriptions"), strict=True))
    for case in lot.cases if apart else first_order:
        own_forms = form_leaves(case, split, lot, other, odds.look_alikes)
        own_pieces = prescription_leaves(prescription_of[id(case)], split, odds.look_alikes)
        own_pieces += attachment_leaves(case, lot, split)
        if apart:
            forms += own_forms
            pieces += own_pieces
        else:
            forms += own_forms + own_pieces
    if apart:
        place = {id(c.invoice): i for i, c in enumerate(first_order)}
        forms.sort(key=lambda leaf: place[id(leaf.document)])
    leaves += forms + pieces
    if apart and rng.random() < 0.3:
        attachments = [p for p in pieces if p.role == "attachment"]
        leaves = [leaf for leaf in leaves if leaf.role != "attachment"] + attachments
    separated = False
    for _ in range(int(rng.poisson(odds.strangers))):
        kind = str(rng.choice([*STRANGERS, "blank", "blank"]))
        if kind == "separator":
            separated = True
        else:
            leaves.insert(0 if kind == "enveloppe" else int(rng.integers(1, len(leaves) + 1)), stranger(kind, lot))
    if separated:  # before everything: what follows a separator is another lot
        leaves.insert(0, stranger("separator", lot))
    if any(f.code == "unreadable_page" for f in lot.faults):
        smear = Leaf("other", lambda p, r: draw_letter(p, lot, r), unreadable=True)
        leaves.insert(int(rng.integers(1, len(leaves) + 1)), smear)
    lot.leaves = leaves


def form_leaves(case: Case, split: Split, lot: Lot, other: int | None = None, look_alikes: float = 0.0) -> list[Leaf]:
    """Return the sheets of a form, on the print *other* if given, or the sheet of a software invoice."""
    if case.invoice is None:
        return []
    if case.invoice["form"] == "facture":
        return [
            Leaf(
                "facture",
                lambda p, r: draw_facture(p, case, lot, r, split),
                case=case,
                document=case.invoice,
                role="form",
            )
        ]
    capacity = ROWS if other is None else len(variant(other, 200)[0].zones["acts"]["rows_mm"])
    sheets = max(-(-len(case.invoice["acts"]) // capacity), 1)
    return [_form_leaf(case, split, other, (sheet, sheets), look_alikes) for sheet in range(sheets)]


def _form_leaf(case: Case, split: Split, other: int | None, sheet: tuple[int, int], look_alikes: float) -> Leaf:
    def draw(paper: Paper, rng: Generator) -> None:
        geometry, blank = variant(other, paper.dpi) if other is not None else (reference(), reference_blank(paper.dpi))
        paper.pixels = blank.copy()
        filler = Filler(paper, geometry, case, rng, split, *sheet, look_alikes)
        filler.fill()
        leaf.hard_negatives += filler.notes
        leaf.look_alikes += filler.drawn_look_alikes

    leaf = Leaf("feuille_de_soins", draw, writing=case.writing, case=case, document=case.invoice, role="form")
    return leaf


def _exchanged(lot: Lot, kind: str) -> list[Case]:
    """Return the cases in the order their pieces of *kind* are stacked."""
    order = list(lot.cases)
    for name, one, other in lot.swaps:
        if name == kind:
            i, j = order.index(one), order.index(other)
            order[i], order[j] = other, one
    return order


def prescription_leaves(case: Case, split: Split, look_alikes: float = 0.0) -> list[Leaf]:
    """Return the prescription's sheet, if there is one."""
    if case.prescription is not None:
        document = case.prescription

        def draw(paper: Paper, rng: Generator) -> None:
            page = Ordonnance(paper, case, document, rng, split, look_alikes)
            page.draw()
            leaf.hard_negatives += page.notes
            leaf.look_alikes += page.drawn_look_alikes
            for fault in case.faults:
                if fault.on == "prescription" and fault.box_mm is None and fault.field in page.boxes:
                    fault.box_mm = page.boxes[fault.field]

        size = prescription_size(case.prescriber)
        leaf = Leaf("prescription", draw, size, document["writing"], case, document, "prescription")
        return [leaf]
    return []


def attachment_leaves(case: Case, lot: Lot, split: Split) -> list[Leaf]:
    """Return the other pieces of a form."""

    def leaf(attachment: Document) -> Leaf:
        maker = ATTACHMENTS[attachment["kind"]]
        return Leaf(
            attachment["kind"],
            lambda p, r: maker(p, case, lot, r, split),
            case=case,
            document=attachment,
            role="attachment",
        )

    return [leaf(a) for a in case.attachments]


def stranger(kind: str, lot: Lot) -> Leaf:
    """Return a page that belongs to no claim; a blank one is empty."""
    if kind == "blank":
        return Leaf("blank", lambda _p, _r: None)
    return Leaf(kind, lambda p, r: STRANGERS[kind](p, lot, r))


def bordereau_leaves(lot: Lot, rng: Generator, odds: Profile) -> list[Leaf]:
    """Return the bordereau's pages; a born-digital one carries its PDF."""
    lines: list[Document] = [c.line for c in lot.cases if c.line is not None]
    for name, one, other in lot.swaps:
        if name == "lines" and one.line is not None and other.line is not None:
            i, j = lines.index(one.line), lines.index(other.line)
            lines[i], lines[j] = other.line, one.line
    lot.header["lines"] = lines
    if not lines:
        return []
    layout = draw_layout(rng, lines, with_flow=lot.flow == "mixte" or rng.random() < 0.1)
    if layout.nir == "no_key":
        for line in lines:
            line["insured_nir"] = line["insured_nir"] and line["insured_nir"][:13]
    if "flow" in layout.columns and lot.flow != "mixte":
        for line in lines:
            line["flow"] = lot.flow
    printed = Bordereau(lot.header, lines, layout)
    lot.header["_lines_per_page"] = len(printed.chunks[0])
    digital = rng.random() < odds.born_digital
    return [_bordereau_leaf(printed, page, lot, digital=digital) for page in range(len(printed.chunks))]


def _bordereau_leaf(printed: Bordereau, page: int, lot: Lot, *, digital: bool) -> Leaf:
    def draw(paper: Paper, _rng: Generator) -> None:
        printed.draw(paper, page)

    def write(canvas: Any) -> None:
        printed.draw(VectorPaper(canvas, printed.size_mm), page)

    return Leaf(
        "bordereau", draw, printed.size_mm, document=lot.header, role="bordereau", vector=write if digital else None
    )


def vector_pdf(leaf: Leaf) -> bytes:
    """Return a born-digital page as a PDF."""
    out = io.BytesIO()
    canvas: Any = Canvas(out, invariant=1)
    if leaf.vector is None:
        raise ValueError("not a born-digital page")
    leaf.vector(canvas)
    canvas.showPage()
    canvas.save()
    return out.getvalue()
