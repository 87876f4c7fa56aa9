"""Words of a printed table put into rows, and into tokens: an amount, a date, a NIR, a number or a text."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Final

import numpy as np

from extractors.bordereaux.values import as_digits, find_amount, find_date, find_nir
from extractors.scan import Word
from schemas.geometry import Box

#: Words of one number or one text stand closer than this many character widths (a monospaced space is about 1.2).
_WITHIN_GAP: Final = 2.0
#: Names and headings are set looser than numbers.
_TEXT_GAP: Final = 2.3
#: The longest number printed in pieces: a NIR as 1 2 2 2 3 3 2.
_MOST_PIECES: Final = 7
_HAS_CONTENT: Final = re.compile(r"[^\W_]|€")
#: Numbers alone in their place: an amount whose comma was not seen.
_COMMA_LOST: Final = re.compile(r"(?:\d{1,4}|\d{1,2} \d{3}) \d{2}(?: ?€)?")
#: What a colon may follow: a word, or a number sign however it was read.
_LABEL: Final = re.compile(r"[A-Za-zÀ-ÿ]{2}.?$|[A-Za-zÀ-ÿ°]$")
#: A label whose colon was read as a dot, and the number after it.
_DOTTED_LABEL: Final = re.compile(r"([A-Za-zÀ-ÿ]{2,}°?|[Nn]°)\.(\d{3,}|\d\d([./-])\d\d\3\d{2,4})")
#: A word whose middle lies within this share of a row's height of the row's last words stands on it.
_SAME_ROW: Final = 0.55
_RECENT: Final = 5
_SAME_BASE: Final = 0.3


class Kind(StrEnum):
    """What a printed token looks like, before any heading is read."""

    AMOUNT = "amount"
    DATE = "date"
    NIR = "nir"
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True)
class Token:
    """Words that make one entry; boxes in the frame of the words."""

    kind: Kind
    words: tuple[Word, ...]

    @cached_property
    def text(self) -> str:
        """The words, one space apart."""
        return " ".join(word.text for word in self.words)

    @cached_property
    def box(self) -> Box:
        """The box around the words."""
        return Box.around(word.box for word in self.words)

    @property
    def x0(self) -> float:
        """Left edge."""
        return self.box.x

    @property
    def x1(self) -> float:
        """Right edge."""
        return self.box.x + self.box.w

    @property
    def confidence(self) -> float:
        """The least sure word's confidence."""
        return min(word.confidence for word in self.words)


@dataclass(frozen=True)
class Row:
    """One printed row of the page, its words from left to right."""

    words: tuple[Word, ...]
    #: width of a usual character of the page
    character: float

    @cached_property
    def text(self) -> str:
        """The whole row."""
        return " ".join(word.text for word in self.words)

    @cached_property
    def y(self) -> float:
        """Middle of the row."""
        return float(np.mean([word.box.y + word.box.h / 2 for word in self.words]))

    @cached_property
    def height(self) -> float:
        """Height of its usual word."""
        return float(np.median([word.box.h for word in self.words]))

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """The row's entries."""
        return tuple(tokens_of(self.words, self.character))

    def count(self, *kinds: Kind) -> int:
        """Return how many tokens are of one of *kinds*."""
        return sum(token.kind in kinds for token in self.tokens)

    def pieces(self, gap_characters: float) -> list[tuple[Word, ...]]:
        """Return the words cut where the gap is wider than *gap_characters*."""
        return _cut(self.words, gap_characters * self.character)


def rows_of(words: Iterable[Word]) -> list[Row]:
    """Return the rows of a level page, top to bottom. Rules drawn with dashes or bars are dropped."""
    printed = [
        word
        for glued in words
        for word in _unglued(glued)
        if _HAS_CONTENT.search(word.text) and word.box.h > 0 and word.box.w > 0
    ]
    if not printed:
        return []
    character = float(np.median([word.box.w / len(word.text) for word in printed]))
    usual = float(np.median([word.box.h for word in printed]))
    chains: list[list[Word]] = []
    ends = np.zeros((len(printed), 3))
    for word in sorted(printed, key=lambda w: w.box.x):
        middle, height = word.box.y + word.box.h / 2, max(word.box.h, 0.6 * usual)
        far = np.abs(ends[: len(chains), 0] - middle) / np.minimum(ends[: len(chains), 1], height)
        # a long name printed over the next column, or a box engines drew too wide, still stands on its row
        over = np.where(far < _SAME_BASE, word.box.x + 0.7 * word.box.w, word.box.x + character)
        far = np.where(ends[: len(chains), 2] <= over, far, np.inf)
        nearest = int(far.argmin()) if chains else -1
        if nearest < 0 or far[nearest] >= _SAME_ROW:
            nearest = len(chains)
            chains.append([])
        chain = chains[nearest]
        chain.append(word)
        # the last words' median: a page is never quite level, and a comma must not pull the row down
        recent = [w.box.y + w.box.h / 2 for w in chain[-_RECENT:]]
        ends[nearest] = (float(np.median(recent)), height, word.box.x + word.box.w)
    return sorted((Row(tuple(chain), character) for chain in chains), key=lambda row: row.y)


def _unglued(word: Word) -> tuple[Word, ...]:
    """Return a label and the value engines glued to it ("lot:217", "AM.956540363") as two words."""
    label, colon, value = word.text.rpartition(":")
    if not (colon and value and _LABEL.search(label)):
        dotted = _DOTTED_LABEL.fullmatch(word.text)
        if dotted is None:
            return (word,)
        label, value = dotted.group(1), dotted.group(2)
    x, y, w, h = word.box
    share = (len(label) + 1) / len(word.text)
    first = replace(word, text=label + ":", box=Box(x, y, w * share, h))
    return first, replace(word, text=value, box=Box(x + w * share, y, w * (1 - share), h))


def _cut(words: Sequence[Word], gap: float) -> list[tuple[Word, ...]]:
    pieces: list[list[Word]] = []
    for word in words:
        if pieces and word.box.x - (pieces[-1][-1].box.x + pieces[-1][-1].box.w) <= gap:
            pieces[-1].append(word)
        else:
            pieces.append([word])
    return [tuple(piece) for piece in pieces]


def tokens_of(words: Sequence[Word], character: float) -> Iterable[Token]:
    """Yield the entries that *words* of one row make, *character* being the width of a usual one."""
    for piece in _cut(words, _WITHIN_GAP * character):
        if _COMMA_LOST.fullmatch(" ".join(word.text for word in piece)):
            yield Token(Kind.AMOUNT, piece)
            continue
        start = 0
        texts: list[Word] = []
        while start < len(piece):
            kind, length = _longest(piece[start:])
            if kind is Kind.TEXT:
                texts.append(piece[start])
            else:
                yield from _as_text(texts)
                texts = []
                yield Token(kind, tuple(piece[start : start + length]))
            start += length
        yield from _as_text(texts)


def _as_text(words: list[Word]) -> Iterable[Token]:
    if words:
        yield Token(Kind.TEXT, tuple(words))


def _longest(words: Sequence[Word]) -> tuple[Kind, int]:
    """Return the kind of the entry that starts *words*, and how many words it takes."""
    for length in range(min(_MOST_PIECES, len(words)), 0, -1):
        text = " ".join(word.text for word in words[:length])
        if find_nir(text) is not None:
            return Kind.NIR, length
        if find_date(text) is not None:
            return Kind.DATE, length
        if find_amount(text) is not None:
            return Kind.AMOUNT, length
    return (Kind.NUMBER if as_digits(words[0].text) is not None else Kind.TEXT), 1


def joined_texts(tokens: Iterable[Token], character: float) -> list[Token]:
    """Return *tokens* of one row with neighbouring texts joined: a name of several words is one entry."""
    joined: list[Token] = []
    for token in tokens:
        last = joined[-1] if joined else None
        if (
            last is not None
            and last.kind is Kind.TEXT
            and token.kind is Kind.TEXT
            and token.x0 - last.x1 <= _TEXT_GAP * character
        ):
            joined[-1] = Token(Kind.TEXT, last.words + token.words)
        else:
            joined.append(token)
    return joined
