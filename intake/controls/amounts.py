"""Controls that amounts add up."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from intake.controls.control import Finding, flag
from intake.evidence import offered
from intake.lot import Lot
from schemas.batch import NotChecked
from schemas.field import Field
from schemas.flag import Severity
from schemas.invoice import Act, Invoice
from schemas.money import sum_read, written

_AMOUNTS: Final = ("fee", "travel_flat", "travel_km_amount")
#: Share of the ink, against what was read there, from which an amount may be a misreading: rows of one form that are
#: all surely read add up but for one of these (fresh lots: a lost first figure, a five like an eight).
_ALLOWED: Final = 0.005
_COLUMNS: Final = {"total_amount": "montant total", "amount_amo": "part AMO", "amount_amc": "part AMC"}


def total_mismatch(lot: Lot) -> Iterator[Finding]:
    """The acts do not add up to the form's total, or the lines to the bordereau's, to the cent."""
    for index, invoice in lot.originals():
        total = lot.sure(invoice.total_amount)
        expected = _sum_of_acts(lot, invoice.acts)
        if invoice.total_amount.is_empty:
            continue  # missing_field's business
        if total is None or expected is None:
            reason = "un montant n'est pas lu avec assez de certitude"
            yield NotChecked(control="total_mismatch", invoice=index, reason=reason)
        elif Decimal(total) != expected and _is_misread(invoice, Decimal(total) - expected):
            reason = "un montant lu autrement, comme l'encre le permet, rendrait la somme juste"
            yield NotChecked(control="total_mismatch", invoice=index, reason=reason)
        elif Decimal(total) != expected:
            message = f"total porté {total}, somme des actes {written(expected)}"
            entry = invoice.total_amount
            yield flag("total_mismatch", Severity.BLOCKING, message, entry, field="total_amount", invoice=index)
    if lot.bordereau is None or not lot.lines:
        return
    for name, label in _COLUMNS.items():
        entry = getattr(lot.bordereau, name)
        printed = lot.sure(entry)
        expected = sum_read(lot.sure(getattr(line, name)) for line in lot.lines)
        if printed is None or expected is None:
            reason = f"{label} : un montant n'est pas lu avec assez de certitude"
            yield NotChecked(control="total_mismatch", invoice=None, reason=reason)
        elif Decimal(printed) != expected:
            message = f"{label} imprimé {printed}, somme des lignes {written(expected)}"
            yield flag("total_mismatch", Severity.BLOCKING, message, entry, field=name)


def share_mismatch(lot: Lot) -> Iterator[Finding]:
    """The shares of a line exceed its total: AMO + AMC is the total, or less where the insured pays a part."""
    for row, line in enumerate(lot.lines):
        total, amo, amc = (lot.sure(e) for e in (line.total_amount, line.amount_amo, line.amount_amc))
        if total is not None and amo is not None and amc is not None and Decimal(amo) + Decimal(amc) > Decimal(total):
            message = f"part AMO {amo} et part AMC {amc} dépassent le total {total}"
            field = f"lines.{row}.amount_amo"
            yield flag("share_mismatch", Severity.INFO, message, line.amount_amo, field=field, line=row)


def count_mismatch(lot: Lot) -> Iterator[Finding]:
    """The number of invoices printed at the foot is not the number of lines."""
    if lot.bordereau is not None and lot.printed_count is not None and lot.printed_count != len(lot.lines):
        message = f"{lot.printed_count} factures annoncées, {len(lot.lines)} lignes lues"
        yield flag("count_mismatch", Severity.INFO, message, page=min(lot.bordereau.pages, default=None))


def _sum_of_acts(lot: Lot, acts: tuple[Act, ...]) -> Decimal | None:
    """Return the sum of all amounts of the table; None where one is not surely read, or there is no row."""
    if not acts:
        return None
    return sum_read(_amount(lot, getattr(act, name)) for act in acts for name in _AMOUNTS)


def _is_misread(invoice: Invoice, off: Decimal) -> bool:
    """Whether one amount, read as its ink allows as well, would make the sum right: *off* is what the rows lack."""
    cells = [(getattr(act, name), off) for act in invoice.acts for name in _AMOUNTS] + [(invoice.total_amount, -off)]
    return any(_allows(cell, Decimal(cell.value) + more) for cell, more in cells if cell.value is not None)


def _allows(cell: Field[str], amount: Decimal) -> bool:
    if cell.value is None or amount < 0:
        return False
    own = max(offered(cell, cell.value)[1], cell.confidence if cell.ink is None else 0.0)
    return offered(cell, written(amount))[1] >= _ALLOWED * own


def _amount(lot: Lot, entry: Field[str]) -> str | None:
    return "0.00" if entry.is_empty and entry.confidence >= lot.thresholds.evidence else lot.sure(entry)
