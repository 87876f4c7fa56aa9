"""Files arrive in parts, over lines that break: what was answered for is safe, and goes on from there (tus 1.0)."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from intake.store.arrival import Arrival, Weighed
from intake.store.errors import ConflictError, NotFoundError
from intake.store.models import Lot, LotFile, Upload, UploadPart
from intake.store.parts import visible, weigh
from intake.store.records import FileRecord, NewFile, UploadRecord, Viewer
from intake.store.sealing import LotKey


class Uploads(Arrival):
    """How a file comes in in parts; each part is sealed and kept before it is answered for."""

    def begin_upload(self, lot_id: str, name: str, length: int, by: Viewer) -> UploadRecord:
        """Begin a file of *length* bytes of a lot."""
        with self._parts.database.writing() as session:
            lot = self._lot(session, lot_id, by)
            upload_id = str(uuid4())
            upload = Upload(
                id=upload_id,
                lot_id=lot_id,
                sealed_name=self._key(lot).seal(f"upload/{upload_id}", name.encode()),
                length=length,
                offset=0,
                created_at=datetime.now(UTC),
            )
            session.add(upload)
            return _told(upload)

    def upload(self, upload_id: str, by: Viewer) -> UploadRecord:
        """Return how far an upload is."""
        with self._parts.database.reading() as session:
            return _told(self._upload(session, upload_id, by)[0])

    def append_part(self, upload_id: str, offset: int, content: bytes, by: Viewer) -> UploadRecord:
        """Keep the next bytes of an upload; when this returns, they are safe.

        Raises:
            ConflictError: *offset* is not where the upload stands, or there are more bytes than announced.
        """
        with self._parts.database.reading() as session:
            upload, lot = self._upload(session, upload_id, by)
            key = self._key(lot)
            _check_fits(upload, offset, content)
        sha256 = hashlib.sha256(content).hexdigest()
        piece = f"part-{upload_id}-{sha256}"
        self._parts.blobs.put(f"{lot.id}/{piece}", key.seal_stream(piece, (content,)))
        with self._parts.database.writing() as session:
            upload, lot = self._upload(session, upload_id, by, lock=True)
            self._key(lot)
            _check_fits(upload, offset, content)
            session.add(UploadPart(upload_id=upload_id, offset=offset, length=len(content), sha256=sha256))
            upload.offset += len(content)
            return _told(upload)

    def uploaded(self, upload_id: str, by: Viewer) -> Iterator[bytes]:
        """Return the bytes of an upload that came so far: their beginning tells what kind of file it is."""
        with self._parts.database.reading() as session:
            upload, lot = self._upload(session, upload_id, by)
            parts = select(UploadPart.sha256).where(UploadPart.upload_id == upload_id).order_by(UploadPart.offset)
            return self._in_parts(self._key(lot), lot.id, upload.id, list(session.scalars(parts)))

    def finish_upload(self, upload_id: str, by: Viewer, *, media_type: str, replaces: str | None = None) -> FileRecord:
        """Make a whole upload a file of its lot; one that was made already is given again.

        Args:
            upload_id: the upload.
            by: who sends it.
            media_type: told from its bytes.
            replaces: id of the file it takes the place of.

        Raises:
            ConflictError: bytes are missing, or the file to replace was replaced already.
        """
        with self._parts.database.reading() as session:
            upload, lot = self._upload(session, upload_id, by)
            if upload.file_id is not None:
                return self._file_record(lot, session.get_one(LotFile, upload.file_id))
            if upload.offset < upload.length:
                raise ConflictError("the upload is not whole yet")
            key, lot_id = self._key(lot), lot.id
            name = key.open(f"upload/{upload_id}", upload.sealed_name).decode()

        def source() -> Iterator[bytes]:
            return self.uploaded(upload_id, by)

        sha256, size = weigh(source)
        self._keep(key, lot_id, sha256, source)
        with self._parts.database.writing() as session:
            lot = self._lot(session, lot_id, by, lock=True)
            self._key(lot)
            upload, _ = self._upload(session, upload_id, by, lock=True)
            if upload.file_id is None:
                one = Weighed(NewFile(name, b"", media_type), sha256, size)
                record = self._join(session, lot, key, one, by, replaces)
                upload.file_id = record.id
            else:
                record = self._file_record(lot, session.get_one(LotFile, upload.file_id))
        self._drop_parts(lot_id, upload_id)
        return record

    def drop_upload(self, upload_id: str, by: Viewer) -> None:
        """Forget an upload that is not finished."""
        with self._parts.database.writing() as session:
            upload, lot = self._upload(session, upload_id, by, lock=True)
            if upload.file_id is not None:
                raise ConflictError("the upload is a file of its lot by now")
            session.execute(delete(UploadPart).where(UploadPart.upload_id == upload_id))
            session.delete(upload)
            lot_id = lot.id
        self._drop_parts(lot_id, upload_id)

    def _in_parts(self, key: LotKey, lot_id: str, upload_id: str, parts: list[str]) -> Iterator[bytes]:
        for sha256 in parts:
            piece = f"part-{upload_id}-{sha256}"
            yield from key.open_stream(piece, self._parts.blobs.get(f"{lot_id}/{piece}"))

    def _drop_parts(self, lot_id: str, upload_id: str) -> None:
        self._parts.blobs.remove(lot_id, f"part-{upload_id}-")

    def _upload(self, session: Session, upload_id: str, by: Viewer, *, lock: bool = False) -> tuple[Upload, Lot]:
        """Return an upload *by* may see, and its lot."""
        query = visible(select(Upload, Lot).join(Lot, Lot.id == Upload.lot_id).where(Upload.id == upload_id), by)
        found = session.execute(query.with_for_update(of=Upload) if lock else query).one_or_none()
        if found is None:
            raise NotFoundError("no such upload")
        upload, lot = found
        return upload, lot


def _check_fits(upload: Upload, offset: int, content: bytes) -> None:
    if upload.offset != offset:
        raise ConflictError(f"the upload stands at byte {upload.offset}")
    if offset + len(content) > upload.length:
        raise ConflictError("more bytes than the upload announced")


def _told(upload: Upload) -> UploadRecord:
    return UploadRecord(upload.id, upload.lot_id, upload.length, upload.offset, upload.file_id)
