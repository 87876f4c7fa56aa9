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
from rapidfuzz import fuzz

from extractors.forms.boxes import fitted_boxes, fitted_signature
from extractors.forms.fitting import (
    around,
    fitted_comb,
    fitted_line,
    fitted_table,
    shifted,
)
from extractors.forms.label_search import PlacedWord, find_labels, moved
from extractors.forms.printed import Label, key_of, label_of, printed_labels
from extractors.forms.structures import structures_of
from extractors.forms.template import BoxMm, FormTemplate, Zone, load_templates
from extractors.pages.paper import MM_PER_INCH
from extractors.pages.turning import warped
from extractors.scan import Word
from extractors.sheet import Sheet, View
from schemas.geometry import Box

#: Share of the entries that must have found their own label.
_LEAST_SHARE: Final = 0.6
#: A taller "word" is a reader's mistake: no form prints a title as large.
_TALLEST_WORD_MM: Final = 9.0
#: Likeness (0 to 100) from which a word of so many letters is one the form prints.
_SAME_WORD: Final = 80
_LONG_WORD: Final = 4
#: Words of one printed line stand this near where those between were not read, mm.
_LINE_GAP_MM: Final = 25.0
#: Lower words outside every entry are the form's small print: nobody writes so small.
_SMALL_PRINT_MM: Final = 2.4
#: Headings that hold a table's columns; fewer are completed from the labels around.
_FEWEST_HEADINGS: Final = 4
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


def find_zones(words: Sequence[Word], view: View) -> FoundForm | None:
    """Return the form whose labels stand on the page, its entries where this print has them; None where none does.

    Args:
        words: the page's, boxes in fractions of *view*.
        view: the page level and cut, from ``clean.level``.
    """
    px_per_mm = view.dpi / MM_PER_INCH
    page_mm = (round(view.grey.shape[1] / px_per_mm, 2), round(view.grey.shape[0] / px_per_mm, 2))
    placed = [PlacedWord(key_of(word.text), _in_mm(word.box, page_mm)) for word in words if key_of(word.text)]
    placed = [word for word in placed if word.box_mm.h < _TALLEST_WORD_MM]
    best: FoundForm | None = None
    for template in _known():
        labels = printed_labels(template)
        found = find_labels(labels, placed)
        zones = _zones(template, labels, found, view) if found else ()
        if zones and (best is None or len(zones) > len(best.template.zones)):
            form = _reference(words) or template.form
            words_mm = (*found.values(), *_other_print(placed, labels, zones))
            best = FoundForm(FormTemplate(form=form, page_mm=page_mm, zones=zones, words_mm=words_mm), view)
    return best


def _other_print(placed: list[PlacedWord], labels: tuple[Label, ...], zones: tuple[Zone, ...]) -> list[BoxMm]:
    """Return the lines the form prints that no label was found for, as far as they stand outside every entry.

    A line is taken off whole, with the words between that were not read.
    """
    printed = {key_of(word) for label in labels for word in label.text.split()}
    long_words = [key for key in printed if len(key) >= _LONG_WORD]
    entries = [zone.box_mm for zone in zones if zone.kind != "table"]
    entries += [cell for zone in zones for row in zone.rows_mm for cell in row.values()]
    lines: list[BoxMm] = []
    for word in sorted(placed, key=lambda word: word.box_mm.x):
        box = word.box_mm
        alike = word.key in printed or any(fuzz.ratio(word.key, key) > _SAME_WORD for key in long_words)
        if not (alike or box.h < _SMALL_PRINT_MM) or any(_overlap(box, entry) for entry in entries):
            continue
        for i, line in enumerate(lines):
            joined = around((line, box))
            near = joined.h < 1.5 * max(line.h, box.h) and box.x - line.x - line.w < _LINE_GAP_MM
            if near and not any(_overlap(joined, entry) for entry in entries):
                lines[i] = joined
                break
        else:
            lines.append(box)
    return lines


def _overlap(a: BoxMm, b: BoxMm) -> bool:
    """Return whether *a* and *b* share more than a third of the lower one's height."""
    across = min(a.x + a.w, b.x + b.w) - max(a.x, b.x)
    return across > 0 and min(a.y + a.h, b.y + b.h) - max(a.y, b.y) > min(a.h, b.h) / 3


def _in_mm(box: Box, page_mm: tuple[float, float]) -> BoxMm:
    width, height = page_mm
    return BoxMm(box.x * width, box.y * height, box.w * width, box.h * height)


@lru_cache(maxsize=1)
def _known() -> tuple[FormTemplate, ...]:
    return load_templates()


def _reference(words: Sequence[Word]) -> str | None:
    """Return the reference printed on the page, such as ``S3129e``."""
    match = _REFERENCE.search(" ".join(word.text for word in words))
    return f"S{match[1]}{match[2]}" if match else None


def _zones(template: FormTemplate, labels: tuple[Label, ...], found: dict[int, BoxMm], view: View) -> tuple[Zone, ...]:
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
    labelled = {name for name, index in named.items() if index in found}
    boxes = fitted_boxes(checks, labelled, fields)
    zones: list[Zone] = []
    blocks: list[Zone] = []
    for zone in template.zones:
        index, expected = named[zone.id], places[zone.id]
        if zone.kind == "comb":
            zones.append(fitted_comb(zone, expected, fields))
        elif zone.kind == "text":
            zones.append(fitted_line(zone, expected, None if index is None else found.get(index), fields))
        elif zone.kind == "checkbox":  # without its box an entry stays unread: beside it, every box is empty
            zones.extend([zone.model_copy(update={"box_mm": boxes[zone.id]})] if zone.id in boxes else [])
        elif zone.kind == "signature":
            signature = fitted_signature(zone, expected, fields)
            zones.extend([signature] if signature else [])
        elif zone.kind == "table":
            bottom = moved(np.array([zone.box_mm.x, zone.box_mm.y + zone.box_mm.h]), there, here)[1]
            headings = _headings(zone, labels, found, (there, here))
            table = fitted_table(zone, headings, float(bottom), fields)
            zones.extend([table] if table else [])
        else:
            blocks.append(shifted(zone, expected))
    return (*zones, *(_bounded(block, named[block.id], found, zones) for block in blocks))


def _bounded(block: Zone, index: int | None, found: dict[int, BoxMm], zones: list[Zone]) -> Zone:
    """Return *block*, a free area for a stamp, between its own label and the entry below it."""
    x, y, w, h = block.box_mm
    label = found.get(index) if index is not None else None
    top = label.y + label.h + 0.3 if label is not None else y
    below = [z.box_mm.y for z in zones if z.box_mm.x < x + w and x < z.box_mm.x + z.box_mm.w and z.box_mm.y > top + 5]
    bottom = min([y + h, *(edge - 0.5 for edge in below)])
    return block.model_copy(update={"box_mm": BoxMm(x, top, w, max(bottom - top, 1.0))})


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


def _headings(
    zone: Zone,
    labels: tuple[Label, ...],
    found: dict[int, BoxMm],
    known: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> dict[str, BoxMm]:
    """Return where the headings of a table's columns stand on the page, by column; too few read: where they should."""
    headings, guessed = dict[str, BoxMm](), dict[str, BoxMm]()
    for column in zone.columns:
        for i, label in enumerate(labels):
            own = label.box_mm
            if label.key != key_of(column.label) or not zone.box_mm.y <= own.y <= zone.box_mm.y + zone.header_mm:
                continue
            if i in found:
                headings[column.id] = found[i]
            x, middle = moved(_anchor(own), *known)
            guessed[column.id] = BoxMm(float(x), float(middle) - own.h / 2, own.w, own.h)
    return headings if len(headings) >= _FEWEST_HEADINGS else guessed | headings


def _anchor(box: BoxMm) -> NDArray[np.float64]:
    return np.array([box.x, box.y + box.h / 2])
