"""A lot that was acknowledged is whole, safe, its sender's only, and there once."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import IO

import pytest

from intake.store.errors import ConflictError, IdempotencyError, NotFoundError
from intake.store.records import LotFilter, LotState, NewFile, NewLot, Role, Viewer
from intake.store.settings import StoreSettings
from intake.store.store import Store
from schemas.batch import Flow
from schemas.errors import InputError

SCAN = NewFile("lot de Mme Durand.pdf", b"%PDF- scanned", "application/pdf")
RESCAN = NewFile("page 2.tif", b"II* scanned again", "image/tiff")
LATE = NewFile("ordonnance.jpg", b"\xff\xd8 late", "image/jpeg")


def test_an_acknowledged_lot_comes_back_as_it_was_sent(store: Store, station: Viewer, tmp_path: Path) -> None:
    """The original is evidence: every byte, name and date must survive, whether it came from memory or from a disk."""
    on_disk = tmp_path / "scan.tif"
    on_disk.write_bytes(b"II*" + bytes(3_000_000))
    sent = NewLot((SCAN, NewFile("scan.tif", on_disk, "image/tiff")), Flow.PAPER, date(2026, 11, 20), "courrier")

    lot = store.acknowledge(sent, station)

    assert (lot.state, lot.revision) == (LotState.RECEIVED, 1)
    assert lot == store.lot(lot.id, station)
    assert (lot.flow, lot.received_on, lot.channel) == (Flow.PAPER, date(2026, 11, 20), "courrier")
    files = store.files(lot.id, station)
    assert [(file.name, file.media_type) for file in files] == [
        ("lot de Mme Durand.pdf", "application/pdf"),
        ("scan.tif", "image/tiff"),
    ]
    assert [b"".join(store.original(lot.id, file.id, station)) for file in files] == [
        b"%PDF- scanned",
        on_disk.read_bytes(),
    ]


def test_a_large_scan_is_streamed_and_comes_back(store: Store, station: Viewer) -> None:
    """A stack of 500 colour pages goes out in parts, on another path than a small file."""
    scan = bytes(range(256)) * 80_000

    lot = store.acknowledge(NewLot((NewFile("pile.pdf", scan, "application/pdf"),)), station)

    (file,) = store.files(lot.id, station)
    assert b"".join(store.original(lot.id, file.id, station)) == scan


def test_sending_again_with_the_same_key_gives_the_same_lot(store: Store, station: Viewer) -> None:
    """A station that got no answer sends again: the lot must not be read and paid twice."""
    first = store.acknowledge(NewLot((SCAN,)), station, idempotency_key="envoi 12")

    second = store.acknowledge(NewLot((SCAN,)), station, idempotency_key="envoi 12")

    assert second.id == first.id
    assert len(store.lots(LotFilter(), station).lots) == 1


def test_another_lot_under_a_used_key_is_refused(store: Store, station: Viewer) -> None:
    """A station that counts wrongly must hear of it; answering with the old lot would lose the new one."""
    store.acknowledge(NewLot((SCAN,)), station, idempotency_key="envoi 12")

    with pytest.raises(IdempotencyError):
        store.acknowledge(NewLot((RESCAN,)), station, idempotency_key="envoi 12")


def test_two_stations_may_choose_the_same_key(store: Store, station: Viewer, other_station: Viewer) -> None:
    """Keys are numbered by each station for itself: one must never get the other's lot as an answer."""
    first = store.acknowledge(NewLot((SCAN,)), station, idempotency_key="1")

    second = store.acknowledge(NewLot((SCAN,)), other_station, idempotency_key="1")

    assert first.id != second.id


def test_the_same_key_from_many_processes_at_once_makes_one_lot(settings: StoreSettings) -> None:
    """An impatient station sends the same lot over several connections, which different processes answer."""
    stores = [Store.open(settings) for _ in range(4)]
    text = stores[0].people.create_key(Role.STATION, Viewer.system("tests"), station="Lille")[1]
    station = stores[0].people.viewer_of_key(text)

    with ThreadPoolExecutor(4) as senders:
        lots = list(senders.map(lambda s: s.acknowledge(NewLot((SCAN,)), station, idempotency_key="x"), stores))

    assert len({lot.id for lot in lots}) == 1
    assert len(stores[0].lots(LotFilter(), station).lots) == 1
    assert stores[0]._parts.blobs.lots() == [lots[0].id]
    for store in stores:
        store.close()


def test_a_station_finds_its_own_lots_only(store: Store, station: Viewer, other_station: Viewer) -> None:
    """Health data: another station's lot looks exactly like one that is not there."""
    lot = store.acknowledge(NewLot((SCAN,)), station)
    (file,) = store.files(lot.id, station)
    upload = store.begin_upload(lot.id, "x.pdf", 3, station)
    nobody = Viewer("key:none", Role.STATION)
    reviewer = Viewer("user:1", Role.REVIEWER)

    for stranger in (other_station, nobody):
        for refused in (
            lambda by: store.lot(lot.id, by),
            lambda by: store.files(lot.id, by),
            lambda by: store.pages(lot.id, by),
            lambda by: store.original(lot.id, file.id, by),
            lambda by: store.page_image(lot.id, 0, by),
            lambda by: store.results(lot.id, by),
            lambda by: store.result(lot.id, by),
            lambda by: store.add_file(lot.id, RESCAN, by),
            lambda by: store.close_lot(lot.id, by),
            lambda by: store.reread(lot.id, by),
            lambda by: store.purge(lot.id, by, "request"),
            lambda by: store.begin_upload(lot.id, "y.pdf", 1, by),
            lambda by: store.upload(upload.id, by),
            lambda by: store.append_part(upload.id, 0, b"abc", by),
            lambda by: store.uploaded(upload.id, by),
            lambda by: store.finish_upload(upload.id, by, media_type="application/pdf"),
            lambda by: store.drop_upload(upload.id, by),
            store.journal.entries,
        ):
            with pytest.raises(NotFoundError):
                refused(stranger)
        assert store.lots(LotFilter(), stranger).lots == ()
    assert store.lot(lot.id, reviewer).id == lot.id


def test_a_file_of_one_lot_is_not_found_through_another(store: Store, station: Viewer, other_station: Viewer) -> None:
    """Knowing a file's number must not open it by way of a lot of one's own."""
    lot = store.acknowledge(NewLot((SCAN,)), station)
    own = store.acknowledge(NewLot((RESCAN,)), other_station)
    (file,) = store.files(lot.id, station)

    with pytest.raises(NotFoundError):
        store.original(own.id, file.id, other_station)


def test_a_lot_in_parts_is_promised_nothing_until_it_is_closed(store: Store, station: Viewer) -> None:
    """Half a lot must not be read: its forms would be told missing."""
    lot = store.open_lot(NewLot(()), station)
    with pytest.raises(ConflictError):
        store.close_lot(lot.id, station)
    store.add_file(lot.id, SCAN, station)
    assert lot.id not in {waiting.id for waiting in store.unqueued(1000)}

    closed = store.close_lot(lot.id, station)

    assert (closed.state, closed.revision) == (LotState.RECEIVED, 1)
    assert store.close_lot(lot.id, station) == closed
    assert lot.id in {waiting.id for waiting in store.unqueued(1000)}


def test_a_file_sent_again_after_a_lost_answer_is_there_once(store: Store, station: Viewer) -> None:
    """A doubled prescription would be flagged against the professional."""
    lot = store.open_lot(NewLot(()), station)

    first = store.add_file(lot.id, SCAN, station)
    second = store.add_file(lot.id, SCAN, station)

    assert first == second
    assert len(store.files(lot.id, station)) == 1


def test_a_rescan_takes_the_place_of_the_page_it_replaces(store: Store, station: Viewer) -> None:
    """Order is controlled: the new scan of the first form must not move behind the last one."""
    lot = store.acknowledge(NewLot((SCAN, LATE)), station)
    first, last = store.files(lot.id, station)

    rescan = store.add_file(lot.id, RESCAN, station, replaces=first.id)

    old, new, other = store.files(lot.id, station)
    assert (old.replaced_by, new.id, other.id) == (rescan.id, rescan.id, last.id)
    assert store.lot(lot.id, station).revision == 2
    with pytest.raises(ConflictError):
        store.add_file(lot.id, NewFile("again.tif", b"II*", "image/tiff"), station, replaces=first.id)


def test_a_late_prescription_makes_a_read_lot_wait_for_another_reading(store: Store, station: Viewer) -> None:
    """The result without it says that it is missing: it must be read again, and the first result kept."""
    lot = store.acknowledge(NewLot((SCAN,)), station)
    store.queued(lot.id, 1)
    store.conclude(lot.id, 1, "v1", b"{}")
    assert store.lot(lot.id, station).state is LotState.READ

    store.add_file(lot.id, LATE, station)

    (again,) = (waiting for waiting in store.unqueued(1000) if waiting.id == lot.id)
    assert (again.revision, again.state) == (2, LotState.RECEIVED)
    assert again.job_id != lot.job_id
    assert len(store.results(lot.id, station)) == 1


def test_a_lot_without_files_is_refused(store: Store, station: Viewer) -> None:
    """An empty request is a mistake of the sender, who must be told."""
    with pytest.raises(InputError):
        store.acknowledge(NewLot(()), station)


def test_a_file_that_cannot_be_opened_is_not_named_in_the_error(store: Store, station: Viewer, tmp_path: Path) -> None:
    """Stations name files after patients; error texts go to logs."""
    missing = NewFile("x", tmp_path / "DURAND Marie.pdf", "application/pdf")

    with pytest.raises(InputError) as caught:
        store.acknowledge(NewLot((missing,)), station)

    assert "DURAND" not in str(caught.value)
    assert caught.value.__suppress_context__


class Growing(type(Path())):
    """A file that somebody is still writing: longer each time it is opened."""

    def open(self, *_: object, **__: object) -> IO[bytes]:
        """Open it after a few bytes more came in."""
        with super().open("ab") as file:
            file.write(b"one more page")
        return super().open("rb")


def test_a_file_that_is_still_being_written_is_refused(store: Store, station: Viewer, tmp_path: Path) -> None:
    """A scanner's folder is read too early: half a stack must not pass for the whole."""
    growing = NewFile("pile.pdf", Growing(tmp_path / "pile.pdf"), "application/pdf")

    with pytest.raises(ConflictError):
        store.acknowledge(NewLot((growing,)), station)

    assert store.lots(LotFilter(), station).lots == ()


def test_a_file_refused_at_the_door_is_refused_in_the_same_commit(store: Store, station: Viewer) -> None:
    """The acknowledgement names it; a second write could fail behind it, or meet a file that took its place."""
    lot = store.acknowledge(NewLot((SCAN, NewFile("note.txt", b"bonjour", "text/plain", "not_a_document"))), station)

    assert [(file.pages, file.refused) for file in store.files(lot.id, station)] == [
        (None, None),
        (0, "not_a_document"),
    ]


def test_a_piece_cut_by_a_power_failure_is_written_again(store: Store, station: Viewer) -> None:
    """The station sends the rescan again; that its first half is there already must not pass for the whole."""
    lot = store.acknowledge(NewLot((SCAN,)), station)
    sha256 = hashlib.sha256(RESCAN.content if isinstance(RESCAN.content, bytes) else b"").hexdigest()
    store._parts.blobs.put(f"{lot.id}/{sha256}", [b"\x01"])

    file = store.add_file(lot.id, RESCAN, station)

    assert b"".join(store.original(lot.id, file.id, station)) == RESCAN.content


@pytest.mark.parametrize("odd", ["", "\0", "x\0", "é" * 500])
def test_an_id_that_no_lot_can_have_is_the_senders_fault(store: Store, station: Viewer, odd: str) -> None:
    """PostgreSQL takes no zero byte: that must not look like a database that is away, or the sender tries for ever."""
    with pytest.raises(InputError):
        store.lot(odd, station)
