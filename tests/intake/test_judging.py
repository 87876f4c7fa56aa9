"""A fault of the program on one lot loses nothing that was read, and accepts nothing."""

from collections.abc import Iterator

import pytest

from extractors.reading import PageReading
from intake import judging
from intake.calibration.curves import NONE
from intake.controls import registry
from intake.controls.control import Control
from intake.failures import NOT_CONCLUDED
from intake.lot import Lot, Thresholds
from intake.pipeline import Reading, ReadLot, conclude
from intake.settings import Settings
from schemas.flag import Flag, Severity
from schemas.page import PageKind
from tests.intake.papers import ALBA, NOE, form, prescription_for
from tests.intake.test_grouping import bordereau_sheet, form_sheet, sheet

NUMBERS = ("000000101", "000000102")


def stack() -> tuple[PageReading, ...]:
    """Return a lot of two invoices, nothing wrong with it."""
    alba, noe = form(NUMBERS[0], ALBA), form(NUMBERS[1], NOE)
    return (
        bordereau_sheet(0, alba, noe),
        form_sheet(1, NUMBERS[0], ALBA),
        sheet(2, PageKind.PRESCRIPTION, prescription=prescription_for(alba, 2)),
        form_sheet(3, NUMBERS[1], NOE),
        sheet(4, PageKind.PRESCRIPTION, prescription=prescription_for(noe, 4)),
    )


def concluded(pages: tuple[PageReading, ...]) -> list[ReadLot]:
    return conclude(Reading((), (), pages), Settings(thresholds=Thresholds(calibration=NONE)))


def fails(*_: object, **__: object) -> Lot:
    """Fail as a fault of the logic would, with a name in the error's text."""
    raise ZeroDivisionError("Madame Secret")


def test_a_lot_without_fault_is_accepted() -> None:
    """What the next tests break is sound as it stands."""
    [lot] = concluded(stack())

    assert lot.batch.decision.value == "accepted"
    assert not [f for f in lot.batch.flags if f.code == NOT_CONCLUDED]


@pytest.mark.parametrize("step", ["group", "match", "resolve", "calibrated", "run_controls", "decide"])
def test_a_step_that_fails_keeps_every_page_and_field_and_accepts_nothing(
    step: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The lot goes to a person with all that was read; the log names the error, never the text it carries."""
    monkeypatch.setattr(judging, step, fails)

    [lot] = concluded(stack())

    batch = lot.batch
    assert [page.index for page in batch.pages] == [0, 1, 2, 3, 4]
    assert [i.invoice_number.value for i in batch.invoices] == list(NUMBERS)
    assert [len(batch.prescriptions), len(batch.bordereau.lines if batch.bordereau else ())] == [2, 2]
    assert {i.decision.value for i in batch.invoices} | {batch.decision.value} == {"review"}
    assert (NOT_CONCLUDED, Severity.CHECK) in {(f.code, f.severity) for f in batch.flags}
    said = "".join(capfd.readouterr())
    assert "ZeroDivisionError" in said
    assert NOT_CONCLUDED in said
    assert "Secret" not in said


def test_a_stack_that_cannot_be_cut_into_lots_is_one_lot_for_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two lots taken for one would be judged by the wrong bordereau."""
    monkeypatch.setattr(judging, "split_lots", fails)

    [lot] = concluded(stack())

    assert len(lot.batch.invoices) == len(NUMBERS)
    assert lot.batch.decision.value == "review"


def test_a_control_that_fails_leaves_the_others_running(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing passes where a control did not run to its end, and what the others find is still told."""
    failing = Control("broken", Severity.CHECK, "Contrôle en panne", "test", _broken)
    monkeypatch.setattr(registry, "CONTROLS", (failing, *registry.CONTROLS))
    pages = stack()
    unsigned = form_sheet(3, NUMBERS[1], NOE, provider_signature=False)

    [lot] = concluded((*pages[:3], unsigned, pages[4]))

    codes = {(f.code, f.invoice) for f in lot.batch.flags}
    assert {(NOT_CONCLUDED, 0), (NOT_CONCLUDED, 1), ("missing_provider_signature", 1)} <= codes
    assert {i.decision.value for i in lot.batch.invoices} == {"review"}


def _broken(lot: Lot) -> Iterator[Flag]:
    del lot
    yield from ()
    raise KeyError("Monsieur Secret")
