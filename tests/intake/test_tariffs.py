"""Prices: only an amount that nothing explains is accused."""

from typing import Any

import pytest

from tests.intake.papers import ALBA, NOE, act, bordereau_of, concluded, form, four_forms, line_for, lot_of


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (act(code="AMI", coefficient="1.5", fee="6.08", surcharge="MAU"), set()),
        (act(code="AMI", coefficient="1.5", fee="4.73", surcharge="MAU"), set()),
        (act(code="AMI", coefficient="1.5", fee="6.00", surcharge="MAU"), {"tariff_mismatch"}),
        (act(code="AIS", coefficient="3", fee="16.45", surcharge="F"), set()),
        (act(code="AMI", coefficient="4", fee="26.75", surcharge="MCI N"), set()),
        (act(code="AMI", coefficient="4", fee="26.75", surcharge="DE"), set()),  # anything may be an overcharge
        (act(code="BSC", coefficient="1", fee="29.25"), set()),  # overseas price, territory unknown
        (act(code="AMI", coefficient="1", fee="1.58"), {"tariff_mismatch"}),  # alone, nothing is halved
        (act(code="POD", coefficient="1", fee="31.00"), set()),  # price unknown here
        (act(code="MAU", coefficient=None, fee="1.35", travel_flat=None), set()),
    ],
)
def test_only_an_amount_nothing_explains_is_accused(row: Any, fault: set[str]) -> None:
    """Surcharges inside the fee, both territories, unknown prices: all explain."""
    lot = lot_of([form("000000101", ALBA, acts=(row,)), *four_forms()[1:]])

    assert concluded(lot).codes == fault


def test_the_second_act_of_a_session_may_be_halved() -> None:
    """NGAP article 11 B, as on the worked lot: AMI 4 and AMI 1 at half."""
    rows = (act(), act(coefficient="1", fee="1.58", travel_flat=None))

    assert concluded(lot_of([form("000000101", ALBA, acts=rows), *four_forms()[1:]])).codes == set()


def test_an_overseas_caisse_settles_the_tariff() -> None:
    """Under organisme 01 971 the price of métropole is wrong."""
    forms = [
        form(f.invoice_number.value or "", p, organisme_code="01971")
        for f, p in zip(four_forms()[:2], (ALBA, NOE), strict=True)
    ]
    lot = lot_of(forms, bordereau=bordereau_of([line_for(f) for f in forms], organisme_code="01971"))

    assert concluded(lot).codes == {"tariff_mismatch"}
