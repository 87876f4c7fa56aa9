"""The rows of a form, weighed together: tariffs settle what the ink leaves open, a series repeats its act."""

import pytest

from intake.lot import Lot
from intake.rows import settled_rows
from schemas.invoice import Act
from tests.intake.papers import act, unsure

LOT = Lot()


def fees(acts: list[Act]) -> list[str | None]:
    """Return the fee of each row, once settled."""
    return [row.fee.value for row in settled_rows(LOT, acts)]


def test_the_tariff_settles_a_flat_travel_fee() -> None:
    """2,75 is a fee of that day, 2,95 never was one."""
    row = act().model_copy(update={"travel_flat": unsure("2.95", 0.80, _2_75=0.18)})

    flat = settled_rows(LOT, [row])[0].travel_flat

    assert flat.value == "2.75"
    assert flat.blind is not None
    assert flat.blind.value == "2.95"


def test_sure_ink_keeps_a_fee_no_tariff_knows() -> None:
    """A wrong price is the paper's fault, and must stay to be seen."""
    row = act().model_copy(update={"travel_flat": unsure("2.95", 0.985, _2_75=0.015)})

    assert settled_rows(LOT, [row])[0].travel_flat == row.travel_flat


def test_a_row_borrows_what_the_others_of_its_series_say() -> None:
    """A doubtful code between two clear ones is one of a series."""
    clear = act(code="AMI")
    doubtful = clear.model_copy(update={"code": unsure("AMX", 0.55, AMI=0.44)})

    assert settled_rows(LOT, [clear, doubtful, clear])[1].code.value == "AMI"


def test_an_act_of_its_own_is_not_smoothed_over() -> None:
    """Clear ink that differs from the series stays: not every row repeats."""
    own = act(code="AMI", coefficient="1", fee="3.15")

    settled = settled_rows(LOT, [act(), own, act(), act()])

    assert (settled[1].coefficient.value, settled[1].fee.value) == ("1", "3.15")


@pytest.mark.parametrize("coefficient", ["13.5", "43.5"])
def test_coefficient_and_fee_settle_each_other(coefficient: str) -> None:
    """AMI 13,5 makes 42,53, and no other coefficient that the ink may bear does."""
    other = "43.5" if coefficient == "13.5" else "13.5"
    price = {"13.5": "42.53", "43.5": "137.03"}[coefficient]
    row = act(coefficient=coefficient, fee=price).model_copy(
        update={"coefficient": unsure(other, 0.80, **{"_" + coefficient.replace(".", "_"): 0.15})}
    )

    settled = settled_rows(LOT, [row])[0]

    assert settled.coefficient.value == coefficient
    assert settled.coefficient.confidence > 0.9


def test_slips_of_one_hand_do_not_make_each_other_certain() -> None:
    """Five rows of one writer that look alike may all be misread alike."""
    alike = [act(code="XX", fee="6.58").model_copy(update={"fee": unsure("6.58", 0.80, _16_58=0.10)})] * 5

    assert all(row.fee.confidence < 0.99 for row in settled_rows(LOT, alike))


def test_a_form_without_acts_has_no_rows() -> None:
    """Nothing to weigh."""
    assert fees([]) == []
