"""Counts that keep their n: every figure of an evaluation says over how many cases it stands."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Share:
    """*good* cases of *n*."""

    good: int = 0
    n: int = 0

    def add(self, *, right: bool) -> None:
        """Count one more case."""
        self.n += 1
        self.good += right

    @property
    def ratio(self) -> float | None:
        """The share, 0 to 1, or None of nothing."""
        return self.good / self.n if self.n else None


@dataclass(slots=True)
class Detection:
    """Finds against truth for one flag code: hits, inventions and misses."""

    hits: int = 0
    inventions: int = 0
    misses: int = 0

    @property
    def precision(self) -> Share:
        """Share of what was raised that is true."""
        return Share(self.hits, self.hits + self.inventions)

    @property
    def recall(self) -> Share:
        """Share of what is true that was raised."""
        return Share(self.hits, self.hits + self.misses)


@dataclass(slots=True)
class Error:
    """One wrong entry, so that a person can open the page and look."""

    lot: str
    what: str
    page: int | None
    truth: object
    read: object
    confidence: float | None


@dataclass(slots=True)
class Tally:
    """All counts of one evaluation."""

    shares: dict[str, Share] = field(default_factory=lambda: defaultdict(Share))
    detections: dict[str, Detection] = field(default_factory=lambda: defaultdict(Detection))
    #: (confidence, was right) of every paying or identifying entry
    confidences: list[tuple[float, bool]] = field(default_factory=list)
    residuals_mm: list[float] = field(default_factory=list)
    errors: list[Error] = field(default_factory=list)
    lots: int = 0

    def add(self, name: str, *, right: bool) -> None:
        """Count one case under *name*; names are paths such as ``invoice/typed/comb``."""
        self.shares[name].add(right=right)

    def under(self, prefix: str) -> Iterator[tuple[str, Share]]:
        """Yield the shares whose name starts with *prefix*, in name order."""
        yield from ((name, share) for name, share in sorted(self.shares.items()) if name.startswith(prefix))


BINS = 10


def calibration(confidences: list[tuple[float, bool]]) -> tuple[float | None, list[dict[str, float | int]]]:
    """Return the expected calibration error and its bins: mean confidence, share right and n of each."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, right in confidences:
        bins[min(int(confidence * BINS), BINS - 1)].append((confidence, right))
    table: list[dict[str, float | int]] = []
    error = 0.0
    for held in bins:
        if held:
            mean = sum(c for c, _ in held) / len(held)
            share = sum(r for _, r in held) / len(held)
            table.append({"confidence": mean, "right": share, "n": len(held)})
            error += abs(mean - share) * len(held) / len(confidences)
    return (error if confidences else None), table
