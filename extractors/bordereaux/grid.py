"""Columns of a table: entries that stand under each other, whatever engines made of single ones.

What an entry looks like depends on how well it was read, where it stands does not. So columns are found twice: first
among entries of one kind, then, once the well-read ones have shown where columns stand, texts that run over several
columns are cut, and what stands in a column's place in lines where it has no entry is that column's, misread.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from extractors.bordereaux.lines import Line
from extractors.bordereaux.tokens import Kind, Token, joined_texts, tokens_of
from extractors.bordereaux.vocabulary import Meaning
from extractors.scan import Word
from schemas.geometry import Box

#: A column seen in fewer lines than this share, under another one, is misread entries of that one.
_STRAY_SHARE: Final = 0.34
#: So is one that shares no more than this share of its lines with the other.
_TOGETHER_SHARE: Final = 0.2
#: Columns under each other overlap by this share of the narrower one.
_OVERLAP: Final = 0.3
#: What stands within another column but for this share of its width is pieces of its entries.
_WITHIN: Final = 0.8
#: What a hundred misread entries hardly ever look like, so that few show what their column is made of.
_STRONG: Final = (Kind.AMOUNT, Kind.DATE, Kind.NIR)
_STRONG_WEIGHT: Final = 3.0
#: Entries in this share of the lines show where a column stands; a word stands in it with this share of its width.
_SEEN_SHARE: Final = 0.25
_INSIDE: Final = 0.6
#: Columns whose blanks cut words have entries in this share of the lines, and edges that all but this share keep.
_FULL_SHARE: Final = 0.5
_FEW_SHARE: Final = 0.2
#: Words this short are not cut, and what is cut is not sure: where a character belongs is told by its place alone.
_LEAST_CUT: Final = 3
_CUT_CONFIDENCE: Final = 0.5


@dataclass(slots=True)
class Column:
    """Entries that stand under each other, by line; ``kind`` is what they are meant to be."""

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

    @property
    def tokens(self) -> list[Token]:
        """Its entries, line after line."""
        return [token for line in sorted(self.entries) for token in self.entries[line]]

    def add(self, line: int, token: Token) -> None:
        """Put *token* into the cell of *line*."""
        self.entries.setdefault(line, []).append(token)
        self.x0, self.x1 = min(self.x0, token.x0), max(self.x1, token.x1)


def columns_of(lines: Sequence[Line], level: int) -> list[Column]:
    """Return the columns of the first (*level* 0) or second rows of *lines*, without meanings."""
    cells = [
        (place, token, row.character)
        for place, line in enumerate(lines)
        for row in ([line.anchor] if level == 0 else line.companions)
        for token in joined_texts(row.tokens, row.character)
    ]
    seen = [
        column
        for column in _gathered(((place, token) for place, token, _ in cells), level)
        if column.kind is not Kind.TEXT and len(column.entries) >= max(2, _SEEN_SHARE * len(lines))
    ]
    cut = [(place, part) for place, token, character in cells for part in _parts(token, seen, character)]
    return _without_strays(_gathered(cut, level))


def cut_words(lines: Sequence[Line], columns: Sequence[Column]) -> dict[int, tuple[Word, ...]]:
    """Return, by ``id``, the pieces of words that engines drew over two columns ("000570779145")."""
    pieces: dict[int, tuple[Word, ...]] = {}
    for level in (0, 1):
        edges = sorted(_edges(c) for c in columns if c.level == level and len(c.entries) >= _FULL_SHARE * len(lines))
        blanks = [(a, b) for (_, a), (b, _) in pairwise(edges) if b > a]
        for row in (r for line in lines for r in ([line.anchor] if level == 0 else line.companions)):
            for word in row.words:
                x0, x1 = word.box.x, word.box.x + word.box.w
                over = [(a + b) / 2 for a, b in blanks if x0 < a - 2 * row.character and x1 > b + row.character]
                if len(over) == 1 and len(word.text) > _LEAST_CUT:
                    pieces[id(word)] = _cut_at(word, over[0])
    return pieces


def _edges(column: Column) -> tuple[float, float]:
    """Return where nearly all entries of a column start, and where they end."""
    starts = sorted(tokens[0].x0 for tokens in column.entries.values())
    ends = sorted(tokens[-1].x1 for tokens in column.entries.values())
    few = max(int(_FEW_SHARE * len(starts)), min(len(starts) - 2, 1))
    return starts[few], ends[-1 - few]


def _cut_at(word: Word, x: float) -> tuple[Word, Word]:
    left, top, width, height = word.box
    place = min(max(round(len(word.text) * (x - left) / width), 1), len(word.text) - 1)
    sure = min(word.confidence, _CUT_CONFIDENCE)
    return (
        replace(word, text=word.text[:place], box=Box(left, top, x - left, height), confidence=sure),
        replace(word, text=word.text[place:], box=Box(x, top, left + width - x, height), confidence=sure),
    )


def shared(a0: float, a1: float, b0: float, b1: float) -> float:
    """Return how far two stretches overlap; negative is the gap between them."""
    return min(a1, b1) - max(a0, b0)


def _gathered(cells: Iterable[tuple[int, Token]], level: int) -> list[Column]:
    """Return the columns that entries of one kind make."""
    columns: list[Column] = []
    for place, token in cells:
        under = [c for c in columns if c.kind is token.kind and shared(c.x0, c.x1, token.x0, token.x1) > 0]
        column = under[0] if under else Column(token.kind, token.x0, token.x1, level)
        if not under:
            columns.append(column)
        for other in under[1:]:
            for where, entries in other.entries.items():
                for entry in entries:
                    column.add(where, entry)
            columns.remove(other)
        column.add(place, token)
    return columns


def _parts(token: Token, seen: Sequence[Column], character: float) -> list[Token]:
    """Return *token*, or what it is made of where it is a text that runs over columns."""
    if token.kind is not Kind.TEXT or len(token.words) == 1:
        return [token]
    groups: list[tuple[Column | None, list[Word]]] = []
    for word in token.words:
        owner = next((c for c in seen if _stands_in(word, c)), None)
        if groups and groups[-1][0] is owner:
            groups[-1][1].append(word)
        else:
            groups.append((owner, [word]))
    if len(groups) == 1:
        return [token]
    return [part for _, words in groups for part in joined_texts(tokens_of(words, character), character)]


def _stands_in(word: Word, column: Column) -> bool:
    return shared(column.x0, column.x1, word.box.x, word.box.x + word.box.w) > _INSIDE * word.box.w


def _weight(column: Column) -> float:
    return len(column.entries) * (_STRONG_WEIGHT if column.kind in _STRONG else 1.0)


def _without_strays(columns: list[Column]) -> list[Column]:
    """Give entries that engines misread, a letter in a number, to the column they stand in."""
    kept: list[Column] = []
    for column in sorted(columns, key=lambda c: (-_weight(c), -len(c.entries))):
        hosts = [c for c in kept if _is_stray(column, c)]
        if not hosts:
            kept.append(column)
            continue
        host = max(hosts, key=lambda c: shared(c.x0, c.x1, column.x0, column.x1))
        for where, entries in column.entries.items():
            host.entries[where] = sorted([*host.entries.get(where, ()), *entries], key=lambda token: token.x0)
    return kept


def _is_stray(column: Column, host: Column) -> bool:
    """Whether the entries of *column* are entries of *host*, misread."""
    narrower = min(host.x1 - host.x0, column.x1 - column.x0)
    over = shared(host.x0, host.x1, column.x0, column.x1)
    if over <= _OVERLAP * narrower:
        return False
    if over > _WITHIN * (column.x1 - column.x0) and len(column.entries) < len(host.entries):
        return True  # pieces of its entries
    if len(column.entries) <= _STRAY_SHARE * (len(host.entries) + len(column.entries)):
        return True
    together = sum(line in host.entries for line in column.entries)
    return together <= _TOGETHER_SHARE * len(column.entries)
