"""When a disk, a database or a key fails: a clear error, nothing acknowledged, nothing half kept."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from obstore.exceptions import GenericError
from pydantic import SecretStr
from sqlalchemy import text

from intake.store.blobs import Blobs
from intake.store.errors import (
    BlobError,
    ConflictError,
    DamagedError,
    DatabaseError,
    MasterKeyError,
    NewerDatabaseError,
    SetupError,
    StorageFullError,
)
from intake.store.keyring import new_master_key
from intake.store.models import Base
from intake.store.records import LotFilter, LotState, NewFile, NewLot, Viewer
from intake.store.settings import StoreSettings
from intake.store.store import Store

CLERK = Viewer.system("tests")
LOT = NewLot((NewFile("DURAND Marie.pdf", b"%PDF 2690549588157 DURAND", "application/pdf"),), channel="courrier DURAND")


@pytest.fixture
def fresh(settings: StoreSettings) -> Iterator[Store]:
    """A store of this test alone, which it may break."""
    opened = Store.open(settings)
    yield opened
    opened.close()


class FullDisk:
    """A blob store whose disk is full: what obstore said of a real one (a tmpfs of 1 MB)."""

    def put(self, *_: object, **__: object) -> None:
        """Fail."""
        raise GenericError(
            "Generic LocalFileSystem error: Unable to copy data to file: No space left on device (os error 28)"
        )

    def list(self, _prefix: str) -> list[Any]:
        """Hold nothing."""
        return []


def test_nothing_of_a_person_lies_in_clear(fresh: Store, settings: StoreSettings) -> None:
    """A stolen disk, or a backup in the wrong hands, must tell nothing."""
    lot = fresh.acknowledge(LOT, CLERK, idempotency_key="lot de DURAND")
    (file,) = fresh.files(lot.id, CLERK)
    fresh.file_opened(lot.id, file.id, pages=1)
    fresh.page_read(lot.id, 0, file.sha256, "v1", b"reading of DURAND", b"image of DURAND")
    fresh.conclude(lot.id, 1, "v1", b"result DURAND 2690549588157", terms=[("nir", "2690549588157")])
    fresh.begin_upload(lot.id, "ordonnance DURAND.pdf", 10, CLERK)
    fresh.journal.record(CLERK, "field.corrected", lot_id=lot.id, details={"after": "DURAND"})

    kept = b"".join(path.read_bytes() for path in settings.data.rglob("*") if path.is_file())
    with fresh._parts.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(table.select()):
                kept += b"".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
    for meta in (meta for page in fresh._parts.blobs._store.list() for meta in page):
        kept += meta["path"].encode() + b"".join(fresh._parts.blobs.get(meta["path"]))

    assert b"lot.received" in kept
    assert b"DURAND" not in kept
    assert b"2690549588157" not in kept


def test_after_a_purge_nothing_can_be_read_even_with_the_master_key(fresh: Store) -> None:
    """The person's right: what is gone is gone, in the copies of the blobs too, because the key is gone."""
    lot = fresh.acknowledge(LOT, CLERK)
    (file,) = fresh.files(lot.id, CLERK)
    fresh.conclude(lot.id, 1, "v1", b"{}", terms=[("nir", "1")])
    blobs = fresh._parts.blobs
    copy = b"".join(blobs.get(f"{lot.id}/{file.sha256}"))

    purged = fresh.purge(lot.id, CLERK, "request")

    assert (purged.state, purged.channel) == (LotState.PURGED, None)
    assert blobs.lots() == []
    blobs.put(f"{lot.id}/{file.sha256}", [copy])  # from a backup
    with pytest.raises(ConflictError):
        fresh.original(lot.id, file.id, CLERK)
    assert fresh.files(lot.id, CLERK)[0].name == ""
    assert fresh.lots(LotFilter(terms={"nir": "1"}), CLERK).lots == ()
    assert fresh.sweep() == 1
    assert fresh.purge(lot.id, CLERK, "request") == purged


def test_a_full_disk_refuses_the_lot_and_keeps_nothing_of_it(fresh: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The station is told to send again; half a lot must not look like one."""
    with monkeypatch.context() as patched:
        patched.setattr(fresh._parts.blobs, "_store", FullDisk())
        with pytest.raises(StorageFullError) as caught:
            fresh.acknowledge(LOT, CLERK, idempotency_key="1")
    assert caught.value.retryable
    assert fresh.lots(LotFilter(), CLERK).lots == ()

    again = fresh.acknowledge(LOT, CLERK, idempotency_key="1")

    assert again.state is LotState.RECEIVED


def test_a_full_database_refuses_the_lot_and_the_older_ones_stay(tmp_path: Path) -> None:
    """SQLite says so itself when it may not grow: the lot is not acknowledged, its pieces are swept later."""
    store = Store.open(StoreSettings(data=tmp_path / "data", orphan_hours=1e-9))
    older = store.acknowledge(LOT, CLERK)
    files = tuple(NewFile("x" * 4000, bytes([n]), "application/pdf") for n in range(50))
    with store._parts.database.engine.connect() as connection:
        size = connection.execute(text("PRAGMA page_count")).scalar_one()
    limit = _limit_pages(store, size)

    with pytest.raises(StorageFullError):
        store.acknowledge(NewLot(files), CLERK)

    limit()
    assert [lot.id for lot in store.lots(LotFilter(), CLERK).lots] == [older.id]
    assert store.sweep() == 1
    assert store._parts.blobs.lots() == [older.id]
    assert store.acknowledge(NewLot(files), CLERK).state is LotState.RECEIVED
    store.close()


def _limit_pages(store: Store, pages: int) -> Callable[[], None]:
    """Let no connection of a SQLite store grow the file; returns what lifts that."""
    from sqlalchemy import event  # noqa: PLC0415 - one test only

    engine = store._parts.database.engine

    def limited(connection: Any, _record: object, _proxy: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    def lifted(connection: Any, _record: object, _proxy: object) -> None:
        connection.execute("PRAGMA max_page_count=1073741823")

    event.listen(engine, "checkout", limited)

    def lift() -> None:
        event.remove(engine, "checkout", limited)
        event.listen(engine, "checkout", lifted)

    return lift


def test_a_blob_store_that_may_not_be_written_says_so(tmp_path: Path) -> None:
    """The kernel's own folder refuses even root: a disk mounted read-only, a bucket without rights."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "blobs").symlink_to("/sys")
    store = Store.open(StoreSettings(data=data))

    with pytest.raises(BlobError, match="read-only"):
        store.acknowledge(LOT, CLERK)

    with pytest.raises(BlobError):
        store.ready()
    assert store.lots(LotFilter(), CLERK).lots == ()
    store.close()


def test_a_missing_or_changed_piece_is_damage_and_never_shown(fresh: Store) -> None:
    """A disk that loses or turns bits must be noticed before a claim is paid by it."""
    lot = fresh.acknowledge(LOT, CLERK)
    (file,) = fresh.files(lot.id, CLERK)
    path = f"{lot.id}/{file.sha256}"
    blobs = fresh._parts.blobs
    sealed = b"".join(blobs.get(path))

    for harm in (sealed[:-1], sealed[:40] + bytes([sealed[40] ^ 1]) + sealed[41:], None):
        blobs.remove(lot.id)
        if harm is not None:
            blobs.put(path, [harm])
        with pytest.raises(DamagedError):
            b"".join(fresh.original(lot.id, file.id, CLERK))


def test_a_database_of_a_later_program_is_left_alone(fresh: Store, settings: StoreSettings) -> None:
    """Going back to an older program after an upgrade would write rows the newer one cannot read."""
    with fresh._parts.database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(NewerDatabaseError, match="9999"):
        Store.open(settings)


def test_migrations_make_the_tables_the_program_means(fresh: Store) -> None:
    """A column forgotten in a migration shows on the first real lot, on one database only."""
    with fresh._parts.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert compare_metadata(context, Base.metadata) == []


def test_a_store_is_opened_again_with_the_keys_it_was_made_with(fresh: Store, settings: StoreSettings) -> None:
    """A restart, and a second machine, must find everything; the key file is its owner's only."""
    lot = fresh.acknowledge(LOT, CLERK)

    again = Store.open(settings)

    assert again.lot(lot.id, CLERK).channel == "courrier DURAND"
    assert settings.key_file.stat().st_mode & 0o777 == 0o600
    assert settings.data.stat().st_mode & 0o777 == 0o700
    again.close()


@pytest.mark.parametrize("harm", ["lost", "empty", "another", "another under the same name"])
def test_without_its_master_key_the_program_does_not_start_and_makes_no_other(
    settings: StoreSettings, harm: str
) -> None:
    """A fresh key in place of a lost one would seal new lots and hide that the old ones cannot be read."""
    Store.open(settings).close()
    key = settings.key_file.read_text("ascii")
    other = new_master_key()
    if harm == "lost":
        settings.key_file.unlink()
    else:
        renamed = key.split(":")[0] + ":" + other.split(":")[1]
        wrong = {"empty": "", "another": other, "another under the same name": renamed}
        settings.key_file.write_text(wrong[harm], "ascii")

    with pytest.raises(MasterKeyError):
        Store.open(settings)

    assert settings.key_file.exists() is (harm != "lost")
    settings.key_file.write_text(key, "ascii")
    Store.open(settings).close()


def test_master_keys_rotate_and_the_old_one_may_go(fresh: Store, settings: StoreSettings) -> None:
    """A key that too many people have seen is replaced without reading one scan again."""
    lots = [fresh.acknowledge(LOT, CLERK) for _ in range(3)]
    new = new_master_key()
    old = settings.key_file.read_text("ascii")
    settings.key_file.write_text(f"{new}\n{old}", "ascii")
    rotating = Store.open(settings)

    assert rotating.rewrap(batch=2) == 3
    assert rotating.rewrap() == 0

    rotating.close()
    alone = settings.model_copy(update={"master_keys": SecretStr(new)})
    after = Store.open(alone)
    assert {after.lot(lot.id, CLERK).channel for lot in lots} == {"courrier DURAND"}
    assert after.journal.verify().broken_at is None
    after.close()


@pytest.mark.parametrize(
    "url", ["postgresql://liasse:secret@127.0.0.1:1/liasse", "postgresql://liasse:secret@/x?host=/nowhere"]
)
def test_a_database_that_is_gone_is_told_without_its_password(tmp_path: Path, url: str) -> None:
    """Operators see the error in a log that more people read than the settings."""
    settings = StoreSettings(data=tmp_path, database_url=SecretStr(url), database_wait_s=1)

    with pytest.raises(DatabaseError) as caught:
        Store.open(settings)

    assert caught.value.retryable
    assert "secret" not in str(caught.value)
    assert "secret" not in repr(settings)


@pytest.mark.parametrize("url", ["mysql://x/y", "oracle", "postgresql://x:y"])
def test_a_database_we_do_not_know_is_refused(tmp_path: Path, url: str) -> None:
    """A typing error must be told as one, not as a trace."""
    with pytest.raises(SetupError):
        Store.open(StoreSettings(data=tmp_path, database_url=SecretStr(url)))


def test_a_blob_store_we_do_not_know_is_refused(tmp_path: Path) -> None:
    """Nothing is sent anywhere by mistake."""
    with pytest.raises(SetupError):
        Blobs.open(StoreSettings(data=tmp_path, blobs_url="https://example.org/bucket"))


def test_two_databases_may_not_share_a_blob_store(fresh: Store, settings: StoreSettings, tmp_path: Path) -> None:
    """A trial installation pointed at the real scans would take them for pieces without a lot and sweep them away."""
    lot = fresh.acknowledge(LOT, CLERK)
    other = settings.model_copy(update={"data": tmp_path / "other", "database_url": None, "orphan_hours": 1e-9})
    other.data.mkdir()
    (other.data / "blobs").symlink_to(settings.data / "blobs")

    with pytest.raises(SetupError, match="another database"):
        Store.open(other)

    (file,) = fresh.files(lot.id, CLERK)
    assert b"".join(fresh.original(lot.id, file.id, CLERK)).startswith(b"%PDF")
    assert fresh.sweep() == 0


def test_a_blob_store_that_is_gone_is_told_in_time(tmp_path: Path) -> None:
    """A station that waits minutes for an answer sends again, and again."""
    options = {"endpoint": "http://127.0.0.1:1", "region": "x", "access_key_id": "x", "secret_access_key": "x"}
    store = Store.open(
        StoreSettings(
            data=tmp_path / "data",
            blobs_url="s3://lots",
            blobs_options={name: SecretStr(value) for name, value in options.items()},
            blobs_wait_s=0.2,
        )
    )

    with pytest.raises(BlobError) as caught:
        store.acknowledge(LOT, CLERK)

    assert caught.value.retryable
    store.close()


def test_a_connection_that_breaks_in_mid_commit_leaves_nothing_half(postgres_server: Any, tmp_path: Path) -> None:
    """PostgreSQL is restarted while lots come in: what was not acknowledged is not there, and the next one succeeds."""
    store = Store.open(StoreSettings(data=tmp_path / "data", database_url=SecretStr(postgres_server.new_database())))

    def break_off() -> None:
        with store._parts.database.writing() as session:
            store._parts.journal.write(session, CLERK, "page.viewed")
            session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(DatabaseError):
        break_off()

    assert store.journal.verify().entries == 0
    assert store.acknowledge(LOT, CLERK).state is LotState.RECEIVED
    store.close()


def test_every_error_says_what_it_is_and_whether_to_try_again() -> None:
    """Stations act on the code: two errors with one code cannot be told apart."""
    lasting = [ConflictError, DamagedError, MasterKeyError, NewerDatabaseError]
    passing = [BlobError, DatabaseError, StorageFullError]

    assert len({error.code for error in lasting + passing}) == len(lasting) + len(passing)
    assert {error.retryable for error in passing} == {True}
    assert {error.retryable for error in lasting} == {False}


def test_a_lot_whose_key_does_not_open_stops_no_other(fresh: Store) -> None:
    """A machine that was not given a new master key must still queue, and take, what it can."""
    fresh.acknowledge(LOT, CLERK)
    with fresh._parts.database.writing() as session:
        session.execute(text("UPDATE lots SET key_id = 'elsewhere'"))
    other = fresh.acknowledge(LOT, CLERK)

    assert other.id in {lot.id for lot in fresh.unqueued()}
    assert fresh.waiting_lots() == 2


def test_a_lot_whose_key_does_not_open_hides_no_other(fresh: Store) -> None:
    """A station looks for its lots of today: one that is locked is listed without its channel, not an error for all."""
    posted = replace(LOT, channel="poste")
    locked, cut, other = (fresh.acknowledge(posted, CLERK).id for _ in range(3))
    with fresh._parts.database.writing() as session:
        session.execute(text("UPDATE lots SET key_id = 'elsewhere' WHERE id = :id"), {"id": locked})
        session.execute(text("UPDATE lots SET wrapped_key = :cut WHERE id = :id"), {"cut": b"", "id": cut})

    channels = {lot.id: lot.channel for lot in fresh.lots(LotFilter(), CLERK).lots}

    assert channels == {locked: None, cut: None, other: "poste"}


def test_an_empty_mount_point_is_an_outage(tmp_path: Path) -> None:
    """The disk of the blobs is not mounted: a lot that was called damaged for it would be given up."""
    store = Store.open(StoreSettings(data=tmp_path))
    lot = store.acknowledge(LOT, CLERK)
    (file,) = store.files(lot.id, CLERK)
    (tmp_path / "blobs").rename(tmp_path / "away")
    (tmp_path / "blobs").mkdir()

    with pytest.raises(BlobError):
        list(store.original(lot.id, file.id, CLERK))
    store.close()


def test_a_database_that_cannot_be_written_is_not_ready(tmp_path: Path) -> None:
    """It answers questions all the same: without trying, a service would be sent lots it cannot keep."""
    store = Store.open(StoreSettings(data=tmp_path))
    engine = store._parts.database.engine
    with engine.connect() as connection:
        connection.execute(text("PRAGMA query_only=ON"))  # as a disk mounted read-only: reads work
        connection.rollback()

    with pytest.raises(DatabaseError):
        store.ready()
    store.close()
