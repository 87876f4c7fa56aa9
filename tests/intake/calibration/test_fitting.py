"""What curves learn: from many cases what they show, from few what all others show, from one form as from one."""

import random

from intake.calibration.cases import Case
from intake.calibration.curves import Calibration
from intake.calibration.fitting import fit
from intake.evaluation.tally import calibration
from tests.intake.calibration.true_lots import CALM, cases


def fitted(found: list[Case]) -> Calibration:
    return fit(found, date="2026-11-22", command="liasse calibrate", lots=1, one_entry=20.0)


def test_many_cases_show_what_a_confidence_is_worth() -> None:
    """A thousand NIRs read at 0.99, fifty of them wrong, are right 19 times in 20."""
    made = fitted(cases("form/nir", 1000, raw=0.99, wrong=50))

    assert 0.93 < made.confidence("form/nir", "filled", 0.99, CALM) < 0.96


def test_fifty_cases_without_an_error_do_not_claim_999_in_a_thousand() -> None:
    """Few cases show little: they may not open the door to acceptance."""
    made = fitted(cases("form/nir", 50, raw=0.9999) + cases("form/tick", 5000, raw=0.9999))

    assert made.confidence("form/nir", "filled", 1.0, CALM) < 0.999
    assert made.confidence("form/tick", "filled", 1.0, CALM) > 0.9999


def test_a_sort_nobody_has_seen_claims_98_in_a_hundred_at_most() -> None:
    """The file may be older than the field."""
    made = fitted(cases("form/tick", 5000, raw=0.9999))

    assert made.confidence("form/km", "filled", 1.0, CALM) <= 0.98


def test_a_sort_with_few_cases_is_judged_like_all_others() -> None:
    """Ten right ones say nothing against a hundred wrong of a thousand elsewhere."""
    made = fitted(cases("form/km", 10, raw=0.95) + cases("form/nir", 1000, raw=0.95, wrong=300))

    assert abs(made.confidence("form/km", "filled", 0.95, CALM) - 0.7) < 0.05


def test_ten_errors_on_one_form_count_less_than_on_ten_forms() -> None:
    """One form read wrong is one misfortune, not ten."""
    others = cases("form/tick", 5000, raw=0.99) + cases("form/nir", 50, raw=0.99)
    together = [Case("form/nir", "filled", 0.99, wrong=True, paper="bad", context=CALM) for _ in range(10)]
    apart = [Case("form/nir", "filled", 0.99, wrong=True, paper=f"bad {k}", context=CALM) for k in range(10)]

    one = fitted(others + together).confidence("form/nir", "filled", 0.99, CALM)
    many = fitted(others + apart).confidence("form/nir", "filled", 0.99, CALM)

    assert 1.0 - many > 1.05 * (1.0 - one)


def test_right_cells_of_few_forms_claim_less_than_those_of_many() -> None:
    """Six hundred cells of twenty forms are twenty cases where nothing tells otherwise."""
    few = fitted(cases("form/fee", 600, raw=0.9999, on=20)).confidence("form/fee", "filled", 1.0, CALM)
    many = fitted(cases("form/fee", 600, raw=0.9999, on=600)).confidence("form/fee", "filled", 1.0, CALM)

    assert few < 0.997
    assert many > 0.9995


def test_a_form_full_of_doubts_is_less_sure_where_it_looks_sure() -> None:
    """Misreadings come together: what 0.995 is worth depends on the rest of the form."""
    calm = cases("form/fee", 4000, raw=0.995, on=400)
    messy = cases("form/fee", 400, raw=0.995, wrong=20, on=200, context=("template", 3))
    made = fitted(calm + [Case(c.sort, c.state, c.raw, c.wrong, "messy " + c.paper, c.context) for c in messy])
    by_doubts = [made.confidence("form/fee", "filled", 0.995, ("template", place)) for place in range(4)]

    assert by_doubts == sorted(by_doubts, reverse=True)
    assert by_doubts[0] - by_doubts[3] > 0.01


def test_a_software_invoice_that_errs_is_not_trusted_like_a_form() -> None:
    """Another print is another reader: its errors are its own."""
    forms = cases("form/nir", 2000, raw=0.9999, on=2000)
    factures = [Case("form/nir", "filled", 0.9999, k < 10, f"facture {k}", ("facture", 0)) for k in range(40)]
    made = fitted(forms + factures)

    assert made.confidence("form/nir", "filled", 0.9999, ("facture", 0)) < made.confidence(
        "form/nir", "filled", 0.9999, CALM
    )


def test_what_is_promised_comes_true_on_cases_held_back() -> None:
    """Readings that are wrong three times as often as they say: the expected error falls below 2 %."""
    rng = random.Random(7)  # noqa: S311 - a seeded draw

    def drawn(n: int) -> list[Case]:
        raws = [1.0 - 10.0 ** -rng.uniform(0.5, 3.5) for _ in range(n)]
        wrong = [rng.random() < min(3.0 * (1.0 - raw), 1.0) for raw in raws]
        return [
            Case("form/rpps", "filled", r, w, str(k), CALM) for k, (r, w) in enumerate(zip(raws, wrong, strict=True))
        ]

    made = fitted(drawn(3000))
    held_back = drawn(3000)
    before, _ = calibration([(c.raw, not c.wrong) for c in held_back])
    after, _ = calibration([(made.confidence(c.sort, c.state, c.raw, c.context), not c.wrong) for c in held_back])

    assert before is not None
    assert after is not None
    assert before > 0.08
    assert after < 0.02
