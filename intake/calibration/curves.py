"""The stored curves: from raw confidence to the share that is right, and what follows for acceptance.

Curves are lists of error rates at fixed raw errors, the knots, and lie straight between them on logarithmic scales,
because what matters happens between 0.99 and 0.9999. They never fall below what their number of cases can show.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property, lru_cache
from importlib.resources import files
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

from pydantic import Field as Constraint
from pydantic import ValidationError

from schemas.errors import UsageError
from schemas.field import EMPTY_IS_LIKELIER
from schemas.model import Record

#: Raw errors at which a curve is known; readers and rules pile up at 0.005 (an empty box) and 0.0001 (their ceiling),
#: and some readers of text are right half of the time where they give themselves no chance.
KNOTS: Final = (
    *(0.995, 0.98, 0.95, 0.9, 0.7, 0.5, 0.3, 0.2, 0.1, 0.05),
    *(0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001),
)
#: The most "not read" may claim.
_BELOW_EMPTY: Final = EMPTY_IS_LIKELIER - 1e-6
BUILT_IN: Final = "built-in"
NONE: Final = "none"
#: Print and doubt class of a form (``intake.calibration.context``).
Context = tuple[str, int]


class Curve(Record):
    """The error rate of one kind of entry at each knot."""

    #: cases and wrong ones it was fitted on, and the forms they stand on
    n: int
    wrong: int
    forms: int
    #: error rates at ``KNOTS``
    errors: tuple[float, ...]
    #: error rate below which so few cases show nothing
    least: float


class Point(Record):
    """What becomes of invoices accepted up to a mean error rate of their entries, on lots the curves had not seen."""

    limit: float
    clean_accepted: int
    clean: int
    #: accepted fields, the wrong ones among them, and the invoices these stand on
    fields: int
    wrong: int
    invoices_wrong: int
    #: share of wrong fields the curves expect, and its upper bound by what was seen: one-sided 95 %, counted by invoice
    expected: float
    at_most: float


class Calibration(Record):
    """A calibration as stored: ``liasse calibrate`` writes it, docs/calibration.md explains it."""

    date: str
    command: str
    #: where the lots come from: seed, program, day
    origin: str = ""
    lots: int
    forms: int
    knots: tuple[float, ...] = KNOTS
    #: correlation of errors among entries of one sort on one form
    correlation: float
    pooled: Curve
    #: by sort (``form/nir``) and by kind (``form/nir/filled``); kinds with few cases are left out
    curves: dict[str, Curve]
    #: by print of the form: its errors against those expected
    prints: dict[str, float]
    #: by doubt class of the form: its errors against those expected, at each knot
    doubts: tuple[tuple[float, ...], ...]
    #: how many times the mean one entry might have in ``points``
    one_entry: float
    points: tuple[Point, ...] = ()
    #: expected calibration error and n by sort, before and after, on lots the curves had not seen
    figures: dict[str, dict[str, float]] = Constraint(default_factory=dict)

    def confidence(self, sort: str, state: str, raw: float, context: Context | None) -> float:
        """Return the probability that an entry says exactly what the paper says.

        Args:
            sort: of entry, ``form/nir``.
            state: what was read, ``filled``. "Empty" stays likelier than "not read", and the other way round, whatever
                the curve says: the controls tell the two apart. So does a box that is clear from one nobody could tell.
            raw: confidence before calibration, 0 to 1; nothing known stays nothing known.
            context: print and doubt class of its form; None for the other papers.
        """
        # rounded, so that a flat stretch of a curve is flat to the last digit too
        sure = round(1.0 - _between(self._errors(sort, state, context), 1.0 - raw), 9)
        if state == "empty" or (state == "clear" and raw >= EMPTY_IS_LIKELIER):
            return max(sure, EMPTY_IS_LIKELIER)
        return min(sure, _BELOW_EMPTY) if state in {"unread", "clear"} else sure

    def _errors(self, sort: str, state: str, context: Context | None) -> Sequence[float]:
        key = (sort, state, context)
        if key not in self._made:
            curve = self.curves.get(f"{sort}/{state}") or self.curves.get(sort) or self.pooled
            factor = [1.0] * len(self.knots)
            if context is not None:
                factor = [self.prints[context[0]] * ratio for ratio in self.doubts[context[1]]]
            self._made[key] = falling(
                [min(max(e * f, curve.least), 1.0) for e, f in zip(curve.errors, factor, strict=True)]
            )
        return self._made[key]

    @cached_property
    def _made(self) -> dict[Any, Sequence[float]]:
        """Finished curves by sort, state and context."""
        return {}


def falling(errors: Sequence[float]) -> list[float]:
    """Return error rates that never rise towards surer raw confidences: the less sure reading takes the worse rate."""
    return list(accumulate(reversed(errors), max))[::-1]


def place(raw_error: float) -> tuple[int, float]:
    """Return the knot at or above a raw error, and how far it lies towards the next, 0 to 1, on a logarithmic scale."""
    if raw_error <= KNOTS[-1]:
        return len(KNOTS) - 1, 0.0
    right = bisect_right(KNOTS, -raw_error, key=lambda knot: -knot)
    left = max(right - 1, 0)
    return left, math.log(KNOTS[left] / raw_error) / math.log(KNOTS[left] / KNOTS[left + 1])


def _between(errors: Sequence[float], raw_error: float) -> float:
    """Return the error rate at a raw error, straight between knots on logarithmic scales."""
    if raw_error >= KNOTS[0]:  # from the first knot to certainly wrong
        return errors[0] + (1.0 - errors[0]) * (raw_error - KNOTS[0]) / (1.0 - KNOTS[0])
    left, share = place(raw_error)
    right = min(left + 1, len(KNOTS) - 1)
    error = math.exp(math.log(errors[left]) * (1.0 - share) + math.log(errors[right]) * share)
    return min(max(error, errors[right]), errors[left])  # rounding must not change the order


@lru_cache(maxsize=4)
def load_calibration(name: str) -> Calibration | None:
    """Return the calibration a setting names, or None for ``none``.

    Args:
        name: ``built-in``, ``none``, or the path of a file ``liasse calibrate`` wrote.

    Raises:
        UsageError: the file does not exist or is none of ours.
    """
    if name == NONE:
        return None
    source = files("intake.calibration").joinpath("fitted.json") if name == BUILT_IN else Path(name)
    if name == BUILT_IN and not source.is_file():
        return None
    try:
        found = Calibration.model_validate_json(source.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError) as exc:
        raise UsageError(f"{source.name} is no calibration: write one with liasse calibrate --out FILE") from exc
    if found.knots != KNOTS:
        raise UsageError(f"{source.name} is of another version of the program: fit it again with liasse calibrate")
    return found
