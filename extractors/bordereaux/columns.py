"""Columns: entries that stand under each other, and what each column means.

Headings and columns are aligned in order from left to right; what headings leave open is told by the content: a column
of NIRs is one whatever its name, and among amounts the one that is never less than two others' sum is the total.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise, permutations
from typing import Final

from extractors.bordereaux.headings import Heading, Meaning
from extractors.bordereaux.lines import Line
from extractors.bordereaux.tokens import Kind, Row, Token, joined_texts
from extractors.bordereaux.values import as_digits, find_amount, find_nir
from schemas.identifiers.nir import BODY_LENGTH, nir_key

#: How well a kind of content fits a heading's meaning, 1 being its usual content. Absent: it does not.
_FIT: Final[Mapping[Kind, Mapping[Meaning, float]]] = {
    Kind.AMOUNT: {
        Meaning.TOTAL: 1.0, Meaning.AMO: 1.0, Meaning.AMC: 1.0, Meaning.SHARE: 1.0, Meaning.PATIENT: 0.5,
        Meaning.OTHER: 0.4,
    },
    Kind.DATE: {Meaning.BIRTH: 1.0, Meaning.DATE: 1.0, Meaning.OTHER: 0.3},
    Kind.NIR: {Meaning.NIR: 1.2, Meaning.OTHER: 0.1},
    Kind.NUMBER: {
        Meaning.INVOICE: 1.0, Meaning.KEY: 1.0, Meaning.OTHER: 0.5, Meaning.NIR: 0.5, Meaning.BIRTH: 0.5,
        Meaning.DATE: 0.4, Meaning.FLOW: 0.1,
    },
    Kind.TEXT: {
        Meaning.NAME: 1.0, Meaning.PATIENT: 1.0, Meaning.FIRST_NAME: 1.0, Meaning.FLOW: 0.8, Meaning.OTHER: 0.5,
        Meaning.INVOICE: 0.2,
    },
}  # fmt: skip
_AMOUNTS: Final = (Meaning.TOTAL, Meaning.AMO, Meaning.AMC)
#: A column seen in fewer lines than this share, under another one, is misread entries of that one.
_STRAY_SHARE: Final = 0.34
#: Characters of distance that cost as much as a perfect overlap gains.
_REACH: Final = 12.0
#: Columns of amounts are renamed by arithmetic when the headings' names hold in fewer lines than the first share,
#: and another order holds in more than the second.
_DISPROVED: Final = 0.6
_PROVED: Final = 0.85
_MOST_AMOUNT_COLUMNS: Final = 6
#: Pieces of one number stand closer than this many characters.
_PIECE_GAP: Final = 1.5


@dataclass(slots=True)
class Column:
    """Entries of one kind that stand under each other, by line."""

    kind: Kind
    x0: float
    x1: float
    #: 0 for the anchor row of each line, 1 for its second row
    level: int
    entries: dict[int, list[Token]] = field(default_factory=dict)
    meaning: Meaning | None = None

    @property
    def middle(self) -> float:
        """Its middle."""
        return (self.x0 + self.x1) / 2

    def add(self, line: int, token: Token) -> None:
        """Put *token* into the cell of *line*."""
        self.entries.setdefault(line, []).append(token)
        self.x0, self.x1 = min(self.x0, token.x0), max(self.x1, token.x1)


def find_columns(lines: Sequence[Line], headings: Sequence[Heading]) -> list[Column]:
    """Return the columns of *lines* with their meanings."""
    if not lines:
        return []
    columns = _columns(lines, 0) + _columns(lines, 1)
    for level in (0, 1):
        here = sorted((c for c in columns if c.level == level), key=lambda c: c.middle)
        _align(here, sorted(headings, key=lambda h: h.x0 + h.x1), lines[0].anchor.character)
    _by_content(columns, len(lines))
    _name_keys(columns)
    _join_pieces(columns, lines[0].anchor.character)
    _by_arithmetic(columns)
    _continue_cells(lines, columns)
    return columns


def _columns(lines: Sequence[Line], level: int) -> list[Column]:
    columns: list[Column] = []
    for place, line in enumerate(lines):
        for row in [line.anchor] if level == 0 else line.companions:
            for token in joined_texts(row.tokens, row.character):
                under = [c for c in columns if c.kind is token.kind and _shared(c.x0, c.x1, token.x0, token.x1) > 0]
                column = under[0] if under else Column(token.kind, token.x0, token.x1, level)
                if not under:
                    columns.append(column)
                for other in under[1:]:
                    for where, entries in other.entries.items():
                        for entry in entries:
                            column.add(where, entry)
                    columns.remove(other)
                column.add(place, token)
    return _without_strays(columns)


def _without_strays(columns: list[Column]) -> list[Column]:
    """Give entries that engines misread, a letter in a number, to the column they stand in."""
    kept: list[Column] = []
    for column in sorted(columns, key=lambda c: -len(c.entries)):
        hosts = [
            c
            for c in kept
            if _shared(c.x0, c.x1, column.x0, column.x1) > 0.3 * min(c.x1 - c.x0, column.x1 - column.x0)
            and len(column.entries) <= _STRAY_SHARE * (len(c.entries) + len(column.entries))
        ]
        if not hosts:
            kept.append(column)
            continue
        host = max(hosts, key=lambda c: _shared(c.x0, c.x1, column.x0, column.x1))
        for where, entries in column.entries.items():
            for entry in entries:
                host.entries.setdefault(where, []).append(entry)
    return kept


def _shared(a0: float, a1: float, b0: float, b1: float) -> float:
    return min(a1, b1) - max(a0, b0)


def _score(column: Column, heading: Heading, character: float) -> tuple[float, Meaning | None]:
    fits = _FIT[column.kind]
    best = max(heading.meanings, key=lambda m: fits.get(m, 0.0), default=None)
    fit = fits.get(best, 0.0) if best else (0.3 if column.kind is not Kind.NIR else 0.0)
    if fit == 0.0:
        return 0.0, None
    shared = _shared(column.x0, column.x1, heading.x0, heading.x1)
    if shared > 0:
        place = 0.6 * shared / min(column.x1 - column.x0, heading.x1 - heading.x0)
    else:
        place = shared / (_REACH * character)
    return max(fit + place, 0.0), best


def _align(columns: list[Column], headings: list[Heading], character: float) -> None:
    """Name *columns* by *headings*, both from left to right, so that the sum of fits is greatest."""
    n, m = len(columns), len(headings)
    best = [[0.0] * (m + 1) for _ in range(n + 1)]
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            score, _ = _score(columns[i - 1], headings[j - 1], character)
            best[i][j] = max(best[i - 1][j], best[i][j - 1], best[i - 1][j - 1] + score if score else 0.0)
    i, j = n, m
    while i and j:
        score, meaning = _score(columns[i - 1], headings[j - 1], character)
        if score and abs(best[i][j] - best[i - 1][j - 1] - score) < 1e-9:  # noqa: PLR2004 - rounding
            columns[i - 1].meaning = meaning or Meaning.OTHER
            i, j = i - 1, j - 1
        elif best[i][j] == best[i - 1][j]:
            i -= 1
        else:
            j -= 1


def _by_content(columns: list[Column], count: int) -> None:
    """Name the columns headings left open, where the content leaves no doubt."""
    for column in columns:
        if column.kind is Kind.AMOUNT and column.meaning is Meaning.PATIENT:
            column.meaning = Meaning.SHARE  # "Patient" over amounts: what the patient pays
    full = [column for column in columns if 2 * len(column.entries) >= count]
    named = {column.meaning for column in full}

    def name(meaning: Meaning, candidates: list[Column]) -> None:
        if meaning not in named and candidates:
            candidates[0].meaning = meaning
            named.add(meaning)

    open_ = [column for column in full if column.meaning in {None, Meaning.OTHER}]
    name(Meaning.NIR, [c for c in columns if c.kind is Kind.NIR and c in open_])
    dates = [c for c in open_ if c.kind is Kind.DATE]
    name(Meaning.BIRTH, sorted(dates, key=_mean_year))
    numbers = [c for c in open_ if c.kind is Kind.NUMBER and _is_long(c) and _is_rising(c)]
    name(Meaning.INVOICE, numbers or [c for c in open_ if c.kind is Kind.NUMBER and _is_long(c)])
    if Meaning.PATIENT in named and Meaning.NAME not in named:
        return  # the software names the patient only
    texts = [c for c in open_ if c.kind is Kind.TEXT and c.meaning is None]
    name(Meaning.NAME, sorted(texts, key=lambda c: c.x0 - c.x1))


def _name_keys(columns: list[Column]) -> None:
    """Name a column of NIR keys that has no heading of its own: the arithmetic of the keys proves it."""
    nirs = next((c for c in columns if c.meaning is Meaning.NIR), None)
    if nirs is None or any(c.meaning is Meaning.KEY for c in columns):
        return
    for column in columns:
        if column.kind is not Kind.NUMBER or column.meaning not in {None, Meaning.OTHER, Meaning.NIR} or column is nirs:
            continue
        shared = [line for line in column.entries if line in nirs.entries]
        bodies = [find_nir(nirs.entries[line][0].text) for line in shared]
        right = sum(
            body is not None and nir_key(body[:BODY_LENGTH]) == as_digits(column.entries[line][0].text)
            for body, line in zip(bodies, shared, strict=True)
        )
        if shared and 2 * right >= len(shared):
            column.meaning = Meaning.KEY


def _join_pieces(columns: list[Column], character: float) -> None:
    """Give a nameless column of figures that touches the invoice numbers to them: a gap cut their last figure off."""
    for invoice in [c for c in columns if c.meaning is Meaning.INVOICE]:
        for column in columns:
            gap = -_shared(column.x0, column.x1, invoice.x0, invoice.x1)
            same = column.kind is Kind.NUMBER and column.level == invoice.level and column.meaning is None
            if same and gap < _PIECE_GAP * character:
                column.meaning = Meaning.INVOICE


def _mean_year(column: Column) -> float:
    years = [int(t.text.strip()[-2:]) for ts in column.entries.values() for t in ts if t.text.strip()[-2:].isdigit()]
    full = [int(t.text.strip()[-4:]) for ts in column.entries.values() for t in ts if t.text.strip()[-4:].isdigit()]
    numbers = full or years
    return sum(numbers) / len(numbers) if numbers else float("inf")


def _is_long(column: Column) -> bool:
    lengths = [len(token.text) for tokens in column.entries.values() for token in tokens]
    return sum(lengths) >= 5 * len(lengths)


def _is_rising(column: Column) -> bool:
    numbers = [column.entries[line][0].text for line in sorted(column.entries)]
    rises = sum(a < b for a, b in pairwise(numbers))
    return 2 * rises >= len(numbers) - 1


def _by_arithmetic(columns: list[Column]) -> None:
    """Name the columns of amounts so that each line adds up, where the headings' names do not."""
    amounts = [c for c in columns if c.kind is Kind.AMOUNT][:_MOST_AMOUNT_COLUMNS]
    named = [[c for c in amounts if c.meaning is meaning] for meaning in _AMOUNTS]
    current = [held[0] if len(held) == 1 else None for held in named]
    if all(current) and _holds([c for c in current if c]) >= _DISPROVED:
        return
    if len(amounts) < len(_AMOUNTS):
        for meaning, column in zip(_AMOUNTS, [c for c in amounts if c.meaning in {None, Meaning.OTHER}], strict=False):
            if meaning not in {c.meaning for c in amounts}:
                column.meaning = meaning
        return
    ranked = max(permutations(amounts, len(_AMOUNTS)), key=lambda order: _rank(order, current))
    if _holds(ranked) >= _PROVED or not all(current):
        for column in amounts:
            column.meaning = Meaning.SHARE
        for meaning, column in zip(_AMOUNTS, ranked, strict=True):
            column.meaning = meaning


def _rank(order: Sequence[Column], current: Sequence[Column | None]) -> tuple[float, int, float]:
    """Prefer what adds up, then what headings said, then AMO before AMC as every software prints them."""
    kept = sum(a is b for a, b in zip(order, current, strict=True))
    return (round(_holds(order), 2), kept, order[2].middle - order[1].middle)


def _holds(order: Sequence[Column]) -> float:
    """Return the share of lines in which AMO and AMC add up to the total, or to less where the insured pays."""
    total, amo, _ = order
    good, seen = 0.0, 0
    for line in total.entries:
        values = [find_amount(c.entries[line][0].text) for c in order if line in c.entries]
        if len(values) == len(order) and all(values):
            whole, first, second = (Decimal(v) for v in values if v)
            seen += 1
            good += 1.0 if first + second == whole else (0.9 if first + second < whole and total is not amo else 0.0)
    return good / seen if seen else 0.0


def _continue_cells(lines: Sequence[Line], columns: Sequence[Column]) -> None:
    """Add wrapped rows to the cells they continue."""
    for place, line in enumerate(lines):
        for row in line.wrapped:
            for token in joined_texts(row.tokens, row.character):
                _continue(place, row, token, columns)


def _continue(place: int, row: Row, token: Token, columns: Sequence[Column]) -> None:
    under = [c for c in columns if _shared(c.x0 - row.character, c.x1 + row.character, token.x0, token.x1) > 0]
    same = [c for c in under if c.kind is token.kind]
    if not under or (token.kind is not Kind.TEXT and not same):
        return
    column = max(same or under, key=lambda c: _shared(c.x0, c.x1, token.x0, token.x1))
    if column.kind in {Kind.AMOUNT, Kind.DATE, Kind.NIR} and (column.kind is not token.kind or place in column.entries):
        return
    column.entries.setdefault(place, []).append(token)
    column.entries[place].sort(key=lambda t: (round((t.box.y + t.box.h / 2 - row.y) / row.height), t.x0))
