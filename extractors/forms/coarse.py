"""The first guess: does this page look like that form at all, and how does it lie? To a few millimetres.

A flat scan is found by correlating its darkness with the blank's, small and soft. What that does not find, a photograph
or a scan of unknown resolution, is found by ORB features, which stand perspective but cost more and see worse.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.forms.anchors import DARK_PRINT
from extractors.forms.plane import homography
from extractors.forms.template import FormTemplate
from extractors.pages.orientation import skew_of
from extractors.pages.paper import STROKE_CONTRAST, border_of
from extractors.pages.turning import warped

_PX_PER_MM: Final = 0.75
#: Blur that lets a scale off by 1 % still match at the page's edges.
_BLUR_PX: Final = 0.8
#: Resolution a page's dark areas and its lean are looked at.
SMALL_PX_PER_MM: Final = 2.0
#: A paper's ground is found over this width, more than a dark band's, mm; darker areas this wide are solid, mm.
_GROUND_MM: Final = 9.5
_SOLID_MM: Final = 2.0
#: Share of the blank's solid dark areas a page must have. Forms had 0.98 and more of it on 61 scans, bilevel or worn,
#: other papers 0.55 (a card of rights) and mostly under 0.2; a template with less than the second is not asked.
_LEAST_SOLID: Final = 0.4
_TELLING_SOLID: Final = 0.01
#: How far the print may lie from where it should on the sheet, mm: guides, margins, borders.
_REACH_MM: Final = 22.0
#: Correlation with the blank. Of 92 pages of three scanners, forms were above 0.66 and other papers under 0.31.
_LIKE: Final = 0.40
_CLEARLY_LIKE: Final = 0.60
#: Scales tried beside the file's resolution: printers and feeders stay within 3 %.
_SCALES: Final = (0.97, 0.985, 1.015, 1.03)
#: Points the lean is measured on: a form lies right to a few millimetres with a lean known to 0.2 degree.
_LEAN_POINTS: Final = 6_000
#: ORB works at this resolution; finer finds paper grain.
_FEATURE_PX_PER_MM: Final = 4.0
#: Matches that must agree on one plane. Other papers reach 24 by chance, and then fail on the anchors.
_FEWEST_MATCHES: Final = 14
_PLANE_PX: Final = 4.0
_RATIO: Final = 0.85


@dataclass(frozen=True)
class Pose:
    """A form's place, roughly: the turn that brings the image upright, and mm of the form to the image's pixels."""

    rotation: int
    to_image: NDArray[np.float64]
    score: float


class CoarseFinder:
    """Looks for one form. Holds the small blank and its features, with tints for grey scans and without for bilevel."""

    def __init__(self, template: FormTemplate) -> None:
        self._page_mm = template.page_mm
        self._patterns = tuple(_shrunk(_print(template, 4 * _PX_PER_MM, dark_only=dark)) for dark in (False, True))
        self._orb = cv2.ORB.create(nfeatures=1500, scaleFactor=1.3, nlevels=4, fastThreshold=12)
        blanks = (_print(template, _FEATURE_PX_PER_MM, dark_only=dark) for dark in (False, True))
        self._features = tuple(self._described(blank) for blank in blanks)
        self._solid = solid_share(ink_of(_print(template, SMALL_PX_PER_MM, dark_only=True)))

    def may_lie_on(self, solid: float) -> bool:
        """Return whether a page with this share of solid dark areas can carry the form: its bands are not to miss."""
        return self._solid < _TELLING_SOLID or solid > _LEAST_SOLID * self._solid

    def poses(
        self, image: NDArray[np.uint8], px_per_mm: float, small: NDArray[np.uint8], lean: float, *, is_bilevel: bool
    ) -> Iterator[Pose]:
        """Yield how the form may lie on *image*, likeliest first; nothing where the page does not look like it.

        Args:
            image: the page as scanned, any way up.
            px_per_mm: of *image*, to 3 %; else only features find it.
            small: *image* at ``SMALL_PX_PER_MM``.
            lean: of its lines, clockwise degrees.
            is_bilevel: the tints are lost or speckle.
        """
        low = np.asarray(cv2.resize(small, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
        pose = self._best_place(low, SMALL_PX_PER_MM / 2, lean, is_bilevel)
        if pose is not None:
            enlarged = np.diag([image.shape[1] / low.shape[1], image.shape[0] / low.shape[0], 1.0])
            yield replace(pose, to_image=enlarged @ pose.to_image)
        pose = self._matched(image, px_per_mm, is_bilevel)
        if pose is not None:
            yield pose

    def _best_place(self, image: NDArray[np.uint8], px_per_mm: float, lean: float, is_bilevel: bool) -> Pose | None:  # noqa: FBT001
        pattern = self._patterns[is_bilevel]
        best = max((_placed(pattern, image, px_per_mm, turn, lean) for turn in (0, 180, 90, 270)), key=_score)
        if is_bilevel and best.score < _CLEARLY_LIKE:  # not lost, the tints may be speckle: grey once made small
            tinted = self._patterns[False]
            other = max((_placed(tinted, image, px_per_mm, turn, lean) for turn in (0, 180, 90, 270)), key=_score)
            pattern, best = (tinted, other) if other.score > best.score else (pattern, best)
        if best.score < 0.6 * _LIKE:  # the wrong scale costs a form less than that
            return None
        others = (_placed(pattern, image, px_per_mm * scale, best.rotation, lean) for scale in _SCALES)
        best = max((best, *others), key=_score)
        return best if best.score >= _LIKE else None

    def _matched(self, image: NDArray[np.uint8], px_per_mm: float, is_bilevel: bool) -> Pose | None:  # noqa: FBT001
        zoom = _FEATURE_PX_PER_MM / px_per_mm
        small = np.asarray(cv2.resize(image, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA), np.uint8)
        points, descriptors = self._features[is_bilevel]
        seen_points, seen_descriptors = self._described(small)
        if len(seen_points) < _FEWEST_MATCHES:
            return None
        pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(descriptors, seen_descriptors, k=2)
        pairs = [pair for pair in pairs if len(pair) == 2 and pair[0].distance < _RATIO * pair[1].distance]  # noqa: PLR2004
        if len(pairs) < _FEWEST_MATCHES:
            return None
        there = np.array([points[first.queryIdx] for first, _ in pairs]) / _FEATURE_PX_PER_MM
        here = np.array([seen_points[first.trainIdx] for first, _ in pairs])
        matrix, agreeing = homography(there, here, _PLANE_PX)
        if matrix is None or agreeing < _FEWEST_MATCHES:
            return None
        to_image = np.diag([1 / zoom, 1 / zoom, 1.0]) @ matrix
        rotation = self._rotation(to_image)
        return None if rotation is None else Pose(rotation, to_image, float(agreeing))

    def _described(self, image: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
        points, descriptors = self._orb.detectAndCompute(image, None)
        if not points:
            return np.zeros((0, 2)), np.zeros((0, 32), np.uint8)
        return np.array([point.pt for point in points], np.float64), np.asarray(descriptors, np.uint8)

    def _rotation(self, to_image: NDArray[np.float64]) -> int | None:
        """Return the turn that brings the image upright, or None where the map is no view of a sheet of paper."""
        width, height = self._page_mm
        corners = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float64)
        seen = cv2.perspectiveTransform(corners, to_image)[0]
        sides = np.linalg.norm(np.roll(seen, -1, axis=0) - seen, axis=1) / np.array([width, height, width, height])
        area = cv2.contourArea(seen.astype(np.float32), oriented=True)
        if area <= 0 or not cv2.isContourConvex(seen.astype(np.float32)) or sides.max() > 1.6 * sides.min():
            return None
        across = seen[1] - seen[0]
        return int(-round(np.degrees(np.arctan2(across[1], across[0])) / 90) * 90) % 360


def ink_of(small: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return 255 on the strokes and dark areas of a page at ``SMALL_PX_PER_MM``, the scanner's borders left out."""
    side = round(_GROUND_MM * SMALL_PX_PER_MM)
    ground = cv2.blur(cv2.dilate(small, np.ones((side, side), np.uint8)), (side, side))
    ink = np.where(cv2.subtract(ground, small) > STROKE_CONTRAST, np.uint8(255), np.uint8(0))
    return np.asarray(cv2.subtract(ink, border_of(small)), np.uint8)


def solid_share(ink: NDArray[np.uint8]) -> float:
    """Return the share of a page under dark areas wider than strokes."""
    side = round(_SOLID_MM * SMALL_PX_PER_MM)
    solid = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    return cv2.countNonZero(solid) / ink.size


def rough_lean(ink: NDArray[np.uint8]) -> float:
    """Return the clockwise lean in degrees of the lines in *ink*, to 0.2 degree: enough to place a form roughly."""
    points = np.flatnonzero(ink)
    if len(points) <= _LEAN_POINTS:
        return skew_of(ink)
    thinned = np.zeros(ink.size, np.uint8)
    thinned[np.random.default_rng(0).choice(points, _LEAN_POINTS)] = 255
    return skew_of(thinned.reshape(ink.shape))


def _score(pose: Pose) -> float:
    return pose.score


def _placed(pattern: NDArray[np.uint8], image: NDArray[np.uint8], px_per_mm: float, rotation: int, lean: float) -> Pose:
    """Return the best place of *pattern* on *image*, which lies *rotation* from upright and leans by *lean* degrees."""
    reach = round(_REACH_MM * _PX_PER_MM)
    size = (pattern.shape[1] + 2 * reach, pattern.shape[0] + 2 * reach)
    angle = np.deg2rad(lean - rotation)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * (px_per_mm / _PX_PER_MM)
    to_image = np.eye(3)  # from the low view, around its middle, to the image, around its own
    to_image[:2, :2] = turn
    to_image[:2, 2] = np.array([image.shape[1], image.shape[0]]) / 2 - turn @ (np.array(size) / 2)
    low = cv2.GaussianBlur(warped(image, to_image, size), (0, 0), _BLUR_PX)
    _, score, _, (x, y) = cv2.minMaxLoc(cv2.matchTemplate(low, pattern, cv2.TM_CCOEFF_NORMED))
    shift = np.array([[_PX_PER_MM, 0, x], [0, _PX_PER_MM, y], [0, 0, 1.0]])
    return Pose(rotation, to_image @ shift, float(score))


def _print(template: FormTemplate, px_per_mm: float, *, dark_only: bool) -> NDArray[np.uint8]:
    blank = template.blank(px_per_mm)
    return np.where(blank < DARK_PRINT, np.uint8(0), np.uint8(255)) if dark_only else blank


def _shrunk(blank: NDArray[np.uint8]) -> NDArray[np.uint8]:
    low = cv2.resize(blank, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(low, (0, 0), _BLUR_PX), np.uint8)
