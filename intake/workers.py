"""Pages read side by side: one process a core, each with its own engines; one bad page never loses the others."""

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import TimeoutError as LateError
from concurrent.futures import wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from extractors.engine_settings import EngineSettings
from extractors.reading import PageReading
from extractors.scan import Scan
from schemas.errors import ResourceError
from schemas.page import Page, PageKind

if TYPE_CHECKING:
    from extractors.engines import Engines

#: Pages handed out before the first comes back: enough to keep every core busy, few enough to keep memory flat.
AHEAD: Final = 2
#: Pages one process reads before a fresh one takes its place: its memory creeps up by some 0.2 MB a page (fragments of
#: freed images), and a fork of the loaded engines costs a hundredth of a page.
PAGES_A_PROCESS: Final = 50

_ONE_THREAD: Final = {"OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1"}

_engines: "Engines | None" = None


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """How many workers, and how long one page may take."""

    count: int
    page_seconds: float
    engines: EngineSettings


@dataclass(slots=True)
class _Waiting:
    """A page handed to the pool and not given back yet."""

    scan: Scan
    index: int
    future: ProcessFuture[PageReading]
    #: given to a second pool because the first broke down under it
    again: bool = False


def _start(settings: EngineSettings) -> None:
    """Make the engines of one worker ready; runs once in each process."""
    global _engines  # noqa: PLW0603 - one set of engines a process, loaded at its start
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; what it means is the parent's to say
    if settings == EngineSettings():
        from extractors.preloaded import ENGINES  # noqa: PLC0415 - loaded already where this process was forked from

        _engines = ENGINES
    else:
        from extractors.engines import load_engines  # noqa: PLC0415 - only workers load engines

        _engines = load_engines(settings)


def _read(scan: Scan, index: int, keep: Path | None) -> PageReading:
    from extractors.page import read_page  # noqa: PLC0415 - only workers read

    if _engines is None:  # the pool starts every process through _start
        raise RuntimeError("worker without engines")
    return read_page(scan, index, _engines, keep=keep)


def unread(file: str, number: int, index: int, problem: str) -> PageReading:
    """Return the reading of a page nothing could be made of."""
    page = Page(index=index, file=file, number=number, kind=PageKind.OTHER, kind_confidence=0.0, problem=problem)
    return PageReading(page)


def _warn(event: str, **facts: int | str) -> None:
    """Write *event* to the log."""
    import structlog  # noqa: PLC0415 - 0.07 s of every start, and most lots log nothing

    structlog.get_logger().warning(event, **facts)


def _was_aborted(future: "ProcessFuture[PageReading]") -> bool:
    """Whether the pool went down under a page that no process had taken: nothing is wrong with the page."""
    return future.done() and not future.cancelled() and isinstance(future.exception(), BrokenProcessPool)


class PageWorkers:
    """A pool of reading processes; a context manager, so that none outlives its lot.

    Args:
        settings: how many, and how patient.
        start: what each process does first; loads its engines.
        read_one: what it does with a page; must be importable by name in a new process.
    """

    def __init__(
        self,
        settings: WorkerSettings,
        *,
        start: Callable[[EngineSettings], None] = _start,
        read_one: Callable[[Scan, int, Path | None], PageReading] = _read,
    ) -> None:
        self._settings = settings
        self._start = start
        self._read_one = read_one
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPool:
        # parallelism is across pages: threads inside a library only wait for each other, a fifth of a page's time
        os.environ.update(_ONE_THREAD)
        # one clean process loads the engines (a second of processor time) and every worker is forked from it
        context = get_context("forkserver")
        is_default = self._settings.engines == EngineSettings()
        # this module too: each worker needs it, and the pool's own
        loaded = ["intake.workers", "extractors.page", *(["extractors.preloaded"] if is_default else [])]
        context.set_forkserver_preload(loaded)
        return ProcessPool(
            max_workers=self._settings.count,
            max_tasks=PAGES_A_PROCESS,
            initializer=self._start,
            initargs=(self._settings.engines,),
            context=context,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def read(self, scans: Iterable[tuple[int, Scan]], *, keep: Path | None = None) -> Iterator[PageReading]:
        """Yield the reading of each ``(index, scan)``, in order.

        A page that takes too long, or whose process dies, comes back with its ``problem`` (``time_limit``, ``crash``,
        ``failure``); its neighbours are read all the same.

        Args:
            scans: pages in scanning order; taken only as fast as they are read.
            keep: a folder that gets each upright page as ``page-00000.jpg``, for the report and the evidence.
        """
        waiting: deque[_Waiting] = deque()
        for index, scan in scans:
            waiting.append(self._scheduled(scan, index, keep, waiting))
            if len(waiting) >= self._settings.count * AHEAD:
                yield self._finished(waiting, keep)
        while waiting:
            yield self._finished(waiting, keep)

    def _scheduled(self, scan: Scan, index: int, keep: Path | None, waiting: deque[_Waiting]) -> _Waiting:
        """Hand a page to the pool; a pool that broke down is replaced and given its unread pages again."""
        try:
            return _Waiting(scan, index, self._submit(scan, index, keep))
        except RuntimeError:  # pebble: "Unexpected error within the Pool"
            self._replace_pool(waiting, keep)
            return _Waiting(scan, index, self._resubmit(scan, index, keep))

    def _replace_pool(self, waiting: Iterable[_Waiting], keep: Path | None) -> None:
        """Start another pool and give it the pages the broken one leaves unread."""
        _warn("pool replaced")
        self._pool = self._new_pool()
        for page in waiting:
            if not page.future.done() or page.future.cancelled() or _was_aborted(page.future):
                page.future, page.again = self._resubmit(page.scan, page.index, keep), True

    def _resubmit(self, scan: Scan, index: int, keep: Path | None) -> ProcessFuture[PageReading]:
        try:
            return self._submit(scan, index, keep)
        except RuntimeError as exc:
            raise ResourceError("no reading process can be started: see the lines above") from exc

    def _submit(self, scan: Scan, index: int, keep: Path | None) -> ProcessFuture[PageReading]:
        return self._pool.schedule(self._read_one, args=(scan, index, keep), timeout=self._settings.page_seconds)

    def _finished(self, waiting: deque[_Waiting], keep: Path | None) -> PageReading:
        page = waiting[0]
        wait([page.future])
        if _was_aborted(page.future) and not page.again:
            self._replace_pool(waiting, keep)
        waiting.popleft()
        try:
            reading = page.future.result()
        except LateError:
            problem = "time_limit"
        except ProcessExpired:
            problem = "crash"
        except Exception as exc:  # noqa: BLE001 - whatever one page does, the others are read
            _warn("page failed", page=page.index, error=type(exc).__name__)  # never the text: it may hold a name
            problem = "failure"
        else:
            return reading
        return unread(page.scan.file, page.scan.number, page.index, problem)
