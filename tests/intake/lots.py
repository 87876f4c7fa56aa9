"""Lots to send: small real files, and a wait for what a worker does with them."""

import io
import time
from collections.abc import Callable

from PIL import Image

from intake.store.records import NewFile, NewLot

#: Long enough for a machine under load to start two processes; a failing test waits so long, a passing one does not.
PATIENCE_S = 120.0


def tiff(pages: int) -> bytes:
    """Return a TIFF file of so many small pages, no two alike."""
    file = io.BytesIO()
    first, *others = [Image.new("L", (40, 60), 255 - number) for number in range(pages)]
    first.save(file, "TIFF", save_all=True, append_images=others)
    return file.getvalue()


def lot_of(pages: int, name: str = "lot.tiff") -> NewLot:
    """Return a lot of one file."""
    return NewLot((NewFile(name, tiff(pages), "image/tiff"),))


def until(is_so: Callable[[], bool]) -> None:
    """Return as soon as *is_so*; fail when it never is. Other processes make it so: there is no event to wait for."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.05)
