"""Files that arrive in parts over a line that breaks: what was answered for is safe, and nothing is there twice."""

import pytest

from intake.store.errors import ConflictError, NotFoundError
from intake.store.records import FileRecord, NewLot, UploadRecord, Viewer
from intake.store.store import Store


@pytest.fixture
def upload(store: Store, station: Viewer) -> UploadRecord:
    """A file of ten bytes that begins to arrive."""
    lot = store.open_lot(NewLot(()), station)
    return store.begin_upload(lot.id, "scan de M. Petit.pdf", 10, station)


def finish(store: Store, upload: UploadRecord, by: Viewer) -> FileRecord:
    return store.finish_upload(upload.id, by, media_type="application/pdf")


def test_parts_become_the_file_that_was_cut(store: Store, station: Viewer, upload: UploadRecord) -> None:
    """The joints must not show, equal parts included; the parts themselves are cleared away."""
    for offset, part in ((0, b"%PDF"), (4, b"%PDF"), (8, b"-1")):
        assert store.upload(upload.id, station).offset == offset
        store.append_part(upload.id, offset, part, station)
    assert b"".join(store.uploaded(upload.id, station)) == b"%PDF%PDF-1"

    file = finish(store, upload, station)

    assert (file.name, file.size) == ("scan de M. Petit.pdf", 10)
    assert b"".join(store.original(upload.lot_id, file.id, station)) == b"%PDF%PDF-1"
    assert finish(store, upload, station) == file
    assert store._parts.blobs.remove(upload.lot_id, "part-") == 0


def test_a_part_sent_again_is_not_appended_twice(store: Store, station: Viewer, upload: UploadRecord) -> None:
    """The answer was lost, the part was not: the sender is told where to go on."""
    store.append_part(upload.id, 0, b"%PDF", station)

    with pytest.raises(ConflictError):
        store.append_part(upload.id, 0, b"%PDF", station)

    assert store.upload(upload.id, station).offset == 4


def test_more_bytes_than_announced_are_refused(store: Store, station: Viewer, upload: UploadRecord) -> None:
    """Limits are checked against what was announced: it must hold."""
    with pytest.raises(ConflictError):
        store.append_part(upload.id, 0, bytes(11), station)


def test_half_a_file_is_no_file(store: Store, station: Viewer, upload: UploadRecord) -> None:
    """A lot is not acknowledged while one of its files is still on its way."""
    store.append_part(upload.id, 0, b"%PDF", station)

    with pytest.raises(ConflictError):
        finish(store, upload, station)
    with pytest.raises(ConflictError):
        store.close_lot(upload.lot_id, station)


def test_an_upload_can_be_given_up(store: Store, station: Viewer, upload: UploadRecord) -> None:
    """A scan that was sent by mistake leaves nothing behind."""
    store.append_part(upload.id, 0, b"%PDF", station)

    store.drop_upload(upload.id, station)

    with pytest.raises(NotFoundError):
        store.upload(upload.id, station)
    assert store._parts.blobs.lots().count(upload.lot_id) == 0
