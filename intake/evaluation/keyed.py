"""What a keying team typed, as CSV (docs/calibration.md): one row an entry, or one row an invoice.

Errors name the line and the column, never what stands there.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from intake.calibration.kinds import NAMES
from schemas.errors import UsageError
from schemas.invoice import SIGNATURES, TICKS

#: Columns that say where an entry stands, and the two of the long form.
_PLACE: Final = ("lot", "page", "invoice_number")
_LONG: Final = ("field", "value", "verified")
#: How ``verified`` says that the paper is empty; an empty ``verified`` says that nobody looked.
VERIFIED_EMPTY: Final = "vide"
_CELL: Final = re.compile(r"acts\.(\d{1,2})\.([a-z_]+)")
_MARKS: Final = {"true": True, "1": True, "oui": True, "x": True, "false": False, "0": False, "non": False, "": False}
_DAYS: Final = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y")
_AMOUNTS: Final = frozenset(("total_amount", "acts.fee", "acts.travel_flat", "acts.travel_km_amount"))
_TEXTS: Final = frozenset(
    ("patient_name", "insured_name", "prescriber_name", "substitute_name", "insured_address", "provider_stamp")
)


class KeyedFileError(UsageError):
    """A keyed CSV cannot be used; ``reason`` is a stable word, the message names line and column."""

    code = "usage.keyed_csv"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(f"{reason}: {message}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Keyed:
    """One entry as keyed."""

    #: line of the file, for messages
    line: int
    lot: str
    #: page of the lot from 1, where given
    page: int | None
    #: of the invoice it belongs to, where given
    invoice_number: str | None
    #: the contract's name, act cells as ``acts.0.fee``; ``decision`` too
    field: str
    value: str | bool | None
    #: what a second look found right, where somebody looked
    verified: str | bool | None = None
    is_verified: bool = False

    @property
    def truth(self) -> str | bool | None:
        """What the paper says as far as anyone knows."""
        return self.verified if self.is_verified else self.value


def keyed_in(path: Path) -> list[Keyed]:
    """Return every entry of a keyed CSV, in UTF-8, with commas or semicolons.

    Raises:
        KeyedFileError: ``unreadable`` (no file, or not UTF-8), ``columns`` (a column is missing, unknown or twice),
            ``place`` (a row names neither page nor invoice number), ``field`` (a name the contract does not have),
            ``value`` (a page, date, amount or mark that is none), ``twice`` (the same entry again), ``empty``.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise KeyedFileError("unreadable", f"{path.name} cannot be read as UTF-8 text") from None
    head, _, _ = text.partition("\n")
    rows = csv.reader(text.splitlines(), delimiter=";" if head.count(";") > head.count(",") else ",")
    columns = [name.strip() for name in next(rows, [])]
    _check(columns)
    found: list[Keyed] = []
    seen: set[tuple[str, int | None, str | None, str]] = set()
    for line, row in enumerate(rows, start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(columns):
            raise KeyedFileError("columns", f"line {line} has {len(row)} columns, the first line {len(columns)}")
        cells = {name: cell.strip() for name, cell in zip(columns, row, strict=True)}
        for entry in _entries(line, cells):
            key = (entry.lot, entry.page, entry.invoice_number if entry.page is None else None, entry.field)
            if key in seen:
                raise KeyedFileError("twice", f"line {line}, column {entry.field}: this entry was given before")
            seen.add(key)
            found.append(entry)
    if not found:
        raise KeyedFileError("empty", f"{path.name} holds no entry")
    return found


def _check(columns: list[str]) -> None:
    if len(set(columns)) != len(columns):
        raise KeyedFileError("columns", "a column stands twice")
    if "lot" not in columns or not {"page", "invoice_number"} & set(columns):
        raise KeyedFileError("columns", "give the columns lot, and page or invoice_number")
    if "field" in columns:
        if "value" not in columns:
            raise KeyedFileError("columns", "a column field needs a column value")
        unknown = set(columns) - {*_PLACE, *_LONG}
    else:
        unknown = {name for name in columns if name not in _PLACE and not _is_field(name)}
    if unknown:
        raise KeyedFileError("columns", f"unknown: {', '.join(sorted(unknown))}")


def _is_field(name: str) -> bool:
    cell = _CELL.fullmatch(name)
    return f"acts.{cell[2]}" in NAMES["form"] if cell else name == "decision" or name in _PLAIN


_PLAIN: Final = frozenset(name for name in NAMES["form"] if not name.startswith("acts."))


def _entries(line: int, cells: dict[str, str]) -> Iterator[Keyed]:
    page, number = cells.get("page") or None, cells.get("invoice_number") or None
    if page is None and number is None:
        raise KeyedFileError("place", f"line {line} names neither page nor invoice number")
    if page is not None and not (page.isdecimal() and int(page) > 0):
        raise KeyedFileError("value", f"line {line}, column page: pages count from 1")
    at = None if page is None else int(page)
    if "field" in cells:
        name = cells["field"]
        if not _is_field(name):
            raise KeyedFileError("field", f"line {line}: the contract has no field of this name")
        right = cells.get("verified", "")
        verified = "" if right.casefold() == VERIFIED_EMPTY else right
        yield Keyed(
            line,
            cells["lot"],
            at,
            number,
            name,
            normal(name, cells["value"], line),
            normal(name, verified, line) if right else None,
            bool(right),
        )
        return
    for name, text in cells.items():
        if name not in {"lot", "page"}:
            yield Keyed(line, cells["lot"], at, number, name, normal(name, text, line))


def normal(name: str, text: str, line: int) -> str | bool | None:
    """Return a keyed value as the contract writes it; an empty one is None, an unmarked box false.

    Args:
        name: of the field.
        text: as keyed: days as 2024-03-01 or 01/03/2024, amounts with point or comma, boxes as oui or non.
        line: of the file, for the message.

    Raises:
        KeyedFileError: ``value``.
    """
    sort = f"acts.{cell[2]}" if (cell := _CELL.fullmatch(name)) else name
    if sort in TICKS or sort in SIGNATURES:
        if text.casefold() not in _MARKS:
            raise KeyedFileError("value", f"line {line}, column {name}: neither oui nor non")
        return _MARKS[text.casefold()]
    if not text:
        return None
    if sort in _AMOUNTS:
        try:
            return f"{Decimal(text.replace(',', '.').replace(' ', '').removesuffix('€')):.2f}"
        except InvalidOperation:
            raise KeyedFileError("value", f"line {line}, column {name}: no amount") from None
    if sort.endswith("date"):
        return _day(name, text, line)
    if sort == "acts.coefficient":
        plain = text.replace(",", ".")
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    return " ".join(text.upper().split()) if sort in _TEXTS else text if sort == "decision" else "".join(text.split())


def _day(name: str, text: str, line: int) -> str:
    for shape in _DAYS:
        try:
            return datetime.strptime(text, shape).date().isoformat()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    if name == "patient_birth_date" and re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return text  # a lunar birth date exists on papers, not in the calendar
    raise KeyedFileError("value", f"line {line}, column {name}: no day")
