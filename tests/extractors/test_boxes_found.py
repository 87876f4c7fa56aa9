"""Check boxes and signature boxes of a print nobody has a template of: the right one, or none."""

import numpy as np
import pytest
from numpy.typing import NDArray

from extractors.forms.boxes import fitted_boxes, fitted_signature
from extractors.forms.found_print import without_found_print
from extractors.forms.structures import structures_of
from extractors.forms.template import BoxMm, FormTemplate, Zone
from tests.extractors.sheets import PX_PER_MM

ROW = tuple(BoxMm(x, 30.0, 4.0, 4.0) for x in (20.0, 50.0, 62.0))
SIGNATURES = (BoxMm(10, 60, 50, 16), BoxMm(80, 60, 50, 16))


def pixels(box: BoxMm) -> tuple[slice, slice]:
    """Return the rows and columns of *box*."""
    left, top, right, bottom = (round(v * PX_PER_MM) for v in (box.x, box.y, box.x + box.w, box.y + box.h))
    return slice(top, bottom), slice(left, right)


@pytest.fixture
def page() -> NDArray[np.uint8]:
    """Return a tinted form with a row of three check boxes and two boxes for signatures."""
    paper = np.full((round(100 * PX_PER_MM), round(150 * PX_PER_MM)), 250, np.uint8)
    paper[pixels(BoxMm(5, 20, 140, 60))] = 205
    for box in (*ROW, *SIGNATURES):
        paper[pixels(box)] = 250
    return paper


def crossed(page: NDArray[np.uint8], box: BoxMm) -> None:
    """Draw a cross in *box*."""
    rows, columns = pixels(box)
    for i in range(6, rows.stop - rows.start - 6):
        page[rows.start + i, columns.start + i - 1 : columns.start + i + 2] = 30
        page[rows.start + i, columns.stop - i - 2 : columns.stop - i + 1] = 30


def expected(*names_x: tuple[str, float]) -> dict[str, BoxMm]:
    """Return the row's entries, each where its neighbours put it."""
    return {name: BoxMm(x, 30.0, 4.0, 4.0) for name, x in names_x}


def test_a_box_without_its_label_is_not_taken_from_its_neighbour(page: NDArray[np.uint8]) -> None:
    """Twelve millimetres part yes from no: a guess that far off would answer the other question."""
    crossed(page, ROW[1])
    crossed(page, ROW[2])
    places = expected(("is_work_accident", 20.0), ("third_party_no", 60.0), ("third_party_yes", 75.0))

    found = fitted_boxes(places, {"is_work_accident"}, structures_of(page, PX_PER_MM))

    assert set(found) == {"is_work_accident"}


def test_boxes_without_labels_are_told_apart_where_none_is_ticked(page: NDArray[np.uint8]) -> None:
    """Two empty boxes say no twice, whichever is whose: no question to a person."""
    places = expected(("is_work_accident", 20.0), ("third_party_no", 60.0), ("third_party_yes", 75.0))

    found = fitted_boxes(places, {"is_work_accident"}, structures_of(page, PX_PER_MM))

    assert found["third_party_no"].x == pytest.approx(ROW[1].x, abs=0.5)
    assert found["third_party_yes"].x == pytest.approx(ROW[2].x, abs=0.5)


def test_the_last_box_of_a_row_belongs_to_its_last_entry(page: NDArray[np.uint8]) -> None:
    """All others found by their labels leave one box and one entry, ticked or not."""
    crossed(page, ROW[2])
    places = expected(("is_work_accident", 20.0), ("third_party_no", 50.0), ("third_party_yes", 75.0))

    found = fitted_boxes(places, {"is_work_accident", "third_party_no"}, structures_of(page, PX_PER_MM))

    assert found["third_party_yes"].x == pytest.approx(ROW[2].x, abs=0.5)


def test_a_signature_across_its_boxs_edge_does_not_hide_the_box(page: NDArray[np.uint8]) -> None:
    """A box not found is a signature unread; the other one tells its size."""
    page[pixels(BoxMm(84, 70, 42, 1.2))] = 30
    page[pixels(BoxMm(100, 66, 1.2, 18))] = 30
    page[pixels(BoxMm(90, 74, 30, 7))] = 250  # what the pen encloses looks like the box run out
    zone = Zone(id="patient_signature", kind="signature", label="signature", box_mm=BoxMm(110, 254, 52, 20))

    found = fitted_signature(zone, BoxMm(79, 59, 52, 20), structures_of(page, PX_PER_MM))

    assert found is not None
    assert found.box_mm == pytest.approx(SIGNATURES[1], abs=0.7)


def test_a_blackened_box_keeps_its_ink(page: NDArray[np.uint8]) -> None:
    """Some fill the box: ink that wide must not pass for a printed band, the tick would be read as none."""
    page[pixels(ROW[0])] = 40
    check = Zone(id="is_illness", kind="checkbox", label="maladie", box_mm=ROW[0])

    cleaned = without_found_print(page, FormTemplate(form="S3129e", page_mm=(150, 100), zones=(check,)), PX_PER_MM)

    assert (cleaned[pixels(ROW[0])] < 128).mean() > 0.6
    assert (cleaned[pixels(BoxMm(5, 20, 140, 60))] < 128).mean() < 0.01


def test_a_box_a_large_cross_hides_is_found_between_its_strokes(page: NDArray[np.uint8]) -> None:
    """A cross over all four corners leaves no edge to see: unread, the plainest tick of all went to a person."""
    x, y, side, _ = ROW[0]
    for i in range(-12, round(side * PX_PER_MM) + 12):
        row, left, right = round(y * PX_PER_MM) + i, round(x * PX_PER_MM) + i, round((x + side) * PX_PER_MM) - i
        page[row, left - 5 : left + 6] = 30
        page[row, right - 5 : right + 6] = 30
    places = expected(("is_illness", 21.0), ("exemption_ald", 50.0), ("exemption_other", 62.0))

    found = fitted_boxes(places, set(places), structures_of(page, PX_PER_MM))

    assert found["is_illness"].x == pytest.approx(x, abs=0.6)
    assert found["is_illness"].y == pytest.approx(y, abs=0.6)


def test_a_cross_on_plain_tint_is_no_box(page: NDArray[np.uint8]) -> None:
    """Where no box stands between the strokes, none is made up."""
    crossed(page, BoxMm(100.0, 30.0, 4.0, 4.0))
    places = expected(("is_illness", 20.0), ("exemption_ald", 100.0))

    assert "exemption_ald" not in fitted_boxes(places, set(places), structures_of(page, PX_PER_MM))
