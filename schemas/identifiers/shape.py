"""What all identifiers share: separators that carry no meaning, and an error that never shows the number."""

import re
from typing import Final

from schemas.errors import InvalidIdentifierError

#: blanks, points, dashes, slashes and the bar some software prints before a key
_SEPARATORS: Final = re.compile(r"[\s.\-/|]")


def without_separators(text: str) -> str:
    """Return *text* in capitals, without the separators people print inside numbers."""
    return _SEPARATORS.sub("", text).upper()


def require_shape(kind: str, shape: re.Pattern[str], text: str) -> str:
    """Return *text* without separators when *shape* fits all of it.

    Raises:
        InvalidIdentifierError: with ``reason`` "shape".
    """
    number = without_separators(text)
    if shape.fullmatch(number) is None:
        raise InvalidIdentifierError(kind, "shape")
    return number
