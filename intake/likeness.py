"""How alike two readings are: names as people write them, numbers as software pads them."""

import unicodedata
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import Levenshtein
from rapidfuzz.fuzz import ratio, token_set_ratio, token_sort_ratio

#: Titles and words that are no part of a name.
_TITLES: Final = frozenset(
    "M MR MME MLLE MONSIEUR MADAME MADEMOISELLE DR DOCTEUR PR PROFESSEUR NE NEE EPOUSE EP VEUVE ENFANT".split()  # noqa: SIM905
)
#: Likeness from which two names are the same person's (one letter in ten wrong at most), and under which they are not.
SAME_NAME: Final = 0.90
OTHER_NAME: Final = 0.72
#: Characters from which a name that begins another is taken for a column's cut: narrower name columns are not printed.
_CUT_SHORT: Final = 14


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """Return *text* in capitals without accents, punctuation, titles or repeated spaces."""
    decomposed = unicodedata.normalize("NFKD", text.replace("Œ", "OE").replace("œ", "oe").replace("Æ", "AE"))
    letters = (c for c in decomposed.upper() if not unicodedata.combining(c))
    words = "".join(c if c.isalnum() else " " for c in letters).split()
    return " ".join(w for w in words if w not in _TITLES) or " ".join(words)


@lru_cache(maxsize=65536)
def name_likeness(one: str, other: str) -> float:
    """Return how alike two names are, 0 to 1, whatever the order of their words, accents and titles.

    A name whose words all stand in the other (a second first name left out, birth and married name) counts nearly
    as the same, if it has two words at least: a family name alone says nothing of the person.
    """
    a, b = plain(one), plain(other)
    if not a or not b:
        return 0.0
    best = max(token_sort_ratio(a, b), ratio(a.replace(" ", ""), b.replace(" ", "")))
    if min(len(a.split()), len(b.split())) >= 2 and max(len(a.split()), len(b.split())) > 2:  # noqa: PLR2004
        best = max(best, 0.97 * token_set_ratio(a, b))
    return float(best) / 100.0


def same_text(one: str, other: str) -> bool:
    """Whether two texts are the same for the contract: without case, accents, punctuation or repeated spaces."""
    return plain(one) == plain(other)


def same_person_name(one: str, other: str) -> bool:
    """Whether two names are written of one person: same words in any order, some left out, cut short or as initials.

    One wrong letter makes two names: with both readings sure, the papers disagree.
    """
    a, b = sorted((plain(one), plain(other)), key=len)
    if a.replace(" ", "") == b.replace(" ", "") or (len(a) >= _CUT_SHORT and b.startswith(a)):
        return True
    fewer, more = sorted((a.split(), b.split()), key=len)
    left = list(more)
    for word in sorted(fewer, key=len, reverse=True):
        found = next((w for w in left if w == word), None) or next((w for w in left if _is_initial(word, w)), None)
        if found is None:
            return False
        left.remove(found)
    return len(fewer) >= 2  # noqa: PLR2004


def _is_initial(word: str, other: str) -> bool:
    return min(len(word), len(other)) == 1 and word[0] == other[0]


def bare_number(text: str) -> str:
    """Return an invoice number without the zeros software pads it with."""
    return text.lstrip("0") or "0"


def digit_slips(one: str, other: str) -> int:
    """Return how many characters must be changed, added or dropped to make *one* the *other*."""
    return int(Levenshtein.distance(one, other))
