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
from extractors.orientation import skew_of
from extractors.paper import MM_PER_INCH, ink_map
from extractors.turning import warped

_PX_PER_MM: Final = 1.5
#: Blur that lets a scale off by 1 % still match at the page's edges.
_BLUR_PX: Final = 1.6
#: How far the print may lie from where it should on the sheet, mm: guides, margins, borders.
_REACH_MM: Final = 22.0
#: Correlation with the blank. Of 92 pages of three scanners, forms were above 0.66 and other papers under 0.31.
_LIKE: Final = 0.40
_CLEARLY_LIKE: Final = 0.60
#: Scales tried beside the file's resolution: printers and feeders stay within 3 %.
_SCALES: Final = (0.97, 0.985, 1.015, 1.03)
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

    def poses(self, image: NDArray[np.uint8], px_per_mm: float, *, is_bilevel: bool) -> Iterator[Pose]:
        """Yield how the form may lie on *image*, likeliest first; nothing where the page does not look like it.

        Args:
            image: the page as scanned, any way up.
            px_per_mm: of *image*, to 3 %; else only features find it.
            is_bilevel: the tints are lost or speckle.
        """
        for pose in (self._correlated(image, px_per_mm, is_bilevel), self._matched(image, px_per_mm, is_bilevel)):
            if pose is not None:
                yield pose

    def _correlated(self, image: NDArray[np.uint8], px_per_mm: float, is_bilevel: bool) -> Pose | None:  # noqa: FBT001
        lean = skew_of(ink_map(image, px_per_mm * MM_PER_INCH).ink)
        zoom = 2 * _PX_PER_MM / px_per_mm  # once for the dozen places tried
        small = np.asarray(cv2.resize(image, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA), np.uint8)
        pose = self._best_place(small, 2 * _PX_PER_MM, lean, is_bilevel)
        return None if pose is None else replace(pose, to_image=np.diag([1 / zoom, 1 / zoom, 1.0]) @ pose.to_image)

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
