"""The words ordonnances are written in (``vocabulary.txt``), to mend letters misread and spaces lost.

Only whole words that are plainly meant are restored; figures, drug names and whatever else is not known stay as read.
"""

import re
from functools import cache
from pathlib import Path
from typing import Final

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from extractors.lines import plain

# One letter in five may be wrong in a word this long; shorter ones look too much like each other.
_LEAST_LETTERS: Final = 5
_RATIO: Final = 80.0
# In long words no more than one letter in so many.
_LETTERS_AN_ERROR: Final = 6
# The next best word must look clearly less like it.
_AHEAD: Final = 3.0
# A word glued to another is not one word misread.
_LONGER: Final = 1
# An elided word before a known one: l'épaule, d'ulcère, jusqu'au.
_ELIDED: Final = re.compile(r"(?i)^((?:[cdjlmnst]|qu|jusqu|lorsqu)['’])(.{3,})$")
_TOKEN: Final = re.compile(r"^(\W*)(.*?)([,.;:!]*)$")
_FIGURE_BEFORE: Final = re.compile(r"\b([IlZzS])(?= ?(?:fois|jours?|mois|semaines?|séances?)\b)")
_GLUED: Final = re.compile(r"(\)|[,;])(?=[^\W\d_])")
_USUAL: Final = (
    (re.compile(r"^A (?=renouveler|faire|pratiquer|domicile|jeun|poursuivre)"), "À "),
    (re.compile(r"(?i)(infirmi\S+ )D\.? ?E\.(?=\w)"), r"\1D.E. "),
    (re.compile(r"(?i)(infirmi\S+ )D\.? ?E\.?(?=[^\w.]|$)"), r"\1D.E."),
    (re.compile(r"(?<=\w)\s*:(?=\s|$)"), " :"),
)
_ABBREVIATIONS: Final = frozenset(
    {"D.E", "D.E.", "IDE", "NFS", "CRP", "INR", "TSH", "ECBU", "VS", "TP", "HBPM", "SC", "IM", "IV"}
)
_FIGURES: Final = {"I": "1", "l": "1", "Z": "2", "z": "2", "S": "5"}


def mend(text: str) -> str:
    """Return *text* with words misread by a letter, glued or stripped of their accents restored.

    >>> mend("Pansement lourx et complexe dulcère tous lesjours")
    "Pansement lourd et complexe d'ulcère tous les jours"
    """
    apart = _GLUED.sub(r"\1 ", text)
    mended = " ".join(_mended(token) for token in apart.split())
    mended = _FIGURE_BEFORE.sub(lambda figure: _FIGURES[figure[1]], mended)
    for shape, usual in _USUAL:
        mended = shape.sub(usual, mended)
    return mended


def is_spelt_right(text: str) -> bool:
    """Return whether each word of *text* is one that prescriptions use, spelt as they spell it; no figure is.

    >>> is_spelt_right("Pansement tous les jours"), is_spelt_right("Pansernent tous les jours")
    (True, False)
    """
    known = _vocabulary()
    for token in text.split():
        word = _TOKEN.fullmatch(token)[2]  # type: ignore[index]
        is_known = word in _ABBREVIATIONS or known.get(plain(word).replace(" ", ""), "").lower() == word.lower()
        # a full stop may be a colon half lost
        if (word and not is_known) or ("." in token and word not in _ABBREVIATIONS):
            return False
    return True


@cache
def _vocabulary() -> dict[str, str]:
    """Map each word's plain form, without spaces, to the word."""
    words = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").split()
    return {plain(word).replace(" ", ""): word for word in words}


def _mended(token: str) -> str:
    before, word, behind = _TOKEN.fullmatch(token).groups()  # type: ignore[union-attr]
    key = plain(word).replace(" ", "")
    if any(c.isdigit() for c in word) or len(key) < 2 or (word.isupper() and len(word) > 1):  # noqa: PLR2004
        return token
    known = _vocabulary()
    if key in known:
        return before + _cased(known[key], word) + behind
    elided = _ELIDED.match(word)
    if elided:
        return before + elided[1] + _mended(elided[2]) + behind
    for cut in range(2, len(key) - 1):
        if key[:cut] in known and key[cut:] in known and len(key) >= _LEAST_LETTERS:
            return f"{before}{_cased(known[key[:cut]], word)} {known[key[cut:]]}{behind}"
    best = _closest(key)
    return before + _cased(best, word) + behind if best else token


def _closest(key: str) -> str | None:
    if len(key) < _LEAST_LETTERS:
        return None
    known = _vocabulary()
    near = [word for word in known if abs(len(word) - len(key)) <= _LONGER]
    found = process.extract(key, near, scorer=fuzz.ratio, limit=2, score_cutoff=_RATIO)
    if not found or (len(found) > 1 and found[0][1] - found[1][1] < _AHEAD):
        return None
    # a long ending in common is no likeness: "oculomusculaire" is not "neuromusculaire"
    if Levenshtein.distance(key, found[0][0]) > max(1, len(key) // _LETTERS_AN_ERROR):
        return None
    return known[found[0][0]]


def _cased(word: str, like: str) -> str:
    return word[0].upper() + word[1:] if like[:1].isupper() else word
