"""The evaluation counts what a person would count: right, wrong, invented, missed, each with its n."""

from typing import Any

from intake.evaluation.flags import score_flags
from intake.evaluation.run import as_object
from intake.evaluation.scores import LotScore
from intake.evaluation.tally import Tally, calibration

Object = dict[str, Any]

PAGES = [
    {"index": 0, "kind": "bordereau", "rotation": 0},
    {"index": 1, "kind": "feuille_de_soins", "rotation": 180},
]


def truth_of_a_lot() -> Object:
    """One line, its form with one act, one missing signature."""
    line = {"invoice_number": "000000101", "insured_nir": "292036999999158", "total_amount": "12.60"}
    act = {"date": "2025-03-01", "code": "AMI", "coefficient": "4", "fee": "12.60"}
    invoice = {
        "pages": [1],
        "form": "S3129d",
        "writing": "hand",
        "hand_fields": [],
        "decision": "review",
        "invoice_number": "000000101",
        "patient_name": "TESTOUNE ALBA",
        "patient_nir": "292036999999158",
        "patient_signature": False,
        "acts": [act],
        "total_amount": "12.60",
    }
    return {
        "pages": PAGES,
        "bordereau": {"pages": [0], "lot_number": "012", "lines": [line]},
        "invoices": [invoice],
        "prescriptions": [],
        "attachments": [],
        "matches": [{"line": 0, "invoice": 0}],
        "flags": [{"code": "missing_patient_signature", "invoice": 0, "line": 0, "page": 1, "severity": "blocking"}],
    }


def as_fields(record: Object) -> Object:
    """Wrap a document's values into field objects, sure of themselves."""
    plain = {"pages", "form", "decision"}
    fields: Object = {}
    for name, value in record.items():
        if name in plain:
            fields[name] = value
        elif name in {"acts", "lines"}:
            fields[name] = [as_fields(row) for row in value]
        elif name not in {"writing", "hand_fields"}:
            fields[name] = {"value": value, "confidence": 1.0, "blind": None}
    return fields


def reading_of(truth: Object) -> Object:
    """A reading that says exactly what the truth says."""
    read = {**truth, "pages": [{**p, "residual_mm": 0.1} for p in truth["pages"]]}
    read["bordereau"] = as_fields(truth["bordereau"])
    read["invoices"] = [as_fields(i) for i in truth["invoices"]]
    return read


def tally_of(truth: Object, read: Object) -> Tally:
    tally = Tally()
    score = LotScore("lot_0", truth, read, tally)
    score.score()
    score_flags(score)
    return tally


def test_a_perfect_reading_has_no_error() -> None:
    """Nothing is counted wrong when every value, match and flag is the truth's."""
    truth = truth_of_a_lot()

    tally = tally_of(truth, reading_of(truth))

    assert tally.errors == []
    assert all(share.ratio == 1.0 for share in tally.shares.values())
    assert tally.detections["missing_patient_signature"].hits == 1
    assert tally.detections["(matches)"].hits == 1


def test_names_compare_without_case_or_repeated_spaces() -> None:
    """The contract compares text that way; accents count."""
    truth = truth_of_a_lot()
    read = reading_of(truth)
    read["invoices"][0]["patient_name"]["value"] = "Testoune   Alba"

    assert tally_of(truth, read).errors == []


def test_a_wrong_value_in_an_accepted_invoice_is_counted_apart() -> None:
    """A wrong value accepted in silence is the worst outcome, so it has a figure of its own."""
    truth = truth_of_a_lot()
    read = reading_of(truth)
    read["invoices"][0]["decision"] = "accepted"
    read["invoices"][0]["acts"][0]["fee"]["value"] = "12.80"

    tally = tally_of(truth, read)

    accepted = tally.shares["accepted_fields/right"]
    assert accepted.n - accepted.good == 1
    assert [e.what for e in tally.errors] == ["invoice/hand/acts/acts.fee", "ACCEPTED WRONG acts.fee"]


def test_a_value_where_the_paper_is_empty_is_an_invention() -> None:
    """Nothing is invented: an entry without ink must stay null."""
    truth = truth_of_a_lot()
    read = reading_of(truth)
    read["invoices"][0]["insured_name"] = {"value": "PERSONNE", "confidence": 0.9, "blind": None}

    tally = tally_of(truth, read)

    assert tally.shares["left_empty/invoice"].n - tally.shares["left_empty/invoice"].good == 1


def test_the_blind_reading_is_scored_by_the_ink_alone() -> None:
    """What the bordereau repaired does not count as read."""
    truth = truth_of_a_lot()
    read = reading_of(truth)
    read["invoices"][0]["patient_nir"]["blind"] = {"value": "292036999999153", "confidence": 0.4}

    tally = tally_of(truth, read)

    assert tally.shares["invoice/hand/comb/patient_nir"].ratio == 1.0
    assert tally.shares["invoice_blind/hand/comb/patient_nir"].ratio == 0.0


def test_flags_are_counted_as_found_missed_or_invented() -> None:
    """An allowed flag is neither right nor wrong, an informative one is no accusation."""
    truth = truth_of_a_lot()
    truth["allowed_flags"] = [{"invoice": 0, "codes": ["tariff_mismatch"]}]
    read = reading_of(truth)
    read["flags"] = [
        {"code": "tariff_mismatch", "invoice": 0, "severity": "check"},
        {"code": "erasure", "invoice": 0, "severity": "blocking"},
        {"code": "orphan_piece", "invoice": None, "severity": "info"},
    ]

    detections = tally_of(truth, read).detections

    assert (detections["missing_patient_signature"].misses, detections["erasure"].inventions) == (1, 1)
    assert detections["tariff_mismatch"].inventions == 0
    assert detections["orphan_piece"].inventions == 0


def test_a_clean_lot_accused_of_disorder_is_counted() -> None:
    """No order fault may be invented in a clean lot."""
    truth = truth_of_a_lot()
    read = reading_of(truth)
    read["flags"] = [*truth["flags"], {"code": "out_of_order", "invoice": 0, "severity": "check"}]

    assert tally_of(truth, read).shares["order/clean_lots_left_alone"].ratio == 0.0


def test_calibration_compares_what_was_promised_with_what_came_true() -> None:
    """Ten readings sure at 95 %, five of them wrong, are 45 points off."""
    error, bins = calibration([(0.95, True)] * 5 + [(0.95, False)] * 5)

    assert error is not None
    assert round(error, 6) == 0.45
    assert bins == [{"confidence": 0.95, "right": 0.5, "n": 10}]


def test_every_figure_of_the_json_comes_with_its_n() -> None:
    """A share without its n says nothing."""
    truth = truth_of_a_lot()

    figures = as_object(tally_of(truth, reading_of(truth)))

    assert all({"right", "n", "share"} == set(share) for share in figures["shares"].values())
    assert figures["lots"] == 1
