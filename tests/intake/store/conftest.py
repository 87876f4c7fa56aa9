"""Stores to try: the small office's (SQLite and a folder) and the large one's (PostgreSQL and S3), empty each time."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from intake.store.records import Role, Viewer
from intake.store.settings import StoreSettings
from intake.store.store import Store
from tests.servers import PostgresServer, S3Server

CLERK = Viewer.system("tests")
SIZES = ("office", "caisse")


def empty_settings(request: pytest.FixtureRequest, data: Path) -> StoreSettings:
    """Settings of an empty installation of the size the test asks for."""
    if request.param == "office":
        return StoreSettings(data=data)
    postgres: PostgresServer = request.getfixturevalue("postgres_server")
    s3: S3Server = request.getfixturevalue("s3_server")
    return StoreSettings(
        data=data,
        database_url=SecretStr(postgres.new_database()),
        blobs_url=f"s3://{s3.new_bucket()}/lots",
        blobs_options={name: SecretStr(value) for name, value in s3.options.items()},
    )


@pytest.fixture(params=SIZES)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> StoreSettings:
    """Settings of an installation of this test alone."""
    return empty_settings(request, tmp_path / "data")


@pytest.fixture(params=SIZES, scope="session")
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store that tests share, each with stations of its own."""
    opened = Store.open(empty_settings(request, tmp_path_factory.mktemp("store") / "data"))
    yield opened
    opened.close()


@pytest.fixture
def station(store: Store) -> Viewer:
    """Who sends: a station with its key."""
    return store.people.viewer_of_key(store.people.create_key(Role.STATION, CLERK)[1])


@pytest.fixture
def other_station(store: Store) -> Viewer:
    """Another station, which must see nothing of the first one's."""
    return store.people.viewer_of_key(store.people.create_key(Role.STATION, CLERK)[1])
