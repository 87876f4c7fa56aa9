"""The program beside a keying team: who differs where, who was right, and what it costs in euros."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from intake.cli import app
from intake.evaluation.keyed import KeyedFileError
from intake.evaluation.shadow import Shadow, shadow
from schemas.errors import UsageError
from tests.intake.calibration.true_lots import lots, true_lot
from tests.intake.papers import ALBA, NOE, form, unsure

HEAD = "lot,page,invoice_number,field,value,verified\n"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Two accepted forms of 15.35 €, one of them misread by the program: its paper says 25.35 €."""
    folder = tmp_path / "results"
    folder.mkdir()
    read = [form("000000101", ALBA), form("000000102", NOE)]
    (folder / "lot_1.json").write_text(json.dumps(true_lot("lot_1", read, read).read), encoding="utf-8")
    return folder


def compared(results: Path, rows: str) -> Shadow:
    path = results / "saisie.csv"
    path.write_text(HEAD + rows, encoding="utf-8")
    return shadow(path, results)


def test_where_both_agree_nothing_is_disputed(results: Path) -> None:
    """The usual case."""
    found = compared(results, "lot_1,2,,total_amount,15.35,\nlot_1,,102,total_amount,15.35,\n")

    assert (found.invoices, found.found, found.accepted) == (2, 2, 2)
    assert found.different["total_amount"] == 0
    assert found.disputed == 0


def test_euros_the_keying_lost_are_counted_on_its_side(results: Path) -> None:
    """A second look says that the program was right: keying paid ten euros too much."""
    found = compared(results, "lot_1,2,,total_amount,25.35,15.35\n")

    assert found.right["total_amount"] == {"program": 1}
    assert str(found.keying.overpaid) == "10.00"
    assert (found.program.overpaid, found.program.underpaid) == (0, 0)


def test_euros_the_program_lost_are_counted_on_its_side(results: Path) -> None:
    """A second look says that keying was right: the program paid ten euros too little, in silence."""
    found = compared(results, "lot_1,2,,total_amount,25.35,25.35\n")

    assert found.right["total_amount"] == {"keying": 1}
    assert str(found.program.underpaid) == "10.00"
    assert found.accepted_different == 1


def test_an_invoice_that_was_not_to_be_paid_is_wrongly_paid_whole(results: Path) -> None:
    """``decision`` is keyed like a field."""
    found = compared(results, "lot_1,2,,total_amount,15.35,15.35\nlot_1,2,,decision,accepted,review\n")

    assert str(found.program.overpaid) == "15.35"
    assert str(found.keying.overpaid) == "15.35"


def test_without_a_second_look_a_difference_is_disputed_and_nobody_blamed(results: Path) -> None:
    """The CSV does not tell who was right."""
    found = compared(results, "lot_1,2,,total_amount,25.35,\n")

    assert str(found.disputed) == "10.00"
    assert found.disputed_invoices == 1
    assert (found.program.invoices, found.keying.invoices) == (0, 0)


def test_an_invoice_the_program_keeps_for_a_person_costs_it_nothing(tmp_path: Path) -> None:
    """It paid nothing yet."""
    read = [form("000000101", ALBA, total_amount=unsure("15.35", 0.4))]
    (tmp_path / "lot_1.json").write_text(json.dumps(true_lot("lot_1", read, read).read), encoding="utf-8")
    found = compared(tmp_path, "lot_1,2,,total_amount,25.35,25.35\n")

    assert found.accepted == 0
    assert found.program.invoices == 0


def test_an_invoice_nobody_finds_is_counted(results: Path) -> None:
    """A number the program misread may be one."""
    found = compared(results, "lot_1,,999,total_amount,1.00,\n")

    assert (found.invoices, found.found) == (1, 0)


def test_a_lot_without_result_is_named_by_its_line(results: Path) -> None:
    """Nothing is left out in silence."""
    with pytest.raises(KeyedFileError) as caught:
        compared(results, "lot_9,2,,total_amount,1.00,\n")

    assert caught.value.reason == "lot"
    assert "line 2" in str(caught.value)


def test_shadow_mode_reports_and_refits_from_the_command_line(tmp_path: Path) -> None:
    """The whole way: results, keying, figures, report, a calibration of one's own."""
    rows = ["lot,page,total_amount,provider_rpps"]
    for lot in lots(8, seed=4):
        (tmp_path / f"{lot.name}.json").write_text(json.dumps(lot.read), encoding="utf-8")
        true = lot.truth["invoices"][0]
        rows.append(f"{lot.name},2,{true['total_amount']},{true['provider_rpps']}")
    (tmp_path / "saisie.csv").write_text("\n".join(rows), encoding="utf-8")
    here = [str(tmp_path / name) for name in ("saisie.csv", "own.cal", "report", "figures.json")]
    options = zip(("--truth", "--refit", "--report", "--out"), here, strict=True)
    asked = ["evaluate", "--results", str(tmp_path), *(word for option in options for word in option)]
    done = CliRunner().invoke(app, asked)
    told = json.loads((tmp_path / "figures.json").read_text("utf-8"))

    assert done.exit_code == 0, done.exception
    assert told["shadow"]["invoices"]["found"] == 8
    assert told["shadow"]["fields"]["provider_rpps"]["compared"] == 8
    assert json.loads((tmp_path / "own.cal").read_text("utf-8"))["curves"]["form/total"]["n"] == 8
    assert (tmp_path / "report" / "report.html").exists()


@pytest.mark.parametrize("arguments", [["evaluate"], ["evaluate", "lots", "--truth", "saisie.csv"]])
def test_a_command_that_makes_no_sense_says_what_to_do(arguments: list[str]) -> None:
    """Neither lots nor a keyed file, or both."""
    done = CliRunner().invoke(app, arguments)

    assert isinstance(done.exception, UsageError)
    assert "--results DIR" in str(done.exception)


def test_a_wrong_calibration_stops_before_anything_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Else every lot would go to a person, after hours of reading."""
    monkeypatch.setenv("LIASSE_THRESHOLDS__CALIBRATION", str(tmp_path / "lost.json"))
    done = CliRunner().invoke(app, ["evaluate", str(tmp_path)])

    assert isinstance(done.exception, UsageError)
    assert "lost.json is no calibration" in str(done.exception)
