"""Code organisme: the caisse an invoice goes to.

Régime (2), caisse (3), centre (4; often left out or 0000).
Source: cells of the form; CNAM code tables IR_GRG_V (régimes).

>>> parse_organisme("01 971")
'01971'
"""

import re
from typing import Final

from schemas.errors import InvalidIdentifierError
from schemas.identifiers.shape import require_shape

_SHAPE: Final = re.compile(r"\d{5}(?:\d{4})?")
#: IR_GRG_V, state 2020; 03 is closed since 2020 but old papers carry it.
REGIMES: Final = frozenset(
    [*(f"{n:02}" for n in range(1, 11)), "12", "14", "15", "16", "17", *(str(n) for n in range(90, 97)), "99"]
)


def parse_organisme(text: str) -> str:
    """Return the five or nine digits of the organisme printed in *text*.

    Raises:
        InvalidIdentifierError: with ``reason`` "shape" or "régime" (two first digits nobody has).
    """
    number = require_shape("organisme", _SHAPE, text)
    if number[:2] not in REGIMES:
        raise InvalidIdentifierError("organisme", "régime")
    return number


def is_organisme(text: str) -> bool:
    """Whether *text* has the shape and a régime of an organisme."""
    try:
        parse_organisme(text)
    except InvalidIdentifierError:
        return False
    return True


def same_organisme(one: str, other: str) -> bool:
    """Whether two codes name the same caisse, compared on five digits where one leaves the centre out or at zero."""
    centres = {one[5:], other[5:]}
    return one[:5] == other[:5] and (len(centres) == 1 or bool(centres & {"", "0000"}))
