"""A stamp worn on one form is read on the next; a locum's stays his own."""

from intake.stamps import with_common_stamp
from schemas.field import Field
from schemas.invoice import Invoice

WHOLE = "DUFOUR MAËLLE\nMasseur-kinésithérapeute D.E.\n70 COURS MIRABEAU 80000 AMIENS\nN° 917829186"
WORN = "DUFOUR MAËLLE\nMasseur-kinésithé=apeute D.E.\n70 COURS MIRABEAL 80000 AMIENS\nN° 917825186"
LOCUM = "NGUYEN PAUL\nMasseur-kinésithérapeute D.E.\n70 COURS MIRABEAU 80000 AMIENS\nN° 907654321"


def _forms(*stamps: tuple[str | None, float]) -> list[Invoice]:
    return [
        Invoice(pages=(n,), provider_stamp=Field(value=value, confidence=sure, source="tesseract"))
        for n, (value, sure) in enumerate(stamps)
    ]


def _stamps(*stamps: tuple[str | None, float]) -> list[Field[str]]:
    return [invoice.provider_stamp for invoice in with_common_stamp(_forms(*stamps))]


def test_a_worn_stamp_is_read_by_the_lots_other_imprints() -> None:
    """One rubber stamp prints them all; what this form showed alone is kept."""
    worn, whole, _ = _stamps((WORN, 0.3), (WHOLE, 0.7), (WHOLE, 0.8))

    assert worn.value == WHOLE
    assert worn.source == "lot"
    assert worn.blind is not None
    assert worn.blind.value == WORN
    assert whole.value == WHOLE


def test_a_letter_the_imprints_disagree_on_stays_a_doubt() -> None:
    """Readers err alike on the same worn rubber: three that read an E are no proof against three that read a D."""
    other = WHOLE.replace("AMIENS", "AMIENE")
    stamps = _stamps((WHOLE, 0.8), (other, 0.8), (WHOLE, 0.7), (other, 0.7))

    assert len({stamp.value for stamp in stamps}) == 1
    assert all(stamp.confidence < 0.6 for stamp in stamps)


def test_two_imprints_worn_in_different_lines_make_a_whole_one() -> None:
    """Each line is taken from where most show it."""
    first = WHOLE.replace("MIRABEAU", "MIRABEAL")
    second = WHOLE.replace("917829186", "91782")

    assert {stamp.value for stamp in _stamps((first, 0.5), (second, 0.4), (WHOLE, 0.4))} == {WHOLE}


def test_a_locums_stamp_stays_his_own() -> None:
    """He works at the same address, under another name."""
    locum = _stamps((LOCUM, 0.4), (WHOLE, 0.9), (WHOLE, 0.9))[0]

    assert (locum.value, locum.confidence, locum.blind) == (LOCUM, 0.4, None)


def test_a_form_without_a_stamp_gets_none() -> None:
    """What is not on the paper is never filled in from other papers."""
    assert _stamps((None, 0.95), (WHOLE, 0.9), (WHOLE, 0.9))[0].value is None


def test_a_sure_reading_is_left_alone() -> None:
    """Two worn imprints do not outvote a clear one."""
    clear, *_ = _stamps((WHOLE, 0.99), (WORN, 0.1), (WORN, 0.1))

    assert (clear.value, clear.confidence) == (WHOLE, 0.99)
