"""Prescriptions and attachments find their invoices by what they say, then by where they lie."""

from dataclasses import replace

from intake.lot import Lot
from intake.matching import match
from schemas.page import PageKind
from schemas.prescription import Attachment
from tests.intake.papers import (
    ALBA,
    NOE,
    STRANGER,
    UNREAD,
    act,
    attachment_for,
    concluded,
    form,
    four_forms,
    line_for,
    lot_of,
    prescription_for,
    read,
)


def owners(lot: Lot) -> list[tuple[int, ...]]:
    """Return the invoices of each prescription."""
    return [p.invoices for p in match(lot).prescriptions]


def test_prescriptions_find_their_patients_in_any_order() -> None:
    """Stacked apart and shuffled: the name and date decide."""
    lot = lot_of(four_forms())

    assert owners(replace(lot, prescriptions=lot.prescriptions[::-1])) == [(3,), (2,), (1,), (0,)]


def test_one_prescription_serves_several_invoices_of_the_same_patient() -> None:
    """A long treatment is billed in parts, prescribed once."""
    forms = [form("000000101", ALBA), form("000000102", ALBA, acts=(act("2024-03-08"),)), *four_forms()[2:]]
    lot = lot_of(forms)
    shared = replace(lot, prescriptions=(lot.prescriptions[0], *lot.prescriptions[2:]))

    assert owners(shared) == [(0, 1), (2,), (3,)]
    assert match(shared).prescriptions[0].invoice == 0
    assert concluded(shared).codes == set()


def test_two_prescriptions_of_one_patient_go_by_their_dates() -> None:
    """Each invoice names the day of its own."""
    second = form("000000102", ALBA, acts=(act("2024-03-20"),), prescription_date="2024-03-18")
    lot = lot_of([form("000000101", ALBA), second])

    assert owners(replace(lot, prescriptions=lot.prescriptions[::-1])) == [(1,), (0,)]


def test_a_strangers_prescription_is_tied_to_nobody() -> None:
    """Same doctor, other patient, other day: a missing prescription stays missing."""
    lot = lot_of(four_forms())
    foreign = prescription_for(lot.invoices[0], 2, patient_name=STRANGER.name, date="2024-01-15")
    outcome = concluded(replace(lot, prescriptions=(foreign, *lot.prescriptions[1:])))

    assert outcome.lot.prescriptions[0].invoices == ()
    assert outcome.faults == {("missing_prescription", 0, None)}
    assert outcome.notes == {"orphan_piece"}


def test_an_unread_prescription_behind_its_form_is_its_forms() -> None:
    """Where every piece lies behind its form, the place speaks for the one that does not."""
    lot = lot_of(four_forms())
    unread = dict.fromkeys(("patient_name", "date", "prescriber_rpps", "prescriber_name"), UNREAD)
    behind_the_third = prescription_for(lot.invoices[2], 6, **unread)

    assert owners(replace(lot, prescriptions=(lot.prescriptions[0], behind_the_third, lot.prescriptions[3])))[1] == (2,)


def test_a_child_s_prescription_finds_the_parents_line_where_no_form_travels() -> None:
    """The line names the insured: the family name and the day's order must do."""
    forms = four_forms()
    lot = lot_of(forms, invoices=())
    child = prescription_for(forms[1], 4, patient_name="FICTIF ZOÉ")
    tied = match(replace(lot, prescriptions=(lot.prescriptions[0], child, *lot.prescriptions[2:])))

    assert [p.line for p in tied.prescriptions] == [0, 1, 2, 3]


def test_a_prescription_left_between_its_neighbours_is_tied_but_not_accepted() -> None:
    """Another family name: the place tells whose it is, a person confirms."""
    forms = four_forms()
    lot = lot_of(forms, invoices=())
    other = prescription_for(forms[1], 4, patient_name="AUTRE ZOÉ", date="2024-01-02")
    outcome = concluded(replace(lot, prescriptions=(lot.prescriptions[0], other, *lot.prescriptions[2:])))

    assert outcome.lot.prescriptions[1].line == 1
    assert [line.decision.value for line in outcome.lot.lines] == ["accepted", "review", "accepted", "accepted"]


def test_the_one_unread_prescription_takes_the_one_invoice_left_but_is_not_accepted() -> None:
    """Stacked apart, nothing read of it, one invoice without: surely its own, and a person confirms."""
    lot = lot_of(four_forms())
    unread = dict.fromkeys(("patient_name", "date", "prescriber_rpps", "prescriber_name"), UNREAD)
    apart = [p.model_copy(update={"pages": (20 + n,)}) for n, p in enumerate(lot.prescriptions)]
    apart[2] = prescription_for(lot.invoices[2], 22, **unread)
    outcome = concluded(replace(lot, prescriptions=tuple(apart)))

    assert outcome.lot.prescriptions[2].invoices == (2,)
    assert outcome.codes == set()
    assert outcome.decisions == ["accepted", "accepted", "review", "accepted"]


def test_certificates_go_by_nir_then_name() -> None:
    """A certificate names the insured, often without a birth date."""
    lot = lot_of(four_forms())
    by_nir = Attachment(pages=(20,), kind=PageKind.RIGHTS_CERTIFICATE, nir=read(NOE.nir[:13]))
    by_name = attachment_for(lot.invoices[3], 21).model_copy(update={"nir": UNREAD})
    tied = match(replace(lot, attachments=(by_nir, by_name)))

    assert [a.invoice for a in tied.attachments] == [1, 3]


def test_two_pieces_of_different_kinds_may_share_an_invoice() -> None:
    """A care plan and a certificate of the same patient."""
    lot = lot_of(four_forms())
    plan = attachment_for(lot.invoices[2], 20, PageKind.CARE_PLAN)
    certificate = attachment_for(lot.invoices[2], 21)

    assert [a.invoice for a in match(replace(lot, attachments=(plan, certificate))).attachments] == [2, 2]


def test_a_missing_forms_prescription_is_tied_to_its_line() -> None:
    """The form is lost, its prescription is not: it must not be given to a neighbour."""
    forms = four_forms()
    lot = lot_of(forms[:3], [line_for(f) for f in forms])
    left = prescription_for(forms[3], 9)
    outcome = concluded(replace(lot, prescriptions=(*lot.prescriptions, left)))

    assert (outcome.lot.prescriptions[3].invoice, outcome.lot.prescriptions[3].line) == (None, 3)
    assert outcome.codes == {"missing_invoice"}
