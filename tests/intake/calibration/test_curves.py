"""The stored curves keep their laws whatever they were fitted on; a file that is none of ours is refused."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.calibration import curves
from intake.calibration.cases import Case
from intake.calibration.context import CLASSES, PRINTS
from intake.calibration.curves import BUILT_IN, NONE, load_calibration
from intake.calibration.fitting import fit
from intake.calibration.kinds import SORTS
from schemas.errors import UsageError

STATES = ("filled", "empty", "unread", "ticked", "clear")
CONTEXTS = [None, *((made, place) for made in PRINTS for place in range(len(CLASSES) + 1))]
any_case = st.builds(
    Case,
    sort=st.sampled_from(SORTS[:3]),
    state=st.sampled_from(STATES),
    raw=st.sampled_from([0.0, 0.2, 0.5, 0.85, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999, 1.0]),
    wrong=st.booleans(),
    paper=st.sampled_from("abcdef"),
    context=st.sampled_from(CONTEXTS),
)
RAWS = [k / 200 for k in range(200)] + [0.999, 0.9995, 0.9999, 0.99999, 1.0]


@settings(max_examples=30, deadline=None)
@given(
    found=st.lists(any_case, min_size=1, max_size=200), sort=st.sampled_from(SORTS), context=st.sampled_from(CONTEXTS)
)
def test_a_surer_reading_is_never_the_less_likely_one_and_none_is_certain(
    found: list[Case], sort: str, context: tuple[str, int] | None
) -> None:
    """Whatever was seen: the order of the raw confidences stays, and nothing reaches 1."""
    made = fit(found, date="", command="", lots=1, one_entry=20.0)

    for state in STATES:
        sure = [made.confidence(sort, state, raw, context) for raw in RAWS]
        assert sure == sorted(sure)
        assert max(sure) < 1.0


def test_empty_stays_likelier_than_not_read_and_the_other_way_round() -> None:
    """The controls tell an empty box from an unreadable one at 0.5: no curve moves an entry across."""
    wrong = [
        Case("form/nir", state, raw, wrong=True, paper=str(k), context=None)
        for k in range(99)
        for state, raw in (("empty", 0.995), ("filled", 0.3))
    ]
    made = fit(wrong, date="", command="", lots=1, one_entry=20.0)

    assert made.confidence("form/nir", "empty", 0.995, None) == 0.5
    assert made.confidence("form/nir", "unread", 0.49, None) < 0.5
    assert made.confidence("form/nir", "unread", 0.0, None) == 0.0


@pytest.mark.parametrize("wrong", [True, False])
def test_a_signature_nobody_could_tell_never_becomes_a_missing_one(wrong: bool) -> None:  # noqa: FBT001 - a parameter
    """Thirteen signed ordonnances of a hundred were accused so: left to a person at 0.45, a curve made it 0.59."""
    cases = [
        Case("prescription/signature", "clear", raw, wrong=wrong, paper=str(k), context=None)
        for k in range(99)
        for raw in (0.45, 0.98)
    ]
    made = fit(cases, date="", command="", lots=1, one_entry=20.0)

    assert made.confidence("prescription/signature", "clear", 0.45, None) < 0.5
    assert made.confidence("prescription/signature", "clear", 0.98, None) >= 0.5


def test_the_calibration_that_comes_with_the_program_says_where_it_comes_from() -> None:
    """A figure without date, command and n is none."""
    found = load_calibration(BUILT_IN)

    assert found is not None
    assert found.date
    assert found.command.startswith("liasse calibrate")
    assert all(curve.n > 0 for curve in found.curves.values())
    assert set(found.figures) <= set(SORTS)
    assert all(figure["n"] > 0 for figure in found.figures.values())


def test_without_a_file_nothing_is_calibrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source tree without the fitted file still reads lots."""
    monkeypatch.setattr(curves, "files", lambda _: tmp_path)
    load_calibration.cache_clear()

    assert load_calibration(BUILT_IN) is None
    assert load_calibration(NONE) is None
    load_calibration.cache_clear()


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"date": "2026-11-22", "knots": []}'])
def test_a_file_that_is_no_calibration_is_refused_by_name(tmp_path: Path, content: str) -> None:
    """A wrong path must not silently leave confidences raw."""
    path = tmp_path / "mine.json"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(UsageError, match=r"mine\.json is no calibration"):
        load_calibration(str(path))


def test_a_file_of_another_version_is_refused(tmp_path: Path) -> None:
    """Its curves would be read at the wrong places."""
    made = fit([Case("form/nir", "filled", 0.99, wrong=False, paper="a", context=None)], date="", command="", lots=1,
               one_entry=20.0)  # fmt: skip
    path = tmp_path / "old.json"
    path.write_text(made.model_copy(update={"knots": (0.5, 0.1)}).model_dump_json(), encoding="utf-8")

    with pytest.raises(UsageError, match="another version"):
        load_calibration(str(path))
