"""The tables. What may name a person is sealed under its lot's key (``sealed_...``), or lies sealed among the blobs."""

from datetime import UTC, date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Id = String(36)
Sha256 = String(64)


class UtcTime(TypeDecorator[datetime]):
    """A time in UTC, aware on both sides; SQLite keeps it without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time that does not say its zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base of every table."""


class Installation(Base):
    """The one row of this installation: its own secret, which keys other hashes and proves the master key right."""

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key_id: Mapped[str] = mapped_column(String(32))
    wrapped_secret: Mapped[bytes] = mapped_column(LargeBinary)


class Station(Base):
    """A place lots come from."""

    __tablename__ = "stations"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class User(Base):
    """A person who works with the program."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(16))
    station_id: Mapped[str | None] = mapped_column(ForeignKey("stations.id"))
    #: argon2id, with its parameters
    password_hash: Mapped[str] = mapped_column(String(256))
    #: a one-time password: nothing but a new one may be asked with it
    must_change: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcTime)


class ApiKey(Base):
    """A key of a program or a station; its secret is kept as a keyed hash only."""

    __tablename__ = "api_keys"

    prefix: Mapped[str] = mapped_column(String(16), primary_key=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    role: Mapped[str] = mapped_column(String(16))
    station_id: Mapped[str | None] = mapped_column(ForeignKey("stations.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Lot(Base):
    """A lot; once ``wrapped_key`` is gone, nothing of it can be read again."""

    __tablename__ = "lots"
    __table_args__ = (
        Index("lots_by_time", "created_at", "id"),
        Index("lots_by_state", "state", "received_at"),
        Index("lots_by_station", "station_id", "created_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    station_id: Mapped[str | None] = mapped_column(ForeignKey("stations.id"))
    state: Mapped[str] = mapped_column(String(16))
    revision: Mapped[int]
    #: the last revision that was handed to the job engine
    queued_revision: Mapped[int]
    flow: Mapped[str | None] = mapped_column(String(16))
    received_on: Mapped[date | None]
    sealed_channel: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    received_at: Mapped[datetime | None] = mapped_column(UtcTime)
    concluded_at: Mapped[datetime | None] = mapped_column(UtcTime)
    failure: Mapped[str | None] = mapped_column(String(64))
    key_id: Mapped[str | None] = mapped_column(String(32))
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)


class LotFile(Base):
    """A file of a lot; its bytes lie among the blobs under its hash."""

    __tablename__ = "files"
    __table_args__ = (Index("files_by_lot", "lot_id", "position"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    lot_id: Mapped[str] = mapped_column(ForeignKey("lots.id"))
    position: Mapped[int]
    sealed_name: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(Sha256)
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime] = mapped_column(UtcTime)
    pages: Mapped[int | None]
    refused: Mapped[str | None] = mapped_column(String(64))
    replaced_by: Mapped[str | None] = mapped_column(ForeignKey("files.id"))


class LotPage(Base):
    """A page of a file."""

    __tablename__ = "pages"
    __table_args__ = (UniqueConstraint("file_id", "number"),)

    lot_id: Mapped[str] = mapped_column(ForeignKey("lots.id"), primary_key=True)
    index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    file_id: Mapped[str] = mapped_column(ForeignKey("files.id"))
    number: Mapped[int]
    #: of the file it is decoded from
    sha256: Mapped[str] = mapped_column(Sha256)
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(64))
    #: how often its reading was begun in this revision of the lot: one that kills its process shows by it
    attempts: Mapped[int]
    #: of its upright image, which lies among the blobs once the page was read
    image_sha256: Mapped[str | None] = mapped_column(Sha256)


class PageReading(Base):
    """What one version of the program read on a page; the reading lies among the blobs."""

    __tablename__ = "readings"
    __table_args__ = (ForeignKeyConstraint(["lot_id", "index"], ["pages.lot_id", "pages.index"]),)

    lot_id: Mapped[str] = mapped_column(Id, primary_key=True)
    index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[str] = mapped_column(String(64), primary_key=True)
    sha256: Mapped[str] = mapped_column(Sha256)
    at: Mapped[datetime] = mapped_column(UtcTime)


class Result(Base):
    """The result of a revision of a lot, and the version of the program that gave it: never two of one revision."""

    __tablename__ = "results"

    lot_id: Mapped[str] = mapped_column(ForeignKey("lots.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[str] = mapped_column(String(64), primary_key=True)
    sha256: Mapped[str] = mapped_column(Sha256)
    at: Mapped[datetime] = mapped_column(UtcTime)


class Term(Base):
    """What a lot may be found by, as a keyed hash."""

    __tablename__ = "terms"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    lot_id: Mapped[str] = mapped_column(ForeignKey("lots.id"), primary_key=True)


class Upload(Base):
    """A file that arrives in parts."""

    __tablename__ = "uploads"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    lot_id: Mapped[str] = mapped_column(ForeignKey("lots.id"), index=True)
    sealed_name: Mapped[bytes] = mapped_column(LargeBinary)
    length: Mapped[int] = mapped_column(BigInteger)
    offset: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    file_id: Mapped[str | None] = mapped_column(ForeignKey("files.id"))


class UploadPart(Base):
    """A part of an upload; its bytes lie among the blobs until the file is whole."""

    __tablename__ = "upload_parts"

    upload_id: Mapped[str] = mapped_column(ForeignKey("uploads.id"), primary_key=True)
    offset: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    length: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(Sha256)


class IdempotencyKey(Base):
    """A request that was acknowledged, so that its repetition gets the same lot."""

    __tablename__ = "idempotency_keys"

    #: keyed hash of who asked (the station, where there is one) and the key that came with it
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    lot_id: Mapped[str] = mapped_column(ForeignKey("lots.id"))
    #: keyed hash of what was sent
    body: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class Worker(Base):
    """A process that reads, and how often it gave a sign of life; no clock, so that no clock can mislead."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    beats: Mapped[int] = mapped_column(BigInteger)


class JournalEntry(Base):
    """One line of the journal; never changed, never removed."""

    __tablename__ = "journal"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: ISO 8601 in UTC with microseconds: what is hashed is what is kept
    at: Mapped[str] = mapped_column(String(32))
    actor: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    #: no foreign key: the journal outlives what it tells of
    lot_id: Mapped[str | None] = mapped_column(Id, index=True)
    #: canonical JSON without identities
    facts: Mapped[str]
    sealed_details: Mapped[bytes | None] = mapped_column(LargeBinary)
    hash: Mapped[str] = mapped_column(Sha256)


class JournalHead(Base):
    """The last line of the journal, with a code only this installation can make: a cut-off end is seen."""

    __tablename__ = "journal_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(Sha256)
    mac: Mapped[bytes] = mapped_column(LargeBinary)
