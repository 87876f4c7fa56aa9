"""Servers shared by all tests of one process, started when a test first asks for them."""

from collections.abc import Iterator

import pytest

from tests.servers import PostgresServer, S3Server, postgres, s3


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A real PostgreSQL."""
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """A real S3 server."""
    with s3() as server:
        yield server
