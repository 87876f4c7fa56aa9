"""The figures about certainty: reliability by sort of entry, where the wrong values lie, and the acceptance curve."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from intake.calibration.acceptance import Acceptance, acceptance, budget
from intake.calibration.cases import Case, cases_of
from intake.calibration.curves import Calibration, load_calibration
from intake.calibration.making import LIMITS, MARKS, ONE_ENTRY
from intake.calibration.trials import Outcome, Trial, judged, sure_of, trials_of
from intake.evaluation.lots import TrueLot
from intake.evaluation.tally import calibration as expected_error
from intake.lot import Thresholds

#: Share of all entries, the least certain ones, that should hold the wrong values (issue: 80 % of them in 5 %).
LEAST_CERTAIN: Final = 0.05


@dataclass(frozen=True, slots=True)
class Reliability:
    """How well the confidences of one sort of entry keep what they promise."""

    sort: str
    n: int
    wrong: int
    #: expected calibration error, 0 to 1
    error: float
    #: mean confidence, share right and n, by tenths of confidence
    bins: tuple[dict[str, float | int], ...]
    #: the same above 0.9, on the scale where decisions fall: by powers of ten of the promised error
    fine: tuple[dict[str, float | int], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One point of the acceptance curve; ``setting`` is the accepted error that leads to it, None between them."""

    setting: float | None
    rule: Acceptance
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Figures:
    """What ``liasse evaluate`` says about certainty."""

    sorts: tuple[Reliability, ...]
    #: of the paying and identifying entries: all, wrong ones, wrong ones among the least certain
    counted: int
    wrong: int
    wrong_least_certain: int
    curve: tuple[Row, ...]
    marks: tuple[Row, ...]
    #: the widest rule that these lots by themselves bear out at the accepted error of the settings
    safe: Row | None

    def as_object(self) -> dict[str, Any]:
        """Return the figures for JSON, n with each."""
        return {
            "reliability": {
                s.sort: {"n": s.n, "wrong": s.wrong, "expected_error": s.error, "bins": s.bins, "fine": s.fine}
                for s in self.sorts
            },
            "least_certain": {
                "share_of_entries": LEAST_CERTAIN,
                "n": self.counted,
                "wrong": self.wrong,
                "wrong_among_them": self.wrong_least_certain,
            },
            "acceptance": [_as_object(row) for row in self.marks],
            "acceptance_borne_out": self.safe and _as_object(self.safe),
            "acceptance_curve": [_as_object(row) for row in self.curve],
        }

    def print(self, console: Console) -> None:
        """Print the figures as tables, n with each."""
        table = Table("sort of entry", "ECE", "n", "wrong", title="reliability")
        for s in self.sorts:
            table.add_row(s.sort, f"{100 * s.error:.2f} %", str(s.n), str(s.wrong))
        console.print(table)
        console.print(
            f"of {self.wrong} wrong values among {self.counted} paying or identifying entries, "
            f"{self.wrong_least_certain} lie among the least certain {100 * LEAST_CERTAIN:g} %"
        )
        points = Table("accepted error", "clean accepted", "typed", "by hand", "fields", "wrong", "at most (95 %)")
        for row in self.marks:
            points.add_row(
                "-" if row.setting is None else f"{100 * row.setting:g} %",
                *(_of(*row.outcome.clean(writing)) for writing in (None, "typed", "hand")),
                str(row.outcome.fields),
                f"{row.outcome.wrong} on {row.outcome.invoices_wrong} invoices",
                f"{100 * row.outcome.at_most:.3f} %",
            )
        console.print(points)
        if self.safe is None:
            console.print("these lots are too few, or read too badly, to bear out the accepted error by themselves")
        else:
            rule, outcome = self.safe.rule, self.safe.outcome
            console.print(
                f"these lots by themselves bear out a mean error of {rule.limit:.2g} and a floor of {rule.floor:.4f}: "
                f"{outcome.wrong} wrong of {outcome.fields} accepted fields, at most {100 * outcome.at_most:.3f} %"
            )


def figures_of(lots: Sequence[TrueLot], thresholds: Thresholds) -> Figures:
    """Return the figures of some lots under the calibration in force; without one, of the confidences as they are.

    Args:
        lots: read, with their truths.
        thresholds: the figures that decide.
    """
    found = load_calibration(thresholds.calibration)
    cases = [case for lot in lots for case in cases_of(lot.name, lot.truth, lot.batch)]
    trials = [(trial, sure_of(trial, found)) for lot in lots for trial in trials_of(lot.name, lot.truth, lot.batch)]
    by_sort: defaultdict[str, list[tuple[float, bool]]] = defaultdict(list)
    for case in cases:
        by_sort[case.sort].append((_sure(found, case), not case.wrong))
    counted = sorted(pair for trial, sure in trials for pair in _right(trial, sure))
    least = counted[: round(len(counted) * LEAST_CERTAIN)]
    curve = tuple(Row(None, rule, judged(trials, rule)) for rule in _rules(found))
    borne_out = [row for row in curve if row.outcome.at_most <= thresholds.accepted_error]
    return Figures(
        sorts=tuple(_reliability(sort, pairs) for sort, pairs in sorted(by_sort.items())),
        counted=len(counted),
        wrong=sum(not right for _, right in counted),
        wrong_least_certain=sum(not right for _, right in least),
        curve=curve,
        marks=tuple(Row(error, rule, judged(trials, rule)) for error, rule in _marked(found, thresholds)),
        safe=borne_out[-1] if borne_out else None,
    )


def _rules(found: Calibration | None) -> list[Acceptance]:
    if found is None:
        return [Acceptance(1.0 - limit) for limit in LIMITS]
    return [budget(limit, one_entry=ONE_ENTRY) for limit in LIMITS]


def _marked(found: Calibration | None, thresholds: Thresholds) -> list[tuple[float | None, Acceptance]]:
    """Return the rule each marked setting leads to; without a calibration there is only the one threshold."""
    if found is None:
        return [(None, Acceptance(thresholds.certain))]
    return [(error, acceptance(found, accepted_error=error, reserve=thresholds.reserve)) for error in MARKS]


def _sure(found: Calibration | None, case: Case) -> float:
    return case.raw if found is None else found.confidence(case.sort, case.state, case.raw, case.context)


def _right(trial: Trial, sure: Iterable[float]) -> list[tuple[float, bool]]:
    return [(p, not case.wrong) for p, case in zip(sure, trial.cases, strict=True)]


def _reliability(sort: str, pairs: list[tuple[float, bool]]) -> Reliability:
    error, bins = expected_error(pairs)
    edges = (0.9, 0.97, 0.99, 0.997, 0.999, 0.9997, 1.1)
    fine = []
    for low, high in pairwise(edges):
        held = [pair for pair in pairs if low <= pair[0] < high]
        if held:
            mean = sum(p for p, _ in held) / len(held)
            fine.append({"confidence": mean, "right": sum(r for _, r in held) / len(held), "n": len(held)})
    wrong = sum(not right for _, right in pairs)
    return Reliability(sort, len(pairs), wrong, error or 0.0, tuple(bins), tuple(fine))


def _as_object(row: Row) -> dict[str, Any]:
    outcome = row.outcome
    return {
        "accepted_error": row.setting,
        "mean_error": row.rule.limit,
        "floor": row.rule.floor,
        "clean": {name: dict(zip(("accepted", "n"), outcome.clean(w), strict=True)) for name, w in _WRITINGS},
        "fields": outcome.fields,
        "wrong": outcome.wrong,
        "wrong_share": outcome.wrong / outcome.fields if outcome.fields else None,
        "invoices": len(outcome.accepted),
        "invoices_wrong": outcome.invoices_wrong,
        "at_most": outcome.at_most,
    }


_WRITINGS: Final = (("all", None), ("typed", "typed"), ("hand", "hand"))


def _of(some: int, all_: int) -> str:
    return f"{some} of {all_} ({100 * some / all_:.0f} %)" if all_ else "-"
