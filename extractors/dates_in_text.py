"""Dates in a line of text, in figures or in words, and whether they are someone's birth date."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from rapidfuzz import fuzz, process

from extractors.lines import plain

_MONTHS: Final = (
    "janvier", "fevrier", "mars", "avril", "mai", "juin",
    "juillet", "aout", "septembre", "octobre", "novembre", "decembre",
)  # fmt: skip
_SHORT_MONTHS: Final = {
    "janv": 1, "jan": 1, "fev": 2, "fevr": 2, "avr": 4, "juil": 7, "sept": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
# One wrong letter in six still names one month only: "mars" and "mai" are the closest, at 57.
_MONTH_RATIO: Final = 80.0
_BIRTH: Final = re.compile(r"\b(?:nee?s?|ne e|naissance|ddn|nais|naiss)\b")
# Words of a birth date that stand right before it: "né(e) le", "date de naissance :".
_BIRTH_REACH: Final = 28
_FIGURES: Final = re.compile(
    r"(?<![\d/.,-])(?P<d>\d{1,2})\s?(?P<s>[/.\-])\s?(?P<m>\d{1,2})\s?(?P=s)\s?(?P<y>\d{4}|\d{2})(?![\d/]|[.,-]\d)"
)
_SPACED: Final = re.compile(r"(?<![\d/.,-])(?<!\d )(?P<d>\d{2}) (?P<m>\d{2}) (?P<y>\d{4})(?! ?\d)")
_ISO: Final = re.compile(r"(?<![\d-])(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?![\d-])")
_WORDS: Final = re.compile(
    r"(?<!\d)(?P<d>\d{1,2}|1er|premier)\s+(?P<m>[^\W\d_]{3,10})\.?\s+(?P<y>\d{4})(?!\d)", re.IGNORECASE
)
#: Care and its prescriptions: RPPS came in 2009, the oldest claims reach back three years.
CARE_YEARS: Final = range(2009, 2060)
_CENTURY: Final = 2000
_SHORT_YEAR: Final = 100


@dataclass(frozen=True, slots=True)
class DateFound:
    """A date in a text: its value ``YYYY-MM-DD``, the characters it takes, and what it is of."""

    value: str
    start: int
    end: int
    is_birth: bool
    #: the calendar has this day
    exists: bool


def find_dates(text: str) -> list[DateFound]:
    """Return the dates written in *text*, in order.

    >>> [d.value for d in find_dates("Fait à Nantes, le 1er août 2025 (né le 3/4/48)")]
    ['2025-08-01', '1948-04-03']
    """
    found: dict[int, DateFound] = {}
    for shape in (_FIGURES, _SPACED, _ISO, _WORDS):
        for match in shape.finditer(text):
            month = int(match["m"]) if match["m"].isdigit() else _month(match["m"])
            if month is None:
                continue
            day = int(match["d"]) if match["d"].isdigit() else 1
            is_birth = _is_birth(text, match.start())
            value = f"{_year(int(match['y']), is_birth):04d}-{month:02d}-{day:02d}"
            found.setdefault(match.start(), DateFound(value, match.start(), match.end(), is_birth, _exists(value)))
    return [found[start] for start in sorted(found)]


def _month(word: str) -> int | None:
    folded = plain(word)
    if folded in _SHORT_MONTHS:
        return _SHORT_MONTHS[folded]
    best = process.extractOne(folded, _MONTHS, scorer=fuzz.ratio, score_cutoff=_MONTH_RATIO)
    return best[2] + 1 if best else None


def _year(number: int, is_birth: bool) -> int:  # noqa: FBT001
    """Return the year; two digits are of this century for care, and of the last one for most people."""
    if number >= _SHORT_YEAR:
        return number
    return number + (_CENTURY if not is_birth or _CENTURY + number <= CARE_YEARS.start else _CENTURY - _SHORT_YEAR)


def _is_birth(text: str, start: int) -> bool:
    return bool(_BIRTH.search(plain(text[max(0, start - _BIRTH_REACH) : start])))


def _exists(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
