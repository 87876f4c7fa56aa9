"""The acts table: its filled rows, cell by cell."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

from extractors.corrected import read_corrected
from extractors.decoding.texts import Amount, Code, Coefficient, WholeNumber, WrittenDate
from extractors.entries import EntryReader, LineGrammar
from extractors.form_view import Rect
from extractors.forms.template import Zone
from extractors.marks.erasures import Written, strike_of
from schemas.field import Field
from schemas.invoice import Act

# A row is filled when its cells hold this much ink together; two typed characters cover 1.5 mm2.
_ROW_MM2: Final = 1.2
_DIGIT_COLUMNS: Final = frozenset({"date", "coefficient", "fee", "travel_flat", "travel_km", "travel_km_amount"})


@dataclass(frozen=True, slots=True)
class ReadCell:
    """One cell of the table: what it says, and its strokes."""

    column: str
    field: Field[str]
    written: Written


def act_grammars(
    codes: Collection[str], surcharges: Collection[str], years: tuple[int, int]
) -> Mapping[str, LineGrammar]:
    """Return what each column may hold."""
    amount = Amount()
    return {
        "date": WrittenDate(*years),
        "code": Code(codes),
        "coefficient": Coefficient(),
        "surcharge": Code(surcharges),
        "fee": amount,
        "travel_flat": amount,
        "travel_km": WholeNumber(),
        "travel_km_amount": amount,
    }


def read_acts(reader: EntryReader, zone: Zone, grammars: Mapping[str, LineGrammar]) -> list[list[ReadCell]]:
    """Return the filled rows of the acts table, top to bottom, each cell read."""
    rows: list[list[ReadCell]] = []
    above_is_free = True
    for boxes in zone.rows_mm:
        rects = {name: Rect(*box) for name, box in boxes.items() if name in grammars}
        cells = []
        if sum(reader.ink.area_mm2(rect) for rect in rects.values()) >= _ROW_MM2:
            cells = [
                _read_cell(reader, Written(f"acts.{len(rows)}.{name}", rect, None), name, grammars[name], above_is_free)
                for name, rect in rects.items()
            ]
        above_is_free = not any(cell.written.entry is not None for cell in cells)
        if not above_is_free:
            rows.append(cells)
    return rows


def as_act(cells: list[ReadCell]) -> Act:
    """Return a row of read cells as the contract's act."""
    return Act(**{cell.column: cell.field for cell in cells})


def _read_cell(
    reader: EntryReader,
    written: Written,
    column: str,
    grammar: LineGrammar,
    above_is_free: bool,  # noqa: FBT001
) -> ReadCell:
    digits = column in _DIGIT_COLUMNS
    # strokes belong to the row that holds most of them, so no reach beyond it
    reading = reader.read_line(written.rect, grammar, digits=digits)
    written = replace(written, entry=reading.entry, words=not digits)
    field = reading.field
    strike = strike_of(reader.view, reader.ink, written)
    if strike is not None:
        field = read_corrected(reader, written.rect, strike, grammar, digits=digits, above_is_free=above_is_free)
    return ReadCell(column, field, written)
