"""The pieces each flow needs: missing, held from an earlier lot, or unread."""

from dataclasses import replace

from intake.lot import HeldPiece
from schemas.batch import Flow
from schemas.page import PageKind
from tests.intake.papers import (
    ALBA,
    UNREAD,
    attachment_for,
    changed,
    concluded,
    four_forms,
    line_for,
    lot_of,
    prescription_for,
)


def test_a_missing_prescription_is_blocking_unless_held() -> None:
    """Held from an earlier lot it is only noted, with the lot it came in."""
    lot = lot_of(four_forms())
    lot = replace(lot, prescriptions=lot.prescriptions[1:])
    held = HeldPiece("missing_prescription", ALBA.nir, "lot 009", "2024-03-01")

    assert concluded(lot).faults == {("missing_prescription", 0, None)}
    assert concluded(replace(lot, held_pieces=(held,))).notes == {"missing_prescription"}
    assert concluded(replace(lot, held_pieces=(held,))).decisions[0] == "accepted"


def test_a_prescription_of_unknown_patient_stops_the_accusation_and_the_acceptance() -> None:
    """It may be the missing one: somebody must look before anyone is accused."""
    lot = lot_of(four_forms())
    unread = dict.fromkeys(("patient_name", "date", "prescriber_rpps", "prescriber_name"), UNREAD)
    stray = prescription_for(lot.invoices[0], 30, **unread)
    outcome = concluded(replace(lot, prescriptions=(*lot.prescriptions[2:], stray)))

    assert outcome.codes == set()
    assert outcome.decisions == ["review", "review", "accepted", "accepted"]
    assert {n.control for n in outcome.not_checked} == {"missing_prescription"}


def test_the_certificate_is_asked_for_in_a_degraded_flow_only() -> None:
    """Where the flow is unknown nobody is accused."""
    lot = lot_of(four_forms())
    pieces = tuple(attachment_for(invoice, 20 + n) for n, invoice in enumerate(lot.invoices[:3]))
    with_three = replace(lot, attachments=pieces)

    assert concluded(with_three).codes == set()
    assert concluded(replace(with_three, flow=Flow.PAPER)).codes == set()
    assert concluded(replace(with_three, flow=Flow.DEGRADED)).faults == {("missing_rights_certificate", 3, None)}


def test_a_dated_prior_agreement_must_be_in_the_lot() -> None:
    """The form says that it was asked for."""
    lot = changed(lot_of(four_forms()), 0, prior_agreement_date="2024-02-20")
    joined = replace(lot, attachments=(attachment_for(lot.invoices[0], 20, PageKind.PRIOR_AGREEMENT),))

    assert concluded(lot).faults == {("missing_prior_agreement", 0, None)}
    assert concluded(joined).codes == set()


def test_a_lot_without_bordereau_says_so_once() -> None:
    """The forms are not unlisted: there is no list."""
    outcome = concluded(lot_of(four_forms(), bordereau=None))

    assert outcome.faults == {("missing_bordereau", None, None)}
    assert outcome.lot.decision == "review"


def test_in_a_secure_flow_no_form_is_missing() -> None:
    """Lines expect their prescription only, tied to the line."""
    forms = four_forms()
    lot = lot_of(forms, invoices=(), flow=Flow.SECURE)
    outcome = concluded(replace(lot, prescriptions=lot.prescriptions[:3]))

    assert [p.line for p in outcome.lot.prescriptions] == [0, 1, 2]
    assert [(f.code, f.line) for f in outcome.flags] == [("missing_prescription", 3)]
    assert [line.decision.value for line in outcome.lot.lines] == ["accepted"] * 3 + ["review"]


def test_a_flow_printed_beside_a_line_decides_for_that_line() -> None:
    """Mixed lots: forms are missing only where one was to travel."""
    forms = four_forms()
    lines = [line_for(f, flow="securise" if n == 3 else "degrade") for n, f in enumerate(forms)]
    lot = lot_of(forms[:3], lines)
    pieces = tuple(attachment_for(invoice, 20 + n) for n, invoice in enumerate(lot.invoices))
    secure = prescription_for(forms[3], 12)
    lot = replace(lot, attachments=pieces, prescriptions=(*lot.prescriptions, secure))

    assert concluded(lot).codes == set()


def test_a_worn_p_among_the_letters_of_the_flow_asks_for_no_certificate() -> None:
    """A lot is on paper or it is not: one line alone is no degraded flow."""
    forms = four_forms()
    lines = [line_for(f, flow="degrade" if n == 2 else "papier") for n, f in enumerate(forms)]
    degraded = [line_for(f, flow="degrade" if n else None) for n, f in enumerate(forms)]

    assert concluded(lot_of(forms, lines)).codes == set()
    assert concluded(lot_of(forms, degraded)).codes == {"missing_rights_certificate"}


def test_a_line_whose_flow_alone_is_unread_accuses_nobody_of_a_missing_form() -> None:
    """It may be a secure one, which comes without; a person looks at it all the same."""
    forms = four_forms()
    lines = [line_for(f, flow=None if n == 0 else "papier") for n, f in enumerate(forms)]
    outcome = concluded(lot_of(forms[1:], lines))

    assert "missing_invoice" not in outcome.codes
    assert outcome.lot.lines[0].decision == "review"
    assert "missing_invoice" in concluded(lot_of(forms[1:], [line_for(f) for f in forms])).codes
