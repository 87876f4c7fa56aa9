"""A page aligned to the form printed on it: which template, which way up, and where each millimetre lies.

Three steps, each on less ground than the last: the page's darkness against the blank's at 0.75 px/mm gives the
template, the turn and the place to a few millimetres; some forty printed anchors at 2.5 and 5 px/mm give the exact map;
anchors that were left out of the fit judge it. A page without the form's dark bands is let go before all that.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.forms.anchors import Find, anchors_of, find_anchors
from extractors.forms.coarse import SMALL_PX_PER_MM, CoarseFinder, Pose, ink_of, rough_lean, solid_share
from extractors.forms.entries import ENTRIES_PX_PER_MM, EntriesCheck
from extractors.forms.plane import affinity, homography
from extractors.forms.template import BoxMm, FormTemplate
from extractors.forms.written import entries_moved
from extractors.pages.clean import estimate_dpi, grey_of, upright
from extractors.pages.paper import MM_PER_INCH, PAGE_MM, reduced
from extractors.pages.photo import find_paper, laid_flat
from extractors.pages.turning import turn_matrix, warped
from extractors.scan import Scan
from extractors.sheet import Quality, Sheet, View
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
#: Anchors are looked for twice: resolution, and how far, round the first guess and then round the first fit.
_PASSES: Final = ((_FINE_PX_PER_MM / 2, 5.0), (_FINE_PX_PER_MM, 1.6))


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

    def sheet(self, scan: Scan, quality: Quality | None = None) -> Sheet:
        """Return *scan* upright, its lean taken from the form instead of measured again; its *quality* too if given."""
        dpi = self.px_per_mm * MM_PER_INCH
        return upright(scan, self.rotation, skew_degrees=self.skew_degrees, dpi=dpi, quality=quality)

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
        self._anchors = {
            template.name: tuple(anchors_of(template, px_per_mm) for px_per_mm, _ in _PASSES) for template in templates
        }
        self._checks = {template.name: EntriesCheck(template) for template in templates}

    def find(self, scan: Scan) -> Registration | None:
        """Return how the form lies on *scan* (not turned yet), or None where no template fits it."""
        grey = grey_of(scan.pixels)
        step = max(int(estimate_dpi(scan) / MM_PER_INCH / _FINE_PX_PER_MM), 1)
        fine = _shrunk(grey, step)
        shrink = np.diag([grey.shape[1] / fine.shape[1], grey.shape[0] / fine.shape[0], 1.0])
        px_per_mm = estimate_dpi(scan) / MM_PER_INCH * fine.shape[1] / grey.shape[1]
        small = reduced(fine, px_per_mm, SMALL_PX_PER_MM)
        corners = find_paper(small)
        if corners is not None:  # a photograph: register the sheet laid flat, at the scale its paper gives
            flat, size = laid_flat(corners * (fine.shape[1] / small.shape[1], fine.shape[0] / small.shape[0]))
            px_per_mm = max(size) / PAGE_MM
            fine = warped(fine, flat, (round(size[0]), round(size[1])))
            small = reduced(fine, px_per_mm, SMALL_PX_PER_MM)
            shrink = shrink @ flat
        ink = ink_of(small)
        solid = solid_share(ink)
        templates = [template for template in self.templates if self._finders[template.name].may_lie_on(solid)]
        if not templates:
            return None
        page = _Page(fine, px_per_mm, small, rough_lean(ink), scan.is_bilevel)
        found = (self._placed(template, page) for template in templates)
        best = max((place for place in found if place), key=lambda place: place.inliers, default=None)
        if best is None:
            return None
        return replace(
            best,
            to_sheet=turn_matrix(grey.shape, best.rotation) @ shrink @ best.to_sheet,
            sheet_size=grey.shape if best.rotation % 180 == 0 else grey.shape[::-1],
        )

    def _placed(self, template: FormTemplate, page: "_Page") -> Registration | None:
        """Return how *template* lies on *page*, its map leading to the fine image's pixels, not turned; or None."""
        poses = self._finders[template.name].poses(
            page.fine, page.px_per_mm, page.small, page.lean, is_bilevel=page.is_bilevel
        )
        for pose in poses:
            place = self._fine(template, page, pose)
            if place is not None:
                return place
        return None

    def _fine(self, template: FormTemplate, page: "_Page", pose: Pose) -> Registration | None:
        """Return the exact place near *pose*, or None where the anchors do not agree on one."""
        to_image = pose.to_image
        halved = np.diag([page.half.shape[1] / page.fine.shape[1], page.half.shape[0] / page.fine.shape[0], 1.0])
        images = ((page.half, halved), (page.fine, np.eye(3)))
        passes = zip(_PASSES, self._anchors[template.name], images, strict=True)
        for (px_per_mm, reach_mm), anchors, (image, scaled) in passes:
            finds = find_anchors(image, scaled @ to_image, anchors, px_per_mm, reach_mm, is_bilevel=page.is_bilevel)
            fitted = _fit(finds) if len(finds) >= FEWEST_ANCHORS else None
            if fitted is None:
                return None
            correction, inliers = fitted
            to_image = to_image @ correction
        residual = _held_out_residual(finds)
        if residual > RESIDUAL_LIMIT_MM or inliers < AGREEMENT_LIMIT * len(finds):
            return None
        shift = self._checks[template.name].shift_on(page.flat(template, to_image, ENTRIES_PX_PER_MM))
        if shift is None:
            return None
        expected = len(self._anchors[template.name][-1])
        if any(shift):
            template = entries_moved(template, shift)
        return Registration(template, pose.rotation, to_image, (0, 0), residual, inliers, len(finds), expected)


class _Page:
    """A scan at the resolutions registration works at."""

    def __init__(
        self,
        fine: NDArray[np.uint8],
        px_per_mm: float,
        small: NDArray[np.uint8],
        lean: float,
        is_bilevel: bool,  # noqa: FBT001
    ) -> None:
        self.fine = fine
        self.px_per_mm = px_per_mm
        self.small = small
        self.lean = lean
        self.is_bilevel = is_bilevel

    @cached_property
    def half(self) -> NDArray[np.uint8]:
        """``fine`` at half its resolution."""
        return _shrunk(self.fine, 2)

    def flat(self, template: FormTemplate, to_image: NDArray[np.float64], px_per_mm: float) -> NDArray[np.uint8]:
        """Return the page rectified by *to_image*; a tint's dots are averaged, or they would beat with the pixels."""
        step = 2 if self.is_bilevel else 1
        size = tuple(round(side * px_per_mm) * step for side in template.page_mm)
        to_mm = np.diag([1 / (px_per_mm * step), 1 / (px_per_mm * step), 1.0])
        return _shrunk(warped(self.fine, to_image @ to_mm, (size[0], size[1])), step)


def _shrunk(image: NDArray[np.uint8], step: int) -> NDArray[np.uint8]:
    """Return *image* averaged over squares of *step* pixels."""
    if step == 1:
        return image
    size = (image.shape[1] // step, image.shape[0] // step)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


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
