"""Pages into documents: which sheets are one invoice, one prescription, one attachment, one bordereau.

Identity decides - number, patient, dates -, so that a shuffled stack groups as well; the place in the stack only says
what continues what. ``intake.splitting`` cuts a stack of several lots before this.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from extractors.reading import PageReading
from intake.copies import acts_in_common, same_patient
from intake.likeness import bare_number, same_person_name
from intake.lot import Lot, Thresholds
from intake.places import from_zero
from intake.shapes import bordereau_in_shape, invoice_in_shape
from intake.sheets import join_sheets
from intake.splitting import split_lots
from schemas.batch import Flow
from schemas.bordereau import Bordereau
from schemas.field import Field
from schemas.identifiers.nir import same_nir
from schemas.invoice import Invoice
from schemas.money import sum_read
from schemas.page import ATTACHMENT_KINDS, PageKind
from schemas.prescription import Attachment, Prescription

__all__ = ["group", "split_lots"]

_INVOICE_KINDS: Final = frozenset({PageKind.FEUILLE, PageKind.FACTURE})
#: Share of equal rows above which a second sheet repeats the first instead of going on (``intake.copies``).
_SAME_ACTS: Final = 0.5
#: Confidence of a number from which it joins two sheets although each carries a total of its own.
_SURE: Final = 0.90


def group(
    readings: Sequence[PageReading],
    *,
    flow: Flow | None = None,
    received_on: date | None = None,
    thresholds: Thresholds | None = None,
) -> Lot:
    """Return one lot from its pages: each page told which document it belongs to, documents in the order of the stack.

    Args:
        readings: the pages of one lot, in order; they are counted from 0 here, whatever their place in the stack.
        flow: where the caller knows it, else the one all lines of the bordereau print.
        received_on: the day the caisse received the lot.
        thresholds: the figures that decide.
    """
    readings = from_zero(readings)
    bordereau, printed_count = _bordereau(readings)
    invoices = group_invoices([_invoice(r) for r in readings if r.page.kind in _INVOICE_KINDS])
    prescriptions = group_prescriptions([_prescription(r) for r in readings if r.page.kind is PageKind.PRESCRIPTION])
    attachments = group_attachments([_attachment(r) for r in readings if r.page.kind in ATTACHMENT_KINDS])
    owner = dict.fromkeys(bordereau.pages if bordereau else (), "bordereau")
    owner |= {page: f"invoice:{i}" for i, document in enumerate(invoices) for page in document.pages}
    owner |= {page: f"prescription:{i}" for i, document in enumerate(prescriptions) for page in document.pages}
    owner |= {page: f"attachment:{i}" for i, document in enumerate(attachments) for page in document.pages}
    return Lot(
        pages=tuple(r.page.model_copy(update={"document": owner.get(r.page.index)}) for r in readings),
        bordereau=bordereau,
        invoices=invoices,
        prescriptions=prescriptions,
        attachments=attachments,
        printed_count=printed_count,
        flow=flow or _printed_flow(bordereau),
        received_on=received_on,
        thresholds=thresholds or Thresholds(),
    )


def group_invoices(sheets: Sequence[Invoice]) -> tuple[Invoice, ...]:
    """Return the invoices of these form sheets: a second one under a number goes on, a repeated one does not."""
    invoices: list[Invoice] = []
    for sheet in sheets:
        first = next((i for i, invoice in enumerate(invoices) if runs_on(invoice, sheet)), None)
        if first is None:
            invoices.append(sheet)
        else:
            invoices[first] = join_sheets(invoices[first], sheet)
    return tuple(sorted(invoices, key=lambda i: i.pages))


def runs_on(invoice: Invoice, sheet: Invoice) -> bool:
    """Whether *sheet* goes on with *invoice*: same number and person, other acts."""
    one, other = invoice.invoice_number, sheet.invoice_number
    sure = min(one.confidence, other.confidence) >= _SURE
    if one.value is None or other.value is None or bare_number(one.value) != bare_number(other.value):
        # one of the two misread: a table without its total goes on over the sheet
        if sure or not invoice.total_amount.is_empty or not same_patient(invoice, sheet):
            return False
    elif not sure and _is_complete(invoice) and _is_complete(sheet):
        return False  # two invoices of their own, one number misread
    if same_patient(invoice, sheet) is False:
        return False
    if invoice.total_amount.is_empty and sheet.total_amount.value is not None:
        return not _repeats(invoice, sheet)  # two acts of one day may stand on two sheets
    shared = acts_in_common(invoice.acts, sheet.acts)
    return shared is not None and shared < _SAME_ACTS


def _repeats(invoice: Invoice, sheet: Invoice) -> bool:
    """Whether most rows of *sheet* stand on *invoice* too, day, code and fee."""
    rows = [tuple(cell.value for cell in (act.date, act.code, act.fee)) for act in (*invoice.acts, *sheet.acts)]
    known, added = rows[: len(invoice.acts)], rows[len(invoice.acts) :]
    return sum(row in known for row in added) >= _SAME_ACTS * max(len(added), 1)


def group_prescriptions(pages: Sequence[Prescription]) -> tuple[Prescription, ...]:
    """Return the prescriptions of these pages: a page that bears no head of its own goes on with the one before it."""
    found: list[Prescription] = []
    for page in pages:
        head = (page.prescriber_name, page.prescriber_rpps, page.date)
        if found and _follows(found[-1].pages, page.pages) and all(e.is_empty for e in head):
            found[-1] = _join_prescription(found[-1], page)
        else:
            found.append(page)
    return tuple(found)


def group_attachments(pages: Sequence[Attachment]) -> tuple[Attachment, ...]:
    """Return the attachments of these pages: a following page of the same kind without another identity goes on."""
    found: list[Attachment] = []
    for page in pages:
        if found and _follows(found[-1].pages, page.pages) and _goes_on(found[-1], page):
            found[-1] = found[-1].model_copy(update={"pages": found[-1].pages + page.pages})
        else:
            found.append(page)
    return tuple(found)


def _bordereau(readings: Sequence[PageReading]) -> tuple[Bordereau | None, int | None]:
    read = [r.bordereau for r in readings if r.bordereau is not None]
    contents = [replace(page, content=bordereau_in_shape(page.content)) for page in read]
    pages = tuple(r.page.index for r in readings if r.page.kind is PageKind.BORDEREAU or r.bordereau is not None)
    if not contents:
        return (Bordereau(pages=pages) if pages else None), None
    from extractors.bordereau import join_bordereau_pages  # noqa: PLC0415 - brings the readers along

    joined = join_bordereau_pages(contents)
    count = next((c.invoice_count for c in reversed(contents) if c.invoice_count is not None), None)
    return joined.model_copy(update={"pages": pages}), count


def _printed_flow(bordereau: Bordereau | None) -> Flow | None:
    printed = {line.flow for line in bordereau.lines} if bordereau else set()
    only = printed.pop() if len(printed) == 1 else None
    return Flow(only) if only in set(Flow) else None


def _invoice(reading: PageReading) -> Invoice:
    return invoice_in_shape(reading.invoice or Invoice(pages=(reading.page.index,)))


def _prescription(reading: PageReading) -> Prescription:
    return reading.prescription or Prescription(pages=(reading.page.index,))


def _attachment(reading: PageReading) -> Attachment:
    return reading.attachment or Attachment(pages=(reading.page.index,), kind=reading.page.kind)


def _is_complete(sheet: Invoice) -> bool:
    amounts = [a.value or "0.00" for act in sheet.acts for a in (act.fee, act.travel_flat, act.travel_km_amount)]
    total = sum_read(amounts)
    return total is not None and sheet.total_amount.value is not None and f"{total:.2f}" == sheet.total_amount.value


def _follows(before: tuple[int, ...], after: tuple[int, ...]) -> bool:
    return bool(before) and bool(after) and after[0] == before[-1] + 1


def _join_prescription(first: Prescription, second: Prescription) -> Prescription:
    texts = [t.value for t in (first.text, second.text) if t.value]
    signature = second.prescriber_signature if second.prescriber_signature.value else first.prescriber_signature
    text = first.text.model_copy(
        update={"value": "\n".join(texts) or None, "confidence": min(first.text.confidence, second.text.confidence)}
    )
    return first.model_copy(
        update={
            "pages": first.pages + second.pages,
            "patient_name": first.patient_name if first.patient_name.value else second.patient_name,
            "text": text,
            "prescriber_signature": signature,
            "marks": first.marks + second.marks,
            "stamps": first.stamps + second.stamps,
        }
    )


def _goes_on(before: Attachment, page: Attachment) -> bool:
    if before.kind != page.kind or _differs(before.date, page.date, str.__eq__):
        return False
    same = [
        (before.nir, page.nir, same_nir),
        (before.patient_name, page.patient_name, same_person_name),
        (before.birth_date, page.birth_date, str.__eq__),
    ]
    if any(_differs(one, other, equal) for one, other, equal in same):
        return False
    agrees = any(one.value is not None and other.value is not None for one, other, _ in same)
    return agrees or all(other.is_empty for _, other, _ in same)


def _differs(one: Field[str], other: Field[str], equal: Callable[[str, str], bool]) -> bool:
    return one.value is not None and other.value is not None and not equal(one.value, other.value)
