"""Whatever the readers bring back, a lot is concluded: no value, however odd, may stop the program."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractors.reading import BordereauPage, PageReading
from intake.grouping import group
from schemas.bordereau import Bordereau, Line
from schemas.field import Alternative, Field
from schemas.invoice import SIGNATURES, TICKS, Act, Invoice
from schemas.page import Page, PageKind
from schemas.prescription import Attachment, Prescription
from tests.intake.papers import concluded

VALUES = st.one_of(
    st.none(),
    st.sampled_from(
        ["000000101", "0", "12.30", "12,30", "2024-03-04", "2024-02-30", "0000-00-00", "04/03/2024", "269054958815780"]
    ),
    st.sampled_from(["AMI", "XX", "MAU N", "1.5", "1,5", "-3", "", " ", "TESTOUNE ALBA", "Œ", "²", "٣", "1e5", "NaN"]),
    st.text(max_size=6),
)
SHARES = st.floats(0, 1)
TEXTS = st.builds(
    lambda value, confidence, others: Field[str](
        value=value, confidence=confidence, alternatives=tuple(Alternative(value=v, probability=p) for v, p in others)
    ),
    VALUES,
    SHARES,
    st.lists(st.tuples(st.sampled_from(["12.30", "abc", "2024-03-05", "AMI", "²"]), SHARES), max_size=2),
)
CHECKS = st.builds(lambda value, confidence: Field[bool](value=value, confidence=confidence), st.booleans(), SHARES)
WHOLE = {
    "pages",
    "form",
    "acts",
    "marks",
    "decision",
    "lines",
    "flow",
    "kind",
    "invoice",
    "invoices",
    "line",
    "is_bizone",
    "is_bilevel",
    "stamps",
    "two_inks",
}
MARKED = {*TICKS, *SIGNATURES, "prescriber_signature"}


def entries(kind: Any) -> Any:
    """Return a strategy of all entries of a document."""
    names = [name for name in kind.model_fields if name not in WHOLE]
    return st.fixed_dictionaries({name: CHECKS if name in MARKED else TEXTS for name in names})


@st.composite
def readings(draw: Any) -> list[PageReading]:
    """Return the pages of a lot, one odder than the other."""
    kinds = draw(st.lists(st.sampled_from(["form", "prescription", "certificate", "bordereau"]), max_size=5))
    pages = []
    for index, kind in enumerate(kinds):
        content: dict[str, Any] = {}
        page_kind = PageKind.FEUILLE
        if kind == "form":
            acts = tuple(Act(**draw(entries(Act))) for _ in range(draw(st.integers(0, 2))))
            content = {"invoice": Invoice(pages=(index,), acts=acts, **draw(entries(Invoice)))}
        elif kind == "prescription":
            page_kind = PageKind.PRESCRIPTION
            content = {"prescription": Prescription(pages=(index,), **draw(entries(Prescription)))}
        elif kind == "certificate":
            page_kind = PageKind.RIGHTS_CERTIFICATE
            content = {"attachment": Attachment(pages=(index,), kind=page_kind, **draw(entries(Attachment)))}
        else:
            page_kind = PageKind.BORDEREAU
            lines = tuple(Line(**draw(entries(Line))) for _ in range(draw(st.integers(0, 2))))
            read = Bordereau(pages=(index,), lines=lines, **draw(entries(Bordereau)))
            content = {"bordereau": BordereauPage(read)}
        page = Page(index=index, file="lot.pdf", number=index + 1, kind=page_kind, kind_confidence=0.9)
        pages.append(PageReading(page, **content))
    return pages


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(readings())
def test_no_reading_stops_a_lot(pages: list[PageReading]) -> None:
    """Odd values end in review, never in an exception; and confidences stay probabilities."""
    outcome = concluded(group(pages))

    assert len(outcome.lot.pages) == len(pages)
    assert all(0.0 <= invoice.total_amount.confidence <= 1.0 for invoice in outcome.lot.invoices)
