"""Generated lots: repeatable, true to themselves, and each fault shows its flag."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
from numpy.random import default_rng

from samples.claims import draw_claims
from samples.containers import ImagePage, write_pdf
from samples.faults import FAULTS
from samples.faults_planted import PLANTED, plant
from samples.generate import DrawnLot, draw_lot, write_lot
from samples.identities import luhn_digit, nir_key
from samples.profiles import PROFILES, Profile

#: 150 dpi keeps drawing quick; what is checked here does not depend on it.
QUICK = {
    "dpis": {150: 1.0},
    "modes": (1.0, 0.0, 0.0),
    "strangers": 0.0,
    "blemish": 0.0,
    "phone": 0.0,
    "plain_files": True,
}
PAPER = Profile(faultless=1.0, flows={"papier": 1.0}, **QUICK)


@pytest.fixture(scope="module")
def sound() -> DrawnLot:
    """A lot without a fault."""
    return draw_lot(7, PAPER, invoices=(5, 5))


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    """A failure on a generated lot must be reproducible from its seed alone."""
    for name in ("one", "two"):
        write_lot(draw_lot(3, PAPER, invoices=(2, 2)), tmp_path / name)

    files = [{p.name: p.read_bytes() for p in sorted((tmp_path / n).rglob("*")) if p.is_file()} for n in ("one", "two")]
    assert files[0] == files[1]


def test_another_seed_gives_another_lot(sound: DrawnLot) -> None:
    """Seeds stand for different people."""
    other = draw_lot(8, PAPER, invoices=(1, 1))

    assert other.truth["bordereau"]["lines"] != sound.truth["bordereau"]["lines"]


def test_a_form_adds_up_to_its_total(sound: DrawnLot) -> None:
    """Fees, flat travel and kilometres make the total, as the contract says."""
    for invoice in sound.truth["invoices"]:
        cells = [act[k] for act in invoice["acts"] for k in ("fee", "travel_flat", "travel_km_amount") if act[k]]

        assert sum(map(Decimal, cells)) == Decimal(invoice["total_amount"])


def test_lines_add_up_to_the_bordereau(sound: DrawnLot) -> None:
    """The printed totals are the sums of the lines, and each line's shares make its total."""
    bordereau = sound.truth["bordereau"]
    for name in ("total_amount", "amount_amo", "amount_amc"):
        assert sum(Decimal(line[name]) for line in bordereau["lines"]) == Decimal(bordereau[name])
    for line in bordereau["lines"]:
        assert Decimal(line["amount_amo"]) + Decimal(line["amount_amc"]) == Decimal(line["total_amount"])


def test_a_sound_lot_has_no_flag(sound: DrawnLot) -> None:
    """Clean lots measure false alarms, so they must be clean."""
    assert sound.truth["flags"] == []
    assert {i["decision"] for i in sound.truth["invoices"]} == {"accepted"}
    assert sound.truth["decision"] == "accepted"


def test_every_number_has_its_key(sound: DrawnLot) -> None:
    """Numbers nobody has must still pass the checks of real ones."""
    for invoice in sound.truth["invoices"]:
        nir = invoice["patient_nir"] or invoice["insured_nir"]
        assert nir[13:] in {"", nir_key(nir[:13])}
        assert luhn_digit(invoice["prescriber_rpps"][:-1]) == invoice["prescriber_rpps"][-1]
        assert luhn_digit(invoice["provider_number"][:-1]) == invoice["provider_number"][-1]


@pytest.mark.parametrize(("body", "key"), [("1800575999990", "82"), ("285072A999992", "68"), ("178112B999993", "66")])
def test_the_key_of_a_nir(body: str, key: str) -> None:
    """Worked examples of domain.md 4.1, Corsica included."""
    assert nir_key(body) == key


def test_pages_and_documents_point_at_each_other(sound: DrawnLot) -> None:
    """A page names its document, the document lists the page."""
    truth = sound.truth
    kinds = {"invoice": "invoices", "prescription": "prescriptions", "attachment": "attachments"}
    for page in truth["pages"]:
        name, _, number = (page["document"] or "").partition(":")
        if name in kinds:
            assert page["index"] in truth[kinds[name]][int(number)]["pages"]
    assert sum(f["pages"] for f in truth["files"]) == len(truth["pages"]) == len(sound.pages)


#: Faults whose flag has another name.
CODES = {
    "missing_field_check": "missing_field",
    "missing_field_bordereau": "missing_field",
    "invalid_nir": "invalid_field",
    "invalid_rpps": "invalid_field",
    "total_mismatch_bordereau": "total_mismatch",
    "forms_shuffled": "out_of_order",
    "prescriptions_shuffled": "out_of_order",
    "lines_shuffled": "out_of_order",
}


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_each_fault_gives_its_flag(name: str) -> None:
    """A fault that leaves no flag would count every correct alarm as a false one."""
    flow = "degrade" if name == "missing_rights_certificate" else "papier"
    lot = draw_claims(default_rng(4), invoices=6, flow=flow, hand_share=0.5, mixed_share=0.5)

    assert FAULTS[name](lot, default_rng(1))

    stem = name.removeprefix("prescription_").split("_")[0]
    code = CODES.get(name, stem if stem in {"erasure", "mismatch"} else name)
    assert {f.code for f in [*lot.faults, *(f for c in lot.cases for f in c.faults)]} == {code}


@pytest.mark.parametrize("name", ["erasure_strike", "erasure_fluid", "missing_patient_signature"])
def test_a_fault_on_paper_has_its_box(name: str) -> None:
    """A flag carries its proof: the page, and a box inside it."""
    odds = Profile(only=(name,), faultless=0.0, flows={"papier": 1.0}, **QUICK)
    truth = draw_lot(6, odds, invoices=(4, 4)).truth

    flag = truth["flags"][0]
    x, y, w, h = flag["box"]
    assert truth["pages"][flag["page"]]["document"] == f"invoice:{flag['invoice']}"
    assert 0 <= x < x + w <= 1
    assert 0 <= y < y + h <= 1


def test_a_secure_flow_holds_no_form() -> None:
    """A carte Vitale signs the invoice: only the prescription travels, tied to its line."""
    odds = Profile(faultless=1.0, flows={"securise": 1.0}, **QUICK)
    truth = draw_lot(9, odds, invoices=(4, 4)).truth

    assert truth["invoices"] == []
    assert [p["line"] for p in truth["prescriptions"]] == [0, 1, 2, 3]


def test_a_bilevel_scan_is_black_and_white() -> None:
    """Group 4 and JBIG2 hold one bit a pixel; paper is the white one."""
    odds = Profile(faultless=1.0, flows={"papier": 1.0}, **{**QUICK, "modes": (0.0, 0.0, 1.0)})
    page = draw_lot(2, odds, invoices=(1, 1)).pages[-1]

    assert isinstance(page, ImagePage)
    assert np.unique(page.pixels).tolist() == [0, 255]
    assert page.pixels.mean() > 127


@pytest.mark.parametrize("coding", ["jpeg", "strips", "jbig2", "flate"])
@pytest.mark.parametrize("turn", [0, 90])
def test_a_bilevel_page_survives_its_pdf(tmp_path: Path, coding: str, turn: int) -> None:
    """An independent decoder sees what was scanned: black stays black, up stays up."""
    pixels = np.full((400, 300), 255, np.uint8)
    pixels[40:80, 30:200] = 0
    write_pdf(tmp_path / "a.pdf", [ImagePage(pixels, 100, bilevel=True, quality=90, pdf_rotate=turn)], coding)

    with pdfium.PdfDocument(tmp_path / "a.pdf") as document:
        seen = document[0].render(scale=100 / 72).to_numpy()[:400, :300, 0]
    assert np.abs(seen.astype(int) - pixels).mean() < 2


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_every_profile_draws(profile: str) -> None:
    """Profiles are drawn rarely; one that breaks must not wait for a long run to show it."""
    lot = draw_lot(1, profile, invoices=(1, 1))

    assert len(lot.pages) == len(lot.truth["pages"])


def test_what_is_planted_is_in_the_truth() -> None:
    """Foreign forms have no line, true differences one entry that differs, and each says what it is."""
    lots = [
        draw_claims(default_rng(seed), invoices=8, flow="papier", hand_share=0, mixed_share=0) for seed in range(20)
    ]
    for seed, lot in enumerate(lots):
        plant(lot, default_rng(seed), 0.8)
    cases = [case for lot in lots for case in lot.cases]
    kinds = {f.kind if f.code == "unlisted_invoice" else f.field for c in cases for f in c.faults} - {None}

    assert kinds == set(PLANTED)
    for case in cases:
        for fault in case.faults:
            if fault.code == "unlisted_invoice":
                assert case.line is None
            if fault.code == "mismatch":
                one, other = str(fault.extra["line_value"]), str(fault.extra["invoice_value"])
                assert one != other
                assert case.line is not None
                assert case.line[str(fault.field)] == one


def test_nobody_else_bears_a_planted_number() -> None:
    """A foreign form or a slipped number must not be another line's by accident."""
    for seed in range(20):
        lot = draw_claims(default_rng(seed), invoices=8, flow="papier", hand_share=0, mixed_share=0)
        plant(lot, default_rng(seed), 0.8)
        listed = [c.line["invoice_number"] for c in lot.cases if c.line]
        strange = [c.invoice["invoice_number"] for c in lot.cases if c.invoice and c.line is None]
        slipped = [f.extra["invoice_value"] for c in lot.cases for f in c.faults if f.field == "invoice_number"]

        assert not {*strange, *slipped} & set(listed)
        assert len(set(strange)) == len(strange)
