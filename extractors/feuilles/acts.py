"""The acts table: its filled rows, cell by cell."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from extractors.decoding.number_entry import LineGrammar
from extractors.decoding.texts import Amount, Code, Coefficient, WholeNumber, WrittenDate
from extractors.feuilles.corrected import read_corrected
from extractors.feuilles.entries import EntryReader
from extractors.feuilles.form_view import Rect
from extractors.forms.template import Zone
from extractors.marks.erasures import Erased, Written
from schemas.field import Field
from schemas.invoice import Act

# A row is filled when its cells hold this much ink together; two typed characters cover 1.5 mm2.
_ROW_MM2: Final = 1.2
# Entries of a row that must agree on whether it is printed before it is taken to differ from the rest of the table.
_ROW_VOTES: Final = 2
#: Columns of figures.
DIGIT_COLUMNS: Final = frozenset({"date", "coefficient", "fee", "travel_flat", "travel_km", "travel_km_amount"})


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


def read_acts(
    reader: EntryReader, zone: Zone, grammars: Mapping[str, LineGrammar], erased: Mapping[Rect, Erased]
) -> list[list[ReadCell]]:
    """Return the filled rows of the acts table, top to bottom, each cell read; *erased* by the cell's zone."""
    written: list[list[tuple[str, Written]]] = []
    free: list[bool] = []  # whether no entry stands right above the row
    was_free = True
    for boxes in zone.rows_mm:
        rects = {name: Rect(*box) for name, box in boxes.items() if name in grammars}
        row = []
        if sum(reader.ink.area_mm2(rect) for rect in rects.values()) >= _ROW_MM2:
            # strokes belong to the row that holds most of them, so no reach beyond it
            entries = {name: reader.ink.entry(rect) for name, rect in rects.items()}
            row = [
                (name, Written(f"acts.{len(written)}.{name}", rect, entries[name]))
                for name, rect in rects.items()
                if any(entry is not None for entry in entries.values())
            ]
        if row:
            written.append(row)
            free.append(was_free)
        was_free = not row
    printed = _is_printed([one for row in written for _, one in row])
    return [
        [
            _read_cell(
                reader,
                one,
                name,
                grammars[name],
                printed=_is_printed([w for _, w in row], otherwise=printed),
                above_is_free=above,
                erased=erased.get(one.rect),
            )
            for name, one in row
        ]
        for row, above in zip(written, free, strict=True)
    ]


def as_act(cells: list[ReadCell]) -> Act:
    """Return a row of read cells as the contract's act."""
    return Act(**{cell.column: cell.field for cell in cells})


def _is_printed(written: list[Written], *, otherwise: bool | None = None) -> bool | None:
    """Return whether most entries are printed, by those long enough to tell; *otherwise* where too few are."""
    votes = [one.entry.is_printed for one in written if one.entry is not None and one.entry.is_printed is not None]
    if len(votes) < (1 if otherwise is None else _ROW_VOTES) or 2 * sum(votes) == len(votes):
        return otherwise  # a date's slashes make a machine's row look uneven: half the votes settle nothing
    return 2 * sum(votes) > len(votes)


def _read_cell(
    reader: EntryReader,
    written: Written,
    column: str,
    grammar: LineGrammar,
    *,
    printed: bool | None,
    above_is_free: bool,
    erased: Erased | None,
) -> ReadCell:
    digits = column in DIGIT_COLUMNS
    if written.entry is None:
        return ReadCell(column, reader.empty(written.rect), written)
    if erased is not None and erased.is_struck:
        corrected = read_corrected(
            reader, written.rect, erased.rect, grammar, digits=digits, above_is_free=above_is_free
        )
        return ReadCell(column, corrected, written)
    return ReadCell(column, reader.read_entry(written.entry, grammar, digits=digits, printed=printed), written)
