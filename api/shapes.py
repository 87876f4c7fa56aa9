"""What the routes answer with: the lot as its sender follows it. The result itself is the contract's ``Batch``."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from api.problems import sentence
from extractors.loading.refusals import REASONS
from extractors.loading.refusals import sentence as refusal
from intake.store.records import FileRecord, LotRecord, LotState, PageRecord, PageState
from schemas.batch import Flow

_LOT = "5f0c1c52-6d0b-4a57-9a3e-0f3f4f1f7c11"
_FILE = "c0a80a5e-93b4-4d7e-8f0e-3b6b6f0b8a11"


class Piece(BaseModel):
    """A file of a lot, accepted or refused and why, like an accusé de réception logique."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": _FILE,
                "name": "lot_0412.pdf",
                "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "size": 10485760,
                "accepted": True,
                "code": None,
                "reason": None,
                "pages": 41,
            }
        }
    )

    id: str
    name: str
    sha256: str
    #: bytes
    size: int
    accepted: bool
    #: why it is refused: stable, and in French
    code: str | None = None
    reason: str | None = None
    #: known once a worker has opened it
    pages: int | None = None

    @classmethod
    def of(cls, file: FileRecord) -> Self:
        """Return a stored file as a piece."""
        # a file that opened and lost pages behind is accepted; its result tells what is missing
        code = file.refused if not file.pages else None
        return cls(
            id=file.id,
            name=file.name,
            sha256=file.sha256,
            size=file.size,
            accepted=code is None,
            code=code,
            reason=refusal(code) if code is not None and code in REASONS else None,
            pages=file.pages,
        )


class Acknowledgement(BaseModel):
    """The promise: the lot is kept, and will be read."""

    model_config = ConfigDict(json_schema_extra={"example": {"id": _LOT, "received_at": "2026-03-02T08:15:30Z"}})

    id: str
    received_at: datetime
    pieces: list[Piece] = []


class PageProgress(BaseModel):
    """Where a page stands."""

    #: index into ``pages`` of the result
    index: int
    file: str
    number: int = Field(description="Page in its file, from 1.")
    state: PageState
    #: why it was set aside
    reason: str | None = None


class Status(BaseModel):
    """Where a lot stands."""

    id: str
    state: LotState
    flow: Flow | None = None
    received_on: date | None = None
    channel: str | None = None
    created_at: datetime
    received_at: datetime | None = None
    concluded_at: datetime | None = None
    #: why it could not be read: stable, and in French
    failure: str | None = None
    failure_reason: str | None = None
    pages_known: int
    pages_read: int
    pages_quarantined: int

    @classmethod
    def of(cls, lot: LotRecord) -> Self:
        """Return a stored lot's status."""
        return cls(**_facts(lot))


class DetailedStatus(Status):
    """Where a lot stands, piece by piece and page by page."""

    pieces: list[Piece] = []
    pages: list[PageProgress] = []

    @classmethod
    def with_parts(cls, lot: LotRecord, files: Iterable[FileRecord], pages: Iterable[PageRecord]) -> Self:
        """Return a stored lot's status with its pieces and pages."""
        kept = [file for file in files if file.replaced_by is None]
        names = {file.id: file.name for file in kept}
        progress = [
            PageProgress(index=k, file=names[p.file_id], number=p.number, state=p.state, reason=p.reason)
            for k, p in enumerate(pages)
        ]
        return cls(**_facts(lot), pieces=[Piece.of(file) for file in kept], pages=progress)


class StatusList(BaseModel):
    """Some lots, the latest first."""

    lots: list[Status]
    #: opaque: give it back as ``cursor`` for the next ones; none at the end
    next: str | None = None


class Health(BaseModel):
    """Whether the service works; nothing else."""

    status: str


def _facts(lot: LotRecord) -> dict[str, Any]:
    return {
        "id": lot.id,
        "state": lot.state,
        "flow": lot.flow,
        "received_on": lot.received_on,
        "channel": lot.channel,
        "created_at": lot.created_at,
        "received_at": lot.received_at,
        "concluded_at": lot.concluded_at,
        "failure": lot.failure,
        "failure_reason": sentence(lot.failure) if lot.failure else None,
        "pages_known": lot.pages,
        "pages_read": lot.pages_read,
        "pages_quarantined": lot.pages_quarantined,
    }
