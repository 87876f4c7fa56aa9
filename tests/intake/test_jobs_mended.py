"""What no job will ever set right by itself: jobs that were lost, given up, or know more than the store."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dbos._sys_db import SystemDatabase
from sqlalchemy import text

from intake.jobs.settings import JobSettings
from intake.jobs.worker import LotWorker
from intake.settings import Settings
from intake.store.errors import BlobError, DatabaseError, MasterKeyError
from intake.store.records import LotState, Viewer
from intake.store.settings import StoreSettings
from intake.store.store import Store
from tests.intake.lots import lot_of, until
from tests.intake.test_jobs_kills import opened, started, stop
from tests.intake.working import HOLDS, NamedReaders

TESTER = Viewer.system("tests")


def worker_of(store: Store, retries: int = 10) -> LotWorker:
    """Return a worker in this process that mends when it is told to."""
    jobs = JobSettings(beat_seconds=0.2, sweep_seconds=0.1, poll_seconds=0.1, retries=retries)
    settings = Settings(workers=1, jobs=jobs, store=store.settings)
    return LotWorker(store, settings, new_workers=NamedReaders)  # type: ignore[arg-type] - the same verbs


def lose_the_job(store: Store, lot_id: str) -> None:
    """It was queued, and the queue's file is another one today."""
    store.queued(lot_id, 1)


def put_back_an_older_store(store: Store, lot_id: str) -> None:
    """The lot was read; the store's backup does not know, the queue does."""
    with worker_of(store):
        until(lambda: store.lot(lot_id, TESTER).state is LotState.READ)
    with store._parts.database.writing() as session:
        session.execute(text("DELETE FROM results"))
        session.execute(text("DELETE FROM readings"))
        session.execute(text("DELETE FROM pages"))
        session.execute(text("UPDATE files SET pages = NULL"))
        session.execute(text("UPDATE lots SET state = 'received', concluded_at = NULL"))


def kill_a_worker_nobody_knows(store: Store, lot_id: str) -> None:
    """It was taken for dead and forgotten, woke up, took a page, and died before its next sign of life."""
    victim = started(store.settings, **{HOLDS: "1"})
    until(lambda: any(page.attempts for page in store.pages(lot_id, TESTER)))
    victim.kill()
    stop(victim)
    for name in store.beats():
        store.forget_worker(name)


@pytest.mark.parametrize("mishap", [lose_the_job, put_back_an_older_store, kill_a_worker_nobody_knows])
def test_an_acknowledged_lot_is_read_whatever_became_of_its_jobs(
    tmp_path: Path, mishap: Callable[[Store, str], None]
) -> None:
    """The store made the promise; the queue is a tool, and may be lost."""
    with opened(StoreSettings(data=tmp_path)) as store:
        lot_id = store.acknowledge(lot_of(2), TESTER).id
        mishap(store, lot_id)

        with worker_of(store) as worker:
            worker.mend()
            until(lambda: store.lot(lot_id, TESTER).state is LotState.READ)

        assert store.lot(lot_id, TESTER).pages_read == 2
        assert len(store.results(lot_id, TESTER)) == 1


@pytest.mark.parametrize("error", [MasterKeyError("not in the ring"), OSError(28, "No space left on device")])
def test_a_machine_in_trouble_fails_no_lot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """It was not restarted yet while master keys change, or its temporary folder is full: the lot is innocent."""
    with opened(StoreSettings(data=tmp_path)) as store:
        lot_id = store.acknowledge(lot_of(1), TESTER).id
        troubles = iter([error])
        known = store.start_reading

        def troubled_at_first(lot_id: str, revision: int) -> object:
            for trouble in troubles:
                raise trouble
            return known(lot_id, revision)

        monkeypatch.setattr(store, "start_reading", troubled_at_first)
        with worker_of(store):
            until(lambda: store.lot(lot_id, TESTER).state in {LotState.READ, LotState.FAILED})

        assert store.lot(lot_id, TESTER).state is LotState.READ


@pytest.mark.parametrize(
    ("step", "error"),
    [
        ("start_reading", DatabaseError("away")),
        ("original", BlobError("away")),
        ("page_read", BlobError("away")),
        ("conclude", DatabaseError("away")),
        ("conclude", MasterKeyError("not in the ring")),
    ],
)
def test_an_outage_longer_than_every_retry_fails_no_lot_and_no_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, error: Exception
) -> None:
    """A server that is away for a night: in the morning all that was acknowledged is read, without a hand."""
    with opened(StoreSettings(data=tmp_path)) as store:
        lot_id = store.acknowledge(lot_of(2), TESTER).id
        known, tries, outage = getattr(store, step), [], [error]

        def away(*arguments: object, **named: object) -> object:
            for trouble in outage:
                tries.append(trouble)
                raise trouble
            return known(*arguments, **named)

        monkeypatch.setattr(store, step, away)
        with worker_of(store, retries=1) as worker:

            def mended_and(is_so: Callable[[], bool]) -> Callable[[], bool]:
                return lambda: worker.mend() is None and is_so()

            until(mended_and(lambda: len(tries) > 2 * JobSettings().page_attempts))
            outage.clear()
            until(mended_and(lambda: store.lot(lot_id, TESTER).state in {LotState.READ, LotState.FAILED}))

        lot = store.lot(lot_id, TESTER)
        assert (lot.state, lot.pages_read, lot.pages_quarantined) == (LotState.READ, 2, 0)


def test_a_job_that_ended_while_the_queue_could_not_be_written_is_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk of the queue was full when the last page was read: its worker lives, so nobody takes the job over."""
    with opened(StoreSettings(data=tmp_path)) as store:
        known, lost, outage = SystemDatabase.update_workflow_outcome, [], [OSError(28, "No space left on device")]

        def away(engine: SystemDatabase, job_id: str, *outcome: object, **named: object) -> bool:
            for trouble in outage:
                lost.append(job_id)
                raise trouble
            return known(engine, job_id, *outcome, **named)  # type: ignore[arg-type]

        monkeypatch.setattr(SystemDatabase, "update_workflow_outcome", away)
        queued = LotWorker._queue

        def queued_unless_away(job_id: str, priority: int, *job: Any) -> None:
            for trouble in outage if job_id.endswith("/end") else ():
                raise trouble
            queued(job_id, priority, *job)

        monkeypatch.setattr(LotWorker, "_queue", staticmethod(queued_unless_away))
        lot_id = store.acknowledge(lot_of(1), TESTER).id
        with worker_of(store) as worker:
            until(lambda: f"{lot_id}/0" in lost)
            outage.clear()
            until(lambda: worker.mend() is None and store.lot(lot_id, TESTER).state is LotState.READ)
