"""Euros: amounts are ``Decimal``, to the cent; on paper and in JSON they are text such as ``"12.30"``."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

CENT: Final = Decimal("0.01")


def euros(text: str | None) -> Decimal | None:
    """Return the amount a normalised field value such as ``"12.30"`` stands for, or None for None."""
    return None if text is None else Decimal(text)


def rounded(amount: Decimal) -> Decimal:
    """Return *amount* to the cent, half up, as the caisses round (domain.md 5.4)."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def written(amount: Decimal) -> str:
    """Return *amount* as the contract writes it: a point and two decimals."""
    return f"{rounded(amount):.2f}"


def sum_read(values: Iterable[str | None]) -> Decimal | None:
    """Return the sum of *values*, or None as soon as one of them was not read."""
    total = Decimal(0)
    for value in values:
        if value is None:
            return None
        total += Decimal(value)
    return total
