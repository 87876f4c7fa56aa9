"""Inks in words: a clerk says blue, not #1c2a78."""

import colorsys
from typing import Final

#: Spread between the channels, of 1, under which an ink is black or grey: blue-black pens begin at 0.2.
_COLOURLESS: Final = 0.12
#: Names by hue, degrees: each up to its figure; what is beyond the last begins again.
_HUES: Final = ((18.0, "rouge"), (75.0, "brune"), (170.0, "verte"), (255.0, "bleue"), (320.0, "violette"))


def ink_name(colour: str) -> str:
    """Return the French name of an ink given as ``#rrggbb``, as an adjective of *encre*.

    >>> ink_name("#1c2a78"), ink_name("#26262a")
    ('bleue', 'noire')
    """
    red, green, blue = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    hue, _, _ = colorsys.rgb_to_hsv(red, green, blue)
    if max(red, green, blue) - min(red, green, blue) < _COLOURLESS:
        return "noire"
    return next((name for limit, name in _HUES if 360 * hue < limit), _HUES[0][1])
