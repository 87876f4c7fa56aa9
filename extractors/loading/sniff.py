"""Which format a file has, judged by its first bytes: names and extensions lie."""

from enum import Enum
from pathlib import Path
from typing import Final

from extractors.loading.refusals import Refusal

#: The PDF header may stand behind other bytes, but within the first 1,024 (ISO 32000-2, annex I).
_HEAD_BYTES: Final = 4096
_PDF_HEADER_WITHIN: Final = 1024
_TIFF: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
#: Known formats that are no input, by (offset, signature): Office and ZIP, old Office, GIF, BMP, RIFF (WebP), RTF,
#: JPEG 2000, HEIF, XML, PostScript.
_OTHERS: Final = (
    (0, b"PK\x03\x04"),
    (0, b"\xd0\xcf\x11\xe0"),
    (0, b"GIF8"),
    (0, b"BM"),
    (0, b"RIFF"),
    (0, b"{\\rtf"),
    (0, b"\0\0\0\x0cjP  "),
    (0, b"\xff\x4f\xff\x51"),
    (4, b"ftyp"),
    (0, b"<?xml"),
    (0, b"%!PS"),
)


class Format(Enum):
    """The formats that are read."""

    PDF = "pdf"
    TIFF = "tiff"
    PNG = "png"
    JPEG = "jpeg"


def find_format(path: Path) -> Format:
    """Return the format of the file at *path*.

    Raises:
        Refusal: ``empty``, ``unsupported_format`` (a format we know and do not read) or ``not_a_document``.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head:
        raise Refusal("empty")
    if b"%PDF" in head[:_PDF_HEADER_WITHIN]:
        return Format.PDF
    if head.startswith(_TIFF):
        return Format.TIFF
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Format.PNG
    if head.startswith(b"\xff\xd8"):
        return Format.JPEG
    if any(head[at : at + len(mark)] == mark for at, mark in _OTHERS):
        raise Refusal("unsupported_format")
    if b" obj" in head and b"<<" in head:
        return Format.PDF  # its header is damaged, its objects are there
    raise Refusal("not_a_document")
