"""Two inks inside one entry, as an information to the clerk."""

import pytest

from intake.controls.inks import different_ink
from intake.ink_names import ink_name
from intake.lot import Lot
from intake.shapes import invoice_in_shape
from intake.sheets import join_sheets
from schemas.field import Field
from schemas.flag import Flag, Severity
from schemas.geometry import Box
from schemas.invoice import ACT_CELLS, Act, Invoice
from schemas.mark import Mark, MarkKind, Stamp, TwoInks

BOX = Box(0.1, 0.2, 0.1, 0.02)


def inks(field: str = "prescription_date", score: float = 0.9) -> TwoInks:
    return TwoInks(page=0, box=BOX, score=score, field=field, colours=("#26262a", "#1c2a78"))


def told(invoice: Invoice) -> list[Flag]:
    return [found for found in different_ink(Lot(invoices=(invoice,))) if isinstance(found, Flag)]


def test_a_date_in_two_inks_is_told_with_both_colours() -> None:
    """Nobody has to act: two pens are no erasure."""
    (flag,) = told(Invoice(pages=(0,), two_inks=(inks(),)))

    assert flag.code == "different_ink"
    assert flag.severity is Severity.INFO
    assert (flag.field, flag.page, flag.box) == ("prescription_date", 0, BOX)
    assert flag.message == "deux encres dans une même rubrique (noire et bleue)"


def test_a_doubtful_second_ink_is_not_told() -> None:
    """It is shown in the gallery only."""
    assert told(Invoice(pages=(0,), two_inks=(inks(score=0.45),))) == []


def test_an_erased_entry_is_told_by_its_erasure_alone() -> None:
    """A correction is often in another ink."""
    mark = Mark(kind=MarkKind.OVERWRITE, page=0, box=BOX, score=0.9, field="prescription_date")

    assert told(Invoice(pages=(0,), two_inks=(inks(),), marks=(mark,))) == []


def test_inks_follow_their_row_when_sheets_are_joined() -> None:
    """Rows are numbered over the whole invoice, and stamps stay on their sheet."""
    stamp = Stamp(page=1, box=BOX, score=0.9)
    first = Invoice(pages=(0,), acts=(Act(), Act()))
    second = Invoice(pages=(1,), acts=(Act(),), two_inks=(inks("acts.0.fee"),), stamps=(stamp,))
    joined = join_sheets(first, second)

    assert [one.field for one in joined.two_inks] == ["acts.2.fee"]
    assert joined.stamps == (stamp,)


def test_inks_of_a_row_that_is_none_go_with_it() -> None:
    """A streak read as a row is no act."""
    empty = {name: Field[str](confidence=0.99) for name in ACT_CELLS}
    streak = Act(**{**empty, "coefficient": Field[str](value="1", confidence=0.5, page=0)})
    invoice = Invoice(pages=(0,), acts=(streak,), two_inks=(inks("acts.0.coefficient"),))

    assert invoice_in_shape(invoice).two_inks == ()


@pytest.mark.parametrize(
    ("colour", "name"),
    [("#26262a", "noire"), ("#1c2a78", "bleue"), ("#801e2d", "rouge"), ("#5a2878", "violette"), ("#1e6e3c", "verte")],
)
def test_an_ink_has_a_name(colour: str, name: str) -> None:
    """A clerk says blue."""
    assert ink_name(colour) == name
