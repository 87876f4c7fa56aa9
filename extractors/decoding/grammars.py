"""What each kind of entry may hold, and how much rarer an irregular one is on real paper.

The odds are ratios between a string of a given irregularity and a regular one. They mix two facts: a paper is seldom
wrong itself, and a regular string is one among fewer. They are kept milder than those facts alone would make them,
because a key must never repair a number by itself (domain.md 4.1: a key leaves about two single-character repairs).
"""

import re
from abc import ABC, abstractmethod
from datetime import date
from typing import Final

from stdnum import luhn
from stdnum.fr import nir

_DIGITS: Final = "0123456789"
_CORSICA_LETTERS: Final = "AB"

# An invalid key. Keys leave 1 string in 97 (NIR) or 10 (Luhn); a person or a stamp gets one wrong about once in 100.
_WRONG_NIR_KEY: Final = 1 / 40
_WRONG_LUHN: Final = 1 / 10
# Department, month, first digit: known exceptions exist (domain.md 4.1), so these are rare, not impossible.
_ODD_SHAPE: Final = 1 / 30
_NO_SUCH_DAY: Final = 1 / 200
_ODD_YEAR: Final = 1 / 100
# Blanks before or after the characters: a number shorter than its comb.
_SHORT: Final = 1 / 4
# A blank between two characters.
_GAP: Final = 1 / 400

_NIR_BODY: Final = re.compile(r"[12](\d\d)(0[1-9]|1[0-2]|[2-9]\d)(0[1-9]|[1-8]\d|2[AB]|9[0-9])\d{6}")
_OTHER_NIR: Final = re.compile(r"[3-8]\d{5}[\dAB]\d{6}")


class _Comb(ABC):
    """What all combs have."""

    @abstractmethod
    def odds(self, text: str) -> float:
        """Return how regular *text* is, key and all."""

    def key_odds(self, text: str) -> float:
        """Return 1.0: no key."""
        del text
        return 1.0

    def format_odds(self, text: str) -> float:
        """Return how regular *text* is to the eye: its key left out."""
        return self.odds(text) / self.key_odds(text)


class Digits(_Comb):
    """A number of at most *length* digits, flush left or right in its comb."""

    unlisted = 1.0

    def __init__(self, length: int) -> None:
        self.length = length
        self.allowed = [_DIGITS] * length

    def value(self, text: str) -> str | None:
        """Return the digits, or None where a blank cuts them."""
        kept = text.strip()
        return kept if kept and " " not in kept else None

    def odds(self, text: str) -> float:
        """Return less for a number shorter than its comb."""
        kept = text.strip()
        return _GAP if " " in kept else 1.0 if len(kept) == self.length else _SHORT

    def writings(self, value: str) -> tuple[str, ...]:
        """Return the number flush left and flush right."""
        return tuple(dict.fromkeys((value.ljust(self.length), value.rjust(self.length))))


class Cents(Digits):
    """An amount in cells, the last two for the cents."""

    def value(self, text: str) -> str | None:
        """Return the amount as ``12.30``, or None where blanks cut it or the cents are not written."""
        kept = text.lstrip()
        whole, cents = kept[:-2], kept[-2:]
        return f"{int(whole)}.{cents}" if len(kept) > 2 and " " not in kept else None  # noqa: PLR2004 - 0 and the cents

    def writings(self, value: str) -> tuple[str, ...]:
        """Return the amount's digits, flush right."""
        return (value.replace(".", "").rjust(self.length),)

    def odds(self, text: str) -> float:
        """Return less where a blank cuts the amount; its length says nothing."""
        return _GAP if self.value(text) is None else 1.0


class Luhn(Digits):
    """A number whose last digit is Luhn's: RPPS, AM, FINESS. *first* limits its first character where it is known."""

    unlisted = 0.1 + 0.9 * _WRONG_LUHN

    def __init__(self, length: int, *, first: str = "", letters: bool = False) -> None:
        super().__init__(length)
        self._first = first
        if letters:  # FINESS and ADELI of Corsica: 2A....... and 2B.......
            self.allowed = [_DIGITS, _DIGITS + _CORSICA_LETTERS, *[_DIGITS] * (length - 2)]

    def odds(self, text: str) -> float:
        """Return less for a wrong key, a wrong length or a first digit its issuer does not use."""
        kept = text.strip()
        odds = super().odds(text)
        if len(kept) != self.length:
            return odds * _ODD_SHAPE
        if self._first and kept[0] not in self._first:
            odds *= _ODD_SHAPE
        # domain.md 4.2: Luhn holds when A counts 1 and B counts 2
        digits = kept.replace("A", "1").replace("B", "2")
        if (kept != digits and not re.match(r"2[AB]\d", kept)) or not digits.isdigit():
            return odds * _ODD_SHAPE
        return odds * self.key_odds(text)

    def key_odds(self, text: str) -> float:
        """Return less where a number of full length fails its key."""
        digits = text.strip().replace("A", "1").replace("B", "2")
        is_whole = len(digits) == self.length and digits.isdigit()
        return _WRONG_LUHN if is_whole and not luhn.is_valid(digits) else 1.0


class Nir(_Comb):
    """A NIR: 13 characters and, where it is written, its key."""

    unlisted = 1 / 97 + _WRONG_NIR_KEY

    def __init__(self) -> None:
        self.allowed = [*[_DIGITS] * 6, _DIGITS + _CORSICA_LETTERS, *[_DIGITS] * 8]

    def value(self, text: str) -> str | None:
        """Return 15 characters, or 13 where the key's cells are blank, or None where a blank cuts them."""
        kept = text.rstrip()
        return kept if len(kept) in (13, 15) and " " not in kept else None

    def writings(self, value: str) -> tuple[str, ...]:
        """Return the number flush left: its key's cells may stay blank."""
        return (value.ljust(15),)

    def odds(self, text: str) -> float:
        """Return less for a number its issuer would not give, or whose key is wrong."""
        kept = text.rstrip()
        if " " in kept or len(kept) not in (13, 15):
            return _GAP
        if _NIR_BODY.match(kept):
            odds = 1.0
        elif _OTHER_NIR.match(kept):  # numbers of people being registered: domain.md 4.1, their key is not checked
            return _ODD_SHAPE
        else:
            odds = _ODD_SHAPE
        if len(kept) == 13:  # noqa: PLR2004 - 13 characters, without the key
            return odds * _SHORT
        return odds * self.key_odds(text)

    def key_odds(self, text: str) -> float:
        """Return less where the key's two digits do not fit; a person being registered has no key to fit."""
        kept = text.rstrip()
        has_key = len(kept) == 15 and " " not in kept and not _OTHER_NIR.match(kept)  # noqa: PLR2004 - with the key
        return _WRONG_NIR_KEY if has_key and not nir.is_valid(kept) else 1.0


class CombDate(_Comb):
    """A date in eight cells, DDMMYYYY."""

    # of the dates one wrong digit away, about half exist in the years expected
    unlisted = 0.5

    def __init__(self, first_year: int, last_year: int) -> None:
        self._years = range(first_year, last_year + 1)
        self.allowed = [_DIGITS] * 8

    def value(self, text: str) -> str | None:
        """Return ``YYYY-MM-DD``, even of a day no calendar has: that the paper is wrong is not the reader's to hide."""
        return f"{text[4:]}-{text[2:4]}-{text[:2]}" if re.fullmatch(r"\d{8}", text) else None

    def odds(self, text: str) -> float:
        """Return less for a day no calendar has, or a year far from any care."""
        return calendar_odds(self.value(text) or "", self._years)  # the calendar is the format, not a key

    def writings(self, value: str) -> tuple[str, ...]:
        """Return the date's eight figures."""
        return ("".join(reversed(value.split("-"))),)


def calendar_odds(value: str, years: range) -> float:
    """Return the odds of the date *value* (``YYYY-MM-DD``): 1.0 where it exists and lies in *years*."""
    try:
        year = date.fromisoformat(value).year
    except ValueError:
        return _NO_SUCH_DAY
    return 1.0 if year in years else _ODD_YEAR
