"""A page aligned to the form printed on it: which template, which way up, and where each millimetre lies.

Three steps, each on less ground than the last: the page's darkness against the blank's at 1.5 px/mm gives the template,
the turn and the place to a few millimetres; some forty printed anchors at 5 px/mm give the exact map; anchors
that were left out of the fit judge it.
"""

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.clean import estimate_dpi, grey_of, upright
from extractors.forms.anchors import Find, anchors_of, find_anchors
from extractors.forms.coarse import CoarseFinder, Pose
from extractors.forms.entries import entries_agree
from extractors.forms.plane import affinity, homography
from extractors.forms.template import BoxMm, FormTemplate
from extractors.paper import MM_PER_INCH, PAGE_MM, reduced
from extractors.photo import find_paper, laid_flat
from extractors.scan import Scan
from extractors.sheet import Sheet, View
from extractors.turning import turn_matrix, warped
from schemas.geometry import Box

#: A form whose print lies farther than this from its template, mm, is another form.
#: Cells are 4.7 mm wide and readers get 25 % around them: half a millimetre still reads, a near miss is past it.
RESIDUAL_LIMIT_MM: Final = 0.4
#: Share of the anchors found that must agree on one map.
AGREEMENT_LIMIT: Final = 0.85
#: Fewer anchors than this say nothing.
FEWEST_ANCHORS: Final = 12
#: Resolution of the anchors: their print is found to a tenth of a pixel, 0.02 mm.
_FINE_PX_PER_MM: Final = 5.0
#: Resolution of the entries' check: a table's white rules, 0.45 mm, still show.
_ENTRIES_PX_PER_MM: Final = 4.0
#: How far anchors are looked for: round the first guess, then round the first fit.
_REACHES_MM: Final = (5.0, 1.6)


@dataclass(frozen=True)
class Registration:
    """Where a form lies on its page. Boxes are the contract's, in fractions of the upright scan."""

    template: FormTemplate
    #: clockwise degrees that bring the scan upright
    rotation: int
    #: 3x3, from millimetres of the form to pixels of the upright scan
    to_sheet: NDArray[np.float64]
    sheet_size: tuple[int, int]  #: ``(h, w)`` px
    #: three quarters of the anchors kept out of the fit lie closer than this to where the fit puts them
    residual_mm: float
    #: anchors that agree, of ``found`` seen on the page, of ``expected`` the template has
    inliers: int
    found: int
    expected: int

    @property
    def skew_degrees(self) -> float:
        """The clockwise lean of the form in the upright scan, at its middle."""
        width, height = self.template.page_mm
        ends = np.array([[[width * 0.1, height / 2], [width * 0.9, height / 2]]])
        (x1, y1), (x2, y2) = cv2.perspectiveTransform(ends, self.to_sheet)[0]
        return round(float(np.degrees(np.arctan2(y2 - y1, x2 - x1))), 2)

    @property
    def px_per_mm(self) -> float:
        """The scan's own resolution, at the middle of the form."""
        width, height = self.template.page_mm
        middle = np.array([[[width / 2, height / 2], [width / 2 + 1, height / 2]]])
        here, there = cv2.perspectiveTransform(middle, self.to_sheet)[0]
        return float(np.linalg.norm(there - here))

    def sheet(self, scan: Scan) -> Sheet:
        """Return *scan* upright, its lean taken from the form instead of measured again."""
        return upright(scan, self.rotation, skew_degrees=self.skew_degrees, dpi=self.px_per_mm * MM_PER_INCH)

    def view(self, sheet: Sheet, px_per_mm: float) -> View:
        """Return the page rectified: a zone stands at ``box_mm * px_per_mm``, in grey."""
        size = (round(self.template.page_mm[0] * px_per_mm), round(self.template.page_mm[1] * px_per_mm))
        to_sheet = self.to_sheet @ np.diag([1 / px_per_mm, 1 / px_per_mm, 1.0])
        return View(warped(sheet.grey, to_sheet, size), to_sheet, self.sheet_size, px_per_mm * MM_PER_INCH)

    def box(self, box_mm: BoxMm) -> Box:
        """Return the contract's box around a rectangle of the form."""
        x, y, w, h = box_mm
        corners = np.array([[[x, y], [x + w, y], [x + w, y + h], [x, y + h]]], np.float64)
        there = cv2.perspectiveTransform(corners, self.to_sheet)[0]
        (left, top), (right, bottom) = there.min(axis=0), there.max(axis=0)
        height, width = self.sheet_size
        return Box(left / width, top / height, (right - left) / width, (bottom - top) / height).clipped()


class Registrar:
    """Finds known forms on scans. Holds the templates' anchors, nothing of the pages; one a worker."""

    def __init__(self, templates: tuple[FormTemplate, ...]) -> None:
        self.templates = templates
        self._finders = {template.name: CoarseFinder(template) for template in templates}
        self._anchors = {template.name: anchors_of(template, _FINE_PX_PER_MM) for template in templates}

    def find(self, scan: Scan) -> Registration | None:
        """Return how the form lies on *scan* (not turned yet), or None where no template fits it."""
        grey = grey_of(scan.pixels)
        dpi = estimate_dpi(scan)
        fine = reduced(grey, dpi, _FINE_PX_PER_MM * MM_PER_INCH) if dpi > 1.2 * _FINE_PX_PER_MM * MM_PER_INCH else grey
        shrink = np.diag([grey.shape[1] / fine.shape[1], grey.shape[0] / fine.shape[0], 1.0])
        px_per_mm = dpi / MM_PER_INCH * fine.shape[1] / grey.shape[1]
        corners = find_paper(fine)
        if corners is not None:  # a photograph: register the sheet laid flat, at the scale its paper gives
            flat, size = laid_flat(corners)
            px_per_mm = max(size) / PAGE_MM
            fine = warped(fine, flat, (round(size[0]), round(size[1])))
            shrink = shrink @ flat
        found = (self._placed(template, fine, px_per_mm, is_bilevel=scan.is_bilevel) for template in self.templates)
        best = max((place for place in found if place), key=lambda place: place.inliers, default=None)
        if best is None:
            return None
        return replace(
            best,
            to_sheet=turn_matrix(grey.shape, best.rotation) @ shrink @ best.to_sheet,
            sheet_size=grey.shape if best.rotation % 180 == 0 else grey.shape[::-1],
        )

    def _placed(
        self, template: FormTemplate, fine: NDArray[np.uint8], px_per_mm: float, *, is_bilevel: bool
    ) -> Registration | None:
        """Return how *template* lies on *fine*, its map leading to that image's pixels, not turned; or None."""
        for pose in self._finders[template.name].poses(fine, px_per_mm, is_bilevel=is_bilevel):
            place = self._fine(template, fine, pose, is_bilevel=is_bilevel)
            if place is not None:
                return place
        return None

    def _fine(
        self, template: FormTemplate, fine: NDArray[np.uint8], pose: Pose, *, is_bilevel: bool
    ) -> Registration | None:
        """Return the exact place near *pose*, or None where the anchors do not agree on one."""
        anchors = self._anchors[template.name]
        size = (round(template.page_mm[0] * _FINE_PX_PER_MM), round(template.page_mm[1] * _FINE_PX_PER_MM))
        to_mm = np.diag([1 / _FINE_PX_PER_MM, 1 / _FINE_PX_PER_MM, 1.0])
        to_image = pose.to_image
        for reach_mm in _REACHES_MM:
            page = warped(fine, to_image @ to_mm, size)
            finds = find_anchors(page, anchors, _FINE_PX_PER_MM, reach_mm, is_bilevel=is_bilevel)
            fitted = _fit(finds) if len(finds) >= FEWEST_ANCHORS else None
            if fitted is None:
                return None
            correction, inliers = fitted
            to_image = to_image @ correction
        residual = _held_out_residual(finds)
        if residual > RESIDUAL_LIMIT_MM or inliers < AGREEMENT_LIMIT * len(finds):
            return None
        size = (round(template.page_mm[0] * _ENTRIES_PX_PER_MM), round(template.page_mm[1] * _ENTRIES_PX_PER_MM))
        page = warped(fine, to_image @ np.diag([1 / _ENTRIES_PX_PER_MM, 1 / _ENTRIES_PX_PER_MM, 1.0]), size)
        if not entries_agree(page, template, _ENTRIES_PX_PER_MM):
            return None
        return Registration(
            template, pose.rotation, to_image, (0, 0), residual, inliers, len(finds), expected=len(anchors)
        )


#: How far from the fit an anchor may be found and still agree, mm.
_INLIER_MM: Final = 0.5


def _fit(finds: list[Find]) -> tuple[NDArray[np.float64], int] | None:
    """Return the 3x3 map from expected to found millimetres, and how many finds agree with it."""
    expected = np.array([f.expected_mm for f in finds], np.float64)
    found = np.array([f.found_mm for f in finds], np.float64)
    flat = len(finds) < 3 * FEWEST_ANCHORS // 2  # too few to tell a perspective
    matrix, inliers = affinity(expected, found, _INLIER_MM) if flat else homography(expected, found, _INLIER_MM)
    return None if matrix is None else (matrix, inliers)


def _held_out_residual(finds: list[Find]) -> float:
    """Return the distance in mm within which three quarters of the finds lie when a third is fitted by the others."""
    distances: list[float] = []
    for part in range(3):
        kept = [f for i, f in enumerate(finds) if i % 3 != part]
        fitted = _fit(kept)
        if fitted is None:
            return float("inf")
        out = [f for i, f in enumerate(finds) if i % 3 == part]
        expected = np.array([[f.expected_mm for f in out]], np.float64)
        there = cv2.perspectiveTransform(expected, fitted[0])[0]
        distances.extend(np.linalg.norm(there - np.array([f.found_mm for f in out]), axis=1))
    return round(float(np.percentile(distances, 75)), 3)
