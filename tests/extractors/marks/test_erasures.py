"""What was erased on a form is found, with its kind and its place; what only resembles an erasure is left alone."""

from dataclasses import replace

import numpy as np
import pytest

from samples.form import Filler
from samples.marks.look_alikes import LOOK_ALIKES, Place, rule_off
from samples.marks.pens import Pen, draw_pen
from samples.marks.strike_shapes import STRIKES
from tests.extractors.marks.marked_forms import (
    FIELDS,
    MISSED,
    accused,
    doubted,
    each,
    erase_entry,
    filled_case,
    found_on,
    ink_box,
    overlap,
)


@pytest.mark.parametrize(
    ("shape", "seed"),
    [
        *each(("single", "double")),
        ("diagonal", 902),
        pytest.param("zigzag", 903, marks=MISSED),
        ("scribble", 904),
    ],
)
def test_an_entry_struck_out_with_nothing_beside_it_goes_to_a_person(shape: str, seed: int) -> None:
    case = filled_case(seed, by_hand=True)
    boxes = {}

    def strike(filler: Filler) -> None:
        rng = np.random.default_rng(seed)
        boxes["total_amount"] = ink_box(filler, "total_amount")
        for points in STRIKES[0][shape](boxes["total_amount"], rng):
            Pen(filler.hand.colour, 0.4, 0.2).draw(filler.paper, points, rng)

    found = found_on(case, seed, also=strike)
    assert doubted(found) == ["total_amount"]
    assert overlap(found["total_amount"].rect, boxes["total_amount"]) > 0.3


@pytest.mark.parametrize(
    ("field", "kind", "seed"),
    [
        ("patient_birth_date", "overwrite", 31),
        ("acts.0.fee", "overwrite", 32),
        ("patient_nir", "fluid", 33),
        ("acts.0.date", "fluid", 34),
        ("invoice_number", "tape", 35),
        ("acts.0.fee", "scratch", 36),
        ("form_date", "strike", 37),
    ],
)
def test_a_corrected_entry_goes_to_a_person_with_its_kind_and_place(field: str, kind: str, seed: int) -> None:
    case = filled_case(seed, by_hand=True)
    correction = erase_entry(case, field, kind, seed)
    found = found_on(case, seed)
    assert doubted(found) == [field]
    assert found[field].kind == kind or {found[field].kind, kind} == {"fluid", "tape"}
    assert correction.fault.box_mm is not None
    assert overlap(found[field].rect, correction.fault.box_mm) > 0.3


@pytest.mark.parametrize(("name", "seed"), each([name for family in LOOK_ALIKES for name in family]))
def test_what_resembles_an_erasure_accuses_nobody(name: str, seed: int) -> None:
    case = filled_case(seed, by_hand=True)

    def draw(filler: Filler) -> None:
        rng = np.random.default_rng(seed)
        family = next(family for family in LOOK_ALIKES if name in family)
        for field in ("form_date", "patient_name", "acts.0.fee"):
            pen = replace(draw_pen(rng, "train", filler.hand.colour), width_mm=0.4)
            family[name](Place(filler.paper, ink_box(filler, field), rng, pen, field))

    assert accused(found_on(case, seed, also=draw)) == []


@pytest.mark.parametrize("mode", ["gray", "colour", "bilevel"])
def test_a_plain_form_by_hand_is_not_accused(mode: str) -> None:
    assert accused(found_on(filled_case(7, by_hand=True), 7, mode=mode)) == []


def test_empty_rows_ruled_off_are_no_erasure() -> None:
    def rule(filler: Filler) -> None:
        rows = [filler.geometry.zones["acts"]["rows_mm"][row] for row in range(6, 10)]
        boxes = [(row["date"][0], row["date"][1], 150.0, row["date"][3]) for row in rows]
        rule_off(filler.paper, boxes, np.random.default_rng(1), filler.hand.colour)

    assert accused(found_on(filled_case(8, by_hand=True), 8, also=rule)) == []


def test_a_strike_shows_on_a_black_and_white_scan_too() -> None:
    case = filled_case(41, by_hand=True)
    erase_entry(case, "acts.0.fee", "strike", 41)
    assert accused(found_on(case, 41, mode="bilevel")) == ["acts.0.fee"]


def test_a_figure_of_fluid_with_nothing_written_over_it_is_found() -> None:
    case = filled_case(42, by_hand=False)
    assert case.invoice is not None
    erase_entry(case, "organisme_code", "fluid", 42)
    case.invoice["organisme_code"] = None
    assert accused(found_on(case, 42)) == ["organisme_code"]


def test_all_fields_looked_at_are_on_the_form() -> None:
    case = filled_case(3, by_hand=False)
    assert case.invoice is not None
    assert all(case.invoice[field] is not None for field in FIELDS if not field.startswith("acts."))


def test_on_a_print_nobody_knows_white_boxes_are_not_taken_for_fluid() -> None:
    case = filled_case(34, by_hand=True)
    erase_entry(case, "acts.0.date", "fluid", 34)
    found = found_on(case, 34, knows_print=False)
    assert not [one for one in found.values() if one.kind in {"fluid", "tape", "scratch"}]
