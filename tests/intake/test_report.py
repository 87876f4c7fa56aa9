"""The report, as a clerk reads it."""

import pytest

from intake.report.html import sureness


@pytest.mark.parametrize(
    ("confidence", "shown"), [(0.99999, "99,9 %"), (0.588, "58,8 %"), (0.0, "0,0 %"), (0.9369, "93,6 %")]
)
def test_nothing_read_is_shown_as_certain(confidence: float, shown: str) -> None:
    """A sureness is rounded down, in French figures."""
    assert sureness(confidence) == shown
