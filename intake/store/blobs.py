"""Sealed pieces by content address, ``{lot id}/{sha256 of the plain bytes}``: in a folder, or in an S3 store.

A piece is written once and never changed. What this module gets and gives is sealed already: it sees no plain byte.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PermissionDeniedError
from obstore.store import LocalStore, S3Store

from intake.store.errors import BlobError, DamagedError, SetupError, StorageFullError
from intake.store.settings import StoreSettings

if TYPE_CHECKING:
    from obstore.store import ObjectStore

#: A piece up to this many bytes goes out in one request, which the store itself refuses to do twice; a larger one is
#: streamed in parts, so that memory stays flat. Scans are 0.1 to 1 MB, a lot in one PDF about 10 MB.
_ONE_REQUEST_BYTES: Final = 16 << 20
#: What obstore's texts say of a full disk or quota (errno 28 and 122), as it has no class for it.
_FULL: Final = ("(os error 28)", "(os error 122)", "QuotaExceeded", "XMinioStorageFull", "InsufficientStorage")
_READ_ONLY: Final = ("(os error 30)", "(os error 13)", "(os error 1)", "AccessDenied")
_RETRIES: Final = 3
#: The piece that names the database the store belongs to.
_MARK: Final = ".installation"


class Blobs:
    """A store of sealed pieces.

    Args:
        store: obstore's.
        folder: its root, where it is a folder of this machine: pieces are then forced to the disk before they count.
    """

    def __init__(self, store: "ObjectStore", folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder

    @classmethod
    def open(cls, settings: StoreSettings) -> Self:
        """Return the blob store the settings name; a folder is made where it is not there."""
        if settings.blobs_url is None:
            folder = settings.data / "blobs"
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as exc:
                raise BlobError("the folder of the blobs cannot be made") from exc
            return cls(LocalStore(folder), folder)
        if not settings.blobs_url.startswith("s3://"):
            raise SetupError("blobs_url is s3://bucket/prefix, or not set for a folder")
        options = {name: value.get_secret_value() for name, value in settings.blobs_options.items()}
        patience = timedelta(seconds=settings.blobs_wait_s)
        try:
            store = S3Store.from_url(
                settings.blobs_url,
                config=options,  # type: ignore[arg-type]
                client_options={
                    "timeout": patience,
                    "connect_timeout": patience,
                    "allow_http": options.get("endpoint", "").startswith("http://"),
                },
                retry_config={"max_retries": _RETRIES, "retry_timeout": patience},
            )
        except (BaseError, ValueError) as exc:
            raise SetupError("the S3 store cannot be set up: look at blobs_url and blobs_options") from exc
        return cls(store)

    def put(self, path: str, sealed: Iterable[bytes]) -> None:
        """Write a piece, all or nothing; one that is there whole stays as it is, or is written anew where it is large.

        Raises:
            BlobError: it cannot be written.
        """
        parts = iter(sealed)
        head: list[bytes] = []
        size = 0
        for part in parts:
            head.append(part)
            size += len(part)
            if size > _ONE_REQUEST_BYTES:
                break
        with _told("written"):
            if size <= _ONE_REQUEST_BYTES:
                try:
                    self._store.put(path, b"".join(head), mode="create")
                except AlreadyExistsError:
                    if self._store.head(path)["size"] != size:  # a power cut took its end before it was forced
                        self._store.put(path, b"".join(head))
            else:  # cannot be create-if-absent: the same plain bytes are written under the same address again
                self._store.put(path, chain(head, parts))
            self._force_to_disk(path)  # also where another wrote it, who may have died before this line

    def get(self, path: str) -> Iterator[bytes]:
        """Yield the bytes of a piece.

        Raises:
            DamagedError: it is not there.
            BlobError: the store does not answer.
        """
        try:
            with _told("read"):
                for part in self._store.get(path).stream():
                    yield bytes(part)
        except DamagedError:
            with _told("found"):  # without its mark it is another one, as an empty mount point: nothing is lost
                self._store.head(_MARK)
            raise

    def age_s(self, lot_id: str) -> float:
        """Return how many seconds ago the youngest piece of a lot was written."""
        with _told("read"):
            times = [meta["last_modified"] for page in self._store.list(f"{lot_id}/") for meta in page]
        return (datetime.now(UTC) - max(times)).total_seconds() if times else 0.0

    def lots(self) -> list[str]:
        """Return the ids of the lots that have pieces."""
        with _told("read"):
            return [prefix.rstrip("/") for prefix in obstore.list_with_delimiter(self._store)["common_prefixes"]]

    def remove(self, lot_id: str, prefix: str = "") -> int:
        """Remove the pieces of a lot whose names begin with *prefix*, and return how many there were."""
        start = f"{lot_id}/{prefix}"
        with _told("removed"):
            listed = [meta["path"] for page in self._store.list(f"{lot_id}/") for meta in page]
            paths = [path for path in listed if path.startswith(start)]
            for path in paths:
                with suppress(FileNotFoundError):  # another process removes them too
                    self._store.delete(path)
        if self._folder is not None:
            with suppress(OSError):  # it is not empty, or went already
                (self._folder / lot_id).rmdir()
        return len(paths)

    def claim(self, owner: str) -> None:
        """Make the store this installation's, or see that it is: another one would sweep away what it does not know.

        Raises:
            SetupError: it is another installation's.
        """
        found = owner
        with _told("written"):
            try:
                self._store.put(_MARK, owner.encode(), mode="create")
            except AlreadyExistsError:
                found = bytes(self._store.get(_MARK).bytes()).decode()
        if found != owner:
            raise SetupError("the blob store belongs to another database: give each its own folder, bucket or prefix")

    def check(self) -> None:
        """Raise unless the store answers and can be written."""
        with _told("written"):
            self._store.put(".ready", b"")

    def _force_to_disk(self, path: str) -> None:
        """Wait until a piece would survive a power cut; obstore writes a folder's files without that."""
        if self._folder is None:
            return
        for place in (self._folder / path, (self._folder / path).parent, self._folder):
            descriptor = os.open(place, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


@contextmanager
def _told(done: str) -> Iterator[None]:
    """Tell the store's errors in our words; paths and addresses stay out of the message."""
    try:
        yield
    except (BaseError, OSError) as exc:
        if isinstance(exc, FileNotFoundError) and done == "read":
            raise DamagedError("a sealed piece is missing from the blob store") from exc
        text = str(exc)
        if any(sign in text for sign in _FULL) or getattr(exc, "errno", None) in {28, 122}:
            raise StorageFullError("the blob store is full: make room, then send again") from exc
        if isinstance(exc, PermissionDeniedError) or any(sign in text for sign in _READ_ONLY):
            raise BlobError("the blob store is read-only, or refuses this program: look at its rights") from exc
        raise BlobError(f"a sealed piece cannot be {done}: the blob store does not answer") from exc
