"""The figures about certainty and marks as one page that stands alone: ``liasse evaluate --report DIR``."""

from pathlib import Path

from jinja2 import Environment, PackageLoader, select_autoescape

from intake.evaluation.charts import acceptance_diagram, reliability_diagram
from intake.evaluation.figures import Figures
from intake.evaluation.marks import MarkFigures


def write_report(figures: Figures, folder: Path, marks: MarkFigures | None = None) -> None:
    """Write ``report.html`` into *folder*, which is made where it does not exist.

    Args:
        figures: about certainty.
        folder: where to write.
        marks: what was counted about marks, where their truth is known.
    """
    environment = Environment(
        loader=PackageLoader("intake.evaluation"), autoescape=select_autoescape(["html"]), trim_blocks=True
    )
    environment.filters["percent"] = _percent
    environment.filters["shares"] = _shares
    points = [row.outcome for row in figures.curve if row.outcome.fields]
    page = environment.get_template("figures.html").render(
        figures=figures,
        marks=[table for table in marks.tables if table.rows] if marks else [],
        acceptance=acceptance_diagram(
            [(o.wrong / o.fields, _ratio(*o.clean())) for o in points],
            _marks(figures),
            "acceptance",
        ),
        diagrams=[
            reliability_diagram([b for b in s.bins if b["confidence"] < 0.9] + list(s.fine), s.sort)  # noqa: PLR2004 - ``fine`` begins there
            for s in figures.sorts
        ],
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.html").write_text(page, encoding="utf-8")


def _marks(figures: Figures) -> list[tuple[float, float, str]]:
    """Return the marked settings by place on the curve; several at one place share a label."""
    labels: dict[tuple[float, float], list[str]] = {}
    for row in figures.marks:
        if row.outcome.fields:
            place = (row.outcome.wrong / row.outcome.fields, _ratio(*row.outcome.clean()))
            labels.setdefault(place, []).append(_percent(row.setting))
    return [(*place, ", ".join(words)) for place, words in labels.items()]


def _ratio(some: int, all_: int) -> float:
    return some / all_ if all_ else 0.0


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.3g} %"


def _shares(counts: tuple[int, int]) -> str:
    some, all_ = counts
    return f"{some} of {all_} ({100 * some / all_:.0f} %)" if all_ else "-"
