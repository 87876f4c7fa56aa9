"""The acts table of a software invoice: columns by their headings, one act a row."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from extractors.bordereaux.tokens import Kind, Row
from extractors.bordereaux.values import find_bare_amount, find_date, written_date
from extractors.lines import plain
from extractors.scan import Word
from schemas.geometry import Box

#: What an act's heading says, in the order the rules win; of several amounts the first is the fee.
_HEADINGS: Final = (
    (
        "travel_km_amount",
        re.compile(
            r"\b(?:ik|km|kilometr\w*)\b.*\b(?:montant|mt|mnt|total|euros?)\b|\b(?:montant|mt) (?:des )?(?:ik|km)\b"
        ),
    ),
    ("travel_km", re.compile(r"\b(?:ik|km|kilometr\w*|distance)\b")),
    ("travel_flat", re.compile(r"\b(?:i?fd|ifa|ifi|ifo|frais|forfait\w*|deplacement\w*|depl|indemnite\w*|i ?f)\b")),
    ("surcharge", re.compile(r"\b(?:maj|major\w*|supplement\w*)\b")),
    (
        "other",
        re.compile(
            r"\b(?:amo|amc|part|taux|rembours\w*|tva|reste|unitaire|pu|base|patiente?|qte|quantite|tiers|libelle|"
            r"designation|lieu|ald|exo\w*)\b"
        ),
    ),
    ("coefficient", re.compile(r"\b(?:coef\w*)\b")),
    ("fee", re.compile(r"\bhonoraires?\b")),
    ("fee", re.compile(r"\b(?:montants?|mt|mnt)\b")),
    ("fee", re.compile(r"\b(?:tarifs?|prix)\b")),
    ("fee", re.compile(r"\btotal\b")),
    ("date", re.compile(r"\b(?:dates?|jour|le)\b")),
    ("code", re.compile(r"\b(?:actes?|codes?|cotations?|lettres?|nature|prestations?|nomenclature|soins?)\b")),
)
_LEAST_COLUMNS: Final = 3
_HEADING_GAP: Final = 1.6
#: An entry this many characters from every heading belongs to none.
_REACH: Final = 8.0
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?")
#: A row holds an act where two of these stand: one alone is a speck.
_NEEDED: Final = frozenset({"date", "code", "fee"})
_CODE_AND_NUMBER: Final = re.compile(r"([A-Z]{2,5})(\d{1,2}(?:[.,]\d{1,2})?)")
#: No act of the nomenclature counts a hundred times its letter: a comma was not seen.
_HIGHEST_COEFFICIENT: Final = 100
_END: Final = re.compile(r"\b(?:total|signature|net a payer|arrete)\b")
#: A table ends where no act stands within this many rows' heights.
_LONGEST_GAP: Final = 4.0


@dataclass(frozen=True)
class _Column:
    name: str
    left: float
    right: float


@dataclass(frozen=True)
class ActsTable:
    """The words of each act's cells, and the rows the table takes."""

    acts: tuple[Mapping[str, tuple[Word, ...]], ...]
    rows: frozenset[int]


def find_acts(rows: Sequence[Row]) -> ActsTable:
    """Return the acts printed on a page."""
    for place, row in enumerate(rows):
        columns = _columns(row)
        if len(columns) >= _LEAST_COLUMNS and {"date", "fee"} <= {column.name for column in columns}:
            return _read(rows, place, columns)
    return ActsTable((), frozenset())


def _columns(row: Row) -> list[_Column]:
    """Return the columns a row of headings parts, those of no entry of ours as "other"."""
    if row.count(Kind.AMOUNT, Kind.DATE, Kind.NIR):
        return []
    ranked = []
    for piece in row.pieces(_HEADING_GAP):
        text = plain(" ".join(word.text for word in piece))
        rank, name = next(
            ((rank, name) for rank, (name, pattern) in enumerate(_HEADINGS) if pattern.search(text)),
            (len(_HEADINGS), "other"),
        )
        ranked.append((rank, _Column(name, piece[0].box.x, piece[-1].box.x + piece[-1].box.w)))
    best = {column.name: rank for rank, column in sorted(ranked, key=lambda pair: -pair[0])}
    taken: set[str] = set()
    columns = []
    for rank, column in ranked:
        is_ours = rank == best[column.name] and column.name not in taken
        taken.add(column.name)
        columns.append(column if is_ours else _Column("other", column.left, column.right))
    return columns


def _read(rows: Sequence[Row], heading: int, columns: Sequence[_Column]) -> ActsTable:
    acts = []
    last = rows[heading]
    taken = {heading}
    has_coefficients = any(column.name == "coefficient" for column in columns)
    for place in range(heading + 1, len(rows)):
        row = rows[place]
        if _END.search(plain(row.text)) or row.y - last.y > _LONGEST_GAP * max(row.height, last.height):
            break
        cells: dict[str, tuple[Word, ...]] = {}
        for word in row.words:
            name = _nearest(word, columns, row.character)
            if name is not None:
                cells[name] = (*cells.get(name, ()), word)
        if not has_coefficients:
            cells |= _parted(cells.get("code", ()))
        if len(_NEEDED.intersection(cells)) > 1:
            acts.append(cells)
            taken.add(place)
            last = row
    return ActsTable(tuple(acts), frozenset(taken))


def _parted(code: tuple[Word, ...]) -> dict[str, tuple[Word, ...]]:
    """Return the code and the coefficient of a cell that holds both: "AMI 1,5", "AMI1,5"."""
    text = "".join(word.text for word in code)
    found = _CODE_AND_NUMBER.fullmatch(text)
    if found is None:
        return {}
    if len(code) > 1:
        return {"code": code[:1], "coefficient": code[1:]}
    word, share = code[0], len(found.group(1)) / len(text)
    x, y, w, h = word.box
    left = replace(word, text=found.group(1), box=Box(x, y, w * share, h))
    return {
        "code": (left,),
        "coefficient": (replace(word, text=found.group(2), box=Box(x + w * share, y, w - w * share, h)),),
    }


def _nearest(word: Word, columns: Sequence[_Column], character: float) -> str | None:
    def distance(column: _Column) -> float:
        gap = max(column.left - (word.box.x + word.box.w), word.box.x - column.right, 0.0)
        return gap + 0.01 * abs(word.box.x - column.left)

    nearest = min(columns, key=distance)
    return nearest.name if distance(nearest) <= _REACH * character else None


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
    if name == "coefficient":
        return f"{number:f}" if number < _HIGHEST_COEFFICIENT else None
    return f"{number:f}" if number == number.to_integral_value() else None
