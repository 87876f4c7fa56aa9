"""An operator who meets a limit or a refusal finds it in the documentation, as it is in the program."""

from dataclasses import fields
from pathlib import Path

import pytest

from extractors.loading.limits import Limits
from extractors.loading.refusals import REASONS, sentence

OPERATING = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("limit", [field.name for field in fields(Limits)])
def test_every_limit_is_documented_with_its_default(limit: str) -> None:
    """A figure that drifts from the program's sends an operator looking in the wrong place."""
    rows = [line for line in OPERATING.splitlines() if line.startswith(f"| `{limit}` |")]

    assert len(rows) == 1
    assert rows[0].split("|")[3].strip() == str(getattr(Limits(), limit))


@pytest.mark.parametrize("code", REASONS)
def test_every_refusal_is_documented(code: str) -> None:
    """Codes are stable names: someone will search for one."""
    assert f"\n| `{code}` |" in OPERATING


@pytest.mark.parametrize("code", REASONS)
def test_every_refusal_is_a_french_sentence_that_names_its_page(code: str) -> None:
    """A clerk reads it, not a programmer."""
    assert REASONS[code].endswith(".")
    assert sentence(code, 3).startswith("Page 3 : ")
