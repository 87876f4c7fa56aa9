"""Lots read in the background, part by part; the kills are in ``test_jobs_kills``."""

import json
import pickle
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from extractors.decoding.ink import ListedInk
from extractors.reading import PageReading
from intake.jobs.parcels import Parcel, pack, unpack
from intake.jobs.pulse import Pulse
from intake.jobs.reader import Original, PageReader
from intake.jobs.settings import JobSettings
from intake.jobs.turns import Turns
from intake.jobs.work import LotWork, SeveralLotsError, terms_of
from intake.settings import Settings
from intake.store.errors import BlobError, DamagedError
from intake.store.records import LotState, NewFile, NewLot, PageState, Viewer
from intake.store.settings import StoreSettings
from intake.store.store import Store
from schemas.batch import Batch, Program
from schemas.field import Field
from schemas.invoice import Invoice
from schemas.page import Page, PageKind
from tests.intake.lots import lot_of, tiff
from tests.intake.working import NamedReaders

TESTER = Viewer.system("tests")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    opened = Store.open(StoreSettings(data=tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def reader() -> Iterator[PageReader]:
    """Readers that do what a file is called."""
    with PageReader(Settings(workers=1), new_workers=NamedReaders) as opened:
        yield opened


def work_on(store: Store, reader: PageReader, **jobs: int) -> LotWork:
    return LotWork(store, reader, Settings(workers=1, jobs=JobSettings(**jobs)))


def read_through(work: LotWork, lot_id: str) -> None:
    """Do to a lot all that is to be done."""
    for index in work.open(lot_id, 1):
        work.read(lot_id, index)
    work.conclude(lot_id, 1)


def test_a_lot_is_read_page_by_page_and_concluded(store: Store, reader: PageReader) -> None:
    """The whole journey: files opened, refused ones named, pages read in order, one result with what was asked for."""
    files = (NewFile("a.tiff", tiff(2), "image/tiff"), NewFile("b.txt", b"bonjour", "application/octet-stream"))
    lot_id = store.acknowledge(NewLot((*files, NewFile("c.tiff", tiff(1), "image/tiff")), channel="poste"), TESTER).id

    read_through(work_on(store, reader), lot_id)

    result = json.loads(store.result(lot_id, TESTER)[1])
    assert [(p["index"], p["file"], p["number"]) for p in result["pages"]] == [
        (0, "a.tiff", 1),
        (1, "a.tiff", 2),
        (2, "c.tiff", 1),
    ]
    assert [(refused["name"], refused["code"]) for refused in result["refused"]] == [("b.txt", "not_a_document")]
    assert result["channel"] == "poste"
    assert store.lot(lot_id, TESTER).state is LotState.READ
    assert store.page_image(lot_id, 0, TESTER) == b"\xff\xd8image"


def test_the_last_page_says_so(store: Store, reader: PageReader) -> None:
    """It is what queues the conclusion: said too early a page is missing, said never the lot waits for ever."""
    work = work_on(store, reader)
    lot_id = store.acknowledge(lot_of(3), TESTER).id
    pages = work.open(lot_id, 1)

    said = [work.read(lot_id, index) for index in pages]

    assert said == [False, False, True]
    assert work.read(lot_id, pages[0])  # again, by a worker that took it over: the same answer, and nothing is read


def test_what_one_version_read_another_reads_again(store: Store, reader: PageReader) -> None:
    """An upgrade in mid-lot: one version answers for the whole result, or nobody can say what read it."""
    older, newer = work_on(store, reader), work_on(store, reader)
    older._version = "old"
    lot_id = store.acknowledge(lot_of(2), TESTER).id
    first, second = older.open(lot_id, 1)

    older.read(lot_id, first)
    newer.read(lot_id, second)
    newer.conclude(lot_id, 1)

    assert [content is not None for _, content in store.readings(lot_id, newer._version)] == [True, True]
    assert store.result(lot_id, TESTER)[0].version == newer._version


def test_a_page_begun_too_often_is_set_aside_with_its_reason(store: Store, reader: PageReader) -> None:
    """What kills its worker each time is never read by this program: the lot goes on without it."""
    work = work_on(store, reader, page_attempts=2)
    lot_id = store.acknowledge(lot_of(2), TESTER).id
    poisonous, good = work.open(lot_id, 1)
    for _ in range(2):
        store.begin_page(lot_id, poisonous)  # and its worker died

    work.read(lot_id, poisonous)
    work.read(lot_id, good)
    work.conclude(lot_id, 1)

    assert [(p.state, p.reason) for p in store.pages(lot_id, TESTER)] == [
        (PageState.QUARANTINED, "crash"),
        (PageState.READ, None),
    ]
    assert [page["problem"] for page in json.loads(store.result(lot_id, TESTER)[1])["pages"]] == ["crash", None]


def test_a_page_that_could_not_be_stored_is_not_suspected(store: Store, reader: PageReader) -> None:
    """While the blob store is away for a day each worker begins the page: no innocent one may be set aside for it."""
    lot_id = store.acknowledge(lot_of(1), TESTER).id
    [index] = work_on(store, reader).open(lot_id, 1)
    folder = store.settings.data / "blobs"
    for _ in range(3):
        folder.rename(folder.with_name("away"))
        folder.touch()
        with pytest.raises(BlobError):
            work_on(store, reader, page_attempts=1).read(lot_id, index)  # another worker each time
        folder.unlink()
        folder.with_name("away").rename(folder)

    work_on(store, reader, page_attempts=1).read(lot_id, index)

    assert store.page(lot_id, index).state is PageState.READ


def test_a_stack_of_several_lots_is_not_taken_for_one(
    store: Store, reader: PageReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One result stands for one lot: a stack of two is given back to its sender, with the reason."""
    monkeypatch.setattr("intake.jobs.work.conclude", lambda *_, **__: [None, None])
    lot_id = store.acknowledge(lot_of(1), TESTER).id

    with pytest.raises(SeveralLotsError):
        read_through(work_on(store, reader), lot_id)


def test_nothing_of_a_paper_is_left_in_a_file(reader: PageReader) -> None:
    """A killed worker leaves its temporary folder behind: whoever finds it must find nothing to read."""
    original = Original("1", "Mme Secret.tiff", lambda: [tiff(1)])

    parcel, image = reader.read(original, 1, 0)

    assert (parcel.reading.page.file, image) == ("Mme Secret.tiff", b"\xff\xd8image")
    left = list(reader._folder.rglob("*"))
    assert left
    assert all(path.is_symlink() and "deleted" in str(path.readlink().readlink()) for path in left)
    assert not any("Secret" in path.name for path in left)


def test_a_parcel_keeps_what_the_ink_may_say() -> None:
    """The conclusion weighs it; a reading that lost it in the store would be decided worse than one that did not."""
    number = Field[str](value="12", confidence=0.6).with_ink(ListedInk((("12", 0.6), ("72", 0.4)), elsewhere=0.0))
    page = Page(index=0, file="lot.pdf", number=1, kind=PageKind.FEUILLE, kind_confidence=1.0)
    reading = PageReading(page, invoice=Invoice(pages=(0,), invoice_number=number))

    back = unpack(pack(Parcel(reading, "truncated")))

    assert back == Parcel(reading, "truncated")
    assert back.reading.invoice is not None
    assert back.reading.invoice.invoice_number.ink is not None
    assert back.reading.invoice.invoice_number.ink.share("72") == pytest.approx(0.4)


@pytest.mark.parametrize("smuggled", [print, Path("/etc"), np.load])
def test_nothing_but_readings_comes_out_of_a_parcel(smuggled: object) -> None:
    """A pickle can name any function there is; whoever gets to write one into the store must gain nothing."""
    with pytest.raises(DamagedError):
        unpack(zlib.compress(pickle.dumps((smuggled, None))))


def test_a_worker_is_dead_after_so_many_looks_without_a_sign_of_life() -> None:
    """Looks are counted, not seconds: a clock that jumps declares nobody dead."""
    pulse = Pulse("me", missed=3)
    beats = {"me": 1, "alive": 1, "silent": 7}

    found = []
    for look in range(4):
        found.append(pulse.dead(beats))
        beats = {**beats, "alive": 2 + look}

    assert found == [[], [], [], ["silent"]]


def test_a_suspect_page_is_read_alone() -> None:
    """What may kill the process takes no neighbour along: it waits for those in hand, and the others wait for it."""
    turns, order = Turns(), []
    alone_waits, finished = threading.Event(), threading.Event()

    def suspect() -> None:
        alone_waits.set()
        with turns.alone():
            order.append("suspect")

    def neighbour() -> None:
        with turns.together():
            order.append("neighbour")
        finished.set()

    with turns.together():
        threading.Thread(target=suspect).start()
        alone_waits.wait()
        while not turns._suspects:
            threading.Event().wait(0.001)
        threading.Thread(target=neighbour).start()
        order.append("in hand")
    finished.wait()

    assert order == ["in hand", "suspect", "neighbour"]


def test_a_lot_is_found_by_who_and_what_stands_in_it() -> None:
    """An insured calls: the clerk searches by NIR, and finds forms and bordereau lines alike."""
    invoice = Invoice(
        pages=(0,),
        invoice_number=Field[str](value="000123", confidence=1.0),
        patient_nir=Field[str](value="269054958815780", confidence=1.0),
    )
    batch = Batch(program=Program(version="1", models={}, templates=()), invoices=(invoice,))

    assert set(terms_of(batch)) == {("nir", "269054958815780"), ("invoice", "000123")}


def test_a_lot_that_changed_meanwhile_is_concluded_by_its_newer_reading_only(store: Store, reader: PageReader) -> None:
    """A late prescription comes in: a result of the papers before it would be read twice, and be wrong."""
    work = work_on(store, reader)
    lot_id = store.acknowledge(lot_of(1), TESTER).id
    [index] = work.open(lot_id, 1)
    work.read(lot_id, index)
    store.add_file(lot_id, NewFile("late.tiff", tiff(2), "image/tiff"), TESTER)

    work.conclude(lot_id, 1)

    assert store.results(lot_id, TESTER) == ()
