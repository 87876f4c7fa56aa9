"""Applies the calibration to a lot, at one place: after all was weighed, before anything is concluded from it."""

from dataclasses import replace
from typing import Any, TypeVar

from intake.calibration.acceptance import acceptance
from intake.calibration.context import PERSON, form_context, raw_confidence
from intake.calibration.curves import Calibration, Context, load_calibration
from intake.calibration.kinds import NAMES, sort_of, state_of
from intake.lot import Lot
from schemas.field import Field
from schemas.invoice import ACT_CELLS, Act, Invoice
from schemas.model import Record

R = TypeVar("R", bound=Record)


def calibrated(lot: Lot) -> Lot:
    """Return the lot with every confidence the probability it stands for, and what that asks of accepted invoices.

    What a person made, and attachments, stay as they are; so does everything where the setting says ``none``.
    """
    found = load_calibration(lot.thresholds.calibration)
    if found is None:
        return lot
    head = lot.bordereau
    if head is not None:
        lines = tuple(_with(found, "line", line, None) for line in head.lines)
        head = _with(found, "bordereau", head, None).model_copy(update={"lines": lines})
    asked = acceptance(found, accepted_error=lot.thresholds.accepted_error, reserve=lot.thresholds.reserve)
    return replace(
        lot,
        bordereau=head,
        invoices=tuple(_form(found, lot, invoice) for invoice in lot.invoices),
        prescriptions=tuple(_with(found, "prescription", piece, None) for piece in lot.prescriptions),
        calibrated_acceptance=asked,
    )


def _form(found: Calibration, lot: Lot, invoice: Invoice) -> Invoice:
    context = form_context(lot.pages, invoice)
    acts = tuple(_act(found, act, context) for act in invoice.acts)
    return _with(found, "form", invoice, context).model_copy(update={"acts": acts})


def _with(found: Calibration, paper: str, record: R, context: Context | None) -> R:
    names = (name for name in NAMES[paper] if not name.startswith("acts."))
    update = {name: _entry(found, sort_of(paper, name), getattr(record, name), context) for name in names}
    return record.model_copy(update=update)


def _act(found: Calibration, act: Act, context: Context) -> Act:
    update = {c: _entry(found, sort_of("form", f"acts.{c}"), getattr(act, c), context) for c in ACT_CELLS}
    return act.model_copy(update=update)


def _entry(found: Calibration, sort: str, entry: Field[Any], context: Context | None) -> Field[Any]:
    if entry.source in PERSON:
        return entry
    raw = raw_confidence(entry)
    sure = found.confidence(sort, state_of(entry.value, raw), raw, context)
    return entry.model_copy(update={"confidence": sure, "uncalibrated": raw})
