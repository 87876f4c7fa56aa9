"""A born-digital page: the same drawing calls as ``Paper``, written as vectors and text into a PDF."""

from pathlib import Path
from typing import Any, Final

from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from samples.paper import BLACK, POINT_MM, BoxMm, Colour

_REGISTERED: Final[set[str]] = set()


class VectorPaper:
    """One page of a reportlab canvas, addressed in mm from the top left corner."""

    def __init__(self, canvas: Any, size_mm: tuple[float, float]) -> None:
        self.canvas = canvas
        self.width_mm, self.height_mm = size_mm
        canvas.setPageSize((size_mm[0] * mm, size_mm[1] * mm))

    def _colour(self, colour: Colour) -> tuple[float, float, float]:
        return (colour[0] / 255, colour[1] / 255, colour[2] / 255)

    def text(
        self,
        x_mm: float,
        y_mm: float,
        text: str,
        font: Path,
        points: float = 10,
        *,
        colour: Colour = BLACK,
        anchor: str = "l",
    ) -> BoxMm:
        """Print *text* as ``Paper.text`` does."""
        if font.stem not in _REGISTERED:
            pdfmetrics.registerFont(TTFont(font.stem, str(font)))
            _REGISTERED.add(font.stem)
        self.canvas.setFillColorRGB(*self._colour(colour))
        self.canvas.setFont(font.stem, points)
        put = {"l": self.canvas.drawString, "c": self.canvas.drawCentredString, "r": self.canvas.drawRightString}[
            anchor
        ]
        put(x_mm * mm, (self.height_mm - y_mm) * mm, text)
        width = pdfmetrics.stringWidth(text, font.stem, points) / mm
        left = x_mm - {"l": 0.0, "c": width / 2, "r": width}[anchor]
        return (left, y_mm - 0.75 * points * POINT_MM, width, points * POINT_MM)

    def fill(self, box: BoxMm, colour: Colour) -> None:
        """Paint a rectangle."""
        x, y, w, h = box
        self.canvas.setFillColorRGB(*self._colour(colour))
        self.canvas.rect(x * mm, (self.height_mm - y - h) * mm, w * mm, h * mm, stroke=0, fill=1)

    def line(self, x1: float, y1: float, x2: float, y2: float, width_mm: float = 0.25, colour: Colour = BLACK) -> None:
        """Draw a straight rule."""
        self.canvas.setStrokeColorRGB(*self._colour(colour))
        self.canvas.setLineWidth(width_mm * mm)
        self.canvas.line(x1 * mm, (self.height_mm - y1) * mm, x2 * mm, (self.height_mm - y2) * mm)

    def frame(self, box: BoxMm, width_mm: float = 0.3, colour: Colour = BLACK) -> None:
        """Draw a rectangle's outline."""
        x, y, w, h = box
        self.canvas.setStrokeColorRGB(*self._colour(colour))
        self.canvas.setLineWidth(width_mm * mm)
        self.canvas.rect(x * mm, (self.height_mm - y - h) * mm, w * mm, h * mm, stroke=1, fill=0)
