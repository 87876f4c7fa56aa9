"""Is there anything on this page? Backs are not empty to a scanner: print shines through, punched holes are black."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.components import components
from extractors.pages.paper import InkMap, estimate_dpi, grey_of, ink_map
from extractors.scan import Scan

#: Ink, mm2, under which a page is blank: one short handwritten word has about 10 (25 mm of a 0.4 mm pen).
_LEAST_INK_MM2: Final = 5.0
#: Strokes of less than this are specks of dust and of bilevel noise, mm2.
_SPECK_MM2: Final = 0.45
#: Grey levels: bleed-through reaches 60 on thin paper; pencil and faint carbon copies have 70 or more at their core.
_LEAST_DEPTH: Final = 65
#: A punched hole: round, 5 to 9 mm wide; a staple: a thin bar near a corner.
_HOLE_MM: Final = (4.0, 10.0)
_STAPLE_MM: Final = 16.0
#: Marks of handling lie this near to the sheet's edge.
_MARGIN_MM: Final = 20.0
#: What is left of the scanner's dark border lies within this of the sheet's edge, mm; nobody writes there.
_RIM_MM: Final = 1.3
#: A fold is straight, thin and long.
_FOLD_MM: Final = 35.0
_FOLD_WIDTH_MM: Final = 1.6
#: One that comes out in pieces is known by its length: pieces no farther apart than the second, nearly all of their
#: ink on one line. The smallest print is higher than a fold is wide; more ink than the last is no fold across a page.
_BROKEN_FOLD_MM: Final = 90.0
_FOLD_GAP_MM: Final = 20.0
_STRAIGHT: Final = 0.95
_MOST_OF_FOLDS_MM2: Final = 1000.0
#: Points that a line is drawn through: more move it by less than a pixel, and cost a fifth of a page's time.
_POINTS: Final = 1000


def is_blank(scan: Scan, page: InkMap | None = None) -> bool:
    """Return whether *scan* carries no entry, no print: blank backs with their bleed-through, holes and folds are.

    Args:
        scan: the page as it came out of its file.
        page: its ink, where it is known already.
    """
    if scan.words:
        return False
    page = page or ink_map(grey_of(scan.pixels), estimate_dpi(scan))
    strokes = np.where((page.depth > _LEAST_DEPTH) & (page.border == 0), np.uint8(255), np.uint8(0))
    rim = round(_RIM_MM * page.px_per_mm)
    strokes[:rim], strokes[-rim:], strokes[:, :rim], strokes[:, -rim:] = 0, 0, 0, 0
    ink = _entries(strokes, page.px_per_mm)
    if _LEAST_INK_MM2 <= ink < _MOST_OF_FOLDS_MM2:
        ink = _entries(_without_broken_folds(strokes, page.px_per_mm), page.px_per_mm)
    return ink < _LEAST_INK_MM2


def _entries(strokes: NDArray[np.uint8], mm: float) -> float:
    """Return the ink in mm2 that is neither dust nor trace of handling."""
    _, _, stats, _ = components(strokes)
    boxes = stats[1:].astype(np.float64)
    if not len(boxes):
        return 0.0
    x, y, w, h = (boxes[:, i] / mm for i in range(4))
    area = boxes[:, 4] / mm**2
    height, width = (side / mm for side in strokes.shape)
    from_edge = np.minimum.reduce([x, y, width - x - w, height - y - h])
    ignored = (area < _SPECK_MM2) | _folds(w, h, area) | ((from_edge < _MARGIN_MM) & _handling(w, h, area))
    return float(area[~ignored].sum())


def _without_broken_folds(strokes: NDArray[np.uint8], mm: float) -> NDArray[np.uint8]:
    """Return *strokes* without the folds that come out in pieces: pieces in one straight line, up or across."""
    kept = strokes.copy()
    gap, lean = round(_FOLD_GAP_MM * mm), round(_FOLD_WIDTH_MM * mm) | 1
    for thick, along in (((1, lean), (gap, 1)), ((lean, 1), (1, gap))):
        wide = cv2.dilate(strokes, np.ones(thick, np.uint8))
        joined = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, np.ones(along, np.uint8))
        _, labels, stats, _ = components(np.asarray(joined, np.uint8))
        for label in np.flatnonzero(stats[1:, 2:4].max(axis=1) > _BROKEN_FOLD_MM * mm) + 1:
            left, top, width, height = (int(v) for v in stats[label, :4])
            part = np.s_[top : top + height, left : left + width]
            ys, xs = np.nonzero((labels[part] == label) & (strokes[part] > 0))
            ys, xs = ys + top, xs + left
            points = np.column_stack([xs, ys]).astype(np.float32)
            some = points[:: 1 + len(points) // _POINTS]
            dx, dy, x0, y0 = cv2.fitLine(some, cv2.DIST_HUBER, 0, 0.01, 0.01).ravel().tolist()
            away = np.abs((points[:, 0] - x0) * dy - (points[:, 1] - y0) * dx)
            if float((away <= _FOLD_WIDTH_MM / 2 * mm).mean()) >= _STRAIGHT:
                kept[ys, xs] = 0
    return kept


_Floats = NDArray[np.float64]


def _folds(w: _Floats, h: _Floats, area: _Floats) -> NDArray[np.bool_]:
    """Return which strokes are folds: long, straight, thin, possibly leaning with the sheet."""
    length = np.maximum(np.hypot(w, h), 0.1)
    # a fold that leans has a wide box, but its ink over its length is thin; writing winds, and has more
    single = (length > _FOLD_MM) & (np.minimum(w, h) < 0.14 * length) & (area / length < _FOLD_WIDTH_MM)
    crossed = (np.maximum(w, h) > 3 * _FOLD_MM) & (area / (w + h) < _FOLD_WIDTH_MM)
    return np.asarray(single | crossed, np.bool_)


def _handling(w: _Floats, h: _Floats, area: _Floats) -> NDArray[np.bool_]:
    """Return which strokes look like punched holes or staples."""
    long, short = np.maximum(w, h), np.maximum(np.minimum(w, h), 0.1)
    hole = (long >= _HOLE_MM[0]) & (long <= _HOLE_MM[1]) & (short > 0.75 * long)
    staple = (long <= _STAPLE_MM) & (area / np.hypot(w, h) < 1.6) & (area > 0.35 * long)  # noqa: PLR2004 - a bar
    return np.asarray(hole | staple, np.bool_)
