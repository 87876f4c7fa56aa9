"""What the store takes and gives: frozen records, plain values. Times are UTC and aware."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Self

from schemas.batch import Flow


class LotState(StrEnum):
    """Where a lot stands."""

    RECEIVING = "receiving"  #: parts still come; nothing is promised yet
    RECEIVED = "received"  #: acknowledged: it will be read, whatever happens
    READING = "reading"  #: a worker has taken it
    READ = "read"  #: its result is there
    FAILED = "failed"  #: the program could not read it; ``failure`` says why
    PURGED = "purged"  #: its key is destroyed; hashes and journal remain


class PageState(StrEnum):
    """Where a page stands."""

    WAITING = "waiting"  #: not read yet
    READ = "read"  #: its reading is there
    QUARANTINED = "quarantined"  #: given up after bounded retries; ``reason`` says why


class Role(StrEnum):
    """What a caller may be."""

    STATION = "station"  #: sends lots, sees its own
    REVIEWER = "reviewer"  #: settles what is doubtful
    SUPERVISOR = "supervisor"  #: a reviewer who also exports, purges and reads again
    ADMIN = "admin"  #: users, keys, settings
    AUDITOR = "auditor"  #: reads everything, changes nothing
    SYSTEM = "system"  #: the program itself; no user and no key may have it


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. A station's viewer finds its own station's lots, and no others."""

    #: as the journal names it: ``key:PREFIX``, ``user:ID``, ``system:worker``
    actor: str
    role: Role
    station_id: str | None = None

    @classmethod
    def system(cls, part: str) -> Self:
        """Return the viewer of a part of the program itself."""
        return cls(f"system:{part}", Role.SYSTEM)


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that arrives."""

    #: as the sender names it; shown, never used as a path
    name: str
    #: its bytes, or where they lie
    content: bytes | Path = field(repr=False)
    #: told from the content, never from the name
    media_type: str
    #: code of why it cannot be read, where that is known at once; it is kept all the same
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class NewLot:
    """A lot that arrives."""

    files: tuple[NewFile, ...]
    flow: Flow | None = None
    received_on: date | None = None
    #: where the paper came in
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class LotRecord:
    """A lot, as anybody who may see it does."""

    id: str
    station_id: str | None
    state: LotState
    #: how often it has been asked to be read: 1 when acknowledged, one more for each change or re-reading
    revision: int
    flow: Flow | None
    received_on: date | None
    channel: str | None
    created_at: datetime
    #: when it was acknowledged
    received_at: datetime | None
    concluded_at: datetime | None
    #: stable code of what the program failed on
    failure: str | None
    pages: int
    pages_read: int
    pages_quarantined: int

    @property
    def job_id(self) -> str:
        """The id of the job that reads this revision."""
        return self.id if self.revision == 1 else f"{self.id}.{self.revision}"


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file of a lot."""

    id: str
    lot_id: str
    #: place in the lot, from 0; a replacement takes the place of what it replaces
    position: int
    name: str = field(repr=False)
    sha256: str
    size: int
    media_type: str
    #: how many it holds; None before it was opened
    pages: int | None
    #: refusal code, where it could not be opened
    refused: str | None
    #: id of the file that took its place
    replaced_by: str | None


@dataclass(frozen=True, slots=True)
class PageRecord:
    """A page of a lot."""

    lot_id: str
    index: int
    file_id: str
    #: in its file, from 1
    number: int
    #: of the file it is decoded from
    sha256: str
    state: PageState
    #: why it is quarantined, as a stable code
    reason: str | None
    #: how often its reading was begun in this revision of the lot
    attempts: int


@dataclass(frozen=True, slots=True)
class ResultRecord:
    """A result of a lot: one revision of it, as one version of the program reads it."""

    lot_id: str
    revision: int
    version: str
    sha256: str
    at: datetime


@dataclass(frozen=True, slots=True)
class UploadRecord:
    """A file that arrives in parts."""

    id: str
    lot_id: str
    length: int
    #: bytes that are safe
    offset: int
    #: the file it became
    file_id: str | None


@dataclass(frozen=True, slots=True)
class LotFilter:
    """Which lots are looked for; everything given must hold."""

    states: frozenset[LotState] = frozenset()
    #: created from then on
    since: datetime | None = None
    #: created before
    until: datetime | None = None
    #: what a result was filed under, as ``{"nir": ..., "flag": ...}``
    terms: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class LotListing:
    """Some lots, the latest first, and where the next ones begin."""

    lots: tuple[LotRecord, ...]
    #: opaque; None at the end
    cursor: str | None
