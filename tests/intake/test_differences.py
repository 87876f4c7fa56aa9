"""True differences between a line and its form, told by what the ink leaves possible."""

from dataclasses import dataclass
from math import prod

import pytest

from intake.matching import match
from intake.weighing import weigh
from schemas.field import Blind, Field
from tests.intake.papers import (
    ALBA,
    NOE,
    PEOPLE,
    Person,
    act,
    changed,
    concluded,
    form,
    four_forms,
    line_for,
    lot_of,
    read,
)

#: NOE's NIR, one figure of which is another: with the old key, as a slip of the pen leaves it.
SLIPPED = "180057599299082"


@dataclass(frozen=True)
class Ink:
    """What an entry's ink may say, as a reader kept it."""

    listed: tuple[tuple[str, float], ...]

    def share(self, value: str) -> float:
        """Return the probability of *value*; next to nothing where it was not listed."""
        return dict(self.listed).get(value, 1e-5)


def inked(value: str, confidence: float, **shares: float) -> Field[str]:
    """Return a reading whose ink says other values too, written like ``_12_30``."""
    others = tuple((name.lstrip("_").replace("_", "."), share) for name, share in shares.items())
    own = () if value in dict(others) else ((value, 1.0 - sum(s for _, s in others)),)
    entry: Field[str] = read(value, confidence)
    return entry.with_ink(Ink(own + others))


def test_a_slip_of_the_pen_in_a_nir_is_told_although_its_key_is_wrong() -> None:
    """The key makes the reading look doubtful; the ink is as clear as ever and leaves the line's figure no chance."""
    lot = changed(lot_of(four_forms()), 1, patient_nir=inked(SLIPPED, 0.05))
    outcome = concluded(lot)

    assert ("mismatch", 1, "insured_nir") in outcome.faults
    assert outcome.lot.invoices[1].patient_nir.value == SLIPPED


def test_a_printed_slip_is_told_although_its_key_is_wrong() -> None:
    """Print is read so well that a wrong key on the line is more likely the software's."""
    forms = four_forms()
    lines = [line_for(f) for f in forms]
    lines[1] = line_for(forms[1], insured_nir=read(SLIPPED, 0.4))

    assert ("mismatch", 1, "insured_nir") in concluded(lot_of(forms, lines)).faults


def test_two_figures_that_look_alike_in_one_hand_make_no_difference() -> None:
    """A writer's sixes that look like fours, twice in a number: unlikely as the line has it, but not one by one."""
    twice = inked("180057599244082", 0.05, _180057599999082=0.003)
    once = inked("180057599949082", 0.05, _180057599999082=0.003)

    assert "mismatch" not in concluded(changed(lot_of(four_forms()), 1, patient_nir=twice)).codes
    assert "mismatch" in concluded(changed(lot_of(four_forms()), 1, patient_nir=once)).codes


@dataclass(frozen=True)
class Cells:
    """The ink of a comb: what each cell may hold."""

    cells: tuple[dict[str, float], ...]
    listed: tuple[tuple[str, float], ...] = ()

    def share(self, value: str) -> float:
        """Return the probability of *value*, cell by cell."""
        return prod(cell.get(char, 3e-4) for cell, char in zip(self.cells, value, strict=True))


def test_one_clear_figure_is_told_beside_doubtful_ones() -> None:
    """A hand's nines that may be fours hide nothing of the figure that is surely another."""
    clear: tuple[dict[str, float], ...] = tuple({char: 1.0} for char in SLIPPED)
    doubtful = (*clear[:11], {"9": 0.9, "4": 0.1}, *clear[12:])
    value = SLIPPED[:11] + "9" + SLIPPED[12:]
    line = NOE.nir[:11] + "4" + NOE.nir[12:]
    forms = four_forms()
    lines = [line_for(f, insured_nir=line) if n == 1 else line_for(f) for n, f in enumerate(forms)]
    entry: Field[str] = read(value, 0.03)
    told = changed(lot_of(forms, lines), 1, patient_nir=entry.with_ink(Cells(doubtful)))
    unclear = (*doubtful[:9], {"2": 0.9, "9": 0.1}, *doubtful[10:])
    untold = changed(lot_of(forms, lines), 1, patient_nir=entry.with_ink(Cells(unclear)))

    assert ("mismatch", 1, "insured_nir") in concluded(told).faults
    assert "mismatch" not in concluded(untold).codes


@pytest.mark.parametrize("confidence", [0.6, 0.9, 0.97])
def test_ink_that_may_say_what_the_line_says_accuses_nobody(confidence: float) -> None:
    """However sure the reading calls itself, a person looks first."""
    birth = inked("1980-05-27", confidence, **{"_1980-05-21": 0.03})
    outcome = concluded(changed(lot_of(four_forms()), 1, patient_birth_date=birth))

    assert "mismatch" not in outcome.codes


def test_a_value_other_papers_put_there_is_no_difference() -> None:
    """A total that a sum made up says nothing of the ink."""
    made_up = inked("15.55", 0.2).model_copy(update={"value": "16.55", "confidence": 0.997})
    made_up = made_up.model_copy(update={"blind": Blind(value="15.55", confidence=0.2)})
    outcome = concluded(changed(lot_of(four_forms()), 1, total_amount=made_up))

    assert "mismatch" not in outcome.codes
    assert outcome.decisions[1] == "review"


def test_a_total_its_own_rows_do_not_bear_out_needs_a_surer_reading() -> None:
    """A first figure lost to the box's border was read with 0.95."""
    forms = [form("000000101", ALBA, acts=(act(fee="112.60"),)), *four_forms()[1:]]
    lot = lot_of(forms)

    assert "mismatch" not in concluded(changed(lot, 0, total_amount=inked("15.35", 0.95))).codes
    assert ("mismatch", 0, "total_amount") in concluded(changed(lot, 0, total_amount=inked("15.35", 0.99))).faults


def test_a_doubtful_total_that_its_own_rows_bear_out_is_told() -> None:
    """A four that may be a five, and rows that add up to the five."""
    total = inked("15.35", 0.9, _14_35=0.1)
    forms = four_forms()
    borne_out = lot_of(
        forms, [line_for(f, total_amount="14.35") if n == 0 else line_for(f) for n, f in enumerate(forms)]
    )

    assert ("mismatch", 0, "total_amount") in concluded(changed(borne_out, 0, total_amount=total)).faults


def child(number: str, birth: str, name: str) -> Person:
    """Return a child of ALBA's."""
    return Person(name, number, birth)


def test_another_child_of_the_same_insured_is_no_better_than_it_ought_to_be() -> None:
    """NIR and name are the insured's on all her children's forms: number and birth date must speak."""
    insured = {"patient_nir": None, "insured_name": ALBA.name, "insured_nir": ALBA.nir}
    first = form("000000101", child("", "2018-07-25", "TESTOUNE LÉO"), **insured)
    other = form("000000106", child("", "2014-11-03", "TESTOUNE ZOÉ"), **insured)
    outcome = concluded(lot_of([other, *four_forms()[1:]], [line_for(f) for f in (first, *four_forms()[1:])]))

    assert 0 not in outcome.lot.line_of
    assert {"unlisted_invoice", "missing_invoice"} <= outcome.codes


def test_a_free_line_between_its_neighbours_draws_no_form_that_surely_contradicts_it() -> None:
    """Elimination is for forms little was read of: a brother's lies where the missing one should."""
    insured = {"patient_nir": None, "insured_name": ALBA.name, "insured_nir": ALBA.nir}
    missing = form("000000102", child("", "2013-09-28", "TESTOUNE LÉO"), **insured)
    brothers = form("000000104", child("", "2013-05-26", "TESTOUNE PAUL"), **insured)
    first, _, third, _ = four_forms()
    last = form("000000105", PEOPLE[3])
    lines = [line_for(f) for f in (first, missing, third, last)]
    lot = lot_of([first, brothers, third, last], lines)

    assert weigh(lines[1], brothers) > -1
    assert match(lot).line_of == {0: 0, 2: 2, 3: 3}


def test_a_line_is_weighed_by_the_ink_and_not_by_the_best_guess() -> None:
    """A misread number whose ink bears the line's figures still speaks for the line."""
    line = line_for(form("000000101", NOE))
    guess = form(inked("000800101", 0.7, **{"000000101": 0.2}), NOE)  # type: ignore[arg-type]
    other = form(inked("000800101", 0.99), NOE)  # type: ignore[arg-type]

    assert weigh(line, guess) > weigh(line, other) + 2
