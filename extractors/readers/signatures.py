"""Whether ink is a signature: a small network over a form's box and what stands around it.

It sees how dark the ink is and which box is asked about; it gives the probability that somebody signed, and where.
``box_planes`` makes what it is shown, and ``samples/training`` shares it (``docs/models/signatures.md``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.readers.session import load_session

#: Resolution, px per mm: a ball pen's line covers a third of a pixel, which its darkness shows.
BOX_PX_PER_MM: Final = 3.2
#: What is seen of a form: a box of 52 x 20 mm in the middle, and the surroundings people overflow into.
BOX_VIEW_MM: Final = (80.0, 45.0)
_BOX_VIEW_PX: Final = (256, 144)
#: A cell of the map of places is that many pixels wide and high.
STEP: Final = 8
_MODEL: Final = Path(__file__).parent / "models" / "signature_boxes.onnx"

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


@cache
def box_network() -> Callable[[Plane], Seen]:
    """Return the network for ``box_planes``, one thread, loaded once a process."""
    session = load_session(_MODEL)

    def see(planes: Plane) -> Seen:
        probability, where = session.run(["probability", "where"], {"planes": planes[None]})
        return Seen(float(probability[0]), where[0, 0])

    return see
