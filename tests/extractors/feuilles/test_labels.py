"""A print nobody has a template of: its labels, found among the page's words, lead to its entries."""

from functools import cache
from typing import Any

import numpy as np
import pytest

from extractors.feuilles.labels import FoundForm, find_zones
from extractors.forms.found_print import without_found_print
from extractors.forms.template import BoxMm, FormTemplate, Zone
from extractors.pages.clean import level, upright
from extractors.readers.tesseract import load_text_reader
from extractors.register import Registrar
from extractors.scan import Scan
from samples.form_variant import variant
from tests.extractors.sheets import PX_PER_MM, template, text_page, write

#: One print with cells in a tint parted by white ticks, one with outlined cells: pitch, places and rows differ.
PRINTS = (1, 13)


@cache
def scan_of(print_: int) -> Scan:
    """Return the empty form of another print, as a scanner gives it."""
    _, pixels = variant(print_, 200)
    return Scan("lot.pdf", 1, pixels, 200.0)


@cache
def found_on(print_: int) -> FoundForm:
    """Return what its labels tell of the form."""
    view = level(upright(scan_of(print_), 0), dpi=300)
    found = find_zones(load_text_reader().read_page(view.grey, dpi=300), view)
    assert found is not None
    return found


def truth_of(print_: int) -> dict[str, dict[str, Any]]:
    """Return where the print has its entries, by name."""
    zones: dict[str, dict[str, Any]] = variant(print_, 200)[0].zones
    return zones


def farthest_mm(one: BoxMm, other: BoxMm) -> float:
    """Return the farthest two edges of the boxes lie apart."""
    ends = [(b[0], b[1], b[0] + b[2], b[1] + b[3]) for b in (one, other)]
    return float(np.abs(np.subtract(*ends)).max())


@pytest.mark.parametrize("print_", PRINTS)
def test_no_template_takes_the_other_print_for_its_own(print_: int) -> None:
    """Its labels are the same, its cells are not: read by the template, digits would be cut in two."""
    assert Registrar((template(),)).find(scan_of(print_)) is None


@pytest.mark.parametrize("print_", PRINTS)
def test_every_cell_of_every_comb_is_found(print_: int) -> None:
    """One cell too far and a NIR is another person's."""
    found = found_on(print_)

    combs = {name: zone for name, zone in truth_of(print_).items() if zone["kind"] == "comb" and name != "total_amount"}
    for name, there in combs.items():
        here = found.template.zone(name)
        assert here is not None, name
        assert len(here.cells_mm) == len(there["cells_mm"]), name
        apart = [farthest_mm(a, BoxMm(*b)) for a, b in zip(here.cells_mm, there["cells_mm"], strict=True)]
        assert max(apart) < 0.8, name


@pytest.mark.parametrize("print_", PRINTS)
def test_the_acts_are_found_row_by_row(print_: int) -> None:
    """The number of rows and the columns' widths change from one print to the next."""
    here, there = found_on(print_).template.zone("acts"), truth_of(print_)["acts"]

    assert here is not None
    assert len(here.rows_mm) == len(there["rows_mm"])
    for row, known in zip(here.rows_mm, there["rows_mm"], strict=True):
        assert max(farthest_mm(row[name], BoxMm(*known[name])) for name in row) < 1.2


@pytest.mark.parametrize("print_", PRINTS)
def test_a_check_box_is_its_own_box_or_none(print_: int) -> None:
    """A tick looked for beside its box is never found: better not to say than to say no."""
    found = found_on(print_)

    boxes = {name: zone for name, zone in truth_of(print_).items() if zone["kind"] == "checkbox"}
    here = {name: found.template.zone(name) for name in boxes}
    seen = {name: zone for name, zone in here.items() if zone is not None}
    assert len(seen) >= len(boxes) - 1
    for name, zone in seen.items():
        assert farthest_mm(zone.box_mm, BoxMm(*boxes[name]["box_mm"])) < 1.2, name


def test_a_page_of_text_has_no_entries() -> None:
    """A prescription speaks of soins too; a handful of words is not a form."""
    view = level(upright(Scan("lot.pdf", 1, text_page(), 200.0), 0), dpi=300)

    assert find_zones(load_text_reader().read_page(view.grey, dpi=300), view) is None


def test_an_outline_and_a_label_are_taken_off_and_ink_stays() -> None:
    """Without a blank to compare with, what was found on the page is what can be taken off it."""
    page = np.full((round(40 * PX_PER_MM), round(60 * PX_PER_MM)), 250, np.uint8)
    cells = tuple(BoxMm(20 + 4.7 * i, 10, 4.7, 5) for i in range(3))
    for cell in cells:
        left, top, right, bottom = (round(v * PX_PER_MM) for v in (cell.x, cell.y, cell.x + cell.w, cell.y + cell.h))
        page[top : bottom + 1, [left, left + 1, right, right + 1]] = 90
        page[[top, bottom], left : right + 1] = 90
    write(page, "date", (5, 14), grey=90)
    write(page, "8", (21.2, 14), height_mm=3.0)
    comb = Zone(
        id="form_date", kind="comb", label="date", box_mm=BoxMm(20, 10, 14.1, 5), cells_mm=cells, format="digits:3"
    )
    form = FormTemplate(form="S3129e", page_mm=(60, 40), zones=(comb,), words_mm=(BoxMm(4.6, 11, 9, 4),))

    ink = without_found_print(page, form, PX_PER_MM) < 150

    left, right = round(20.8 * PX_PER_MM), round(24.2 * PX_PER_MM)
    assert ink[:, left:right].sum() > 150
    assert ink.sum() - ink[:, left:right].sum() < 20
