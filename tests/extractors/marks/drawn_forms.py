"""Parts of a form, drawn stroke by stroke on white paper."""

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.feuilles.form_view import FormView
from schemas.geometry import Box

PX = 8.0
SIZE = (60, 120)  # height and width of the paper, mm
TINT = 207


def paper() -> NDArray[np.uint8]:
    return np.full((round(SIZE[0] * PX), round(SIZE[1] * PX)), 255, np.uint8)


def laid(cleaned: NDArray[np.uint8], original: NDArray[np.uint8] | None = None, **more: object) -> FormView:
    """Return a view of a drawn paper, its boxes in fractions of it."""
    return FormView(
        original=cleaned if original is None else original,
        cleaned=cleaned,
        px_per_mm=PX,
        is_bilevel=False,
        box=lambda r: Box(r.x / SIZE[1], r.y / SIZE[0], r.w / SIZE[1], r.h / SIZE[0]).clipped(),
        **more,  # type: ignore[arg-type]
    )


def pen(image: NDArray[np.uint8], *points: tuple[float, float], width_mm: float = 0.4) -> None:
    """Draw a stroke through *points*, in mm."""
    line = np.array([[x * PX, y * PX] for x, y in points], np.int32)
    cv2.polylines(image, [line], isClosed=False, color=40, thickness=max(round(width_mm * PX), 1), lineType=cv2.LINE_AA)


def typed(image: NDArray[np.uint8], text: str, x: float, y: float, height_mm: float = 2.6) -> None:
    """Write *text* with its feet on *y*, in mm."""
    scale = height_mm * PX / 21
    where = (round(x * PX), round(y * PX))
    cv2.putText(image, text, where, cv2.FONT_HERSHEY_SIMPLEX, scale, 30, 2, cv2.LINE_AA)
