"""A calibration made of read lots: its promise holds on lots it has not seen, and making it again never stacks."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from intake.calibration.acceptance import acceptance
from intake.calibration.apply import calibrated
from intake.calibration.curves import Calibration, load_calibration
from intake.calibration.making import make
from intake.calibration.trials import judged, lot_of, sure_of, trials_of
from intake.cli import app
from intake.evaluation.lots import TrueLot
from intake.lot import Lot
from schemas.errors import UsageError
from tests.intake.calibration.true_lots import lots


@pytest.fixture(scope="module")
def seen() -> list[TrueLot]:
    return lots(45, seed=1)


@pytest.fixture(scope="module")
def made(seen: list[TrueLot]) -> Calibration:
    return make(seen, date="2026-11-22", command="liasse calibrate lots")


def test_the_derived_rule_keeps_the_setting_on_lots_held_back(made: Calibration) -> None:
    """At most one accepted field in a hundred is wrong, though one form in three bears a wrong value."""
    rule = acceptance(made, accepted_error=0.01, reserve=2.0)
    held_back = [trial for lot in lots(45, seed=2, doubtful=0.2) for trial in trials_of(lot.name, lot.truth, lot.batch)]
    outcome = judged([(trial, sure_of(trial, made)) for trial in held_back], rule)

    assert sum(trial.wrong > 0 for trial in held_back) > 10
    assert outcome.fields > 500
    assert outcome.wrong / outcome.fields <= 0.01


def test_a_wider_rule_never_accepts_less(made: Calibration) -> None:
    """The points of the curve are nested."""
    accepted = [point.fields for point in made.points]

    assert accepted == sorted(accepted)
    assert accepted[-1] > accepted[0]


def test_the_bound_counts_invoices_and_is_wide_where_nothing_was_accepted(made: Calibration) -> None:
    """Zero wrong of nothing shows nothing."""
    assert made.points[0].fields == 0
    assert made.points[0].at_most == 1.0
    assert all(point.at_most >= point.wrong / max(point.fields, 1) for point in made.points)


def test_refitting_on_calibrated_results_gives_the_same_curves(
    seen: list[TrueLot], made: Calibration, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two calibrations are never stacked: each starts from the raw confidence."""
    monkeypatch.setattr("intake.calibration.apply.load_calibration", lambda _: made)
    again = make([recalibrated(lot) for lot in seen], date="2026-11-22", command="liasse calibrate lots")

    assert again.curves == made.curves


def recalibrated(lot: TrueLot) -> TrueLot:
    found: Lot = calibrated(lot_of(lot.batch))
    batch = lot.batch.model_copy(
        update={"invoices": found.invoices, "prescriptions": found.prescriptions, "bordereau": found.bordereau}
    )
    return TrueLot(lot.name, lot.truth, json.loads(batch.model_dump_json()))


def test_the_file_says_n_and_error_by_sort_before_and_after(made: Calibration) -> None:
    """A calibration that does not say what it is worth is worth nothing."""
    figure = made.figures["form/rpps"]

    assert figure["n"] == 45 * 3
    assert figure["after"] < figure["before"]
    assert (made.lots, made.forms) == (45, 45)


def test_four_lots_are_too_few() -> None:
    """Nothing can be held back of so little."""
    with pytest.raises(UsageError, match="too few"):
        make(lots(4, seed=3), date="", command="")


def test_calibrating_stored_results_from_the_command_line_writes_a_file_that_loads(tmp_path: Path) -> None:
    """The whole way, from two folders of lots to the file a setting names, which says where it comes from."""
    asked = ["calibrate", "--out", str(tmp_path / "own.json"), "--origin", "seeds 7 and 8"]
    for seed in (7, 8):
        for lot in lots(4, seed=seed):
            (tmp_path / f"lots{seed}" / lot.name).mkdir(parents=True)
            (tmp_path / f"lots{seed}" / lot.name / "truth.json").write_text(json.dumps(lot.truth), encoding="utf-8")
            (tmp_path / f"read{seed}").mkdir(exist_ok=True)
            (tmp_path / f"read{seed}" / f"{lot.name}.json").write_text(json.dumps(lot.read), encoding="utf-8")
        asked += [str(tmp_path / f"lots{seed}"), "--results", str(tmp_path / f"read{seed}")]
    done = CliRunner().invoke(app, asked)
    found = load_calibration(str(tmp_path / "own.json"))

    assert done.exit_code == 0, done.exception
    assert found is not None
    assert (found.lots, found.origin) == (8, "seeds 7 and 8")
