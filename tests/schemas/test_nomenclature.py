"""The dated nomenclature: prices worked out by hand, codes that come and go."""

from datetime import date
from decimal import Decimal

import pytest

from schemas.nomenclature import Kind, Zone, act_codes, is_known, load_nomenclature, surcharge_codes, tariff

METROPOLE, DOM = Zone.METROPOLE, Zone.DOM


@pytest.mark.parametrize(
    ("code", "coefficient", "day", "zone", "price"),
    [
        ("AMI", "1", "2024-03-04", METROPOLE, "3.15"),
        ("AMI", "1", "2024-03-04", DOM, "3.30"),
        ("AMI", "1.5", "2024-03-04", METROPOLE, "4.73"),  # 4.725, half up
        ("AMI", "1.5", "2024-03-04", DOM, "4.95"),
        ("AMI", "4", "2024-03-04", DOM, "13.20"),
        ("AIS", "3", "2024-03-04", METROPOLE, "7.95"),
        ("DI", "2.5", "2024-03-04", METROPOLE, "25.00"),
        ("BSC", None, "2024-03-04", DOM, "29.25"),
        ("RSC", "8.1", "2025-07-01", METROPOLE, "17.90"),
        ("RSC", "8.1", "2025-07-01", DOM, "19.68"),
        ("AMK", "7.5", "2023-07-01", METROPOLE, "16.13"),
        ("AMO", "12.2", "2024-03-04", METROPOLE, "30.50"),
        ("IFI", None, "2024-01-27", METROPOLE, "2.50"),
        ("IFI", None, "2024-01-28", METROPOLE, "2.75"),
    ],
)
def test_a_price_is_the_coefficient_times_the_days_value(
    code: str, coefficient: str | None, day: str, zone: Zone, price: str
) -> None:
    """The check table of the domain notes, and both sides of a change of tariff."""
    assert tariff(code, coefficient, date.fromisoformat(day), zone) == {Decimal(price)}


def test_an_unknown_territory_allows_both_prices() -> None:
    """A caisse in métropole pays for care overseas too: nothing is wrong until both prices are excluded."""
    assert tariff("AMI", "2", date(2024, 3, 4)) == {Decimal("6.30"), Decimal("6.60")}


def test_half_the_coefficient_is_halved_before_the_price() -> None:
    """NGAP article 11 B halves the coefficient: 1 / 2 x 3.15 is 1.58, not half of a rounded price."""
    prices = load_nomenclature().tariff("AMI", "1", date(2024, 3, 4), METROPOLE, halved=True)

    assert prices == {Decimal("3.15"), Decimal("1.58")}


def test_a_key_letter_without_coefficient_has_no_price() -> None:
    """The price of AMI alone means nothing; a forfait's does."""
    assert tariff("AMI", None, date(2024, 3, 4)) == frozenset()


def test_a_code_whose_price_is_not_known_accuses_nobody() -> None:
    """Orthoptists' and prevention codes exist, their prices are not in the table."""
    assert is_known("POD", date(2025, 5, 1))
    assert tariff("POD", None, date(2025, 5, 1)) == frozenset()


@pytest.mark.parametrize(("code", "day", "known"), [
    ("RSC", "2024-02-21", False),
    ("RSC", "2024-02-22", True),
    ("AMS", "2023-06-01", True),
    ("AMS", "2025-06-01", False),
    ("XYZ", "2025-06-01", False),
    ("BSA", "2025-06-01", True),
])  # fmt: skip
def test_codes_exist_from_and_until_a_day(code: str, day: str, *, known: bool) -> None:
    """Physiotherapists' letters were renamed on 22 February 2024; treatments begun before got a year here."""
    assert is_known(code, date.fromisoformat(day)) is known


def test_the_readers_vocabulary_holds_acts_and_surcharges() -> None:
    """A row may carry a surcharge of its own, so act codes hold them too."""
    assert surcharge_codes() < act_codes()
    assert {"AMI", "BSB", "AMK", "RIC", "IFD", "MAU"} <= act_codes()


def test_no_two_rows_of_a_code_and_profession_overlap_with_one_price_unknown() -> None:
    """A priced row beside an unpriced one of the same days would silently switch the control off."""
    rows = load_nomenclature().rows
    clashes = [
        (a.code, a.profession)
        for a in rows
        for b in rows
        if a.code == b.code and a.profession == b.profession and a.metropole and b.metropole is None
    ]

    assert clashes == []


def test_every_row_names_its_source() -> None:
    """A tariff nobody can trace must not judge a bill."""
    assert all(row.source for row in load_nomenclature().rows)
    assert all(row.kind is not Kind.KEY or row.valid_from.year >= 2000 for row in load_nomenclature().rows)
