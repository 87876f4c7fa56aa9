"""Accepted or review: accepted when nothing stands against an invoice and every reading that counts is certain."""

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

from intake.controls.registry import MUST_RUN
from intake.differences import differences
from intake.likeness import OTHER_NAME, SAME_NAME, name_likeness
from intake.lot import Lot
from intake.pieces import shares_a_name
from schemas.batch import NotChecked
from schemas.bordereau import Line
from schemas.field import Field
from schemas.flag import Flag, Severity
from schemas.invoice import ACT_CELLS, PAYING_OR_IDENTIFYING, Decision, Invoice
from schemas.prescription import Prescription

_LINE_FIELDS = tuple(name for name in Line.model_fields if name not in {"flow", "decision"})
#: Score from which a mark too weak to be told as an erasure still sends its invoice to a person.
_DOUBTFUL_MARK = 0.1


def decide(lot: Lot, flags: Sequence[Flag], not_checked: Sequence[NotChecked]) -> Lot:
    """Return the lot with a decision on every invoice, every line and itself.

    Args:
        lot: matched and resolved.
        flags: all its flags; those of severity ``info`` keep nothing from being accepted.
        not_checked: an invoice that a control of ``MUST_RUN`` could not look at goes to a person.
    """
    standing = [f for f in flags if f.severity is not Severity.INFO]
    answered = {f.line for f in flags if f.code == "missing_prescription" and f.severity is Severity.INFO}
    held = held_invoices(flags, not_checked)
    invoices = tuple(
        invoice.model_copy(update={"decision": _decision(i not in held and not any(doubts(lot, i)))})
        for i, invoice in enumerate(lot.invoices)
    )
    on_line = {f.line for f in standing}
    lines = tuple(
        line.model_copy(
            update={"decision": _decision(row not in on_line and _line_holds(lot, row, invoices, answered))}
        )
        for row, line in enumerate(lot.lines)
    )
    loose = any(f.invoice is None and f.line is None for f in standing)
    decisions = [*(i.decision for i in invoices), *(line.decision for line in lines)]
    accepted = not loose and all(d is Decision.ACCEPTED for d in decisions)
    bordereau = lot.bordereau and lot.bordereau.model_copy(update={"lines": lines})
    return replace(lot, bordereau=bordereau, invoices=invoices, decision=_decision(accepted))


def held_invoices(flags: Sequence[Flag], not_checked: Sequence[NotChecked]) -> set[int | None]:
    """Return the invoices a flag, or a control that could not run, keeps for a person."""
    standing = {f.invoice for f in flags if f.severity is not Severity.INFO}
    return standing | {n.invoice for n in not_checked if n.control in MUST_RUN}


def doubts(lot: Lot, index: int) -> Iterator[str]:
    """Yield the entries of an invoice that are not certain enough to be accepted untouched."""
    counted = [(name, entry.confidence) for name, entry in entries_that_count(lot.invoices[index])]
    yield from lot.acceptance.doubtful(counted)
    yield from doubts_beside(lot, index)


def entries_that_count(invoice: Invoice) -> Iterator[tuple[str, Field[Any]]]:
    """Yield the paying and identifying entries of an invoice by name, act cells as ``acts.0.fee``."""
    yield from ((name, getattr(invoice, name)) for name in PAYING_OR_IDENTIFYING)
    for row, act in enumerate(invoice.acts):
        yield from ((f"acts.{row}.{name}", getattr(act, name)) for name in ACT_CELLS)


def doubts_beside(lot: Lot, index: int) -> Iterator[str]:
    """Yield what leaves an invoice in doubt beside the certainty of its entries: its line, its pieces, marks on it."""
    invoice = lot.invoices[index]
    if not invoice.acts:
        yield "acts"
    if index in lot.line_of:
        line = lot.lines[lot.line_of[index]]
        below = lot.thresholds.evidence
        yield from (d.field for d in differences(line, invoice, at_least=0.0, below=below))
    for piece in (lot.prescriptions[p] for p in lot.prescriptions_of.get(index, ())):
        if piece.prescriber_signature.confidence < lot.thresholds.evidence:
            yield "prescriber_signature"
        if not _speaks_of(piece, invoice):
            yield "prescription"
        yield from ("erasure" for mark in piece.marks if mark.score >= _DOUBTFUL_MARK)
    yield from ("erasure" for mark in invoice.marks if _counts(mark.field) and mark.score >= _DOUBTFUL_MARK)


def _counts(name: str | None) -> bool:
    """Whether a doubt about an entry keeps its invoice from being accepted: it pays or identifies."""
    return name is not None and (name in PAYING_OR_IDENTIFYING or name.startswith("acts."))


def _speaks_of(piece: Prescription, invoice: Invoice) -> bool:
    """Whether a prescription says by itself that it is an invoice's: the patient, or day and prescriber.

    With day and prescriber the same, a name that is unread, or a few letters off, speaks against nothing.
    """
    named, patient = piece.patient_name.value, invoice.patient_name.value
    alike = 1.0 if named is None else name_likeness(named, patient) if patient else 0.0
    rpps = _equal(piece.prescriber_rpps, invoice.prescriber_rpps, str.__eq__)
    day = _equal(piece.date, invoice.prescription_date, str.__eq__)
    return (alike >= OTHER_NAME and rpps and day) or (named is not None and alike >= SAME_NAME)


def _equal(one: Field[str], other: Field[str], same: Callable[[str, str], bool]) -> bool:
    return one.value is not None and other.value is not None and same(one.value, other.value)


def _line_holds(lot: Lot, row: int, invoices: Sequence[Invoice], answered: AbstractSet[int | None]) -> bool:
    """Whether a line's form is accepted or, where none travels, its own entries and prescription are certain.

    Args:
        lot: matched and resolved.
        row: the line.
        invoices: decided.
        answered: lines whose prescription is held from an earlier lot.
    """
    form = lot.invoice_of.get(row)
    if form is not None:
        return invoices[form].decision is Decision.ACCEPTED
    pieces = [p for p in lot.prescriptions if p.line == row]
    if lot.expects_form(row) or not (pieces or row in answered):
        return False
    line = lot.lines[row]
    counted = [(name, getattr(line, name).confidence) for name in _LINE_FIELDS]
    return not lot.acceptance.doubtful(counted) and all(
        p.prescriber_signature.confidence >= lot.thresholds.evidence
        and not p.marks
        and shares_a_name(lot.sure(p.patient_name) or "", line.insured_name.value or "")
        for p in pieces
    )


def _decision(holds: bool) -> Decision:  # noqa: FBT001
    return Decision.ACCEPTED if holds else Decision.REVIEW
