"""Evaluates lots with a known truth, and prints the figures."""

import statistics
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.table import Table

from intake.evaluation.flags import score_flags
from intake.evaluation.lots import Stack, TrueLot
from intake.evaluation.scores import LotScore
from intake.evaluation.tally import Share, Tally, calibration


def evaluate(stacks: Iterable[Stack]) -> tuple[Tally, list[TrueLot]]:
    """Score every lot of some stacks; return the counts, and the lots for what needs them all."""
    tally = Tally()
    lots: list[TrueLot] = []
    for stack in stacks:
        tally.add("lots/count", right=stack.read_count == stack.true_count)
        for lot in stack.lots:
            score = LotScore(lot.name, lot.truth, lot.read, tally)
            score.score()
            score_flags(score)
            lots.append(lot)
    return tally, lots


def as_object(tally: Tally) -> dict[str, Any]:
    """Return the figures for JSON, n with each, and every error with its place."""
    error, bins = calibration(tally.confidences)
    return {
        "lots": tally.lots,
        "shares": {n: {"right": s.good, "n": s.n, "share": s.ratio} for n, s in sorted(tally.shares.items())},
        "flags": {
            code: {
                "hits": d.hits,
                "inventions": d.inventions,
                "misses": d.misses,
                "precision": d.precision.ratio,
                "recall": d.recall.ratio,
            }
            for code, d in sorted(tally.detections.items())
        },
        "registration_residual_mm": {
            "median": statistics.median(tally.residuals_mm) if tally.residuals_mm else None,
            "max": max(tally.residuals_mm, default=None),
            "n": len(tally.residuals_mm),
        },
        "calibration": {"expected_error": error, "bins": bins, "n": len(tally.confidences)},
        "errors": [
            {"lot": e.lot, "what": e.what, "page": e.page, "truth": e.truth, "read": e.read, "confidence": e.confidence}
            for e in tally.errors
        ],
    }


def _totals(tally: Tally) -> dict[str, Share]:
    """Return the shares summed by their first two path parts, which is what a person reads."""
    totals: dict[str, Share] = {}
    for name, share in tally.shares.items():
        parts = name.split("/")
        for depth in {1, 2, len(parts)} if len(parts) > 2 else {1, len(parts)}:  # noqa: PLR2004 - path parts
            total = totals.setdefault("/".join(parts[:depth]), Share())
            total.good += share.good
            total.n += share.n
        if len(parts) > 3:  # noqa: PLR2004 - document/hand/kind/field
            total = totals.setdefault("/".join(parts[:3]), Share())
            total.good += share.good
            total.n += share.n
    return totals


def print_tally(tally: Tally, console: Console, *, every_field: bool = False) -> None:
    """Print the figures as tables, n with each."""
    table = Table("what", "right", "n", title=f"{tally.lots} lots")
    for name, share in sorted(_totals(tally).items()):
        if every_field or name.count("/") < 3:  # noqa: PLR2004 - down to the kind of field
            table.add_row(name, _percent(share), str(share.n))
    console.print(table)
    flags = Table("flag", "precision", "recall", "hits", "inventions", "misses", title="flags")
    for code, d in sorted(tally.detections.items()):
        flags.add_row(code, _percent(d.precision), _percent(d.recall), str(d.hits), str(d.inventions), str(d.misses))
    console.print(flags)
    error, bins = calibration(tally.confidences)
    if error is not None:
        reliability = Table("confidence", "right", "n", title=f"calibration, expected error {error:.4f}")
        for held in bins:
            reliability.add_row(f"{held['confidence']:.3f}", f"{held['right']:.3f}", str(held["n"]))
        console.print(reliability)


def _percent(share: Share) -> str:
    ratio = share.ratio
    return "-" if ratio is None else f"{100 * ratio:.2f} %"
