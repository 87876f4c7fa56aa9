"""What every chapter of the store works with: its parts, pieces in and out, and the rule of who sees which lot."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVarTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from intake.journal import Journal
from intake.store.blobs import Blobs
from intake.store.database import Database
from intake.store.errors import ConflictError, DamagedError, NotFoundError
from intake.store.keyring import Wrapped
from intake.store.models import Lot, LotFile, LotPage
from intake.store.records import FileRecord, LotRecord, LotState, PageRecord, PageState, Role, Viewer
from intake.store.sealing import LotKey, Vault
from intake.store.secret import Secret
from intake.store.settings import StoreSettings
from schemas.batch import Flow

#: gives the bytes of a file, from their beginning, each time it is called
Source: TypeAlias = Callable[[], Iterable[bytes]]
_Columns = TypeVarTuple("_Columns")


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts a store is made of."""

    settings: StoreSettings
    database: Database
    blobs: Blobs
    vault: Vault
    secret: Secret
    journal: Journal

    def claim_blobs(self) -> None:
        """See that the blob store is this database's own."""
        self.blobs.claim(self.secret.digest("blob store").hex())


def visible(query: Select[*_Columns], by: Viewer) -> Select[*_Columns]:
    """Narrow a query over lots to those *by* may see: a station's are its own."""
    return query.where(Lot.station_id == by.station_id) if by.role is Role.STATION else query


class Chapter:
    """What the chapters of the store have in common."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def _lot(self, session: Session, lot_id: str, by: Viewer, *, lock: bool = False) -> Lot:
        """Return a lot *by* may see.

        Raises:
            NotFoundError: there is none, or not for this viewer.
        """
        query = visible(select(Lot).where(Lot.id == lot_id), by)
        lot = session.execute(query.with_for_update() if lock else query).scalar_one_or_none()
        if lot is None:
            raise NotFoundError("no such lot")
        return lot

    def _key(self, lot: Lot) -> LotKey:
        """Return a lot's key.

        Raises:
            ConflictError: it was destroyed with the lot's purge.
        """
        if lot.wrapped_key is None or lot.key_id is None:
            raise ConflictError("the lot was purged: nothing of it can be read any more")
        return self._parts.vault.open_key(lot.id, Wrapped(lot.key_id, lot.wrapped_key))

    def _keep(self, key: LotKey, lot_id: str, sha256: str, source: Source) -> None:
        """Seal the bytes of *source* as the blob *sha256* of a lot.

        Raises:
            ConflictError: the bytes are not those that were hashed: somebody is still writing them.
        """
        name = f"blob/{sha256}"
        self._parts.blobs.put(f"{lot_id}/{sha256}", key.seal_stream(name, _checked(source(), sha256)))

    def _kept(self, key: LotKey, lot_id: str, sha256: str) -> Iterator[bytes]:
        """Yield the bytes of a lot's blob *sha256*.

        Raises:
            DamagedError: they are missing, or not what was kept.
        """
        sealed = self._parts.blobs.get(f"{lot_id}/{sha256}")
        digest = hashlib.sha256()
        for frame in key.open_stream(f"blob/{sha256}", sealed):
            digest.update(frame)
            yield frame
        if digest.hexdigest() != sha256:
            raise DamagedError("a kept file is not the one that was sent")

    def _record(self, session: Session, lot: Lot) -> LotRecord:
        return self._records(session, (lot,))[0]

    def _records(self, session: Session, lots: Sequence[Lot], *, is_sealed: bool = False) -> tuple[LotRecord, ...]:
        """Return lots with the counts of their pages, those of replaced files left out.

        Args:
            session: to look them up in.
            lots: the rows.
            is_sealed: leave sealed what is sealed (the channel), and ask for no key.
        """
        counted = (
            select(LotPage.lot_id, LotPage.state, func.count())
            .join(LotFile, LotFile.id == LotPage.file_id)
            .where(LotPage.lot_id.in_([lot.id for lot in lots]), LotFile.replaced_by.is_(None))
            .group_by(LotPage.lot_id, LotPage.state)
        )
        counts = {(lot_id, state): count for lot_id, state, count in session.execute(counted)}
        return tuple(
            LotRecord(
                id=lot.id,
                station_id=lot.station_id,
                state=LotState(lot.state),
                revision=lot.revision,
                flow=Flow(lot.flow) if lot.flow else None,
                received_on=lot.received_on,
                channel=None if is_sealed else self._opened(lot, "channel", lot.sealed_channel),
                created_at=lot.created_at,
                received_at=lot.received_at,
                concluded_at=lot.concluded_at,
                failure=lot.failure,
                pages=sum(counts.get((lot.id, state), 0) for state in PageState),
                pages_read=counts.get((lot.id, PageState.READ), 0),
                pages_quarantined=counts.get((lot.id, PageState.QUARANTINED), 0),
            )
            for lot in lots
        )

    def _opened(self, lot: Lot, name: str, sealed: bytes | None) -> str | None:
        """Return a sealed text of a lot, None where there is none or the lot was purged."""
        if sealed is None or lot.wrapped_key is None:
            return None
        return self._key(lot).open(name, sealed).decode()

    def _file_record(self, lot: Lot, file: LotFile) -> FileRecord:
        return FileRecord(
            id=file.id,
            lot_id=file.lot_id,
            position=file.position,
            name=self._opened(lot, f"file/{file.id}", file.sealed_name) or "",
            sha256=file.sha256,
            size=file.size,
            media_type=file.media_type,
            pages=file.pages,
            refused=file.refused,
            replaced_by=file.replaced_by,
        )


def page_record(page: LotPage) -> PageRecord:
    """Return a page as its lot's viewers see it."""
    return PageRecord(
        lot_id=page.lot_id,
        index=page.index,
        file_id=page.file_id,
        number=page.number,
        sha256=page.sha256,
        state=PageState(page.state),
        reason=page.reason,
        attempts=page.attempts,
    )


def weigh(source: Source) -> tuple[str, int]:
    """Return the sha256 of the bytes of *source*, and how many they are."""
    digest, size = hashlib.sha256(), 0
    for chunk in source():
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def _checked(chunks: Iterable[bytes], sha256: str) -> Iterator[bytes]:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
        yield chunk
    if digest.hexdigest() != sha256:
        raise ConflictError("the file changed while it was read: send it again when it is whole")
