"""Order: the fewest moves that restore the stack, and nobody accused who is innocent."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.controls import run_controls
from intake.lot import Lot
from intake.matching import match
from intake.order import displaced, longest_ascending
from schemas.page import PageKind
from tests.intake.papers import (
    EMPTY,
    STRANGER,
    attachment_for,
    form,
    four_forms,
    line_for,
    lot_of,
    prescription_for,
)


def accused(lot: Lot) -> set[tuple[int | None, str | None]]:
    """Return invoice and kind of every order fault."""
    flags, _ = run_controls(match(lot))
    return {(f.invoice, f.kind) for f in flags if f.code == "out_of_order"}


@pytest.mark.parametrize(
    ("stack", "wrong"),
    [
        ([], []),
        ([7], []),
        ([1, 2, 5, 9], []),
        ([1, 2, 4, 3, 5], [2, 3]),  # two neighbours exchanged
        ([1, 5, 3, 4, 2, 6], [1, 4]),  # two far apart exchanged
        ([1, 6, 2, 3, 4, 5], [1]),  # one put too early
        ([1, 3, 4, 5, 6, 2], [5]),  # one put too late
        ([2, 1, 3, 4, 6, 5], [0, 1, 4, 5]),  # two exchanges
    ],
)
def test_the_pieces_a_clerk_would_move_are_accused(stack: list[int], wrong: list[int]) -> None:
    """The figures are ranks on the bordereau in the order of the stack."""
    assert displaced(stack) == wrong


@given(st.sets(st.integers(0, 500)))
def test_an_ascending_stack_is_never_accused(ranks: set[int]) -> None:
    """Gaps are missing or unread pieces, which is another control's business."""
    assert displaced(sorted(ranks)) == []


@given(st.permutations(range(7)))
def test_taking_the_accused_out_leaves_the_stack_in_order(stack: list[int]) -> None:
    """Whatever the disorder, those left must need no move."""
    wrong = set(displaced(stack))
    left = [rank for place, rank in enumerate(stack) if place not in wrong]

    assert left == sorted(left)


@given(st.permutations(range(7)))
def test_the_longest_ascending_run_is_the_longest(stack: list[int]) -> None:
    """The slow, obvious search over all subsets judges the fast one."""
    longest = max(size for size in range(8) for kept in combinations(stack, size) if list(kept) == sorted(kept))

    assert len(longest_ascending(stack)) == longest


@given(size=st.integers(2, 40), data=st.data())
def test_one_exchange_accuses_exactly_both(size: int, data: st.DataObject) -> None:
    """The contract: two exchanged pieces are both flagged."""
    one, two = sorted(data.draw(st.lists(st.integers(0, size - 1), min_size=2, max_size=2, unique=True)))
    stack = list(range(size))
    stack[one], stack[two] = stack[two], stack[one]

    assert displaced(stack) == [one, two]


@given(size=st.integers(3, 40), data=st.data())
def test_one_piece_moved_far_accuses_it_alone(size: int, data: st.DataObject) -> None:
    """A piece two places or more away is one move, not a disorder of all those between."""
    start = data.draw(st.integers(0, size - 1))
    end = data.draw(st.integers(0, size - 1).filter(lambda place: abs(place - start) > 1))
    stack = [rank for rank in range(size) if rank != start]
    stack.insert(end, start)

    assert displaced(stack) == [end]


def test_a_lot_in_order_is_not_accused() -> None:
    """The usual lot."""
    assert accused(lot_of(four_forms())) == set()


def test_two_exchanged_forms_are_both_accused_once() -> None:
    """Their prescriptions moved with them: the clerk moves two invoices, not four papers."""
    forms = four_forms()
    lines = [line_for(f) for f in forms]
    stack = [forms[0], forms[2], forms[1], forms[3]]

    assert accused(lot_of(stack, lines)) == {(1, "forms_shuffled"), (2, "forms_shuffled")}


def test_exchanged_prescriptions_are_accused_although_the_forms_are_in_order() -> None:
    """Order holds within each kind of piece."""
    lot = lot_of(four_forms())
    one, two = prescription_for(lot.invoices[1], 6), prescription_for(lot.invoices[2], 4)
    exchanged = replace(lot, prescriptions=(lot.prescriptions[0], two, one, lot.prescriptions[3]))

    assert accused(exchanged) == {(1, "prescriptions_shuffled"), (2, "prescriptions_shuffled")}


def test_exchanged_certificates_are_accused() -> None:
    """Attachments stacked apart must follow the bordereau too."""
    lot = lot_of(four_forms())
    pieces = tuple(attachment_for(lot.invoices[i], 20 + place) for place, i in enumerate((1, 0, 2)))

    assert accused(replace(lot, attachments=pieces)) == {(0, "attachments_shuffled"), (1, "attachments_shuffled")}


def test_care_plans_among_prescriptions_and_certificates_at_the_end_are_in_order() -> None:
    """Each kind is looked at alone: a certificate behind everything breaks nothing."""
    lot = lot_of(four_forms())
    plan = attachment_for(lot.invoices[3], 30, PageKind.CARE_PLAN)
    certificate = attachment_for(lot.invoices[0], 31)

    assert accused(replace(lot, attachments=(plan, certificate))) == set()


def test_lines_that_descend_are_accused_and_their_forms_not_again() -> None:
    """The forms ascend: the bordereau is what the software printed wrong."""
    forms = four_forms()
    lines = [line_for(forms[i]) for i in (0, 2, 1, 3)]

    assert accused(lot_of(forms, lines)) == {(2, "lines_shuffled"), (1, "lines_shuffled")}


def test_without_a_bordereau_the_numbers_must_ascend() -> None:
    """Seed 000: pieces in increasing order of invoices."""
    forms = four_forms()
    lot = lot_of([forms[1], forms[0], forms[2], forms[3]], bordereau=None)

    assert accused(lot) == {(0, "forms_shuffled"), (1, "forms_shuffled")}


def test_missing_unlisted_unread_and_repeated_pieces_break_no_order() -> None:
    """A clean stack with everything that may stand in it is still in order."""
    forms = four_forms()
    foreign = form("000000999", STRANGER)
    stack = [forms[0], foreign, forms[1], forms[1], forms[3]]
    lot = lot_of(stack, [line_for(f) for f in forms])
    blank = lot.invoices[4].model_copy(update={"invoice_number": EMPTY})

    assert accused(replace(lot, invoices=(*lot.invoices[:4], blank))) == set()


def test_a_misread_line_number_accuses_nobody() -> None:
    """The form bears another number than the line: one of the two is misread, not the stack in disorder."""
    forms = four_forms()
    lines = [line_for(f) for f in forms]
    lines[1] = line_for(forms[1], invoice_number="000000902")

    assert accused(lot_of(forms, lines)) == set()
