"""The end of an address: a postcode's commune, a letter or two misread, taken from the official list.

``communes.txt``: each département's communes, from INSEE's Code officiel géographique of 2024 (Licence Ouverte 2.0).
"""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Final

from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extract

_END: Final = re.compile(r"(?<!\d)(\d{5}) (\D{4,})$")
#: Likeness, 0 to 100, from which a name is a commune's misread, and its lead over the next one's: one letter in eight.
_SAME: Final = 86.0
_LEAD: Final = 5.0


@lru_cache(maxsize=4096)
def with_commune(text: str) -> str:
    """Return an address with its commune as it is spelt, where what stands there is nearly one of its département's.

    A commune that is known stays as it was written, without its accents or hyphens too.

    >>> with_commune("16 BIS BOULEVARD GAMBETTA 63000 CLERMONT-FERRANC")
    '16 BIS BOULEVARD GAMBETTA 63000 CLERMONT-FERRAND'
    >>> with_commune("3 RUE HAUTE 97400 SAINT DENIS")
    '3 RUE HAUTE 97400 SAINT DENIS'
    """
    found = _END.search(text)
    if found is None:
        return text
    names = {name: spelt for part in _departments(found[1]) for name, spelt in _communes_of(part).items()}
    written = _plain(found[2])
    if not names or written in names:
        return text
    best = extract(written, names.keys(), scorer=ratio, limit=2, score_cutoff=_SAME)
    if not best or (len(best) > 1 and best[0][1] - best[1][1] < _LEAD):
        return text
    spelt = names[best[0][0]]
    return text[: found.start(2)] + (spelt.upper() if found[2].isupper() else spelt)


def _departments(postcode: str) -> tuple[str, ...]:
    if postcode.startswith("20"):
        return ("2A", "2B")
    return (postcode[:3],) if postcode.startswith("97") else (postcode[:2],)


@lru_cache(maxsize=1)
def _listed() -> dict[str, str]:
    """Return, by département, its line of the list."""
    rows = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    return {part: names for part, _, names in (row.partition(" ") for row in rows)}


@lru_cache(maxsize=128)
def _communes_of(part: str) -> dict[str, str]:
    """Return each commune's plain name with its spelling, made when a département is first asked for (all: 0.35 s)."""
    names = _listed().get(part)
    return {_plain(name): name for name in names.split(";")} if names else {}


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.upper().replace("Œ", "OE"))
    return " ".join("".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c)).split())
