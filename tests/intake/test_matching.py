"""Forms and lines: who belongs to whom, when papers are foreign, missing, doubled, unread or truly different."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.likeness import name_likeness, same_person_name
from intake.lot import Lot
from intake.matching import match
from schemas.invoice import Invoice
from tests.intake.papers import (
    ALBA,
    MARIUS,
    NOE,
    STRANGER,
    UNREAD,
    Person,
    act,
    changed,
    concluded,
    form,
    four_forms,
    line_for,
    lot_of,
    read,
    unsure,
)


def pairs(lot: Lot) -> dict[int, int]:
    """Return line of each matched form."""
    return match(lot).line_of


def test_forms_find_their_lines_in_a_shuffled_stack() -> None:
    """Identity decides, not the place."""
    forms = four_forms()
    lines = [line_for(f) for f in forms]

    assert pairs(lot_of([forms[i] for i in (2, 0, 3, 1)], lines)) == {0: 2, 1: 0, 2: 3, 3: 1}


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(4)))
def test_the_order_of_the_lines_changes_no_pair(order: list[int]) -> None:
    """A law: the joint assignment does not depend on how the bordereau is sorted."""
    forms = four_forms()

    assert pairs(lot_of(forms, [line_for(forms[i]) for i in order])) == {i: row for row, i in enumerate(order)}


def test_a_foreign_form_stays_out_even_where_a_line_is_free() -> None:
    """Absorbing another patient's form is the worst outcome of matching."""
    forms = four_forms()
    stack = [*forms[:3], form("000000777", STRANGER, prescriber_rpps="99700999990")]
    outcome = concluded(lot_of(stack, [line_for(f) for f in forms]))

    assert outcome.lot.line_of == {0: 0, 1: 1, 2: 2}
    assert {("unlisted_invoice", 3, "invoice_number"), ("missing_invoice", None, None)} <= outcome.faults


def test_another_invoice_of_the_same_patient_is_no_substitute() -> None:
    """The patient is right, the number and the amount are not: it is another care."""
    forms = four_forms()
    other = form("000000888", ALBA, acts=(act("2024-02-01", fee="6.30", coefficient="2"),))
    outcome = concluded(lot_of([other, *forms[1:]], [line_for(f) for f in forms]))

    assert 0 not in outcome.lot.line_of
    assert "unlisted_invoice" in outcome.codes


@pytest.mark.parametrize(
    ("entry", "value", "field"),
    [
        ("patient_nir", "180057599999179", "insured_nir"),
        ("patient_name", "FICTIVE NOÉMIE", "insured_name"),
        ("patient_birth_date", "1980-05-12", "beneficiary_birth_date"),
        ("total_amount", "15.45", "total_amount"),
    ],
)
def test_a_form_with_one_true_difference_is_matched_and_the_difference_told(entry: str, value: str, field: str) -> None:
    """A true difference is what the intake looks for: matched, not smoothed over."""
    outcome = concluded(changed(lot_of(four_forms()), 1, **{entry: value}))
    told = [d for m in outcome.lot.matches if m.invoice == 1 for d in m.differences]

    assert [(d.field, d.invoice_value) for d in told] == [(field, value)]
    assert ("mismatch", 1, field) in outcome.faults
    assert outcome.decisions[1] == "review"


def test_two_true_differences_do_not_break_the_pair() -> None:
    """Number, name and birth date still say who it is."""
    lot = changed(lot_of(four_forms()), 1, patient_nir="180057599999179", total_amount="99.00")

    assert pairs(lot)[1] == 1


def test_an_unread_field_speaks_neither_for_nor_against() -> None:
    """Ink nobody could read is no difference."""
    lot = changed(lot_of(four_forms()), 2, patient_nir=UNREAD, patient_name=UNREAD)
    outcome = concluded(lot)

    assert outcome.lot.line_of[2] == 2
    assert "mismatch" not in outcome.codes


def test_a_doubtful_difference_accuses_nobody_but_goes_to_a_person() -> None:
    """It may be our misreading: no flag, no acceptance."""
    outcome = concluded(changed(lot_of(four_forms()), 1, patient_name=unsure("FICTIF NOA", 0.7)))

    assert "mismatch" not in outcome.codes
    assert outcome.decisions == ["accepted", "review", "accepted", "accepted"]


def test_a_form_nothing_was_read_of_takes_the_line_left_between_its_neighbours() -> None:
    """The only form left and the only line left belong together, and a person looks anyway."""
    lot = lot_of(four_forms())
    blank = dict.fromkeys(
        ("invoice_number", "patient_name", "patient_nir", "patient_birth_date", "total_amount"), UNREAD
    )
    outcome = concluded(changed(lot, 1, **blank))

    assert outcome.lot.line_of[1] == 1
    assert not outcome.codes & {"unlisted_invoice", "missing_invoice"}
    assert outcome.decisions[1] == "review"


def test_the_later_copy_of_a_form_is_left_out() -> None:
    """Seen twice, paid once; the first keeps its line and its acceptance."""
    forms = four_forms()
    outcome = concluded(lot_of([forms[0], forms[1], forms[1], forms[2], forms[3]], [line_for(f) for f in forms]))

    assert outcome.lot.copies == {2: 1}
    assert outcome.codes == {"duplicate_invoice"}
    assert outcome.decisions == ["accepted", "accepted", "review", "accepted", "accepted"]


def test_a_copy_with_a_corrected_price_is_still_a_copy() -> None:
    """Same number, person, day and code: handing in another amount makes no other invoice."""
    forms = four_forms()
    corrected = form("000000102", NOE, acts=(act(fee="12.90"),))
    outcome = concluded(lot_of([*forms, corrected], [line_for(f) for f in forms]))

    assert outcome.lot.copies == {4: 1}


def test_two_invoices_of_one_patient_keep_their_own_lines() -> None:
    """Same person, same price, other days: only the number tells them apart."""
    first = form("000000101", ALBA)
    second = form("000000102", ALBA, acts=(act("2024-03-06"),))

    assert pairs(lot_of([second, first], [line_for(first), line_for(second)])) == {0: 1, 1: 0}


def test_the_insured_of_the_line_is_compared_with_the_forms_insured() -> None:
    """A child's form names two people; the line names the parent, and the child's birth date."""
    child = form(
        "000000101",
        NOE,
        patient_nir=None,
        insured_name=ALBA.name,
        insured_nir=ALBA.nir,
        patient_birth_date="2018-07-25",
    )
    outcome = concluded(lot_of([child, *four_forms()[2:]]))

    assert outcome.codes == set()
    assert outcome.lot.matches[0].differences == ()


def test_a_nir_without_key_on_the_bordereau_is_no_difference() -> None:
    """Thirteen characters are compared where one paper leaves the key out."""
    forms = four_forms()
    lines = [line_for(f, insured_nir=f.patient_nir.value and f.patient_nir.value[:13]) for f in forms]

    assert concluded(lot_of(forms, lines)).codes == set()


def test_a_misread_number_does_not_steal_the_neighbours_line() -> None:
    """Numbers of a lot follow each other: one slip makes the neighbour's number."""
    lot = changed(lot_of(four_forms()), 0, invoice_number=unsure("000000102", 0.8, _000000101=0.15))

    assert pairs(lot) == {0: 0, 1: 1, 2: 2, 3: 3}


@settings(max_examples=30, deadline=None)
@given(
    noise=st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(["patient_name", "patient_nir", "total_amount"])), max_size=6
    )
)
def test_unread_fields_never_make_a_wrong_pair(noise: list[tuple[int, str]]) -> None:
    """Whatever is unread, a form is its own line's or nobody's."""
    lot = lot_of(four_forms())
    for index, name in noise:
        lot = changed(lot, index, **{name: UNREAD})

    assert all(line == invoice for invoice, line in pairs(lot).items())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("TESTOUNE ALBA", "Alba Testouné"),
        ("Mme TESTOUNE Alba", "TESTOUNE ALBA"),
        ("LE GOFF JEAN-PIERRE", "LEGOFF JEAN PIERRE"),
        ("TESTOUNE ALBA MARIE", "TESTOUNE ALBA"),
        ("TESTOUNE A", "TESTOUNE ALBA"),
        ("TESTOUNE-MODÈLE MARIE-CH", "TESTOUNE-MODÈLE MARIE-CHRISTINE"),
    ],
)
def test_one_name_written_two_ways_is_one_person(one: str, other: str) -> None:
    """Order, accents, titles, hyphens, further first names, initials and cut columns make no other person."""
    assert same_person_name(one, other)
    assert name_likeness(one, other) > 0.7


@pytest.mark.parametrize(
    ("one", "other"), [("MARTIN LÉA", "MARTEL LÉA"), ("MARTIN LÉA", "MARTIN"), ("MARTIN LÉA", "MARTIN LÉO")]
)
def test_a_letter_makes_another_person(one: str, other: str) -> None:
    """With both readings sure, the papers disagree; a family name alone names nobody."""
    assert not same_person_name(one, other)


def test_weights_need_no_complete_papers() -> None:
    """A form of which only the number was read is still the line's."""
    bare = Invoice(pages=(1,), invoice_number=read("000000103"))
    lot = lot_of([bare], [line_for(f) for f in four_forms()], prescriptions=())

    assert pairs(lot) == {0: 2}


def test_a_person_of_another_number_and_name_is_never_absorbed() -> None:
    """Three of five entries differ for sure: no pair, whatever else agrees."""
    lot = changed(
        lot_of(four_forms()), 2, patient_name=STRANGER.name, patient_nir=STRANGER.nir, invoice_number="000000900"
    )

    assert 2 not in pairs(lot)


def test_people_are_told_apart_by_more_than_the_family_name() -> None:
    """Brothers bill under one name; the test people must not be brothers by accident."""
    assert name_likeness(MARIUS.name, Person("ESSAI JULES", "", "").name) < 0.9
