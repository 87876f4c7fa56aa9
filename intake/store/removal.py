"""Lots go: the key first, and with it everything; then the pieces, which are noise by then."""

from sqlalchemy import delete, select

from intake.store.keyring import Wrapped
from intake.store.models import Installation, Lot, LotFile, Term
from intake.store.parts import Chapter
from intake.store.records import LotRecord, LotState, Viewer


class Removal(Chapter):
    """How lots are destroyed, and how master keys change under those that stay."""

    def purge(self, lot_id: str, by: Viewer, reason: str) -> LotRecord:
        """Destroy a lot's key, then its pieces; hashes, times and journal stay as the proof. May be repeated.

        Args:
            lot_id: the lot.
            by: who asks.
            reason: a stable code, kept in the journal: ``retention``, ``request``.
        """
        with self._parts.database.writing() as session:
            lot = self._lot(session, lot_id, by, lock=True)
            if lot.state != LotState.PURGED:
                lot.state, lot.key_id, lot.wrapped_key = LotState.PURGED, None, None
                session.execute(delete(Term).where(Term.lot_id == lot_id))
                files = session.scalars(select(LotFile.sha256).where(LotFile.lot_id == lot_id)).all()
                facts = {"reason": reason, "files": sorted(files)}
                self._parts.journal.write(session, by, "lot.purged", lot_id=lot_id, facts=facts)
            record = self._record(session, lot)
        self._parts.database.forget_deleted()
        self._parts.blobs.remove(lot_id)
        return record

    def sweep(self) -> int:
        """Remove the pieces of purged lots and of arrivals that broke off, and return of how many lots.

        An arrival of this very moment is left alone: its pieces are younger than ``orphan_hours``.
        """
        self._parts.claim_blobs()
        swept = 0
        for lot_id in self._parts.blobs.lots():
            with self._parts.database.reading() as session:
                state = session.scalar(select(Lot.state).where(Lot.id == lot_id))
            is_orphan = state is None and self._parts.blobs.age_s(lot_id) > self._parts.settings.orphan_hours * 3600
            if state == LotState.PURGED or is_orphan:
                swept += self._parts.blobs.remove(lot_id) > 0
        return swept

    def rewrap(self, batch: int = 500) -> int:
        """Put every lot's key under the current master key and return how many were under another.

        When it returns, the older master keys are needed for nothing but backups.
        """
        current = self._parts.vault.ring.current
        done = 0
        while True:
            with self._parts.database.writing() as session:
                old = select(Lot).where(Lot.key_id.is_not(None), Lot.key_id != current).limit(batch)
                lots = session.scalars(old.with_for_update()).all()
                for lot in lots:
                    if lot.key_id is not None and lot.wrapped_key is not None:
                        wrapped = self._parts.vault.rewrap(lot.id, Wrapped(lot.key_id, lot.wrapped_key))
                        lot.key_id, lot.wrapped_key = wrapped.key_id, wrapped.sealed
                if not lots:
                    if session.get_one(Installation, 1).key_id != current:
                        self._parts.secret.rewrap(session, self._parts.vault.ring)
                    break
                done += len(lots)
        self._parts.database.forget_deleted()
        return done
