"""How a scan gives the blank's greys: the level each becomes, and the light that falls unevenly on a photograph."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.forms.anchors import DARK_PRINT

#: Only every so many pixels are looked at: medians need no more.
_STEP: Final = 3
#: A grey of the print covers that share of the page at least.
_LEAST_SHARE: Final = 0.002
#: Blocks the light is measured on, across and down: 17 mm on A4, more than any entry's ink fills.
_BLOCKS: Final = (12, 17)
#: Share of a block that must be flat for its median to count.
_FLAT_SHARE: Final = 0.15
#: Light this even is left alone: noise of the medians.
_EVEN: Final = 0.03


def flat_areas(blank: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return where the blank is of one grey for two pixels around, so that blur and registration do not matter."""
    return np.asarray(cv2.morphologyEx(blank, cv2.MORPH_GRADIENT, np.ones((5, 5), np.uint8)) == 0, np.bool_)


def levels_of(page: NDArray[np.uint8], blank: NDArray[np.uint8], flat: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return, for each grey of *blank*, the grey *page* gives it: a table of 256, the medians over the flat areas."""
    seen_page, seen_blank, seen_flat = (image[::_STEP, ::_STEP] for image in (page, blank, flat))
    counts = np.bincount(seen_blank[seen_flat], minlength=256)
    greys = [int(grey) for grey in np.flatnonzero(counts > _LEAST_SHARE * seen_flat.size)]
    medians = [float(np.median(seen_page[seen_flat & (seen_blank == grey)])) for grey in greys]
    table = np.interp(np.arange(256), greys, np.maximum.accumulate(medians))
    return np.clip(table, 1, 255).astype(np.uint8)


def evenly_lit(page: NDArray[np.uint8], blank: NDArray[np.uint8], flat: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return *page*, registered on *blank*, as if lit evenly. An evenly lit page comes back as it is."""
    seen_page, seen_blank, seen_flat = (image[::_STEP, ::_STEP] for image in (page, blank, flat))
    expected = cv2.LUT(np.ascontiguousarray(seen_blank), levels_of(page, blank, flat)).astype(np.float32)
    ratio = seen_page.astype(np.float32) / expected
    usable = seen_flat & (seen_blank > DARK_PRINT)
    columns, rows = _BLOCKS
    light = np.full((rows, columns), np.nan, np.float32)
    ys = np.linspace(0, ratio.shape[0], rows + 1).astype(int)
    xs = np.linspace(0, ratio.shape[1], columns + 1).astype(int)
    for i in range(rows):
        for j in range(columns):
            block = (slice(ys[i], ys[i + 1]), slice(xs[j], xs[j + 1]))
            values = ratio[block][usable[block]]
            if values.size > _FLAT_SHARE * usable[block].size:
                light[i, j] = np.median(values)
    known = np.isfinite(light)
    if not known.any() or np.ptp(light[known]) < _EVEN:
        return page
    light = np.where(known, light, np.float32(np.median(light[known])))
    smooth = cv2.medianBlur(light.astype(np.float32), 3)
    field = cv2.resize(smooth, (page.shape[1] // 8, page.shape[0] // 8), interpolation=cv2.INTER_CUBIC)
    field = cv2.resize(np.clip(field * 128, 1, 255).astype(np.uint8), (page.shape[1], page.shape[0]))
    return np.asarray(cv2.divide(page, field, scale=128), np.uint8)
