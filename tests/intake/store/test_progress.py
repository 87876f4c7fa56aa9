"""A lot is read page by page, by workers that may die at any point and do their work again."""

import pytest

from intake.store.errors import ConflictError, NotFoundError
from intake.store.records import LotFilter, LotState, NewFile, NewLot, PageState, Viewer
from intake.store.store import Store
from schemas.errors import InputError

STACK = NewFile("pile.pdf", b"%PDF- three pages", "application/pdf")
LATE = NewFile("ordonnance.jpg", b"\xff\xd8 late", "image/jpeg")
WORKER = Viewer.system("tests")


@pytest.fixture
def lot_id(store: Store, station: Viewer) -> str:
    """An acknowledged lot whose file was opened: three pages."""
    lot = store.acknowledge(NewLot((STACK,)), station)
    (file,) = store.files(lot.id, station)
    store.file_opened(lot.id, file.id, pages=3)
    return lot.id


def read_page(store: Store, lot_id: str, index: int, version: str = "v1", content: bytes = b"reading") -> bool:
    page = store.page(lot_id, index)
    return store.page_read(lot_id, index, page.sha256, version, content, b"jpeg of the page")


def test_a_lot_is_handed_out_until_it_is_queued_and_waits_until_it_is_concluded(store: Store, station: Viewer) -> None:
    """Acknowledging and queueing are two commits: between them a machine may die, and the sweep finds the lot."""
    lot = store.acknowledge(NewLot((STACK,)), station)
    assert lot.id in {waiting.id for waiting in store.unqueued(1000)}

    store.queued(lot.id, lot.revision)

    assert lot.id not in {waiting.id for waiting in store.unqueued(1000)}
    assert store.start_reading(lot.id, 1).state is LotState.READING
    assert lot.id in {waiting.id for waiting in store.unfinished(1000)}
    store.conclude(lot.id, 1, "v1", b"{}")
    assert lot.id not in {waiting.id for waiting in store.unfinished(1000)}


def test_a_file_opened_twice_has_its_pages_once(store: Store, station: Viewer, lot_id: str) -> None:
    """A worker that died after opening a file is followed by one that opens it again."""
    (file,) = store.files(lot_id, station)

    store.file_opened(lot_id, file.id, pages=3)

    assert [(page.index, page.number) for page in store.pages(lot_id, station)] == [(0, 1), (1, 2), (2, 3)]
    assert store.lot(lot_id, station).pages == 3


def test_a_page_is_read_once_by_one_version(store: Store, lot_id: str, station: Viewer) -> None:
    """Two workers that both believe the page is theirs give one reading, the first."""
    assert read_page(store, lot_id, 0, content=b"first")
    assert not read_page(store, lot_id, 0, content=b"second")

    (page, content), *rest = store.readings(lot_id, "v1")

    assert (page.state, content) == (PageState.READ, b"first")
    assert [reading for _, reading in rest] == [None, None]
    assert store.waiting_pages(lot_id) == 2
    assert store.page_image(lot_id, 0, station) == b"jpeg of the page"
    with pytest.raises(NotFoundError):
        store.page_image(lot_id, 1, station)


def test_a_page_read_by_an_older_version_is_read_again_by_a_newer_one(store: Store, lot_id: str) -> None:
    """An upgrade in the middle of a lot must not mix two programs in one result."""
    read_page(store, lot_id, 0, "v1", b"old")

    assert read_page(store, lot_id, 0, "v2", b"new")

    assert next(store.readings(lot_id, "v1"))[1] == b"old"
    assert next(store.readings(lot_id, "v2"))[1] == b"new"


def test_a_reading_of_another_file_is_refused(store: Store, lot_id: str) -> None:
    """A worker that mixed up its papers must not put one patient's page into another one's lot."""
    with pytest.raises(ConflictError):
        store.page_read(lot_id, 0, "0" * 64, "v1", b"reading")


def test_a_page_that_kills_its_process_is_counted_and_given_up(store: Store, lot_id: str, station: Viewer) -> None:
    """The count is kept before the reading starts, so it survives the process; the rest of the lot goes on."""
    assert [store.begin_page(lot_id, 1) for _ in range(3)] == [1, 2, 3]

    store.quarantine(lot_id, 1, "crash")

    page = store.page(lot_id, 1)
    assert (page.state, page.reason, page.attempts) == (PageState.QUARANTINED, "crash", 3)
    assert store.lot(lot_id, station).pages_quarantined == 1
    assert store.waiting_pages(lot_id) == 2


def test_a_page_that_was_read_is_not_given_up_afterwards(store: Store, lot_id: str) -> None:
    """A slow worker that is believed dead may still bring its reading."""
    read_page(store, lot_id, 1)

    store.quarantine(lot_id, 1, "crash")

    assert store.page(lot_id, 1).state is PageState.READ


def test_a_revision_has_one_result_whatever_comes(store: Store, lot_id: str, station: Viewer) -> None:
    """Two results of one lot may be paid twice: the first stays, and whoever asks gets the same."""
    first = store.conclude(lot_id, 1, "v1", b'{"decision": "accepted"}')
    second = store.conclude(lot_id, 1, "v1", b'{"decision": "review"}')
    late = store.conclude(lot_id, 1, "v2", b'{"decision": "review"}')  # upgraded while it was taken for dead

    assert (second, late) == (first, first)
    assert store.result(lot_id, station) == (first, b'{"decision": "accepted"}')
    assert store.results(lot_id, station) == (first,)


def test_reading_again_keeps_what_was_read_before(store: Store, lot_id: str, station: Viewer) -> None:
    """After an upgrade one must still be able to say what the older program had said, and paid."""
    read_page(store, lot_id, 0)
    store.quarantine(lot_id, 1, "crash")
    old = store.conclude(lot_id, 1, "v1", b"old")

    again = store.reread(lot_id, station)
    assert (again.state, again.revision) == (LotState.RECEIVED, 2)
    assert store.waiting_pages(lot_id) == 3
    assert store.page(lot_id, 1).attempts == 0
    new = store.conclude(lot_id, 2, "v2", b"new")

    assert store.results(lot_id, station) == (new, old)
    assert store.result(lot_id, station, version="v1") == (old, b"old")
    assert store.result(lot_id, station) == (new, b"new")


def test_a_result_of_an_outdated_revision_does_not_end_the_newer_one(
    store: Store, lot_id: str, station: Viewer
) -> None:
    """A prescription that comes in while the lot is being read must still be read."""
    store.start_reading(lot_id, 1)
    store.add_file(lot_id, LATE, station)

    store.conclude(lot_id, 1, "v1", b"without the prescription")
    store.fail(lot_id, 1, "resource")

    assert store.start_reading(lot_id, 1).state is LotState.RECEIVED
    assert lot_id in {waiting.id for waiting in store.unqueued(1000)}
    assert store.start_reading(lot_id, 2).state is LotState.READING


def test_readings_come_in_paper_order_and_without_what_was_replaced(store: Store, station: Viewer) -> None:
    """The order of the pieces is controlled: a rescan stands where the bad scan stood."""
    lot = store.acknowledge(NewLot((STACK, LATE)), station)
    for file in store.files(lot.id, station):
        store.file_opened(lot.id, file.id, pages=1)
    bad, _ = store.files(lot.id, station)

    rescan = store.add_file(lot.id, NewFile("rescan.tif", b"II*", "image/tiff"), station, replaces=bad.id)
    store.file_opened(lot.id, rescan.id, pages=2)

    assert [(page.index, page.number) for page, _ in store.readings(lot.id, "v1")] == [(2, 1), (3, 2), (1, 1)]
    assert [page.index for page in store.pages(lot.id, station)] == [2, 3, 1]
    assert store.lot(lot.id, station).pages == 3


def test_a_failed_lot_says_why_and_may_be_read_again(store: Store, lot_id: str, station: Viewer) -> None:
    """A fault of the program is the program's to mend; the lot stays."""
    store.fail(lot_id, 1, "input.several_lots")
    assert store.lot(lot_id, station).failure == "input.several_lots"

    again = store.reread(lot_id, station)

    assert (again.state, again.failure) == (LotState.RECEIVED, None)


def test_a_lot_is_found_by_what_stands_on_it(store: Store, lot_id: str, station: Viewer, other_station: Viewer) -> None:
    """A patient asks where her care is: the lot is found by her NIR, which the database does not hold."""
    store.conclude(lot_id, 1, "v1", b"{}", terms=[("nir", "269054958815780"), ("flag", "erasure")])
    wanted = LotFilter(terms={"nir": "269054958815780", "flag": "erasure"})

    assert [lot.id for lot in store.lots(wanted, station).lots] == [lot_id]
    assert store.lots(wanted, other_station).lots == ()
    assert store.lots(LotFilter(terms={"flag": "269054958815780"}), station).lots == ()
    assert store.lots(LotFilter(terms={"nir": "269054958815781"}), station).lots == ()


def test_lots_are_listed_by_state_the_latest_first_and_page_by_page(store: Store, station: Viewer) -> None:
    """A station with thousands of lots looks at them fifty at a time, and none is missing or told twice."""
    sent = [store.acknowledge(NewLot((NewFile("a.pdf", bytes([n]), "application/pdf"),)), station) for n in range(5)]
    store.start_reading(sent[0].id, 1)
    waiting = LotFilter(frozenset({LotState.RECEIVED}), since=sent[0].created_at)

    shown: list[str] = []
    cursor = None
    while True:
        listing = store.lots(waiting, station, cursor=cursor, limit=2)
        shown += [lot.id for lot in listing.lots]
        cursor = listing.cursor
        if cursor is None:
            break

    assert shown == [lot.id for lot in reversed(sent[1:])]
    assert store.lots(LotFilter(until=sent[0].created_at), station).lots == ()


@pytest.mark.parametrize("cursor", ["", "x", "W10=", "WyIyMDI2IiwgMV0=", "é"])
def test_a_cursor_somebody_made_up_is_refused(store: Store, station: Viewer, cursor: str) -> None:
    """It comes from outside: it must be an answer of ours, never a crash."""
    with pytest.raises(InputError):
        store.lots(LotFilter(), station, cursor=cursor)


def test_workers_give_signs_of_life(store: Store) -> None:
    """Who gives none any more is dead, and its pages are taken over."""
    store.beat("machine-1/12")
    store.beat("machine-1/12")
    store.beat("machine-2/7")
    assert store.beats() == {"machine-1/12": 2, "machine-2/7": 1}

    store.forget_worker("machine-2/7")

    assert store.beats() == {"machine-1/12": 2}
    store.forget_worker("machine-1/12")
