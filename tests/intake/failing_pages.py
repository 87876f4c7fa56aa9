"""Page readers that fail on purpose, importable by name in a worker process."""

import os
import signal
from pathlib import Path

from extractors.reading import PageReading
from extractors.scan import Scan
from schemas.page import Page, PageKind


def start(_: object) -> None:
    """Load nothing."""


def read_one(scan: Scan, index: int, keep: Path | None) -> PageReading:
    """Do what the file's name says: die, raise, hang, tell the process; else read."""
    del keep
    name = str(os.getpid()) if scan.file == "process" else scan.file
    if scan.file == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    if scan.file == "raises":
        raise ValueError("Madame Secret")
    if scan.file == "hangs":
        signal.pause()
    return PageReading(Page(index=index, file=name, number=1, kind=PageKind.BLANK, kind_confidence=1.0))
