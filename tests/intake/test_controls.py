"""Every control of the contract's table: one paper that breaks the rule, and the clean lot that breaks none."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from intake.controls import CONTROLS, run_controls
from intake.controls.registry import controls_as_markdown
from intake.differences import differences
from intake.lot import SeenInvoice
from intake.matching import match
from schemas.flag import Severity
from schemas.mark import Mark, MarkKind
from schemas.page import Page, PageKind
from tests.intake.papers import (
    BOX,
    EMPTY,
    NOE,
    UNREAD,
    act,
    bordereau_of,
    changed,
    concluded,
    four_forms,
    line_for,
    lot_of,
    prescription_for,
    read,
    unsure,
)

#: The contract's table: names and default severities are fixed, other programs read them.
CONTRACT = {
    "missing_bordereau": "blocking",
    "missing_prescription": "blocking",
    "missing_prior_agreement": "check",
    "missing_rights_certificate": "check",
    "missing_invoice": "blocking",
    "unlisted_invoice": "blocking",
    "out_of_order": "check",
    "mismatch": "blocking",
    "missing_field": "blocking",
    "invalid_field": "check",
    "total_mismatch": "blocking",
    "missing_provider_signature": "blocking",
    "missing_patient_signature": "blocking",
    "missing_prescriber_signature": "blocking",
    "erasure": "blocking",
    "duplicate_invoice": "blocking",
    "prescription_after_care": "blocking",
    "stale_invoice": "blocking",
    "expired_prescription": "check",
    "unknown_act_code": "blocking",
    "tariff_mismatch": "check",
    "unreadable_page": "check",
    "unknown_page": "check",
}


def test_a_clean_lot_raises_nothing_and_is_accepted() -> None:
    """The paper every other test spoils."""
    outcome = concluded(lot_of(four_forms()))

    assert [(f.code, f.message) for f in outcome.flags] == []
    assert outcome.not_checked == ()
    assert outcome.decisions == ["accepted"] * 4
    assert outcome.lot.decision == "accepted"
    assert {line.decision for line in outcome.lot.lines} == {"accepted"}


def test_the_registry_has_every_code_of_the_contract_with_its_severity() -> None:
    """Other programs read these names; everything beyond them is info by default."""
    listed = {c.code: c.severity.value for c in CONTROLS}

    assert {code: listed[code] for code in CONTRACT} == CONTRACT
    assert {severity for code, severity in listed.items() if code not in CONTRACT} == {"info"}


def test_the_documentation_of_the_controls_is_current() -> None:
    """docs/controls.md is written from the registry: run ``python -m intake.controls`` after a change."""
    page = Path(__file__).parents[2] / "docs" / "controls.md"

    assert page.read_text(encoding="utf-8") == controls_as_markdown()


@pytest.mark.parametrize(
    ("entry", "value", "fault"),
    [
        ("patient_name", EMPTY, "missing_field"),
        ("patient_nir", EMPTY, "missing_field"),
        ("patient_birth_date", EMPTY, "missing_field"),
        ("provider_number", EMPTY, "missing_field"),
        ("prescriber_name", EMPTY, "missing_field"),
        ("prescription_date", EMPTY, "missing_field"),
        ("invoice_number", EMPTY, "missing_field"),
        ("total_amount", EMPTY, "missing_field"),
        ("form_date", EMPTY, "missing_field"),
        ("organisme_code", EMPTY, "missing_field"),
        ("prescriber_rpps", EMPTY, "missing_field"),
        ("acts.0.date", EMPTY, "missing_field"),
        ("acts.0.code", EMPTY, "missing_field"),
        ("acts.0.fee", EMPTY, "missing_field"),
        ("form_date", "2024-02-30", "invalid_field"),
        ("prescriber_rpps", "99700123451", "invalid_field"),
        ("provider_number", "996000015", "invalid_field"),
        ("organisme_code", "116410000", "invalid_field"),
        ("total_amount", "15.53", "total_mismatch"),
        ("provider_signature", False, "missing_provider_signature"),
        ("patient_signature", False, "missing_patient_signature"),
        ("acts.0.date", "2024-02-20", "prescription_after_care"),
        ("acts.0.date", "2022-03-14", "stale_invoice"),
        ("acts.0.code", "XYZ", "unknown_act_code"),
        ("acts.0.fee", "12.70", "tariff_mismatch"),
        ("acts.0.travel_flat", "3.00", "tariff_mismatch"),
    ],
)
def test_one_wrong_entry_raises_its_flag_with_its_proof(entry: str, value: Any, fault: str) -> None:
    """The flag names the entry, its page and its box, and the invoice is not accepted."""
    outcome = concluded(_spoilt(entry, value))
    proof = [f for f in outcome.flags if f.code == fault and f.invoice == 1]

    assert proof
    assert proof[0].page is not None
    assert outcome.decisions[1] == "review"
    if not (fault == "prescription_after_care" or value is EMPTY):
        assert (proof[0].field, proof[0].box) == (entry, BOX)


@pytest.mark.parametrize("entry", ["patient_name", "total_amount", "prescription_date", "acts.0.fee", "invoice_number"])
def test_unread_ink_is_no_empty_entry(entry: str) -> None:
    """We could not read it: that is our doubt, not the paper's fault - but a person looks."""
    outcome = concluded(_spoilt(entry, UNREAD))

    assert "missing_field" not in outcome.codes
    assert outcome.decisions[1] == "review"


@pytest.mark.parametrize("entry", ["total_amount", "acts.0.fee", "acts.0.code", "prescriber_rpps", "form_date"])
def test_a_doubtful_reading_accuses_nobody_but_is_not_accepted(entry: str) -> None:
    """Flags stand on sure readings only; doubt goes to review without a word against the paper."""
    wrong = {"acts.0.code": "XYZ", "form_date": "2024-02-30", "prescriber_rpps": "99700123451"}.get(entry, "11.11")
    outcome = concluded(_spoilt(entry, unsure(wrong, 0.6)))

    assert outcome.codes == set()
    assert outcome.decisions[1] == "review"


def test_inability_to_sign_replaces_the_signature() -> None:
    """The contract: ticked over an empty box, no flag."""
    lot = changed(lot_of(four_forms()), 0, patient_signature=False, unable_to_sign=True)

    assert concluded(lot).codes == set()


def test_a_signature_beside_the_inability_is_only_noted() -> None:
    """Contradictory, but nobody has to act by default."""
    outcome = concluded(changed(lot_of(four_forms()), 0, unable_to_sign=True))

    assert outcome.notes == {"signature_and_unable"}
    assert outcome.decisions[0] == "accepted"


@pytest.mark.parametrize(("stamp", "noted"), [("SOINS DUPRÉ", {"stamp_without_signature"}), (EMPTY, set())])
def test_a_stamp_is_no_signature(stamp: Any, noted: set[str]) -> None:
    """The missing signature blocks; that the stamp is there is told beside it, so that the answer can say so."""
    outcome = concluded(changed(lot_of(four_forms()), 0, provider_signature=False, provider_stamp=stamp))

    assert outcome.notes == noted
    assert outcome.faults == {("missing_provider_signature", 0, "provider_signature")}


def test_an_unsigned_prescription_is_told_on_its_invoice() -> None:
    """The flag's page is the prescription's, its field the prescription's own."""
    lot = lot_of(four_forms())
    unsigned = lot.prescriptions[2].model_copy(update={"prescriber_signature": read(value=False, page=6)})
    outcome = concluded(replace(lot, prescriptions=(*lot.prescriptions[:2], unsigned, lot.prescriptions[3])))

    assert outcome.faults == {("missing_prescriber_signature", 2, "prescriber_signature")}
    assert [flag.score for flag in outcome.flags if flag.code == "missing_prescriber_signature"] == [0.999]


@pytest.mark.parametrize(("where", "told"), [("prescription_date", {"erasure"}), (None, set())])
def test_an_erasure_counts_on_an_entry_of_the_form(where: str | None, told: set[str]) -> None:
    """A struck unused row is noted; a struck entry is not reimbursed."""
    mark = Mark(kind=MarkKind.STRIKE, page=1, box=BOX, score=0.9, field=where)
    outcome = concluded(changed(lot_of(four_forms()), 0, marks=(mark,)))

    assert outcome.codes == told
    assert {f.kind for f in outcome.flags} == {"strike"}


def test_an_erasure_anywhere_on_a_prescription_counts() -> None:
    """Seed 000: no rature on a prescription."""
    lot = lot_of(four_forms())
    mark = Mark(kind=MarkKind.FLUID, page=2, box=BOX, score=0.9)
    struck = lot.prescriptions[0].model_copy(update={"marks": (mark,)})
    outcome = concluded(replace(lot, prescriptions=(struck, *lot.prescriptions[1:])))

    assert outcome.faults == {("erasure", 0, None)}


def test_fluid_is_said_to_be_unchecked_on_a_black_and_white_scan() -> None:
    """What cannot be seen is not guessed: the result says so, and holds nothing for it."""
    outcome = concluded(changed(lot_of(four_forms()), 1, is_bilevel=True))

    assert outcome.codes == set()
    assert [(n.control, n.invoice) for n in outcome.not_checked if n.control == "erasure"] == [("erasure", 1)]


def test_a_mark_too_weak_to_tell_still_goes_to_a_person() -> None:
    """Neither accused nor accepted."""
    mark = Mark(kind=MarkKind.OVERWRITE, page=1, box=BOX, score=0.35, field="acts.0.fee")
    outcome = concluded(changed(lot_of(four_forms()), 0, marks=(mark,)))

    assert outcome.codes == set()
    assert outcome.decisions[0] == "review"


@pytest.mark.parametrize("name", ["lot_number", "lot_date", "organisme_code", "payee_type", "provider_number"])
def test_an_empty_bordereau_heading_belongs_to_no_invoice(name: str) -> None:
    """The lot goes to a person; the invoices stand on their own."""
    lot = lot_of(four_forms())
    lines = [line_for(f) for f in four_forms()]
    outcome = concluded(replace(lot, bordereau=bordereau_of(lines, **{name: EMPTY}), received_on=date(2024, 3, 20)))

    assert outcome.faults == {("missing_field", None, name)}
    assert outcome.lot.decision == "review"
    assert outcome.decisions == ["accepted"] * 4


def test_lines_that_do_not_add_up_are_told_per_column() -> None:
    """The printed total is compared to the cent."""
    forms = four_forms()
    lot = lot_of(forms, bordereau=bordereau_of([line_for(f) for f in forms], amount_amo="99.99"))

    assert concluded(lot).faults == {("total_mismatch", None, "amount_amo")}


def test_shares_above_the_total_are_noted() -> None:
    """AMO and AMC cannot exceed what was charged."""
    forms = four_forms()
    lines = [line_for(f, amount_amc="20.00") if n == 0 else line_for(f) for n, f in enumerate(forms)]

    assert concluded(lot_of(forms, lines)).notes == {"share_mismatch"}


def test_an_invoice_of_an_earlier_lot_is_a_duplicate() -> None:
    """Same provider, same number, same person."""
    seen = SeenInvoice("996000014", "102", NOE.nir)
    outcome = concluded(replace(lot_of(four_forms()), seen_invoices=(seen,)))

    assert outcome.faults == {("duplicate_invoice", 1, "invoice_number")}


def test_a_number_on_two_lines_is_told_on_the_later() -> None:
    """One line, one invoice."""
    forms = four_forms()
    lines = [*(line_for(f) for f in forms), line_for(forms[1])]
    found = [(f.code, f.line) for f in concluded(lot_of(forms, lines)).flags if f.code != "out_of_order"]

    assert found == [("duplicate_invoice", 4)]


def test_an_old_prescription_is_checked_from_the_papers_own_date() -> None:
    """365 days by default; the prescription itself counts, not what the form says of it."""
    lot = lot_of(four_forms())
    old = prescription_for(lot.invoices[0], 2, date="2023-03-05")
    older = prescription_for(lot.invoices[0], 2, date="2023-03-04")

    assert concluded(replace(lot, prescriptions=(old, *lot.prescriptions[1:]))).codes == set()
    assert concluded(replace(lot, prescriptions=(older, *lot.prescriptions[1:]))).faults == {
        ("expired_prescription", 0, "date")
    }


def test_care_on_the_day_of_its_prescription_is_in_time() -> None:
    """Nurses often come the same day."""
    lot = changed(lot_of(four_forms()), 0, acts=(act("2024-03-01"),))

    assert concluded(lot).codes == set()


def test_care_is_stale_from_two_years_before_reception() -> None:
    """The day of reception counts, else the lot's date."""
    lot = lot_of(four_forms())

    assert concluded(replace(lot, received_on=date(2026, 3, 4))).codes == set()
    assert concluded(replace(lot, received_on=date(2026, 3, 5))).codes == {"stale_invoice"}


def test_unreadable_and_unknown_pages_are_told_by_page() -> None:
    """They belong to no invoice, so the lot is kept."""
    lot = lot_of(four_forms())
    black = Page(index=9, file="lot.pdf", number=10, kind=PageKind.OTHER, kind_confidence=0.2, problem="page.black")
    letter = Page(index=10, file="lot.pdf", number=11, kind=PageKind.OTHER, kind_confidence=0.9)
    outcome = concluded(replace(lot, pages=(*lot.pages, black, letter)))

    assert {(f.code, f.page) for f in outcome.flags} == {("unreadable_page", 9), ("unknown_page", 10)}
    assert outcome.lot.decision == "review"


def test_without_a_lot_date_the_latest_form_tells_what_is_stale() -> None:
    """The lot came in after its forms were drawn up: care two years before is stale whatever the day."""
    lot = changed(
        lot_of(four_forms(), bordereau=None),
        0,
        acts=(act("2021-12-01", travel_flat="2.50"),),
        total_amount="15.10",
        prescription_date="2021-12-01",
    )
    lot = replace(lot, prescriptions=(prescription_for(lot.invoices[0], 2), *lot.prescriptions[1:]))

    assert concluded(lot).codes == {"missing_bordereau", "stale_invoice"}


def test_an_organisation_changes_severities_by_code() -> None:
    """A caisse may let forms out of order pass, or refuse what we only note."""
    forms = four_forms()
    lot = match(lot_of([forms[1], forms[0], *forms[2:]], [line_for(f) for f in forms]))
    flags, _ = run_controls(lot, {"out_of_order": Severity.INFO})

    assert {f.severity for f in flags if f.code == "out_of_order"} == {Severity.INFO}


@pytest.mark.parametrize(
    ("entry", "value", "note"),
    [
        ("organisme_code", "017510000", "organisme_mismatch"),
        ("provider_number", "997000021", "provider_mismatch"),
        ("prescriber_rpps", "99700999990", "prescriber_mismatch"),
        ("prescription_date", "2024-02-28", "prescription_date_mismatch"),
        ("form_date", "2024-03-03", "form_date_before_care"),
    ],
)
def test_disagreements_nobody_must_act_on_are_noted(entry: str, value: str, note: str) -> None:
    """Beyond the contract's table everything is info until an organisation raises it."""
    outcome = concluded(changed(lot_of(four_forms()), 1, **{entry: value}))

    assert outcome.codes == set()
    assert note in outcome.notes
    assert outcome.decisions[1] == "accepted"


def test_an_organisme_without_its_centre_is_the_same() -> None:
    """The bordereau prints 01 641, the form 01 641 0000."""
    forms = four_forms()
    lot = lot_of(forms, bordereau=bordereau_of([line_for(f) for f in forms], organisme_code="01641"))

    assert concluded(lot).notes == set()


def test_messages_hold_no_identity() -> None:
    """Messages go into replies and logs."""
    lot = changed(
        lot_of(four_forms()), 1, patient_nir="180057599999179", patient_name="AUTRE NOM", total_amount="99.00"
    )
    text = " ".join(f.message for f in concluded(lot).flags)

    assert "1800575" not in text
    assert "AUTRE" not in text
    assert NOE.name not in text


def _spoilt(entry: str, value: Any) -> Any:
    """Return the clean lot with one entry of the second form changed, its line still telling the form's total."""
    lot = lot_of(four_forms())
    if not entry.startswith("acts."):
        lot = changed(lot, 1, **{entry: value})
    else:
        name = entry.split(".")[2]
        cell = value if value in (EMPTY, UNREAD) or not isinstance(value, str) else read(value, page=3)
        lot = changed(lot, 1, acts=(act().model_copy(update={name: cell.model_copy(update={"page": 3})}),))
    return lot


def test_a_late_prescription_is_told_on_the_form_where_both_papers_say_the_same_day() -> None:
    """The day stands on two papers: the proof is the one that claims the payment."""
    lot = changed(lot_of(four_forms()), 0, prescription_date="2024-03-05")
    late = prescription_for(lot.invoices[0], 2, date="2024-03-05")
    outcome = concluded(replace(lot, prescriptions=(late, *lot.prescriptions[1:])))

    assert outcome.faults == {("prescription_after_care", 0, "prescription_date")}


@pytest.mark.parametrize(
    ("name", "confidence", "told"),
    [("TESTOUNE ALMA", 0.94, False), ("TESTOUNE ALMA", 0.99, True), ("INCONNU JULES", 0.94, True)],
)
def test_a_name_one_letter_apart_accuses_nobody_unless_every_letter_is_sure(
    name: str,
    confidence: float,
    told: bool,  # noqa: FBT001
) -> None:
    """A J read as an F is the reader's fault; another person's name is the paper's. A person looks at both."""
    [sheet, *_] = four_forms()
    read_so = sheet.model_copy(update={"patient_name": read(name, confidence, page=1)})
    line = line_for(sheet)

    assert bool(differences(line, read_so, at_least=0.9)) is told
    assert bool(differences(line, read_so, at_least=0.0, below=0.9)) is not told
