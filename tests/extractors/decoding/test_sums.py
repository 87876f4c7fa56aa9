"""Amounts and their total: a sum that holds confirms, one that does not may mend, and never smooths over."""

from extractors.decoding.sums import reconcile
from schemas.field import Alternative, Field

Text = Field[str]


def amount(value: str | None, confidence: float = 0.95, **others: float) -> Text:
    alternatives = tuple(Alternative[str](value=v.replace("_", ".")[1:], probability=p) for v, p in others.items())
    return Text(value=value, raw=value, confidence=confidence, alternatives=alternatives)


def test_a_sum_that_holds_confirms_its_amounts() -> None:
    """Three readings that add up to a fourth are hardly all wrong."""
    amounts, total = reconcile([amount("18.20", 0.9), amount("2.75", 0.9)], amount("20.95", 0.9))

    assert [a.value for a in amounts] == ["18.20", "2.75"]
    assert min(a.confidence for a in [*amounts, total]) > 0.98


def test_a_sum_mends_a_reading_the_ink_leaves_open() -> None:
    """26,30 that may be 26,70 becomes it when the total wants it, with the ink's word kept."""
    amounts, _ = reconcile([amount("18.20"), amount("26.30", 0.6, v26_70=0.38)], amount("44.90"))

    assert amounts[1].value == "26.70"
    assert amounts[1].blind is not None
    assert amounts[1].blind.value == "26.30"


def test_a_paper_that_does_not_add_up_stays_so() -> None:
    """A true difference is the caisse's business: clear ink is never bent to a total."""
    read = [amount("18.20", 0.999), amount("26.70", 0.999, v26_30=0.0005)]
    amounts, total = reconcile(read, amount("44.50", 0.999))

    assert [a.value for a in amounts] == ["18.20", "26.70"]
    assert total.value == "44.50"


def test_a_sum_that_does_not_hold_casts_doubt_on_doubtful_readings() -> None:
    """Someone must look: one of these readings is wrong, or the paper is."""
    amounts, _ = reconcile([amount("18.20", 0.9), amount("7.75", 0.95)], amount("20.95", 0.97))

    assert amounts[0].confidence < 0.7
    assert amounts[1].confidence < 0.85


def test_an_unread_amount_leaves_the_others_alone() -> None:
    """What is missing is not computed from the rest."""
    unread = Text(value=None, raw="?", confidence=0.0)
    amounts, total = reconcile([amount("18.20"), unread], amount("20.95"))

    assert amounts == [amount("18.20"), unread]
    assert total == amount("20.95")


def test_empty_cells_count_for_nothing() -> None:
    """Most rows have no travel: an empty cell is a zero."""
    void = Text(value=None, confidence=0.99)
    amounts, total = reconcile([amount("18.20", 0.9), void], amount("18.20", 0.9))

    assert amounts[1] == void
    assert total.confidence > 0.95
