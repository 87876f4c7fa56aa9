"""What is wrong with a form's template, and a picture of it: the two questions of who writes one."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.forms.anchors import anchors_of
from extractors.forms.template import BoxMm, FormTemplate, Zone, load_template
from extractors.register import FEWEST_ANCHORS
from schemas.errors import UsageError

#: Resolution of the picture, and of the look at the blank.
_PX_PER_MM: Final = 5.0
#: A form needs twice the anchors a registration takes: pens cover some.
_ENOUGH_ANCHORS: Final = 2 * FEWEST_ANCHORS
#: Rounding of the millimetres in the file.
_ROUNDING_MM: Final = 0.06
#: Colours of the kinds, blue green red.
_COLOURS: Final = {
    "comb": (200, 60, 0),
    "text": (0, 130, 0),
    "block": (140, 140, 0),
    "checkbox": (0, 0, 220),
    "signature": (180, 0, 180),
    "table": (0, 110, 220),
}


def check_template(folder: Path) -> list[str]:
    """Return everything wrong with the template in *folder*, one sentence a fault; empty when it can be used."""
    try:
        template = load_template(folder)
        blank = template.blank(_PX_PER_MM)
    except UsageError as error:
        return [str(error)]
    faults = [f"{zone.id}: used {n} times" for zone, n in _repeated(template)]
    for zone in template.zones:
        faults.extend(f"{zone.id}: {fault}" for fault in _faults_of(zone, template.page_mm))
    faults.extend(_overlaps(template))
    anchors = len(anchors_of(template, _PX_PER_MM))
    if anchors < _ENOUGH_ANCHORS:
        faults.append(f"blank: {anchors} printed anchors outside the entries, {_ENOUGH_ANCHORS} are needed to register")
    if blank.min() == blank.max():
        faults.append("blank: nothing is printed on it")
    return faults


def draw_template(folder: Path) -> NDArray[np.uint8]:
    """Return the blank of *folder* with every zone and cell drawn and named: ``(h, w, 3)`` BGR, as OpenCV writes it.

    Raises:
        UsageError: the template cannot be loaded.
    """
    template = load_template(folder)
    picture = np.asarray(cv2.cvtColor(template.blank(_PX_PER_MM), cv2.COLOR_GRAY2BGR), np.uint8)
    for zone in template.zones:
        colour = _COLOURS[zone.kind]
        for box in (*zone.cells_mm, *(box for row in zone.rows_mm for box in row.values())):
            _frame(picture, box, colour, 1)
        _frame(picture, zone.box_mm, colour, 2)
        place = (round(zone.box_mm.x * _PX_PER_MM) + 2, round(zone.box_mm.y * _PX_PER_MM) - 2)
        cv2.putText(picture, zone.id, place, cv2.FONT_HERSHEY_SIMPLEX, 0.36, colour, 1, cv2.LINE_AA)
    return picture


def _frame(picture: NDArray[np.uint8], box: BoxMm, colour: tuple[int, int, int], width: int) -> None:
    left, top = round(box.x * _PX_PER_MM), round(box.y * _PX_PER_MM)
    right, bottom = round((box.x + box.w) * _PX_PER_MM), round((box.y + box.h) * _PX_PER_MM)
    cv2.rectangle(picture, (left, top), (right, bottom), colour, width)


def _repeated(template: FormTemplate) -> Iterator[tuple[Zone, int]]:
    counts = Counter(zone.id for zone in template.zones)
    return ((zone, counts[zone.id]) for zone in {z.id: z for z in template.zones}.values() if counts[zone.id] > 1)


def _faults_of(zone: Zone, page_mm: tuple[float, float]) -> Iterator[str]:
    if not _holds(BoxMm(0, 0, *page_mm), zone.box_mm):
        yield "its box leaves the page"
    if zone.kind == "comb":
        if not zone.cells_mm:
            yield "a comb without cells_mm"
        if zone.groups and sum(zone.groups) != len(zone.cells_mm):
            yield f"groups count {sum(zone.groups)} cells, cells_mm {len(zone.cells_mm)}"
        if zone.format is None:
            yield "a comb without format"
    if zone.kind == "table":
        yield from _faults_of_table(zone)
    inner = (*zone.cells_mm, *(box for row in zone.rows_mm for box in row.values()))
    if not all(_holds(zone.box_mm, box) for box in inner):
        yield "a cell leaves its box"


def _faults_of_table(zone: Zone) -> Iterator[str]:
    if not zone.columns or not zone.rows_mm:
        yield "a table without columns or rows_mm"
    if zone.rows != len(zone.rows_mm):
        yield f"rows is {zone.rows}, rows_mm holds {len(zone.rows_mm)}"
    names = {column.id for column in zone.columns}
    if any(set(row) != names for row in zone.rows_mm):
        yield "a row of rows_mm does not have exactly the columns"


def _holds(outer: BoxMm, inner: BoxMm) -> bool:
    return (
        inner.w > 0
        and inner.h > 0
        and inner.x >= outer.x - _ROUNDING_MM
        and inner.y >= outer.y - _ROUNDING_MM
        and inner.x + inner.w <= outer.x + outer.w + _ROUNDING_MM
        and inner.y + inner.h <= outer.y + outer.h + _ROUNDING_MM
    )


def _overlaps(template: FormTemplate) -> Iterator[str]:
    """Yield the pairs of zones that share ground: ink there would be read twice."""
    for i, one in enumerate(template.zones):
        for other in template.zones[i + 1 :]:
            a, b = one.box_mm, other.box_mm
            across = min(a.x + a.w, b.x + b.w) - max(a.x, b.x)
            down = min(a.y + a.h, b.y + b.h) - max(a.y, b.y)
            if across > _ROUNDING_MM and down > _ROUNDING_MM:
                yield f"{one.id} and {other.id} overlap"
