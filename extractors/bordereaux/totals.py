"""The sums a bordereau prints: which words of a row of sums are whose.

A sum stands under its column, or has a label of its own; where neither tells, none is taken.
"""

from collections.abc import Sequence
from typing import Final

from extractors.bordereaux.grid import Column
from extractors.bordereaux.lines import Body, TotalKind, total_kind
from extractors.bordereaux.tokens import Kind, Row
from extractors.bordereaux.vocabulary import Meaning, meaning_of
from extractors.scan import Word
from schemas.geometry import Box

AMOUNTS: Final = (Meaning.TOTAL, Meaning.AMO, Meaning.AMC)
#: A sum is up to this many characters wider than the amounts it adds up.
_WIDER: Final = 3


def find_totals(
    body: Body, columns: Sequence[Column], above: Sequence[Row] = ()
) -> tuple[dict[Meaning, tuple[Word, ...]], dict[Meaning, Box]]:
    """Return the words of the totals, and where they stand: the grand ones where the page has them, else the page's.

    Those among the rows *above* the table, each with its label, serve where none stands under it.
    """
    amounts = sorted((c for c in columns if c.kind is Kind.AMOUNT), key=lambda c: c.middle)
    found: dict[Meaning, tuple[Word, ...]] = {}
    places: dict[Meaning, Box] = {}
    for wanted in (TotalKind.PAGE, TotalKind.GRAND):
        for kind, row in body.totals:
            if kind is wanted:
                here = _in_columns(row, amounts)
                found |= {meaning: words for meaning, words in here.items() if words}
                places |= {meaning: _sum_place(row, amounts, meaning, words) for meaning, words in here.items()}
    if not body.totals:
        for row in above:
            found |= _by_labels(row) if total_kind(row) is TotalKind.GRAND else {}
    return found, places


def _in_columns(row: Row, columns: Sequence[Column]) -> dict[Meaning, tuple[Word, ...]]:
    """Return the words of a row of sums by the column they stand under, else by the row's label."""
    labelled = _by_labels(row)
    if {Meaning.AMO, Meaning.AMC} & labelled.keys():
        return labelled
    named = [column for column in columns if column.meaning in AMOUNTS]
    tokens = [token for token in row.tokens if token.kind is Kind.AMOUNT]
    if len(tokens) == len(columns):
        pairs = zip(tokens, columns, strict=True)
        return {c.meaning: t.words for t, c in pairs if c.meaning in AMOUNTS}
    meaning = meaning_of(" ".join(token.text for token in row.tokens if token.kind is Kind.TEXT))
    if (
        len(tokens) == 1
        and meaning in AMOUNTS
        and not any(_under(word, c, row) for word in tokens[0].words for c in named)
    ):
        return {meaning: tokens[0].words}
    found = {column.meaning: tuple(word for word in row.words if _under(word, column, row)) for column in named}
    return {meaning: words for meaning, words in found.items() if meaning is not None and any(found.values())}


def _sum_place(row: Row, columns: Sequence[Column], meaning: Meaning, words: Sequence[Word]) -> Box:
    """Return where a sum stands, or would where none was read: in its column, and wider than the amounts over it."""
    if words:
        return Box.around(word.box for word in words)
    column = next(column for column in columns if column.meaning is meaning)
    left = column.x0 - _WIDER * row.character
    near = min(row.words, key=lambda w: abs(w.box.x - column.x0))
    return Box(left, near.box.y, column.x1 - left, near.box.h)


def _by_labels(row: Row) -> dict[Meaning, tuple[Word, ...]]:
    """Return the sums of a row that each have a label of their own before them ("Total AMO : 156,48")."""
    found: dict[Meaning, tuple[Word, ...]] = {}
    label: list[str] = []
    for token in row.tokens:
        if token.kind is Kind.AMOUNT:
            meaning = meaning_of(" ".join(label))
            if meaning in AMOUNTS:
                found[meaning] = token.words
            label = []
        elif token.kind is Kind.TEXT:
            label.append(token.text)
    return found


def _under(word: Word, column: Column, row: Row) -> bool:
    """Whether a word of a row of sums, wider than the column's own amounts perhaps, belongs to *column*."""
    middle = word.box.x + word.box.w / 2
    is_misread = len(word.text) == 1 and word.text.isalpha()
    is_sum = is_misread or any(c.isdigit() for c in word.text)
    return is_sum and column.x0 - _WIDER * row.character < middle < column.x1 + row.character
