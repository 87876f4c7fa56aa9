"""Corrections on an ordonnance: struck, written over, covered; against what only resembles them."""

from dataclasses import replace

import numpy as np
import pytest

from extractors.marks.prescription_marks import find_marks
from extractors.page import TEXT_DPI
from extractors.pages.clean import level, upright
from extractors.prescriptions.free_ink import free_ink
from extractors.prescriptions.rows import Row, Sheet
from extractors.readers.protocol import Readers
from extractors.scan import Scan
from samples.claims import draw_claims
from samples.documents import Case, Correction, Fault
from samples.marks.look_alikes import LOOK_ALIKES, Place
from samples.marks.pens import draw_pen
from samples.paper import Paper
from samples.prescription import Ordonnance, prescription_size
from samples.scanner import Scanned, draw_scanner, scan
from schemas.field import EMPTY_IS_LIKELIER
from schemas.geometry import Box
from schemas.mark import Mark
from tests.extractors.marks.marked_forms import DOUBTFUL_MARK, each
from tests.extractors.ordonnances import Silent, Unused


def prescribed(seed: int, *, by_hand: bool) -> Case:
    """Return the papers of a claim whose prescription is written by hand, or printed."""
    wanted = "hand" if by_hand else "typed"
    for tried in range(seed * 100, seed * 100 + 100):
        rng = np.random.default_rng(tried)
        case = draw_claims(rng, invoices=1, flow="papier", hand_share=0.5, mixed_share=0.0).cases[0]
        if case.prescription is not None and case.prescription["writing"] == wanted and case.prescription["text"]:
            return case
    raise AssertionError("no such prescription among a hundred")


def corrected(case: Case, field: str, kind: str, before: str) -> Correction:
    """Have an entry of the prescription corrected."""
    case.corrections.append(Correction(field, kind, before, Fault("erasure", field, kind, on="prescription")))
    return case.corrections[-1]


def found_on(
    case: Case, seed: int, look_alike: str | None = None, *, least: float = EMPTY_IS_LIKELIER
) -> tuple[list[Mark], Scanned]:
    """Return the marks told on the scanned prescription, and how it was scanned."""
    assert case.prescription is not None
    rng = np.random.default_rng(seed)
    size = prescription_size(case.prescriber)
    paper = Paper(size, 300)
    drawn = Ordonnance(paper, case, case.prescription, rng, "train")
    drawn.draw()
    if look_alike is not None:
        family = next(family for family in LOOK_ALIKES if look_alike in family)
        box = drawn.boxes["patient_name"]
        family[look_alike](Place(paper, box, rng, draw_pen(rng, "train", drawn.hand.colour), "patient_name"))
    device = replace(draw_scanner(rng, modes=(1.0, 0.0, 0.0), dpis={300: 1.0}, rough=0.0), turned=0.0)
    scanned = scan(paper, device, rng)
    view = level(upright(Scan("", 1, scanned.pixels, 300.0, is_bilevel=False), 0), dpi=TEXT_DPI)
    sheet = Sheet(view, free_ink(view), Readers(text=Unused(), lines=Silent(), cells=Unused()), 0, ())
    rows = [(name, Row(_place(box, size), "tesseract")) for name, box in drawn.boxes.items() if name in ENTRIES]
    rows.append(("text", Row(Box(0.08, 0.35, 0.8, 0.3), "tesseract")))
    return [mark for mark in find_marks(sheet, rows, is_typed=False) if mark.score >= least], scanned


ENTRIES = ("date", "patient_name")


def _place(box: tuple[float, float, float, float], size: tuple[float, float]) -> Box:
    return Box(box[0] / size[0], box[1] / size[1], box[2] / size[0], box[3] / size[1])


@pytest.mark.parametrize(
    ("field", "kind", "by_hand", "seed"),
    [
        ("date", "strike", False, 1),
        ("date", "strike", True, 2),
        ("date", "overwrite", True, 3),
        ("text", "strike", True, 4),
        ("text", "strike", False, 5),
        ("patient_name", "strike", False, 6),
        ("text", "fluid", False, 7),
    ],
)
def test_a_correction_on_a_prescription_goes_to_a_person(field: str, kind: str, by_hand: bool, seed: int) -> None:  # noqa: FBT001
    case = prescribed(seed, by_hand=by_hand)
    before = {"date": "2025-01-28", "patient_name": "LEBLANC ODILE", "text": "Pansement 2 fois/jour pendant 12 jours"}[
        field
    ]
    correction = corrected(case, field, kind, before)
    marks, scanned = found_on(case, seed, least=DOUBTFUL_MARK)
    assert [mark.field for mark in marks] == [field]
    assert correction.fault.box_mm is not None
    assert marks[0].box.overlap(Box(*scanned.box(correction.fault.box_mm))) > 0.3


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_prescription_without_correction_is_not_accused(by_hand: bool) -> None:  # noqa: FBT001
    for seed in (11, 12, 13):
        assert found_on(prescribed(seed, by_hand=by_hand), seed)[0] == []


@pytest.mark.parametrize(("name", "seed"), each([name for family in LOOK_ALIKES for name in family]))
def test_what_resembles_an_erasure_accuses_no_prescriber(name: str, seed: int) -> None:
    assert found_on(prescribed(seed, by_hand=bool(seed % 2)), seed, name)[0] == []
