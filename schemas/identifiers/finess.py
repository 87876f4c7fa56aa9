"""The nine-character billing numbers: FINESS of a structure, numéro AM or ADELI of a professional.

Département (2; ``2A``, ``2B`` in Corsica, ``9A`` to ``9F`` overseas in ADELI), category (1; 0 is a structure,
1 a doctor, 6 a nurse, 7 a physiotherapist...), order (5) and a Luhn digit. Corsica's letters count 1 and 2.
Source: FINESS and ADELI file descriptions; the key was checked on public lines (domain.md 4.2).

>>> parse_finess("99 6 00001 4")
'996000014'
"""

import re
from typing import Final

from stdnum import luhn

from schemas.errors import InvalidIdentifierError
from schemas.identifiers.shape import require_shape

_SHAPE: Final = re.compile(r"(?:\d{2}|2[AB]|9[A-F])\d{7}")
_LETTERS: Final = str.maketrans("ABCDEF", "123456")


def parse_finess(text: str) -> str:
    """Return the nine characters of the FINESS, AM or ADELI number printed in *text*.

    Raises:
        InvalidIdentifierError: with ``reason`` "shape" or "key".
    """
    number = require_shape("finess", _SHAPE, text)
    if not luhn.is_valid(number.translate(_LETTERS)):
        raise InvalidIdentifierError("finess", "key")
    return number


def is_finess(text: str) -> bool:
    """Whether *text* is a nine-character billing number with a right last digit."""
    try:
        parse_finess(text)
    except InvalidIdentifierError:
        return False
    return True
