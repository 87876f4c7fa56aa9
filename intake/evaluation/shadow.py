"""Shadow mode: the program beside a keying team. Where they differ, what it costs, how far one may trust either.

Amounts are told only where it is known who was right: both agree, or a second look (``verified``) said so.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from intake.evaluation.keyed import Keyed, KeyedFileError, keyed_in
from intake.evaluation.lots import TrueLot, objects_in
from intake.evaluation.scores import same, value_of
from intake.likeness import bare_number

Object = dict[str, Any]


@dataclass(slots=True)
class Side:
    """Euros one side pays too much and too little, where it is known what was due; whole invoices included."""

    overpaid: Decimal = Decimal(0)
    underpaid: Decimal = Decimal(0)
    invoices: int = 0

    def add(self, paid: Decimal, due: Decimal) -> None:
        """Count one more invoice."""
        self.overpaid += max(paid - due, Decimal(0))
        self.underpaid += max(due - paid, Decimal(0))
        self.invoices += paid != due

    def as_object(self) -> Object:
        """Return the figures for JSON."""
        return {"overpaid": str(self.overpaid), "underpaid": str(self.underpaid), "invoices": self.invoices}


@dataclass(slots=True)
class Shadow:
    """The program and a keying team compared."""

    lots: list[TrueLot] = field(default_factory=list)
    #: by sort of field: compared, different, of these right by the second look: program, keying, neither
    compared: Counter[str] = field(default_factory=Counter)
    different: Counter[str] = field(default_factory=Counter)
    right: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    #: differences in invoices the program accepts
    accepted_different: int = 0
    #: keyed invoices, those found among the results, those the program accepts
    invoices: int = 0
    found: int = 0
    accepted: int = 0
    program: Side = field(default_factory=Side)
    keying: Side = field(default_factory=Side)
    #: euros between the two totals where nobody looked again, and on how many invoices
    disputed: Decimal = Decimal(0)
    disputed_invoices: int = 0

    def as_object(self) -> Object:
        """Return the figures for JSON, n with each."""
        return {
            "shadow": {
                "invoices": {"keyed": self.invoices, "found": self.found, "accepted": self.accepted},
                "fields": {
                    name: {"compared": n, "different": self.different[name], "right": dict(self.right[name])}
                    for name, n in sorted(self.compared.items())
                },
                "different_in_accepted": self.accepted_different,
                "euros": {
                    "program": self.program.as_object(),
                    "keying": self.keying.as_object(),
                    "disputed": str(self.disputed),
                    "disputed_invoices": self.disputed_invoices,
                },
            }
        }

    def print(self, console: Console) -> None:
        """Print the figures as tables."""
        title = f"{self.invoices} keyed invoices, {self.found} found, {self.accepted} accepted by the program"
        table = Table("field", "compared", "different", "program right", "keying right", "neither", title=title)
        for name, n in sorted(self.compared.items()):
            right = self.right[name]
            sides = (str(right[side]) for side in ("program", "keying", "neither"))
            table.add_row(name, str(n), str(self.different[name]), *sides)
        console.print(table)
        euros = Table("euros", "overpaid", "underpaid", "invoices", title="where it is known what was due")
        for name, side in (("program, accepted invoices", self.program), ("keying", self.keying)):
            euros.add_row(name, str(side.overpaid), str(side.underpaid), str(side.invoices))
        console.print(euros)
        console.print(
            f"{self.disputed} € differ on {self.disputed_invoices} invoices nobody looked at again; "
            f"{self.accepted_different} fields differ in invoices the program accepts"
        )


def shadow(path: Path, results: Path) -> Shadow:
    """Return the comparison of a keyed CSV with what was read, ``LOT.json`` in a folder.

    Raises:
        KeyedFileError: the CSV cannot be used; ``lot``: a row names a lot without a result.
    """
    found = Shadow()
    for name, rows in _grouped(keyed_in(path), lambda row: row.lot).items():
        stored = results / f"{Path(str(name)).name}.json"
        if not stored.is_file():
            raise KeyedFileError("lot", f"line {rows[0].line}: no result for this lot in {results.name}")
        reads = objects_in(stored)
        truths: list[list[Object]] = [[] for _ in reads]
        for entries in _grouped(rows, _key).values():
            found.invoices += 1
            place = next(((n, at) for n, read in enumerate(reads) for at in _invoices_of(entries[0], read)), None)
            if place is not None:
                found.found += 1
                invoice = reads[place[0]]["invoices"][place[1]]
                truths[place[0]].append(_truth(entries, invoice))
                _compare(found, entries, invoice)
        for number, (truth, read) in enumerate(zip(truths, reads, strict=True)):
            lot = stored.stem if len(reads) == 1 else f"{stored.stem}#{number}"
            found.lots.append(TrueLot(lot, {"invoices": truth}, read))
    return found


def _grouped(rows: Iterable[Keyed], key: Callable[[Keyed], Hashable]) -> dict[Hashable, list[Keyed]]:
    groups: defaultdict[Hashable, list[Keyed]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return dict(groups)


def _key(row: Keyed) -> Hashable:
    return row.invoice_number if row.page is None else row.page


def _invoices_of(row: Keyed, read: Object) -> Iterator[int]:
    """Yield the places of the invoices a row may speak of: by its page, else by its number."""
    for place, invoice in enumerate(read["invoices"]):
        number = value_of(invoice["invoice_number"])
        if row.page is not None:
            if row.page - 1 in invoice["pages"]:
                yield place
        elif number is not None and bare_number(number) == bare_number(row.invoice_number or ""):
            yield place


def _truth(entries: list[Keyed], invoice: Object) -> Object:
    """Return an invoice as the contract's truth, as far as it was keyed; without a decision, one to be paid."""
    truth: Object = {"pages": list(invoice["pages"]), "decision": "accepted"}
    acts: dict[int, Object] = {}
    for entry in entries:
        if entry.field.startswith("acts."):
            _, row, cell = entry.field.split(".")
            acts.setdefault(int(row), {})[cell] = entry.truth
        else:
            truth[entry.field] = entry.truth
    if acts:
        truth["acts"] = [acts.get(row, {}) for row in range(max(acts) + 1)]
    return truth


def _entry(invoice: Object, name: str) -> Any:
    if not name.startswith("acts."):
        return invoice.get(name)
    _, row, cell = name.split(".")
    rows = invoice["acts"]
    return rows[int(row)][cell] if int(row) < len(rows) else None


def _compare(found: Shadow, entries: list[Keyed], invoice: Object) -> None:
    accepted = invoice["decision"] == "accepted"
    found.accepted += accepted
    for entry in entries:
        if entry.field == "decision":
            continue
        parts = entry.field.split(".")
        name = parts[0] if len(parts) == 1 else f"acts.{parts[2]}"
        read = value_of(_entry(invoice, entry.field))
        found.compared[name] += 1
        if same(entry.value, read):
            continue
        found.different[name] += 1
        found.accepted_different += accepted
        if entry.is_verified:
            sides = (("program", read), ("keying", entry.value))
            who = next((side for side, value in sides if same(entry.verified, value)), "neither")
            found.right[name][who] += 1
    _weigh(found, entries, invoice, accepted=accepted)


def _weigh(found: Shadow, entries: list[Keyed], invoice: Object, *, accepted: bool) -> None:
    """Count what each side pays of an invoice against what is due."""
    total = next((entry for entry in entries if entry.field == "total_amount"), None)
    decision = next((entry for entry in entries if entry.field == "decision"), None)
    if total is None:
        return
    read, keyed = _euros(value_of(invoice["total_amount"])), _euros(total.value)
    keying_pays = keyed if decision is None or decision.value == "accepted" else Decimal(0)
    program_pays = read if accepted else None
    if not total.is_verified and program_pays is not None and program_pays != keying_pays:
        found.disputed += abs(program_pays - keying_pays)
        found.disputed_invoices += 1
        return
    due = _euros(total.truth) if decision is None or decision.truth == "accepted" else Decimal(0)
    if program_pays is not None:
        found.program.add(program_pays, due)
    if total.is_verified or program_pays is not None:
        found.keying.add(keying_pays, due)


def _euros(value: object) -> Decimal:
    return Decimal(str(value)) if value else Decimal(0)
