"""Which workers live: each shows signs of life in the store, and all watch the others'.

DBOS takes up the work of a process that starts again under the same name; that of one that never comes back is left
to its paid service. This is what it takes without: a counter a worker. No clock is read, so that none can be wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class Pulse:
    """What one worker has seen of the others' signs of life.

    Args:
        me: this worker's own name, which is never dead.
        missed: looks in a row without a new sign after which another is taken for dead.
    """

    me: str
    missed: int
    _seen: dict[str, tuple[int, int]] = field(default_factory=dict)

    def dead(self, beats: Mapping[str, int]) -> list[str]:
        """Return the workers that showed no new sign of life for too long, looking once more.

        Args:
            beats: how often each worker has beaten so far, as the store knows it now.
        """
        still: dict[str, tuple[int, int]] = {}
        for worker, count in beats.items():
            before, unchanged = self._seen.get(worker, (count, -1))
            still[worker] = (count, unchanged + 1 if count == before else 0)
        self._seen = still
        return sorted(w for w, (_, unchanged) in still.items() if w != self.me and unchanged >= self.missed)
