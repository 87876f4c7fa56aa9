"""What is done to an acknowledged lot: opened, its pages read one by one, concluded. Every step may be repeated.

Knows the store and the readers, and no queue: ``intake.jobs.worker`` calls it, from several threads and processes.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event
from typing import Final

from extractors.loading.refusals import sentence
from intake.jobs.parcels import Parcel, pack, unpack
from intake.jobs.reader import Original, PageReader
from intake.jobs.turns import Turns
from intake.output import json_of
from intake.pipeline import Reading, conclude
from intake.places import from_zero
from intake.program import program
from intake.settings import Settings
from intake.store.records import FileRecord, PageRecord, PageState, Viewer
from intake.store.store import Store
from intake.workers import unread
from schemas.batch import Batch, File, Refused
from schemas.errors import InputError, LiasseError, RefusedFileError, ResourceError

_ME: Final = Viewer.system("worker")
#: Reason of a page whose reading was begun too often: what ``PageReading`` says of a process that died.
POISONOUS: Final = "crash"


class SeveralLotsError(InputError):
    """What came in as one lot holds several: each must be sent by itself."""

    code = "input.several_lots"


def version_of(settings: Settings) -> str:
    """Return what reads here, in 60 characters at most: the program's version, and a digest of models and templates."""
    what = program(settings)
    return f"{what.version[:40]}+{hashlib.sha256(what.model_dump_json().encode()).hexdigest()[:12]}"


class LotWork:
    """The work on lots, over a store and the readers of this process; used from several threads.

    Args:
        store: where the lots are.
        reader: the readers of this process.
        settings: of this installation.
    """

    def __init__(self, store: Store, reader: PageReader, settings: Settings) -> None:
        self.store = store
        self._version = version_of(settings)
        self._reader = reader
        self._settings = settings
        self._turns = Turns()
        #: pages whose reading this very process has begun: one that fails in good order is not counted again
        self._begun: set[tuple[str, int]] = set()
        #: from then on nothing that went wrong is the page's fault: its process may have been told to stop
        self.is_stopping = Event()

    def open(self, lot_id: str, revision: int) -> list[int]:
        """Take a lot: open its files, and return the pages that wait to be read; none where a newer revision waits.

        Raises:
            LiasseError: the lot cannot be opened; ``retryable`` says whether it may be later.
        """
        lot = self.store.start_reading(lot_id, revision)
        if lot.revision != revision:
            return []
        for file in self.store.files(lot_id, _ME):
            if file.pages is None and file.refused is None and file.replaced_by is None:
                self._open_file(file)
        return [page.index for page in self.store.pages(lot_id, _ME) if page.state is PageState.WAITING]

    def _open_file(self, file: FileRecord) -> None:
        try:
            opened = self._reader.open(self._original(file))
        except RefusedFileError as refused:
            self.store.file_opened(file.lot_id, file.id, pages=0, refused=refused.reason_code)
            return
        pages = min(opened.pages, self._settings.limits.pages_per_file)
        lost = "too_many_pages" if opened.pages > pages else opened.lost
        self.store.file_opened(file.lot_id, file.id, pages=pages, refused=lost)

    def read(self, lot_id: str, index: int) -> bool:
        """Read a page, unless it is read, and return whether it was the last one.

        A page whose reading was begun before is read alone; one begun too often is given up, and the lot goes on.
        """
        page = self.store.page(lot_id, index)
        if page.state is PageState.WAITING:
            is_suspect = page.attempts > (1 if (lot_id, index) in self._begun else 0)
            with self._turns.alone() if is_suspect else self._turns.together():
                self._read(page)
        return self.store.waiting_pages(lot_id) == 0

    def give_up(self, lot_id: str, index: int, reason: str) -> bool:
        """Set a page aside with the code of why, and return whether it was the last one."""
        self.store.quarantine(lot_id, index, reason)
        return self.store.waiting_pages(lot_id) == 0

    def _read(self, page: PageRecord) -> Parcel | None:
        """Read a page and keep its reading; None where its reading was begun too often.

        Raises:
            ResourceError: its process died, or this one is stopping; a retry may help.
        """
        key = page.lot_id, page.index
        if key not in self._begun:
            if self.store.begin_page(*key) > self._settings.jobs.page_attempts:
                self.store.quarantine(*key, POISONOUS)
                return None
            self._begun.add(key)
        file = next(f for f in self.store.files(page.lot_id, _ME) if f.id == page.file_id)
        with self._blameless(key):
            parcel, image = self._reader.read(self._original(file), page.number, page.index)
        problem = parcel.reading.page.problem
        if problem == POISONOUS or (problem is not None and self.is_stopping.is_set()):
            self._begun.discard(key)
            raise ResourceError("the process that read the page is gone")
        with self._blameless(key):
            self.store.page_read(*key, page.sha256, self._version, pack(parcel), image)
        self._begun.discard(key)
        return parcel

    @contextmanager
    def _blameless(self, key: tuple[str, int]) -> Iterator[None]:
        """Take back that a page was begun where store or disk fail it: in a long outage every worker begins it."""
        try:
            yield
        except (LiasseError, OSError):
            with suppress(LiasseError):  # no database either: it stays counted once, and this process knows
                self.store.forgive_page(*key)
                self._begun.discard(key)
            raise

    def conclude(self, lot_id: str, revision: int) -> None:
        """Store the result of a lot whose pages are all read; nothing where a newer revision waits.

        Pages read by another version of the program (an upgrade in mid-lot) are read again here, so that one version
        answers for the whole result.

        Raises:
            SeveralLotsError: the files hold several lots.
            LiasseError: the lot cannot be concluded; ``retryable`` says whether it may be later.
        """
        lot = self.store.lot(lot_id, _ME)
        if lot.revision != revision:
            return
        files = {f.id: f for f in self.store.files(lot_id, _ME) if f.replaced_by is None}
        read = self.store.readings(lot_id, self._version)
        parcels = [(page, self._parcel(page, content, files)) for page, content in read]
        reading = Reading(
            files=tuple(File(name=f.name, sha256=f.sha256, pages=f.pages) for f in files.values() if f.pages),
            refused=tuple(_refused(files, parcels)),
            pages=from_zero([parcel.reading for _, parcel in parcels]),
        )
        lots = conclude(reading, self._settings, flow=lot.flow, received_on=lot.received_on, channel=lot.channel)
        if len(lots) > 1:
            raise SeveralLotsError(f"the files hold {len(lots)} lots")
        batch = lots[0].batch
        self.store.conclude(lot_id, revision, self._version, json_of(batch).encode(), terms=set(terms_of(batch)))

    def _parcel(self, page: PageRecord, content: bytes | None, files: dict[str, FileRecord]) -> Parcel:
        if content is not None:
            return unpack(content)
        if page.state is not PageState.QUARANTINED:
            again = self._read(page)
            if again is not None:
                return again
        return Parcel(unread(files[page.file_id].name, page.number, page.index, page.reason or POISONOUS))

    def _original(self, file: FileRecord) -> Original:
        return Original(file.id, file.name, lambda: self.store.original(file.lot_id, file.id, _ME))


def _refused(files: dict[str, FileRecord], parcels: list[tuple[PageRecord, Parcel]]) -> Iterator[Refused]:
    """Yield what could not be opened, file by file: pages first, then what is said of the file as a whole."""
    for file in files.values():
        for page, parcel in parcels:
            if page.file_id == file.id and parcel.refused is not None:
                reason = sentence(parcel.refused, page.number)
                yield Refused(name=file.name, code=parcel.refused, reason=reason)
        if file.refused is not None:
            yield Refused(name=file.name, code=file.refused, reason=sentence(file.refused))


def terms_of(batch: Batch) -> Iterator[tuple[str, str]]:
    """Yield what the lot may be found by, as kind and value."""
    if batch.bordereau is not None:
        yield from _terms(lot_number=batch.bordereau.lot_number.value, provider=batch.bordereau.provider_number.value)
        for line in batch.bordereau.lines:
            yield from _terms(nir=line.insured_nir.value, invoice=line.invoice_number.value)
    for invoice in batch.invoices:
        yield from _terms(nir=invoice.patient_nir.value, invoice=invoice.invoice_number.value)
        yield from _terms(nir=invoice.insured_nir.value, provider=invoice.provider_number.value)
    for flag in batch.flags:
        yield "flag", flag.code


def _terms(**found: str | None) -> Iterator[tuple[str, str]]:
    yield from ((kind, value) for kind, value in found.items() if value is not None)
