"""The calibration is applied once, to what the program read, and to nothing else."""

from dataclasses import replace

import pytest

from intake.calibration import apply
from intake.calibration.apply import calibrated
from intake.calibration.curves import NONE, Calibration
from intake.calibration.fitting import fit
from intake.decide import decide
from intake.lot import Lot, Thresholds
from schemas.invoice import Decision
from tests.intake.calibration.true_lots import cases
from tests.intake.papers import ALBA, form, lot_of, read


@pytest.fixture(autouse=True)
def half_right(monkeypatch: pytest.MonkeyPatch) -> Calibration:
    """A calibration by which NIRs read at 0.999 are right every other time, and everything else nearly always."""
    found = cases("form/nir", 2000, raw=0.999, wrong=1000) + [
        case for sort in ("form/name", "form/tick") for case in cases(sort, 4000, raw=0.999)
    ]
    made = fit(found, date="", command="", lots=1, one_entry=20.0)
    monkeypatch.setattr(apply, "load_calibration", lambda name: None if name == NONE else made)
    return made


def lot() -> Lot:
    return lot_of([form(patient=ALBA)])


def test_a_confidence_becomes_what_it_is_worth_and_keeps_what_it_was() -> None:
    """Refitting starts from the raw one."""
    nir = calibrated(lot()).invoices[0].patient_nir

    assert 0.45 < nir.confidence < 0.55
    assert nir.uncalibrated == 0.999


def test_calibrating_twice_is_calibrating_once() -> None:
    """A lot concluded again after a correction must not drift."""
    once = calibrated(lot())

    assert calibrated(once) == once


def test_value_blind_and_alternatives_stay() -> None:
    """Only how sure changes, never what was read."""
    entry = read("269054958815780", 0.9, **{"269054958815785": 0.1})
    given = lot_of([form(patient=ALBA, patient_nir=entry)])
    found = calibrated(given).invoices[0].patient_nir

    assert (found.value, found.blind, found.alternatives) == (entry.value, entry.blind, entry.alternatives)


@pytest.mark.parametrize("source", ["person", "reviewer"])
def test_what_a_person_made_is_left_alone(source: str) -> None:
    """A person's word is not a reader's."""
    settled = read("269054958815780", 1.0).model_copy(update={"source": source})
    found = calibrated(lot_of([form(patient=ALBA, patient_nir=settled)])).invoices[0].patient_nir

    assert (found.confidence, found.uncalibrated) == (1.0, None)


def test_what_was_not_read_stays_not_read() -> None:
    """No curve makes a value of nothing."""
    unread = read(None, 0.0)

    assert calibrated(lot_of([form(patient=ALBA, patient_nir=unread)])).invoices[0].patient_nir.confidence == 0.0


def test_the_setting_none_leaves_everything_as_it_was() -> None:
    """Results can be produced raw."""
    raw = replace(lot(), thresholds=Thresholds(calibration=NONE))

    assert calibrated(raw) is raw


def test_an_invoice_with_a_doubtful_calibrated_entry_goes_to_a_person() -> None:
    """Accepting looks at what a confidence is worth, not at what it says."""
    raw = replace(lot(), thresholds=Thresholds(calibration=NONE))

    assert decide(raw, (), ()).invoices[0].decision is Decision.ACCEPTED
    assert decide(calibrated(lot()), (), ()).invoices[0].decision is Decision.REVIEW
