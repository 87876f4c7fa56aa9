"""Errors: what the *program* could not do. A fault of the paper is a flag, not an error.

LiasseError
├── InputError                a caller gave what cannot be read; no retry helps
│   ├── InvalidIdentifierError
│   └── RefusedFileError      a file, or a page of it, is refused by name
├── UsageError                the command was asked for what makes no sense
└── ResourceError             time, memory or an engine failed; a retry may help

Messages never hold an identity, a number of a person or a path beyond the base name.
"""

from typing import ClassVar


class LiasseError(Exception):
    """The base of every error this program raises on purpose."""

    code: ClassVar[str] = "liasse"
    retryable: ClassVar[bool] = False


class InputError(LiasseError):
    """What was given cannot be read."""

    code = "input"


class InvalidIdentifierError(InputError):
    """A number does not have the shape or the key its issuer defines."""

    code = "input.identifier"

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(f"{kind}: wrong {reason}")  # never the number itself
        self.reason = reason


class RefusedFileError(InputError):
    """A file, or one page of it, is refused; ``reason_code`` and the French ``reason`` go into ``refused``."""

    code = "input.file"

    def __init__(self, reason_code: str, reason: str) -> None:
        super().__init__(f"{reason_code}: {reason}")
        self.reason_code = reason_code
        self.reason = reason


class UsageError(LiasseError):
    """The command line asks for something that makes no sense; the message says what to do instead."""

    code = "usage"


class ResourceError(LiasseError):
    """An engine, a time limit or a memory limit failed; trying again may help."""

    code = "resource"
    retryable = True
