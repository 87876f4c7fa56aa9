"""NIR, the French social-security number (numéro d'inscription au répertoire).

Thirteen characters: sex (1), year and month of birth (2 + 2), département (2, ``2A`` or ``2B`` in Corsica),
commune (3), rank (3); then a key (2) that may be left out. Numbers given while a person is being registered
have other first digits and the same length.

Source: INSEE, définition c1409 "Numéro d'inscription au répertoire"; CNAM, assurance-maladie-digital/nir-validation.

>>> parse_nir("2 69 05 49 588 157 80")
'269054958815780'
>>> parse_nir("2690549588157")
'2690549588157'
"""

import re
from typing import Final

from stdnum.fr import nir as _stdnum

from schemas.errors import InvalidIdentifierError
from schemas.identifiers.shape import require_shape

#: Sex 1 or 2 (3 and 4 while waiting for a number), month 01-12 or 20-99 where it is unknown or exhausted,
#: département, commune and rank from 001; "2 55 55 55 ccc 030" is the anonymous number (circulaire 49/2003).
_REGULAR: Final = r"[1-4]\d{2}(?:0[1-9]|1[0-2]|[2-9]\d)(?:0[1-9]|[1-9]\d|2[AB])(?!000)\d{3}(?!000)\d{3}"
#: numéro national provisoire (7, 8) and migrant de passage (5, 6): caisse (3) and order (8)
_PROVISIONAL: Final = r"(?:[78][012]|[56][12])\d{11}"
_SHAPE: Final = re.compile(rf"(?:{_REGULAR}|{_PROVISIONAL})(?:\d{{2}})?")
#: Characters without the key, and with it.
BODY_LENGTH: Final = 13
FULL_LENGTH: Final = 15
_LAST_MONTH: Final = 12
#: A month plus 30 is used when a commune's numbers of that month are exhausted (domain.md 4.1).
_EXHAUSTED_OFFSET: Final = 30


def parse_nir(text: str) -> str:
    """Return the 13 or 15 characters of the NIR printed in *text*, separators dropped.

    Nothing is repaired: turning an O back into a 0 is ``extractors.decoding``'s job. A missing key is not computed.

    Raises:
        InvalidIdentifierError: with ``reason`` "shape" (wrong length or character)
            or "key" (well formed, but at least one character is wrong).
    """
    number = require_shape("nir", _SHAPE, text)
    if len(number) == FULL_LENGTH and number[BODY_LENGTH:] != nir_key(number[:BODY_LENGTH]):
        raise InvalidIdentifierError("nir", "key")
    return number


def is_nir(text: str) -> bool:
    """Whether *text* is a NIR, with a right key where it has one."""
    try:
        parse_nir(text)
    except InvalidIdentifierError:
        return False
    return True


def nir_key(body: str) -> str:
    """Return the two-digit key of 13 characters: 97 less the remainder by 97, Corsica's letters counting 19 and 18."""
    return str(_stdnum.calc_check_digits(body))


def same_nir(one: str, other: str) -> bool:
    """Whether two numbers are the same person's, compared on 13 characters where one lacks its key."""
    length = min(len(one), len(other))
    return one == other or (BODY_LENGTH <= length < FULL_LENGTH and one[:BODY_LENGTH] == other[:BODY_LENGTH])


def birth_month(nir: str) -> tuple[int, int] | None:
    """Return the year within its century and the month of birth a NIR tells, or None where it tells no month."""
    if nir[0] not in "1234" or not nir[1:5].isdecimal():
        return None
    month = int(nir[3:5])
    if _EXHAUSTED_OFFSET < month <= _EXHAUSTED_OFFSET + _LAST_MONTH:
        month -= _EXHAUSTED_OFFSET
    return (int(nir[1:3]), month) if 1 <= month <= _LAST_MONTH else None
