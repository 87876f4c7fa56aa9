"""What is counted about marks: each erasure, form, signature and tick once, and apart by kind, paper and scan."""

from pathlib import Path
from typing import Any

from rich.console import Console

from intake.calibration.curves import NONE
from intake.evaluation.figures import figures_of
from intake.evaluation.lots import TrueLot
from intake.evaluation.marks import MarkFigures, marks_of
from intake.evaluation.report import write_report
from intake.lot import Thresholds
from schemas.invoice import TICKS

Object = dict[str, Any]
HERE = [0.1, 0.1, 0.2, 0.02]
NEAR = [0.15, 0.1, 0.2, 0.02]
ELSEWHERE = [0.6, 0.7, 0.2, 0.02]


def page(index: int, kind: str = "feuille_de_soins", scan: str = "gray") -> Object:
    return {"index": index, "kind": kind, "scan": scan}


def form(pages: list[int], **entries: object) -> Object:
    return {
        "pages": pages,
        "form": "S3129d",
        "writing": "hand",
        **dict.fromkeys(TICKS, False),
        "provider_signature": True,
        "patient_signature": True,
        **entries,
    }


def erasure(kind: str, field: str | None, box: list[float], page: int = 0) -> Object:
    return {"code": "erasure", "kind": kind, "field": field, "box": box, "page": page}


def truth_of(forms: list[Object], flags: list[Object], pages: list[Object] | None = None, **rest: object) -> Object:
    shown = pages or [page(p) for f in forms for p in f["pages"]]
    return {"pages": shown, "invoices": forms, "prescriptions": [], "flags": flags, **rest}


def reading_of(truth: Object, flags: list[Object], marks: list[Object] | None = None) -> Object:
    """What a program says that reads everything right and raises *flags*."""

    def read(document: Object) -> Object:
        fields = {k: {"value": v, "confidence": 1.0} for k, v in document.items() if isinstance(v, bool)}
        return {"pages": document["pages"], **fields, "marks": marks or []}

    return {
        "invoices": [read(d) for d in truth["invoices"]],
        "prescriptions": [read(d) for d in truth["prescriptions"]],
        "flags": flags,
    }


def counted(truth: Object, read: Object) -> MarkFigures:
    return marks_of([TrueLot("lot", truth, read)])


def row(figures: MarkFigures, table: str, **about: str) -> Object:
    """The one row of a table that is about this."""
    rows = figures.as_object()["marks"][table]
    [found] = [r for r in rows if all(r[k] == v for k, v in about.items())]
    return dict(found)


def share(right: int, n: int) -> Object:
    return {"right": right, "n": n}


def test_erasures_are_found_missed_or_invented() -> None:
    """Recall is over what stands on the paper, precision over what was flagged."""
    truth = truth_of([form([0])], [erasure("strike", "acts.0.fee", HERE), erasure("fluid", "patient_nir", ELSEWHERE)])
    read = reading_of(
        truth, [erasure("strike", "acts.0.fee", HERE), erasure("strike", "form_date", [0.9, 0.9, 0.1, 0.1])]
    )

    figures = counted(truth, read)

    strikes = row(figures, "erasures", on="form", scan="grey", kind="strike")
    assert (strikes["recall"], strikes["precision"]) == (share(1, 1), share(1, 2))
    assert row(figures, "erasures", on="form", scan="grey", kind="fluid")["recall"] == share(0, 1)
    assert row(figures, "erasures", on="form", scan="grey", kind="all")["recall"] == share(1, 2)


def test_a_find_of_another_kind_is_found_but_not_by_its_name() -> None:
    """A strike told as overwriting is still the mark a person must look at."""
    truth = truth_of([form([0])], [erasure("strike", "form_date", HERE)])

    found = row(
        counted(truth, reading_of(truth, [erasure("overwrite", "form_date", HERE)])),
        "erasures",
        scan="grey",
        kind="all",
    )

    assert (found["recall"], found["kind right"]) == (share(1, 1), share(0, 1))


def test_the_place_of_a_find_is_measured() -> None:
    """The caisse must see the erased entry in the crop: intersection over union above 0.3."""
    truth = truth_of([form([0])], [erasure("strike", "form_date", HERE)])

    for box, placed in ((NEAR, 1), (ELSEWHERE, 0)):
        read = reading_of(truth, [erasure("strike", "form_date", box)])
        assert row(counted(truth, read), "erasures", kind="strike")["IoU > 0.3"] == share(placed, 1)


def test_one_mark_told_twice_is_one_accusation() -> None:
    """A scribble told as a strike and as overwriting is no false alarm."""
    truth = truth_of([form([0])], [erasure("strike", "form_date", HERE)])
    read = reading_of(truth, [erasure("strike", "form_date", HERE), erasure("overwrite", "form_date", NEAR)])

    assert row(counted(truth, read), "erasures", kind="all")["precision"] == share(1, 1)


def test_two_lines_of_a_prescription_are_two_places() -> None:
    """All lines are the field ``text``: a find on another line does not stand for the erased one."""
    sheet = {"pages": [0], "prescriber_signature": True}
    truth = truth_of([], [erasure("strike", "text", HERE)], [page(0, "prescription")], prescriptions=[sheet])
    read = reading_of(truth, [erasure("strike", "text", ELSEWHERE)])

    found = row(counted(truth, read), "erasures", on="prescription", kind="all")

    assert (found["recall"], found["precision"]) == (share(0, 1), share(0, 1))


def test_a_doubt_is_no_find_but_is_told() -> None:
    """A doubtful mark keeps its invoice from being accepted, so a person sees it after all."""
    truth = truth_of([form([0])], [erasure("strike", "form_date", HERE)])
    doubt = {"kind": "strike", "page": 0, "box": HERE, "score": 0.45, "field": "form_date"}

    found = row(counted(truth, reading_of(truth, [], [doubt])), "erasures", kind="strike")

    assert (found["recall"], found["missed, doubted"]) == (share(0, 1), 1)


def test_scans_and_papers_stand_apart() -> None:
    """A cancelled tick is no erased entry, a bilevel scan no grey one."""
    truth = truth_of(
        [form([0]), form([1])],
        [erasure("strike", "is_maternity", HERE, 0), erasure("strike", "form_date", HERE, 1)],
        [page(0, scan="bilevel"), page(1, scan="colour")],
    )
    figures = counted(truth, reading_of(truth, truth["flags"]))

    assert row(figures, "erasures", on="tick", scan="bilevel", kind="strike")["recall"] == share(1, 1)
    assert row(figures, "erasures", on="form", scan="colour", kind="strike")["recall"] == share(1, 1)
    assert row(figures, "erasures", on="form", scan="colour", kind="all")["precision"] == share(1, 1)


def test_a_clean_form_accused_is_counted_once() -> None:
    """However many erasures are invented on it: one form goes to a person."""
    truth = truth_of([form([0]), form([1]), form([2])], [erasure("strike", "form_date", HERE, 2)])
    invented = [erasure("strike", name, ELSEWHERE, 0) for name in ("form_date", "acts.0.fee")]

    assert row(counted(truth, reading_of(truth, invented)), "clean_forms", scan="grey")["accused"] == share(1, 2)


def test_missing_signatures_and_signed_boxes_are_counted_apart() -> None:
    """One empty box found, one signed box accused, one replaced by the box for those unable to sign."""
    forms = [form([0], provider_signature=False), form([1], patient_signature=False, unable_to_sign=True)]
    truth = truth_of(forms, [{"code": "missing_provider_signature", "invoice": 0, "page": 0}])
    told = [{"code": f"missing_{who}_signature", "invoice": 0, "page": 0} for who in ("provider", "patient")]

    figures = counted(truth, reading_of(truth, told))

    provider = row(figures, "signatures", signer="provider", scan="grey", places="all")
    patient = row(figures, "signatures", signer="patient", scan="grey", places="all")
    assert (provider["missing: recall"], provider["signed: accused"]) == (share(1, 1), share(0, 1))
    assert (patient["signed: accused"], patient["unable: accused"]) == (share(1, 1), share(0, 1))


def test_an_unsure_signature_is_a_doubt() -> None:
    """Nobody accepts such an invoice unseen, but nobody says that it is unsigned either."""
    truth = truth_of([form([0], patient_signature=False)], [{"code": "missing_patient_signature", "page": 0}])
    read = reading_of(truth, [])
    read["invoices"][0]["patient_signature"] = {"value": True, "confidence": 0.6}

    patient = row(counted(truth, read), "signatures", signer="patient")

    assert (patient["missing: recall"], patient["missed, doubted"]) == (share(0, 1), 1)


def test_ticks_cancelled_ones_and_look_alikes_are_counted_apart() -> None:
    """A cancelled tick must be read as none; so must what resembles a tick."""
    truth = truth_of(
        [form([0], is_illness=True)],
        [erasure("strike", "is_maternity", HERE)],
        look_alikes=[{"page": 0, "field": "exemption_ald", "name": "specks", "box": ELSEWHERE}],
    )
    read = reading_of(truth, truth["flags"])
    for name in ("is_maternity", "exemption_ald"):
        read["invoices"][0][name] = {"value": True, "confidence": 0.99}

    figures = counted(truth, read)

    assert row(figures, "ticks", box="ticked", places="all")["right"] == share(1, 1)
    assert row(figures, "ticks", box="cancelled", places="all")["right"] == share(0, 1)
    assert row(figures, "ticks", box="empty", places="look-alike")["right"] == share(0, 1)
    assert row(figures, "ticks", box="all", places="all")["surely wrong"] == 2


def test_a_form_that_was_not_found_is_wrong_in_all_its_boxes() -> None:
    """What nobody read is a doubt, never right."""
    truth = truth_of([form([0])], [])
    read = {"invoices": [], "prescriptions": [], "flags": []}

    boxes = row(counted(truth, read), "ticks", box="all", places="all")

    assert (boxes["right"], boxes["doubted"]) == (share(0, len(TICKS)), len(TICKS))


def test_a_truth_without_scans_and_look_alikes_is_scored_too() -> None:
    """Lots drawn by others, or keyed, know neither."""
    truth = truth_of([form([0])], [erasure("fluid", "form_date", HERE)], [{"index": 0, "kind": "feuille_de_soins"}])

    assert row(counted(truth, reading_of(truth, truth["flags"])), "erasures", kind="fluid")["scan"] == "?"


def test_every_error_is_told_with_its_place() -> None:
    """So that a person can open the page and look."""
    truth = truth_of([form([0])], [erasure("fluid", "form_date", HERE)])
    figures = counted(truth, reading_of(truth, [erasure("strike", "patient_nir", ELSEWHERE)]))

    errors = {(e["what"], e["page"], e["field"]) for e in figures.as_object()["mark_errors"]}

    assert errors == {("erasure missed", 0, "form_date"), ("erasure invented", 0, "patient_nir")}


def test_the_tables_are_printed_with_their_n() -> None:
    """A share without its n says nothing."""
    truth = truth_of([form([0])], [erasure("fluid", "form_date", HERE)])
    console = Console(width=140)
    with console.capture() as printed:
        counted(truth, reading_of(truth, truth["flags"])).print(console)

    assert "100.0 % of 1" in printed.get()
    assert f"100.0 % of {len(TICKS)}" in printed.get()


def test_the_report_holds_the_tables(tmp_path: Path) -> None:
    """What a manager opens beside the figures about certainty."""
    truth = truth_of([form([0])], [erasure("fluid", "form_date", HERE)])
    marks = counted(truth, reading_of(truth, truth["flags"]))

    write_report(figures_of([], Thresholds(calibration=NONE)), tmp_path, marks)

    page = (tmp_path / "report.html").read_text("utf-8")
    assert "<h2>Marks</h2>" in page
    assert "<td>fluid</td><td>100.0 % of 1</td>" in page
