"""Master keys, which wrap the key of every lot. The first of the ring wraps; all of them unwrap: so keys rotate."""

import base64
import binascii
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from intake.store.errors import MasterKeyError
from intake.store.settings import StoreSettings

#: bytes of a key: AES-256
KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12  # what AES-GCM is specified for
_LINE: Final = re.compile(r"([a-z0-9-]{1,32}):([A-Za-z0-9+/]{43}=)")


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A key that only the ring opens, and the master key that closed it."""

    key_id: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The master keys of an installation."""

    #: id of the key that wraps from now on
    current: str
    keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the ring written in *text*: ``id:base64``, separated by white space, the current one first.

        Raises:
            MasterKeyError: no key, or one that is not 32 bytes of base64 with an id.
        """
        keys: dict[str, bytes] = {}
        for place, word in enumerate(text.split(), start=1):
            found = _LINE.fullmatch(word)
            if found is None or found[1] in keys:
                raise MasterKeyError(
                    f"master key {place} is not 'id:base64' of {KEY_BYTES} bytes with an id of its own"
                )
            try:
                keys[found[1]] = base64.b64decode(found[2], validate=True)
            except binascii.Error as exc:
                raise MasterKeyError(f"master key {place} is not base64") from exc
        if not keys:
            raise MasterKeyError("no master key is given: see docs/operating.md, Keys")
        return cls(next(iter(keys)), keys)

    def wrap(self, key: bytes, purpose: str) -> Wrapped:
        """Close *key* under the current master key; it opens for the same *purpose* only."""
        nonce = os.urandom(_NONCE_BYTES)
        return Wrapped(self.current, nonce + AESGCM(self.keys[self.current]).encrypt(nonce, key, purpose.encode()))

    def unwrap(self, wrapped: Wrapped, purpose: str) -> bytes:
        """Return the key closed in *wrapped*.

        Raises:
            MasterKeyError: the ring lacks the master key, or holds another one under its id.
        """
        master = self.keys.get(wrapped.key_id)
        if master is None:
            raise MasterKeyError(f"master key {wrapped.key_id} is not in the ring: put it back after the current one")
        nonce, sealed = wrapped.sealed[:_NONCE_BYTES], wrapped.sealed[_NONCE_BYTES:]
        try:
            return AESGCM(master).decrypt(nonce, sealed, purpose.encode())
        except (InvalidTag, ValueError) as exc:  # the latter where the wrapped key was cut off
            raise MasterKeyError(f"master key {wrapped.key_id} is not the one this database was sealed with") from exc


def new_master_key() -> str:
    """Return a fresh master key as one line of a ring."""
    return f"k{secrets.token_hex(4)}:{base64.b64encode(os.urandom(KEY_BYTES)).decode()}"


def load_ring(settings: StoreSettings, *, make: bool) -> KeyRing:
    """Return the ring of this installation, from the setting or the key file.

    Args:
        settings: of this installation.
        make: write a key file where there is none; right for an empty database only, whose keys nobody holds yet.

    Raises:
        MasterKeyError: there is no ring, or it cannot be read.
    """
    if settings.master_keys is not None:
        return KeyRing.parse(settings.master_keys.get_secret_value())
    if make:
        _make_key_file(settings.key_file)
    try:
        return KeyRing.parse(settings.key_file.read_text("ascii"))
    except (OSError, UnicodeDecodeError) as exc:
        message = (
            f"the key file {settings.key_file.name} cannot be read: put it back from its backup (docs/operating.md)"
        )
        raise MasterKeyError(message) from exc


def _make_key_file(path: Path) -> None:
    """Write a fresh key file unless there is one; of several processes at once, the first one's stays."""
    try:
        with NamedTemporaryFile("w", dir=path.parent, prefix=".key-", encoding="ascii") as file:  # mode 0600
            file.write(new_master_key() + "\n")
            file.flush()
            os.fsync(file.fileno())
            os.link(file.name, path)
        folder = os.open(path.parent, os.O_RDONLY)  # the name must survive a power cut too, before a lot needs the key
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except FileExistsError:
        return
    except OSError as exc:
        raise MasterKeyError(f"no key file can be written in the folder {path.parent.name}") from exc
