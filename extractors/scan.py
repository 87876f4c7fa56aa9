"""A page as it came out of its file, and the words a born-digital PDF carries."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from schemas.geometry import Box

#: ``(h, w)`` grey, 0 is black, or ``(h, w, 3)`` RGB
Pixels: TypeAlias = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Word:
    """A printed word and where it stands: ``box`` in fractions of the image it was read on.

    ``confidence`` is the reader's own, 0 to 1, not calibrated. ``line`` numbers the printed lines of the page from 0.
    """

    text: str
    box: Box
    confidence: float = 1.0
    line: int = -1


@dataclass(frozen=True, slots=True)
class Scan:
    """One page, as scanned: not turned, not deskewed."""

    #: base name of the file, and page in it from 1
    file: str
    number: int
    pixels: Pixels
    #: dots per inch along the page's width, where the file says so believably
    dpi: float | None
    #: the file held one bit a pixel (``pixels`` is grey all the same, 0 and 255)
    is_bilevel: bool = False
    #: the words of a born-digital page, in reading order; empty on a scan
    words: tuple[Word, ...] = ()
    #: refusal code (``extractors.loading.refusals``) when only part of the page decodes: never accept it unseen
    problem: str | None = None
