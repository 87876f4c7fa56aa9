"""What the program may know beside the ink can be left out, so that each idea's worth can be measured."""

from typing import Any

import pytest

from intake.judging import settle
from intake.knowledge import EVERYTHING, Knowledge, by_eye
from intake.lot import Lot
from schemas.field import Alternative, Field
from tests.intake.papers import act, changed, four_forms, lot_of, unsure
from tests.intake.test_resolve import Bearing

SLIPPED, KEYED = "190057599999082", "180057599999082"


def lot() -> Lot:
    """Return a lot whose second form leaves a NIR to its key, a fee to its tariff and a birth date to its line."""
    nir = Field[str](
        value=KEYED, confidence=0.7, source="comb", alternatives=(Alternative[str](value=SLIPPED, probability=0.2),)
    ).with_ink(Bearing({SLIPPED: 0.6, KEYED: 0.4}))
    fee = unsure("12.80", 0.6, _12_60=0.35)
    birth = Field[str](value="1980-06-21", confidence=0.6, source="comb").with_ink(
        Bearing({"1980-06-21": 0.6, "1980-05-21": 0.35})
    )
    row = act().model_copy(update={"fee": fee})
    return changed(lot_of(four_forms()), 1, patient_nir=nir, patient_birth_date=birth, acts=(row,))


def read_with(known: Knowledge) -> dict[str, Any]:
    """Return what comes out of the three doubtful entries."""
    invoice = settle(lot(), known).invoices[1]
    return {
        "nir": invoice.patient_nir.value,
        "fee": invoice.acts[0].fee.value,
        "birth": invoice.patient_birth_date.value,
    }


@pytest.mark.parametrize(
    ("known", "nir", "fee", "birth"),
    [
        (Knowledge(0), SLIPPED, "12.80", "1980-06-21"),
        (Knowledge.KEYS, KEYED, "12.80", "1980-06-21"),
        (Knowledge.KEYS | Knowledge.RULES, KEYED, "12.60", "1980-06-21"),
        (EVERYTHING, KEYED, "12.60", "1980-05-21"),
    ],
)
def test_each_kind_of_knowledge_settles_its_own_doubts(known: Knowledge, nir: str, fee: str, birth: str) -> None:
    """The key a NIR, the tariff a fee, the bordereau a birth date; the ink alone none of them."""
    assert read_with(known) == {"nir": nir, "fee": fee, "birth": birth}


def test_what_is_read_by_eye_leaves_empty_and_unread_entries_as_they_are() -> None:
    """The ink of an entry without any is no reading."""
    before = lot()

    assert by_eye(before).invoices[0] == before.invoices[0]
