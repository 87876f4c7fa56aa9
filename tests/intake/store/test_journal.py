"""The journal tells the truth: whatever was changed by hand afterwards, it says so, and from which line on."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import MetaData, Table, create_engine, delete, insert, select, update

from intake.store.errors import NotFoundError
from intake.store.records import NewFile, NewLot, Role, Viewer
from intake.store.settings import StoreSettings
from intake.store.store import Store

LINES = 8
CLERK = Viewer("user:7", Role.REVIEWER)
AUDITOR = Viewer("user:9", Role.AUDITOR)


class Forger:
    """Somebody who can write to the database, and has no master key."""

    def __init__(self, settings: StoreSettings) -> None:
        self._engine = create_engine(settings.sql_url)
        tables = MetaData()
        self.journal = Table("journal", tables, autoload_with=self._engine)
        self.head = Table("journal_head", tables, autoload_with=self._engine)
        self.rows = self._all(self.journal)
        self._head = self._all(self.head)

    def _all(self, table: Table) -> list[dict[str, Any]]:
        with self._engine.connect() as connection:
            return sorted((dict(row) for row in connection.execute(select(table)).mappings()), key=str)

    def put(self, rows: list[dict[str, Any]], head: dict[str, Any] | None = None) -> None:
        """Leave a journal of these rows, and a head with these values."""
        with self._engine.begin() as connection:
            connection.execute(delete(self.journal))
            if rows:
                connection.execute(insert(self.journal), rows)
            for values in self._head:
                connection.execute(update(self.head).values(values | (head or {})))

    def lines(self) -> list[dict[str, Any]]:
        """The rows as they were written, in order."""
        return sorted((dict(row) for row in self.rows), key=lambda row: row["seq"])

    def close(self) -> None:
        """Leave the database."""
        self._engine.dispose()


@pytest.fixture
def store_and_forger(settings: StoreSettings) -> Iterator[tuple[Store, Forger]]:
    """A journal of eight lines, some about a lot, with sealed details."""
    store = Store.open(settings)
    lot = store.acknowledge(NewLot((NewFile("a.pdf", b"%PDF", "application/pdf"),)), Viewer.system("tests"))
    for number in range(LINES - 1):
        details = {"before": "DURAND", "after": "DURANT"}
        store.journal.record(CLERK, "field.corrected", lot_id=lot.id, facts={"page": number}, details=details)
    forger = Forger(settings)
    yield store, forger
    forger.close()
    store.close()


def chained(previous: str, row: dict[str, Any]) -> str:
    """The hash of a line, computed a second way: what a forger without a key can do too."""
    sealed = None if row["sealed_details"] is None else hashlib.sha256(row["sealed_details"]).hexdigest()
    words = [row[name] for name in ("seq", "at", "actor", "action", "lot_id", "facts")]
    text = json.dumps([*words, sealed], separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


seqs = st.integers(1, LINES)
columns = st.sampled_from(("at", "actor", "action", "lot_id", "facts", "sealed", "hash"))
edits = st.tuples(st.just("edit"), seqs, columns)
deletions = st.tuples(st.just("delete"), seqs, st.none())
swaps = st.tuples(st.just("swap"), seqs, seqs).filter(lambda swap: swap[1] < swap[2])
insertions = st.tuples(st.just("insert"), st.integers(1, LINES + 1), st.none())


@given(forgery=st.one_of(edits, deletions, swaps, insertions))
@examples(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_line_that_was_edited_deleted_swapped_or_inserted_is_named(
    store_and_forger: tuple[Store, Forger], forgery: tuple[str, int, Any]
) -> None:
    """The journal is shown to the CNIL and to a court: who changes it by hand must be found out, and where."""
    store, forger = store_and_forger
    act, seq, other = forgery
    rows = forger.lines()
    if act == "edit":
        column = "sealed_details" if other == "sealed" else other
        rows[seq - 1][column] = b"x" if other == "sealed" else "x"
    elif act == "delete":
        del rows[seq - 1]
    elif act == "swap":
        rows[seq - 1]["seq"], rows[other - 1]["seq"] = other, seq
    else:
        rows = [row | {"seq": row["seq"] + (row["seq"] >= seq)} for row in rows]
        false = rows[0] | {"seq": seq, "action": "lot.accepted"}
        rows.append(false | {"hash": chained(forger.lines()[seq - 2]["hash"] if seq > 1 else "0" * 64, false)})

    forger.put(rows)

    verdict = store.journal.verify()
    # a false line that is chained rightly is found by the one behind it, which is not
    assert verdict.broken_at in ({seq, seq + 1} if act == "insert" else {seq})
    forger.put(forger.lines())
    assert store.journal.verify().broken_at is None


@given(seq=seqs)
@examples(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_journal_rewritten_from_some_line_on_is_found_out(store_and_forger: tuple[Store, Forger], seq: int) -> None:
    """Hashes can be computed by anybody: only the head's code needs the installation's secret."""
    store, forger = store_and_forger
    rows = forger.lines()
    rows[seq - 1]["actor"] = "user:8"
    last = rows[seq - 2]["hash"] if seq > 1 else "0" * 64
    for row in rows[seq - 1 :]:
        row["hash"] = last = chained(last, row)

    forger.put(rows, {"hash": last})

    assert store.journal.verify().broken_at is not None
    forger.put(rows[:-1], {"seq": LINES - 1, "hash": rows[-2]["hash"]})
    assert store.journal.verify().broken_at is not None
    forger.put([], {"seq": 0, "hash": "0" * 64})
    assert store.journal.verify().broken_at is not None


def test_an_older_database_put_back_is_found_by_the_head_noted_outside(
    store_and_forger: tuple[Store, Forger],
) -> None:
    """A backup is a true journal, only shorter: nothing inside it can tell."""
    store, forger = store_and_forger
    noted = store.journal.verify().head
    store.journal.record(CLERK, "page.viewed")
    later = store.journal.verify().head

    forger.put(forger.lines())

    assert store.journal.verify(noted).broken_at is None
    assert store.journal.verify(later).broken_at == LINES + 1


def test_a_purge_destroys_the_identities_and_the_chain_still_verifies(
    store_and_forger: tuple[Store, Forger],
) -> None:
    """The two laws meet here: the names must go after their time, the proof must stay for ten years."""
    store, _ = store_and_forger
    (lot_id,) = {entry.lot_id for entry in store.journal.entries(AUDITOR)}
    assert lot_id is not None
    assert [entry.details for entry in store.journal.entries(AUDITOR, after=1, limit=1)] == [
        {"before": "DURAND", "after": "DURANT"}
    ]

    store.purge(lot_id, Viewer("user:1", Role.SUPERVISOR), "retention")

    entries = store.journal.entries(AUDITOR, lot_id=lot_id)
    assert {entry.details for entry in entries} == {None}
    assert (entries[-1].action, entries[-1].actor, entries[-1].facts["reason"]) == ("lot.purged", "user:1", "retention")
    assert store.journal.verify().entries == LINES + 1
    with pytest.raises(NotFoundError):
        store.journal.record(CLERK, "field.corrected", lot_id=lot_id, details={"after": "DURAND"})
