"""What no job will ever set right by itself: jobs that were lost, given up, or know more than the store."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from intake.jobs.settings import JobSettings
from intake.jobs.worker import LotWorker
from intake.settings import Settings
from intake.store.errors import MasterKeyError
from intake.store.records import LotState, Viewer
from intake.store.settings import StoreSettings
from intake.store.store import Store
from tests.intake.lots import lot_of, until
from tests.intake.test_jobs_kills import opened, started, stop
from tests.intake.working import HOLDS, NamedReaders

TESTER = Viewer.system("tests")


def worker_of(store: Store) -> LotWorker:
    """Return a worker in this process that mends when it is told to."""
    jobs = JobSettings(beat_seconds=0.2, sweep_seconds=0.1, poll_seconds=0.1)
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
