"""The acts table of a software invoice: columns by their headings, one act a row."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from extractors.bordereaux.tokens import Kind, Row
from extractors.bordereaux.values import find_bare_amount, find_date, written_date
from extractors.lines import plain
from extractors.scan import Word

#: What an act's heading says, in the order the rules win.
_HEADINGS: Final = (
    (
        "travel_km_amount",
        re.compile(r"\b(?:ik|km|kilometr\w*)\b.*\b(?:montant|mt|mnt|total|euros?)\b|\bmontant (?:des )?(?:ik|km)\b"),
    ),
    ("travel_km", re.compile(r"\b(?:ik|km|kilometr\w*|distance)\b")),
    ("travel_flat", re.compile(r"\b(?:ifd|ifa|ifi|ifo|forfait\w*|deplacement\w*|indemnite\w*|i ?f)\b")),
    ("surcharge", re.compile(r"\b(?:major\w*|supplement\w*)\b")),
    ("coefficient", re.compile(r"\b(?:coef\w*|cotation coef\w*)\b")),
    ("fee", re.compile(r"\b(?:honoraires?|montant|tarif|prix|mt|mnt|total)\b")),
    ("date", re.compile(r"\b(?:date\w*|jour)\b")),
    ("code", re.compile(r"\b(?:actes?|code|cotation|lettre\w*|nature|prestation)\b")),
)
_LEAST_COLUMNS: Final = 3
_HEADING_GAP: Final = 1.6
#: An entry this many characters from every heading belongs to none.
_REACH: Final = 8.0
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?")
_END: Final = re.compile(r"\b(?:total|signature|net a payer|arrete)\b")
#: A table ends where no act stands within this many rows' heights.
_LONGEST_GAP: Final = 4.0


@dataclass(frozen=True)
class ActsTable:
    """The words of each act's cells, and the rows the table takes."""

    acts: tuple[Mapping[str, tuple[Word, ...]], ...]
    rows: frozenset[int]


def find_acts(rows: Sequence[Row]) -> ActsTable:
    """Return the acts printed on a page."""
    for place, row in enumerate(rows):
        columns = _columns(row)
        if len(columns) >= _LEAST_COLUMNS and {"code", "date", "fee"} <= set(columns) | {"code"}:
            return _read(rows, place, columns)
    return ActsTable((), frozenset())


def _columns(row: Row) -> dict[str, tuple[float, float]]:
    columns: dict[str, tuple[float, float]] = {}
    if row.count(Kind.AMOUNT, Kind.DATE, Kind.NIR):
        return columns
    for piece in row.pieces(_HEADING_GAP):
        text = plain(" ".join(word.text for word in piece))
        for name, pattern in _HEADINGS:
            if name not in columns and pattern.search(text):
                columns[name] = (piece[0].box.x, piece[-1].box.x + piece[-1].box.w)
                break
    return columns


def _read(rows: Sequence[Row], heading: int, columns: Mapping[str, tuple[float, float]]) -> ActsTable:
    acts = []
    last = rows[heading]
    taken = {heading}
    for place in range(heading + 1, len(rows)):
        row = rows[place]
        if _END.search(plain(row.text)) or row.y - last.y > _LONGEST_GAP * max(row.height, last.height):
            break
        cells: dict[str, tuple[Word, ...]] = {}
        for word in row.words:
            name = _nearest(word, columns, row.character)
            if name is not None:
                cells[name] = (*cells.get(name, ()), word)
        if "fee" in cells or ("date" in cells and "code" in cells):
            acts.append(cells)
            taken.add(place)
            last = row
    return ActsTable(tuple(acts), frozenset(taken))


def _nearest(word: Word, columns: Mapping[str, tuple[float, float]], character: float) -> str | None:
    def distance(name: str) -> float:
        x0, x1 = columns[name]
        return max(x0 - (word.box.x + word.box.w), word.box.x - x1, 0.0) + 0.01 * abs(word.box.x - x0)

    name = min(columns, key=distance)
    return name if distance(name) <= _REACH * character else None


def parse_cell(name: str, text: str) -> str | None:
    """Return the contract's value of an act's cell, or None where *text* is none."""
    if name == "date":
        digits = find_date(text)
        return written_date(digits, latest=None) if digits else None
    if name in {"code", "surcharge"}:
        return "".join(c for c in text.upper() if c.isalnum() or c in "+/") or None
    if name in {"fee", "travel_flat", "travel_km_amount"}:
        return find_bare_amount(text)
    if _NUMBER.fullmatch(text.strip()) is None:
        return None
    number = Decimal(text.strip().replace(",", ".")).normalize()
    is_whole = number == number.to_integral_value()
    return f"{number:f}" if is_whole or name == "coefficient" else None
