"""What an evaluation says about certainty: how reliable, where the wrong values lie, what acceptance costs."""

from pathlib import Path

import pytest

from intake.calibration.curves import NONE
from intake.calibration.making import MARKS
from intake.evaluation.charts import acceptance_diagram, reliability_diagram
from intake.evaluation.figures import Figures, figures_of
from intake.evaluation.report import write_report
from intake.lot import Thresholds
from tests.intake.calibration.true_lots import lots


@pytest.fixture(scope="module")
def raw() -> Figures:
    """Thirty lots as read, nothing calibrated."""
    return figures_of(lots(30, seed=5, doubtful=0.2), Thresholds(calibration=NONE))


@pytest.fixture(scope="module")
def figures() -> Figures:
    """The same under the calibration that comes with the program."""
    return figures_of(lots(30, seed=5, doubtful=0.2), Thresholds())


def test_wrong_values_are_looked_for_among_the_least_certain(raw: Figures) -> None:
    """All wrong values of these lots were read at 0.85, everything else surer."""
    assert raw.wrong > 5
    assert raw.wrong_least_certain == raw.wrong


def test_the_error_of_a_sort_is_promised_less_seen(raw: Figures) -> None:
    """RPPS numbers: 0.85 promised where half are right, 0.9999 where all are."""
    rpps = next(s for s in raw.sorts if s.sort == "form/rpps")
    tenth = next(b for b in rpps.bins if 0.8 <= b["confidence"] < 0.9)

    assert abs(rpps.error - tenth["n"] / rpps.n * abs(0.85 - tenth["right"])) < 0.001
    assert rpps.n == 30 * 3


def test_the_five_settings_are_marked_and_a_wider_one_never_accepts_less(figures: Figures) -> None:
    """0.05, 0.1, 0.2, 0.5 and 1 %."""
    accepted = [len(row.outcome.accepted) for row in figures.marks]

    assert tuple(row.setting for row in figures.marks) == MARKS
    assert accepted == sorted(accepted)


def test_without_a_calibration_the_one_threshold_is_marked(raw: Figures) -> None:
    """As the program decides then."""
    [row] = raw.marks

    assert row.rule.floor == Thresholds().certain
    assert row.outcome.wrong == 0


def test_the_rule_these_lots_bear_out_keeps_the_setting_by_its_bound() -> None:
    """What one could safely set is read off these lots alone, with their uncertainty."""
    made = figures_of(lots(30, seed=6), Thresholds(accepted_error=0.05))

    assert made.safe is not None
    assert made.safe.outcome.at_most <= 0.05
    assert figures_of(lots(5, seed=6), Thresholds(accepted_error=0.0001)).safe is None


def test_every_figure_of_the_json_has_its_n(figures: Figures) -> None:
    """A share without its n says nothing."""
    told = figures.as_object()

    assert all(sort["n"] > 0 for sort in told["reliability"].values())
    assert {"n", "wrong", "wrong_among_them"} <= set(told["least_certain"])
    assert all({"fields", "wrong", "invoices", "invoices_wrong"} <= set(row) for row in told["acceptance"])


def test_the_report_stands_alone_with_a_diagram_for_every_sort(figures: Figures, tmp_path: Path) -> None:
    """It is mailed or archived: no script, no asset from outside."""
    write_report(figures, tmp_path / "report")
    html = (tmp_path / "report" / "report.html").read_text("utf-8")

    assert html.count("<svg") == len(figures.sorts) + 1
    assert "<script" not in html
    assert "src=" not in html
    assert "0.05 %" in html


def test_a_promise_kept_lies_on_the_diagonal() -> None:
    """Confidence and share right have one scale."""
    svg = reliability_diagram([{"confidence": 0.99, "right": 0.99, "n": 500}], "form/nir")
    corner = svg.split('class="diagonal"')[0]
    left, bottom, right, top = (float(corner.split(f'{name}="')[1].split('"')[0]) for name in ("x1", "y1", "x2", "y2"))
    x, y = (float(svg.split(f'{name}="')[1].split('"')[0]) for name in ("cx", "cy"))

    assert abs((x - left) / (right - left) - (y - bottom) / (top - bottom)) < 0.01
    assert "n = 500" in svg


def test_the_acceptance_diagram_draws_every_mark() -> None:
    """The settings an operator may choose are on the curve."""
    svg = acceptance_diagram([(0.0, 0.4), (0.001, 0.8)], [(0.001, 0.8, "0.1 %")], "acceptance")

    assert svg.count('class="mark"') == 1
    assert ">0.1 %<" in svg
