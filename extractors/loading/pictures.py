"""PNG and JPEG files: one page each."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any, Final

from PIL import Image

from extractors.loading.document import DecodedPage
from extractors.loading.jpeg import decode_jpeg, decode_leniently
from extractors.loading.limits import Limits
from extractors.loading.pixels import believable_dpi, check_size, turned
from extractors.loading.refusals import Refusal
from extractors.loading.sniff import Format

_ORIENTATION: Final = 0x0112  # EXIF 2.32
_EXIF_IFD: Final = 0x8769
#: ExposureTime, FNumber, FocalLength: a camera took the picture, its resolution is made up.
_CAMERA_TAGS: Final = (0x829A, 0x829D, 0x920A)
_JPEG_END: Final = b"\xff\xd9"
_END_WITHIN: Final = 4096
_PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_PNG_FRAME: Final = 12  # length, kind and checksum around a chunk
_PNG_END: Final = b"IEND\xaeB`\x82"


def open_picture(path: Path, kind: Format, limits: Limits) -> "PictureFile":
    """Return the PNG or JPEG file at *path* as a document of one page.

    Raises:
        Refusal: ``too_many_pixels`` or ``damaged``.
    """
    return PictureFile(path.read_bytes(), kind, limits)


class PictureFile:
    """A PNG or JPEG file."""

    pages = 1
    lost: str | None = None

    def __init__(self, raw: bytes, kind: Format, limits: Limits) -> None:
        self._raw, self._kind = raw, kind
        self._dpi: float | None = None
        self._orientation = 1
        self._is_bilevel = False
        try:
            with Image.open(io.BytesIO(raw), formats=("PNG",) if kind is Format.PNG else ("JPEG",)) as image:
                check_size(*image.size, limits.pixels_per_page)
                self._read_header(image)
        except Image.DecompressionBombError:
            raise Refusal("too_many_pixels") from None
        except (OSError, SyntaxError, ValueError):
            raise Refusal("truncated" if not self._is_whole() else "damaged") from None

    def page(self, number: int) -> DecodedPage:
        """Return the picture; *number* is 1."""
        del number
        if self._kind is Format.PNG:
            problem = "damaged" if self._is_whole() else "truncated"
            pixels, found = decode_leniently(self._raw, problem, ("PNG",))
            found = found or _png_problem(self._raw)
        else:
            pixels, found = decode_jpeg(self._raw)
        pixels = turned(pixels, self._orientation)
        return DecodedPage(pixels, self._dpi, self._is_bilevel, problem=found)

    def close(self) -> None:
        """Let go of the file's bytes."""
        self._raw = b""

    def _is_whole(self) -> bool:
        return (_PNG_END if self._kind is Format.PNG else _JPEG_END) in self._raw[-_END_WITHIN:]

    def _read_header(self, image: Image.Image) -> None:
        exif: Any = {}
        try:
            exif = image.getexif()
            self._orientation = int(exif.get(_ORIENTATION, 1))
            is_photograph = any(tag in exif.get_ifd(_EXIF_IFD) for tag in _CAMERA_TAGS)
        except (OSError, SyntaxError, ValueError, TypeError, KeyError, ZeroDivisionError):
            is_photograph = False  # a broken EXIF block costs the orientation, not the picture
        self._is_bilevel = image.mode == "1" or (image.mode == "P" and _tile_mode(image) == "P;1")
        dpi = image.info.get("dpi")
        if dpi and not is_photograph:
            across = dpi[1] if self._orientation in {5, 6, 7, 8} else dpi[0]
            self._dpi = believable_dpi(float(across), *image.size)


def _tile_mode(image: Any) -> str:
    """Return how the file packs its pixels, as Pillow names it."""
    return str(image.tile[0][3]) if image.tile else ""


def _png_problem(raw: bytes) -> str | None:
    """Return a refusal code where a chunk's checksum is wrong or the end is missing: Pillow checks no image data."""
    at = len(_PNG_SIGNATURE)
    while at + _PNG_FRAME <= len(raw):
        (length,) = struct.unpack_from(">I", raw, at)
        end = at + _PNG_FRAME + length
        kind = raw[at + 4 : at + 8]
        if end > len(raw):
            return "truncated"
        is_critical = kind[:1].isupper()
        if is_critical and zlib.crc32(raw[at + 4 : end - 4]) != struct.unpack_from(">I", raw, end - 4)[0]:
            return "damaged"
        if kind == b"IEND":
            return None
        at = end
    return "truncated"
