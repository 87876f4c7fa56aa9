"""Print taken off a form nobody has the blank of: tints by their shape, labels and cells by where they were found."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.forms.template import BoxMm, FormTemplate, Zone

#: Wider than any stroke of a pen or of a label: what is as dark over this width is a tint or a band.
_STROKE_MM: Final = 1.3
#: A tint's edge, blurred, and light from where ink is left alone.
_EDGE_MM: Final = 0.16
_INK_UP_TO: Final = 0.72
_PAPER_FROM: Final = 0.88
_WHITENING: Final = np.interp(
    np.arange(256), [0, 255 * _INK_UP_TO, 255 * _PAPER_FROM, 255], [0, 255 * _INK_UP_TO, 255, 255]
).astype(np.uint8)
#: A cell's outline: so thick at most, mm, and dark along this share of its side.
_OUTLINE_MM: Final = 0.5
_ALONG: Final = 0.8
_AIR_MM: Final = 0.3
#: An entry's light is taken this far around it, mm, and no tint is darker than this share of it: what is, is ink.
_AROUND_MM: Final = 1.2
_ENTRY_LIGHT: Final = 0.75


def without_found_print(grey: NDArray[np.uint8], template: FormTemplate, px_per_mm: float) -> NDArray[np.uint8]:
    """Return *grey* without the print of *template*, whose entries and words were found on this very page.

    Args:
        grey: the page level, ``(h, w)``.
        template: the entries, and the printed words, in mm of *grey*.
        px_per_mm: of *grey*.
    """
    side = round(_STROKE_MM * px_per_mm) | 1
    closed = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    edge = 2 * round(_EDGE_MM * px_per_mm) + 1
    ground = np.asarray(cv2.erode(closed, np.ones((edge, edge), np.uint8)), np.uint8)
    for zone in template.zones:
        for box in (zone.box_mm,) if zone.kind not in {"block", "table"} else _cells(zone):
            _without_blots(ground, box, px_per_mm)
    cleaned = np.asarray(cv2.LUT(cv2.divide(grey, ground, scale=255), _WHITENING), np.uint8)
    for zone in template.zones:
        for cell in (*zone.cells_mm, *((zone.box_mm,) if zone.kind != "block" else ())):
            _without_outline(cleaned, cell, px_per_mm)
        for row in zone.rows_mm:
            for cell in row.values():
                _without_outline(cleaned, cell, px_per_mm)
    written = cleaned.copy()
    for x, y, w, h in template.words_mm:
        left, top = round((x - _AIR_MM) * px_per_mm), round((y - _AIR_MM) * px_per_mm)
        right, bottom = round((x + w + _AIR_MM) * px_per_mm), round((y + h + _AIR_MM) * px_per_mm)
        cleaned[max(top, 0) : bottom, max(left, 0) : right] = 255
    for zone in template.zones:  # a word too many must never empty an entry: that would be a wrong value in silence
        for x, y, w, h in _cells(zone) or (zone.box_mm,):
            left, top, right, bottom = (round(v * px_per_mm) for v in (x, y, x + w, y + h))
            inside = (slice(max(top, 0), bottom), slice(max(left, 0), right))
            cleaned[inside] = written[inside]
    return cleaned


def _cells(zone: Zone) -> tuple[BoxMm, ...]:
    """Return the cells of a table, nothing for other entries."""
    return tuple(box for row in zone.rows_mm for box in row.values())


def _without_blots(ground: NDArray[np.uint8], box: BoxMm, px_per_mm: float) -> None:
    """Lighten, in place, what is dark of *ground* in an entry: no form prints a band there, a pen blackens a box."""
    wide = _pixels(box, _AROUND_MM, px_per_mm)
    inside = _pixels(box, -_EDGE_MM, px_per_mm)
    if ground[inside].size:
        usual = _ENTRY_LIGHT * float(np.percentile(ground[wide], 75))
        ground[inside] = np.maximum(ground[inside], np.uint8(usual))


def _pixels(box: BoxMm, grown_mm: float, px_per_mm: float) -> tuple[slice, slice]:
    """Return the rows and columns of *box*, *grown_mm* larger on every side."""
    left, top = round((box.x - grown_mm) * px_per_mm), round((box.y - grown_mm) * px_per_mm)
    right, bottom = round((box.x + box.w + grown_mm) * px_per_mm), round((box.y + box.h + grown_mm) * px_per_mm)
    return slice(max(top, 0), max(bottom, 0)), slice(max(left, 0), max(right, 0))


def _without_outline(page: NDArray[np.uint8], box: BoxMm, px_per_mm: float) -> None:
    """Whiten, in place, the straight lines of *page* that lie along the edges of *box*."""
    reach = round(_OUTLINE_MM * px_per_mm)
    left, top = round(box.x * px_per_mm), round(box.y * px_per_mm)
    right, bottom = round((box.x + box.w) * px_per_mm), round((box.y + box.h) * px_per_mm)
    for edge in (left, right):
        strip = page[max(top, 0) : bottom, max(edge - reach, 0) : edge + reach + 1]
        if strip.size:
            strip[:, (strip < 250).mean(axis=0) > _ALONG] = 255  # noqa: PLR2004 - not white
    for edge in (top, bottom):
        strip = page[max(edge - reach, 0) : edge + reach + 1, max(left, 0) : right]
        if strip.size:
            strip[(strip < 250).mean(axis=1) > _ALONG] = 255  # noqa: PLR2004
