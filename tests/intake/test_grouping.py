"""Pages into documents and stacks into lots, whatever order they were scanned in."""

from dataclasses import replace
from typing import Any

from extractors.reading import BordereauPage, PageReading
from intake.grouping import group, split_lots
from schemas.batch import Flow
from schemas.bordereau import Bordereau
from schemas.invoice import Invoice
from schemas.mark import Mark, MarkKind
from schemas.page import Page, PageKind
from schemas.prescription import Prescription
from tests.intake.papers import (
    ALBA,
    BOX,
    EMPTY,
    LIA,
    MARIUS,
    NOE,
    UNREAD,
    Person,
    act,
    attachment_for,
    bordereau_of,
    form,
    line_for,
    prescription_for,
    read,
)

FORM, PRESCRIPTION, BORDEREAU = PageKind.FEUILLE, PageKind.PRESCRIPTION, PageKind.BORDEREAU


def sheet(index: int, kind: PageKind, **content: Any) -> PageReading:
    """Return a page as a worker brings it back."""
    return PageReading(Page(index=index, file="lot.pdf", number=index + 1, kind=kind, kind_confidence=0.99), **content)


def form_sheet(index: int, number: str = "000000101", patient: Person = ALBA, **entries: Any) -> PageReading:
    """Return a form's page."""
    return sheet(index, FORM, invoice=form(number, patient, index, **entries))


def bordereau_sheet(index: int, *forms: Invoice, **entries: Any) -> PageReading:
    """Return a bordereau's page that lists *forms*."""
    content = bordereau_of([line_for(f) for f in forms], **entries).model_copy(update={"pages": (index,)})
    return sheet(index, BORDEREAU, bordereau=BordereauPage(content))


def test_every_page_is_told_its_document() -> None:
    """Blank backs stay among the pages and belong to nothing."""
    pages = [
        bordereau_sheet(0, form()),
        form_sheet(1),
        sheet(2, PRESCRIPTION, prescription=prescription_for(form(), 2)),
        sheet(3, PageKind.BLANK),
        sheet(4, PageKind.RIGHTS_CERTIFICATE, attachment=attachment_for(form(), 4)),
    ]
    lot = group(pages)

    assert [p.document for p in lot.pages] == ["bordereau", "invoice:0", "prescription:0", None, "attachment:0"]


def test_a_second_sheet_under_the_same_number_goes_on() -> None:
    """Acts one after the other, the total of the last sheet, one invoice."""
    first = form_sheet(1, total_amount=EMPTY, provider_signature=False)
    mark = Mark(kind=MarkKind.STRIKE, page=5, box=BOX, score=0.9, field="acts.0.fee")
    second = form_sheet(5, acts=(act("2024-03-05"), act("2024-03-06")), total_amount="46.05", marks=(mark,))
    lot = group([sheet(0, PageKind.BLANK), first, *(sheet(i, PageKind.BLANK) for i in (2, 3, 4)), second])
    [invoice] = lot.invoices

    assert invoice.pages == (1, 5)
    assert [a.date.value for a in invoice.acts] == ["2024-03-04", "2024-03-05", "2024-03-06"]
    assert invoice.total_amount.value == "46.05"
    assert invoice.provider_signature.value is True
    assert invoice.marks[0].field == "acts.1.fee"
    assert [p.document for p in lot.pages if p.index in (1, 5)] == ["invoice:0", "invoice:0"]


def test_the_same_sheet_twice_stays_two_invoices() -> None:
    """A duplicate must be seen, not absorbed."""
    assert [i.pages for i in group([form_sheet(0), form_sheet(1)]).invoices] == [(0,), (1,)]


def test_a_misread_number_does_not_join_two_patients() -> None:
    """Numbers of a lot differ by one digit: the person decides."""
    pages = [form_sheet(0), form_sheet(1, "000000101", NOE, acts=(act("2024-03-05"),))]

    assert len(group(pages).invoices) == 2


def test_a_doubtful_number_does_not_join_two_complete_invoices_of_one_patient() -> None:
    """Each has its own total that adds up: two invoices, one number misread."""
    doubtful = read("000000101", 0.7)
    pages = [form_sheet(0), form_sheet(1, acts=(act("2024-03-06"),), invoice_number=doubtful)]

    assert len(group(pages).invoices) == 2


def test_a_table_without_a_total_goes_on_over_the_sheet_although_a_number_is_misread() -> None:
    """One figure of the number misread made a form without a total and a form no line lists."""
    first = form_sheet(1, number="000000101", total_amount=EMPTY)
    number = read("000600101", 0.6)
    second = form_sheet(2, invoice_number=number, acts=(act("2024-03-05"),), total_amount="30.70")
    other = form_sheet(2, invoice_number=number, acts=(act("2024-03-05"),), patient=NOE)

    assert [i.pages for i in group([first, second]).invoices] == [(0, 1)]
    assert [i.pages for i in group([first, other]).invoices] == [(0,), (1,)]
    assert [i.pages for i in group([form_sheet(1, number="000000101"), second]).invoices] == [(0,), (1,)]


def test_the_second_act_of_a_day_may_stand_on_the_next_sheet() -> None:
    """Same day and code as the last row above, another coefficient: it goes on; the same sheet twice does not."""
    first = form_sheet(1, acts=(act(), act("2024-03-05")), total_amount=EMPTY)
    second = form_sheet(
        2, acts=(act("2024-03-05", fee="1.58", coefficient="0.5", travel_flat=None),), total_amount="32.28"
    )
    again = form_sheet(2, acts=(act(), act("2024-03-05")), total_amount="30.70")

    assert len(group([first, second]).invoices) == 1
    assert len(group([first, again]).invoices) == 2


def test_a_last_sheets_total_nobody_could_read_is_no_missing_total() -> None:
    """The first sheet of two leaves it empty; that says nothing of the last."""
    second = form_sheet(2, acts=(act("2024-03-05"),), total_amount=UNREAD)
    [invoice] = group([form_sheet(1, total_amount=EMPTY), second]).invoices

    assert invoice.total_amount.is_unread


def test_a_prescriptions_second_page_has_no_head() -> None:
    """Text that goes on overleaf bears no prescriber, no date."""
    second = Prescription(
        pages=(1,),
        prescriber_name=EMPTY,
        prescriber_rpps=EMPTY,
        date=EMPTY,
        patient_name=EMPTY,
        text=read("Suite", page=1),
        prescriber_signature=read(value=True, page=1),
    )
    unsigned = prescription_for(form(), 0, prescriber_signature=False)
    lot = group([sheet(0, PRESCRIPTION, prescription=unsigned), sheet(1, PRESCRIPTION, prescription=second)])
    [joined] = lot.prescriptions

    assert joined.pages == (0, 1)
    assert joined.text.value == "Pansement une fois par jour\nSuite"
    assert joined.prescriber_signature.value is True


def test_a_prescription_nobody_could_read_is_not_swallowed_by_the_one_before() -> None:
    """Unread is not empty: it may be another patient's."""
    unread = Prescription(pages=(1,), prescriber_name=UNREAD, prescriber_rpps=UNREAD, date=UNREAD)
    pages = [
        sheet(0, PRESCRIPTION, prescription=prescription_for(form(), 0)),
        sheet(1, PRESCRIPTION, prescription=unread),
    ]

    assert len(group(pages).prescriptions) == 2


def test_two_certificates_of_two_people_are_two() -> None:
    """Following pages of one kind are one document only for one person."""
    pages = [
        sheet(n, PageKind.RIGHTS_CERTIFICATE, attachment=attachment_for(form(patient=who), n))
        for n, who in enumerate((ALBA, ALBA, NOE))
    ]

    assert [a.pages for a in group(pages).attachments] == [(0, 1), (2,)]


def test_a_form_no_reader_came_through_is_still_an_invoice() -> None:
    """The paper is there: its line is not without a form."""
    [invoice] = group([sheet(0, FORM)]).invoices

    assert invoice.pages == (0,)
    assert invoice.invoice_number.is_unread


def test_a_value_that_is_no_amount_is_unread() -> None:
    """Everything behind may reckon with amounts; a slip of a reader must not stop a lot."""
    odd = form_sheet(0, total_amount="12,3O")
    [invoice] = group([odd]).invoices

    assert invoice.total_amount.is_unread
    assert invoice.total_amount.raw == "12,3O"


def test_the_flow_all_lines_print_is_the_lots() -> None:
    """A caller who knows better wins."""
    content = bordereau_of([line_for(form(), flow="degrade")])
    page = sheet(0, BORDEREAU, bordereau=BordereauPage(content))

    assert group([page]).flow is Flow.DEGRADED
    assert group([page], flow=Flow.SECURE).flow is Flow.SECURE


def test_a_separator_starts_another_lot() -> None:
    """Its page opens the lot; one behind the last lot opens nothing."""
    pages = [
        form_sheet(0),
        sheet(1, PageKind.SEPARATOR, separator=""),
        form_sheet(2, "000000201", NOE),
        sheet(3, PageKind.SEPARATOR, separator=""),
    ]

    assert [[r.page.index for r in lot] for lot in split_lots(pages)] == [[0], [1, 2, 3]]


def test_pages_of_a_second_lot_are_counted_from_zero() -> None:
    """Every place a reading mentions moves with its page, boxes stay."""
    pages = [form_sheet(0), sheet(1, PageKind.SEPARATOR, separator="013"), form_sheet(2, "000000201", NOE)]
    lot = group(split_lots(pages)[1])

    assert [p.index for p in lot.pages] == [0, 1]
    assert lot.invoices[0].pages == (1,)
    assert lot.invoices[0].patient_name.page == 1
    assert lot.invoices[0].patient_name.box == BOX


def test_a_bordereau_of_another_lot_starts_another_lot() -> None:
    """No separator: the lot number says it."""
    one, two = form("000000101", ALBA), form("000000201", NOE)
    pages = [
        bordereau_sheet(0, one),
        form_sheet(1),
        bordereau_sheet(2, two, lot_number="013"),
        form_sheet(3, "000000201", NOE),
    ]

    assert [[r.page.index for r in lot] for lot in split_lots(pages)] == [[0, 1], [2, 3]]


def test_forms_go_to_the_lot_that_lists_them_wherever_the_bordereau_lies() -> None:
    """Some offices put the bordereau last; a prescription stays with the form before it."""
    one, two = form("000000101", ALBA), form("000000201", NOE)
    pages = [
        form_sheet(0),
        bordereau_sheet(1, one),
        form_sheet(2, "000000201", NOE),
        sheet(3, PRESCRIPTION, prescription=prescription_for(two, 3)),
        bordereau_sheet(4, two, lot_number="013"),
    ]

    assert [[r.page.index for r in lot] for lot in split_lots(pages)] == [[0, 1], [2, 3, 4]]


def test_a_bordereaus_second_page_without_a_head_starts_nothing() -> None:
    """Page 2 of 2 often prints lines only."""
    one, two = form("000000101", ALBA), form("000000102", NOE)
    headless = bordereau_sheet(1, two, lot_number=EMPTY, provider_number=EMPTY)

    assert len(split_lots([bordereau_sheet(0, one), headless, form_sheet(2)])) == 1


def test_a_shuffled_stack_gives_the_same_documents() -> None:
    """Identity groups, not the place."""
    people = [("000000101", ALBA), ("000000102", NOE), ("000000103", MARIUS), ("000000104", LIA)]
    forms = [form_sheet(n, number, who) for n, (number, who) in enumerate(people)]
    turned = [replace(r, page=r.page.model_copy(update={"index": n})) for n, r in enumerate(reversed(forms))]
    turned = [
        replace(r, invoice=r.invoice.model_copy(update={"pages": (n,)})) for n, r in enumerate(turned) if r.invoice
    ]

    assert [i.invoice_number.value for i in group(turned).invoices] == [n for n, _ in reversed(people)]


def test_a_lot_of_nothing_is_a_lot_of_nothing() -> None:
    """An envelope alone must not stop the program."""
    lot = group([sheet(0, PageKind.ENVELOPE)])

    assert (lot.bordereau, lot.invoices) == (None, ())


def test_a_bordereau_nobody_could_read_is_not_missing() -> None:
    """Its page is there."""
    lot = group([sheet(0, BORDEREAU)])

    assert lot.bordereau == Bordereau(pages=(0,))
