"""Generated lots: repeatable, true to themselves, and each fault shows its flag."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from samples.faults import FAULTS
from samples.generate import DrawnLot, draw_lot, write_lot
from samples.identities import luhn_digit, nir_key
from samples.profiles import PROFILES, Profile

#: 150 dpi keeps drawing quick; what is checked here does not depend on it.
QUICK = {"dpis": {150: 1.0}, "modes": (1.0, 0.0, 0.0), "strangers": 0.0, "blemish": 0.0, "plain_files": True}
PAPER = Profile(faultless=1.0, flows={"papier": 1.0}, **QUICK)


@pytest.fixture(scope="module")
def sound() -> DrawnLot:
    """A lot without a fault."""
    return draw_lot(7, PAPER, invoices=(6, 6))


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    """A failure on a generated lot must be reproducible from its seed alone."""
    for name in ("one", "two"):
        write_lot(draw_lot(3, PAPER, invoices=(2, 2)), tmp_path / name)

    files = [{p.name: p.read_bytes() for p in sorted((tmp_path / n).rglob("*")) if p.is_file()} for n in ("one", "two")]
    assert files[0] == files[1]


def test_another_seed_gives_another_lot(sound: DrawnLot) -> None:
    """Seeds stand for different people."""
    other = draw_lot(8, PAPER, invoices=(6, 6))

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


def _codes(truth: dict[str, Any]) -> list[str]:
    return [flag["code"] for flag in truth["flags"]]


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_each_fault_gives_its_flag(name: str) -> None:
    """A fault that leaves no flag would count every correct alarm as a false one."""
    flow = "degrade" if name == "missing_rights_certificate" else "papier"
    odds = Profile(only=(name,), faultless=0.0, flows={flow: 1.0}, **QUICK)
    truth = draw_lot(5, odds, invoices=(5, 5)).truth

    expected = {"mismatch", "missing_field", "erasure", "out_of_order", "total_mismatch", "invalid_field"}
    code = next((c for c in expected if c in name), name)
    code = {"invalid_nir": "invalid_field", "invalid_rpps": "invalid_field"}.get(name, code)
    code = "out_of_order" if name.endswith("_shuffled") else code
    code = "total_mismatch" if name.startswith("total_mismatch") else code
    code = "tariff_mismatch" if name == "tariff_mismatch" else code
    assert set(_codes(truth)) == {code}
    assert truth["decision"] == "review"


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

    assert set(map(int, {*page.pixels.ravel()})) == {0, 255}  # type: ignore[union-attr]
    assert page.pixels.mean() > 127  # type: ignore[union-attr]


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_every_profile_draws(profile: str) -> None:
    """Profiles are drawn rarely; one that breaks must not wait for a long run to show it."""
    lot = draw_lot(1, profile, invoices=(1, 2))

    assert len(lot.pages) == len(lot.truth["pages"])
