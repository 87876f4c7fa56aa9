"""Sealed pieces: everything of a lot that may name a person, under the lot's own key; without the key it is noise.

A sealed piece is one version byte, 16 bytes of salt, and frames of at most 1 MiB, each with its 16-byte tag. The salt,
the lot and the piece's name make the piece's own key (HKDF-SHA256), so a piece opens only as itself; a frame's nonce is
its number and whether it is the last, so none can be cut off, swapped or repeated. (The construction is the STREAM of
Hoang, Reyhanitabar, Rogaway and Vizár, 2015, with AES-256-GCM.)
"""

import os
from collections.abc import Iterable, Iterator
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from intake.store.errors import DamagedError
from intake.store.keyring import KEY_BYTES, KeyRing, Wrapped

_VERSION: Final = b"\x01"
_SALT_BYTES: Final = 16
_TAG_BYTES: Final = 16
#: plain bytes of a frame: what memory a piece of any size costs
FRAME_BYTES: Final = 1 << 20


class LotKey:
    """The key of one lot; seals and opens its pieces, each under a name."""

    def __init__(self, lot_id: str, key: bytes) -> None:
        self._lot_id = lot_id
        self._key = key

    def seal(self, name: str, plain: bytes) -> bytes:
        """Return *plain* sealed as the piece *name* of this lot."""
        return b"".join(self.seal_stream(name, (plain,)))

    def open(self, name: str, sealed: bytes) -> bytes:
        """Return what was sealed as the piece *name* of this lot.

        Raises:
            DamagedError: it is cut, changed, or another piece.
        """
        return b"".join(self.open_stream(name, (sealed,)))

    def seal_stream(self, name: str, plain: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the sealed form of the chunks of *plain*, frame by frame."""
        salt = os.urandom(_SALT_BYTES)
        cipher = self._cipher(name, salt)
        yield _VERSION + salt
        for number, (frame, is_last) in enumerate(_frames(plain, FRAME_BYTES)):
            yield cipher.encrypt(_nonce(number, is_last=is_last), frame, None)

    def open_stream(self, name: str, sealed: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the plain frames of a sealed piece; each is checked before it is given out."""
        chunks = iter(sealed)
        head = b""
        while len(head) < len(_VERSION) + _SALT_BYTES:
            more = next(chunks, None)
            if more is None:
                raise DamagedError("a sealed piece is cut off")
            head += more
        version, salt = head[:1], head[1 : 1 + _SALT_BYTES]
        if version != _VERSION:
            raise DamagedError("a sealed piece has a form this program does not know")
        cipher = self._cipher(name, salt)
        rest = _chain(head[1 + _SALT_BYTES :], chunks)
        for number, (frame, is_last) in enumerate(_frames(rest, FRAME_BYTES + _TAG_BYTES)):
            try:
                yield cipher.decrypt(_nonce(number, is_last=is_last), frame, None)
            except InvalidTag as exc:
                raise DamagedError("a sealed piece is cut, changed, or another one") from exc

    def _cipher(self, name: str, salt: bytes) -> AESGCM:
        piece = f"liasse piece\0{self._lot_id}\0{name}".encode()
        return AESGCM(HKDF(SHA256(), KEY_BYTES, salt, piece).derive(self._key))


class Vault:
    """Makes and opens the keys of lots, under the installation's ring."""

    def __init__(self, ring: KeyRing) -> None:
        self.ring = ring

    def new_key(self, lot_id: str) -> tuple[LotKey, Wrapped]:
        """Return a fresh key for a lot, and its wrapped form to keep."""
        key = os.urandom(KEY_BYTES)
        return LotKey(lot_id, key), self.ring.wrap(key, _purpose(lot_id))

    def open_key(self, lot_id: str, wrapped: Wrapped) -> LotKey:
        """Return the key of a lot from its wrapped form."""
        return LotKey(lot_id, self.ring.unwrap(wrapped, _purpose(lot_id)))

    def rewrap(self, lot_id: str, wrapped: Wrapped) -> Wrapped:
        """Return the same key of a lot, under the ring's current master key."""
        return self.ring.wrap(self.ring.unwrap(wrapped, _purpose(lot_id)), _purpose(lot_id))


def _purpose(lot_id: str) -> str:
    return f"lot {lot_id}"


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if is_last else b"\x00")


def _chain(first: bytes, others: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from others


def _frames(chunks: Iterable[bytes], size: int) -> Iterator[tuple[bytes | memoryview, bool]]:
    """Yield the bytes of *chunks* in pieces of *size*, and whether each is the last; there is always a last one."""
    rest = b""
    for chunk in chunks:
        view = memoryview(rest + chunk if rest else chunk)
        while len(view) > size:
            yield view[:size], False
            view = view[size:]
        rest = bytes(view)
    yield rest, True
