"""Marks in number: erased entries of every kind and place, empty signature boxes, ticks taken back, look-alikes."""

from collections import Counter

import pytest
from numpy.random import default_rng

from samples.claims import draw_claims
from samples.corrections import Correcting, Watch
from samples.documents import TICKS, Case, Lot
from samples.faults import spoil
from samples.faults_marks import ERASABLE, slip
from samples.generate import DrawnLot, draw_lot
from samples.ink import Hand
from samples.marks.erasures import KINDS
from samples.paper import BoxMm, Paper
from samples.profiles import MARKS, MARKS_CLEAN, NAMED_ONLY, PROFILES
from schemas.invoice import SIGNATURES

CELLS: list[BoxMm] = [(20.0 + 4.6 * i, 30.0, 4.6, 5.0) for i in range(8)]
LINE: BoxMm = (20.0, 30.0, 60.0, 6.0)


@pytest.fixture(scope="module")
def marked() -> Lot:
    """Two thousand invoices, marked, not drawn."""
    lot = draw_claims(default_rng(1), invoices=2000, flow="papier", hand_share=0.55, mixed_share=0.2)
    spoil(lot, default_rng(2), PROFILES[MARKS])
    return lot


@pytest.fixture(scope="module")
def drawn() -> DrawnLot:
    """A few invoices, drawn."""
    return draw_lot([5, 1], MARKS, invoices=(4, 4), hands="train")


def faults(lot: Lot, code: str, on: str = "form") -> list[tuple[Case, str, str | None]]:
    return [(c, str(f.field), f.kind) for c in lot.cases for f in c.faults if f.code == code and f.on == on]


def correcting(kind: str, seed: int) -> Correcting:
    paper, rng = Paper((210.0, 297.0), 150), default_rng(seed)
    hand = Hand.draw(default_rng(9), "train")
    return Correcting(paper, rng, "train", hand, hand, kind)


def test_one_form_in_five_has_one_erased_entry(marked: Lot) -> None:
    """One, so that a form counts once; of every kind alike."""
    erased = [(c, f, k) for c, f, k in faults(marked, "erasure") if f not in TICKS]
    kinds = Counter(kind for _, _, kind in erased)

    assert 0.17 < len(erased) / 2000 < 0.23
    assert len({id(case) for case, _, _ in erased}) == len(erased)
    assert set(kinds) == set(KINDS)
    assert min(kinds.values()) > 0.14 * len(erased)


def test_any_entry_that_pays_or_identifies_may_be_erased(marked: Lot) -> None:
    """Act cells of every row and column, and every other entry of the contract's list."""
    fields = {field for _, field, _ in faults(marked, "erasure")}
    cells = {tuple(field.split(".")[1:]) for field in fields if field.startswith("acts.")}

    assert fields >= set(ERASABLE)
    assert {column for _, column in cells} >= {"date", "code", "coefficient", "fee", "travel_flat", "surcharge"}
    assert len({row for row, _ in cells}) >= 8


def test_one_ordonnance_in_five_has_one_erasure(marked: Lot) -> None:
    """On its date, its patient, or a line of its text."""
    erased = faults(marked, "erasure", on="prescription")
    ordonnances = sum(c.prescription is not None for c in marked.cases)

    assert 0.17 < len(erased) / ordonnances < 0.23
    assert {kind for _, _, kind in erased} == {"strike", "overwrite", "fluid"}
    assert {field for _, field, _ in erased} == {"date", "patient_name", "text"}


def test_one_signature_in_eight_is_missing(marked: Lot) -> None:
    """A patient's now and then for the box of those who cannot sign, which is no fault."""
    for field in SIGNATURES:
        assert 0.07 < len(faults(marked, f"missing_{field}")) / 2000 < 0.15
    assert len(faults(marked, "missing_prescriber_signature", on="prescription")) > 150
    unable = [c.invoice for c in marked.cases if c.invoice and c.invoice["unable_to_sign"]]
    assert not any(invoice["patient_signature"] for invoice in unable)


def test_a_tick_taken_back_leaves_its_box_false(marked: Lot) -> None:
    """The box was ticked by mistake."""
    cancelled = [(c, f) for c, f, _ in faults(marked, "erasure") if f in TICKS]

    assert 0.06 < len(cancelled) / 2000 < 0.1
    assert not any(case.invoice and case.invoice[field] for case, field in cancelled)


def test_some_entries_stay_empty_after_their_erasure(marked: Lot) -> None:
    """Written in the wrong place and undone: the paper says nothing there."""
    empty = [c.before for case in marked.cases for c in case.corrections if c.field == "insured_nir"]
    values = [
        case.invoice and case.invoice["insured_nir"] for case, f, _ in faults(marked, "erasure") if f == "insured_nir"
    ]

    assert all(empty)
    assert None in values


def test_some_entries_are_traced_over_without_being_changed(marked: Lot) -> None:
    """The same figure twice is overwriting too."""
    same = [
        case
        for case in marked.cases
        for c in case.corrections
        if case.invoice is not None and c.kind == "overwrite" and c.before == case.invoice.get(c.field)
    ]

    assert same


def test_what_stood_there_before_is_another_value() -> None:
    """One figure off, two exchanged or several wrong; of the same shape, so that its cells hold it."""
    rng = default_rng(3)
    for field, value in (("patient_nir", "285072A99999268"), ("form_date", "2025-03-31"), ("acts.0.code", "AMI")):
        before = {slip(rng, field, value, "strike") for _ in range(40)}

        assert value not in before
        assert {len(b) for b in before} == {len(value)}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_the_box_of_an_erased_figure_is_its_place(kind: str, seed: int) -> None:
    """A wrong sixth figure: whatever is undone, its cell is in it, and little beside the comb is."""
    x, y, w, h = correcting(kind, seed).cells(CELLS, "12345678", "12345078")
    sixth = CELLS[5][0] + CELLS[5][2] / 2

    assert x < sixth < x + w
    assert y < 32.5 < y + h
    assert x > 20 - 8
    assert x + w < 56.8 + 8


@pytest.mark.parametrize("seed", range(6))
def test_what_counts_in_the_end_is_no_part_of_what_was_struck(seed: int) -> None:
    """The right value lies above, below or beside; the box says where the struck one is."""
    pen = correcting("strike", seed)
    watch = Watch(pen.paper, LINE)

    x, y, w, h = pen.line(LINE, "12,60", "34,85")

    everything = watch.changed()
    assert everything is not None
    assert w * h < 0.75 * everything[2] * everything[3]
    assert x < 30
    assert y < 34 < y + h


def test_an_entry_struck_out_alone_leaves_nothing_beside() -> None:
    """Nothing was written after it: all that changed is the mark."""
    pen = correcting("strike", 3)
    watch = Watch(pen.paper, LINE)

    box = pen.line(LINE, "12,60", "")

    assert watch.changed() == box


def test_fluid_takes_the_print_away() -> None:
    """Old ink and the form's tint under it are gone, the right figures stand on the patch."""
    pen = correcting("fluid", 2)
    pen.paper.pixels[:] = 200

    x, y, w, h = pen.line(LINE, "12,60", "")

    scale = pen.paper.scale
    patch = pen.paper.pixels[round(y * scale) : round((y + h) * scale), round(x * scale) : round((x + w) * scale)]
    assert (patch > 225).mean() > 0.45


def test_every_erasure_of_a_drawn_lot_has_its_box(drawn: DrawnLot) -> None:
    """The place is part of what is measured."""
    erasures = [f for f in drawn.truth["flags"] if f["code"] == "erasure"]

    assert erasures
    for flag in erasures:
        x, y, w, h = flag["box"]
        assert 0 <= x < x + w <= 1
        assert 0 <= y < y + h <= 1


def test_look_alikes_are_in_the_truth(drawn: DrawnLot) -> None:
    """A false alarm can then be told by what caused it."""
    for one in drawn.truth["look_alikes"]:
        assert one["name"] in drawn.truth["pages"][one["page"]]["hard_negatives"]
        assert one["box"] is not None
    fields = {one["field"] for one in drawn.truth["look_alikes"]}

    assert any(field.startswith("acts.") for field in fields)
    assert "date" in fields
    assert "text" in fields


def test_forms_without_any_mark_hold_look_alikes_only() -> None:
    """They count false alarms, so nothing may be erased on them."""
    truth = draw_lot([5, 2], MARKS_CLEAN, invoices=(2, 2), hands="train").truth

    assert {flag["code"] for flag in truth["flags"]} == {"missing_prescription"}
    assert {page["kind"] for page in truth["pages"]} == {"bordereau", "feuille_de_soins"}
    assert {invoice["writing"] for invoice in truth["invoices"]} == {"hand"}
    assert len(truth["look_alikes"]) > 4


def test_everyday_lots_hold_no_look_alikes() -> None:
    """Only the two profiles drawn for it do."""
    assert {name for name, odds in PROFILES.items() if odds.look_alikes or odds.erased} == {MARKS, MARKS_CLEAN}
    assert {MARKS, MARKS_CLEAN} <= NAMED_ONLY
