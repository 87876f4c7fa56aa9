"""Lots are read: what is to do, what was read of each page, what came out; every step may be repeated without harm."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session

from intake.store.errors import ConflictError, NotFoundError
from intake.store.models import Lot, LotFile, LotPage, PageReading, Result, Term
from intake.store.parts import Chapter, page_record
from intake.store.records import LotRecord, LotState, PageRecord, PageState, ResultRecord, Viewer

_READER = Viewer.system("reader")
_UNFINISHED = or_(Lot.state == LotState.RECEIVED, Lot.state == LotState.READING)


class Progress(Chapter):
    """How lots are read; for the program's own workers, who see every lot."""

    def unqueued(self, limit: int = 100) -> tuple[LotRecord, ...]:
        """Return acknowledged lots whose last revision was not handed to the job engine, the oldest first.

        Their channel is left out: a lot whose key does not open must not stop the others.
        """
        return self._waiting(limit, Lot.state == LotState.RECEIVED, Lot.queued_revision < Lot.revision)

    def unfinished(self, limit: int = 100) -> tuple[LotRecord, ...]:
        """Return acknowledged lots that were not concluded, the oldest first; their channel is left out."""
        return self._waiting(limit, _UNFINISHED)

    def waiting_lots(self) -> int:
        """Return how many acknowledged lots were not concluded."""
        with self._parts.database.reading() as session:
            return session.scalar(select(func.count()).select_from(Lot).where(_UNFINISHED)) or 0

    def queued(self, lot_id: str, revision: int) -> None:
        """Note that a revision of a lot was handed to the job engine."""
        with self._parts.database.writing() as session:
            lot = self._lot(session, lot_id, _READER, lock=True)
            lot.queued_revision = max(lot.queued_revision, revision)

    def start_reading(self, lot_id: str, revision: int) -> LotRecord:
        """Note that a worker has taken a lot; a lot with a newer revision stays waiting for that one."""
        with self._parts.database.writing() as session:
            lot = self._live(session, lot_id)
            if lot.state == LotState.RECEIVED and lot.revision == revision:
                lot.state = LotState.READING
            return self._record(session, lot)

    def file_opened(self, lot_id: str, file_id: str, *, pages: int, refused: str | None = None) -> None:
        """Enter the pages of a file, or the code it was refused with; may be repeated.

        Args:
            lot_id: the lot.
            file_id: the file.
            pages: how many it holds; each gets the next index of the lot.
            refused: stable code of why it, or a part of it, could not be opened.
        """
        with self._parts.database.writing() as session:
            self._live(session, lot_id)
            file = session.get(LotFile, file_id)
            if file is None or file.lot_id != lot_id:
                raise NotFoundError("no such file")
            if file.pages is not None:
                return
            file.pages, file.refused = pages, refused
            last = session.scalar(select(func.max(LotPage.index)).where(LotPage.lot_id == lot_id))
            first = 0 if last is None else last + 1
            session.add_all(
                LotPage(
                    lot_id=lot_id,
                    index=first + place,
                    file_id=file_id,
                    number=place + 1,
                    sha256=file.sha256,
                    state=PageState.WAITING,
                    attempts=0,
                )
                for place in range(pages)
            )

    def page(self, lot_id: str, index: int) -> PageRecord:
        """Return a page."""
        with self._parts.database.reading() as session:
            return page_record(self._page(session, lot_id, index))

    def waiting_pages(self, lot_id: str) -> int:
        """Return how many pages of a lot wait to be read, those of replaced files left out."""
        waiting = (
            select(func.count())
            .select_from(LotPage)
            .join(LotFile, LotFile.id == LotPage.file_id)
            .where(LotPage.lot_id == lot_id, LotPage.state == PageState.WAITING, LotFile.replaced_by.is_(None))
        )
        with self._parts.database.reading() as session:
            return session.scalar(waiting) or 0

    def begin_page(self, lot_id: str, index: int) -> int:
        """Note that the reading of a page begins, and return how often it has begun in this revision of its lot."""
        with self._parts.database.writing() as session:
            self._live(session, lot_id)
            page = self._page(session, lot_id, index)
            page.attempts += 1
            return page.attempts

    def forgive_page(self, lot_id: str, index: int) -> None:
        """Take back that the reading of a page began: it failed for no fault of the page's."""
        with self._parts.database.writing() as session:
            self._live(session, lot_id)
            page = self._page(session, lot_id, index)
            page.attempts = max(page.attempts - 1, 0)

    def page_read(
        self, lot_id: str, index: int, sha256: str, version: str, content: bytes, image: bytes | None = None
    ) -> bool:
        """Keep what a version of the program read on a page; False where that was there already, and stays.

        Args:
            lot_id: the lot.
            index: of the page in the lot.
            sha256: of the file the page was decoded from, which must be the page's.
            version: of the program.
            content: the reading, in whatever form the caller reads back.
            image: the upright page for people, as JPEG.

        Raises:
            ConflictError: the page is another file's.
        """
        kept = self._keep_one(lot_id, content)
        shown = None if image is None else self._keep_one(lot_id, image)
        with self._parts.database.writing() as session:
            self._live(session, lot_id)
            page = self._page(session, lot_id, index)
            if page.sha256 != sha256:
                raise ConflictError("the page that was read is not the one that is there")
            page.state, page.reason = PageState.READ, None
            page.image_sha256 = shown or page.image_sha256
            if session.get(PageReading, (lot_id, index, version)) is not None:
                return False
            now = datetime.now(UTC)
            session.add(PageReading(lot_id=lot_id, index=index, version=version, sha256=kept, at=now))
            return True

    def quarantine(self, lot_id: str, index: int, reason: str) -> None:
        """Give a page up, with the stable code of why; a page that was read stays read."""
        with self._parts.database.writing() as session:
            self._live(session, lot_id)
            page = self._page(session, lot_id, index)
            if page.state == PageState.WAITING:
                page.state, page.reason = PageState.QUARANTINED, reason
                facts = {"page": index, "reason": reason}
                self._parts.journal.write(session, _READER, "page.quarantined", lot_id=lot_id, facts=facts)

    def readings(self, lot_id: str, version: str) -> Iterator[tuple[PageRecord, bytes | None]]:
        """Yield a lot's pages in paper order, each with what *version* read on it, or None; replaced files left out."""
        with self._parts.database.reading() as session:
            lot = self._lot(session, lot_id, _READER)
            key = self._key(lot)
            query = (
                select(LotPage, PageReading.sha256)
                .join(LotFile, LotFile.id == LotPage.file_id)
                .outerjoin(
                    PageReading,
                    (PageReading.lot_id == LotPage.lot_id)
                    & (PageReading.index == LotPage.index)
                    & (PageReading.version == version),
                )
                .where(LotPage.lot_id == lot_id, LotFile.replaced_by.is_(None))
                .order_by(LotFile.position, LotPage.number)
            )
            rows: list[tuple[PageRecord, str | None]] = [
                (page_record(page), sha256) for page, sha256 in session.execute(query)
            ]
        for page, sha256 in rows:
            yield page, None if sha256 is None else b"".join(self._kept(key, lot_id, sha256))

    def conclude(
        self, lot_id: str, revision: int, version: str, content: bytes, *, terms: Iterable[tuple[str, str]] = ()
    ) -> ResultRecord:
        """Keep the result of a revision of a lot; the first one stays, whatever comes, from whatever version.

        Args:
            lot_id: the lot.
            revision: that was read.
            version: of the program.
            content: the result.
            terms: what the lot may be found by, as kind and value; only keyed hashes of them are kept.
        """
        sha256 = self._keep_one(lot_id, content)
        with self._parts.database.writing() as session:
            lot = self._live(session, lot_id)
            query = select(Result).where(Result.lot_id == lot_id, Result.revision == revision)
            known = session.scalars(query.order_by(Result.at)).first()  # the lot is locked: nobody adds another
            if known is None:
                known = Result(lot_id=lot_id, revision=revision, version=version, sha256=sha256, at=datetime.now(UTC))
                session.add(known)
                if lot.revision == revision:
                    lot.state, lot.concluded_at, lot.failure = LotState.READ, known.at, None
                    session.execute(delete(Term).where(Term.lot_id == lot_id))
                    digests = {self._parts.secret.digest("term", kind, value) for kind, value in terms}
                    session.add_all(Term(digest=digest, lot_id=lot_id) for digest in digests)
                facts = {"revision": revision, "version": version, "result": sha256}
                self._parts.journal.write(session, _READER, "lot.concluded", lot_id=lot_id, facts=facts)
            return result_record(known)

    def fail(self, lot_id: str, revision: int, code: str) -> None:
        """Note that the program could not read a revision of a lot, with a stable code."""
        with self._parts.database.writing() as session:
            lot = self._live(session, lot_id)
            if lot.revision == revision and lot.state in {LotState.RECEIVED, LotState.READING}:
                lot.state, lot.failure = LotState.FAILED, code
                facts = {"revision": revision, "failure": code}
                self._parts.journal.write(session, _READER, "lot.failed", lot_id=lot_id, facts=facts)

    def _waiting(self, limit: int, *conditions: ColumnElement[bool]) -> tuple[LotRecord, ...]:
        query = select(Lot).where(*conditions).order_by(Lot.received_at, Lot.id).limit(limit)
        with self._parts.database.reading() as session:
            return self._records(session, session.scalars(query).all(), is_sealed=True)

    def _keep_one(self, lot_id: str, content: bytes) -> str:
        """Seal *content* as a blob of a lot and return its hash."""
        sha256 = hashlib.sha256(content).hexdigest()
        with self._parts.database.reading() as session:
            key = self._key(self._unpurged(self._lot(session, lot_id, _READER)))
        self._keep(key, lot_id, sha256, lambda: (content,))
        return sha256

    def _live(self, session: Session, lot_id: str) -> Lot:
        """Return a lot that was not purged, locked until the transaction ends."""
        return self._unpurged(self._lot(session, lot_id, _READER, lock=True))

    def _unpurged(self, lot: Lot) -> Lot:
        if lot.state == LotState.PURGED:
            raise NotFoundError("the lot was purged")
        return lot

    def _page(self, session: Session, lot_id: str, index: int) -> LotPage:
        page = session.get(LotPage, (lot_id, index))
        if page is None:
            raise NotFoundError("no such page")
        return page


def result_record(row: Result) -> ResultRecord:
    """Return a result as its lot's viewers see it."""
    return ResultRecord(row.lot_id, row.revision, row.version, row.sha256, row.at)
