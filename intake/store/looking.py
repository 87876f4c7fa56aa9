"""Lots are looked at: always for a viewer, and the query itself leaves out what is not that viewer's."""

import base64
import binascii
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from intake.store.errors import DamagedError, MasterKeyError, NotFoundError
from intake.store.models import Lot, LotFile, LotPage, Result, Term
from intake.store.parts import Chapter, page_record, visible
from intake.store.progress import result_record
from intake.store.records import (
    FileRecord,
    LotFilter,
    LotListing,
    LotRecord,
    PageRecord,
    ResultRecord,
    Viewer,
)
from schemas.errors import InputError


class Looking(Chapter):
    """What a caller may see. Every method raises NotFoundError for what is not there or not the caller's."""

    def lot(self, lot_id: str, by: Viewer) -> LotRecord:
        """Return a lot."""
        with self._parts.database.reading() as session:
            return self._record(session, self._lot(session, lot_id, by))

    def lots(self, wanted: LotFilter, by: Viewer, *, cursor: str | None = None, limit: int = 50) -> LotListing:
        """Return the lots that fit, the latest first.

        Args:
            wanted: what they must fit.
            by: whose lots.
            cursor: where an earlier listing ended.
            limit: at most so many.

        Raises:
            InputError: the cursor is none of ours.
        """
        query = visible(select(Lot), by).order_by(Lot.created_at.desc(), Lot.id.desc()).limit(limit + 1)
        if wanted.states:
            query = query.where(Lot.state.in_(wanted.states))
        if wanted.since is not None:
            query = query.where(Lot.created_at >= wanted.since)
        if wanted.until is not None:
            query = query.where(Lot.created_at < wanted.until)
        for kind, value in wanted.terms.items():
            digest = self._parts.secret.digest("term", kind, value)
            query = query.where(Lot.id.in_(select(Term.lot_id).where(Term.digest == digest)))
        if cursor is not None:
            at, lot_id = _place(cursor)
            query = query.where(tuple_(Lot.created_at, Lot.id) < (at, lot_id))
        with self._parts.database.reading() as session:
            found = session.scalars(query).all()
            shown = found[:limit]
            following = _cursor(shown[-1]) if len(found) > limit else None
            records = self._records(session, shown, is_sealed=True)
            return LotListing(tuple(map(self._listed, shown, records)), following)

    def _listed(self, lot: Lot, record: LotRecord) -> LotRecord:
        """Return a record with its channel; a lot whose key does not open lacks it, and must not hide the others."""
        with suppress(MasterKeyError, DamagedError):
            return replace(record, channel=self._opened(lot, "channel", lot.sealed_channel))
        return record

    def files(self, lot_id: str, by: Viewer) -> tuple[FileRecord, ...]:
        """Return the files of a lot in paper order, replaced ones included."""
        with self._parts.database.reading() as session:
            lot = self._lot(session, lot_id, by)
            query = select(LotFile).where(LotFile.lot_id == lot_id).order_by(LotFile.position, LotFile.added_at)
            return tuple(self._file_record(lot, file) for file in session.scalars(query))

    def pages(self, lot_id: str, by: Viewer) -> tuple[PageRecord, ...]:
        """Return the pages of a lot in paper order, those of replaced files left out."""
        with self._parts.database.reading() as session:
            self._lot(session, lot_id, by)
            query = (
                select(LotPage)
                .join(LotFile, LotFile.id == LotPage.file_id)
                .where(LotPage.lot_id == lot_id, LotFile.replaced_by.is_(None))
                .order_by(LotFile.position, LotPage.number)
            )
            return tuple(page_record(page) for page in session.scalars(query))

    def original(self, lot_id: str, file_id: str, by: Viewer) -> Iterator[bytes]:
        """Return the bytes of a file as it was sent, in chunks, checked against its hash."""
        with self._parts.database.reading() as session:
            lot = self._lot(session, lot_id, by)
            file = session.get(LotFile, file_id)
            if file is None or file.lot_id != lot_id:
                raise NotFoundError("no such file")
            key, sha256 = self._key(lot), file.sha256
        return self._kept(key, lot_id, sha256)

    def page_image(self, lot_id: str, index: int, by: Viewer) -> bytes:
        """Return the upright image of a page, a JPEG; there is none before the page was read."""
        with self._parts.database.reading() as session:
            lot = self._lot(session, lot_id, by)
            page = session.get(LotPage, (lot_id, index))
            if page is None or page.image_sha256 is None:
                raise NotFoundError("no such page image")
            key, sha256 = self._key(lot), page.image_sha256
        return b"".join(self._kept(key, lot_id, sha256))

    def results(self, lot_id: str, by: Viewer) -> tuple[ResultRecord, ...]:
        """Return the results of a lot, the latest first."""
        with self._parts.database.reading() as session:
            self._lot(session, lot_id, by)
            return tuple(result_record(row) for row in self._results(session, lot_id))

    def result(
        self, lot_id: str, by: Viewer, *, revision: int | None = None, version: str | None = None
    ) -> tuple[ResultRecord, bytes]:
        """Return a result of a lot with its content: the latest, or the latest of a revision, a version or both."""
        with self._parts.database.reading() as session:
            lot = self._lot(session, lot_id, by)
            for row in self._results(session, lot_id):
                if revision in {None, row.revision} and version in {None, row.version}:
                    key, record = self._key(lot), result_record(row)
                    break
            else:
                raise NotFoundError("no such result")
        return record, b"".join(self._kept(key, lot_id, record.sha256))

    def _results(self, session: Session, lot_id: str) -> Iterator[Result]:
        query = select(Result).where(Result.lot_id == lot_id).order_by(Result.revision.desc(), Result.at.desc())
        yield from session.scalars(query)


def _cursor(last: Lot) -> str:
    return base64.urlsafe_b64encode(json.dumps([last.created_at.isoformat(), last.id]).encode()).decode()


def _place(cursor: str) -> tuple[datetime, str]:
    try:
        at, lot_id = json.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
        return datetime.fromisoformat(at).astimezone(UTC), str(lot_id)
    except (binascii.Error, ValueError, TypeError, OverflowError) as exc:
        raise InputError("the cursor is none this program gave") from exc
