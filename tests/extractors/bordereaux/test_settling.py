"""Sums that prove amounts, and sums that two misreadings alike make right."""

from extractors.bordereaux.settling import settled
from schemas.bordereau import Bordereau, Line
from schemas.field import Field


def amount(value: str | None) -> Field[str]:
    return Field[str](value=value, raw=value, confidence=0.97, source="tesseract")


def line(total: str, amo: str, amc: str) -> Line:
    return Line(total_amount=amount(total), amount_amo=amount(amo), amount_amc=amount(amc))


def bordereau(total: str | None, amo: str, amc: str, *lines: Line) -> Bordereau:
    return Bordereau(
        pages=(0,), total_amount=amount(total), amount_amo=amount(amo), amount_amc=amount(amc), lines=tuple(lines)
    )


def test_a_sum_right_by_two_misreadings_alike_proves_nothing() -> None:
    """23.10 read 28.10 and 103.10 read 108.10 by the same worn 3: the shares beside them tell."""
    lines = [line("40.00", "24.00", "16.00"), line("10.00", "10.00", "0.00"), line("30.00", "18.00", "12.00")]
    read = settled(bordereau("108.10", "75.10", "28.00", *lines, line("28.10", "23.10", "0.00")))

    assert read.total_amount.confidence < 0.95
    assert read.lines[3].total_amount.confidence < 0.95
    assert read.lines[0].total_amount.confidence > 0.99


def test_two_columns_that_add_up_prove_the_third_of_a_line_that_does() -> None:
    """The total's own sum was not read: its shares, both proven, are as good."""
    read = settled(bordereau(None, "34.00", "16.00", line("40.00", "24.00", "16.00"), line("10.00", "10.00", "0.00")))

    assert read.lines[0].total_amount.confidence > 0.99


def test_what_the_insured_pays_is_no_misreading() -> None:
    """Where no line's shares add up, the software has a share more."""
    lines = [line("40.00", "20.00", "10.00"), line("10.00", "5.00", "2.00"), line("20.00", "10.00", "5.00")]
    read = settled(bordereau("70.00", "35.00", "17.00", *lines))

    assert read.lines[0].total_amount.confidence > 0.99
