"""The measure of marks over fresh forms: as many as asked, read once, kept."""

import json
from pathlib import Path
from typing import Any

from samples.marks_bench import SPLITS, measure
from samples.profiles import MARKS, MARKS_CLEAN


class PerfectReader:
    """Says what the truth says."""

    def __init__(self) -> None:
        self.lots = 0

    def __call__(self, scans: Path) -> dict[str, Any]:
        """Return the truth beside *scans* as a reading."""
        self.lots += 1
        truth = json.loads((scans.parent / "truth.json").read_text("utf-8"))
        documents = {
            family: [
                {k: v if k == "pages" else {"value": v, "confidence": 1.0} for k, v in document.items()}
                for document in truth[family]
            ]
            for family in ("invoices", "prescriptions")
        }
        return {**documents, "flags": truth["flags"]}


def test_a_perfect_reader_is_right_everywhere_and_reads_each_lot_once(tmp_path: Path) -> None:
    """What was kept is not drawn or read again."""
    reader = PerfectReader()

    first = measure("train", {MARKS: 4}, 3, reader, tmp_path, invoices=(2, 2))
    again = measure("train", {MARKS: 4}, 3, reader, tmp_path, invoices=(2, 2))

    assert reader.lots == 2
    assert first == again
    assert len(first.forms) + len({(e.lot, e.page) for e in first.erasures if e.paper != "prescription"}) == 4
    assert not any(form.accused for form in first.forms)
    assert all(erased.told == erased.kind and (erased.overlap or 0) > 0.999 for erased in first.erasures)
    assert all(case.right and not case.doubted for case in (*first.signatures, *first.ticks))


def test_the_two_splits_are_different_forms(tmp_path: Path) -> None:
    """Held-out hands, pens and strokes on the same form would prove less."""
    for split in SPLITS:
        measure(split, {MARKS_CLEAN: 1}, 3, PerfectReader(), tmp_path, invoices=(1, 1))

    one, other = (json.loads(path.read_text("utf-8"))["truth"] for path in sorted(tmp_path.iterdir()))
    assert one["invoices"] != other["invoices"]
