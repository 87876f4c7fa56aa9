"""Passwords: argon2id hashes; slow on purpose, because people choose what can be guessed."""

import secrets
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from schemas.errors import InputError

#: characters at least: CNIL recommendation of 2022-07-21, example 1 (80 bits, no other rule needed for twelve of them)
SHORTEST: Final = 12
#: characters at most: hashing costs memory, and nobody types more
LONGEST: Final = 256

_hasher: Final = PasswordHasher()  # RFC 9106, second recommended option: 64 MiB, 3 passes, 4 lanes
#: hashed when no user has the name, so that an answer takes as long as for one that exists
_NOBODY: Final = _hasher.hash(secrets.token_urlsafe())


def hash_password(password: str) -> str:
    """Return the hash to keep.

    Raises:
        InputError: the password is too short, or too long to be hashed in good time.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InputError(f"a password has {SHORTEST} to {LONGEST} characters")
    return _hasher.hash(password)


def is_password(kept: str | None, password: str) -> bool:
    """Whether *password* is the one whose hash was *kept*; None takes as long and is never right."""
    if len(password) > LONGEST:
        return False
    try:
        _hasher.verify(kept or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def one_time_password() -> str:
    """Return a password nobody can guess, easy to copy from a screen: 4 groups of 5 letters and digits, 96 bits."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))
