"""A worker in a process of its own, whose readers do what a file is called; run as ``python -m tests.intake.working``.

Settings come from the environment, like a real worker's. It ends when its standard input does.
"""

import os
import signal
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from extractors.reading import PageReading
from extractors.scan import Scan
from intake.bootstrap import open_store
from intake.jobs.worker import LotWorker
from intake.settings import Settings
from schemas.page import Page, PageKind

#: Set in a worker that never comes to the end of a page.
HOLDS = "TEST_WORKER_HOLDS"


class NamedReaders:
    """Reads a page at once, holds it for ever, or kills the whole worker: what the file is called decides."""

    def __init__(self, _: object) -> None:
        self._holds = HOLDS in os.environ

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        """Nothing to stop."""

    def read(self, scans: Iterable[tuple[int, Scan]], *, keep: Path | None = None) -> Iterator[PageReading]:
        """Yield the reading of each page, and leave an image like the real ones."""
        for index, scan in scans:
            if self._holds:
                signal.pause()
            if scan.file == "poison.tiff" and scan.number == 2:
                os.kill(os.getpid(), signal.SIGKILL)
            if keep is not None:
                (keep / f"page-{index:05d}.jpg").write_bytes(b"\xff\xd8image")
            yield PageReading(
                Page(index=index, file=scan.file, number=scan.number, kind=PageKind.BLANK, kind_confidence=1.0)
            )


def main() -> None:
    """Work until standard input ends."""
    settings = Settings()
    store = open_store(settings)
    with LotWorker(store, settings, new_workers=NamedReaders):  # type: ignore[arg-type] - the same verbs
        sys.stdin.read()
    store.close()


if __name__ == "__main__":
    main()
