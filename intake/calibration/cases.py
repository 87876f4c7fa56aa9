"""What calibration learns from: every entry of a read lot with its raw confidence, and whether it is right."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from intake.calibration.context import PERSON, form_context, raw_confidence
from intake.calibration.curves import Context
from intake.calibration.kinds import NAMES, form_entries, sort_of, state_of
from intake.evaluation.scores import paired, same
from schemas.batch import Batch
from schemas.bordereau import Bordereau
from schemas.field import Field
from schemas.invoice import Invoice
from schemas.model import Record
from schemas.page import Page

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One entry whose truth is known."""

    sort: str
    state: str
    raw: float
    wrong: bool
    #: the form, prescription or bordereau it stands on: its errors come together
    paper: str
    #: of a form: its print and its doubts
    context: Context | None


def cases_of(lot: str, truth: Object, batch: Batch) -> Iterator[Case]:
    """Yield every entry of a lot that the program made and the truth knows.

    Args:
        lot: its name.
        truth: the lot in the contract's shape, values bare; entries it does not name are left out.
        batch: the same lot as read.
    """
    read = [{"pages": invoice.pages} for invoice in batch.invoices]
    for t, index in paired(truth["invoices"], read).items():
        invoice = batch.invoices[index]
        found = form_cases(f"{lot}/invoice/{index}", truth["invoices"][t], batch.pages, invoice)
        yield from (case for _, case in found)
    pieces = truth.get("prescriptions") or []
    read = [{"pages": piece.pages} for piece in batch.prescriptions]
    for t, index in paired(pieces, read).items():
        yield from _others("prescription", batch.prescriptions[index], pieces[t], f"{lot}/prescription/{index}")
    if batch.bordereau is not None and truth.get("bordereau"):
        yield from _bordereau_cases(lot, truth["bordereau"], batch.bordereau)


def _bordereau_cases(lot: str, truth: Object, read: Bordereau) -> Iterator[Case]:
    yield from _others("bordereau", read, truth, f"{lot}/bordereau/head")
    if len(truth["lines"]) == len(read.lines):  # else nobody can say which line stands for which
        for row, (line, printed) in enumerate(zip(read.lines, truth["lines"], strict=True)):
            yield from _others("line", line, printed, f"{lot}/line/{row}")


def _others(paper: str, read: Record, truth: Object, place: str) -> Iterator[Case]:
    """Yield the entries of a paper that is no form, as far as the truth names them."""
    for name in NAMES[paper]:
        if name in truth:
            yield from _case(paper, name, getattr(read, name), truth[name], place, None)


def form_cases(paper: str, truth: Object, pages: Sequence[Page], invoice: Invoice) -> Iterator[tuple[str, Case]]:
    """Yield every entry of a form by name.

    Args:
        paper: what to call the form.
        truth: of the form, values bare.
        pages: of its lot.
        invoice: as read.
    """
    context = form_context(pages, invoice)
    for name, true, entry in form_pairs(truth, invoice):
        yield from ((name, case) for case in _case("form", name, entry, true, paper, context))


def form_pairs(truth: Object, invoice: Invoice) -> Iterator[tuple[str, Any, Field[Any]]]:
    """Yield each entry of a form the truth names, with its true value; rows the paper does not bear should be empty."""
    rows = truth.get("acts")
    told = {cell for written in rows or () for cell in written}
    row = -1
    for name, entry in form_entries(invoice):
        cell = name.removeprefix("acts.")
        if cell == name:
            if name in truth:
                yield name, truth[name], entry
        elif rows is not None:
            row += cell == "date"
            if cell in (rows[row] if row < len(rows) else told):
                yield name, rows[row][cell] if row < len(rows) else None, entry


def _case(
    paper: str, name: str, entry: Field[Any], true: object, place: str, context: Context | None
) -> Iterator[Case]:
    if entry.source not in PERSON:
        raw = raw_confidence(entry)
        state = state_of(entry.value, raw)
        yield Case(sort_of(paper, name), state, raw, not same(true, entry.value), place, context)
