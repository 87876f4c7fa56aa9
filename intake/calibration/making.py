"""Makes a calibration from read lots with a known truth: curves from all of them, figures from lots held back."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.table import Table

from intake.calibration.acceptance import acceptance, budget
from intake.calibration.cases import Case, cases_of
from intake.calibration.curves import Calibration
from intake.calibration.fitting import fit
from intake.calibration.trials import Trial, judged, sure_of, trials_of
from intake.evaluation.lots import TrueLot
from intake.evaluation.tally import calibration as reliability
from intake.lot import Thresholds
from schemas.errors import UsageError

#: Parts the lots are cut into; each is judged by curves fitted on the others.
_PARTS: Final = 5
#: Mean error rates per entry tried as an invoice's budget.
#: Settings of the accepted error that tables and drawings mark.
MARKS: Final = (0.0005, 0.001, 0.002, 0.005, 0.01)
#: How many times an invoice's mean error rate one entry may have: of 20, 30 and 50 the one that accepts the most
#: invoices with no wrong field, and the fewest faulty ones (docs/calibration.md).
ONE_ENTRY: Final = 20.0
LIMITS: Final = tuple(float(f"{10.0 ** (step / 12 - 5):.3g}") for step in range(47))


def make(lots: Sequence[TrueLot], *, date: str, command: str, origin: str = "") -> Calibration:
    """Return the calibration some lots support.

    Args:
        lots: read, with their truths; what a calibration changed in them is undone first.
        date: of today, kept with it.
        command: that makes it.
        origin: where the lots come from.

    Raises:
        UsageError: fewer lots than parts.
    """
    if len(lots) < _PARTS:
        raise UsageError(f"{len(lots)} lots are too few to calibrate from: give at least {_PARTS}")
    cases = {lot.name: list(cases_of(lot.name, lot.truth, lot.batch)) for lot in lots}
    trials = {lot.name: list(trials_of(lot.name, lot.truth, lot.batch)) for lot in lots}
    apart: list[tuple[Trial, list[float]]] = []
    before: defaultdict[str, list[tuple[float, bool]]] = defaultdict(list)
    after: defaultdict[str, list[tuple[float, bool]]] = defaultdict(list)
    for part in range(_PARTS):
        held_back = {lot.name for lot in lots[part::_PARTS]}
        others = [case for name, found in cases.items() if name not in held_back for case in found]
        fitted = fit(others, date=date, command=command, lots=len(lots) - len(held_back), one_entry=ONE_ENTRY)
        for name in held_back:
            apart += [(trial, sure_of(trial, fitted)) for trial in trials[name]]
            for case in cases[name]:
                before[case.sort].append((case.raw, not case.wrong))
                after[case.sort].append((_sure(fitted, case), not case.wrong))
    everything = [case for found in cases.values() for case in found]
    return fit(everything, date=date, command=command, lots=len(lots), one_entry=ONE_ENTRY).model_copy(
        update={
            "origin": origin,
            "points": tuple(judged(apart, budget(x, one_entry=ONE_ENTRY)).point(x) for x in LIMITS),
            "figures": {
                sort: {
                    "n": float(len(after[sort])),
                    "before": reliability(before[sort])[0] or 0.0,
                    "after": reliability(after[sort])[0] or 0.0,
                }
                for sort in sorted(after)
            },
        }
    )


def _sure(fitted: Calibration, case: Case) -> float:
    return fitted.confidence(case.sort, case.state, case.raw, case.context)


def print_made(made: Calibration, thresholds: Thresholds, console: Console) -> None:
    """Print what a calibration is worth: its error by sort before and after, and what each setting would accept."""
    table = Table("sort", "n", "wrong", "ECE before", "ECE after", title=f"{made.lots} lots, {made.forms} forms")
    for sort, figure in made.figures.items():
        table.add_row(
            sort,
            f"{figure['n']:.0f}",
            str(made.curves[sort].wrong),
            f"{100 * figure['before']:.2f} %",
            f"{100 * figure['after']:.2f} %",
        )
    console.print(table)
    points = Table("accepted error", "mean error", "floor", "clean accepted", "accepted fields", "wrong", "at most")
    for error in MARKS:
        rule = acceptance(made, accepted_error=error, reserve=thresholds.reserve)
        point = next((p for p in made.points if p.limit == rule.limit), None)
        if point is not None:
            points.add_row(
                f"{100 * error:g} %",
                f"{rule.limit:.2g}",
                f"{rule.floor:.4f}",
                f"{point.clean_accepted} of {point.clean}",
                str(point.fields),
                str(point.wrong),
                f"{100 * point.at_most:.3f} %",
            )
    console.print(points)
