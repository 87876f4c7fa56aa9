"""The control of order: lines ascending, and pieces of every kind in the order of the bordereau."""

from collections.abc import Iterator, Sequence
from typing import Final

from intake.controls.control import Finding, flag
from intake.lot import Lot
from intake.order import displaced
from schemas.flag import Severity
from schemas.page import ATTACHMENT_KINDS

_CODE: Final = "out_of_order"
#: Probability of a match from which a form's place is held against it.
_SURE_MATCH: Final = 0.90

#: place in the stack, rank it should have, position in its tuple
_Place = tuple[int, int, int]


def out_of_order(lot: Lot) -> Iterator[Finding]:
    """A line breaks the ascending order of invoice numbers, or a piece the order of the bordereau.

    An invoice is told once: its prescription and attachments moved with it are not told again.
    """
    told: set[int | None] = {None}
    for row in _displaced_lines(lot):
        told.add(lot.invoice_of.get(row))
        message = "cette ligne rompt l'ordre croissant des numéros de facture"
        number = lot.lines[row].invoice_number
        yield flag(
            _CODE, Severity.CHECK, message, number,
            field=f"lines.{row}.invoice_number", line=row, invoice=lot.invoice_of.get(row),
        ).model_copy(update={"kind": "lines_shuffled"})  # fmt: skip
    for index in _displaced(_form_places(lot)):
        if index not in told:
            told.add(index)
            invoice = lot.invoices[index]
            message = "cette feuille de soins n'est pas à sa place dans l'ordre du bordereau"
            yield flag(
                _CODE, Severity.CHECK, message, invoice.invoice_number,
                field="invoice_number", invoice=index, line=lot.line_of.get(index), page=min(invoice.pages),
            ).model_copy(update={"kind": "forms_shuffled"})  # fmt: skip
    yield from _pieces(lot, told)


def _pieces(lot: Lot, told: set[int | None]) -> Iterator[Finding]:
    message = "cette pièce n'est pas à sa place dans l'ordre du bordereau"
    for index in _displaced(_prescription_places(lot)):
        piece = lot.prescriptions[index]
        if piece.invoice is None or piece.invoice not in told:
            told.add(piece.invoice)
            line = piece.line if piece.invoice is None else lot.line_of.get(piece.invoice)
            found = flag(_CODE, Severity.CHECK, message, invoice=piece.invoice, line=line, page=min(piece.pages))
            yield found.model_copy(update={"kind": "prescriptions_shuffled"})
    for kind in sorted(ATTACHMENT_KINDS):
        places = [
            (lot.sheet_position(a.pages), _rank(lot, a.invoice, a.line), i)
            for i, a in enumerate(lot.attachments)
            if a.kind is kind
        ]
        for index in _displaced(_ranked(places)):
            attachment = lot.attachments[index]
            if attachment.invoice is None or attachment.invoice not in told:
                told.add(attachment.invoice)
                line = attachment.line if attachment.invoice is None else lot.line_of.get(attachment.invoice)
                page = min(attachment.pages)
                found = flag(_CODE, Severity.CHECK, message, invoice=attachment.invoice, line=line, page=page)
                yield found.model_copy(update={"kind": "attachments_shuffled"})


def _displaced_lines(lot: Lot) -> list[int]:
    numbers = [lot.line_number(row) for row in range(len(lot.lines))]
    return _displaced(_without_repeats([(row, int(n), row) for row, n in enumerate(numbers) if n and n.isdecimal()]))


def _form_places(lot: Lot) -> list[_Place]:
    sure = {m.invoice: m.line for m in lot.matches if m.score >= _SURE_MATCH}
    if lot.bordereau is not None:
        places = [(lot.sheet_position(i.pages), sure.get(n), n) for n, i in lot.originals()]
        return _ranked(places)
    numbered = [(lot.sheet_position(i.pages), lot.sure(i.invoice_number), n) for n, i in lot.originals()]
    places = [(page, int(number) if number and number.isdecimal() else None, n) for page, number, n in numbered]
    return _without_repeats(_ranked(places))


def _prescription_places(lot: Lot) -> list[_Place]:
    places = [
        # One that serves several invoices may lie behind any of them.
        (lot.sheet_position(p.pages), _rank(lot, p.invoice, p.line) if len(p.invoices) < 2 else None, n)  # noqa: PLR2004
        for n, p in enumerate(lot.prescriptions)
    ]
    return _ranked(places)


def _rank(lot: Lot, invoice: int | None, line: int | None) -> int | None:
    if invoice is None:
        return line
    if lot.bordereau is None:
        number = lot.sure(lot.invoices[invoice].invoice_number)
        return int(number) if number and number.isdecimal() else None
    return next((m.line for m in lot.matches if m.invoice == invoice and m.score >= _SURE_MATCH), None)


def _ranked(places: Sequence[tuple[int, int | None, int]]) -> list[_Place]:
    return [(place, rank, index) for place, rank, index in places if rank is not None]


def _without_repeats(places: Sequence[_Place]) -> list[_Place]:
    ranks = [rank for _, rank, _ in places]
    return [p for p in places if ranks.count(p[1]) == 1]


def _displaced(places: Sequence[_Place]) -> list[int]:
    """Return the positions of displaced pieces; several pieces of one rank stand in any order."""
    stack = sorted(places)
    seen: dict[int, int] = {}
    ranks: list[int] = []
    for _, rank, _ in stack:
        seen[rank] = seen.get(rank, -1) + 1
        ranks.append(rank * (len(stack) + 1) + seen[rank])
    return [stack[position][2] for position in displaced(ranks)]
