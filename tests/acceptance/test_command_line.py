"""The command line on real lots, as a station or a script would call it: real processes, real engines."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from samples.generate import draw_lot, write_lot

LIASSE = Path(sys.executable).parent / "liasse"


def liasse(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(LIASSE), *map(str, arguments)], capture_output=True, text=True, check=False, timeout=250)


@pytest.fixture(scope="module")
def lot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A paper lot of two typed invoices, with one file more that is no document."""
    folder = tmp_path_factory.mktemp("lots") / "lot_000"
    write_lot(draw_lot(20261124, "clean_typed", invoices=(2, 2)), folder)
    return folder


@pytest.fixture(scope="module")
def schema() -> Any:
    """What `liasse schema` prints."""
    return json.loads(liasse("schema").stdout)


@pytest.fixture(scope="module")
def read_lot(lot: Path) -> tuple[subprocess.CompletedProcess[str], Any, Path]:
    """The lot read once, with report and evidence, for the tests that look at different sides of it."""
    out = lot / "out.json"
    done = liasse("read", lot / "in", "--out", out, "--report", lot / "out.html", "--evidence", lot / "proof")
    return done, json.loads(out.read_text("utf-8")), lot


def test_reading_a_lot_succeeds_and_its_json_fits_the_schema(
    read_lot: tuple[subprocess.CompletedProcess[str], Any, Path], schema: Any
) -> None:
    """Other programs read this object: it must be what `liasse schema` promises."""
    done, result, _ = read_lot

    assert done.returncode == 0, done.stderr
    jsonschema.validate(result, schema)
    assert len(result["invoices"]) == 2
    assert result["bordereau"]["lot_number"]["value"] is not None


def test_a_typed_clean_lot_is_read_as_its_truth_says(
    read_lot: tuple[subprocess.CompletedProcess[str], Any, Path],
) -> None:
    """The main job: numbers, amounts and matches of clean print come out exactly."""
    _, result, lot = read_lot
    truth = json.loads((lot / "truth.json").read_text("utf-8"))

    for name in ("invoice_number", "total_amount", "patient_birth_date", "prescription_date"):
        assert [i[name]["value"] for i in result["invoices"]] == [i[name] for i in truth["invoices"]]
    assert [(m["line"], m["invoice"]) for m in result["matches"]] == [
        (m["line"], m["invoice"]) for m in truth["matches"]
    ]
    assert not [f for f in result["flags"] if f["code"] == "out_of_order"]


def test_the_report_stands_alone_and_names_every_page(
    read_lot: tuple[subprocess.CompletedProcess[str], Any, Path],
) -> None:
    """A report is mailed or archived: no asset may lie outside it, and every page must be in it."""
    _, result, lot = read_lot
    html = (lot / "out.html").read_text("utf-8")

    assert all(f'id="p{page["index"]}"' in html for page in result["pages"])
    assert html.count("data:image/jpeg;base64,") > len(result["pages"])  # the gallery's pictures beside the pages
    assert "src=" not in html
    assert 'href="http' not in html


def test_an_unreadable_input_is_named_and_the_rest_is_read(lot: Path, tmp_path: Path) -> None:
    """One bad file never loses the others: exit 3, the file under `refused`, the pages of the others read."""
    (tmp_path / "notes.docx").write_bytes(b"PK\x03\x04 nothing to see")
    (tmp_path / "empty.pdf").write_bytes(b"")
    one = next(iter(sorted((lot / "in").iterdir())))

    done = liasse("read", tmp_path / "notes.docx", tmp_path / "empty.pdf", one, "--out", tmp_path / "out.json")

    assert done.returncode == 3
    result = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert {(r["name"], r["code"]) for r in result["refused"]} == {
        ("notes.docx", "unsupported_format"),
        ("empty.pdf", "empty"),
    }
    assert result["pages"]
    assert result["decision"] == "review"


def test_bad_usage_is_one_line_and_exit_2(tmp_path: Path) -> None:
    """A script must be able to tell its own mistake from a bad paper."""
    done = liasse("read", tmp_path, "--out", tmp_path / "x.json", "--flow", "pigeon")

    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_evaluate_prints_figures_for_given_results(
    read_lot: tuple[subprocess.CompletedProcess[str], Any, Path], tmp_path: Path
) -> None:
    """Results read elsewhere can be scored without reading again."""
    _, result, lot = read_lot
    (tmp_path / f"{lot.name}.json").write_text(json.dumps(result), encoding="utf-8")

    done = liasse("evaluate", lot.parent, "--results", tmp_path, "--out", tmp_path / "figures.json")

    assert done.returncode == 0, done.stderr
    figures = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    assert figures["lots"] == 1
    assert figures["shares"]["page_kind/feuille_de_soins"] == {"right": 2, "n": 2, "share": 1.0}


def test_a_stack_of_several_lots_needs_a_folder(lot: Path, tmp_path: Path) -> None:
    """Two bordereaux are two lots: one file each in a folder, or an error that says so."""
    other = tmp_path / "other"
    write_lot(draw_lot(7, "clean_typed", invoices=(1, 1)), other)
    inputs = (lot / "in", other / "in")

    one_file = liasse("read", *inputs, "--out", tmp_path / "out.json")
    folder = liasse("read", *inputs, "--out", f"{tmp_path}/lots/")

    assert one_file.returncode == 2
    assert "--out" in one_file.stderr
    assert folder.returncode == 0, folder.stderr
    lots = [json.loads(path.read_text("utf-8")) for path in sorted((tmp_path / "lots").iterdir())]
    assert [len(read["invoices"]) for read in lots] == [2, 1]
    assert all(read["pages"][0]["index"] == 0 for read in lots)
