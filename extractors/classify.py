"""Which kind of paper a page is, from its words, its barcodes and its shape."""

import math
import re
from collections.abc import Sequence
from typing import Final

from rapidfuzz import fuzz

from extractors.lines import TextLine, lines_of
from extractors.page_cues import Cue, Place, load_page_cues
from extractors.readers.barcodes import Barcode, Symbology
from extractors.scan import Word
from schemas.page import PageKind

# A title stands in this upper part of the page; the head of a letter or ordonnance in that one.
_TITLE_DEPTH: Final = 0.3
_HEAD_DEPTH: Final = 0.5
# Share of its line a phrase must fill to be a title, rather than words in a sentence.
_TITLE_SHARE: Final = 0.62
# Letters that may stand before it: a logo's "cerfa", a speck. "Date de la demande d'accord" is a label, no title.
_TITLE_START: Final = 5
# What a phrase keeps of its weight away from its place: "démarche de soins" in a sentence says little.
_OUT_OF_PLACE: Final = 0.25
# Phrases up to this many letters must be found as whole words: "bic" is in "Bicêtre".
_SHORT: Final = 7
# rapidfuzz ratios, 0 to 100: over the first a phrase is read, between the two it is read badly (one letter in eight).
_CLEAR_RATIO: Final = 93.0
_FAINT_RATIO: Final = 88.0
_FAINT_SHARE: Final = 0.7
# What one kind's phrases may add up to besides titles: long pages must not win by their length.
_PHRASES_AT_MOST: Final = 9.0
# "Nothing known": how far a kind must rise above no evidence at all before it is believed.
_UNKNOWN_EVIDENCE: Final = 3.0
_REFERENCE: Final = re.compile(r"(?<![a-z0-9])s ?(\d{4}) ?[a-z]?(?![a-z0-9])|(?<!\d)(1[0-4]\d{3}) ?0\d(?!\d)")
_AMOUNT: Final = re.compile(r"^\d{1,3}(?:[ .]?\d{3})*[.,]\d{2}€?$")
_LETTERS_APART: Final = re.compile(r"(?<![a-z0-9])(?:[a-z0-9] ){3,}[a-z0-9](?![a-z0-9])")
_POSTAL_LINE: Final = re.compile(r"\b\d{5}\s+[A-ZÉÈ][A-Za-zÉÈ'\- ]{2,}")
_DATE: Final = re.compile(r"\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2,4}|\b20\d\d\b")
_MANY_AMOUNTS: Final = 12
_FEW_WORDS: Final = 40
# An envelope is wider than high; a form, an ordonnance or a letter stands.
_WIDE: Final = 0.85


def classify(
    words: Sequence[Word], *, barcodes: Sequence[Barcode] = (), height_over_width: float | None = None
) -> tuple[PageKind, float]:
    """Return what a page that is not blank most likely is, with the probability that it is that.

    Args:
        words: of the upright page, boxes in fractions of it.
        barcodes: found on it.
        height_over_width: of the page, where its edges are known.

    Returns:
        ``PageKind.OTHER`` with a low probability where nothing decides.
    """
    scores = kind_scores(words, barcodes=barcodes, height_over_width=height_over_width)
    best = max(scores, key=lambda kind: scores[kind])
    if scores[best] <= 0:
        return PageKind.OTHER, 1 / len(scores)
    total = sum(math.exp(score - scores[best]) for score in scores.values())
    unknown = math.exp(_UNKNOWN_EVIDENCE - scores[best])
    return best, 1 / (total + unknown)


def kind_scores(
    words: Sequence[Word], *, barcodes: Sequence[Barcode] = (), height_over_width: float | None = None
) -> dict[PageKind, float]:
    """Return each kind's evidence in log-odds, before they are weighed against each other."""
    lines = lines_of(words)
    page = _Text(lines)
    known = load_page_cues()
    scores = {kind: page.score(cues) for kind, cues in known.cues.items()}
    for four, five in _REFERENCE.findall(page.spaced):
        kind = known.references.get(four or five)
        if kind:
            scores[kind] += known.reference_weight
    _weigh_layout(scores, words, barcodes, height_over_width)
    return scores


class _Text:
    """A page's lines in the forms the cues are compared with."""

    def __init__(self, lines: list[TextLine]) -> None:
        plain_lines = [(_joined(line.plain), line.box.y) for line in lines if line.plain]
        headings = [
            line for line in lines if line.plain and line.box.y < _TITLE_DEPTH and not _is_in_table(line, lines)
        ]
        self.spaced = "\n".join(text for text, _ in plain_lines)
        self._page = _compact(self.spaced)
        self._titles = [_compact(_joined(line.plain)) for line in headings]
        self._head = _compact("".join(text for text, y in plain_lines if y < _HEAD_DEPTH))
        self._words = set(self.spaced.split())
        self._head_words = {word for text, y in plain_lines if y < _HEAD_DEPTH for word in text.split()}

    def score(self, cues: Sequence[Cue]) -> float:
        """Return what *cues* are worth on this page: the best title, and the phrases up to a limit."""
        title = max((self._strength(cue) * cue.weight for cue in cues if cue.place is Place.TITLE), default=0.0)
        phrases = sum(self._strength(cue) * cue.weight for cue in cues if cue.place is not Place.TITLE)
        return title + min(phrases, _PHRASES_AT_MOST)

    def _strength(self, cue: Cue) -> float:
        phrase = cue.compact
        if cue.place is Place.TITLE:
            best = max((_as_title(phrase, line) for line in self._titles), default=0.0)
            return best or _OUT_OF_PLACE * self._anywhere(cue.phrase, phrase, self._page, self._words)
        if cue.place is Place.HEAD:
            return self._anywhere(cue.phrase, phrase, self._head, self._head_words)
        return self._anywhere(cue.phrase, phrase, self._page, self._words)

    @staticmethod
    def _anywhere(spaced: str, phrase: str, text: str, words: set[str]) -> float:
        if len(phrase) <= _SHORT:
            return float(all(word in words for word in spaced.split()))
        return _found(phrase, text)


def _is_in_table(line: TextLine, lines: list[TextLine]) -> bool:
    """Whether two texts or more stand beside *line*: a column's heading is no title."""
    middle = line.box.y + line.box.h / 2
    beside = sum(other is not line and other.box.y <= middle <= other.box.y + other.box.h for other in lines)
    return beside >= 2  # noqa: PLR2004 - a title may share its row with a page number


def _as_title(phrase: str, line: str) -> float:
    """Return how surely *line* is the title *phrase*: it begins with it, and holds little else."""
    if len(phrase) < _TITLE_SHARE * len(line) or len(line) < _FAINT_RATIO / 100 * len(phrase):
        return 0.0
    alignment = fuzz.partial_ratio_alignment(phrase, line, score_cutoff=_FAINT_RATIO)
    if alignment is None or alignment.dest_start > _TITLE_START:
        return 0.0
    return 1.0 if alignment.score >= _CLEAR_RATIO else _FAINT_SHARE


def _found(phrase: str, text: str) -> float:
    """Return 1.0 where *text* holds *phrase*, a part of it where it holds something close, else 0.0."""
    if phrase in text:
        return 1.0
    if len(text) < _FAINT_RATIO / 100 * len(phrase):
        return 0.0
    ratio = fuzz.partial_ratio(phrase, text, score_cutoff=_FAINT_RATIO)
    if ratio >= _CLEAR_RATIO:
        return 1.0
    return _FAINT_SHARE if ratio else 0.0


def _compact(text: str) -> str:
    return "".join(text.split())


def _joined(text: str) -> str:
    """Close up letters printed apart, as in ``B O R D E R E A U``."""
    return _LETTERS_APART.sub(lambda spread: spread[0].replace(" ", ""), text)


def _weigh_layout(
    scores: dict[PageKind, float],
    words: Sequence[Word],
    barcodes: Sequence[Barcode],
    height_over_width: float | None,
) -> None:
    """Add what the page's looks say."""
    amounts = sum(bool(_AMOUNT.match(word.text.strip(" |"))) for word in words)
    if amounts >= _MANY_AMOUNTS:
        for kind in (PageKind.BORDEREAU, PageKind.STATEMENT, PageKind.RECLAMATION, PageKind.FACTURE, PageKind.FEUILLE):
            scores[kind] += 1.0
        scores[PageKind.PRESCRIPTION] -= 3.0
        scores[PageKind.SEPARATOR] -= 3.0
    if any(code.is_rpps for code in barcodes):
        scores[PageKind.PRESCRIPTION] += 4.0
    few = len(words) < _FEW_WORDS
    if few and not amounts:
        scores[PageKind.SEPARATOR] += 1.0 if scores[PageKind.SEPARATOR] > 0 or barcodes else 0.0
        if any(not (code.is_rpps or code.is_structure) and code.format is not Symbology.QR for code in barcodes):
            scores[PageKind.SEPARATOR] += 3.0
    if not few:
        scores[PageKind.ENVELOPE] -= 3.0
        scores[PageKind.SEPARATOR] -= 2.0
    else:
        text = " ".join(word.text for word in words)
        if _POSTAL_LINE.search(text) and not _DATE.search(text) and not barcodes:
            scores[PageKind.ENVELOPE] += 3.0
    if few and height_over_width is not None and height_over_width < _WIDE:
        scores[PageKind.ENVELOPE] += 1.5
