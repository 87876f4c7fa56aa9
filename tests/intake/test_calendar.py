"""Dates that follow each other: surer together, never invented, never made right against sure ink."""

import pytest

from intake.calendar import dated
from intake.common import CommonValue
from schemas.field import Alternative, Field
from schemas.invoice import Invoice
from tests.intake.papers import EMPTY, UNREAD, act, form, read


def offered(*values: tuple[str, float]) -> Field[str]:
    """Return ink that offers several dates, the first as its reading."""
    (best, confidence), *others = values
    alternatives = tuple(Alternative(value=v, probability=p) for v, p in others)
    return Field(value=best, confidence=confidence, alternatives=alternatives)


def series(*days: Field[str] | str) -> Invoice:
    """Return a form prescribed on 1 March, dated 10 March, with one act a date."""
    rows = [act().model_copy(update={"date": d if isinstance(d, Field) else read(d, 0.97)}) for d in days]
    return form(acts=rows)


def test_a_series_makes_its_days_sure() -> None:
    """Each day follows the one above: none is trusted alone."""
    doubtful = offered(("2024-03-05", 0.7), ("2024-08-05", 0.1))
    found = dated(series("2024-03-04", doubtful, "2024-03-06"))

    assert found.acts[1].date.value == "2024-03-05"
    assert found.acts[1].date.confidence > 0.98
    assert found.acts[1].date.blind is not None


def test_a_month_out_of_the_series_gives_way_to_the_one_inside() -> None:
    """A 3 read as an 8: the ink held both possible, the neighbours decide."""
    misread = offered(("2024-08-05", 0.6), ("2024-03-05", 0.3))

    assert dated(series("2024-03-04", misread, "2024-03-06")).acts[1].date.value == "2024-03-05"


def test_a_sure_date_out_of_the_series_stays() -> None:
    """Care before its prescription is a fault of the paper, and must stay visible."""
    form_with_fault = series("2024-02-20", "2024-03-05")

    assert dated(form_with_fault).acts[0].date == form_with_fault.acts[0].date


@pytest.mark.parametrize("entry", [EMPTY, UNREAD])
def test_a_date_the_ink_never_offered_is_not_taken(entry: Field[str]) -> None:
    """4 and 6 March do not put 5 March on the paper."""
    assert dated(series("2024-03-04", entry, "2024-03-06")).acts[1].date == entry


def test_a_form_without_acts_is_left_alone() -> None:
    """Nothing follows anything."""
    bare = form(acts=())

    assert dated(bare) == bare


def test_a_plausible_slip_is_not_made_certain() -> None:
    """5 or 6 March, then the 7th: the calendar cannot tell, so neither do we."""
    slip = offered(("2024-03-06", 0.5), ("2024-03-05", 0.4))

    assert dated(series("2024-03-04", slip, "2024-03-07")).acts[1].date.confidence < 0.9


def test_many_doubtful_inks_that_offer_one_value_tell_it() -> None:
    """Thirteen forms that each may say 016410000 do say it."""
    doubtful = Field[str](alternatives=(Alternative(value="016410000", probability=0.1),))
    told = CommonValue([doubtful] * 13).told_by_others(0)

    assert told is not None
    assert told.value == "016410000"
    assert told.confidence > 0.99


def test_two_values_that_rival_each_other_tell_nothing() -> None:
    """Half the forms a locum's: no number is the lot's."""
    one, two = read("996000014"), read("997000021")

    assert CommonValue([one, one, two, two, one, two]).told_by_others(0) is None


def test_a_paper_is_not_its_own_witness() -> None:
    """One other form is not enough, its own reading does not count."""
    assert CommonValue([read("996000014"), read("996000014")]).told_by_others(0) is None
