"""Acknowledged lots, queued and read to their end: the queue engine (DBOS) behind four verbs, and nowhere else.

Decision 0008 tells what was tried. In short: opening a lot queues its pages, the last page queues the conclusion, so no
job ever waits for another, and a stop or a death costs the pages in hand, which another worker reads.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final, Self, TypeVar
from uuid import uuid4

from dbos import DBOS, DBOSConfig, SetEnqueueOptions, SetWorkflowID
from dbos._dbos import _get_dbos_instance
from sqlalchemy import make_url

from intake.failures import log_failure
from intake.jobs.pulse import Pulse
from intake.jobs.reader import PageReader
from intake.jobs.work import LotWork
from intake.settings import Settings
from intake.store.errors import SetupError
from intake.store.records import LotRecord, LotState, PageState, Viewer
from intake.store.store import Store
from intake.workers import PageWorkers, WorkerSettings
from schemas.errors import LiasseError

T = TypeVar("T")

_QUEUE: Final = "liasse"
#: What a worker must understand to take up another's jobs, whatever its program's version: their names and arguments.
#: DBOS by itself would tie a job to the very program that queued it.
_JOBS_VERSION: Final = "1"
#: Pages in hand for each one being read: loaded, or waiting for the reader.
_AHEAD: Final = 2
#: Which goes first: what ends a lot, then what opens one (a station sees its pages), then pages in the order they came.
_END, _OPEN, _PAGE = 1, 2, 3
_GIVEN_UP: Final = frozenset({"CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"})
#: Code of a full temporary folder, and of a lot or page the program itself failed on.
_NO_RESOURCE: Final = "resource"
_FAILED: Final = "failure"
_MEND_SECONDS: Final = 60.0
#: Between two looks for sealed pieces that no lot knows: they are a day old by then, and harm nobody.
_TIDY_SECONDS: Final = 3600.0
#: Hours a finished job is kept; the store knows all that matters of it.
_KEPT: Final = timedelta(hours=24)
_FORGOTTEN_AT_ONCE: Final = 1000


class _TryAgainError(Exception):
    """A step may succeed later; holds a stable code and nothing else, because DBOS logs and stores what it catches."""


class LotWorker:
    """One worker: takes lots and pages from the queue and reads them. One a process: DBOS is a singleton.

    Args:
        store: where the lots are.
        settings: of this installation.
        new_workers: makes the reading processes.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        new_workers: Callable[[WorkerSettings], PageWorkers] = PageWorkers,
    ) -> None:
        self._store = store
        self._settings = settings
        self._new_workers = new_workers
        self._name = uuid4().hex
        self._stopping = Event()
        self._stopped = Event()
        self._threads: list[Thread] = []
        self._idle: set[str] = set()
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Begin to read; returns at once."""
        jobs = self._settings.jobs
        reader = self._open.enter_context(PageReader(self._settings, new_workers=self._new_workers))
        self._work = LotWork(self._store, reader, self._settings)
        self._store.beat(self._name)  # before the first job is taken: who holds one is known
        url = self._store.settings.jobs_url
        _prepare(url)
        DBOS(
            config=DBOSConfig(
                name=_QUEUE,
                system_database_url=url,
                executor_id=self._name,
                application_version=_JOBS_VERSION,
                use_listen_notify=False,  # jobs tell each other nothing
                log_level="ERROR",
            )
        )
        self._register()
        DBOS.launch()
        DBOS.register_queue(
            _QUEUE,
            worker_concurrency=self._settings.workers * _AHEAD,
            polling_interval_sec=jobs.poll_seconds,
            on_conflict="always_update",
        )
        pulse = Pulse(self._name, jobs.missed_beats)
        self._repeat(jobs.sweep_seconds, self.sweep, self._stopping)
        self._repeat(_MEND_SECONDS, self.mend, self._stopping)
        self._repeat(_TIDY_SECONDS, self._store.sweep, self._stopping)
        self._repeat(jobs.beat_seconds, lambda: self._watch(pulse), self._stopped)

    def stop(self) -> None:
        """Take no more, let the pages in hand be finished if they are so soon enough, and hand back the rest."""
        self._stopping.set()
        if self._threads:
            self._work.is_stopping.set()
            DBOS.destroy(workflow_completion_timeout_sec=self._settings.jobs.stop_seconds, destroy_registry=True)
        self._stopped.set()
        for thread in self._threads:
            thread.join()
        self._open.close()

    def sweep(self) -> None:
        """Queue every acknowledged lot that is not; twice is as good as once."""
        for lot in self._store.unqueued():
            self._queue_lot(lot)
            self._store.queued(lot.id, lot.revision)

    def mend(self) -> None:
        """Set right what no job will: lots whose jobs were lost, broke off or were given up; forget jobs long done."""
        held = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        self._lose_idle({job.workflow_id for job in held if job.executor_id == self._name})
        for lot in self._store.unfinished():
            self._mend(lot)
        holders = {job.executor_id for job in held if job.executor_id}
        if unknown := sorted(holders - self._store.beats().keys()):  # beats are read last: who holds a job has beaten
            DBOS._recover_pending_workflows(unknown)  # noqa: SLF001 - as in _watch
        before = (datetime.now(UTC) - _KEPT).isoformat()
        done = DBOS.list_workflows(
            status="SUCCESS", completed_before=before, limit=_FORGOTTEN_AT_ONCE, load_input=False, load_output=False
        )
        if done:
            DBOS.delete_workflows([job.workflow_id for job in done])

    def _lose_idle(self, mine: set[str]) -> None:
        """Forget jobs this worker holds and does not run: the engine's database was away when they ended.

        Args:
            mine: the jobs it holds; one found idle twice is not just being taken, or ending.
        """
        running = set(_get_dbos_instance()._active_workflows_set.activeList())  # noqa: SLF001 - as in _watch
        idle = mine - running
        if lost := sorted(idle & self._idle):
            DBOS.delete_workflows(lost)
        self._idle = idle

    def _mend(self, lot: LotRecord) -> None:
        jobs = DBOS.list_workflows(workflow_id_prefix=lot.job_id, load_input=False, load_output=False)
        if broken := [job.workflow_id for job in jobs if job.status == "ERROR"]:  # by an outage longer than its retries
            DBOS.delete_workflows(broken)
        state = {job.workflow_id: job.status for job in jobs if job.status != "ERROR"}
        opening, ending = state.get(lot.job_id), state.get(_end_id(lot.job_id))
        if opening in _GIVEN_UP or ending in _GIVEN_UP:
            self._store.fail(lot.id, lot.revision, _FAILED)
        elif opening is None:
            self._queue_lot(lot)
        elif ending == "SUCCESS" or (opening == "SUCCESS" and lot.state is LotState.RECEIVED):
            self._begin_anew(lot, list(state))
        elif opening == "SUCCESS" and ending is None:
            pages = self._store.pages(lot.id, Viewer.system("worker"))
            waiting = [page.index for page in pages if page.state is PageState.WAITING]
            for index in waiting:
                if state.get(_page_id(lot.job_id, index)) in _GIVEN_UP:
                    self._work.give_up(lot.id, index, _FAILED)
                else:
                    self._queue(_page_id(lot.job_id, index), _PAGE, self._page, lot.id, lot.revision, lot.job_id, index)
            if not waiting:
                self._queue(_end_id(lot.job_id), _END, self._end, lot.id, lot.revision)

    def _begin_anew(self, lot: LotRecord, jobs: list[str]) -> None:
        """Read a lot whose jobs say more than the store: one of the two came back from an older backup."""
        now = self._store.lot(lot.id, Viewer.system("worker"))
        if (now.state, now.revision) == (lot.state, lot.revision):  # else they ended while we looked
            DBOS.delete_workflows(jobs)
            self._queue_lot(lot)

    def _watch(self, pulse: Pulse) -> None:
        """Show a sign of life, and take over the jobs of workers that show none."""
        self._store.beat(self._name)
        for worker in pulse.dead(self._store.beats()):
            DBOS._recover_pending_workflows([worker])  # noqa: SLF001 - what its paid service calls; pinned, and tested
            self._store.forget_worker(worker)

    def _queue_lot(self, lot: LotRecord) -> None:
        self._queue(lot.job_id, _OPEN, self._lot, lot.id, lot.revision, lot.job_id)

    @staticmethod
    def _queue(job_id: str, priority: int, job: Callable[..., None], *arguments: Any) -> None:
        """Queue a job; one that was queued before under the same id is left as it is."""
        with SetWorkflowID(job_id), SetEnqueueOptions(priority=priority):
            DBOS.enqueue_workflow(_QUEUE, job, *arguments)

    def _register(self) -> None:
        """Tell DBOS the jobs and their steps. Arguments are ids and numbers: what it stores names nobody."""
        work, step, attempts = self._work, self._step, self._settings.jobs.lot_attempts
        opened, concluded = step("open", work.open), step("conclude", work.conclude)
        read, given_up = step("read", work.read), step("give up", work.give_up)
        failed = step("fail", self._store.fail)

        def lot(lot_id: str, revision: int, job_id: str) -> None:
            pages, code = opened(lot_id, revision)
            if pages is None:
                failed(lot_id, revision, code)
                return
            for index in pages:
                self._queue(_page_id(job_id, index), _PAGE, self._page, lot_id, revision, job_id, index)
            if not pages:
                self._queue(_end_id(job_id), _END, self._end, lot_id, revision)

        def page(lot_id: str, revision: int, job_id: str, index: int) -> None:
            was_last, code = read(lot_id, index)
            if was_last is None:
                was_last, _ = given_up(lot_id, index, code)
            if was_last:
                self._queue(_end_id(job_id), _END, self._end, lot_id, revision)

        def end(lot_id: str, revision: int) -> None:
            _, code = concluded(lot_id, revision)
            if code is not None:
                failed(lot_id, revision, code)

        self._lot = DBOS.workflow(name="lot", max_recovery_attempts=attempts)(lot)
        # not counted by DBOS: it would count the innocent pages that were in hand when another killed the process
        self._page = DBOS.workflow(name="page", max_recovery_attempts=None)(page)
        self._end = DBOS.workflow(name="end", max_recovery_attempts=attempts)(end)

    def _step(self, name: str, action: Callable[..., T]) -> Callable[..., tuple[T | None, str | None]]:
        """Return a step that is tried again while the error says it may help; then its job breaks off, to be mended.

        Args:
            name: recorded with each step: a worker of another version must know it again.
            action: what it does.
        """
        return DBOS.step(
            name=name,
            retries_allowed=True,
            max_attempts=self._settings.jobs.retries,
            backoff_rate=1.5,
            should_retry=lambda error: isinstance(error, _TryAgainError),
        )(lambda *arguments: _answer(name, lambda: action(*arguments)))

    def _repeat(self, seconds: float, action: Callable[[], object], until: Event) -> None:
        def run() -> None:
            while not until.wait(seconds):
                try:
                    action()
                except Exception as error:  # noqa: BLE001 - a database that is away comes back
                    log_failure("worker", error)

        thread = Thread(target=run, daemon=True)
        thread.start()
        self._threads.append(thread)


def _page_id(job_id: str, index: int) -> str:
    return f"{job_id}/{index}"


def _end_id(job_id: str) -> str:
    return f"{job_id}/end"


def _answer(step: str, action: Callable[[], T]) -> tuple[T | None, str | None]:
    """Return what *action* gives, or the code it failed with where no retry helps; no foreign error gets to DBOS."""
    try:
        return action(), None
    except LiasseError as error:
        if error.retryable or isinstance(error, SetupError):  # this machine lacks a key: no fault of the lot
            raise _TryAgainError(error.code) from None
        return None, error.code
    except OSError as error:  # a temporary folder that is full: again no fault of the lot
        log_failure(step, error)
        raise _TryAgainError(_NO_RESOURCE) from None
    except Exception as error:  # noqa: BLE001 - whatever a lot does to the program, the others are read
        log_failure(step, error)
        return None, _FAILED


def _prepare(url: str) -> None:
    """Make the engine's SQLite file, readable by its owner only, and let readers and a writer work side by side."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database is None:
        return
    Path(parsed.database).touch(mode=0o600)
    os.chmod(parsed.database, 0o600)  # noqa: PTH101 - one made by hand
    connection = sqlite3.connect(parsed.database)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
