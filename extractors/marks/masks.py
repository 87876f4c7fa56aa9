"""What a detector saw of a mark, kept with it for the evidence: a small picture in the contract's frame."""

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.feuilles.form_view import Rect
from schemas.geometry import Box
from schemas.mark import Mask

#: Longest side of the kept picture, px: 0.25 mm a point over an entry of 60 mm, well under 1 kB.
_LONGEST_PX: Final = 240
#: A rectangle that fell off the page still has a place on it.
_POINT: Final = 1e-6


def mask_of(share: NDArray[np.uint8], rect: Rect, box: Callable[[Rect], Box]) -> Mask:
    """Return a mark's own points as they lie on the scan, which may lean against the form.

    Args:
        share: ``(h, w)``, 0 beside the mark to 255 on it, at any resolution: a heat map's or an ink mask's.
        rect: what *share* covers, mm on the form.
        box: the contract's box of a rectangle on the form, as ``FormView.box``.
    """
    whole = box(rect)
    height, width = share.shape
    scale = min(1.0, _LONGEST_PX / max(height, width))
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    places = np.array(
        [
            [(there.x - whole.x) / max(whole.w, _POINT) * size[0], (there.y - whole.y) / max(whole.h, _POINT) * size[1]]
            for there in (box(Rect(rect.x + dx, rect.y + dy, 0.0, 0.0)) for dx, dy in _corners(rect))
        ],
        np.float32,
    )
    source = np.array([[0, 0], [width, 0], [0, height]], np.float32)
    flat = cv2.warpAffine(share, cv2.getAffineTransform(source, places), size, flags=cv2.INTER_AREA)
    _, png = cv2.imencode(".png", np.where(flat > 127, 255, 0).astype(np.uint8), [cv2.IMWRITE_PNG_BILEVEL, 1])  # noqa: PLR2004 - half
    return Mask(whole, png.tobytes())


def _corners(rect: Rect) -> tuple[tuple[float, float], ...]:
    return (0.0, 0.0), (rect.w, 0.0), (0.0, rect.h)
