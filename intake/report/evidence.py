"""The proof of each flag as image files: the crop of its box, and the mask of what it is about."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from intake.report.masks import Window, mask_in
from intake.report.places import UNPLACED, pixels_of
from schemas.batch import Batch
from schemas.flag import Evidence, Flag

#: What is shown around a flag's box, as a share of the page's width: about 4 mm, so that it is seen in its place.
AROUND: Final = 0.02
#: Where a page's signature should stand is seldom printed: its lower part is the proof that it is not there.
_ANYWHERE: Final = frozenset({"missing_prescriber_signature"})


def with_evidence(batch: Batch, image_of: Callable[[int], Path], folder: Path) -> Batch:
    """Return *batch* with each flag's crop and mask written under *folder* and named in its ``evidence``.

    A flag without a box has none, but for a signature missing from a sheet that has no place for it.

    Args:
        batch: the lot as read.
        image_of: the file of a page's upright image, by the page's index in the lot.
        folder: created where missing; paths in ``evidence`` are relative to it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    flags = list(batch.flags)
    by_page = sorted(
        (flag.page, k)
        for k, flag in enumerate(flags)
        if flag.page is not None and (flag.box is not None or flag.code in _ANYWHERE)
    )
    opened, image = -1, None
    for page, k in by_page:
        if page != opened:  # one page at a time, each once
            opened, image = page, cv2.imread(str(image_of(page)), cv2.IMREAD_COLOR)
        if image is not None:
            evidence = _written(np.asarray(image, np.uint8), flags[k], folder, f"flag-{k:04d}-{flags[k].code}")
            flags[k] = flags[k].model_copy(update={"evidence": evidence})
    return batch.model_copy(update={"flags": tuple(flags)})


def _written(image: NDArray[np.uint8], flag: Flag, folder: Path, name: str) -> Evidence | None:
    """Write the images of one flag; None where its box fell off the page."""
    window = Window(*(pixels_of(UNPLACED, image) if flag.box is None else pixels_of(flag.box, image, AROUND)))
    crop = image[window.top : window.bottom, window.left : window.right]
    if crop.size == 0:
        return None
    cv2.imwrite(str(folder / f"{name}.jpg"), crop)
    if flag.box is None:
        return Evidence(crop=f"{name}.jpg")
    cv2.imwrite(str(folder / f"{name}.mask.png"), mask_in(image, window, flag, flag.box))
    return Evidence(crop=f"{name}.jpg", mask=f"{name}.mask.png")
