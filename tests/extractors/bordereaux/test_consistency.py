"""Entries unlike all others of their column."""

from extractors.bordereaux.consistency import weighed_by_habit
from schemas.bordereau import Line
from schemas.field import Alternative, Field


def line(number: str, nir: str = "248059912729862", birth: str = "1950-01-01", raw: str = "01/01/1950") -> Line:
    def field(value: str, text: str | None = None) -> Field[str]:
        return Field[str](value=value, raw=text or value, confidence=0.985, source="tesseract")

    return Line(invoice_number=field(number), insured_nir=field(nir), beneficiary_birth_date=field(birth, raw))


def test_an_invoice_number_that_lost_its_head_is_doubtful() -> None:
    """Two engines read the same half of a torn number; its column tells that half is missing."""
    lines = weighed_by_habit([line("000553707"), line("000553708"), line("53709"), line("000553710")])

    assert lines[2].invoice_number.confidence < 0.7
    assert lines[2].invoice_number.value == "53709"
    assert lines[0].invoice_number.confidence > 0.98


def test_an_invoice_number_of_another_series_is_doubtful() -> None:
    """A lot's numbers begin alike: 000866968 among 000553... is a misreading or worth a look."""
    lines = weighed_by_habit([line("000553707"), line("000553708"), line("080553709"), line("000553710")])

    assert lines[2].invoice_number.confidence < 0.7


def test_a_date_that_lost_half_its_year_is_doubtful() -> None:
    """15/10/1935 behind a streak reads 15/1/01: a date, but not written as the others are."""
    odd = line("000553709", birth="2001-01-15", raw="15-1 01")
    lines = weighed_by_habit([line("000553707"), line("000553708"), odd, line("000553710")])

    assert lines[2].beneficiary_birth_date.confidence < 0.7


def test_a_nir_without_the_key_the_others_have_is_doubtful() -> None:
    """The key was printed, and not seen."""
    lines = weighed_by_habit([line("000553707"), line("000553708"), line("000553709", nir="2480599127298")])

    assert lines[2].insured_nir.confidence < 0.5


def test_a_birth_date_the_nir_repeats_is_sure() -> None:
    """The insured is his own beneficiary most of the time: the key then proves year and month."""
    own = line("000553707", birth="1948-05-05", raw="05/05/1948")

    assert weighed_by_habit([own])[0].beneficiary_birth_date.confidence > 0.99


def test_an_odd_invoice_number_is_read_as_its_neighbours_are_written_where_its_ink_allows() -> None:
    """A nought seen twice by one engine and once by the other: the series tells which."""
    odd = line("0000553709")
    readings = tuple(Alternative[str](value=v, probability=0.1) for v in ("000553709", "00553709", "000553799"))
    odd = odd.model_copy(update={"invoice_number": odd.invoice_number.model_copy(update={"alternatives": readings})})
    lines = weighed_by_habit([line("000553707"), line("000553708"), odd, line("000553710")])

    assert lines[2].invoice_number.value == "000553709"
    assert lines[2].invoice_number.confidence < 0.98
    assert lines[2].invoice_number.blind is not None
    assert lines[2].invoice_number.blind.value == "0000553709"
