"""The headings of a table: where they stand, which words make one, and which columns they span.

Words printed close may be two headings, and words on two rows one: gaps and meanings together decide.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from extractors.bordereaux.tokens import Kind, Row
from extractors.bordereaux.vocabulary import FILLERS, WANTED, Meaning, meaning_of, stem, stems_of
from extractors.lines import plain
from extractors.scan import Word

#: A heading's words stand closer than this many characters, columns farther.
_HEADING_GAP: Final = 1.75
_LONG_NUMBER: Final = 5
#: Headings of up to this many rows.
_MOST_ROWS: Final = 3
#: Rows of one heading follow each other within this many row heights.
_ROW_PITCH: Final = 2.3
#: Fewer columns than these make no table of invoices.
_LEAST_COLUMNS: Final = 3


@dataclass(frozen=True)
class Heading:
    """A heading cell: what it may mean, and how far it reaches across the page."""

    meanings: frozenset[Meaning]
    x0: float
    x1: float
    text: str


@dataclass(frozen=True)
class HeadingRows:
    """The heading of a table: its cells, and the rows it takes, ``first`` to ``last``."""

    first: int
    last: int
    headings: tuple[Heading, ...]


#: Stems by what they are about; one heading is about one of these, so a cell about two is two cells printed close.
_SUBJECTS: Final = (
    {"naissance"},
    {"amo", "obligatoire", "maladie"},
    {"amc", "mutuelle", "complementaire"},
    {"immatriculation", "matricule", "nir", "nss", "securite", "insee"},
    {"facture", "fse"},
    {"nom", "prenom", "nomprenom"},
    {"rang", "ordre"},
    {"flux", "mode"},
    {"piece"},
)
#: What a cut between two words of a heading costs, less what a wide gap gains; what a cell about two subjects costs.
_CUT_COST: Final = 1.2
_CUT_GAIN: Final = 1.4
_MOST_GAIN: Final = 1.8
_TWO_SUBJECTS: Final = 2.0
_UNKNOWN_COST: Final = 0.5
#: Words that open a heading which others complete: "Part | complémentaire", "Montant | total".
_OPENERS: Final = frozenset({"part", "montant", "regime", "total", "charge", "organisme"})
_OPENED: Final = frozenset(
    {"amo", "amc", "obligatoire", "complementaire", "total", "assurance", "maladie", "mutuelle", "facture", "fse"}
)
#: Whose name, number or birth a heading speaks of.
_OWNED: Final = frozenset({"nom", "prenom", "nomprenom", "naissance", "immatriculation"})
_OWNERS: Final = frozenset({"assure", "beneficiaire", "patient"})
_BOUND_COST: Final = 1.5
#: A space in characters' widths: of a narrow proportional face, of a monospaced one.
_LEAST_SPACE: Final = 0.4
_MOST_SPACE: Final = 1.2
#: Two rows of one heading: the words above only add to the words below.
_TOGETHER: Final = (
    {Meaning.TOTAL, Meaning.AMO},
    {Meaning.TOTAL, Meaning.AMC},
    {Meaning.TOTAL, Meaning.SHARE},
    {Meaning.DATE, Meaning.BIRTH},
    {Meaning.DATE, Meaning.INVOICE},
    {Meaning.NAME, Meaning.FIRST_NAME},
)


def find_headings(rows: Sequence[Row]) -> HeadingRows | None:
    """Return the heading of the table of invoices on a page, or None where the page prints none."""
    best: tuple[float, HeadingRows] | None = None
    for first in range(len(rows)):
        for last in range(first, min(first + _MOST_ROWS, len(rows))):
            if last > first and rows[last].y - rows[last - 1].y > _ROW_PITCH * rows[last].height:
                break
            if rows[last].count(Kind.AMOUNT, Kind.DATE, Kind.NIR) or _has_number(rows[last]):
                break
            headings = _merged([_cells(row) for row in rows[first : last + 1]])
            known = {m for heading in headings for m in heading.meanings} - {Meaning.OTHER}
            wanted = known & {*WANTED, Meaning.PATIENT}
            blanks = sum(not heading.meanings for heading in headings)
            score = len(wanted) + 0.4 * len(known - wanted) - 0.5 * blanks - 0.5 * (last - first)
            if len(wanted) >= _LEAST_COLUMNS and (best is None or score > best[0]):
                best = (score, HeadingRows(first, last, tuple(headings)))
    return best[1] if best else None


def _has_number(row: Row) -> bool:
    """Whether a row holds a lot's or a professional's number: it is of the header, whatever words are on it."""
    return any(token.kind is Kind.NUMBER and len(token.text) >= _LONG_NUMBER for token in row.tokens)


def _cells(row: Row) -> list[tuple[Word, ...]]:
    """Return the heading cells of one row."""
    pieces = row.pieces(_HEADING_GAP)
    gaps = sorted(gap for piece in pieces for gap in _gaps(piece))
    unit = min(max(gaps[len(gaps) // 5] if gaps else 0.0, _LEAST_SPACE), _MOST_SPACE)
    return [cell for piece in pieces for cell in _split(piece, unit)]


def _gaps(words: Sequence[Word]) -> list[float]:
    """Return the gaps between *words* in widths of their own characters: each heading may have its own size."""
    gaps = []
    for one, two in pairwise(words):
        character = (one.box.w + two.box.w) / (len(one.text) + len(two.text))
        gaps.append(max(two.box.x - (one.box.x + one.box.w), 0.0) / character)
    return gaps


def _split(words: tuple[Word, ...], unit: float) -> list[tuple[Word, ...]]:
    """Cut a piece into its headings, where their meanings and the gaps, in spaces of *unit*, agree best."""
    gaps = _gaps(words)
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(words) + 1):
        choices = []
        for start in range(end):
            cut = 0.0
            if start:
                cut = min(_CUT_GAIN * (gaps[start - 1] / unit - 1), _MOST_GAIN) - _CUT_COST
                cut -= _BOUND_COST * _is_bound(words[start - 1], words[start])
            choices.append((best[start][0] + cut + _worth(words[start:end]), start))
        best.append(max(choices, key=lambda choice: choice[0]))
    cells: list[tuple[Word, ...]] = []
    end = len(words)
    while end:
        start = best[end][1]
        cells.insert(0, words[start:end])
        end = start
    return cells


def _is_bound(word: Word, following: Word) -> bool:
    """Whether two words are hardly two headings: "de | naissance", "Date | naiss."."""
    before, after = plain(word.text), stem(plain(following.text))
    if before in FILLERS - {"e", "s", "d"}:
        return True
    opened = stem(before)
    if opened == "numero" and after in {"facture", "fse", "securite", "immatriculation", "assure"}:
        return True
    if opened in _OWNED and after in _OWNERS:
        return True
    return (opened == "date" and after == "naissance") or (opened in _OPENERS and after in _OPENED)


def _worth(words: Sequence[Word]) -> float:
    """Return how good a heading *words* make."""
    text = _text(words)
    meaning = meaning_of(text)
    if meaning is None:
        return -_UNKNOWN_COST * len(words)
    stems = stems_of(text)
    subjects = sum(bool(stems & subject) for subject in _SUBJECTS)
    worth = 0.5 if meaning is Meaning.OTHER else 1.0
    starts_inside = plain(words[0].text) in FILLERS - {"e", "s", "d"}
    return worth - _TWO_SUBJECTS * (subjects > 1) - starts_inside


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


def _merged(rows: list[list[tuple[Word, ...]]]) -> list[Heading]:
    """Put the rows of a heading together, cell under cell."""
    merged: list[list[tuple[Word, ...]]] = [[cell] for cell in rows[0]]
    for row in rows[1:]:
        below: dict[int, list[tuple[Word, ...]]] = {}
        for cell in row:
            above = [k for k, column in enumerate(merged) if any(_overlap(part, cell) for part in column)]
            for k in above:
                below.setdefault(k, []).append(cell)
            if not above:
                merged.append([cell])
        for k, cells in sorted(below.items(), reverse=True):
            # a heading that spans several columns lends its words to each of them
            spread = [[*merged[k], cell] for cell in cells]
            merged[k : k + 1] = spread
    headings: list[Heading] = []
    for column in merged:
        x0 = min(word.box.x for cell in column for word in cell)
        x1 = max(word.box.x + word.box.w for cell in column for word in cell)
        last = column[-1]
        if len(column) > 1 and x1 - x0 > 2 * (last[-1].box.x + last[-1].box.w - last[0].box.x):
            x0, x1 = last[0].box.x, last[-1].box.x + last[-1].box.w
        text = " ".join(_text(cell) for cell in column)
        headings.append(Heading(_meanings(column), x0, x1, text))
    return sorted(headings, key=lambda heading: heading.x0 + heading.x1)


def _meanings(column: list[tuple[Word, ...]]) -> frozenset[Meaning]:
    alone = {m for cell in column if (m := meaning_of(_text(cell))) is not None}
    if len(column) == 1 or len(alone) <= 1:
        whole = meaning_of(" ".join(_text(cell) for cell in column))
        return frozenset({whole} if whole else ())
    if alone == {Meaning.TOTAL, Meaning.INVOICE}:
        return frozenset(
            alone
        )  # "Montant facture", or "N° facture" over the amounts of a second row: the content tells
    if any(alone <= pair for pair in _TOGETHER) or Meaning.OTHER in alone:
        whole = meaning_of(" ".join(_text(cell) for cell in column))
        return frozenset({whole} if whole else alone)
    return frozenset(alone)


def _overlap(above: Sequence[Word], below: Sequence[Word]) -> bool:
    a0, a1 = above[0].box.x, above[-1].box.x + above[-1].box.w
    b0, b1 = below[0].box.x, below[-1].box.x + below[-1].box.w
    return min(a1, b1) - max(a0, b0) > 0.25 * min(a1 - a0, b1 - b0)
