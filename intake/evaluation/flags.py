"""The flags of a lot against the true ones, per code."""

from typing import Any

from intake.evaluation.scores import LotScore, Object
from intake.evaluation.tally import Error
from schemas.geometry import Box


def _stands_on(flag: Object, truth: Object) -> bool:
    """Whether *flag* names the place *truth* names; a place the truth leaves open is not compared."""
    return all(
        truth.get(key) is None or flag.get(key) is None or flag[key] == truth[key]
        for key in ("invoice", "line", "page", "field")
    )


def _is_allowed(flag: Object, allowed: list[Object]) -> bool:
    return any(
        flag["code"] in entry.get("codes", ())
        and (entry.get("invoice") is None or entry["invoice"] == flag.get("invoice"))
        and (entry.get("line") is None or flag.get("line") is None or entry["line"] == flag.get("line"))
        for entry in allowed
    )


def score_flags(score: LotScore) -> None:
    """Count, per code, the flags found, invented and missed.

    Informative flags are not counted against the program, nor is what the truth lists under ``allowed_flags``.
    """
    back = {r: t for t, r in score.invoices.items()}

    def in_truth_terms(flag: Object) -> Object:
        invoice: Any = flag.get("invoice")
        return flag if invoice is None else {**flag, "invoice": back.get(invoice, -1 - invoice)}

    left = [in_truth_terms(flag) for flag in score.read["flags"]]
    allowed = score.truth.get("allowed_flags") or []
    for truth in score.truth["flags"]:
        found = next((f for f in left if f["code"] == truth["code"] and _stands_on(f, truth)), None)
        detection = score.tally.detections[truth["code"]]
        if found is None:
            detection.misses += 1
            score.tally.errors.append(
                Error(score.name, f"flag/{truth['code']}", truth.get("page"), truth.get("field"), None, None)
            )
            continue
        detection.hits += 1
        left.remove(found)
        if truth["code"] == "erasure" and truth.get("box") and found.get("box"):
            score.tally.add("erasure_box/iou>0.3", right=Box(*truth["box"]).overlap(Box(*found["box"])) > 0.3)  # noqa: PLR2004
    for flag in left:
        if flag["severity"] == "info" or _is_allowed(flag, allowed):
            continue
        score.tally.detections[flag["code"]].inventions += 1
        score.tally.errors.append(
            Error(score.name, f"flag/{flag['code']}", flag.get("page"), None, flag.get("field"), flag.get("score"))
        )
    clean = not any(f["code"] == "out_of_order" for f in score.truth["flags"])
    if clean:
        accused = any(f["code"] == "out_of_order" for f in score.read["flags"])
        score.tally.add("order/clean_lots_left_alone", right=not accused)
