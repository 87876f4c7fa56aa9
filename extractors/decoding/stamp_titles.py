"""The professions stamps name: where a worn word can only be one of them, it is that one."""

import unicodedata
from typing import Final

from rapidfuzz.distance import Levenshtein

#: Whom a feuille de soins of the S3129 family is for (domain.md 1), as their stamps write it; plurals are practices'.
_TITLES: Final = (
    "Infirmier(ère)",
    "Infirmier",
    "Infirmière",
    "Infirmiers",
    "Infirmières",
    "Masseur-kinésithérapeute",
    "Masseurs-kinésithérapeutes",
    "Kinésithérapeute",
    "Kinésithérapeutes",
    "Orthophoniste",
    "Orthophonistes",
    "Orthoptiste",
    "Orthoptistes",
    "Pédicure-podologue",
    "Pédicures-podologues",
    "Sage-femme",
    "Sages-femmes",
    "Diplômé",
    "Diplômée",
)
#: A misread letter is put right in words so long only: shorter ones turn into each other.
_LONG: Final = 12
#: One misread letter for so many.
_LETTERS_A_SLIP: Final = 10


def with_titles(line: str) -> str:
    """Return *line* with the accents of professions' names restored, and a misread letter of a long one.

    Words in capitals are left alone: they are often printed without accents.

    >>> with_titles("Masseur-kinésithé=apeute D.E.")
    'Masseur-kinésithérapeute D.E.'
    """
    return " ".join(_title(word) for word in line.split(" "))


def _title(word: str) -> str:
    if word in _TITLES or not any(c.islower() for c in word):
        return word
    bare = _bare(word)
    for title in _TITLES:
        if bare == _bare(title):
            return title if word[0].isupper() else title[0].lower() + title[1:]
    if len(word) < _LONG:
        return word
    near = [t for t in _TITLES if Levenshtein.distance(bare, _bare(t)) <= len(t) // _LETTERS_A_SLIP]
    return near[0] if len(near) == 1 else word


def _bare(word: str) -> str:
    """Return *word* in small letters without accents."""
    return "".join(c for c in unicodedata.normalize("NFD", word.casefold()) if not unicodedata.combining(c))
