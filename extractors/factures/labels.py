"""The labels of a software invoice, and the words that stand beside or under each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz, process

from extractors.bordereaux.tokens import Row
from extractors.factures.vocabulary import BEFORE_FIGURES, NAMESAKES, labels, tokens_of
from extractors.scan import Word
from schemas.geometry import Box

#: A label with a letter misread is at least so much like itself; "prescription" is 79 like "prescripteur".
_ALIKE: Final = 88.0
#: The same for each of its words: "nurnero" is 77 like "numero", "payet" 67 like "patient".
_ALIKE_WORD: Final = 75.0
#: Shorter words are known by every letter: "tel", "nir", "rpps", "patient" is the shortest that may hold a misread one.
_FUZZY: Final = 7
_MOST_TOKENS: Final = 6
#: A value ends where the gap is wider than this many characters.
_GAP: Final = 4.0
#: What stands farther than this many characters to the right of a label is another column's.
_FAR: Final = 30.0
#: A blank wider than this many characters parts a label from what follows: the space between words is one.
_COLON: Final = 1.8
#: A value stands under its label at most this many rows' heights below.
_BELOW: Final = 3.2
#: A value set under its label begins this many characters left of it at most.
_OUTSET: Final = 2.0


@dataclass(frozen=True)
class Entry:
    """A label with the words of its value; ``under`` says that they stand below it, not beside.

    ``rest`` is all that stands to its right up to the next label, whatever the gaps.
    """

    name: str
    label: Box
    words: tuple[Word, ...]
    rest: tuple[Word, ...]
    row: int
    under: bool


@dataclass(frozen=True)
class _Label:
    name: str
    start: int
    end: int


def find_entries(rows: Sequence[Row]) -> list[Entry]:
    """Return each label of *rows*, top to bottom, with what stands to its right up to the next one, else under it."""
    found = [_labels_of(row) for row in rows]
    entries = []
    for place, (row, own) in enumerate(zip(rows, found, strict=True)):
        for number, label in enumerate(own):
            end = own[number + 1].start if number + 1 < len(own) else len(row.words)
            printed = Box.around(word.box for word in row.words[label.start : label.end])
            rest = row.words[label.end : end]
            is_far = bool(rest) and rest[0].box.x - printed.x - printed.w > _FAR * row.character
            words = () if is_far else _run(rest, row.character)
            under = not words
            if under:
                right = row.words[end].box.x if end < len(row.words) else 1.0
                words = _below(rows, found, place, (printed.x, right))
            entries.append(Entry(label.name, printed, words, rest, place, under))
    return entries


def _labels_of(row: Row) -> list[_Label]:
    owned = [(token, number) for number, word in enumerate(row.words) for token in tokens_of(word.text)]
    kept: list[_Label] = []
    start = 0
    while start < len(owned):
        label = _label_at(owned, start, row)
        if label is None:
            start += 1
            continue
        kept.append(label)
        while start < len(owned) and owned[start][1] < label.end:
            start += 1
    return kept


def _label_at(owned: Sequence[tuple[str, int]], start: int, row: Row) -> _Label | None:
    """Return the longest label that begins with token *start*."""
    for length in range(min(_MOST_TOKENS, len(owned) - start), 0, -1):
        window = owned[start : start + length]
        text = " ".join(token for token, _ in window)
        name = None if any(c.isdigit() for c in text) else _meaning(text)
        if name is not None and _is_set_off(text, row, window[-1][1]):
            return _Label(name, window[0][1], window[-1][1] + 1)
    return None


def _is_set_off(text: str, row: Row, last: int) -> bool:
    """Whether a label that may be part of a name is one here: a figure, a colon or a blank follows its *last* word."""
    if text not in NAMESAKES | BEFORE_FIGURES:
        return True
    word, following = row.words[last], row.words[last + 1 : last + 2]
    if following and any(c.isdigit() for c in following[0].text):
        return True
    if text in BEFORE_FIGURES:
        return False
    # a colon that stands alone is no word of the row: it leaves a blank
    blank = following[0].box.x - word.box.x - word.box.w if following else 1.0
    return word.text.endswith(":") or blank > _COLON * row.character


def _meaning(text: str) -> str | None:
    known = labels()
    if text in known or len(text) < _FUZZY:
        return known.get(text)
    match = process.extractOne(text, known.keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE)
    if match is None:
        return None
    # word by word: "nom prénom" before "PAYET" is as a whole much like "nom prénom patient"
    tokens, others = text.split(), match[0].split()
    is_same = len(tokens) == len(others) and all(
        fuzz.ratio(one, other) >= _ALIKE_WORD for one, other in zip(tokens, others, strict=True)
    )
    return known[match[0]] if is_same else None


def _run(words: Sequence[Word], character: float) -> tuple[Word, ...]:
    """Return the words up to a wide gap; the first may stand far from its label, as in a form."""
    kept: list[Word] = []
    for word in words:
        if kept and word.box.x - (kept[-1].box.x + kept[-1].box.w) > _GAP * character:
            break
        kept.append(word)
    return tuple(kept)


def _below(
    rows: Sequence[Row], found: Sequence[Sequence[_Label]], place: int, column: tuple[float, float]
) -> tuple[Word, ...]:
    """Return the piece of the next row that stands in a label's column, from its left edge to the next label's."""
    label_row = rows[place]
    for following in range(place + 1, len(rows)):
        row = rows[following]
        if row.y - label_row.y > _BELOW * max(label_row.height, row.height):
            return ()
        left = column[0] - _OUTSET * row.character
        inside = [w for w in row.words if left <= w.box.x < column[1] - _OUTSET * row.character]
        named = {n for label in found[following] for n in range(label.start, label.end)}
        if inside and not any(word is row.words[n] for word in inside for n in named):
            return _run(inside, row.character)
        if inside:
            return ()
    return ()
