"""The database: engine, transactions, migrations; SQLite by default, PostgreSQL by URL, one code path."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, select, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from intake.store.errors import DatabaseError, NewerDatabaseError, SetupError, StorageFullError
from intake.store.models import Installation
from intake.store.settings import StoreSettings
from schemas.errors import InputError

_MIGRATIONS: Final = Path(__file__).with_name("migrations")
#: any fixed number: programs that start at once on one PostgreSQL migrate one after the other
_MIGRATION_LOCK: Final = 0x6C696173
#: what SQLite (a text) and PostgreSQL (disk_full) say of a full disk
_FULL: Final = "database or disk is full"
_PG_FULL: Final = "53100"


class Database:
    """Where rows are kept. Made once a process; must not be carried over a fork."""

    def __init__(self, settings: StoreSettings) -> None:
        url = settings.sql_url
        if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise SetupError("database_url is sqlite:///FILE or postgresql://...")
        self.is_sqlite = url.startswith("sqlite")
        wait_s = settings.database_wait_s
        arguments: dict[str, Any] = {"timeout": wait_s} if self.is_sqlite else {"connect_timeout": max(2, int(wait_s))}
        try:
            self.engine = create_engine(
                url,
                hide_parameters=True,  # an error's text must not hold what was written
                pool_pre_ping=not self.is_sqlite,  # a restarted server is met again without an error
                pool_size=settings.database_connections,
                pool_timeout=wait_s,
                connect_args=arguments,
            )
        except (SQLAlchemyError, ValueError):
            raise SetupError("database_url cannot be understood") from None  # its text may hold a password
        if self.is_sqlite:
            _set_up_sqlite(self.engine)
        self._writer = self.engine.execution_options(liasse_writes=True)
        one_state = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._reader = self.engine.execution_options(**one_state)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that sees one state of the database and changes nothing."""
        with _told(), Session(self._reader) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session whose changes are kept together when the block ends, or not at all."""
        with _told(), Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    def migrate(self) -> None:
        """Bring the tables to this program's form.

        Raises:
            NewerDatabaseError: a later program made them.
        """
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        known = ScriptDirectory.from_config(config)
        with _told(), self._writer.begin() as connection:
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
            for revision in MigrationContext.configure(connection).get_current_heads():
                if revision not in {script.revision for script in known.walk_revisions()}:
                    message = f"the database is at revision {revision}, made by a later program: run that one"
                    raise NewerDatabaseError(message)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def check(self) -> None:
        """Raise unless the database answers and lets itself be written: a row is locked, as before a change."""
        with self.writing() as session:
            session.execute(select(Installation.id).with_for_update())

    def forget_deleted(self) -> None:
        """Make what was deleted unreadable in the files too, as far as the engine lets us (docs/operating.md)."""
        if self.is_sqlite:
            with _told(), self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _set_up_sqlite(engine: Engine) -> None:
    """Make SQLite durable and honest: write-ahead log, foreign keys, and a write lock taken when a writer begins."""

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("liasse_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _told() -> Iterator[None]:
    """Tell the database's errors in our words; a broken unique rule stays what it is, its caller knows it."""
    try:
        yield
    except IntegrityError:
        raise
    except DataError as exc:  # PostgreSQL's word for a text with a zero byte: no id, no name
        raise InputError("a value that no row can hold") from exc
    except (DBAPIError, PoolTimeoutError) as exc:
        cause = getattr(exc, "orig", None)
        if _FULL in str(cause) or getattr(cause, "sqlstate", None) == _PG_FULL:
            raise StorageFullError("the disk of the database is full: make room, then send again") from exc
        raise DatabaseError("the database does not answer or cannot be written: try again") from exc
