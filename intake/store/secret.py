"""The installation's own secret: it keys every hash of what could be guessed (a NIR, who asked, an API key).

So a copy of the database alone tells nothing. The secret is kept wrapped by the master key, which it proves right at
every start.
"""

import hashlib
import hmac
import os
from typing import Final, Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.store.keyring import KEY_BYTES, KeyRing, Wrapped
from intake.store.models import Installation, JournalHead

_PURPOSE: Final = "installation"
#: what the first line of the journal follows
GENESIS: Final = "0" * 64


class Secret:
    """Keyed hashes, each for one purpose."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def open(cls, session: Session, ring: KeyRing) -> Self:
        """Return the secret of this database; an empty one gets its own, and the beginning of its journal.

        Raises:
            MasterKeyError: the ring is not the one the database was sealed with.
        """
        row = session.execute(select(Installation).with_for_update()).scalar_one_or_none()
        if row is not None:
            return cls(ring.unwrap(Wrapped(row.key_id, row.wrapped_secret), _PURPOSE))
        key = os.urandom(KEY_BYTES)
        wrapped = ring.wrap(key, _PURPOSE)
        session.add(Installation(id=1, key_id=wrapped.key_id, wrapped_secret=wrapped.sealed))
        secret = cls(key)
        session.add(JournalHead(id=1, seq=0, hash=GENESIS, mac=secret.digest("journal head", "0", GENESIS)))
        return secret

    def rewrap(self, session: Session, ring: KeyRing) -> None:
        """Close the secret under the ring's current master key."""
        row = session.execute(select(Installation).with_for_update()).scalar_one()
        wrapped = ring.wrap(self._key, _PURPOSE)
        row.key_id, row.wrapped_secret = wrapped.key_id, wrapped.sealed

    def digest(self, purpose: str, *parts: str) -> bytes:
        """Return the keyed hash (HMAC-SHA256) of *parts* for a *purpose*; other parts never give the same bytes."""
        message = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in (purpose, *parts))
        return hmac.digest(self._key, message, hashlib.sha256)
