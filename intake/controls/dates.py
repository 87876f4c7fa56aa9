"""Controls of dates against each other: prescription, care, form, reception."""

from collections.abc import Iterator
from datetime import date, timedelta

from intake.controls.control import Finding, flag
from intake.lot import Lot
from schemas.batch import NotChecked
from schemas.field import Field
from schemas.flag import Severity


def prescription_after_care(lot: Lot) -> Iterator[Finding]:
    """The prescription is dated after the first act: nothing was prescribed when the care began."""
    for index, field, entry, day, first in _prescribed(lot):
        if day > first:
            message = f"prescription du {_french(day)}, premiers soins le {_french(first)}"
            yield flag("prescription_after_care", Severity.BLOCKING, message, entry, field=field, invoice=index)
    prescribed = {index for index, *_ in _prescribed(lot)}
    for index, invoice in lot.originals():
        if index not in prescribed and not invoice.prescription_date.is_empty:
            reason = "la date de prescription ou celle des soins n'est pas lue avec assez de certitude"
            yield NotChecked(control="prescription_after_care", invoice=index, reason=reason)


def expired_prescription(lot: Lot) -> Iterator[Finding]:
    """The care begins later than the prescription allows."""
    allowed = timedelta(days=lot.thresholds.prescription_valid_days)
    for index, field, entry, day, first in _prescribed(lot):
        if first - day > allowed:
            message = f"prescription du {_french(day)}, premiers soins le {_french(first)} : délai dépassé"
            yield flag("expired_prescription", Severity.CHECK, message, entry, field=field, invoice=index)


def stale_invoice(lot: Lot) -> Iterator[Finding]:
    """Care lies more than two years before the lot came in (or was made up)."""
    # Without any date of its own, a lot came in after its latest form was drawn up.
    written = [d for _, invoice in lot.originals() if (d := lot.day(invoice.form_date)) is not None]
    reference = lot.reference_day or max(written, default=None)
    if reference is None:
        reason = "ni date de réception, ni date de lot ou de feuille lue avec certitude"
        yield NotChecked(control="stale_invoice", invoice=None, reason=reason)
        return
    limit = _years_before(reference, lot.thresholds.stale_after_years)
    for index, invoice in lot.originals():
        for row, act in enumerate(invoice.acts):
            day = lot.day(act.date)
            if day is not None and day < limit:
                message = f"soins du {_french(day)}, plus de {lot.thresholds.stale_after_years} ans avant réception"
                field = f"acts.{row}.date"
                yield flag("stale_invoice", Severity.BLOCKING, message, act.date, field=field, invoice=index)
                break  # once an invoice


def form_date_before_care(lot: Lot) -> Iterator[Finding]:
    """The form is dated before its last act."""
    for index, invoice in lot.originals():
        written, days = lot.day(invoice.form_date), lot.care_days(index)
        if written is not None and days and written < days[-1]:
            message = f"feuille datée du {_french(written)}, derniers soins le {_french(days[-1])}"
            entry = invoice.form_date
            yield flag("form_date_before_care", Severity.INFO, message, entry, field="form_date", invoice=index)


def future_date(lot: Lot) -> Iterator[Finding]:
    """Care is dated after the lot came in."""
    reference = lot.reference_day
    for index, invoice in lot.originals():
        for row, act in enumerate(invoice.acts):
            day = lot.day(act.date)
            if day is not None and reference is not None and day > reference:
                message = f"soins du {_french(day)}, après la réception du lot"
                yield flag("future_date", Severity.INFO, message, act.date, field=f"acts.{row}.date", invoice=index)


def acts_out_of_order(lot: Lot) -> Iterator[Finding]:
    """The acts of a form do not follow each other in time."""
    for index, invoice in lot.originals():
        days = [d for act in invoice.acts if (d := lot.day(act.date)) is not None]
        if days != sorted(days):
            entry = invoice.acts[0].date
            message = "les dates des actes ne se suivent pas"
            yield flag("acts_out_of_order", Severity.INFO, message, entry, field="acts.0.date", invoice=index)


def _prescribed(lot: Lot) -> Iterator[tuple[int, str, Field[str], date, date]]:
    """Yield, for each invoice, the prescription's date with its entry, and the first day of care.

    The prescription itself counts before what the form says of it; of several, the one nearest before the care. Where
    the form says the same, its entry is the proof: it is what is claimed.
    """
    for index, invoice in lot.originals():
        days = lot.care_days(index)
        if not days or any(lot.day(act.date) is None and not act.date.is_empty for act in invoice.acts):
            continue
        papers = [("date", lot.prescriptions[p].date) for p in lot.prescriptions_of.get(index, ())]
        dated = [(d, name, entry) for name, entry in papers if (d := lot.day(entry)) is not None]
        written = lot.day(invoice.prescription_date)
        if not dated and written is not None:
            dated = [(written, "prescription_date", invoice.prescription_date)]
        if dated:
            in_time = [d for d in dated if d[0] <= days[0]]
            day, name, entry = max(in_time, key=_first) if in_time else min(dated, key=_first)
            if day == written:
                name, entry = "prescription_date", invoice.prescription_date
            yield index, name, entry, day, days[0]


def _first(dated: tuple[date, str, Field[str]]) -> date:
    return dated[0]


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)


def _french(day: date) -> str:
    return f"{day:%d/%m/%Y}"
