"""Pages of stored originals, read side by side; nothing of a paper is left on a disk in clear.

An original is unpacked into a file without a name, a page's image into memory, each reached through ``/proc``: when
the process is killed, both are gone.
"""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from threading import Condition
from typing import IO, Self
from uuid import uuid4

from extractors.engine_settings import EngineSettings
from extractors.load import LoadedFile, Loader
from extractors.reading import PageReading
from extractors.scan import Scan
from intake.jobs.parcels import Parcel
from intake.settings import Settings
from intake.workers import PageWorkers, WorkerSettings, unread
from schemas.errors import RefusedFileError


@dataclass(frozen=True, slots=True)
class Original:
    """A stored file: its id, the name people gave it, and how to get its bytes."""

    id: str
    name: str
    content: Callable[[], Iterable[bytes]]


class PageReader:
    """Loaders and reading processes of one worker, each used by one thread at a time; a context manager.

    Args:
        settings: of this installation; ``workers`` tells how many pages are read at once.
        new_workers: makes the reading processes; one each, so that a page that breaks a pool breaks its own.
    """

    def __init__(
        self, settings: Settings, *, new_workers: Callable[[WorkerSettings], PageWorkers] = PageWorkers
    ) -> None:
        engines = EngineSettings(settings.text_reader, settings.templates)
        one = WorkerSettings(1, settings.page_seconds, engines)
        self._open = ExitStack()
        folder = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="liasse-")))
        self._desks = _Desks([self._desk(settings, folder) for _ in range(settings.workers)])
        self._folder = folder
        self._workers: SimpleQueue[PageWorkers] = SimpleQueue()
        for _ in range(settings.workers):
            self._workers.put(self._open.enter_context(new_workers(one)))

    def _desk(self, settings: Settings, folder: Path) -> "_Desk":
        desk = _Desk(self._open.enter_context(Loader(settings.limits)), folder)
        self._open.callback(desk.clear)
        return desk

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def open(self, original: Original) -> LoadedFile:
        """Return what *original* is, without decoding a page.

        Raises:
            RefusedFileError: it is refused as a whole.
        """
        with self._desks.one_for(original.id) as desk:
            return desk.loader.open(desk.lay(original))

    def read(self, original: Original, number: int, index: int) -> tuple[Parcel, bytes | None]:
        """Return page *number* (from 1) of *original*, read, and its upright image as JPEG where it could be loaded.

        Args:
            original: the file.
            number: of the page in it.
            index: of the page in its lot; every field read carries it.
        """
        try:
            with self._desks.one_for(original.id) as desk:
                scan = replace(desk.loader.page(desk.lay(original), number), file=original.name)
        except RefusedFileError as refused:
            return Parcel(unread(original.name, number, index, refused.reason_code), refused.reason_code), None
        workers = self._workers.get()
        try:
            reading, image = self._read(scan, index, workers)
        finally:
            self._workers.put(workers)
        return Parcel(reading, scan.problem), image

    def _read(self, scan: Scan, index: int, workers: PageWorkers) -> tuple[PageReading, bytes | None]:
        memory = os.memfd_create("page")
        folder = self._folder / uuid4().hex
        folder.mkdir()
        image = folder / f"page-{index:05d}.jpg"
        image.symlink_to(f"/proc/{os.getpid()}/fd/{memory}")
        try:
            (reading,) = workers.read([(index, scan)], keep=folder)
            return reading, os.pread(memory, os.fstat(memory).st_size, 0) or None
        finally:
            os.close(memory)
            image.unlink()
            folder.rmdir()


class _Desk:
    """A loader and the original that lies open before it."""

    def __init__(self, loader: Loader, folder: Path) -> None:
        self.loader = loader
        self.original_id: str | None = None
        self._folder = folder
        self._file: IO[bytes] | None = None
        self._path: Path | None = None

    def lay(self, original: Original) -> Path:
        """Return a path to the original's bytes; its name tells nothing."""
        if self._path is not None and self.original_id == original.id:
            return self._path
        self.clear()
        file = tempfile.TemporaryFile()  # noqa: SIM115 - stays open while its pages are read; clear closes it
        for part in original.content():
            file.write(part)
        file.flush()
        # a name of its own each time: the loader keeps a file open as long as its path stays the same
        path = self._folder / uuid4().hex
        path.symlink_to(f"/proc/{os.getpid()}/fd/{file.fileno()}")
        self._file, self._path, self.original_id = file, path, original.id
        return path

    def clear(self) -> None:
        """Let go of the original."""
        if self._path is not None:
            self._path.unlink()
        if self._file is not None:
            self._file.close()
        self._file = self._path = self.original_id = None


class _Desks:
    """Hands a free desk to each thread: the one where its original lies open, else the one last used, which is warm."""

    def __init__(self, desks: list[_Desk]) -> None:
        self._free = desks
        self._returned = Condition()

    @contextmanager
    def one_for(self, original_id: str) -> Iterator[_Desk]:
        """Hold a desk."""
        with self._returned:
            self._returned.wait_for(lambda: self._free)
            place = next((k for k, desk in enumerate(self._free) if desk.original_id == original_id), -1)
            desk = self._free.pop(place)
        try:
            yield desk
        finally:
            with self._returned:
                self._free.append(desk)
                self._returned.notify()
