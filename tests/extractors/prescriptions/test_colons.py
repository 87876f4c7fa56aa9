"""Colons that engines lose, found by their ink."""

import pytest

from extractors.prescriptions.colons import ends_in_colon
from extractors.prescriptions.free_ink import free_ink
from schemas.geometry import Box
from tests.extractors.ordonnances import Paper


@pytest.mark.parametrize(
    ("text", "is_colon"),
    [("à domicile :", True), ("à domicile", False), ("à domicile .", False), ("à domicile 8", False)],
)
@pytest.mark.parametrize("is_hand", [True, False])
def test_two_points_behind_the_last_word_are_a_colon(text: str, is_colon: bool, is_hand: bool) -> None:  # noqa: FBT001
    """Its ink tells it even where both engines read none."""
    paper = Paper()
    (paper.write_at if is_hand else paper.print_at)(16, 110, text)
    row = Box(15 / 210, 103 / 297, 30 / 210, 10 / 297)

    assert ends_in_colon(free_ink(paper.view()), row) is is_colon


def test_an_empty_row_ends_in_no_colon() -> None:
    """Nothing stands there."""
    assert not ends_in_colon(free_ink(Paper().view()), Box(0.1, 0.3, 0.2, 0.03))
