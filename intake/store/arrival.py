"""Lots arrive: sealed pieces first, then one commit, which is the acknowledgement."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from intake.store.errors import BlobError, ConflictError, IdempotencyError
from intake.store.models import IdempotencyKey, Lot, LotFile, LotPage, Upload
from intake.store.parts import Chapter, Source, weigh
from intake.store.records import FileRecord, LotRecord, LotState, NewFile, NewLot, PageState, Viewer
from intake.store.sealing import FRAME_BYTES, LotKey
from schemas.errors import InputError

#: states in which a change of a lot's files asks for another reading
_ACKNOWLEDGED: Final = frozenset({LotState.RECEIVED, LotState.READING, LotState.READ, LotState.FAILED})


@dataclass(frozen=True, slots=True)
class Weighed:
    """A file whose bytes were hashed."""

    file: NewFile
    sha256: str
    size: int


class Arrival(Chapter):
    """How lots come in, whole or in parts."""

    def acknowledge(self, new: NewLot, by: Viewer, *, idempotency_key: str | None = None) -> LotRecord:
        """Keep a whole lot; when this returns, the lot is safe and will be read.

        Args:
            new: what arrives.
            by: who sends it; a station's lot is that station's.
            idempotency_key: chosen by the sender; the same key with the same body gives the same lot, always.

        Raises:
            IdempotencyError: the key came before with another body.
            BlobError: the pieces cannot be kept; nothing was acknowledged.
            DatabaseError: the same; or the answer of the database was lost, and sending again tells.
        """
        if not new.files:
            raise InputError("a lot without a file")
        return self._arrive(new, by, idempotency_key, LotState.RECEIVED)

    def open_lot(self, new: NewLot, by: Viewer, *, idempotency_key: str | None = None) -> LotRecord:
        """Keep the beginning of a lot whose files still come; ``close_lot`` acknowledges it."""
        return self._arrive(new, by, idempotency_key, LotState.RECEIVING)

    def add_file(self, lot_id: str, file: NewFile, by: Viewer, *, replaces: str | None = None) -> FileRecord:
        """Add a file to a lot, or put it in the place of another one; an acknowledged lot is then read again.

        The same bytes again are the same file: the sender may repeat what it got no answer to.

        Args:
            lot_id: the lot.
            file: what arrives.
            by: who sends it.
            replaces: id of the file it takes the place of (a rescan).

        Raises:
            ConflictError: the lot was purged, or the file to replace was replaced already.
        """
        source = _source(file)
        sha256, size = weigh(source)
        with self._parts.database.reading() as session:
            lot = self._lot(session, lot_id, by)
            key = self._key(lot)
        self._keep(key, lot_id, sha256, source)
        with self._parts.database.writing() as session:
            lot = self._lot(session, lot_id, by, lock=True)
            self._key(lot)
            return self._join(session, lot, key, Weighed(file, sha256, size), by, replaces)

    def close_lot(self, lot_id: str, by: Viewer) -> LotRecord:
        """Acknowledge a lot whose files are all there; a lot that was closed stays as it is.

        Raises:
            ConflictError: it has no file, or an upload of it is not finished.
        """
        with self._parts.database.writing() as session:
            lot = self._lot(session, lot_id, by, lock=True)
            self._key(lot)
            if lot.state == LotState.RECEIVING:
                files = select(LotFile).where(LotFile.lot_id == lot_id, LotFile.replaced_by.is_(None))
                kept = session.scalars(files.order_by(LotFile.position)).all()
                open_uploads = select(Upload.id).where(Upload.lot_id == lot_id, Upload.file_id.is_(None))
                if not kept or session.scalars(open_uploads).first() is not None:
                    raise ConflictError("the lot has no file yet, or one that is still arriving")
                lot.state, lot.received_at, lot.revision = LotState.RECEIVED, datetime.now(UTC), 1
                facts = {"files": [file.sha256 for file in kept]}
                self._parts.journal.write(session, by, "lot.received", lot_id=lot_id, facts=facts)
            return self._record(session, lot)

    def reread(self, lot_id: str, by: Viewer) -> LotRecord:
        """Ask for another reading of an acknowledged lot, as after an upgrade; older results stay."""
        with self._parts.database.writing() as session:
            lot = self._lot(session, lot_id, by, lock=True)
            self._key(lot)
            if lot.state not in _ACKNOWLEDGED:
                raise ConflictError("a lot that is still arriving will be read when it is closed")
            _ask_again(session, lot, frozenset(PageState))
            facts = {"revision": lot.revision}
            self._parts.journal.write(session, by, "lot.reread", lot_id=lot_id, facts=facts)
            return self._record(session, lot)

    def _arrive(self, new: NewLot, by: Viewer, idempotency_key: str | None, state: LotState) -> LotRecord:
        weighed = [Weighed(file, *weigh(_source(file))) for file in new.files]
        scope = by.station_id or by.actor
        digest = self._parts.secret.digest("idempotency key", scope, idempotency_key) if idempotency_key else None
        body = self._body(new, weighed, state)
        if digest is not None and (known := self._same(digest, body)) is not None:
            return known
        lot_id = str(uuid4())
        key, wrapped = self._parts.vault.new_key(lot_id)
        try:
            for one in weighed:
                self._keep(key, lot_id, one.sha256, _source(one.file))
        except BaseException:
            self._drop(lot_id)
            raise
        now = datetime.now(UTC)
        lot = Lot(
            id=lot_id,
            station_id=by.station_id,
            state=LotState.RECEIVING,
            revision=0,
            queued_revision=0,
            flow=new.flow,
            received_on=new.received_on,
            sealed_channel=key.seal("channel", new.channel.encode()) if new.channel else None,
            created_at=now,
            key_id=wrapped.key_id,
            wrapped_key=wrapped.sealed,
        )
        try:
            with self._parts.database.writing() as session:
                session.add(lot)
                session.flush()
                for position, one in enumerate(weighed):
                    session.add(_row(lot, key, one, position))
                if digest is not None:
                    session.add(IdempotencyKey(digest=digest, lot_id=lot_id, body=body, created_at=now))
                if state is LotState.RECEIVED:
                    lot.state, lot.received_at, lot.revision = state, now, 1
                session.flush()
                facts = {"files": [one.sha256 for one in weighed]}
                action = "lot.received" if state is LotState.RECEIVED else "lot.opened"
                self._parts.journal.write(session, by, action, lot_id=lot_id, facts=facts)
                return self._record(session, lot)
        except IntegrityError as exc:
            # only this proves that nothing was committed: any other error may have come after the commit
            self._drop(lot_id)
            known = self._same(digest, body) if digest is not None else None
            if known is None:
                raise ConflictError("the lot does not fit what is there: its station may be gone") from exc
            return known

    def _join(
        self, session: Session, lot: Lot, key: LotKey, one: Weighed, by: Viewer, replaces: str | None
    ) -> FileRecord:
        """Enter a kept file into its lot, within the caller's transaction."""
        files = session.scalars(select(LotFile).where(LotFile.lot_id == lot.id)).all()
        for file in files:
            if file.sha256 == one.sha256 and file.replaced_by is None:
                return self._file_record(lot, file)
        replaced = None
        if replaces is not None:
            replaced = next((file for file in files if file.id == replaces and file.replaced_by is None), None)
            if replaced is None:
                raise ConflictError("the file to replace is not in this lot, or was replaced already")
            position = replaced.position
        else:
            position = max((file.position for file in files), default=-1) + 1
        row = _row(lot, key, one, position)
        session.add(row)
        session.flush()
        if replaced is not None:
            replaced.replaced_by = row.id
        if lot.state in _ACKNOWLEDGED:
            _ask_again(session, lot, frozenset({PageState.QUARANTINED}))
        facts = {"file": one.sha256, "replaces": replaced.sha256 if replaced else None, "revision": lot.revision}
        self._parts.journal.write(session, by, "lot.file_added", lot_id=lot.id, facts=facts)
        return self._file_record(lot, row)

    def _same(self, digest: bytes, body: bytes) -> LotRecord | None:
        """Return the lot an idempotency key has already got, if any."""
        with self._parts.database.reading() as session:
            known = session.get(IdempotencyKey, digest)
            if known is None:
                return None
            if known.body != body:
                raise IdempotencyError("this idempotency key came before with another lot: use a new one")
            return self._record(session, session.get_one(Lot, known.lot_id))

    def _body(self, new: NewLot, weighed: list[Weighed], state: LotState) -> bytes:
        """Return what tells one request from another."""
        files = [word for one in weighed for word in (one.file.name, one.sha256)]
        head = (state, new.flow or "", str(new.received_on or ""), new.channel or "")
        return self._parts.secret.digest("idempotency body", *head, *files)

    def _drop(self, lot_id: str) -> None:
        """Remove the pieces of a lot that is certainly not acknowledged; what is left, the sweep removes."""
        with suppress(BlobError):
            self._parts.blobs.remove(lot_id)


def _ask_again(session: Session, lot: Lot, states: frozenset[PageState]) -> None:
    """Make a lot wait for another reading, and those of its pages that are in *states* too."""
    lot.revision += 1
    lot.state, lot.failure = LotState.RECEIVED, None
    pages = update(LotPage).where(LotPage.lot_id == lot.id, LotPage.state.in_(states))
    session.execute(pages.values(state=PageState.WAITING, attempts=0, reason=None))


def _row(lot: Lot, key: LotKey, one: Weighed, position: int) -> LotFile:
    file_id = str(uuid4())
    return LotFile(
        id=file_id,
        lot_id=lot.id,
        position=position,
        sealed_name=key.seal(f"file/{file_id}", one.file.name.encode()),
        sha256=one.sha256,
        size=one.size,
        media_type=one.file.media_type,
        added_at=datetime.now(UTC),
        pages=None if one.file.refused is None else 0,
        refused=one.file.refused,
    )


def _source(file: NewFile) -> Source:
    """Return what gives a file's bytes in chunks."""
    content = file.content
    if isinstance(content, bytes):
        return lambda: (content,)

    def chunks(path: Path = content) -> Iterator[bytes]:
        try:
            with path.open("rb") as stream:
                while chunk := stream.read(FRAME_BYTES):
                    yield chunk
        except OSError:
            raise InputError("a file cannot be read") from None  # its path may hold a name

    return chunks
