"""TIFF files: many pages, every compression libtiff knows. Pillow decodes, OpenCV where Pillow gives up."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import cv2
import numpy as np
from PIL import Image, ImageFile

from extractors.loading import complaints
from extractors.loading.document import DecodedPage
from extractors.loading.fax import is_whole
from extractors.loading.flate import inflated
from extractors.loading.limits import Limits
from extractors.loading.pixels import believable_dpi, check_size, from_image, squared, turned, without_idle_colour
from extractors.loading.refusals import Refusal
from extractors.scan import Pixels

# TIFF 6.0 tags
_PHOTOMETRIC: Final = 262
_ORIENTATION: Final = 274
_BITS: Final = 258
_STRIPS: Final = (273, 279)  # offsets, byte counts
_TILES: Final = (324, 325)
_WIDTH: Final = 256
_HEIGHT: Final = 257
_COMPRESSION: Final = 259
_FILL_ORDER: Final = 266
_ROWS: Final = 278  # a strip
_WHITE_IS_ZERO: Final = 0
_GROUP_4: Final = 4
_JPEG: Final = 7
_DEFLATE: Final = (8, 32946)
_BYTES_A_PIXEL: Final = 8  # four channels of 16 bits
_LOWEST_FIRST: Final = 2
_REVERSED: Final = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))
_GREY: Final = 2
#: What Pillow raises on tags that are not what they should be.
_BROKEN: Final = (OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, RuntimeError, ArithmeticError)


class TiffFile:
    """A TIFF file; its chain of pages is walked once, at the start."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path = path
        self._limits = limits
        self._size = path.stat().st_size
        # by file object, not by name: Pillow maps named files into memory and then ignores their orientation
        self._file = path.open("rb")
        self.lost: str | None = None
        self.pages = 0
        try:
            self._image = Image.open(self._file, formats=("TIFF",))
        except _BROKEN:
            raise Refusal("damaged") from None
        self.pages = self._count_pages()
        if self.pages <= limits.pages_per_file and not _chain_ends(self._file, self._size, limits.pages_per_file):
            self.lost = "truncated"

    def page(self, number: int) -> DecodedPage:
        """Return page *number*, from 1.

        Raises:
            Refusal: ``too_many_pixels``, ``truncated`` or ``damaged``.
        """
        try:
            self._image.seek(number - 1)
        except _BROKEN:
            raise Refusal("damaged") from None
        check_size(*self._image.size, self._limits.pixels_per_page)
        tags = self._image.tag_v2  # type: ignore[attr-defined]
        dpi = self._image.info.get("dpi")
        bits = tags.get(_BITS, (1,))
        is_bilevel = self._image.mode == "1" or tuple(bits) == (1,)
        is_inverted = tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO and self._image.mode.startswith("I")
        orientation = int(tags.get(_ORIENTATION, 1))
        problem = "truncated" if self._is_short(tags) else "damaged"
        across, along = (float(value) for value in dpi or (0, 0))
        if orientation in {5, 6, 7, 8}:
            across, along = along, across
        pixels, found = self._decode(number, problem, orientation, is_inverted=is_inverted)
        pixels, across = squared(pixels, across, along, is_bilevel=is_bilevel)
        height, width = pixels.shape[:2]
        return DecodedPage(pixels, believable_dpi(across, width, height), is_bilevel, problem=found)

    def close(self) -> None:
        """Close the file."""
        self._image.close()
        self._file.close()

    def _count_pages(self) -> int:
        """Walk the chain of pages, one beyond the limit at most."""
        count = 1
        while count <= self._limits.pages_per_file:
            try:
                self._image.seek(count)
            except EOFError:
                break
            except _BROKEN:
                break
            count += 1
        return count

    def _is_short(self, tags: Any) -> bool:
        """Return whether a page's data are said to lie behind the end of the file."""
        for offsets_tag, counts_tag in (_STRIPS, _TILES):
            offsets, counts = tags.get(offsets_tag), tags.get(counts_tag)
            if isinstance(offsets, tuple) and isinstance(counts, tuple):
                return any(offset + count > self._size for offset, count in zip(offsets, counts, strict=False))
        return False

    def _decode(self, number: int, problem: str, orientation: int, *, is_inverted: bool) -> tuple[Pixels, str | None]:
        complaints.forget()
        try:
            pixels = from_image(self._image, is_inverted=is_inverted)
        except _BROKEN:
            return self._decode_leniently(number, orientation), problem
        is_broken = complaints.is_broken() or not self._is_whole(number)
        return pixels, problem if is_broken else None

    def _is_whole(self, number: int) -> bool:
        """Return False where data that decode without an error are wrong all the same, as far as their coding tells."""
        tags = self._image.tag_v2  # type: ignore[attr-defined]
        coding = tags.get(_COMPRESSION)
        if coding == _GROUP_4 and _STRIPS[0] in tags:
            return self._is_whole_fax(tags)
        if coding in _DEFLATE:
            most = self._limits.pixels_per_page * _BYTES_A_PIXEL
            return all(inflated(raw, most, is_kept=False)[2] is None for raw in self._pieces(tags))
        if coding == _JPEG:
            # Pillow silences libtiff's warnings, and with them libjpeg's word that the data are corrupt
            complaints.forget()
            cv2.imreadmulti(str(self._path), start=number - 1, count=1, flags=cv2.IMREAD_UNCHANGED)
            return not complaints.is_broken()
        return True

    def _is_whole_fax(self, tags: Any) -> bool:
        width, left = int(tags[_WIDTH]), int(tags[_HEIGHT])
        for raw in self._pieces(tags):
            rows = min(int(tags.get(_ROWS, left)), left)
            left -= rows
            straight = raw.translate(_REVERSED) if tags.get(_FILL_ORDER) == _LOWEST_FIRST else raw
            if is_whole(straight, width, rows) is False:
                return False
        return True

    def _pieces(self, tags: Any) -> Iterator[bytes]:
        """Yield the bytes of each strip or tile of the current page."""
        for offsets, counts in (_STRIPS, _TILES):
            for offset, count in zip(tags.get(offsets, ()), tags.get(counts, ()), strict=False):
                self._file.seek(offset)
                yield self._file.read(count)

    def _decode_leniently(self, number: int, orientation: int) -> Pixels:
        """Return what OpenCV makes of the page, else what Pillow does when it may leave the rest black."""
        decoded, found = cv2.imreadmulti(str(self._path), start=number - 1, count=1, flags=cv2.IMREAD_UNCHANGED)
        if decoded and len(found) == 1 and found[0].dtype == np.uint8:
            image = found[0].astype(np.uint8, copy=False)
            return turned(image if image.ndim == _GREY else without_idle_colour(image[:, :, :3]), orientation)
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        try:
            with self._path.open("rb") as file, Image.open(file, formats=("TIFF",)) as again:
                again.seek(number - 1)
                return from_image(again)
        except _BROKEN:
            raise Refusal("damaged") from None
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = False


def _chain_ends(file: BinaryIO, size: int, most: int) -> bool:
    """Return whether the chain of pages comes to its end, or back to a page; where it leaves the file, pages are lost.

    Pillow takes a page directory that is cut for one without a successor.
    """
    file.seek(0)
    head = file.read(16)
    order = "<" if head[:2] == b"II" else ">"
    is_big = head[2:3] == b"+" or head[3:4] == b"+"  # BigTIFF: 43 for 42
    count_format, entry, link_format, first = ("Q", 20, "Q", 8) if is_big else ("H", 12, "I", 4)
    count_size, link_size = struct.calcsize(count_format), struct.calcsize(link_format)
    seen: set[int] = set()
    at = struct.unpack_from(order + link_format, head, first)[0]
    while at and at not in seen and len(seen) <= most:
        seen.add(at)
        file.seek(at)
        counted = file.read(count_size) if at < size else b""
        if len(counted) < count_size:
            return False
        link_at = at + count_size + entry * struct.unpack(order + count_format, counted)[0]
        if link_at + link_size > size:
            return False
        file.seek(link_at)
        at = struct.unpack(order + link_format, file.read(link_size))[0]
    return True
