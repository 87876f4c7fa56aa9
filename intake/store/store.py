"""The store of an installation: lots arrive, are read, are looked at, and go. Made by ``intake.bootstrap``."""

from contextlib import suppress
from typing import Self

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from intake.journal import Journal
from intake.people.accounts import People
from intake.store.beats import Beats
from intake.store.blobs import Blobs
from intake.store.database import Database
from intake.store.errors import BlobError, SetupError
from intake.store.keyring import KeyRing, load_ring
from intake.store.looking import Looking
from intake.store.models import Installation
from intake.store.parts import Parts
from intake.store.progress import Progress
from intake.store.removal import Removal
from intake.store.sealing import Vault
from intake.store.secret import Secret
from intake.store.settings import StoreSettings
from intake.store.uploads import Uploads


class Store(Uploads, Progress, Beats, Looking, Removal):
    """Everything that is kept. Each method is one transaction; threads may share a store, forked processes may not."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self.settings = parts.settings
        self.journal = parts.journal
        self.people = People(parts.database, parts.secret, parts.journal)

    @classmethod
    def open(cls, settings: StoreSettings) -> Self:
        """Return the store of *settings*: tables brought up to date, keys tried; an empty one is set up.

        Raises:
            SetupError: the installation must be mended first; the message says how.
            DatabaseError: the database does not answer.
        """
        if settings.database_url is None or settings.blobs_url is None or settings.master_keys is None:
            try:
                settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as exc:
                raise SetupError("the data folder cannot be made: set LIASSE_STORE__DATA to one that can") from exc
        database = Database(settings)
        try:
            database.migrate()
            ring, secret = _open_keys(database, settings)
            vault = Vault(ring)
            parts = Parts(settings, database, Blobs.open(settings), vault, secret, Journal(database, vault, secret))
            with suppress(BlobError):  # a store that does not answer yet stops no start: `ready` tells it
                parts.claim_blobs()
        except BaseException:
            database.close()
            raise
        return cls(parts)

    def ready(self) -> None:
        """Raise unless the database and the blob store answer and can be written."""
        self._parts.database.check()
        self._parts.blobs.check()

    def close(self) -> None:
        """Close the connections to the database."""
        self._parts.database.close()


def _open_keys(database: Database, settings: StoreSettings) -> tuple[KeyRing, Secret]:
    """Return the master keys and the installation's secret; both are made for an empty database, and only then."""
    try:
        return _try_keys(database, settings)
    except IntegrityError:  # another process set the installation up at this very moment
        return _try_keys(database, settings)


def _try_keys(database: Database, settings: StoreSettings) -> tuple[KeyRing, Secret]:
    with database.writing() as session:
        is_new = session.execute(select(Installation.id)).scalar_one_or_none() is None
        ring = load_ring(settings, make=is_new)
        return ring, Secret.open(session, ring)
