"""Cells as the cell reader saw them, kept without pixels: what each may hold, and the numbers that led there."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SeenCells:
    """Some cells: small enough to travel with a page, whole enough to be weighed again."""

    #: one symbol a column
    classes: str
    #: probabilities ``(cells, classes)`` as float16, each row summing to 1
    shares: bytes
    #: what the network made of each cell before it chose, ``(cells, features)`` as float16; zeros without the network
    traits: bytes

    @property
    def count(self) -> int:
        """How many they are."""
        return len(self.shares) // (2 * len(self.classes))

    @property
    def probabilities(self) -> Floats:
        """What each cell may hold, ``(cells, classes)``."""
        return np.frombuffer(self.shares, np.float16).reshape(-1, len(self.classes)).astype(np.float64)

    @property
    def features(self) -> Floats:
        """What the network made of each cell, ``(cells, features)``."""
        return np.frombuffer(self.traits, np.float16).reshape(self.count, -1).astype(np.float64)

    def read_as(self, probabilities: Floats) -> "SeenCells":
        """Return the same cells, holding something else."""
        return replace(self, shares=probabilities.astype(np.float16).tobytes())


def seen_cells(classes: str, probabilities: NDArray[np.float32], features: NDArray[np.float32]) -> SeenCells:
    """Return what a cell reader made of some cells, ready to travel."""
    return SeenCells(classes, probabilities.astype(np.float16).tobytes(), features.astype(np.float16).tobytes())
