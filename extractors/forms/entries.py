"""Do the entries stand where the template says? Labels may lie right while a revision moved the cells beside them.

Looks at the tints, which mark the entries, on scans that kept them. Where they are lost, what is written tells: most
characters stand in the middle of their cells, and in their line.
"""

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.feuilles.streaks import find_streaks
from extractors.forms.anchors import DARK_PRINT
from extractors.forms.light import Ground, evenly_lit, ground_of
from extractors.forms.template import BoxMm, FormTemplate, Zone
from extractors.forms.written import INK_BELOW, Shift, characters, shift_of_writing

#: Resolution of the check: a table's white rules, 0.45 mm, still show.
ENTRIES_PX_PER_MM: Final = 4.0
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
#: So many more rules than the blank has are noise.
_NOISY: Final = 2
#: What is moved lays about as much tint on white as it leaves white behind; a tint lost does not.
_EXCHANGED: Final = 0.15
#: A stamp laid on the entries this near to its place hides their tint and brings its own, mm.
_STAMPED_MM: Final = 16.0
#: Of a table's points every so many are looked at for its rules: medians need no more.
_RULE_STEP: Final = 3

#: Tints whose middle half varies by more than this share of their step to the paper, and by so many levels, are dots.
_UNEVEN: Final = 0.4
_UNEVEN_LEVELS: Final = 6.0
#: Darker than this share of their usual light, dots are ink.
_DOTS_ABOVE: Final = 0.6
#: Dots are counted over squares of one of these sides, px at 4 px/mm, so that chance stays under a part of the step.
_SIDES_PX: Final = (5, 7, 9, 11, 13)
_SURE: Final = 3.0
#: Share of a square that must be free of ink.
_LEAST_KEPT: Final = 0.25
_IN_PLACE: Final = (0.0, 0.0)


class EntriesCheck:
    """Compares the entries of pages with one template's. Holds what the blank alone tells."""

    def __init__(self, template: FormTemplate) -> None:
        self._zones = template.zones
        self._ground: Ground = ground_of(template, ENTRIES_PX_PER_MM)
        blank, flat = self._ground.blank, self._ground.flat
        self._tinted = cv2.bitwise_and(flat, cv2.inRange(blank, *_range(_TINT[0] + 1, _TINT[1] - 1)))
        self._white = cv2.bitwise_and(flat, cv2.inRange(blank, *_range(_WHITE + 1, 255)))
        greys = self._ground.points.items()
        self._tint_points = [points for grey, points in greys if _TINT[0] < grey < _TINT[1]]
        self._white_points = [points for grey, points in greys if grey > _WHITE]
        printed = cv2.erode(blank, np.ones((3, 3), np.uint8))
        self._unprinted = cv2.inRange(printed, *_range(DARK_PRINT, 255))
        self._light = cv2.inRange(printed, *_range(_TINT[0], 255))
        tables = (zone for zone in template.zones if zone.kind == "table")
        self._rules = {zone.id: _rules_of(blank, zone) for zone in tables}

    def shift_on(self, page: NDArray[np.uint8]) -> Shift | None:
        """Return how far, in mm right and down, the entries of *page* were filled off their places, nearly always 0, 0.

        Args:
            page: rectified at ``ENTRIES_PX_PER_MM``.

        Returns:
            None where the entries stand elsewhere than on the blank: another geometry under the same labels.
        """
        if not self._tint_points or not self._white_points:
            return self._written_off(page)
        smooth = np.asarray(cv2.GaussianBlur(evenly_lit(page, self._ground), (3, 3), 0), np.uint8)
        seen = smooth.ravel()
        tint_level = float(np.median(seen[np.concatenate(self._tint_points)]))
        white_level = float(np.median(seen[np.concatenate(self._white_points)]))
        step = white_level - tint_level
        quartiles = np.percentile(seen[np.concatenate(self._tint_points)], (25, 75))
        if np.ptp(quartiles) > max(_UNEVEN * step, _UNEVEN_LEVELS):
            return self._shift_in_dots(page, smooth)
        if step < _LEAST_STEP:
            return self._written_off(page)
        # ink, and what its edge lends to the pixels beside it, says nothing of the tint
        paper = np.asarray(cv2.inRange(smooth, *_range(tint_level - step * 0.6, 255.0)), np.uint8)
        paper = np.asarray(cv2.erode(paper, np.ones((5, 5), np.uint8)), np.uint8)
        dark = cv2.inRange(smooth, *_range(0.0, tint_level + 0.35 * step))
        light = cv2.inRange(smooth, *_range(white_level - 0.35 * step, 255.0))
        tint_on_white = _patches(cv2.bitwise_and(dark, cv2.bitwise_and(paper, self._white)))
        white_on_tint = _patches(cv2.bitwise_and(light, cv2.bitwise_and(paper, self._tinted)))
        wrong = 0
        for zone in self._zones:
            if zone.kind == "table":
                here = np.clip(_inside(smooth, zone), tint_level - 4, white_level)
                across, down = np.median(here[:, ::_RULE_STEP], axis=1), np.median(here[::_RULE_STEP], axis=0)
                if not _rules_stand((across, down), self._rules[zone.id], step):
                    return None
            if zone.kind not in {"comb", "text"}:
                continue
            extra, lacking = (_area_around(patches, zone) for patches in (tint_on_white, white_on_tint))
            if extra > _WRONG_MM2 and lacking > _WRONG_MM2:
                return None  # moved: neither fluid nor a stamp does both
            wrong += max(extra, lacking) > _WRONG_MM2
        return _IN_PLACE if wrong < _MANY else None

    def _shift_in_dots(self, page: NDArray[np.uint8], smooth: NDArray[np.uint8]) -> Shift | None:
        """Return the shift as ``shift_on``, by the dots a black and white scanner made of the tints.

        Dots are counted over the neighbourhood, between the ink, on the page and on the blank alike. Uneven light
        thins them out to nothing: only a tint that lies beside its place, dots and white exchanged, is another print.
        """
        usual = float(np.median(smooth.ravel()[np.concatenate(self._tint_points)]))
        ink = cv2.threshold(smooth, _DOTS_ABOVE * usual, 255, cv2.THRESH_BINARY_INV)[1]
        # a scanner's streak is thinner than ink seems here, and lies on the white beside many entries
        streaks = find_streaks(np.asarray(cv2.inRange(page, *_range(0.0, INK_BELOW)), np.uint8), ENTRIES_PX_PER_MM)
        ink = cv2.bitwise_or(ink, streaks)
        free = cv2.bitwise_and(cv2.bitwise_not(cv2.dilate(ink, np.ones((5, 5), np.uint8))), self._light)
        seen = page.ravel()
        tints, whites = (
            points[free.ravel()[points] > 0] for points in map(np.concatenate, (self._tint_points, self._white_points))
        )
        if not len(tints) or not len(whites):
            return self._written_off(page)
        tint_level, white_level = float(seen[tints].mean()), float(seen[whites].mean())
        step = white_level - tint_level
        side = min((side for side in _SIDES_PX if seen[tints].std() / side < step / _SURE), default=0)
        if not side:
            return self._written_off(page)
        levels = np.interp(np.arange(256), [_TINT[0], _TINT[1], 255], [tint_level, tint_level, white_level])
        expected = cv2.LUT(self._ground.blank, levels.astype(np.float32))
        kept = (free > 0).astype(np.float32)
        weight = cv2.blur(kept, (side, side))
        off = cv2.blur((page - expected) * kept, (side, side)) / np.maximum(weight, _LEAST_KEPT)
        off[weight < _LEAST_KEPT] = 0.0
        dots_on_white = _patches(cv2.bitwise_and(np.where(off < -step / 2, np.uint8(255), np.uint8(0)), self._white))
        white_on_dots = _patches(cv2.bitwise_and(np.where(off > step / 2, np.uint8(255), np.uint8(0)), self._tinted))
        for zone in self._zones:
            if zone.kind == "table" and step >= _LEAST_STEP:
                weights = _inside(kept, zone) + np.float32(_LEAST_KEPT / 100)
                means = (np.average(_inside(page, zone), axis=axis, weights=weights) for axis in (1, 0))
                if not _rules_stand(tuple(means), self._rules[zone.id], step):
                    return None
            if zone.kind not in {"comb", "text"} or self._is_under_stamp(zone):
                continue
            less, more = sorted(_area_around(patches, zone) for patches in (dots_on_white, white_on_dots))
            if less > max(_WRONG_MM2, _EXCHANGED * more):
                return None
        return _IN_PLACE if step >= _LEAST_STEP else self._written_off(page)

    def _is_under_stamp(self, zone: Zone) -> bool:
        """Return whether a stamp laid a little low covers *zone*."""
        stamps = (BoxMm(*other.box_mm) for other in self._zones if other.kind == "block")
        x, y, w, _ = zone.box_mm
        return any(s.x < x + w and x < s.x + s.w and s.y - 1 <= y < s.y + s.h + _STAMPED_MM for s in stamps)

    def _written_off(self, page: NDArray[np.uint8]) -> Shift | None:
        """Return how far what is written on *page* lies off the combs' cells, None where it lies in others."""
        dark = cv2.inRange(page, *_range(0.0, INK_BELOW))
        ink = characters(np.asarray(cv2.bitwise_and(dark, self._unprinted), np.uint8), ENTRIES_PX_PER_MM)
        return shift_of_writing(ink, self._zones, ENTRIES_PX_PER_MM)


def _range(low: float, high: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.array([low], np.float64), np.array([high], np.float64)


def _patches(wrong: object) -> NDArray[np.uint8]:
    side = round(_PATCH_MM * ENTRIES_PX_PER_MM)
    opened = cv2.morphologyEx(np.asarray(wrong, np.uint8), cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    return np.asarray(opened, np.uint8)


def _area_around(patches: NDArray[np.uint8], zone: Zone) -> float:
    x, y, w, h = zone.box_mm
    left, right = round((x - _AROUND_MM) * ENTRIES_PX_PER_MM), round((x + w + _AROUND_MM) * ENTRIES_PX_PER_MM)
    top, bottom = round((y - 1) * ENTRIES_PX_PER_MM), round((y + h + 1) * ENTRIES_PX_PER_MM)
    return cv2.countNonZero(patches[max(top, 0) : bottom, max(left, 0) : right]) / ENTRIES_PX_PER_MM**2


def _rules_of(blank: NDArray[np.uint8], zone: Zone) -> tuple[list[int], list[int]]:
    """Return where the blank's rules lie in a table, across and down, in px from its corner under the headings."""
    there = np.clip(_inside(blank, zone), _TINT[0], 255)
    reach = round(_RULE_REACH_MM * ENTRIES_PX_PER_MM)
    across, down = (np.median(there, axis=axis) for axis in (1, 0))
    found = []
    for known in (across, down):
        rules = _peaks(known, 0.4 * float(np.ptp(known)))
        found.append([i for i in rules if reach <= i < len(known) - reach])
    return found[0], found[1]


def _rules_stand(profiles: tuple[NDArray[np.float64], ...], rules: tuple[list[int], list[int]], step: float) -> bool:
    """Return whether a table's white rules, across and down, are on the page where the blank has them.

    Args:
        profiles: the page's light under the headings, row by row and column by column.
        rules: where the blank has its own, in the same order.
        step: grey levels between the tint and white.
    """
    reach = round(_RULE_REACH_MM * ENTRIES_PX_PER_MM)
    for known, seen in zip(rules, profiles, strict=True):
        found = _peaks(seen, 0.3 * step)
        if not found or len(found) > _NOISY * len(known):
            continue  # thin rules, lost by this scanner; or dots heaped up in rows of their own
        missing = sum(not any(abs(i - j) <= reach for j in found) for i in known)
        if missing > _RULES_LOST * len(known):
            return False
    return True


def _inside(page: NDArray[Any], zone: Zone) -> NDArray[Any]:
    """Return the part of *page* under a table's headings."""
    x, y, w, h = zone.box_mm
    top, bottom = round((y + zone.header_mm) * ENTRIES_PX_PER_MM), round((y + h) * ENTRIES_PX_PER_MM)
    return page[top:bottom, round(x * ENTRIES_PX_PER_MM) : round((x + w) * ENTRIES_PX_PER_MM)]


def _peaks(profile: NDArray[np.float64], height: float) -> list[int]:
    """Return the middles of the stretches of *profile* that rise *height* above its surroundings."""
    width = 25  # 6 mm at 4 px/mm: the surroundings of a rule
    ground = cv2.medianBlur(np.clip(profile, 0, 255).astype(np.uint8)[None, :].repeat(width, axis=0), width)[width // 2]
    above = np.flatnonzero(profile > ground + height)
    stretches = np.split(above, np.flatnonzero(np.diff(above) > 1) + 1)
    return [int(stretch.mean()) for stretch in stretches if len(stretch)]
