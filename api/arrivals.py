"""What a station sends, made ready for the store: typed by content, named safely, refused where nothing can be read."""

import os
import shutil
import unicodedata
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Final, cast

from starlette.datastructures import UploadFile

from api.problems import ProblemError
from api.settings import ApiSettings
from extractors.loading.refusals import Refusal
from extractors.loading.sniff import Format, find_format
from intake.store.records import NewFile
from intake.store.store import Store

_TYPES: Final = {
    Format.PDF: "application/pdf",
    Format.TIFF: "image/tiff",
    Format.PNG: "image/png",
    Format.JPEG: "image/jpeg",
}
#: Of a file that is none of these: it is kept, as refused, and never shown by a browser.
_OTHER: Final = "application/octet-stream"
#: Characters of a file's name that are kept: what common file systems allow.
_LONGEST_NAME: Final = 255
_NAMELESS: Final = "sans-nom"


@dataclass(frozen=True)
class Room:
    """Says no before a disk or a queue is full."""

    store: Store
    settings: ApiSettings

    def check(self) -> None:
        """Let a lot in.

        Raises:
            ProblemError: there is no room now; the sender is asked to come back.
        """
        wait = self.settings.retry_after_s
        if shutil.disk_usage(self.store.settings.data).free < self.settings.free_bytes:
            raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "resource.disk_full", retry_after_s=wait)
        if self.store.waiting_lots() >= self.settings.waiting_lots:
            raise ProblemError(HTTPStatus.TOO_MANY_REQUESTS, "resource.busy", retry_after_s=wait)


def sent_files(uploads: list[UploadFile]) -> tuple[NewFile, ...]:
    """Return what was sent, for the store.

    Raises:
        ProblemError: not one of the pieces can be read.
    """
    sent = tuple(_sent(upload) for upload in uploads)
    if all(one.refused for one in sent):
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "input.no_document")
    return sent


def _sent(upload: UploadFile) -> NewFile:
    spooled = cast("SpooledTemporaryFile[bytes]", upload.file)
    spooled.rollover()
    spooled.flush()
    # a file without a name, which is gone when this process is; the store opens it again by itself
    content = Path(f"/proc/{os.getpid()}/fd/{spooled.fileno()}")
    try:
        media_type, refused = _TYPES[find_format(content)], None
    except Refusal as refusal:
        media_type, refused = _OTHER, refusal.code
    return NewFile(shown_name(upload.filename), content, media_type, refused)


def shown_name(given: str | None) -> str:
    r"""Return the base name of a file as it may be shown: no folder of any system, nothing that cannot be printed.

    >>> shown_name("C:\\scans\\lot 12.pdf"), shown_name("../../etc/passwd"), shown_name("..")
    ('lot 12.pdf', 'passwd', 'sans-nom')
    """
    base = (given or "").replace("\\", "/").rpartition("/")[2]
    printable = "".join(c for c in unicodedata.normalize("NFC", base) if c == " " or _is_printed(c))
    name = printable.strip()[:_LONGEST_NAME].strip()
    return name if name.strip(".") else _NAMELESS


def _is_printed(character: str) -> bool:
    """Whether a character is neither a control nor a separator (Unicode's categories C and Z)."""
    return unicodedata.category(character)[0] not in "CZ"
