"""Maps between planes that hold for most of the points given, as 3x3 matrices."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

_Points = NDArray[np.float64]
_TRIALS: Final = 600


def homography(there: _Points, here: _Points, reach: float) -> tuple[_Points | None, int]:
    """Return the perspective map of *there* on *here*, ``(n, 2)`` each, and how many points it holds within *reach*."""
    if len(there) < 4:  # noqa: PLR2004 - what a perspective takes
        return None, 0
    matrix, mask = cv2.findHomography(there, here, cv2.RANSAC, reach, maxIters=_TRIALS)
    return _counted(matrix, mask)


def affinity(there: _Points, here: _Points, reach: float) -> tuple[_Points | None, int]:
    """Return the affine map of *there* on *here*, ``(n, 2)``, and how many points it holds within *reach*."""
    if len(there) < 3:  # noqa: PLR2004 - what an affine map takes
        return None, 0
    matrix, mask = cv2.estimateAffine2D(there, here, ransacReprojThreshold=reach, maxIters=_TRIALS)
    full, inliers = _counted(matrix, mask)
    return (None if full is None else np.vstack([full, [0.0, 0.0, 1.0]])), inliers


def _counted(matrix: object, mask: object) -> tuple[_Points | None, int]:
    # OpenCV's stubs deny it, but both are None where the points hold no map at all
    if matrix is None or mask is None:
        return None, 0
    return np.asarray(matrix, np.float64), int(np.asarray(mask).sum())
