"""What a heading means, whatever the software calls it.

Each word of a heading is brought to a stem of the trade's vocabulary (abbreviations are prefixes of it, misread letters
are near it), then rules look at which stems stand together: "Montant facture" is an amount, "N° facture" a number.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import Final

from rapidfuzz import fuzz, process

from extractors.bordereaux.tokens import Kind, Row
from extractors.lines import plain
from extractors.scan import Word


class Meaning(StrEnum):
    """The columns a table may have. The first seven are the contract's names of a line's fields."""

    INVOICE = "invoice_number"
    NIR = "insured_nir"
    NAME = "insured_name"
    BIRTH = "beneficiary_birth_date"
    TOTAL = "total_amount"
    AMO = "amount_amo"
    AMC = "amount_amc"
    KEY = "nir_key"
    FIRST_NAME = "first_name"
    PATIENT = "beneficiary_name"
    DATE = "other_date"
    SHARE = "patient_share"
    FLOW = "flow"
    OTHER = "other"


WANTED: Final = (
    Meaning.INVOICE,
    Meaning.NIR,
    Meaning.NAME,
    Meaning.BIRTH,
    Meaning.TOTAL,
    Meaning.AMO,
    Meaning.AMC,
)

_STEMS: Final = (
    "facture", "fse", "feuille", "immatriculation", "matricule", "nir", "nss", "securite", "sociale", "insee", "assure",
    "assurance", "beneficiaire", "patient", "malade", "client", "naissance", "montant", "total", "honoraires", "amo",
    "amc", "mutuelle", "complementaire", "obligatoire", "maladie", "regime", "part", "charge", "reste", "depassement",
    "nom", "prenom", "nomprenom", "date", "numero", "type", "flux", "mode", "nature", "securise", "degrade", "rang",
    "piece", "ligne", "ordre", "exoneration", "taux", "nombre", "actes", "qualite", "etat", "statut", "cle", "caisse",
    "organisme", "base", "remboursement", "observation",
)  # fmt: skip
#: Short forms that are no prefix, or a prefix of several stems.
_SHORT: Final = {
    "no": "numero", "n": "numero", "num": "numero", "ndeg": "numero", "nr": "numero", "ss": "securite",
    "secu": "securite", "fact": "facture", "fac": "facture", "fs": "fse", "mt": "montant", "mnt": "montant",
    "mtt": "montant", "mont": "montant", "tot": "total", "ttc": "total", "ro": "amo", "rc": "amc", "am": "amo",
    "ddn": "naissance", "dn": "naissance", "ne": "naissance", "nee": "naissance", "nele": "naissance",
    "neele": "naissance", "dt": "date", "ass": "assure", "ben": "beneficiaire", "benef": "beneficiaire",
    "pat": "patient", "mut": "mutuelle", "rac": "reste", "dep": "depassement", "rg": "rang", "pj": "piece",
    "pieces": "piece", "s": "flux", "d": "flux", "sd": "flux", "cpam": "caisse", "k": "cle", "clef": "cle",
    "exo": "exoneration", "rbt": "remboursement", "nb": "nombre", "qte": "nombre",
}  # fmt: skip
_FILLERS: Final = frozenset(
    [
        "de",
        "du",
        "des",
        "la",
        "le",
        "les",
        "l",
        "d",
        "a",
        "au",
        "aux",
        "et",
        "ou",
        "en",
        "e",
        "eur",
        "euros",
        "sur",
        "par",
    ]
)
_LEAST_ALIKE: Final = 80.0
_SHORTEST_FUZZY: Final = 5
_SHORTEST_PREFIX: Final = 3
#: A heading's words stand closer than this many characters, columns farther.
_HEADING_GAP: Final = 1.75
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


@cache
def stem(word: str) -> str | None:
    """Return the vocabulary's stem of a heading's word in plain form, or None for a word it does not have."""
    if word in _SHORT:
        return _SHORT[word]
    if word in _STEMS:
        return word
    if len(word) >= _SHORTEST_PREFIX:
        starting = [known for known in _STEMS if known.startswith(word)]
        if len(starting) == 1 or (starting and len(word) > _SHORTEST_PREFIX):
            return starting[0]
    if len(word) >= _SHORTEST_FUZZY:
        singular = word.removesuffix("s")
        best = process.extractOne(singular, _STEMS, scorer=fuzz.ratio, score_cutoff=_LEAST_ALIKE)
        if best is not None:
            return str(best[0])
    return None


def meaning_of(text: str) -> Meaning | None:
    """Return what a heading means, or None where no word of it is known.

    >>> str(meaning_of("Mt à la charge de l'Assurance Maladie"))
    'amount_amo'
    """
    words = plain(re.sub(r"[Nn]\s?[°ºo*]\.?(?=\s|$)", "no ", text)).split()
    kept = [word for word in words if word not in _FILLERS or word == "d"]
    stems = {found for word in kept if (found := stem(word)) is not None}
    if words[:1] in (["s"], ["d"]) and len(words) == 1:
        stems = set()
    return _by_rules(stems)


def _by_rules(stems: set[str]) -> Meaning | None:
    """Return the meaning of the first rule whose stems are all there, its exceptions not."""
    if not stems:
        return None
    for meaning, needed, excluded in _RULES:
        if needed <= stems and not excluded & stems:
            return meaning
    return Meaning.OTHER


def _rule(meaning: Meaning, *needed: str, unless: str = "") -> tuple[Meaning, frozenset[str], frozenset[str]]:
    return meaning, frozenset(needed), frozenset(unless.split())


#: In the order they win: "Date de naissance" is no date of care, "Part AMO" no total, "N° assuré" no name.
_RULES: Final = (
    _rule(Meaning.BIRTH, "naissance"),
    *(_rule(Meaning.AMC, word) for word in ("amc", "mutuelle", "complementaire")),
    *(_rule(Meaning.AMO, word) for word in ("amo", "obligatoire")),
    _rule(Meaning.AMO, "assurance", "maladie"),
    *(_rule(Meaning.AMO, share, payer) for share in ("part", "montant") for payer in ("caisse", "securite", "maladie")),
    *(_rule(Meaning.SHARE, word) for word in ("reste", "depassement")),
    *(_rule(Meaning.SHARE, share, who) for share in ("part", "charge", "montant") for who in ("assure", "patient")),
    *(_rule(Meaning.NIR, word) for word in ("immatriculation", "matricule", "nir", "nss", "insee", "securite")),
    _rule(Meaning.NIR, "numero", "assure"),
    *(_rule(Meaning.TOTAL, word) for word in ("total", "montant", "honoraires")),
    _rule(Meaning.DATE, "date"),
    *(_rule(Meaning.INVOICE, word, unless="nombre nature type") for word in ("facture", "fse")),
    _rule(Meaning.KEY, "cle"),
    *(_rule(Meaning.PATIENT, word) for word in ("beneficiaire", "patient", "malade", "client")),
    *(_rule(Meaning.NAME, word) for word in ("nom", "assure", "nomprenom")),
    _rule(Meaning.FIRST_NAME, "prenom"),
    *(_rule(Meaning.FLOW, word) for word in ("flux", "type", "mode", "securise", "degrade")),
)


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
_OPENED: Final = frozenset({"amo", "amc", "obligatoire", "complementaire", "total", "assurance", "maladie", "mutuelle"})
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
            if rows[last].count(Kind.AMOUNT, Kind.DATE, Kind.NIR):
                break
            headings = _merged([_cells(row) for row in rows[first : last + 1]])
            known = {m for heading in headings for m in heading.meanings} - {Meaning.OTHER}
            wanted = known & {*WANTED, Meaning.PATIENT}
            blanks = sum(not heading.meanings for heading in headings)
            score = len(wanted) + 0.4 * len(known - wanted) - 0.5 * blanks - 0.5 * (last - first)
            if len(wanted) >= _LEAST_COLUMNS and (best is None or score > best[0]):
                best = (score, HeadingRows(first, last, tuple(headings)))
    return best[1] if best else None


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
    if before in _FILLERS - {"e", "s", "d"}:
        return True
    opened = stem(before)
    if opened == "numero" and after in {"facture", "fse", "securite", "immatriculation", "assure"}:
        return True
    return (opened == "date" and after == "naissance") or (opened in _OPENERS and after in _OPENED)


def _worth(words: Sequence[Word]) -> float:
    """Return how good a heading *words* make."""
    text = _text(words)
    meaning = meaning_of(text)
    if meaning is None:
        return -_UNKNOWN_COST * len(words)
    stems = {stem(part) for part in plain(text).split()}
    subjects = sum(bool(stems & subject) for subject in _SUBJECTS)
    worth = 0.5 if meaning is Meaning.OTHER else 1.0
    starts_inside = plain(words[0].text) in _FILLERS - {"e", "s", "d"}
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
