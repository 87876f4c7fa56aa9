"""Dates in a line, as doctors and machines write them."""

import pytest

from extractors.dates_in_text import find_dates


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Nantes, le 06/05/2025", "2025-05-06"),
        ("le 6.5.25", "2025-05-06"),
        ("Fait le 06-05-2025", "2025-05-06"),
        ("06 05 2025", "2025-05-06"),
        ("Bayonne, le 27 avril 2025", "2025-04-27"),
        ("le 1er août 2025", "2025-08-01"),
        ("le 3 fevrler 2025", "2025-02-03"),
        ("2025-05-06", "2025-05-06"),
    ],
)
def test_a_date_is_found_however_it_is_written(text: str, value: str) -> None:
    """Software, typists and doctors each have their way."""
    assert [found.value for found in find_dates(text)] == [value]


@pytest.mark.parametrize(
    "text", ["Tél. 04 83 78 35 20", "AMI 1,5", "14.30", "n° 123456789", "44000 NANTES", "10 jours"]
)
def test_other_figures_are_no_dates(text: str) -> None:
    """A telephone number taken for a date would date the care."""
    assert find_dates(text) == []


@pytest.mark.parametrize("text", ["née le 05/05/1948", "Date de naissance : 05.05.48", "né(e) le 05/05/1948 à Nantes"])
def test_a_birth_date_is_told_apart(text: str) -> None:
    """It stands beside the patient on most ordonnances."""
    (found,) = find_dates(text)

    assert found.is_birth
    assert found.value == "1948-05-05"


def test_a_day_no_calendar_has_is_kept_and_marked() -> None:
    """That the paper is wrong is not the reader's to hide."""
    (found,) = find_dates("le 31/02/2025")

    assert found.value == "2025-02-31"
    assert not found.exists
