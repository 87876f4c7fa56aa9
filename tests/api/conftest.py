"""A real server on a free port, its store, and a key for every role."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn

from api.app import create_app
from api.settings import ApiSettings
from intake.store.records import Role, Viewer
from intake.store.settings import StoreSettings
from intake.store.store import Store

TESTER = Viewer.system("tests")
#: Nothing is asked of the machine's disk: a test that wants a full one says so.
ROOMY = ApiSettings(free_bytes=0, event_seconds=0.05)


@contextmanager
def served(store: Store, settings: ApiSettings = ROOMY) -> Iterator[str]:
    """Serve *store* over HTTP and give the address."""
    config = uvicorn.Config(create_app(store, settings), host="127.0.0.1", port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    listening.listen()  # who connects before the server runs waits, and is not turned away
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store all tests of the HTTP side share: each sends lots of its own."""
    folder: Path = tmp_path_factory.mktemp("served")
    opened = Store.open(StoreSettings(data=folder))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def address(store: Store) -> Iterator[str]:
    """Where the shared store is served."""
    with served(store) as url:
        yield url


def key_of(store: Store, role: Role, station: str | None = None) -> str:
    """Return a new key."""
    return store.people.create_key(role, TESTER, station=station)[1]


def client(address: str, key: str | None) -> httpx.Client:
    """Return a client that shows *key*, or none."""
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    return httpx.Client(base_url=address, headers=headers, timeout=60)


@pytest.fixture
def lille(store: Store, address: str) -> Iterator[httpx.Client]:
    """A scanning station."""
    with client(address, key_of(store, Role.STATION, "Lille")) as known:
        yield known
