"""The proof of each flag as image files: the crop of its box, and for a mark the mask of its ink."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.batch import Batch
from schemas.flag import Evidence, Flag
from schemas.geometry import Box

#: What is shown around a flag's box, as a share of the page: about 4 mm, so that the entry is seen in its place.
AROUND: Final = 0.02


def _pixels(box: Box, image: NDArray[np.uint8], around: float = 0.0) -> tuple[int, int, int, int]:
    height, width = image.shape[:2]
    left, top = max(int((box.x - around) * width), 0), max(int((box.y - around) * height), 0)
    right = min(int((box.x + box.w + around) * width) + 1, width)
    bottom = min(int((box.y + box.h + around) * height) + 1, height)
    return left, top, right, bottom


def with_evidence(batch: Batch, image_of: Callable[[int], Path], folder: Path) -> Batch:
    """Return *batch* with each boxed flag's crop and mask written under *folder* and named in its ``evidence``.

    Args:
        batch: the lot as read.
        image_of: the file of a page's upright image, by the page's index in the lot.
        folder: created where missing; paths in ``evidence`` are relative to it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    flags: list[Flag] = []
    for k, flag in enumerate(batch.flags):
        path = image_of(flag.page) if flag.page is not None else None
        image = cv2.imread(str(path), cv2.IMREAD_COLOR) if path is not None and flag.box is not None else None
        if image is None or flag.box is None:
            flags.append(flag)
            continue
        shown = np.asarray(image, np.uint8)
        left, top, right, bottom = _pixels(flag.box, shown, AROUND)
        name = f"flag-{k:04d}-{flag.code}"
        cv2.imwrite(str(folder / f"{name}.jpg"), shown[top:bottom, left:right])
        cv2.imwrite(str(folder / f"{name}.mask.png"), _ink(shown, flag.box)[top:bottom, left:right])
        evidence = Evidence(crop=f"{name}.jpg", mask=f"{name}.mask.png")
        flags.append(flag.model_copy(update={"evidence": evidence}))
    return batch.model_copy(update={"flags": tuple(flags)})


def _ink(image: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """Return a page-sized mask, 255 on the ink inside *box*, 0 elsewhere."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    left, top, right, bottom = _pixels(box, image)
    mask = np.zeros_like(grey)
    inside = grey[top:bottom, left:right]
    if inside.size:
        _, ink = cv2.threshold(inside, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
        mask[top:bottom, left:right] = ink
    return np.asarray(mask, np.uint8)
