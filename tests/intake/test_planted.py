"""What a match must survive, in number: other people's forms and true differences, read as well and badly as real ones.

``samples.faults_planted`` plants them in lots nobody draws; ``tests.intake.simulated`` reads those without a page.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest

from samples.documents import Case, Fault
from schemas.flag import Flag
from schemas.invoice import Decision
from tests.intake.papers import Outcome, concluded
from tests.intake.simulated import simulated

#: Enough for a first sign; docs/accuracy.md has the figures of thousands.
LOTS = 20


@dataclass
class Tally:
    """What became of everything planted in some lots."""

    foreign: Counter[str] = field(default_factory=Counter)
    different: Counter[str] = field(default_factory=Counter)
    sound: Counter[str] = field(default_factory=Counter)
    accepted: list[str] = field(default_factory=list)


@pytest.fixture(scope="module", params=["typed", "hand"])
def tally(request: pytest.FixtureRequest) -> Tally:
    """Twenty lots of seven invoices, three in five of them planted."""
    counted = Tally()
    for seed in range(LOTS):
        lot = simulated(seed, writing=request.param)
        outcome = concluded(lot.lot)
        for index, case in enumerate(lot.cases):
            _count(counted, outcome, index, case, lot.row_of.get(id(case)))
    return counted


def _count(counted: Tally, outcome: Outcome, index: int, case: Case, row: int | None) -> None:
    flags = [f for f in outcome.flags if f.invoice == index]
    line = outcome.lot.line_of.get(index)
    if not case.faults:
        told = any(f.code == "mismatch" for f in flags)
        counted.sound["invented" if told else "right" if line == row else "wrong"] += 1
        counted.sound["accepted"] += outcome.lot.invoices[index].decision is Decision.ACCEPTED
        return
    fault = case.faults[0]
    if fault.code == "unlisted_invoice":
        counted.foreign["out" if line is None else "absorbed"] += 1
    else:
        counted.different[_fate(outcome, index, fault, flags)] += 1
    if outcome.lot.invoices[index].decision is Decision.ACCEPTED:
        counted.accepted.append(f"{fault.code} {fault.field}")


def _fate(outcome: Outcome, index: int, fault: Fault, flags: list[Flag]) -> str:
    if any(f.code in {"mismatch", "unlisted_invoice"} and f.field in {fault.field, "invoice_number"} for f in flags):
        return "told"
    entry: Any = _entry(outcome, index, str(fault.field))
    return "corrected" if entry.value == fault.extra["line_value"] else "left to a person"


def _entry(outcome: Outcome, index: int, name: str) -> Any:
    form = outcome.lot.invoices[index]
    who = "insured" if form.insured_name.value is not None else "patient"
    names = {"insured_nir": f"{who}_nir", "beneficiary_birth_date": "patient_birth_date"}
    return getattr(form, names.get(name, name))


def test_other_peoples_forms_stay_out(tally: Tally) -> None:
    """A namesake's form, in the place of a missing one, with its very acts, is nobody's."""
    assert tally.foreign["out"] > LOTS // 2
    assert tally.foreign["absorbed"] <= 1


def test_true_differences_are_told(tally: Tally) -> None:
    """One figure of a NIR, a birth date, an amount, a number: told wherever the ink is clear enough to be read."""
    assert sum(tally.different.values()) > LOTS
    assert tally.different["told"] >= 0.95 * sum(tally.different.values())


def test_hardly_a_true_difference_takes_the_lines_value(tally: Tally) -> None:
    """Only where the ink itself leans to the line's value can it be taken for it."""
    assert tally.different["corrected"] <= 0.02 * sum(tally.different.values())


def test_nothing_planted_is_accepted(tally: Tally) -> None:
    """Told or not, it goes to a person, while sound forms read as well are accepted."""
    assert tally.accepted == []
    assert tally.sound["accepted"] > LOTS


def test_sound_forms_keep_their_lines_and_are_not_accused(tally: Tally) -> None:
    """What finds planted differences must not find them everywhere."""
    assert tally.sound["wrong"] == 0
    assert tally.sound["invented"] <= 0.01 * tally.sound["right"]
