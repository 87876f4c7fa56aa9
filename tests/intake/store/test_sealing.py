"""What is sealed opens with its own key, under its own name, whole; and in no other way."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.store.errors import DamagedError, MasterKeyError
from intake.store.keyring import KeyRing, new_master_key
from intake.store.sealing import FRAME_BYTES, LotKey, Vault

KEY = os.urandom(32)
LOT = LotKey("lot-1", KEY)
#: lengths around which frames begin and end
LENGTHS = (0, 1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 2 * FRAME_BYTES, 2 * FRAME_BYTES + 17)


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("chunk", [4096, FRAME_BYTES, 3 * FRAME_BYTES])
def test_a_piece_of_any_length_comes_back_however_it_was_cut(length: int, chunk: int) -> None:
    """Scans come in chunks of any size, from disks, lines and other machines."""
    plain = os.urandom(length)
    chunks = [plain[start : start + chunk] for start in range(0, length, chunk)]

    sealed = b"".join(LOT.seal_stream("scan", chunks))

    cut = [sealed[start : start + chunk] for start in range(0, len(sealed), chunk)]
    assert b"".join(LOT.open_stream("scan", cut)) == plain


@given(at=st.integers(0), bit=st.integers(0, 7))
@settings(max_examples=50)
def test_one_changed_bit_is_always_found(at: int, bit: int) -> None:
    """Whoever can write to the disk must not be able to change an amount."""
    sealed = bytearray(LOT.seal("scan", b"total 12,30"))
    sealed[at % len(sealed)] ^= 1 << bit

    with pytest.raises(DamagedError):
        LOT.open("scan", bytes(sealed))


@given(length=st.integers(0, 2 * FRAME_BYTES + 100))
@settings(max_examples=30)
def test_a_piece_that_was_cut_off_is_never_taken_for_whole(length: int) -> None:
    """A disk that was full, or a hand that removes the last pages: even cut exactly between two frames."""
    sealed = LOT.seal("scan", bytes(2 * FRAME_BYTES + 100))
    for end in (length, 17 + FRAME_BYTES + 16, 17 + 2 * (FRAME_BYTES + 16)):
        with pytest.raises(DamagedError):
            LOT.open("scan", sealed[:end])


def test_exchanged_frames_are_found() -> None:
    """Two pages of one lot must not change places."""
    sealed = LOT.seal("scan", os.urandom(3 * FRAME_BYTES))
    size = FRAME_BYTES + 16
    first, second, rest = sealed[17 : 17 + size], sealed[17 + size : 17 + 2 * size], sealed[17 + 2 * size :]

    with pytest.raises(DamagedError):
        LOT.open("scan", sealed[:17] + second + first + rest)


@pytest.mark.parametrize(
    ("lot", "name"),
    [
        pytest.param(LotKey("lot-2", KEY), "scan", id="another lot"),
        pytest.param(LOT, "result", id="another name"),
        pytest.param(LotKey("lot-1", os.urandom(32)), "scan", id="another key"),
    ],
)
def test_a_piece_opens_as_nothing_but_itself(lot: LotKey, name: str) -> None:
    """One patient's page laid under another one's lot must not be shown there."""
    sealed = LOT.seal("scan", b"page of Mme Durand")

    with pytest.raises(DamagedError):
        lot.open(name, sealed)


def test_equal_pages_look_different_when_sealed() -> None:
    """Who sees the disk must not see that two lots hold the same form."""
    assert LOT.seal("scan", b"same") != LOT.seal("scan", b"same")


def test_an_older_master_key_still_opens_what_it_closed_and_the_new_one_closes() -> None:
    """Keys are changed while the house goes on working."""
    old, new = new_master_key(), new_master_key()
    _, closed = Vault(KeyRing.parse(old)).new_key("lot-1")
    both = Vault(KeyRing.parse(f"{new}\n{old}"))

    assert both.new_key("lot-2")[1].key_id == new.partition(":")[0]
    rewrapped = both.rewrap("lot-1", closed)

    key = Vault(KeyRing.parse(new)).open_key("lot-1", rewrapped)
    assert key.open("x", both.open_key("lot-1", closed).seal("x", b"same key")) == b"same key"
    with pytest.raises(MasterKeyError):
        Vault(KeyRing.parse(new)).open_key("lot-1", closed)


def test_a_lot_s_key_opens_for_no_other_lot() -> None:
    """Copying the wrapped key of one lot into the row of another must not help."""
    vault = Vault(KeyRing.parse(new_master_key()))
    _, closed = vault.new_key("lot-1")

    with pytest.raises(MasterKeyError):
        vault.open_key("lot-2", closed)


@pytest.mark.parametrize(
    "text", ["", "k1:short=", "K1:" + "A" * 43 + "=", "A" * 43 + "=", "k1:é", f"k1:{'A' * 43}= " * 2]
)
def test_a_badly_written_ring_is_refused_without_being_repeated(text: str) -> None:
    """A typing error must stop the start, and must not print a key."""
    with pytest.raises(MasterKeyError) as caught:
        KeyRing.parse(text)

    assert "AAAA" not in str(caught.value)


def test_a_ring_shows_no_key() -> None:
    """Objects land in logs."""
    line = new_master_key()
    ring = KeyRing.parse(line)

    assert str(next(iter(ring.keys.values()))) not in repr(ring)
