"""Accepted or asked: the least certain entries first, as few as keep the budget."""

from hypothesis import given
from hypothesis import strategies as st

from intake.calibration.acceptance import LEAST_SURE, Acceptance, acceptance, budget
from intake.calibration.curves import Calibration, Point
from intake.calibration.fitting import fit
from tests.intake.calibration.true_lots import cases

SURE = [("fee", 0.9999)] * 50


def with_points(*points: Point) -> Calibration:
    made = fit(cases("form/nir", 100, raw=0.99), date="", command="", lots=1, one_entry=20.0)
    return made.model_copy(update={"points": points})


def point(limit: float, *, expected: float, at_most: float) -> Point:
    return Point(
        limit=limit,
        clean_accepted=1,
        clean=2,
        fields=9000,
        wrong=0,
        invoices_wrong=0,
        expected=expected,
        at_most=at_most,
    )


def test_sure_entries_need_no_person() -> None:
    """Nothing is asked where the budget holds."""
    assert Acceptance(floor=0.97, limit=0.001).doubtful(SURE) == []


def test_one_doubtful_entry_is_asked_and_only_that_one() -> None:
    """A person settles what breaks the budget; the rest of the invoice is none of their business."""
    assert Acceptance(floor=0.97, limit=0.001).doubtful([*SURE, ("date", 0.6)]) == ["date"]


def test_small_doubts_add_up() -> None:
    """Each above the floor, together above the budget: the least certain are asked until the others keep it."""
    entries = [*SURE, ("first", 0.98), ("second", 0.975), ("third", 0.985), ("fourth", 0.972)]

    assert Acceptance(floor=0.97, limit=0.001).doubtful(entries) == ["fourth", "second"]


@given(
    sure=st.lists(st.floats(0.0, 1.0), max_size=40),
    floor=st.floats(0.5, 1.0),
    limit=st.floats(0.0, 0.1),
)
def test_what_is_left_unasked_keeps_floor_and_budget(sure: list[float], floor: float, limit: float) -> None:
    """The promise of an accepted invoice, whatever its entries."""
    rule = Acceptance(floor, limit)
    asked = set(rule.doubtful([(str(k), p) for k, p in enumerate(sure)]))
    left = [p for k, p in enumerate(sure) if str(k) not in asked]

    assert all(p >= floor for p in left)
    assert sum(1.0 - p for p in left) <= limit * len(sure) + 1e-9


def test_the_widest_rule_shown_to_keep_the_setting_is_taken() -> None:
    """Wider ones broke it, by what was seen or by what is to be feared."""
    made = with_points(
        point(0.0001, expected=0.00001, at_most=0.01),
        point(0.001, expected=0.0002, at_most=0.0008),
        point(0.002, expected=0.0004, at_most=0.0009),
        point(0.003, expected=0.0006, at_most=0.0009),
        point(0.005, expected=0.0004, at_most=0.0011),
    )

    assert acceptance(made, accepted_error=0.001, reserve=2.0) == budget(0.002, one_entry=20.0)
    assert acceptance(made, accepted_error=0.001, reserve=1.0) == budget(0.003, one_entry=20.0)


def test_where_nothing_was_shown_the_narrowest_rule_holds() -> None:
    """Too few lots open no door."""
    made = with_points(point(0.00001, expected=0.0, at_most=1.0), point(0.1, expected=0.0, at_most=0.5))

    assert acceptance(made, accepted_error=0.001, reserve=2.0).limit == 0.00001


def test_a_doubtful_entry_always_goes_to_a_person() -> None:
    """However much error one is ready to bear, one in ten is a question."""
    assert budget(0.07, one_entry=20.0).floor == LEAST_SURE == 0.9
