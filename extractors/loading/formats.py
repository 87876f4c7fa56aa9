"""The formats that are read, and who reads each."""

from pathlib import Path

from extractors.loading.document import Document
from extractors.loading.limits import Limits
from extractors.loading.pdf import PdfFile
from extractors.loading.pictures import open_picture
from extractors.loading.sniff import Format, find_format
from extractors.loading.tiff import TiffFile


def open_document(path: Path, limits: Limits) -> Document:
    """Return the open file at *path*.

    Raises:
        Refusal: it is not opened; other errors of a decoder stand for ``damaged``.
    """
    found = find_format(path)
    if found is Format.PDF:
        return PdfFile(path, limits)
    if found is Format.TIFF:
        return TiffFile(path, limits)
    return open_picture(path, found, limits)
