"""Every setting an operator may change is documented and can be changed."""

from pathlib import Path

import pytest

from intake.lot import Thresholds
from intake.settings import Settings

OPERATING = Path(__file__).parents[2] / "docs" / "operating.md"


def test_every_setting_is_documented() -> None:
    """An undocumented setting is one nobody can use."""
    text = OPERATING.read_text("utf-8")
    names = [*Settings.model_fields, *(f"thresholds.{name}" for name in Thresholds.__dataclass_fields__)]

    missing = [n for n in names if n != "thresholds" and f"`{n}`" not in text]

    assert missing == []


def test_the_environment_changes_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """An organisation tightens acceptance without touching code."""
    monkeypatch.setenv("LIASSE_THRESHOLDS__CERTAIN", "0.995")
    monkeypatch.setenv("LIASSE_WORKERS", "3")

    settings = Settings()

    assert (settings.thresholds.certain, settings.workers) == (0.995, 3)


def test_an_unknown_or_absurd_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A typing error must not be silently ignored."""
    monkeypatch.setenv("LIASSE_WORKERS", "0")

    with pytest.raises(ValueError, match="workers"):
        Settings()
