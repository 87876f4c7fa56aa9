"""Lessons cut out of whole forms: what they say stands in a cell does stand there."""

import numpy as np
import pytest

from extractors.readers.cells import CLASSES, load_cell_reader
from samples.fonts import font_path
from samples.training.form_cells import Cell, FormCells
from samples.training.glyphs import Bank, font_glyphs


@pytest.fixture(scope="module")
def form_cells() -> FormCells:
    """Two printed faces, and one hand for the pens."""
    faces = {name: font_glyphs(font_path(name)) for name in ("cousine", "arimo")}
    return FormCells({"printed": Bank(faces)}, [font_path("architects-daughter")])


@pytest.fixture(scope="module")
def page(form_cells: FormCells) -> list[Cell]:
    """The cells of one form."""
    return form_cells.page(np.random.default_rng(3129))


def test_a_lesson_shows_the_character_it_is_labelled_with(page: list[Cell]) -> None:
    """A label beside its cell teaches the reader to be wrong."""
    figures = [(crop, label) for crop, label in page if label in "0123456789"]

    answers = load_cell_reader().read_cells([crop for crop, _ in figures]).argmax(axis=1)

    right = sum(CLASSES[answer] == label for answer, (_, label) in zip(answers, figures, strict=True))
    assert len(figures) > 60
    assert right > 0.85 * len(figures)


def test_the_same_seed_gives_the_same_lessons(form_cells: FormCells, page: list[Cell]) -> None:
    """The model card names a seed."""
    again = form_cells.page(np.random.default_rng(3129))

    assert [label for _, label in again] == [label for _, label in page]
    assert all(np.array_equal(one, other) for (one, _), (other, _) in zip(again, page, strict=True))
