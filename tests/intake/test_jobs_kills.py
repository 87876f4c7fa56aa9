"""Workers die, and no page is lost or read into two results: real processes, both databases."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from intake.store.records import LotState, Viewer
from intake.store.settings import StoreSettings
from intake.store.store import Store
from tests.intake.lots import lot_of, until
from tests.intake.working import HOLDS
from tests.servers import PostgresServer

TESTER = Viewer.system("tests")


@pytest.fixture(params=["sqlite", "postgresql"])
def kept_in(request: pytest.FixtureRequest, tmp_path: Path) -> StoreSettings:
    """Settings of an empty installation on either database."""
    if request.param == "sqlite":
        return StoreSettings(data=tmp_path)
    postgres: PostgresServer = request.getfixturevalue("postgres_server")
    return StoreSettings(data=tmp_path, database_url=SecretStr(postgres.new_database()))


@contextmanager
def opened(settings: StoreSettings) -> Iterator[Store]:
    store = Store.open(settings)
    try:
        yield store
    finally:
        store.close()


def started(settings: StoreSettings, **environment: str) -> subprocess.Popen[bytes]:
    """Start a worker of its own; it stops when its standard input is closed."""
    known = {
        "LIASSE_STORE__DATA": str(settings.data),
        "LIASSE_WORKERS": "2",
        "LIASSE_JOBS__BEAT_SECONDS": "0.2",
        "LIASSE_JOBS__SWEEP_SECONDS": "0.1",
        "LIASSE_JOBS__POLL_SECONDS": "0.1",
    }
    if settings.database_url is not None:
        known["LIASSE_STORE__DATABASE_URL"] = settings.database_url.get_secret_value()
    command = [sys.executable, "-m", "tests.intake.working"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, env=os.environ | known | environment)


def stop(worker: subprocess.Popen[bytes]) -> int:
    assert worker.stdin is not None
    worker.stdin.close()
    return worker.wait()


def test_the_pages_of_a_killed_worker_are_read_by_another_once(kept_in: StoreSettings) -> None:
    """The promise of the acknowledgement: whoever dies in the middle of a page, the lot is read, and read once."""
    with opened(kept_in) as store:
        lot_id = store.acknowledge(lot_of(4), TESTER).id
        victim = started(kept_in, **{HOLDS: "1"})
        until(lambda: any(page.attempts for page in store.pages(lot_id, TESTER)))
        victim.kill()
        stop(victim)

        heir = started(kept_in)
        until(lambda: store.lot(lot_id, TESTER).state is LotState.READ)

        assert stop(heir) == 0
        assert store.lot(lot_id, TESTER).pages_read == 4
        assert len(store.results(lot_id, TESTER)) == 1
        assert [entry.action for entry in store.journal.entries(TESTER, lot_id=lot_id)].count("lot.concluded") == 1


def test_a_page_that_kills_its_worker_is_set_aside_and_its_neighbours_are_read(tmp_path: Path) -> None:
    """One poisonous page must cost neither the lot nor the workers: it goes to a person, with the reason."""
    settings = StoreSettings(data=tmp_path)
    with opened(settings) as store:
        lot_id = store.acknowledge(lot_of(3, "poison.tiff"), TESTER).id
        is_read = False
        while not is_read:
            worker = started(settings, LIASSE_JOBS__PAGE_ATTEMPTS="2")
            until(lambda w=worker: w.poll() is not None or store.lot(lot_id, TESTER).state is LotState.READ)
            is_read = store.lot(lot_id, TESTER).state is LotState.READ
            stop(worker)

        result = json.loads(store.result(lot_id, TESTER)[1])
        assert [page["problem"] for page in result["pages"]] == [None, "crash", None]
        assert store.lot(lot_id, TESTER).pages_quarantined == 1
