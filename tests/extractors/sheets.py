"""Forms and text pages drawn in code, then scanned badly: turned, leaning, framed in black, photographed, bilevel."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.forms.template import BoxMm, FormTemplate, load_templates
from extractors.pages.turning import turn_matrix, turned
from extractors.scan import Scan

#: A scanner's usual resolution.
DPI = 200.0
PX_PER_MM = DPI / 25.4
#: Corners of entries all over the form, mm.
CORNERS_MM = np.array([[[9.0, 29.6], [202.5, 66.8], [44, 38.2], [140, 102.2], [9, 168.0], [202, 230], [110, 254]]])


def template() -> FormTemplate:
    """Return the built-in S3129d."""
    return load_templates()[0]


def write(
    page: NDArray[np.uint8], text: str, at_mm: tuple[float, float], *, height_mm: float = 2.6, grey: int = 40
) -> None:
    """Write *text* on *page* with a pen of 0.4 mm, its baseline beginning at *at_mm*."""
    place = (round(at_mm[0] * PX_PER_MM), round(at_mm[1] * PX_PER_MM))
    scale = height_mm * PX_PER_MM / 21.0
    cv2.putText(page, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, grey, round(0.4 * PX_PER_MM), cv2.LINE_AA)


def write_cells(page: NDArray[np.uint8], digits: str, cells: tuple[BoxMm, ...]) -> None:
    """Write one digit a cell."""
    for digit, cell in zip(digits, cells, strict=False):
        write(page, digit, (cell.x + 1.0, cell.y + cell.h - 1.0), height_mm=3.0)


def filled_form() -> NDArray[np.uint8]:
    """Return the blank S3129d with a few entries, at ``DPI``, grey."""
    form = template()
    page = form.blank(PX_PER_MM).copy()
    for name, digits in (
        ("patient_nir", "269054958815780"),
        ("prescription_date", "14032025"),
        ("invoice_number", "1234"),
    ):
        zone = form.zone(name)
        assert zone is not None
        write_cells(page, digits, zone.cells_mm)
    write(page, "MARTIN JEANNE", (34, 33.6))
    for row in range(4):
        write(page, "14/03/2025   AMI   4", (11, 172.5 + 6.2 * row))
    return page


def text_page(lines: int = 14) -> NDArray[np.uint8]:
    """Return a page of printed text, no form."""
    page = np.full((round(297 * PX_PER_MM), round(210 * PX_PER_MM)), 250, np.uint8)
    for row in range(lines):
        write(page, "Faire pratiquer par une infirmiere a domicile", (25, 40 + 9 * row), grey=30)
    return page


@dataclass(frozen=True)
class Scanner:
    """What happens to a page on its way: clockwise degrees, mm, grey levels."""

    rotation: int = 0
    lean: float = 0.0
    scale: float = 1.0
    shift_mm: tuple[float, float] = (0.0, 0.0)
    frame_mm: float = 0.0
    tilt: float = 0.0
    threshold: int | None = None
    noise: float = 3.0

    def scan(self, page: NDArray[np.uint8], dpi: float | None = DPI) -> tuple[Scan, NDArray[np.float64]]:
        """Return the scan of *page*, and the 3x3 map from the page's millimetres to the scan's pixels."""
        frame = round(self.frame_mm * PX_PER_MM)
        height, width = page.shape[0] + 2 * frame, page.shape[1] + 2 * frame
        angle = np.deg2rad(self.lean)
        turn = np.eye(3)
        turn[:2, :2] = self.scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        middle = np.array([page.shape[1], page.shape[0]]) / 2
        turn[:2, 2] = np.array([width, height]) / 2 + np.array(self.shift_mm) * PX_PER_MM - turn[:2, :2] @ middle
        if self.tilt:
            corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
            away = np.array([[0.6, 0.2], [-0.3, 0.9], [-0.8, -0.4], [0.2, -0.1]], np.float32) * self.tilt * width
            turn = cv2.getPerspectiveTransform(corners, corners + away) @ turn
        ground = 25 if frame else 250
        half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
        moved = cv2.warpPerspective(page, np.linalg.inv(half) @ turn @ half, (width, height), borderValue=ground)
        noisy = moved + np.random.default_rng(7).normal(0, self.noise, moved.shape)
        pixels = np.clip(noisy, 0, 255).astype(np.uint8)
        if self.threshold is not None:
            pixels = np.where(pixels < self.threshold, np.uint8(0), np.uint8(255))
        pixels = turned(pixels, self.rotation)
        to_scan = turn_matrix((height, width), self.rotation) @ turn @ np.diag([PX_PER_MM, PX_PER_MM, 1.0])
        return Scan("lot.pdf", 1, pixels, dpi, self.threshold is not None), to_scan
