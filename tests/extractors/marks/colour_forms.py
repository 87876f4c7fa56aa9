"""Parts of a form drawn in colour: pens, stamps, paper, and what JPEG makes of them."""

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.feuilles.form_view import FormView, Rect
from extractors.feuilles.strokes import Ink
from extractors.marks.erasures import Written
from tests.extractors.marks.drawn_forms import PX, SIZE, laid

BLACK, BLUE, RED, GREEN = (28, 28, 32), (30, 50, 140), (140, 30, 45), (30, 110, 60)
#: A form's field, as the S3129d prints it.
BEIGE = (207, 200, 188)
#: Where the entry of these forms stands, and where its last figures do, mm.
ENTRY, ENDING = Rect(10, 30, 60, 6), Rect(31, 30, 30, 6)

Colour = tuple[int, int, int]


def sheet(paper: Colour = (255, 255, 255)) -> NDArray[np.uint8]:
    """Return an empty sheet in colour."""
    return np.full((round(SIZE[0] * PX), round(SIZE[1] * PX), 3), paper, np.uint8)


def write(
    image: NDArray[np.uint8], text: str, at: tuple[float, float], ink: Colour, *, high_mm: float = 3.2, bold: int = 3
) -> None:
    """Write *text* in *ink* with its feet at a place in mm."""
    place = (round(at[0] * PX), round(at[1] * PX))
    mask = np.zeros(image.shape[:2], np.uint8)
    cv2.putText(mask, text, place, cv2.FONT_HERSHEY_SIMPLEX, high_mm * PX / 21, 255, bold, cv2.LINE_AA)
    absorbed = (1 - np.array(ink) / 255) * (mask[..., None] / 255)
    image[:] = (image * (1 - absorbed)).astype(np.uint8)


def scanned(image: NDArray[np.uint8], *, quality: int = 75, in_colour: bool = True) -> FormView:
    """Return the sheet laid flat as a scanner's JPEG has it."""
    _, code = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    seen = cv2.imdecode(code, cv2.IMREAD_COLOR)
    assert seen is not None
    seen = np.asarray(seen[..., ::-1], np.uint8)
    paper = np.median(seen.reshape(-1, 3), axis=0)
    cleaned = np.clip(seen / paper * 255, 0, 255).min(axis=2)
    cleaned = np.where(cleaned > 225, 255, cleaned).astype(np.uint8)
    half = np.asarray(cv2.resize(seen, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
    return laid(cleaned, np.asarray(seen.mean(axis=2), np.uint8), colour=half if in_colour else None)


def entry_of(view: FormView, rect: Rect = ENTRY) -> list[Written]:
    """Return the entry in *rect*."""
    return [Written("form_date", rect, Ink(view).entry(rect, above=1.0, below=1.0))]
