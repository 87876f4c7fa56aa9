"""Whole forms filled, corrected and scanned, and what the erasure detector finds on them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from extractors.feuille import form_view
from extractors.feuilles.form_view import FormView, Rect
from extractors.feuilles.strokes import Ink
from extractors.forms.light import ground_of
from extractors.forms.template import load_templates
from extractors.marks.erasures import EntryZone, Erased, find_on_form
from extractors.readers.erasures import erasure_reader
from extractors.register import Registrar
from extractors.scan import Scan
from samples.claims import draw_claims
from samples.documents import Case, Correction, Fault
from samples.faults_on_papers import before_of
from samples.form import Filler, reference, reference_blank
from samples.paper import A4, BoxMm, Paper
from samples.scanner import draw_scanner, scan
from schemas.field import EMPTY_IS_LIKELIER

#: what the committed weights still miss: mends itself with longer training, and then fails here
MISSED = pytest.mark.xfail(
    strict=True, reason="the reader of erasures is under-trained: docs/models/erasures.md, Limits"
)
_DARK = 100
#: as ``intake.decide`` has it: from here on a mark keeps its invoice from being accepted
DOUBTFUL_MARK = 0.1
FIELDS = (
    "invoice_number", "form_date", "patient_nir", "patient_birth_date", "patient_name", "organisme_code",
    "provider_number", "prescription_date", "total_amount",
    "acts.0.date", "acts.0.code", "acts.0.coefficient", "acts.0.fee",
)  # fmt: skip


@lru_cache(maxsize=1)
def _registrar() -> Registrar:
    return Registrar(load_templates(()))


def filled_case(seed: int, *, by_hand: bool) -> Case:
    """Return the papers of one claim."""
    rng = np.random.default_rng(seed)
    return draw_claims(rng, invoices=1, flow="papier", hand_share=float(by_hand), mixed_share=0.0).cases[0]


def erase_entry(case: Case, field: str, kind: str, seed: int) -> Correction:
    """Have an entry of the form corrected."""
    invoice = case.invoice
    assert invoice is not None
    value = invoice["acts"][0][field.split(".")[2]] if field.startswith("acts.") else invoice[field]
    before = before_of(np.random.default_rng(seed), field, str(value))
    case.corrections.append(Correction(field, kind, before, Fault("erasure", field, kind, on="form")))
    return case.corrections[-1]


def found_on(
    case: Case,
    seed: int,
    *,
    mode: str = "gray",
    also: Callable[[Filler], None] | None = None,
    knows_print: bool = True,
) -> dict[str, Erased]:
    """Return what is found on the scanned form, by entry.

    Args:
        case: whose form it is.
        seed: of the hand, the pens and the scanner.
        mode: ``gray``, ``colour`` or ``bilevel``.
        also: draws something else on the filled form.
        knows_print: the form's blank is known.
    """
    rng = np.random.default_rng(seed)
    paper = Paper(A4, 200, reference_blank(200))
    filler = Filler(paper, reference(), case, rng, "train")
    filler.fill()
    if also is not None:
        also(filler)
    modes = (float(mode == "gray"), float(mode == "colour"), float(mode == "bilevel"))
    device = replace(draw_scanner(rng, modes=modes, dpis={200: 1.0}, rough=0.0), turned=0.0, threshold="clean")
    seen = Scan("", 1, scan(paper, device, rng).pixels, 200.0, is_bilevel=mode == "bilevel")
    registration = _registrar().find(seen)
    assert registration is not None
    view = form_view(registration, registration.sheet(seen))
    return _found(view, {field: filler.box(field) for field in FIELDS}, knows_print=knows_print)


def _found(view: FormView, boxes: dict[str, BoxMm], *, knows_print: bool) -> dict[str, Erased]:
    ground = ground_of(load_templates(())[0], view.px_per_mm) if knows_print else None
    rects = {Rect(*box): field for field, box in boxes.items()}
    combs = {field for field, zone in reference().zones.items() if zone["kind"] == "comb"}
    zones = [EntryZone(rect, field.endswith(("name", "code")), field in combs) for rect, field in rects.items()]
    found = find_on_form(view, Ink(view), ground, zones, erasure_reader())
    return {rects[rect]: one for rect, one in found.items()}


def ink_box(filler: Filler, field: str) -> BoxMm:
    """Return the box, mm, of what was written in an entry: darker than any print there."""
    x, y, w, h = filler.box(field)
    paper = filler.paper
    dark = paper.pixels[paper.px(y) : paper.px(y + h), paper.px(x) : paper.px(x + w)].min(axis=2) < _DARK
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    left, top = x + columns[0] / paper.scale, y + rows[0] / paper.scale
    return (left, top, (columns[-1] - columns[0]) / paper.scale, (rows[-1] - rows[0]) / paper.scale)


def accused(found: dict[str, Erased]) -> list[str]:
    """Return the entries said to be erased."""
    return sorted(field for field, one in found.items() if one.score >= EMPTY_IS_LIKELIER)


def doubted(found: dict[str, Erased]) -> list[str]:
    """Return the entries said to be erased, or left to a person for it."""
    return sorted(field for field, one in found.items() if one.score >= DOUBTFUL_MARK)


def overlap(rect: Rect, box: BoxMm) -> float:
    """Return the shared part of two rectangles against both together."""
    wide = min(rect.x + rect.w, box[0] + box[2]) - max(rect.x, box[0])
    high = min(rect.y + rect.h, box[1] + box[3]) - max(rect.y, box[1])
    shared = max(wide, 0.0) * max(high, 0.0)
    return shared / (rect.w * rect.h + box[2] * box[3] - shared)


def each(names: Sequence[str]) -> list[tuple[str, int]]:
    """Return every name with a seed of its own."""
    return [(name, 900 + i) for i, name in enumerate(names)]
