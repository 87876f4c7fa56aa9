"""Order: which pieces were moved, told by the fewest moves that put the stack back in order.

Each kind of piece is looked at alone, by the rank of its line on the bordereau; pieces that are missing, unread, copies
or unlisted have no rank and break no order.
"""

from bisect import bisect_left
from collections.abc import Sequence


def displaced(ranks: Sequence[int]) -> list[int]:
    """Return the positions of the pieces to accuse, given each position's rank in the right order (all different).

    The stack is cut where everything before is smaller than everything behind. Within a cut, two exchanged pieces are
    both accused; else the fewest pieces whose removal leaves the rest ascending, and both sides of a lone exchange of
    neighbours, since nobody can tell which of the two was moved.

    >>> displaced([0, 1, 3, 2, 4])
    [2, 3]
    >>> displaced([0, 4, 1, 2, 3, 5])
    [1]
    """
    place = {rank: position for position, rank in enumerate(sorted(ranks))}
    order = [place[rank] for rank in ranks]
    accused: list[int] = []
    start = 0
    highest = -1
    for position, rank in enumerate(order):
        highest = max(highest, rank)
        if highest == position:
            accused += [start + p for p in _displaced_within([r - start for r in order[start : position + 1]])]
            start = position + 1
    return accused


def _displaced_within(order: list[int]) -> list[int]:
    wrong = [position for position, rank in enumerate(order) if rank != position]
    exchanges = len(wrong) // 2 if all(order[order[p]] == p for p in wrong) else len(order)
    kept = longest_ascending(order)
    moved = [position for position in range(len(order)) if position not in kept]
    return wrong if exchanges <= len(moved) else moved


def longest_ascending(order: Sequence[int]) -> set[int]:
    """Return the positions of a longest ascending subsequence of *order*."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int | None] = []
    for position, rank in enumerate(order):
        length = bisect_left(tails, rank)
        before.append(ends[length - 1] if length else None)
        tails[length : length + 1] = [rank]
        ends[length : length + 1] = [position]
    kept: set[int] = set()
    at: int | None = ends[-1] if ends else None
    while at is not None:
        kept.add(at)
        at = before[at]
    return kept
