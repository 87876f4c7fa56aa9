"""One name from two engines' readings of it.

On 74 drawn pages (768 names, 6 % read differently) each engine slipped in its own way. Tesseract keeps Ë, Ï and Œ, but
cuts words after a narrow letter and takes an I for a 1. The line recogniser never cuts a word and is right where
Tesseract is unsure, but knows no Ë, Ï or Œ and runs words together.
"""

import re
import unicodedata
from typing import Final

from extractors.bordereaux.values import written_name

#: Both engines, unlike in every way, read the same name: 6 of 4,353 were wrong on 309 drawn bordereaux.
SAME: Final = 0.988
#: The same letters, but for accents, blanks or figures taken for letters: 23 of 115 were wrong; other letters.
_ALIKE: Final = 0.8
_OTHER: Final = 0.6
#: Under this confidence of its own the first engine's letters give way to the second's.
_UNSURE: Final = 0.8
#: Under this one it may have dropped an accent.
_SURE_OF_ACCENTS: Final = 0.9
#: Figures engines put for letters.
_LETTERS: Final = str.maketrans("015", "OIS")
#: What the second engine may read for letters it does not know, where French has them: in NOËL but not in ZOË, in LOÏC,
#: in LEFÈVRE and INÈS.
_UNKNOWN: Final = {
    "Ë": ("EÉÈÊ", re.compile(r"ËL")),
    "Ï": ("IÎ", re.compile(r"Ï")),
    "È": ("ÉÊ", re.compile(r"È[^AEIOUY\W]{1,2}(?:E|\b)")),
}
_NOWHERE: Final = re.compile(r"(?!)")
_LIGATURES: Final = str.maketrans({"Œ": "E", "Æ": "E"})


def one_name(first: str, sure: float, second: str) -> tuple[str, float]:
    """Return the name two readings stand for, and its probability.

    Args:
        first: Tesseract's reading, normalised.
        sure: its confidence in its least sure word.
        second: the line recogniser's reading.

    >>> one_name("NOËL JEANNE", 0.95, "NOÉL JEANNE")
    ('NOËL JEANNE', 0.988)
    """
    other = written_name(second)
    if other is None:
        return first, _OTHER
    if " " not in first:
        return (other if _base(other) == _base(first) else first), _ALIKE  # a person has two names: a blank was lost
    if other == first:
        return first, SAME
    lettered = first.translate(_LETTERS)
    if _base(lettered) != _base(other.translate(_LETTERS)):
        return (other if sure < _UNSURE else first), _OTHER
    whole = _without_cuts(lettered, other)
    accented, doubtful = _accented(whole, sure, other)
    certain = accented == first and sure >= _UNSURE and not doubtful
    return accented, SAME if certain else _ALIKE


def _bare(character: str) -> str:
    return unicodedata.normalize("NFD", character)[0]


def _base(name: str) -> str:
    """Return the letters alone, in the poorest of the two engines' alphabets."""
    letters = "".join(_bare(c) for c in name.translate(_LIGATURES) if c.isalnum())
    return letters.replace("OEU", "EU").replace("CEU", "EU").replace("LOEI", "LEI").replace("LCEI", "LEI")


def _accented(name: str, sure: float, other: str) -> tuple[str, bool]:
    """Return *name* with the accents it lost, and whether the two readings leave a doubt about one."""
    letters = [c for c in other if c.isalnum()]
    if len(letters) != sum(c.isalnum() for c in name):
        return name, False  # a ligature the second engine took apart
    following = iter(letters)
    marked: list[str] = []
    doubtful = False
    for place, character in enumerate(name):
        twin = next(following) if character.isalnum() else character
        misread, expected = _UNKNOWN.get(character, ("", _NOWHERE))
        if twin == character or (twin in misread and sure >= _UNSURE and expected.match(name, place)):
            marked.append(character)
            continue
        alike = _bare(twin) == _bare(character)
        doubtful = doubtful or alike
        if character == "E" and twin in "ÉÈÊ" and marked and marked[-1] in "AO":
            marked.append("Ë")  # what the second engine makes of an Ë: no other accented E follows an A or an O
        else:
            lost = character == _bare(character) and sure < _SURE_OF_ACCENTS
            final = character in "ËÈ" and twin == "É" and not name[place + 1 : place + 2].isalpha()  # CHLOÉ, ANDRÉ
            # INÈS, LEFÈVRE: French has no other accent on the E of a last syllable that ends in a consonant
            grave = twin == "È" and _UNKNOWN["È"][1].match(twin + name[place + 1 :]) is not None
            marked.append(twin if alike and (lost or final or grave) else character)
    return "".join(marked), doubtful


def _without_cuts(name: str, other: str) -> str:
    """Return *name* without the blanks *other* does not have, where *other* kept some: it cuts no word in two."""
    if " " not in other:
        return name
    bare_other = "".join(_bare(c) for c in other.translate(_LIGATURES))
    words = name.split()
    whole = words[0]
    for word in words[1:]:
        joined = _bare_text(whole.split()[-1] + word)
        whole += word if joined in bare_other.split() else f" {word}"
    return whole


def _bare_text(text: str) -> str:
    return "".join(_bare(c) for c in text.translate(_LIGATURES))
