"""Which printed rows make one line of a table, and which rows are totals.

A line is one row, or a row with names wrapped above or below it, or two rows (number and NIR over name and amounts).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import Final

from extractors.bordereaux.tokens import Kind, Row
from extractors.bordereaux.values import find_amount
from extractors.bordereaux.vocabulary import Meaning, meaning_of
from extractors.lines import plain
from schemas.geometry import Box

#: A number as long as this is an invoice's, not a rank.
_LONG_NUMBER: Final = 5
_STRONG: Final = (Kind.AMOUNT, Kind.DATE, Kind.NIR)
#: A row this much nearer to one line than to the other belongs to it, whatever the table's habit.
_MUCH_NEARER: Final = 0.72
#: A row farther than this many line pitches from every line is no part of the table.
_FAR: Final = 1.2
#: A misread figure puts a sum off by no more than this share, in nearly every case.
_ABOUT: Final = Decimal("0.15")
#: Line pitches between two lines that leave room for one more, and the share of a line's width its ink covers.
_ROOM: Final = (1.75, 2.3)
_ACROSS: Final = 0.6
#: A second row stands where the others do within this share of their distance from the first.
_SAME_STEP: Final = 0.3
#: Figures in pieces that follow each other on a row: a NIR nobody could put together.
_BROKEN_NIR: Final = 12
#: Line pitches from one line to the next, and the share of the usual entries a row without numbers has if it is one: a
#: row of sums has its label and the amounts.
_STEP: Final = (0.75, 1.3)
_FILLED: Final = 0.8
_SUM_FILLED: Final = 0.7
_CARRIED: Final = re.compile(r"^(?:a )?report(?:er|s|e)?\b|^montants? reporte|\breport page\b|\ba reporter\b")
_PAGE_TOTAL: Final = re.compile(r"\b(?:sous tota\w*|tota\w* (?:de (?:la|cette) )?page|tota\w* partiel\w*)\b")
_TOTAL: Final = re.compile(r"\b(?:tot\w{1,4}|total\w*|cumul|ensemble|somme|montants? globa\w*)\b")


_SUMMED: Final = (Meaning.TOTAL, Meaning.AMO, Meaning.AMC)
#: What stands in a table or at its foot and belongs to no line: captions of a part of it, counts, signatures.
_FOOT: Final = re.compile(
    r"\b(?:nombre|factures?|fse|lignes?|feuilles?|page|signature|cachet|edite|fait|lot|flux|securise\w*|degrade\w*|"
    r"caisse|cpam|organisme|regime|mutuelle|amo|amc|(?:sous )?total\w*|totaux)\b"
)


class TotalKind(StrEnum):
    """What a row of sums adds up."""

    CARRIED = "carried"  #: brought forward from, or to, another page
    PAGE = "page"
    GRAND = "grand"


@dataclass(slots=True)
class Line:
    """The rows of one line: the one that carries its numbers, and others."""

    anchor: Row
    #: the second row of a two-row layout
    companions: list[Row] = field(default_factory=list)
    #: rows that only continue a cell: wrapped names
    wrapped: list[Row] = field(default_factory=list)

    @property
    def rows(self) -> list[Row]:
        """Its rows from top to bottom."""
        return sorted([self.anchor, *self.companions, *self.wrapped], key=lambda row: row.y)


@dataclass(frozen=True)
class Body:
    """The lines and sums of a table."""

    lines: list[Line]
    totals: list[tuple[TotalKind, Row]]


def total_kind(row: Row) -> TotalKind | None:
    """Return what a row of sums adds up, or None where the row is none."""
    if row.count(Kind.NIR) or not row.count(Kind.AMOUNT):
        return None
    text = plain(" ".join(token.text for token in row.tokens if token.kind is Kind.TEXT))
    if _has_identity(row) and not text.startswith("tot"):
        return None
    if _CARRIED.search(text):
        return TotalKind.CARRIED
    if _PAGE_TOTAL.search(text):
        return TotalKind.PAGE
    alone = row.count(Kind.AMOUNT) == 1 and not _strength(row) > 1 and meaning_of(text) in _SUMMED
    return TotalKind.GRAND if _TOTAL.search(text) or alone else None


def find_lines(rows: Sequence[Row]) -> Body:
    """Return the lines among *rows*, those under a heading or of a page without one."""
    totals = [(kind, row) for row in rows if (kind := total_kind(row)) is not None]
    summed = {id(row) for _, row in totals}
    data = [row for row in rows if id(row) not in summed and _strength(row) >= 2]  # noqa: PLR2004 - one may be a chance
    unnamed = _unnamed_total(data)
    if unnamed is not None and not any(kind is TotalKind.GRAND for kind, _ in totals):
        totals.append((TotalKind.GRAND, unnamed))
        summed.add(id(unnamed))
    totals += [(TotalKind.PAGE, row) for row in _bare_sums(data) if id(row) not in summed]
    summed |= {id(row) for _, row in totals}
    data = [row for row in data if id(row) not in summed]
    if not data:
        return Body([], totals)
    lines, used = _lines(data)
    lines = _with_first_rows(lines, [row for row in rows if id(row) not in summed | used])
    used |= {id(line.anchor) for line in lines}
    last = max(row.y for row in data)
    end = min((row.y for _, row in totals if row.y > last), default=last + _FAR * _pitch(lines))
    others = [
        row for row in rows if id(row) not in summed and id(row) not in used and not _FOOT.search(plain(row.text))
    ]
    lines = _with_unread(_with_damaged(lines, others), [row for row in others if row.y < end])
    used |= {id(line.anchor) for line in lines}
    _attach(lines, [row for row in others if row.y < end and id(row) not in used])
    _with_second_rows(lines)
    return Body(lines, totals)


def _strength(row: Row) -> int:
    """Return how many entries of a row look like a line's."""
    numbers = sum(t.kind is Kind.NUMBER and len(t.text) >= _LONG_NUMBER for t in row.tokens)
    pieces = sum(len(t.text) for t in row.tokens if t.kind is Kind.NUMBER and len(t.text) < _LONG_NUMBER)
    return row.count(*_STRONG) + numbers + (pieces >= _BROKEN_NIR and not row.count(Kind.NIR))


def _has_identity(row: Row, long: int = _LONG_NUMBER) -> bool:
    return bool(row.count(Kind.NIR)) or any(t.kind is Kind.NUMBER and len(t.text) >= long for t in row.tokens)


def _bare_sums(data: Sequence[Row]) -> list[Row]:
    """Return the rows that hold amounts alone, in a table whose lines hold amounts and what they are for."""
    with_amounts = [row for row in data if row.count(Kind.AMOUNT)]
    bare = [row for row in with_amounts if {token.kind for token in row.tokens} == {Kind.AMOUNT}]
    return bare if 2 * sum(_has_identity(row) for row in with_amounts) > len(with_amounts) else []


def _unnamed_total(data: Sequence[Row]) -> Row | None:
    """Return a last row that holds amounts and nothing else, or what nobody could read and the lines' own sum."""
    if len(data) < 2:  # noqa: PLR2004
        return None
    last, lines = data[-1], [row for row in data[:-1] if row.count(Kind.AMOUNT)]
    if last.count(Kind.DATE) or _has_identity(last, _LONG_NUMBER + 1):  # five figures: a sum whose comma was not seen
        return None
    if not any(_has_identity(row) for row in data) or not lines:
        return None
    kinds = {token.kind for token in last.tokens}
    if kinds == {Kind.AMOUNT}:
        return last if any(_has_identity(row) for row in lines) or _is_sum(last, lines) else None
    return last if _is_sum(last, lines) or _lacks_a_line_s_cells(last, lines) else None


def _lacks_a_line_s_cells(row: Row, lines: Sequence[Row]) -> bool:
    """Whether *row* holds a text, amounts, and nothing where the entries of most others stand."""
    places = max((line.tokens for line in lines), key=len)
    filled = sum(any(_over(word.box, token.box) for word in row.words) for token in places)
    numbered = sum(_has_identity(line) and bool(line.count(Kind.DATE, Kind.NIR)) for line in lines)
    return row.count(Kind.AMOUNT) > 1 and 2 * numbered > len(lines) and filled < _SUM_FILLED * len(places)


def _is_sum(row: Row, lines: Sequence[Row]) -> bool:
    """Whether the greatest amount of *row* is about the sum of the greatest amounts of several *lines*."""
    if len(lines) < 2:  # noqa: PLR2004 - the sum of one line is that line
        return False
    added = sum(_greatest(line) for line in lines)
    return bool(added) and abs(_greatest(row) - added) <= _ABOUT * added


def _greatest(row: Row) -> Decimal:
    amounts = (find_amount(token.text) for token in row.tokens if token.kind is Kind.AMOUNT)
    return max((Decimal(amount) for amount in amounts if amount), default=Decimal(0))


def _lines(data: Sequence[Row]) -> tuple[list[Line], set[int]]:
    with_amounts = [row for row in data if row.count(Kind.AMOUNT)]
    whole = [row for row in with_amounts if _has_identity(row)]
    if 2 * len(whole) >= len(with_amounts):
        return [Line(row) for row in data], {id(row) for row in data}
    lines: list[Line] = []
    first_has_amounts = bool(data[0].count(Kind.AMOUNT))
    for row in data:
        if bool(row.count(Kind.AMOUNT)) == first_has_amounts or not lines:
            lines.append(Line(row))
        else:
            lines[-1].companions.append(row)
    return lines, {id(row) for row in data}


def _with_first_rows(lines: list[Line], others: Sequence[Row]) -> list[Line]:
    """Return *lines* of two rows, those told apart whose first row between them nobody could read."""
    if 2 * sum(len(line.companions) == 1 for line in lines) < len(lines):
        return lines
    whole: list[Line] = []
    for line in lines:
        whole.append(line)
        companions = line.companions
        for place, (before, companion) in enumerate(pairwise(companions), start=1):
            between = [row for row in others if before.y < row.y < companion.y]
            if between:
                whole[-1].companions = [row for row in whole[-1].companions if row.y < companion.y]
                whole.append(Line(max(between, key=_width), companions[place:]))
    return whole


def _with_second_rows(lines: Sequence[Line]) -> None:
    """Make a row that stands where other lines have their second one, and holds no number anybody could read, one."""
    steps = [line.companions[0].y - line.anchor.y for line in lines if line.companions]
    if 2 * len(steps) <= len(lines):
        return
    step = median(steps)
    for line in lines:
        near = [row for row in line.wrapped if abs(row.y - line.anchor.y - step) < _SAME_STEP * abs(step)]
        if near and not line.companions:
            line.companions = near[:1]
            line.wrapped.remove(near[0])


def _pitch(lines: Sequence[Line]) -> float:
    steps = [b.anchor.y - a.anchor.y for a, b in pairwise(lines)]
    return median(steps) if steps else 2.5 * lines[0].anchor.height


def _with_damaged(lines: list[Line], others: Sequence[Row]) -> list[Line]:
    """Return *lines* with a line where the table leaves room for one, and ink across it that nobody could read.

    A fold or a dropped scan line makes a row of it that holds no number; left out, its invoice would be missed in
    silence.
    """
    if any(line.companions for line in lines):
        return lines
    pitch = _pitch(lines)
    width = max(_width(line.anchor) for line in lines)
    whole = list(lines[:1])
    for before, after in pairwise(lines):
        middle = (before.anchor.y + after.anchor.y) / 2
        if _ROOM[0] * pitch < after.anchor.y - before.anchor.y < _ROOM[1] * pitch:
            across = [r for r in others if abs(r.y - middle) < 0.3 * pitch and _width(r) > _ACROSS * width]
            whole += [Line(row) for row in across[:1]]
        whole.append(after)
    return whole


def _with_unread(lines: list[Line], others: Sequence[Row]) -> list[Line]:
    """Return *lines* with the rows that follow them at their pitch, in all their columns, and hold no number left."""
    if len(lines) < 2 or any(line.companions for line in lines):  # noqa: PLR2004 - one line has no pitch
        return lines
    pitch = _pitch(lines)
    places = max((line.anchor.tokens for line in lines), key=len)
    whole = list(lines)
    for row in others:
        step = row.y - whole[-1].anchor.y
        filled = sum(any(_over(word.box, token.box) for word in row.words) for token in places)
        if _STEP[0] * pitch < step < _STEP[1] * pitch and filled >= _FILLED * len(places):
            whole.append(Line(row))
    return whole


def _over(one: Box, other: Box) -> bool:
    return one.x < other.x + other.w and other.x < one.x + one.w


def _width(row: Row) -> float:
    return row.words[-1].box.x + row.words[-1].box.w - row.words[0].box.x


def _attach(lines: list[Line], rows: Sequence[Row]) -> None:
    """Give rows that continue a cell to the line they belong to."""
    pitch = _pitch(lines)
    inside = [row for row in rows if lines[0].anchor.y - 0.6 * pitch < row.y]
    # a table whose first wrapped row stands above its first line centres its cells on the line's height
    for row in inside:
        before = [line for line in lines if line.anchor.y <= row.y]
        after = [line for line in lines if line.anchor.y > row.y]
        up = row.y - max(r.y for r in before[-1].rows if r.y <= row.y) if before else float("inf")
        down = after[0].anchor.y - row.y if after else float("inf")
        if min(up, down) > _FAR * pitch:
            continue
        target = after[0] if after and (down < _MUCH_NEARER * up) else (before[-1] if before else after[0])
        target.wrapped.append(row)
