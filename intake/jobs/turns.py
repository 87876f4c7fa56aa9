"""Whose turn it is: pages read side by side, and the suspect ones alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Turns:
    """Lets many pages of a process be read at once, or one suspect page alone.

    A page whose reading was begun before and came to no end may have killed its process. Alone, it takes none of its
    neighbours along, and they are not counted as suspects for it.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._together = 0
        self._alone = False
        self._suspects = 0

    @contextmanager
    def together(self) -> Iterator[None]:
        """Hold a turn shared with others; waits for suspects."""
        with self._changed:
            self._changed.wait_for(lambda: not self._alone and not self._suspects)
            self._together += 1
        try:
            yield
        finally:
            with self._changed:
                self._together -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold a turn nobody shares."""
        with self._changed:
            self._suspects += 1
            self._changed.wait_for(lambda: not self._alone and not self._together)
            self._suspects -= 1
            self._alone = True
        try:
            yield
        finally:
            with self._changed:
                self._alone = False
                self._changed.notify_all()
