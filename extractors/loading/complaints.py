"""What image libraries print about a broken file while they decode it all the same.

libjpeg and libtiff fill the unreadable rest of a page with grey or white and say so on standard error only: without
listening there, half a form would pass for a whole one. Single-threaded, in the parsing process.
"""

import os
import re
import tempfile
from typing import Final

_STANDARD_ERROR: Final = 2
_HEARD_BYTES: Final = 1 << 16
#: What libjpeg, libtiff and OpenCV say of a page that is not whole.
_BROKEN: Final = re.compile(
    r"Corrupt JPEG data|Premature end|Fax\dDecode|Bad code word|Decod(?:e|ing) error|Not enough data|not yet in table"
    r"|[Rr]ead error|Unsupported marker|TIFF_Error"
)


class _Ear:
    """Whether standard error is ours to read."""

    is_open = False


def listen() -> None:
    """Turn this process's standard error into a file that ``is_broken`` reads; for the parsing process alone."""
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), _STANDARD_ERROR)
    _Ear.is_open = True


def forget() -> None:
    """Drop what was printed so far."""
    if _Ear.is_open:
        os.ftruncate(_STANDARD_ERROR, 0)
        os.lseek(_STANDARD_ERROR, 0, os.SEEK_SET)


def is_broken() -> bool:
    """Return whether a library has complained about missing or wrong data since ``forget``."""
    if not _Ear.is_open:
        return False
    os.lseek(_STANDARD_ERROR, 0, os.SEEK_SET)
    heard = os.read(_STANDARD_ERROR, _HEARD_BYTES).decode("utf-8", "replace")
    os.lseek(_STANDARD_ERROR, 0, os.SEEK_END)
    return bool(_BROKEN.search(heard))
