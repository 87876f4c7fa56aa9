"""What stands on a PDF page, and whether one scanned image is all that shows."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, TypeAlias

import cv2
import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw_pdfium

from extractors.scan import Pixels

#: ``(a, b, c, d, e, f)`` of ISO 32000-2, 8.3.3
Matrix: TypeAlias = tuple[float, float, float, float, float, float]
#: ``(left, top, right, bottom)`` in fractions of the page as displayed, y down; may reach beyond the page
Place: TypeAlias = tuple[float, float, float, float]

_DEEPEST_FORM: Final = 8
#: Objects looked at on one page; a page with more is drawn.
_MOST_OBJECTS: Final = 20_000
#: Share of a side an image may leave free, or reach beyond, and still stand for the page.
_MARGIN: Final = 0.005
#: Tangent of the lean up to which an image lies straight: 0.05 degrees, 1 px in 1,100.
_STRAIGHT: Final = 0.0009
_WHITE: Final = 250
_BLACK: Final = 60
_INVISIBLE_TEXT: Final = (raw_pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, raw_pdfium.FPDF_TEXTRENDERMODE_CLIP)


@dataclass(frozen=True, slots=True)
class PlacedImage:
    """An image and how it lies on the page as displayed."""

    image: pdfium.PdfImage
    #: maps the unit square to fractions of the displayed page, y up
    matrix: Matrix
    place: Place
    #: size in pixels, as stored
    width: int
    height: int

    @property
    def is_straight(self) -> bool:
        """Whether its sides are parallel to the page's."""
        a, b, c, d = self.matrix[:4]
        upright, sideways = max(abs(a), abs(d)), max(abs(b), abs(c))
        return min(upright, sideways) <= _STRAIGHT * max(upright, sideways)

    @property
    def is_sideways(self) -> bool:
        """Whether its rows run along the page's height."""
        return abs(self.matrix[1]) > abs(self.matrix[0])

    def covers(self, margin: float = _MARGIN) -> bool:
        """Return whether it reaches every side of the page, but for *margin* of a side."""
        left, top, right, bottom = self.place
        return max(left, top) <= margin and min(right, bottom) >= 1 - margin

    def displayed(self, pixels: Pixels) -> Pixels:
        """Return its *pixels*, stored row by row, as the page shows them."""
        a, b, c, d = self.matrix[:4]
        if self.is_sideways:
            pixels = cv2.transpose(pixels).astype(np.uint8, copy=False)
            flips = (b > 0, c > 0)  # rows, columns
        else:
            flips = (d < 0, a < 0)
        if not any(flips):
            return pixels
        return cv2.flip(pixels, -1 if all(flips) else 0 if flips[0] else 1).astype(np.uint8, copy=False)


@dataclass(slots=True)
class Layout:
    """What shows on a page."""

    images: list[PlacedImage] = field(default_factory=list)
    #: places of text that shows, and of text that does not (an OCR layer)
    text: list[Place] = field(default_factory=list)
    hidden_text: list[Place] = field(default_factory=list)
    #: whether lines, areas or shadings show
    has_drawing: bool = False

    @property
    def image_share(self) -> float:
        """Area of the largest image as a share of the page: 0.0 none, 1.0 all of it."""
        return max((_area(image.place) for image in self.images), default=0.0)

    @property
    def is_blank(self) -> bool:
        """Whether nothing shows."""
        return not (self.images or self.text or self.has_drawing)

    def only_image(self) -> PlacedImage | None:
        """Return the image that is all the page shows, or None."""
        if len(self.images) == 1 and not self.text and not self.has_drawing and self.images[0].is_straight:
            return self.images[0]
        return None


def read_layout(page: pdfium.PdfPage) -> Layout:
    """Return what shows on *page*; what an opaque image covers wholly does not show."""
    layout = Layout()
    to_display = _display_matrix(page)
    for raw, kind, matrix in islice(_objects(page, None, to_display, 0), _MOST_OBJECTS):
        if kind == raw_pdfium.FPDF_PAGEOBJ_IMAGE:
            _add_image(layout, pdfium.PdfImage(raw, page=page, pdf=page.pdf), raw, matrix)
            continue
        place = _bounds(raw, matrix)
        if place is None or place[2] <= 0 or place[3] <= 0 or place[0] >= 1 or place[1] >= 1:
            continue  # beside the page
        if kind == raw_pdfium.FPDF_PAGEOBJ_TEXT:
            is_hidden = raw_pdfium.FPDFTextObj_GetTextRenderMode(raw) in _INVISIBLE_TEXT
            (layout.hidden_text if is_hidden else layout.text).append(place)
        elif kind != raw_pdfium.FPDF_PAGEOBJ_PATH or _path_shows(raw, layout):
            layout.has_drawing = True
    return layout


def displayed_frame(page: pdfium.PdfPage) -> tuple[float, float, float, float]:
    """Return ``(left, top, width, height)`` in points of what is displayed within the turned media box."""
    left, bottom, right, top = page.get_bbox()
    media_left, media_bottom, media_right, media_top = page.get_mediabox()
    gaps = {
        0: (left - media_left, media_top - top),
        90: (bottom - media_bottom, left - media_left),
        180: (media_right - right, bottom - media_bottom),
        270: (media_top - top, media_right - right),
    }
    return (*gaps[page.get_rotation()], *page.get_size())


def is_stencil_in_black(image: pdfium.PdfImage) -> bool:
    """Return whether *image*, an image mask, is poured in black."""
    return max(_fill_colour(image.raw)) <= _BLACK


def _add_image(layout: Layout, image: pdfium.PdfImage, raw: Any, matrix: Matrix) -> None:
    try:
        width, height = image.get_px_size()
    except pdfium.PdfiumError:
        width, height = 0, 0
    placed = PlacedImage(image, matrix, _place(matrix), width, height)
    is_opaque = not raw_pdfium.FPDFPageObj_HasTransparency(raw)
    if placed.covers() and placed.is_straight and is_opaque and image.get_metadata().colorspace:
        layout.images.clear()
        layout.hidden_text += layout.text
        layout.text.clear()
        layout.has_drawing = False
    layout.images.append(placed)


def _objects(page: pdfium.PdfPage, form: Any, to_display: Matrix, depth: int) -> Iterator[tuple[Any, int, Matrix]]:
    """Yield each object with its kind and the matrix from its own space (unit square or parent) to the display."""
    count = raw_pdfium.FPDFFormObj_CountObjects(form) if form else raw_pdfium.FPDFPage_CountObjects(page)
    for index in range(count):
        raw = raw_pdfium.FPDFFormObj_GetObject(form, index) if form else raw_pdfium.FPDFPage_GetObject(page, index)
        if not raw:
            continue
        kind = raw_pdfium.FPDFPageObj_GetType(raw)
        if kind == raw_pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEPEST_FORM:
            yield from _objects(page, raw, _times(_matrix(raw), to_display), depth + 1)
        elif kind == raw_pdfium.FPDF_PAGEOBJ_IMAGE:
            yield raw, kind, _times(_matrix(raw), to_display)
        else:
            yield raw, kind, to_display


def _matrix(raw: Any) -> Matrix:
    held = raw_pdfium.FS_MATRIX()
    if not raw_pdfium.FPDFPageObj_GetMatrix(raw, held):
        return (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    return (held.a, held.b, held.c, held.d, held.e, held.f)


def _times(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _display_matrix(page: pdfium.PdfPage) -> Matrix:
    """Return the map from page space to fractions of the page as displayed, y up."""
    left, bottom, right, top = page.get_bbox()
    width, height = max(right - left, 1e-6), max(top - bottom, 1e-6)
    to_unit: Matrix = (1 / width, 0.0, 0.0, 1 / height, -left / width, -bottom / height)
    turns: dict[int, Matrix] = {
        90: (0.0, -1.0, 1.0, 0.0, 0.0, 1.0),
        180: (-1.0, 0.0, 0.0, -1.0, 1.0, 1.0),
        270: (0.0, 1.0, -1.0, 0.0, 1.0, 0.0),
    }
    turn = turns.get(page.get_rotation())
    return _times(to_unit, turn) if turn else to_unit


def _place(matrix: Matrix, box: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)) -> Place:
    a, b, c, d, e, f = matrix
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (box[0], box[2]) for y in (box[1], box[3])]
    across, up = [x for x, _ in corners], [y for _, y in corners]
    return (min(across), 1 - max(up), max(across), 1 - min(up))


def _bounds(raw: Any, matrix: Matrix) -> Place | None:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw_pdfium.FPDFPageObj_GetBounds(raw, left, bottom, right, top):
        return None
    return _place(matrix, (left.value, bottom.value, right.value, top.value))


def _path_shows(raw: Any, layout: Layout) -> bool:
    """Return whether a path leaves a trace: clipping paths do not, nor does white on a page still white."""
    fill, is_stroked = ctypes.c_int(), ctypes.c_int()
    raw_pdfium.FPDFPath_GetDrawMode(raw, fill, is_stroked)
    if is_stroked.value:
        return True
    is_white = min(_fill_colour(raw)) >= _WHITE
    return bool(fill.value) and not (is_white and not (layout.images or layout.text or layout.has_drawing))


def _fill_colour(raw: Any) -> tuple[int, int, int]:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not raw_pdfium.FPDFPageObj_GetFillColor(raw, red, green, blue, alpha):
        return (0, 0, 0)
    return (red.value, green.value, blue.value)


def _area(place: Place) -> float:
    left, top, right, bottom = (min(max(value, 0.0), 1.0) for value in place)
    return max(right - left, 0.0) * max(bottom - top, 0.0)
