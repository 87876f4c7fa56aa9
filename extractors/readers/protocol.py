"""What a reader promises. Called in a worker process, one thread, crops as ``(h, w)`` grey, 0 is black.

Readers never raise for unreadable ink: they return an empty text or flat probabilities.
They hold no state between calls.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from extractors.scan import Word


@dataclass(frozen=True, slots=True)
class TextReading:
    """A line of text, the reader's own confidence (0 to 1), and its other readings, best first."""

    text: str
    confidence: float
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class LinePosteriors:
    """The whole output of a line recogniser: CTC log-probabilities ``(steps, 1 + len(alphabet))``, blank first."""

    log_probabilities: NDArray[np.float32]
    alphabet: str

    def best(self) -> TextReading:
        """Return the best path's text; its confidence is the geometric mean of the characters' probabilities."""
        path = self.log_probabilities.argmax(axis=1)
        top = self.log_probabilities.max(axis=1)
        kept = [(s, float(top[t])) for t, s in enumerate(path) if s != 0 and (t == 0 or path[t - 1] != s)]
        text = "".join(self.alphabet[s - 1] for s, _ in kept)
        confidence = float(np.exp(np.mean([p for _, p in kept]))) if kept else 0.0
        return TextReading(text.strip(), confidence)


class TextReader(Protocol):
    """Printed text (Tesseract). One instance per worker."""

    name: str

    def read_line(self, crop: NDArray[np.uint8], *, digits_only: bool = False) -> TextReading:
        """Return the one printed line *crop* holds."""
        ...

    def read_page(self, grey: NDArray[np.uint8], *, dpi: float) -> list[Word]:
        """Return the words of an upright, deskewed page; boxes in fractions of *grey*, ``line`` set."""
        ...


class LineRecogniser(Protocol):
    """Handwritten (and printed) lines, whole distribution. One instance per worker."""

    name: str

    def read_line(self, crop: NDArray[np.uint8]) -> LinePosteriors:
        """Return the posteriors of the line *crop* holds."""
        ...


class CellReader(Protocol):
    """Characters in comb cells. One instance per worker."""

    name: str
    #: one symbol a class; ``" "`` is an empty cell and ``"?"`` junk (a struck or unreadable cell)
    classes: str

    def read_cells(self, cells: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Return calibrated class probabilities, shape ``(len(cells), len(classes))``, each row summing to 1."""
        ...

    def read_cells_with_features(
        self, cells: list[NDArray[np.uint8]]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return these probabilities, and what the reader made of each cell before it chose, 0 or more a number."""
        ...


@dataclass(frozen=True, slots=True)
class Readers:
    """The engines of one worker."""

    text: TextReader
    lines: LineRecogniser
    cells: CellReader
