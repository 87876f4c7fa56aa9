"""One paper as evidence for another: surer where they agree, honest where they do not, never a guess."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.differences import same_number
from intake.evidence import supported
from intake.joint import sums
from intake.likeness import same_text
from schemas.field import Alternative, Field
from tests.intake.papers import EMPTY, UNREAD, act, changed, concluded, four_forms, lot_of, read, unsure

probabilities = st.floats(0.01, 0.999)


def lean(value: str, confidence: float, other: str, share: float) -> Field[str]:
    """Return ink that reads *value* and may stand for *other*."""
    alternatives = (Alternative(value=other, probability=share),)
    return Field(value=value, confidence=confidence, alternatives=alternatives, source="comb")


class Bearing:
    """Ink that bears the given values, and lists none but the first."""

    def __init__(self, shares: dict[str, float]) -> None:
        self._shares = shares
        self.listed = tuple(shares.items())[:1]

    def share(self, value: str) -> float:
        """Return the given share."""
        return self._shares.get(value, 0.0)


def seen_with(entry: Field[str], other: Field[str], same: Callable[[str, str], bool] = str.__eq__) -> Field[str]:
    """Return *entry* in the light of the bordereau's *other*."""
    return supported(entry, other, source="bordereau", true_difference=0.02, same=same)


def test_two_papers_that_agree_make_each_other_sure() -> None:
    """Two independent readings seldom err alike; what the ink said alone is kept."""
    found = seen_with(read("15.35", 0.80), read("15.35"))

    assert found.confidence > 0.99
    assert found.blind is not None
    assert (found.blind.value, found.blind.confidence) == ("15.35", 0.80)
    assert found.source == "comb"


def test_doubtful_ink_takes_the_lines_value_it_held_possible() -> None:
    """The ink decides what is possible, the line which of it."""
    found = seen_with(lean("15.85", 0.55, "15.35", 0.40), read("15.35"))

    assert (found.value, found.source) == ("15.35", "bordereau")
    assert 0.9 < found.confidence < 0.999
    assert found.blind is not None
    assert found.blind.value == "15.85"


def test_sure_ink_that_differs_is_kept() -> None:
    """A true difference is never smoothed over."""
    sure = lean("15.85", 0.955, "15.35", 0.045)

    assert seen_with(sure, read("15.35")) == sure


def test_a_value_the_ink_never_showed_is_not_taken() -> None:
    """The line is no substitute for the form."""
    entry = unsure("15.85", 0.60)

    assert seen_with(entry, read("15.35")) == entry


def test_the_ink_is_asked_for_the_lines_value_itself() -> None:
    """Whether a reader listed the value among its best few says nothing about what the ink bears."""
    entry = unsure("280057599999082", 0.60).with_ink(Bearing({"280057599999082": 0.6, "180057599999082": 0.15}))

    found = seen_with(entry, read("180057599999082"))

    assert (found.value, found.source) == ("180057599999082", "bordereau")
    assert found.confidence > 0.9


def test_a_number_is_known_in_spite_of_the_zeros_that_pad_it() -> None:
    """A form's nine cells hold what the bordereau prints without zeros."""
    entry = unsure("000798103", 0.60).with_ink(Bearing({"000798103": 0.6, "000795103": 0.35}))

    assert seen_with(entry, read("795103"), same=same_number).value == "000795103"


@pytest.mark.parametrize(
    ("own", "confidence", "other", "other_confidence", "spelt"),
    [
        ("JOELLE", 0.9, "JOËLLE", 0.8, "JOËLLE"),  # an accent lost
        ("JOÊLLE", 0.4, "JOËLLE", 0.99, "JOËLLE"),  # one taken for another
        ("JOËLLE", 0.99, "JOÊLLE", 0.97, "JOËLLE"),  # by the other paper's reader
        ("JOËLLE", 0.4, "JOELLE", 0.99, "JOËLLE"),  # a bordereau printed without accents says nothing of them
        ("D' ANGELO", 0.4, "D'ANGELO", 0.99, "D'ANGELO"),
    ],
)
def test_the_same_words_are_spelt_as_the_surer_paper_spells_them(
    own: str, confidence: float, other: str, other_confidence: float, spelt: str
) -> None:
    """The values are compared without accents; which of them the paper has is told by whoever saw them best."""
    assert seen_with(read(own, confidence), read(other, other_confidence), same_text).value == spelt


def test_what_the_ink_all_but_excludes_is_a_difference() -> None:
    """A figure another paper has is not read into ink that a hundred times rather says something else."""
    entry = unsure("280057599999082", 0.40).with_ink(Bearing({"280057599999082": 0.9, "180057599999082": 0.005}))

    assert seen_with(entry, read("180057599999082")) == entry


def test_a_value_taken_against_the_ink_is_left_to_a_person() -> None:
    """The line's figure, ten to a hundred times less likely by the ink: probably misread, perhaps a true difference."""
    entry = unsure("280057599999082", 0.40).with_ink(Bearing({"280057599999082": 0.9, "180057599999082": 0.06}))

    assert seen_with(entry, read("180057599999082")).confidence <= 0.95


@pytest.mark.parametrize("entry", [EMPTY, UNREAD])
def test_an_entry_without_a_reading_stays_without(entry: Field[str]) -> None:
    """The contract: a field without ink stays null even if another paper has the value."""
    assert seen_with(entry, read("15.35")) == entry


@given(own=probabilities, share=probabilities, other=probabilities)
def test_agreement_never_lowers_and_nothing_is_ever_certain(own: float, share: float, other: float) -> None:
    """Laws: agreement helps, disagreement alone takes nothing away, no evidence reaches one."""
    agreeing = seen_with(read("15.35", own), read("15.35", other))
    differing = seen_with(lean("15.85", own, "15.35", share), read("15.35", other))

    assert agreeing.confidence >= own
    assert differing.value == "15.35" or differing.confidence == own
    assert max(agreeing.confidence, differing.confidence if differing.value == "15.35" else 0.0) < 1.0


def test_the_line_settles_a_doubtful_form_entry() -> None:
    """End to end: doubtful NIR and name, sure line, an accepted invoice that keeps the blind readings."""
    lot = changed(lot_of(four_forms()), 1, patient_nir=lean("180057599990082", 0.6, "180057599999082", 0.35))
    invoice = concluded(lot).lot.invoices[1]

    assert invoice.patient_nir.value == "180057599999082"
    assert invoice.patient_nir.source == "bordereau"
    assert invoice.patient_nir.blind is not None


def test_the_lots_other_forms_settle_a_providers_number() -> None:
    """All forms of a lot bear the same provider."""
    lot = changed(lot_of(four_forms()), 2, provider_rpps=lean("99700000018", 0.5, "99700000013", 0.4))

    assert concluded(lot).lot.invoices[2].provider_rpps.value == "99700000013"


def test_with_one_form_the_bordereaus_header_settles_its_organisme() -> None:
    """No other form can speak for it, and the whole lot goes to one organisme."""
    lot = lot_of(four_forms()[:1])
    assert lot.bordereau is not None
    printed = lot.bordereau.organisme_code.value
    assert printed is not None
    invoice = concluded(changed(lot, 0, organisme_code=unsure(printed, 0.90))).lot.invoices[0]

    assert invoice.organisme_code.confidence > 0.98
    assert invoice.organisme_code.blind is not None


def test_specks_in_the_insureds_name_are_no_name_where_the_patient_is_the_insured() -> None:
    """Dust in an entry people leave empty sent one typed form in twenty to a person."""
    lot = changed(lot_of(four_forms()), 1, insured_name=UNREAD)
    entry = concluded(lot).lot.invoices[1].insured_name

    assert entry.is_empty
    assert entry.source == "bordereau"


@pytest.mark.parametrize(
    "entries",
    [
        {"insured_name": Field[str](raw="MODELE", confidence=0.1)},
        {"insured_name": UNREAD, "insured_nir": UNREAD},
        {"insured_name": UNREAD, "patient_nir": read("292036999999158", 0.7)},
    ],
    ids=["letters stand there", "a NIR may stand beside it", "the patient may be another"],
)
def test_an_unread_name_of_another_insured_stays_unread(entries: dict[str, Field[str]]) -> None:
    """Taken for dust, the insured would be the wrong one in silence."""
    lot = changed(lot_of(four_forms()), 1, **entries)

    assert not concluded(lot).lot.invoices[1].insured_name.is_empty


def test_the_prescription_settles_its_date_on_the_form() -> None:
    """Both papers bear it."""
    lot = changed(lot_of(four_forms()), 0, prescription_date=lean("2024-03-07", 0.5, "2024-03-01", 0.45))
    outcome = concluded(lot)

    assert outcome.lot.invoices[0].prescription_date.value == "2024-03-01"
    assert outcome.codes == set()


def test_the_tariff_settles_a_doubtful_fee() -> None:
    """AMI 4 is 12.60: the ink held 12.60 and 17.60 possible."""
    row = act(fee="12.60").model_copy(update={"fee": lean("17.60", 0.55, "12.60", 0.42)})
    invoice = concluded(changed(lot_of(four_forms()), 0, acts=(row,))).lot.invoices[0]

    assert invoice.acts[0].fee.value == "12.60"
    assert invoice.acts[0].fee.confidence > 0.98


def test_a_sure_wrong_price_is_not_made_right() -> None:
    """The nomenclature judges the paper; it does not rewrite it."""
    row = act().model_copy(update={"fee": lean("12.70", 0.981, "12.60", 0.019)})
    outcome = concluded(changed(lot_of(four_forms()), 0, acts=(row,), total_amount="15.45"))

    assert outcome.lot.invoices[0].acts[0].fee.value == "12.70"
    assert "tariff_mismatch" in outcome.codes


def test_a_total_that_adds_up_makes_its_amounts_sure() -> None:
    """No amount is trusted alone; all together seldom err twice."""
    rows = tuple(act(f"2024-03-0{n}").model_copy(update={"travel_flat": unsure("2.75", 0.9)}) for n in (4, 5, 6))
    outcome = concluded(changed(lot_of(four_forms()), 0, acts=rows, total_amount="46.05"))

    assert min(a.travel_flat.confidence for a in outcome.lot.invoices[0].acts) > 0.98


def test_an_amount_nobody_believes_leaves_the_others_as_they_are() -> None:
    """A lot of 200 fresh ones stopped here: a fee read with next to no confidence says nothing about a sum."""
    row = act().model_copy(update={"fee": unsure("12.60", 0.0004)})
    outcome = concluded(changed(lot_of(four_forms()), 0, acts=(row, act("2024-03-05")), total_amount="30.70"))

    assert outcome.lot.invoices[0].acts[1].fee.value == "12.60"
    assert outcome.lot.invoices[0].total_amount.value == "30.70"
    assert outcome.lot.invoices[0].decision == "review"


def test_a_total_that_does_not_add_up_takes_no_confidence_away() -> None:
    """The fault must stay visible: sure readings that disagree are the paper's fault."""
    lot = changed(lot_of(four_forms()), 0, total_amount="15.85")
    outcome = concluded(lot)

    assert outcome.lot.invoices[0].acts[0].fee.confidence >= 0.999
    assert "total_mismatch" in outcome.codes


@given(st.lists(st.lists(st.tuples(st.integers(0, 50), probabilities), min_size=1, max_size=3), min_size=1, max_size=4))
def test_the_sum_of_the_others_is_what_a_slow_sum_gives(options: list[list[tuple[int, float]]]) -> None:
    """All combinations, one by one, judge the folded sums."""
    for place, found in enumerate(sums(options, kept=10_000)):
        slow: dict[int, float] = {0: 1.0}
        for option in (o for n, o in enumerate(options) if n != place):
            added: dict[int, float] = {}
            for amount, share in slow.items():
                for more, probability in option:
                    added[amount + more] = added.get(amount + more, 0.0) + share * probability
            slow = added

        assert found == pytest.approx(slow)
