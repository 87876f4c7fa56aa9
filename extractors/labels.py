"""A form that no template fits, read through its printed labels: another print of a form we know by name.

The labels of the known print are found among the page's words; each entry then lies where its label moved to, and is
fitted to the room the page shows there (tints, cells, boxes, rules). What comes out reads like a registered form.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from extractors.forms.fitting import fitted_boxes, fitted_comb, fitted_line, fitted_signature, fitted_table, shifted
from extractors.forms.label_search import PlacedWord, find_labels, moved
from extractors.forms.printed import Label, key_of, label_of, printed_labels
from extractors.forms.structures import structures_of
from extractors.forms.template import BoxMm, FormTemplate, Zone, load_templates
from extractors.paper import MM_PER_INCH
from extractors.scan import Word
from extractors.sheet import Sheet, View
from extractors.turning import warped
from schemas.geometry import Box

#: Share of the entries that must have found their own label.
_LEAST_SHARE: Final = 0.6
_REFERENCE: Final = re.compile(r"S\s?(3129)\s?([a-z])\b")


@dataclass(frozen=True)
class FoundForm:
    """A form found by its labels. Stands in for a registration: its millimetres are those of the level view."""

    template: FormTemplate
    #: the level view it was found on
    level: View

    def view(self, sheet: Sheet, px_per_mm: float) -> View:
        """Return the page level: a zone stands at ``box_mm * px_per_mm``, in grey."""
        size = (round(self.template.page_mm[0] * px_per_mm), round(self.template.page_mm[1] * px_per_mm))
        zoom = self._px_per_mm / px_per_mm
        to_sheet = self.level.homography @ np.diag([zoom, zoom, 1.0])
        return View(warped(sheet.grey, to_sheet, size), to_sheet, self.level.sheet_size, px_per_mm * MM_PER_INCH)

    def box(self, box_mm: BoxMm) -> Box:
        """Return the contract's box around a rectangle of the form."""
        return self.level.box(*(v * self._px_per_mm for v in box_mm))

    @property
    def _px_per_mm(self) -> float:
        return self.level.dpi / MM_PER_INCH


def find_zones(words: Sequence[Word], view: View, sheet: Sheet) -> FoundForm | None:
    """Return the form whose labels stand on the page, its entries where this print has them; None where none does.

    Args:
        words: the page's, boxes in fractions of *view*.
        view: the page level and cut, from ``clean.level``.
        sheet: the page *view* was made from.
    """
    height, width = view.grey.shape
    px_per_mm = view.dpi / MM_PER_INCH
    page_mm = (round(width / px_per_mm, 2), round(height / px_per_mm, 2))
    placed = [
        PlacedWord(key_of(w.text), BoxMm(w.box.x * page_mm[0], w.box.y * page_mm[1], w.box.w * page_mm[0], w.box.h * page_mm[1]))
        for w in words
        if key_of(w.text)
    ]
    best: FoundForm | None = None
    for template in _known():
        labels = printed_labels(template)
        found = find_labels(labels, placed)
        zones = _zones(template, labels, found, view) if found else ()
        if zones and (best is None or len(zones) > len(best.template.zones)):
            form = _reference(words) or template.form
            best = FoundForm(FormTemplate(form=form, page_mm=page_mm, zones=zones), view)
    return best


@lru_cache(maxsize=1)
def _known() -> tuple[FormTemplate, ...]:
    return load_templates()


def _reference(words: Sequence[Word]) -> str | None:
    """Return the reference printed on the page, such as ``S3129e``."""
    match = _REFERENCE.search(" ".join(word.text for word in words))
    return f"S{match[1]}{match[2]}" if match else None


def _zones(
    template: FormTemplate, labels: tuple[Label, ...], found: dict[int, BoxMm], view: View
) -> tuple[Zone, ...]:
    """Return *template*'s entries at their places on *view*, or none where too few found their label."""
    named = {zone.id: label_of(zone, labels) for zone in template.zones}
    sure = sum(index in found for index in named.values())
    if sure < _LEAST_SHARE * len(template.zones):
        return ()
    fields = structures_of(view.grey, view.dpi / MM_PER_INCH)
    there = np.array([_anchor(labels[i].box_mm) for i in found])
    here = np.array([_anchor(box) for box in found.values()])
    places = {zone.id: _expected(zone, named[zone.id], labels, found, (there, here)) for zone in template.zones}
    checks = {zone.id: places[zone.id] for zone in template.zones if zone.kind == "checkbox"}
    boxes = checks | fitted_boxes(checks, fields)
    zones: list[Zone] = []
    for zone in template.zones:
        index, expected = named[zone.id], places[zone.id]
        if zone.kind == "comb":
            zones.append(fitted_comb(zone, expected, fields))
        elif zone.kind == "text":
            zones.append(fitted_line(zone, expected, None if index is None else found.get(index), fields))
        elif zone.kind == "checkbox":
            zones.append(zone.model_copy(update={"box_mm": boxes[zone.id]}))
        elif zone.kind == "signature":
            zones.append(fitted_signature(zone, expected, fields))
        elif zone.kind == "table":
            bottom = moved(np.array([zone.box_mm.x, zone.box_mm.y + zone.box_mm.h]), there, here)[1]
            table = fitted_table(zone, _headings(zone, labels, found), float(bottom), fields)
            zones.extend([table] if table else [])
        else:
            zones.append(shifted(zone, expected))
    return tuple(zones)


def _expected(
    zone: Zone,
    index: int | None,
    labels: tuple[Label, ...],
    found: dict[int, BoxMm],
    known: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> BoxMm:
    """Return where *zone* should lie on the page: moved as its own label, else as the labels around it."""
    label = found.get(index) if index is not None else None
    if label is not None and index is not None:
        shift = _anchor(label) - _anchor(labels[index].box_mm)
    else:
        corner = np.array(zone.box_mm[:2])
        shift = moved(corner, *known) - corner
    x, y, w, h = zone.box_mm
    return BoxMm(x + float(shift[0]), y + float(shift[1]), w, h)


def _headings(zone: Zone, labels: tuple[Label, ...], found: dict[int, BoxMm]) -> dict[str, BoxMm]:
    """Return where the headings of a table's columns stand on the page, by column."""
    headings = {}
    for column in zone.columns:
        for i, box in found.items():
            own = labels[i].box_mm
            if labels[i].key == key_of(column.label) and zone.box_mm.y <= own.y <= zone.box_mm.y + zone.header_mm:
                headings[column.id] = box
    return headings


def _anchor(box: BoxMm) -> NDArray[np.float64]:
    return np.array([box.x, box.y + box.h / 2])

