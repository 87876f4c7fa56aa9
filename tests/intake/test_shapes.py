"""What readers bring is put into the contract's shape before anything reckons with it."""

import pytest

from intake.shapes import invoice_in_shape
from schemas.field import Field
from schemas.invoice import Act
from schemas.mark import Mark, MarkKind
from tests.intake.papers import BOX, EMPTY, NOE, UNREAD, act, concluded, form, four_forms, line_for, lot_of, unsure


def row(**cells: Field[str]) -> Act:
    """Return a row with these cells, the others empty on the paper."""
    return Act(**{name: cells.get(name, EMPTY) for name in Act.model_fields})


@pytest.mark.parametrize(
    "streak",
    [row(date=UNREAD), row(coefficient=unsure("1", 0.93)), row(travel_km_amount=unsure("1.00", 0.5)), row()],
)
def test_a_scanners_streak_through_a_column_makes_no_acts(streak: Act) -> None:
    """Every row it crosses looked like an act without code and fee: 91 false accusations on four sheets."""
    sheet = form(acts=(act(), streak, streak))

    assert len(invoice_in_shape(sheet).acts) == 1


@pytest.mark.parametrize(
    "half",
    [row(fee=unsure("12.60", 0.5)), row(code=UNREAD), row(date=UNREAD, travel_flat=UNREAD), act(coefficient=None)],
)
def test_a_row_that_may_be_an_act_stays(half: Act) -> None:
    """An act whose entries are missing or unreadable is the control's business, not the reader's."""
    assert len(invoice_in_shape(form(acts=(act(), half))).acts) == 2


def test_an_erasure_stays_on_its_act_when_a_row_above_goes() -> None:
    """Flags name the row: counted anew, they must still name the same one."""
    marks = tuple(
        Mark(kind=MarkKind.STRIKE, page=1, box=BOX, score=0.9, field=field)
        for field in ("acts.0.date", "acts.1.fee", "patient_name")
    )
    sheet = form(acts=(row(date=UNREAD), act()), marks=marks)

    assert [mark.field for mark in invoice_in_shape(sheet).marks] == ["acts.0.fee", "patient_name"]


def test_a_doubtful_name_over_an_empty_number_names_no_other_insured() -> None:
    """Print of the form read into the insured's line is no insured: a person looks, the paper is not accused."""
    forms = four_forms()
    lines = [line_for(sheet) for sheet in forms]
    forms[1] = form("000000102", NOE, insured_name=unsure("L'ASSURÉ(E)", 0.4), insured_nir=EMPTY)
    outcome = concluded(lot_of(forms, lines))

    assert not [f for f in outcome.faults if f[0] == "missing_field"]
    assert outcome.decisions[1] == "review"


def test_an_insured_named_without_number_is_told() -> None:
    """The counterpart: the name is read well, the number is missing."""
    forms = four_forms()
    forms[1] = form("000000102", NOE, insured_name="AUTRE JEANNE", insured_nir=EMPTY)
    outcome = concluded(lot_of(forms))

    assert ("missing_field", 1, "insured_nir") in outcome.faults


@pytest.mark.parametrize(("field", "decision"), [("organisme_code", "review"), ("insured_address", "accepted")])
def test_a_doubtful_erasure_counts_where_it_pays_or_identifies(field: str, decision: str) -> None:
    """Too weak to be told, it still sends the form to a person; on an address it keeps nobody waiting."""
    mark = Mark(kind=MarkKind.OVERWRITE, page=1, box=BOX, score=0.45, field=field)
    forms = four_forms()
    forms[0] = form("000000101", marks=(mark,))
    outcome = concluded(lot_of(forms))

    assert "erasure" not in outcome.codes
    assert outcome.decisions[0] == decision
