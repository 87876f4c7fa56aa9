"""Rows of the acts table that may be misread accuse no paper; a person looks instead."""

from intake.controls.amounts import total_mismatch
from intake.lot import Lot
from schemas.batch import NotChecked
from schemas.flag import Flag
from tests.intake.papers import EMPTY, act, changed, concluded, form, four_forms, lot_of, unsure


def test_a_row_of_which_nothing_was_surely_read_misses_no_entry() -> None:
    """A fold through the table reads as rows without a date; a person is sent there by the doubt itself."""
    fold = act(None, code=unsure("EE", 0.85), coefficient=unsure("1", 0.5), fee=EMPTY, travel_flat=EMPTY)  # type: ignore[arg-type]
    outcome = concluded(changed(lot_of(four_forms()), 0, acts=(act(), fold)))

    assert "missing_field" not in outcome.codes
    assert outcome.decisions[0] == "review"


def test_rows_that_add_up_but_for_a_figure_the_ink_leaves_open_accuse_nobody() -> None:
    """A first figure lost in the box's border made a sum wrong by ten euros; without a flag the control did not run."""
    said = form(acts=(act(), act("2024-03-05")))
    doubtful = (act(fee=unsure("2.60", 0.96, _12_60=0.02)), act("2024-03-05"))  # type: ignore[arg-type]
    clear = (act(fee="2.60"), act("2024-03-05"))

    for acts, found in ((doubtful, NotChecked), (clear, Flag)):
        [finding] = total_mismatch(Lot(invoices=(said.model_copy(update={"acts": acts}),)))
        assert isinstance(finding, found)
