"""Write ``docs/controls.md`` from the registry: ``python -m intake.controls``."""

from pathlib import Path

from intake.controls.registry import controls_as_markdown

if __name__ == "__main__":
    page = Path(__file__).parents[2] / "docs" / "controls.md"
    page.write_text(controls_as_markdown(), encoding="utf-8")
