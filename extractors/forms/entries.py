"""Do the entries stand where the template says? Labels may lie right while a revision moved the cells beside them.

Looks at the tints, which mark the entries, on scans that kept them: a black and white scan without tints is believed.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.forms.light import evenly_lit, flat_areas
from extractors.forms.template import FormTemplate, Zone

#: Grey levels between paper and tint; under it the scan lost the tints.
_LEAST_STEP: Final = 12.0
#: Greys of the blank: white paper, and tints lighter than the dark print.
_WHITE: Final = 250
_TINT: Final = (190, 245)
#: A wrong patch smaller than this is noise, fluid's edge or a stroke's shadow.
_PATCH_MM: Final = 0.8
_WRONG_MM2: Final = 2.5
#: How far around an entry is looked.
_AROUND_MM: Final = 3.2
#: Entries wrong in one way alone are fluid, tape, stamps, stains; so many of them are another geometry.
_MANY: Final = 4
#: How far a table's rule may lie from where the blank has it, and the share of its rules that pens may hide.
_RULE_REACH_MM: Final = 0.6
_RULES_LOST: Final = 0.12


def entries_agree(page: NDArray[np.uint8], template: FormTemplate, px_per_mm: float) -> bool:
    """Return whether tinted entries of *page*, rectified at *px_per_mm*, stand where *template* has them."""
    blank = template.blank(px_per_mm)
    flat = flat_areas(blank)
    tinted = flat & (blank > _TINT[0]) & (blank < _TINT[1])
    white = flat & (blank > _WHITE)
    if not tinted.any():
        return True
    smooth = np.asarray(cv2.GaussianBlur(evenly_lit(page, blank, flat), (3, 3), 0), np.uint8)
    tint_level, white_level = float(np.median(smooth[tinted])), float(np.median(smooth[white]))
    step = white_level - tint_level
    if step < _LEAST_STEP:
        return True
    # ink, and what its edge lends to the pixels beside it, says nothing of the tint
    ink = cv2.dilate((smooth < tint_level - step * 0.6).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    tint_on_white = _patches(white & ~ink & (smooth < tint_level + 0.35 * step), px_per_mm)
    white_on_tint = _patches(tinted & ~ink & (smooth > white_level - 0.35 * step), px_per_mm)
    wrong = 0
    for zone in template.zones:
        if zone.kind == "table" and not _rules_stand(smooth, blank, zone, px_per_mm, (tint_level, white_level)):
            return False
        if zone.kind not in {"comb", "text"}:
            continue
        extra, lacking = (_area_around(patches, zone, px_per_mm) for patches in (tint_on_white, white_on_tint))
        if extra > _WRONG_MM2 and lacking > _WRONG_MM2:
            return False  # moved: neither fluid nor a stamp does both
        wrong += max(extra, lacking) > _WRONG_MM2
    return wrong < _MANY


def _patches(wrong: NDArray[np.bool_], px_per_mm: float) -> NDArray[np.uint8]:
    side = round(_PATCH_MM * px_per_mm)
    opened = cv2.morphologyEx(wrong.astype(np.uint8), cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    return np.asarray(opened, np.uint8)


def _area_around(patches: NDArray[np.uint8], zone: Zone, px_per_mm: float) -> float:
    x, y, w, h = zone.box_mm
    left, right = round((x - _AROUND_MM) * px_per_mm), round((x + w + _AROUND_MM) * px_per_mm)
    top, bottom = round((y - 1) * px_per_mm), round((y + h + 1) * px_per_mm)
    return float(patches[max(top, 0) : bottom, max(left, 0) : right].sum()) / px_per_mm**2


def _rules_stand(
    page: NDArray[np.uint8], blank: NDArray[np.uint8], zone: Zone, px_per_mm: float, levels: tuple[float, float]
) -> bool:
    """Return whether a table's white rules, across and down, are on the page where the blank has them."""
    x, y, w, h = zone.box_mm
    top, bottom = round((y + zone.header_mm) * px_per_mm), round((y + h) * px_per_mm)
    left, right = round(x * px_per_mm), round((x + w) * px_per_mm)
    here = np.clip(page[top:bottom, left:right], levels[0] - 4, levels[1])
    there = np.clip(blank[top:bottom, left:right], _TINT[0], 255)
    reach = round(_RULE_REACH_MM * px_per_mm)
    for axis in (1, 0):
        seen, known = np.median(here, axis=axis), np.median(there, axis=axis)
        rules = [i for i in _peaks(known, 0.4 * np.ptp(known)) if reach <= i < len(known) - reach]
        found = _peaks(seen, 0.3 * (levels[1] - levels[0]))
        if not found:
            continue  # thin rules, lost by this scanner
        missing = sum(not any(abs(i - j) <= reach for j in found) for i in rules)
        if missing > _RULES_LOST * len(rules):
            return False
    return True


def _peaks(profile: NDArray[np.float64], height: float) -> list[int]:
    """Return the middles of the stretches of *profile* that rise *height* above its surroundings."""
    width = 25  # 6 mm at 4 px/mm: the surroundings of a rule
    ground = cv2.medianBlur(np.clip(profile, 0, 255).astype(np.uint8)[None, :].repeat(width, axis=0), width)[width // 2]
    above = np.flatnonzero(profile > ground + height)
    stretches = np.split(above, np.flatnonzero(np.diff(above) > 1) + 1)
    return [int(stretch.mean()) for stretch in stretches if len(stretch)]
