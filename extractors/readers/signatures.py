"""Whether ink is a signature: a small network over the place where people sign, and over a page where they may.

It sees how dark the ink is and, on a form, which box is asked about; it gives the probability that somebody signed,
and where. ``box_planes`` and ``page_plane`` make what it is shown, and ``samples/training`` shares them; forms and
pages have weights of their own (``docs/models/signatures.md``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

#: Resolutions, px per mm: a ball pen's line covers a third of the finer one's pixel, which its darkness shows.
BOX_PX_PER_MM: Final = 3.2
PAGE_PX_PER_MM: Final = 2.5
#: What is seen of a form: a box of 52 x 20 mm in the middle, and the surroundings people overflow into.
BOX_VIEW_MM: Final = (80.0, 45.0)
_BOX_VIEW_PX: Final = (256, 144)
#: Above this share of the page nobody signs: letterheads and logos.
PAGE_FROM: Final = 0.25
#: A cell of the map of places is that many pixels wide and high.
STEP: Final = 8
_FOLDER: Final = Path(__file__).parent / "models"

Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the network says of one view."""

    #: that somebody signed, 0 to 1
    probability: float
    #: the same cell by cell of ``STEP`` pixels, ``(h / STEP, w / STEP)``
    where: Plane


def box_planes(ink: NDArray[np.uint8], box_mm: tuple[float, float, float, float]) -> Plane:
    """Return what the network sees of a form's box.

    Args:
        ink: ``BOX_VIEW_MM`` of the print-free form, the box in its middle; grey, paper 255.
        box_mm: the box asked about, from the view's top left corner.

    Returns:
        ``(2, h, w)``: darkness of the ink, 0 to 1; 1.0 inside the box.
    """
    depth = cv2.resize(cv2.bitwise_not(ink), _BOX_VIEW_PX, interpolation=cv2.INTER_AREA).astype(np.float32)
    asked = np.zeros_like(depth)
    x, y, w, h = (round(v * BOX_PX_PER_MM) for v in box_mm)
    asked[max(y, 0) : y + h, max(x, 0) : x + w] = 1.0
    return np.stack([depth / np.float32(255.0), asked])


def page_plane(depth: NDArray[np.uint8], px_per_mm: float) -> Plane:
    """Return what the network sees of a page: ``(1, h, w)``, the darkness of the ink below ``PAGE_FROM``, 0 to 1.

    Args:
        depth: of the whole page, 255 where it is as dark as the page's print.
        px_per_mm: its resolution.
    """
    part = depth[round(PAGE_FROM * depth.shape[0]) :]
    scale = PAGE_PX_PER_MM / px_per_mm
    small = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    down, across = -small.shape[0] % (2 * STEP), -small.shape[1] % (2 * STEP)
    padded = cv2.copyMakeBorder(small, 0, down, 0, across, cv2.BORDER_CONSTANT, value=0)
    return (padded.astype(np.float32) / np.float32(255.0))[None]


def _network(name: str) -> Callable[[Plane], Seen]:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = ort.InferenceSession((_FOLDER / name).read_bytes(), options, providers=["CPUExecutionProvider"])

    def see(planes: Plane) -> Seen:
        probability, where = session.run(["probability", "where"], {"planes": planes[None]})
        return Seen(float(probability[0]), where[0, 0])

    return see


@cache
def box_network() -> Callable[[Plane], Seen]:
    """Return the network for ``box_planes``, one thread, loaded once a process."""
    return _network("signature_boxes.onnx")
