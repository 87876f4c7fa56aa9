"""Columns: entries that stand under each other, and what each column means.

Headings and columns are aligned in order from left to right; what headings leave open is told by the content: a column
of NIRs is one whatever its name, and among amounts the one that is never less than two others' sum is the total.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import permutations
from typing import Final

from extractors.bordereaux.content import are_alike, are_births, are_keys, fits, is_long, is_rising
from extractors.bordereaux.grid import Column, columns_of, shared
from extractors.bordereaux.headings import Heading
from extractors.bordereaux.lines import Line
from extractors.bordereaux.tokens import Kind, Row, Token, joined_texts
from extractors.bordereaux.values import find_amount
from extractors.bordereaux.vocabulary import WANTED, Meaning

_AMOUNTS: Final = (Meaning.TOTAL, Meaning.AMO, Meaning.AMC)
#: Characters of distance that cost as much as a perfect overlap gains.
_REACH: Final = 12.0
#: How well any column fits a heading nobody could read.
_NAMELESS: Final = 0.3
#: Columns of amounts are renamed by arithmetic when the headings' names hold in fewer lines than the first share,
#: and another order holds in more than the second.
_DISPROVED: Final = 0.6
_PROVED: Final = 0.85
_MOST_AMOUNT_COLUMNS: Final = 6
#: Pieces of one number stand closer than this many characters.
_PIECE_GAP: Final = 1.5


def find_columns(lines: Sequence[Line], headings: Sequence[Heading]) -> list[Column]:
    """Return the columns of *lines* with their meanings."""
    if not lines:
        return []
    columns = columns_of(lines, 0) + columns_of(lines, 1)
    for level in (0, 1):
        here = sorted((c for c in columns if c.level == level), key=lambda c: c.middle)
        _align(here, sorted(headings, key=lambda h: h.x0 + h.x1), lines[0].anchor.character)
    _without_doubles(columns)
    _by_content(columns, len(lines))
    _name_keys(columns)
    _join_pieces(columns, lines[0].anchor.character)
    _by_arithmetic(columns)
    _continue_cells(lines, columns)
    return columns


def _score(
    column: Column, fit_of: Mapping[Meaning, float], heading: Heading, character: float
) -> tuple[float, Meaning | None]:
    best = max(heading.meanings, key=lambda m: fit_of.get(m, 0.0), default=None)
    fit = fit_of.get(best, 0.0) if best else (_NAMELESS if column.kind is not Kind.NIR else 0.0)
    if fit == 0.0:
        return 0.0, None
    over = shared(column.x0, column.x1, heading.x0, heading.x1)
    if over > 0:
        place = 0.6 * over / min(column.x1 - column.x0, heading.x1 - heading.x0)
    else:
        place = over / (_REACH * character)
    return max(fit + place, 0.0), best


def _align(columns: list[Column], headings: list[Heading], character: float) -> None:
    """Name *columns* by *headings*, both from left to right, so that the sum of fits is greatest."""
    n, m = len(columns), len(headings)
    scores = [[_score(c, fit_of, heading, character) for heading in headings] for c in columns for fit_of in [fits(c)]]
    best = [[0.0] * (m + 1) for _ in range(n + 1)]
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            score, _ = scores[i - 1][j - 1]
            best[i][j] = max(best[i - 1][j], best[i][j - 1], best[i - 1][j - 1] + score if score else 0.0)
    i, j = n, m
    while i and j:
        score, meaning = scores[i - 1][j - 1]
        if score and abs(best[i][j] - best[i - 1][j - 1] - score) < 1e-9:  # noqa: PLR2004 - rounding
            columns[i - 1].meaning = meaning
            if meaning in _AMOUNTS:
                columns[i - 1].kind = Kind.AMOUNT  # however its entries were read
            i, j = i - 1, j - 1
        elif best[i][j] == best[i - 1][j]:
            i -= 1
        else:
            j -= 1


def _without_doubles(columns: list[Column]) -> None:
    """Take a name that several columns have from all but the one whose content fits it best."""
    for meaning in WANTED:
        held = [column for column in columns if column.meaning is meaning]
        held.sort(key=lambda c: (fits(c).get(meaning, 0.0), len(c.entries)))
        for column in held[:-1]:
            column.meaning = None


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
    name(Meaning.NIR, [c for c in open_ if c.kind is Kind.NIR])
    _name_births(columns, full)
    numbers = [c for c in open_ if c.kind is Kind.NUMBER and is_long(c) and is_rising(c)]
    name(Meaning.INVOICE, numbers or [c for c in open_ if c.kind is Kind.NUMBER and is_long(c)])
    if Meaning.PATIENT in named and Meaning.NAME not in named:
        return  # the software names the patient only
    texts = [c for c in open_ if c.kind is Kind.TEXT and c.meaning is None and not are_alike(c)]
    texts = [c for c in texts if fits(c).get(Meaning.NAME, 0.0) == 1.0]
    name(Meaning.NAME, sorted(texts, key=lambda c: c.x0 - c.x1))


def _name_births(columns: Sequence[Column], full: Sequence[Column]) -> None:
    """Name the column of births among those of dates: a heading that says so of days of care was misread."""
    nirs = next((c for c in columns if c.meaning is Meaning.NIR), None)
    named = next((c for c in columns if c.meaning is Meaning.BIRTH), None)
    dates = [c for c in full if c.kind is Kind.DATE and c.meaning in {None, Meaning.OTHER, Meaning.DATE}]
    births = [c for c in dates if are_births(c, nirs)]
    if named is None:
        undated = [c for c in dates if c.meaning is not Meaning.DATE]
        for column in (births or undated)[:1]:
            column.meaning = Meaning.BIRTH
    elif births and named.kind is Kind.DATE and not are_births(named, nirs):
        named.meaning, births[0].meaning = Meaning.DATE, Meaning.BIRTH


def _name_keys(columns: Sequence[Column]) -> None:
    """Name a column of NIR keys that has no heading of its own."""
    nirs = next((c for c in columns if c.meaning is Meaning.NIR), None)
    if nirs is None or any(c.meaning is Meaning.KEY for c in columns):
        return
    for column in columns:
        if column.kind is Kind.NUMBER and column.meaning in {None, Meaning.OTHER} and are_keys(column, nirs):
            column.meaning = Meaning.KEY


def _join_pieces(columns: list[Column], character: float) -> None:
    """Give a nameless column of figures that touches the invoice numbers to them: a gap cut their last figure off."""
    for invoice in [c for c in columns if c.meaning is Meaning.INVOICE]:
        for column in columns:
            gap = -shared(column.x0, column.x1, invoice.x0, invoice.x1)
            same = column.kind is Kind.NUMBER and column.level == invoice.level and column.meaning is None
            if same and gap < _PIECE_GAP * character:
                column.meaning = Meaning.INVOICE


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
            tokens = joined_texts(row.tokens, row.character)
            is_name = all(token.kind is Kind.TEXT for token in tokens)
            for token in tokens:
                if is_name or token.kind is not Kind.TEXT:
                    _continue(place, row, token, columns)


def _continue(place: int, row: Row, token: Token, columns: Sequence[Column]) -> None:
    under = [c for c in columns if shared(c.x0 - row.character, c.x1 + row.character, token.x0, token.x1) > 0]
    same = [c for c in under if c.kind is token.kind]
    if not same:
        return
    column = max(same, key=lambda c: shared(c.x0, c.x1, token.x0, token.x1))
    if column.kind in {Kind.AMOUNT, Kind.DATE, Kind.NIR} and (column.kind is not token.kind or place in column.entries):
        return
    column.entries.setdefault(place, []).append(token)
    column.entries[place].sort(key=lambda t: (round((t.box.y + t.box.h / 2 - row.y) / row.height), t.x0))
