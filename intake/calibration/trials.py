"""Decides stored invoices again under another calibration or another setting: what would have been accepted, and wrong.

Exact, because a decision needs only the result: the flags that stand, the doubts beside the entries, and their
confidences. Flags are taken as they were raised.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from intake.calibration.acceptance import Acceptance
from intake.calibration.cases import Case, form_cases
from intake.calibration.curves import Calibration, Point
from intake.decide import doubts_beside, held_invoices
from intake.evaluation.scores import paired
from intake.lot import Lot
from schemas.batch import Batch
from schemas.invoice import ACT_CELLS, PAYING_OR_IDENTIFYING

_COUNTED = frozenset((*PAYING_OR_IDENTIFYING, *(f"acts.{cell}" for cell in ACT_CELLS)))
#: Wrong fields an invoice that was wrongly accepted is thought to have where none was seen.
_WRONG_TOGETHER = 2.0


@dataclass(frozen=True, slots=True)
class Trial:
    """One invoice whose truth is known, ready to be decided again."""

    lot: str
    writing: str
    #: whether the truth accepts it
    clean: bool
    #: whether something beside its entries keeps it for a person
    held: bool
    #: its paying and identifying entries
    cases: tuple[Case, ...]
    #: cells of rows on the paper that were not read at all
    lost: int

    @property
    def wrong(self) -> int:
        """Number of wrong fields it would bring along if accepted."""
        return self.lost + sum(case.wrong for case in self.cases)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule accepts of some invoices."""

    trials: tuple[Trial, ...]
    accepted: tuple[Trial, ...]
    #: wrong fields expected among the accepted
    expected: float

    @property
    def fields(self) -> int:
        """Accepted fields."""
        return sum(len(trial.cases) for trial in self.accepted)

    @property
    def wrong(self) -> int:
        """Wrong ones among them."""
        return sum(trial.wrong for trial in self.accepted)

    def clean(self, writing: str | None = None) -> tuple[int, int]:
        """Return how many clean invoices are accepted, and of how many; of all, or of one writing."""
        of = [t for t in self.trials if t.clean and writing in {None, t.writing}]
        return sum(t.clean and writing in {None, t.writing} for t in self.accepted), len(of)

    @property
    def invoices_wrong(self) -> int:
        """Accepted invoices with a wrong field."""
        return sum(trial.wrong > 0 for trial in self.accepted)

    @property
    def at_most(self) -> float:
        """Upper bound of the share of wrong fields, one-sided 95 %: invoices, not fields, are the independent cases."""
        from scipy.stats import chi2  # noqa: PLC0415 - scipy loads slowly, and only fitting needs it

        bound = float(chi2.ppf(0.95, 2 * (self.invoices_wrong + 1))) / 2.0
        together = (self.wrong + _WRONG_TOGETHER) / (self.invoices_wrong + 1.0)
        return min(bound * together / self.fields, 1.0) if self.fields else 1.0

    def point(self, limit: float) -> Point:
        """Return the outcome as a calibration keeps it."""
        accepted, clean = self.clean()
        return Point(
            limit=limit,
            clean_accepted=accepted,
            clean=clean,
            fields=self.fields,
            wrong=self.wrong,
            invoices_wrong=self.invoices_wrong,
            expected=self.expected / self.fields if self.fields else 0.0,
            at_most=self.at_most,
        )


def trials_of(lot: str, truth: dict[str, Any], batch: Batch) -> Iterator[Trial]:
    """Yield the invoices of a lot that the truth knows.

    Args:
        lot: its name.
        truth: the lot in the contract's shape, values bare.
        batch: the same lot as read and decided.
    """
    seen = lot_of(batch)
    held = held_invoices(batch.flags, batch.not_checked)
    for t, index in paired(truth["invoices"], [{"pages": i.pages} for i in batch.invoices]).items():
        true, invoice = truth["invoices"][t], batch.invoices[index]
        cases = form_cases(f"{lot}/invoice/{index}", true, batch.pages, invoice)
        yield Trial(
            lot=lot,
            writing=true.get("writing") or "typed",
            clean=true.get("decision") == "accepted",
            held=index in held or any(doubts_beside(seen, index)),
            cases=tuple(case for name, case in cases if name in _COUNTED),
            lost=len(ACT_CELLS) * max(len(true.get("acts", ())) - len(invoice.acts), 0),
        )


def lot_of(batch: Batch) -> Lot:
    """Return a stored lot as far as decisions need it."""
    return Lot(
        pages=batch.pages,
        bordereau=batch.bordereau,
        invoices=batch.invoices,
        prescriptions=batch.prescriptions,
        attachments=batch.attachments,
        matches=batch.matches,
        flow=batch.flow,
        received_on=batch.received_on,
    )


def judged(trials: Iterable[tuple[Trial, Sequence[float]]], rule: Acceptance) -> Outcome:
    """Return what *rule* accepts of some invoices, each with the probability of each of its entries."""
    trials = list(trials)
    accepted = [(trial, sure) for trial, sure in trials if not trial.held and rule.accepts(sure)]
    return Outcome(
        trials=tuple(trial for trial, _ in trials),
        accepted=tuple(trial for trial, _ in accepted),
        expected=sum(1.0 - p for _, sure in accepted for p in sure),
    )


def sure_of(trial: Trial, calibration: Calibration | None) -> list[float]:
    """Return the probability of each entry of an invoice; without a calibration, what the program said."""
    if calibration is None:
        return [case.raw for case in trial.cases]
    return [calibration.confidence(case.sort, case.state, case.raw, case.context) for case in trial.cases]
