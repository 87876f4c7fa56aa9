"""RPPS, the number of a health professional in the shared directory (répertoire partagé).

Eleven digits, the last a Luhn digit; issued by the Agence du numérique en santé. Its public test number 10003461033
fails Luhn, so a wrong digit is a reason to look, never to refuse.

>>> parse_rpps("997 0012345 0")
'99700123450'
"""

import re
from typing import Final

from stdnum import luhn

from schemas.errors import InvalidIdentifierError
from schemas.identifiers.shape import require_shape

_SHAPE: Final = re.compile(r"\d{11}")


def parse_rpps(text: str) -> str:
    """Return the 11 digits of the RPPS number printed in *text*.

    Raises:
        InvalidIdentifierError: with ``reason`` "shape" or "key".
    """
    number = require_shape("rpps", _SHAPE, text)
    if not luhn.is_valid(number):
        raise InvalidIdentifierError("rpps", "key")
    return number


def is_rpps(text: str) -> bool:
    """Whether *text* is an RPPS number with a right last digit."""
    try:
        parse_rpps(text)
    except InvalidIdentifierError:
        return False
    return True
