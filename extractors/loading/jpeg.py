"""JPEG data, from a file or out of a PDF, decoded strictly first and as far as it goes second."""

import io
import re
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from extractors.loading import complaints
from extractors.loading.pixels import from_image, without_idle_colour
from extractors.scan import Pixels

_END: Final = b"\xff\xd9"
#: Scanners pad the file behind the end mark; further away, it is the end mark of a thumbnail.
_END_WITHIN: Final = 4096
_GREY: Final = 2
#: Some scanners fill up to an even length or a word with zeros before the end mark, which libjpeg calls corrupt.
_PADDING: Final = re.compile(rb"\0{1,8}\xff\xd9\0*\Z")


def decode_jpeg(raw: bytes) -> tuple[Pixels, str | None]:
    """Return the pixels of *raw*, not turned by EXIF, and a refusal code where only part of them is there.

    The caller has checked the size the header announces.

    Raises:
        OSError: nothing can be decoded.
    """
    decoded, is_broken = _decoded(raw)
    if is_broken and _PADDING.search(raw[-_END_WITHIN:]):
        decoded, is_broken = _decoded(_PADDING.sub(_END, raw))
    if decoded is not None and decoded.dtype == np.uint8:
        grey_or_bgr = decoded.astype(np.uint8, copy=False)
        pixels = grey_or_bgr if decoded.ndim == _GREY else without_idle_colour(grey_or_bgr)
        return pixels, "damaged" if is_broken else None
    return decode_leniently(raw, "damaged" if _END in raw[-_END_WITHIN:] else "truncated")


def _decoded(raw: bytes) -> tuple[NDArray[Any] | None, bool]:
    """Return what OpenCV makes of *raw*, and whether libjpeg complained."""
    complaints.forget()
    decoded = cv2.imdecode(np.frombuffer(raw, np.uint8), cv2.IMREAD_UNCHANGED)
    return decoded, complaints.is_broken()


def decode_leniently(raw: bytes, problem: str, formats: tuple[str, ...] = ("JPEG",)) -> tuple[Pixels, str | None]:
    """Return what Pillow makes of *raw*: whole and without a problem if it can, else as far as it goes with *problem*.

    Raises:
        OSError: nothing can be decoded.
    """
    try:
        with Image.open(io.BytesIO(raw), formats=formats) as image:
            return from_image(image), None
    except (OSError, SyntaxError, ValueError, EOFError):
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        try:
            with Image.open(io.BytesIO(raw), formats=formats) as image:
                return from_image(image), problem
        except (SyntaxError, ValueError, EOFError) as error:
            raise OSError(problem) from error
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = False
