"""From printed text to the contract's values: amounts, dates, numbers, names. None where the text is something else."""

import re
from datetime import date
from itertools import accumulate
from typing import Final

#: Letters engines put for a digit of the same shape; taken back only where nothing but digits can stand.
_LOOKALIKES: Final = str.maketrans("OoQDIl|!SsBZz", "0000111155822")
#: A text is a number when at least this share of its characters are digits as read.
_DIGITS_SHARE: Final = 0.5
_AMOUNT: Final = re.compile(
    r"(\d{1,3}(?:[ .'’]\d{3})+|\d{1,6})\s?[.,:;]\s?(\d{2})\s*(?:€|EUR|EUROS?|E|F)?", re.IGNORECASE
)
#: An amount whose comma was not seen, told by its euro sign or by its column.
_BARE_AMOUNT: Final = re.compile(r"(\d{1,3}(?: \d{3})+|\d{1,6})\s(\d{2})\s*(€|EUR)?", re.IGNORECASE)
#: Three figures that begin with a nought: the thousands before them were not seen.
_CUT_THOUSANDS: Final = re.compile(r"0\d\d(?!\d)")
_UNPOINTED: Final = re.compile(r"(\d{1,5})(\d{2})")
_DATE: Final = re.compile(r"(\d{1,2})\s*([./\-:, ])\s*(\d{1,2})\s*[./\-:, ]\s*(\d{4}|\d{2})")
#: One of the two separators was not seen.
_HALF_PARTED: Final = re.compile(r"(\d{2})[./-](\d{2})(\d{4})|(\d{2})(\d{2})[./-](\d{4})")
_DATE_RUN: Final = re.compile(r"(\d{2})(\d{2})(\d{4}|\d{2})")
_ISO: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_NIR: Final = re.compile(r"[1-478]\d{2}(?:0[1-9]|1[0-2]|[2-9]\d)(?:\d{2}|2[AB])\d{6}(?:\d{2})?")
#: Where a NIR may be cut: after the sex, year, month, département, commune, rank.
_NIR_CUTS: Final = frozenset({1, 3, 5, 7, 10, 13, 15})
_SEPARATORS: Final = re.compile(r"[\s.\-/|]")
#: Some softwares print the key between them.
_PARENTHESES: Final = str.maketrans("", "", "()")
_TITLES: Final = re.compile(
    r"^(?:(?:M|MR|MME|MLLE|MLE|DR|PR|ME|MM|MONSIEUR|MADAME|MADEMOISELLE|DOCTEUR|PROFESSEUR)\b\.?\s*)+(?=\S)",
    re.IGNORECASE,
)
_NAME_JUNK: Final = re.compile(r"^[\W_]+|[^\w.)]+$")
#: A dot after a whole word: a speck, or the end of a cell, and no initial.
_SPECK: Final = re.compile(r"(?<=\w\w\w)\.+$")
_CENTURY: Final = 100
_THIS_CENTURY: Final = 2000
_LONG_YEAR: Final = 4
#: Years of the persons and the lots of a bordereau: another one is misread.
_YEARS: Final = (1880, 2100)


def as_digits(text: str) -> str | None:
    """Return *text* as digits, lookalike letters turned, or None where it is no number.

    >>> as_digits("0005537O8")
    '000553708'
    >>> as_digits("LOT") is None
    True
    """
    compact = _SEPARATORS.sub("", text)
    if not compact or sum(c.isdigit() for c in compact) < _DIGITS_SHARE * len(compact):
        return None
    turned = compact.translate(_LOOKALIKES)
    return turned if turned.isascii() and turned.isdigit() else None


def find_amount(text: str) -> str | None:
    """Return the amount *text* is, as ``"1234.50"``.

    >>> find_amount("1 234,5O €")
    '1234.50'
    """
    stripped = text.strip()
    found = _AMOUNT.fullmatch(stripped) or _AMOUNT.fullmatch(_turned(stripped))
    bare = _BARE_AMOUNT.fullmatch(stripped)
    if found is None and bare is not None and bare.group(3):
        found = bare
    if found is None:
        return None
    whole = re.sub(r"\D", "", found.group(1))
    return None if _CUT_THOUSANDS.match(whole) else f"{int(whole)}.{found.group(2)}"


def find_bare_amount(text: str) -> str | None:
    """Return the amount *text* is where a column says it is one: its comma may be lost.

    >>> find_bare_amount("987 84")
    '987.84'
    >>> find_bare_amount("1 644 40")
    '1644.40'
    """
    text = text.strip(" ,;")
    bare = None if _CUT_THOUSANDS.match(text) else _BARE_AMOUNT.fullmatch(text)
    return find_amount(text) or (f"{int(bare.group(1).replace(' ', ''))}.{bare.group(2)}" if bare else None)


def find_unpointed_amount(text: str) -> str | None:
    """Return the amount *text* is where a column says it is one and neither comma nor blank was seen: a guess.

    >>> find_unpointed_amount("123995")
    '1239.95'
    """
    digits = _UNPOINTED.fullmatch(text.strip(" ,;€"))
    return f"{int(digits.group(1))}.{digits.group(2)}" if digits else None


def _turned(text: str) -> str:
    """Return *text* with lookalikes of digits turned where it is mostly digits."""
    figures = sum(c.isdigit() for c in text)
    letters = sum(c.isalpha() for c in text)
    return text.translate(_LOOKALIKES) if figures > letters else text


def find_date(text: str) -> str | None:
    """Return the date *text* is, as ``JJ/MM/AAAA`` digits ``DDMMYYYY`` or ``DDMMYY``; see ``written_date``."""
    stripped = _turned(text.strip(" :;,."))
    iso = _ISO.fullmatch(stripped)
    if iso:
        return iso.group(3) + iso.group(2) + iso.group(1)
    found, half = _DATE.fullmatch(stripped), _HALF_PARTED.fullmatch(stripped)
    if found is not None:
        day, month, year = found.group(1, 3, 4)
    elif half is not None:
        day, month, year = (part for part in half.groups() if part)
    else:
        return None
    if not (1 <= int(day) <= 31 and 1 <= int(month) <= 12):  # noqa: PLR2004 - a calendar
        return None
    return f"{int(day):02}{int(month):02}{year}"


def find_date_run(text: str) -> str | None:
    """Return the date printed without separators (``05051948``, ``050548``), where a heading says it is one."""
    digits = as_digits(text)
    found = _DATE_RUN.fullmatch(digits) if digits else None
    return digits if found and written_date(found.group(0), latest=None) else None


def written_date(digits: str, *, latest: date | None) -> str | None:
    """Return ``DDMMYYYY`` or ``DDMMYY`` as ``YYYY-MM-DD``, or None where no calendar has it.

    A year of two digits is the last one that is not after *latest* (a birth date: the lot's date), of this century
    where *latest* is None (the lot's date itself).
    """
    day, month, year = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    if len(digits[4:]) < _LONG_YEAR:
        year += _THIS_CENTURY
        if latest and (year, month, day) > (latest.year, latest.month, latest.day):
            year -= _CENTURY
    if not _YEARS[0] <= year < _YEARS[1]:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def find_nir(text: str) -> str | None:
    """Return the 13 or 15 characters of the NIR *text* is; the key is not checked here.

    >>> find_nir("1 44 02 2A 255 302 31")
    '144022A25530231'
    >>> find_nir("2480599127298 (62)")
    '248059912729862'
    """
    text = text.translate(_PARENTHESES)
    compact = _SEPARATORS.sub("", text).upper()
    pieces = text.split()
    if len(pieces) > 1 and (
        not all(map(str.isalnum, pieces)) or not _NIR_CUTS.issuperset(accumulate(map(len, pieces)))
    ):
        return None
    if len(compact) not in {13, 15} or sum(c.isdigit() for c in compact) < len(compact) - 3:
        return None
    head, department, tail = compact[:5], compact[5:7], compact[7:]
    if department not in {"2A", "2B"}:
        department = department.translate(_LOOKALIKES)
    number = head.translate(_LOOKALIKES) + department + tail.translate(_LOOKALIKES)
    return number if _NIR.fullmatch(number) else None


def written_name(text: str) -> str | None:
    """Return a name in capitals, accents kept, title left out; None where *text* holds no letters.

    >>> written_name("Mme Durand-Hélie  Zoé")
    'DURAND-HÉLIE ZOÉ'
    """
    name = _NAME_JUNK.sub("", " ".join(text.replace("’", "'").split()))
    name = _SPECK.sub("", _TITLES.sub("", name)).upper()
    return name if any(c.isalpha() for c in name) else None
