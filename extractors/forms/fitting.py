"""An entry of a known form fitted to the room a page has for it: cells in combs, lines in tints, boxes in squares."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.optimize import linear_sum_assignment

from extractors.forms.structures import PX_PER_MM, Structures
from extractors.forms.template import BoxMm, Column, Zone

#: How far a field may lie from where its label puts it, mm, across and down.
_REACH_MM: Final = (26.0, 4.5)
#: Pitches of combs met, mm, and how much the groups of one comb may differ.
_PITCHES_MM: Final = (3.4, 6.4)
_SAME_PITCH: Final = 0.10
#: Heights of combs and writing lines, mm.
_HEIGHTS_MM: Final = (3.2, 8.5)
#: How far a check box, and a signature's, may lie from where its label puts it, mm.
_BOX_REACH_MM: Final = 11.0
_NO_BOX_MM: Final = 40.0
#: Sides of check boxes met, mm.
_CHECK_MM: Final = (2.6, 6.2)
#: The groups of one comb stand nearer than this, mm.
_GROUP_GAP_MM: Final = 3.6
_SIGN_REACH_MM: Final = 18.0


def fitted_comb(zone: Zone, expected: BoxMm, fields: Structures) -> Zone:
    """Return the comb *zone* at its place on the page: the run of tints or cells nearest to *expected*."""
    groups = zone.groups or (len(zone.cells_mm),)
    runs = [*_tinted_runs(groups, expected, fields), *_outlined_runs(groups, expected, fields)]
    if not runs:
        return shifted(zone, expected)
    parts = min(runs, key=lambda run: _price(run[0], expected))
    cells = tuple(
        BoxMm(part.x + i * part.w / n, part.y, part.w / n, part.h)
        for part, n in zip(parts, groups, strict=True)
        for i in range(n)
    )
    left, top = parts[0].x, min(part.y for part in parts)
    box = BoxMm(left, top, parts[-1].x + parts[-1].w - left, max(part.y + part.h for part in parts) - top)
    return zone.model_copy(update={"box_mm": box, "cells_mm": cells})


def _tinted_runs(groups: tuple[int, ...], expected: BoxMm, fields: Structures) -> list[tuple[BoxMm, ...]]:
    """Return the rows of tinted rectangles whose widths are those of *groups* at one pitch."""
    near = sorted(tint for tint in fields.tints if _is_near(tint, expected, expected.w + _REACH_MM[0]))
    runs = []
    for i, first in enumerate(near):
        row = [tint for tint in near[i:] if abs(tint.y - first.y) < 1.0][: len(groups)]
        if abs(first.x - expected.x) > _REACH_MM[0]:
            continue
        if len(row) == len(groups) and _same_pitch(row, groups):
            runs.append(tuple(row))
    return runs


def _outlined_runs(groups: tuple[int, ...], expected: BoxMm, fields: Structures) -> list[tuple[BoxMm, ...]]:
    """Return the rows of outlined cells that count as *groups* says, each group as one rectangle."""
    cells = sorted(
        white
        for white in fields.whites
        if _PITCHES_MM[0] - 0.6 <= white.w <= _PITCHES_MM[1] and _is_near(white, expected, expected.w + _REACH_MM[0])
    )
    runs = []
    for i, first in enumerate(cells):
        row = [cell for cell in cells[i:] if abs(cell.y - first.y) < 1.0][: sum(groups)]
        if len(row) < sum(groups) or abs(first.x - expected.x) > _REACH_MM[0]:
            continue
        parts, at = [], 0
        for n in groups:
            left, right = row[at], row[at + n - 1]
            parts.append(BoxMm(left.x, left.y, right.x + right.w - left.x, left.h))
            at += n
        gaps = [b.x - (a.x + a.w) for a, b in zip(row, row[1:], strict=False)]
        if _same_pitch(parts, groups) and max(gaps, default=0) < _PITCHES_MM[0]:
            runs.append(tuple(parts))
    return runs


def _same_pitch(parts: Sequence[BoxMm], groups: tuple[int, ...]) -> bool:
    pitches = [part.w / n for part, n in zip(parts, groups, strict=True)]
    low, high = min(pitches), max(pitches)
    return _PITCHES_MM[0] <= low and high <= _PITCHES_MM[1] and high - low <= _SAME_PITCH * high


def _is_near(box: BoxMm, expected: BoxMm, reach: float) -> bool:
    down = abs(box.y + box.h / 2 - expected.y - expected.h / 2)
    return down < _REACH_MM[1] and abs(box.x - expected.x) < reach and _HEIGHTS_MM[0] <= box.h <= _HEIGHTS_MM[1]


def _price(box: BoxMm, expected: BoxMm) -> float:
    return abs(box.x - expected.x) + 3 * abs(box.y + box.h / 2 - expected.y - expected.h / 2)


def shifted(zone: Zone, expected: BoxMm) -> Zone:
    """Return *zone* moved to *expected* as it stands on its form."""
    dx, dy = expected.x - zone.box_mm.x, expected.y - zone.box_mm.y
    cells = tuple(BoxMm(c.x + dx, c.y + dy, c.w, c.h) for c in zone.cells_mm)
    return zone.model_copy(update={"box_mm": expected, "cells_mm": cells})


def fitted_line(zone: Zone, expected: BoxMm, label: BoxMm | None, fields: Structures) -> Zone:
    """Return the writing line *zone* at its place: the tint or outline that holds *expected*, after its *label*.

    Cells of a comb that stand together count as one line: what one print has as a line another parts into cells.
    """
    middle = expected.y + expected.h / 2
    row = [
        box
        for box in (*fields.whites, *fields.tints)
        if _HEIGHTS_MM[0] <= box.h <= _HEIGHTS_MM[1] and abs(box.y + box.h / 2 - middle) < _REACH_MM[1]
    ]
    held = [
        box
        for box in (*row, *_joined(row))
        if 0.45 * expected.w < box.w and box.x < expected.x + 0.7 * expected.w < box.x + box.w + _REACH_MM[0]
    ]
    if not held:
        return shifted(zone, expected)
    box = min(held, key=lambda b: 2 * abs(b.y + b.h / 2 - middle) + 0.1 * abs(b.w - expected.w) + _beyond(b, label))
    left = box.x
    if label is not None and box.x < label.x + label.w < box.x + box.w and box.y < label.y + label.h / 2 < box.y + box.h:
        left = label.x + label.w + 1.0
    return zone.model_copy(update={"box_mm": BoxMm(left, box.y, box.x + box.w - left, box.h)})


def _joined(row: Sequence[BoxMm]) -> list[BoxMm]:
    """Return the boxes of *row* that stand together, joined: one box a comb."""
    chains: list[BoxMm] = []
    for box in sorted(row):
        last = chains[-1] if chains else None
        alike = last is not None and abs(last.y - box.y) < 1.0 and abs(last.h - box.h) < 1.0
        if last is not None and alike and box.x - (last.x + last.w) < _GROUP_GAP_MM:
            chains[-1] = last._replace(w=max(last.w, box.x + box.w - last.x))
        else:
            chains.append(box)
    return chains


def _beyond(box: BoxMm, label: BoxMm | None) -> float:
    """Return what a line costs for ending before its own label does, which no line does, or for beginning far after."""
    if label is None:
        return 0.0
    end = label.x + label.w
    return 50.0 if box.x + box.w < end + 5 else 0.2 * max(box.x - end, 0.0)


def fitted_boxes(expected: dict[str, BoxMm], fields: Structures) -> dict[str, BoxMm]:
    """Return the check boxes found on the page for those *expected*, by name: the nearest ones, each used once."""
    squares = [
        box
        for box in fields.whites
        if _CHECK_MM[0] <= min(box.w, box.h) and max(box.w, box.h) <= _CHECK_MM[1] and not _in_comb(box, fields)
    ]
    if not squares:
        return {}
    costs = np.array([[min(_apart(square, box), _NO_BOX_MM) for square in squares] for box in expected.values()])
    names = list(expected)
    rows, columns = linear_sum_assignment(costs)
    return {names[i]: squares[k] for i, k in zip(rows, columns, strict=True) if costs[i, k] < _BOX_REACH_MM}


def _in_comb(box: BoxMm, fields: Structures) -> bool:
    """Return whether *box* has two like it beside it: a cell, not a check box."""
    alike = [
        other
        for other in fields.whites
        if other != box and abs(other.y - box.y) < 0.7 and abs(other.w - box.w) < 0.8  # noqa: PLR2004 - same row, same size
    ]
    return sum(abs(abs(other.x - box.x) - box.w) < 1.0 for other in alike) >= 1


def fitted_signature(zone: Zone, expected: BoxMm, fields: Structures) -> Zone:
    """Return the signature's box *zone* at its place: the white box of its size nearest to *expected*."""
    alike = [
        box
        for box in fields.whites
        if 0.6 * expected.w < box.w < 1.7 * expected.w and 0.4 * expected.h < box.h < 1.7 * expected.h
    ]
    best = min(alike, key=lambda box: _apart(box, expected), default=None)
    if best is None or _apart(best, expected) > _SIGN_REACH_MM:
        return shifted(zone, expected)
    return zone.model_copy(update={"box_mm": best})


def _apart(box: BoxMm, expected: BoxMm) -> float:
    across = box.x + box.w / 2 - expected.x - expected.w / 2
    return float(np.hypot(across, 2 * (box.y + box.h / 2 - expected.y - expected.h / 2)))


def fitted_table(zone: Zone, headings: dict[str, BoxMm], bottom_mm: float, fields: Structures) -> Zone | None:
    """Return the table *zone* at its place, or None where too few of its headings were found.

    Args:
        zone: the table on its own form.
        headings: column name to the heading's box on the page; columns not found lie between their neighbours.
        bottom_mm: what ends the table: the next section's first label.
        fields: the page's.
    """
    if len(headings) < max(3, len(zone.columns) // 2):
        return None
    centres = _centres(zone.columns, headings)
    head_bottom = max(box.y + box.h for box in headings.values())
    spacing = float(np.median(np.diff(centres)))
    left, right = max(centres[0] - 1.2 * spacing, 0.0), centres[-1] + 1.2 * spacing
    area = BoxMm(left, head_bottom, right - left, max(bottom_mm - head_bottom, zone.row_mm))
    left, right = _extent(area, centres, fields)
    columns_at = _between(centres, headings, zone.columns, _rules(area, fields, down=True), left, right)
    inner = BoxMm(columns_at[0] + 1, head_bottom, columns_at[-1] - columns_at[0] - 2, area.h)
    rows_at = _rows(zone, head_bottom, _bottom(inner, bottom_mm, fields), _rules(inner, fields, down=False))
    names = [column.id for column in zone.columns]
    rows = tuple(
        {
            name: BoxMm(x, top, following - x, below - top)
            for name, x, following in zip(names, columns_at, columns_at[1:], strict=False)
        }
        for top, below in zip(rows_at, rows_at[1:], strict=False)
    )
    columns = tuple(
        column.model_copy(update={"x_mm": x, "w_mm": following - x})
        for column, x, following in zip(zone.columns, columns_at, columns_at[1:], strict=False)
    )
    top = min(box.y for box in headings.values()) - 1
    box = BoxMm(columns_at[0], top, columns_at[-1] - columns_at[0], rows_at[-1] - top)
    return zone.model_copy(
        update={
            "box_mm": box, "rows_mm": rows, "rows": len(rows), "columns": columns,
            "header_mm": rows_at[0] - top, "row_mm": (rows_at[-1] - rows_at[0]) / len(rows),
        }
    )  # fmt: skip


def _centres(columns: tuple[Column, ...], headings: dict[str, BoxMm]) -> list[float]:
    """Return the middle of each column's heading on the page; of one not found, from where its form has it."""
    there = [c.x_mm + c.w_mm / 2 for c in columns if c.id in headings]
    here = [headings[c.id].x + headings[c.id].w / 2 for c in columns if c.id in headings]
    slope, start = np.polyfit(there, here, 1)
    middles = []
    for column in columns:
        own = column.x_mm + column.w_mm / 2
        inside = min(there) <= own <= max(there)
        known = headings.get(column.id)
        guess = float(np.interp(own, there, here)) if inside else float(slope * own + start)
        middles.append(known.x + known.w / 2 if known else guess)
    return middles


def _extent(area: BoxMm, centres: list[float], fields: Structures) -> tuple[float, float]:
    """Return where the table begins and ends across: its tint's edges, else half a column outside the outer headings."""
    spacing = float(np.median(np.diff(centres)))
    left, right = centres[0] - spacing / 2, centres[-1] + spacing / 2
    if fields.tint < 1:
        profile = np.median(fields.patch(area), axis=0)
        tinted = np.flatnonzero(profile < (1 + fields.tint) / 2)
        if len(tinted):
            left, right = area.x + tinted[0] / PX_PER_MM, area.x + (tinted[-1] + 1) / PX_PER_MM
    return left, right


def _bottom(area: BoxMm, expected: float, fields: Structures) -> float:
    """Return where the tint of the rows ends, or *expected* where there is none."""
    if fields.tint == 1:
        return expected
    below = area._replace(h=area.h + 25.0)
    white = np.median(fields.patch(below), axis=1) > (1 + fields.tint) / 2
    edges = np.flatnonzero(np.convolve(white, np.ones(6), mode="valid") >= 6)  # a millimetre of paper
    return area.y + float(edges[0]) / PX_PER_MM if len(edges) else expected


def _rules(area: BoxMm, fields: Structures, *, down: bool) -> list[float]:
    """Return where thin rules, white on tint or dark, cross *area*, in mm from the page's edge."""
    patch = fields.patch(area)
    if patch.size == 0:
        return []
    profile = np.median(patch, axis=0 if down else 1)
    width = round(3 * PX_PER_MM)
    padded = np.pad(profile, width, mode="edge")
    ground = np.array([np.median(padded[i : i + 2 * width + 1]) for i in range(len(profile))])
    step = max((1 - fields.tint) * 0.35, 0.02)
    off = np.flatnonzero(np.abs(profile - ground) > step)
    stretches = [s for s in np.split(off, np.flatnonzero(np.diff(off) > 1) + 1) if len(s)]
    start = area.x if down else area.y
    return [start + float(s.mean() + 0.5) / PX_PER_MM for s in stretches if len(s) < 1.6 * PX_PER_MM]


def _between(
    centres: list[float], headings: dict[str, BoxMm], columns: tuple[Column, ...], rules: list[float],
    left: float, right: float,
) -> list[float]:  # fmt: skip
    """Return the edges of the columns: a rule between two headings where there is one, else half way."""
    edges = [left]
    for i, (here, following) in enumerate(zip(centres, centres[1:], strict=False)):
        known, after = headings.get(columns[i].id), headings.get(columns[i + 1].id)
        low = known.x + known.w if known else here
        high = after.x if after else following
        inside = [rule for rule in rules if low - 0.5 <= rule <= high + 0.5]
        middle = (low + high) / 2
        edges.append(min(inside, key=lambda rule: abs(rule - middle)) if inside else middle)
    return [*edges, right]


def _rows(zone: Zone, head_bottom: float, bottom: float, rules: list[float]) -> list[float]:
    """Return the edges of the rows: the rules found, filled in at their usual distance; without any, the form's own."""
    spaces = np.diff(rules)
    usual = [s for s in spaces if 0.6 * zone.row_mm < s < 1.6 * zone.row_mm]
    if len(usual) < 2:  # noqa: PLR2004 - one distance is no rhythm
        count = max(round((bottom - head_bottom - 2) / zone.row_mm), 1)
        first = head_bottom + max(bottom - head_bottom - 2 - count * zone.row_mm, 0.0) / 2
        return [first + i * zone.row_mm for i in range(count + 1)]
    pitch = float(np.median(usual))
    start = next(rule for rule, space in zip(rules, spaces, strict=False) if abs(space - pitch) < 0.15 * pitch)
    rhythm = [r for r in rules if abs((r - start) / pitch - round((r - start) / pitch)) < 0.15]  # noqa: PLR2004
    steps = np.array([round((r - start) / pitch) for r in rhythm])
    slope, origin = np.polyfit(steps, rhythm, 1) if len(rhythm) > 1 else (pitch, start)
    low, high = int(steps.min()), int(steps.max())
    while origin + low * slope - head_bottom > 0.7 * slope:  # the head's own edge shows no rule
        low -= 1
    while bottom - (origin + high * slope) > 0.6 * slope:  # nor does the last row's
        high += 1
    while bottom - (origin + high * slope) < -0.4 * slope and high > low + 1:
        high -= 1
    return [float(origin + step * slope) for step in range(low, high + 1)]
