"""An entry of a known form fitted to the room a page has for it: cells in combs, lines in tints, boxes in squares."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from extractors.forms.structures import PX_PER_MM, Structures
from extractors.forms.template import BoxMm, Column, Zone

#: How far a field may lie from where its label puts it, mm, across and down.
_REACH_MM: Final = (26.0, 4.5)
#: Pitches of combs met, mm, and how much the groups of one comb may differ.
_PITCHES_MM: Final = (3.4, 6.4)
_SAME_PITCH: Final = 0.10
#: Heights of combs and writing lines, mm.
_HEIGHTS_MM: Final = (3.2, 8.5)
#: Entries that hold an amount: another print may part its cents off in cells.
AMOUNTS: Final = frozenset({"total_amount"})
#: How far an outlined cell's edge may lie from where even spacing puts it, mm, and the share of edges that must show.
_EDGE_MM: Final = 0.35
_EDGES_SEEN: Final = 0.6
#: So many pixels of paper, a millimetre, end a table; rules are thinner.
_PAPER_PX: Final = 7
#: The groups of one comb stand nearer than this, mm.
_GROUP_GAP_MM: Final = 3.6


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
    return zone.model_copy(update={"box_mm": around(parts), "cells_mm": cells})


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
    """Return the rows of outlined cells that count as *groups* says, each group as one rectangle.

    Some cells of the row show where it lies; its upright lines, ink or not, tell its pitch.
    """
    reach = expected.w + _REACH_MM[0]
    cells = [w for w in fields.whites if _PITCHES_MM[0] - 0.6 <= w.w <= _PITCHES_MM[1] and _is_near(w, expected, reach)]
    rows = {round(cell.y, 1): cell for cell in cells if sum(abs(other.y - cell.y) < 0.5 for other in cells) > 1}  # noqa: PLR2004
    runs: list[tuple[BoxMm, ...]] = []
    for row in rows.values():
        left = max(expected.x - _REACH_MM[0], 0.0)
        band = BoxMm(left, row.y + 0.15 * row.h, expected.w + 2 * _REACH_MM[0], 0.7 * row.h)
        runs.extend(_lattices(groups, fields.uprights(band), row))
    return runs


def _lattices(groups: tuple[int, ...], lines: list[float], row: BoxMm) -> list[tuple[BoxMm, ...]]:
    """Return the runs of cells whose edges are *lines*: evenly spaced in a group, the next group close behind."""
    runs = []
    for i, start in enumerate(lines):
        for end in lines[i + 1 :]:
            pitch = (end - start) / groups[0]
            if not _PITCHES_MM[0] <= pitch <= _PITCHES_MM[1] or not _evenly_parted(start, pitch, groups[0], lines):
                continue
            parts, at = [BoxMm(start, row.y, end - start, row.h)], end
            for n in groups[1:]:
                close = [line for line in lines if -_EDGE_MM < line - at < _GROUP_GAP_MM]
                begin = [line for line in close if _parted(line, pitch, n, lines)]
                if not begin:
                    break
                at = begin[0] + n * pitch
                parts.append(BoxMm(begin[0], row.y, n * pitch, row.h))
            if len(parts) == len(groups):
                runs.append(tuple(parts))
    return runs


def _evenly_parted(start: float, pitch: float, count: int, lines: list[float]) -> bool:
    """Return whether most inner edges of *count* cells are lines, and no line stands between two edges half way."""
    inner = [start + i * pitch for i in range(1, count)]
    return sum(any(abs(edge - line) < _EDGE_MM for line in lines) for edge in inner) >= _EDGES_SEEN * len(inner)


def _parted(start: float, pitch: float, count: int, lines: list[float]) -> bool:
    end = start + count * pitch
    return any(abs(end - line) < 2 * _EDGE_MM for line in lines) and _evenly_parted(start, pitch, count, lines)


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
    cells = _amount_cells(row, expected)
    if zone.id in AMOUNTS and cells:
        return zone.model_copy(update={"kind": "comb", "format": "cents", "cells_mm": cells, "box_mm": around(cells)})
    box = min(held, key=lambda b: 2 * abs(b.y + b.h / 2 - middle) + 0.1 * abs(b.w - expected.w) + _beyond(b, label))
    left = box.x
    if (
        label is not None
        and box.x < label.x + label.w < box.x + box.w
        and box.y < label.y + label.h / 2 < box.y + box.h
    ):
        left = label.x + label.w + 1.0
    return zone.model_copy(update={"box_mm": BoxMm(left, box.y, box.x + box.w - left, box.h)})


def _amount_cells(row: Sequence[BoxMm], expected: BoxMm) -> tuple[BoxMm, ...]:
    """Return the cells of a comb that parts the cents off, its last group two cells; nothing where there is none."""
    near = sorted(box for box in row if expected.x - _REACH_MM[0] < box.x < expected.x + expected.w + _REACH_MM[0])
    outlined = [box for box in near if _PITCHES_MM[0] <= box.w <= _PITCHES_MM[1]]
    if len(outlined) > 4:  # noqa: PLR2004 - an amount has five cells at least
        return tuple(outlined)
    for euros, cents in pairwise(near):
        pitch = cents.w / 2
        count = round(euros.w / pitch)
        if count > 2 and _same_pitch((euros, cents), (count, 2)) and cents.x - euros.x - euros.w < _GROUP_GAP_MM:  # noqa: PLR2004
            return tuple(
                BoxMm(part.x + i * part.w / n, part.y, part.w / n, part.h)
                for part, n in ((euros, count), (cents, 2))
                for i in range(n)
            )
    return ()


def around(boxes: Sequence[BoxMm]) -> BoxMm:
    """Return the smallest rectangle that holds all *boxes*."""
    left, top = min(b.x for b in boxes), min(b.y for b in boxes)
    return BoxMm(left, top, max(b.x + b.w for b in boxes) - left, max(b.y + b.h for b in boxes) - top)


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
        for top, below in pairwise(rows_at)
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
    """Return where the table begins and ends across: its tint's edges, else half a column past its outer headings."""
    spacing = float(np.median(np.diff(centres)))
    left, right = centres[0] - spacing / 2, centres[-1] + spacing / 2
    if fields.tint < 1:
        white = np.median(fields.patch(area), axis=0) > (1 + fields.tint) / 2
        paper = np.flatnonzero(np.convolve(white, np.ones(_PAPER_PX), mode="same") >= _PAPER_PX)
        first, last = (round((centre - area.x) * PX_PER_MM) for centre in (centres[0], centres[-1]))
        before, after = paper[paper < first], paper[paper > last]
        left = area.x + float(before[-1] + 3) / PX_PER_MM if len(before) else left
        right = area.x + float(after[0] - 3) / PX_PER_MM if len(after) else right
    return left, right


def _bottom(area: BoxMm, expected: float, fields: Structures) -> float:
    """Return where the tint of the rows ends, or *expected* where there is none."""
    if fields.tint == 1:
        return expected
    below = area._replace(h=area.h + 25.0)
    white = np.median(fields.patch(below), axis=1) > (1 + fields.tint) / 2
    edges = np.flatnonzero(np.convolve(white, np.ones(_PAPER_PX), mode="valid") >= _PAPER_PX)
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
    for i, (here, following) in enumerate(pairwise(centres)):
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
