"""The journal: who did what to which lot, when; each line holds the hash of all before it, so that none can be changed.

A line's hash covers its details as they are sealed: a purge destroys the lot's key, the details become noise, and the
chain still verifies. The head of the chain carries a code that only this installation can make: who can write to the
database, but has no master key, cannot shorten or replace the journal without being found out. What a code cannot show
is a whole older database put back: note the head that ``liasse journal verify`` prints, outside.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.store.database import Database
from intake.store.errors import NotFoundError
from intake.store.keyring import Wrapped
from intake.store.models import JournalEntry, JournalHead, Lot
from intake.store.records import Role, Viewer
from intake.store.sealing import LotKey, Vault
from intake.store.secret import GENESIS, Secret


@dataclass(frozen=True, slots=True)
class JournalRecord:
    """One line, as an auditor reads it."""

    seq: int
    at: datetime
    actor: str
    action: str
    lot_id: str | None
    #: without identities
    facts: Mapping[str, Any]
    #: what may name a person; None where there is nothing, or the lot was purged
    details: Mapping[str, Any] | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the journal is whole."""

    #: lines that are proved
    entries: int
    #: hash of the last of them
    head: str
    #: number of the first line that is not what was written, None when the journal is whole
    broken_at: int | None = None
    #: what is wrong there, in French
    why: str | None = None


class Journal:
    """The journal of an installation."""

    def __init__(self, database: Database, vault: Vault, secret: Secret) -> None:
        self._database = database
        self._vault = vault
        self._secret = secret

    def write(
        self,
        session: Session,
        by: Viewer,
        action: str,
        *,
        lot_id: str | None = None,
        facts: Mapping[str, Any] | None = None,
        details: tuple[LotKey, Mapping[str, Any]] | None = None,
    ) -> None:
        """Append a line within the caller's transaction, as its last act: the head stays locked until it ends.

        Args:
            session: of the change the line tells of: both are kept, or neither.
            by: who did it.
            action: a stable code, ``lot.received``.
            lot_id: of the lot it was done to.
            facts: without identities: codes, counts, hashes.
            details: what may name a person, and the lot's key to seal it with.
        """
        head = session.execute(select(JournalHead).with_for_update()).scalar_one()
        entry = JournalEntry(
            seq=head.seq + 1,
            at=datetime.now(UTC).isoformat(timespec="microseconds"),
            actor=by.actor,
            action=action,
            lot_id=lot_id,
            facts=_canonical(facts or {}),
        )
        if details is not None:
            key, content = details
            entry.sealed_details = key.seal(f"journal/{entry.seq}", _canonical(content).encode())
        entry.hash = _chained(head.hash, entry)
        session.add(entry)
        head.seq, head.hash, head.mac = entry.seq, entry.hash, self._head_code(entry.seq, entry.hash)

    def record(
        self,
        by: Viewer,
        action: str,
        *,
        lot_id: str | None = None,
        facts: Mapping[str, Any] | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Append a line on its own: a page that was looked at, an export. *details* need a lot that has its key."""
        with self._database.writing() as session:
            sealed = None
            if details is not None:
                key = self._key(session, lot_id)
                if key is None:
                    raise NotFoundError("details belong to a lot whose key is there")
                sealed = (key, details)
            self.write(session, by, action, lot_id=lot_id, facts=facts, details=sealed)

    def entries(
        self, by: Viewer, *, lot_id: str | None = None, after: int = 0, limit: int = 100
    ) -> tuple[JournalRecord, ...]:
        """Return lines in order, those of one lot or of all; a station has no journal to read."""
        if by.role is Role.STATION:
            raise NotFoundError("no such journal")
        query = select(JournalEntry).where(JournalEntry.seq > after).order_by(JournalEntry.seq).limit(limit)
        if lot_id is not None:
            query = query.where(JournalEntry.lot_id == lot_id)
        with self._database.reading() as session:
            return tuple(self._record(session, entry) for entry in session.scalars(query))

    def verify(self, noted: str | None = None) -> Verdict:
        """Compute the chain again from its beginning and say whether it is whole, or where it first breaks.

        Args:
            noted: a head that was noted outside earlier; the journal must hold it, or an older database was put back.
        """
        last, seq, is_noted = GENESIS, 0, noted is None
        ordered = select(JournalEntry).order_by(JournalEntry.seq).execution_options(yield_per=1000)
        with self._database.reading() as session, closing(session.scalars(ordered)) as entries:
            head = session.execute(select(JournalHead)).scalar_one_or_none()
            for entry in entries:
                if entry.seq != seq + 1:
                    return Verdict(seq, last, seq + 1, "absente, ou numérotée autrement")
                if entry.hash != _chained(last, entry):
                    return Verdict(seq, last, entry.seq, "modifiée, ou autre que celle qui fut écrite")
                last, seq = entry.hash, entry.seq
                is_noted = is_noted or last == noted
        if head is None or not hmac.compare_digest(head.mac, self._head_code(head.seq, head.hash)):
            return Verdict(seq, last, seq, "la tête n'a pas été écrite par cette installation")
        if (head.seq, head.hash) != (seq, last):
            return Verdict(seq, last, min(head.seq, seq) + 1, "absente, ou ajoutée par un autre que cette installation")
        if not is_noted:
            return Verdict(seq, last, seq + 1, "absente : la tête notée n'est plus dans le journal")
        return Verdict(seq, last)

    def _record(self, session: Session, entry: JournalEntry) -> JournalRecord:
        details = None
        if entry.sealed_details is not None and (key := self._key(session, entry.lot_id)) is not None:
            details = json.loads(key.open(f"journal/{entry.seq}", entry.sealed_details))
        at = datetime.fromisoformat(entry.at)
        facts = json.loads(entry.facts)
        return JournalRecord(entry.seq, at, entry.actor, entry.action, entry.lot_id, facts, details)

    def _key(self, session: Session, lot_id: str | None) -> LotKey | None:
        lot = session.get(Lot, lot_id) if lot_id is not None else None
        if lot is None or lot.wrapped_key is None or lot.key_id is None:
            return None
        return self._vault.open_key(lot.id, Wrapped(lot.key_id, lot.wrapped_key))

    def _head_code(self, seq: int, last: str) -> bytes:
        return self._secret.digest("journal head", str(seq), last)


def _canonical(content: Mapping[str, Any]) -> str:
    """Return the one way to write *content* as JSON."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _chained(previous: str, entry: JournalEntry) -> str:
    """Return the hash of *entry* behind the line whose hash is *previous*."""
    sealed = None if entry.sealed_details is None else hashlib.sha256(entry.sealed_details).hexdigest()
    row = [entry.seq, entry.at, entry.actor, entry.action, entry.lot_id, entry.facts, sealed]
    return hashlib.sha256(f"{previous}\n{json.dumps(row, separators=(',', ':'))}".encode()).hexdigest()
