"""Ordonnances drawn here and read back: typed, by hand, signed or not, corrected or not."""

from collections.abc import Sequence

import pytest

from extractors.prescription import read_prescription
from extractors.readers.barcodes import Barcode, Symbology
from extractors.readers.handwriting import OnnxLineRecogniser, load_line_recogniser
from schemas.geometry import Box
from schemas.mark import MarkKind
from schemas.prescription import Prescription
from tests.extractors.ordonnances import LETTER, Paper, Silent, readers_with

_CODE = Barcode("99700123450", Symbology.CODE_128, Box(0.65, 0.05, 0.2, 0.03))


@pytest.fixture(scope="module")
def recogniser() -> OnnxLineRecogniser:
    """The committed weights."""
    return load_line_recogniser()


def letter(lines: Sequence[tuple[float, float, str]] = LETTER) -> Paper:
    """Return a typed ordonnance without signature."""
    paper = Paper()
    for x, y, text in lines:
        paper.print_at(x, y, text)
    return paper


def read(paper: Paper, barcodes: Sequence[Barcode] = (), lines: object = None) -> Prescription:
    """Return what the reader makes of *paper*."""
    return read_prescription(paper.words, paper.view(), readers_with(lines or Silent()), barcodes, 3)


def test_a_typed_ordonnance_is_read_entry_by_entry() -> None:
    """These entries tie it to its invoice and decide whether it may be paid."""
    paper = letter()
    paper.sign_at(120, 230)

    found = read(paper)

    assert found.pages == (3,)
    assert found.prescriber_name.value == "CHANTAL NOËL"
    assert found.prescriber_rpps.value == "99700123450"
    assert found.patient_name.value == "ROGER LÉA"
    assert found.date.value == "2025-05-06"
    assert found.text.value == (
        "Faire pratiquer par infirmier(ère) à domicile :\nPansement lourd et complexe pendant 10 jours"
    )
    assert found.prescriber_signature.value is True
    assert found.marks == ()
    assert not found.is_bizone


def test_every_entry_says_where_it_stands() -> None:
    """A flag must show its proof."""
    found = read(letter())

    assert found.date.box is not None
    assert found.date.box.y == pytest.approx(80 / 297, abs=0.02)
    assert found.patient_name.page == 3


def test_an_unsigned_ordonnance_is_surely_unsigned() -> None:
    """The care is not reimbursed without the signature, so this must be certain."""
    found = read(letter())

    assert found.prescriber_signature.value is False
    assert found.prescriber_signature.confidence > 0.95


def test_a_stamp_alone_is_no_signature() -> None:
    """A stamp says who, not that he signed (domain.md S11)."""
    paper = letter()
    for n, text in enumerate(("Dr Chantal NOËL", "Cardiologie", "99700123450")):
        paper.print_at(120, 225 + 5 * n, text, points=9)
    paper.stroke([(117, 218), (160, 218), (160, 239), (117, 239), (117, 218)], width=2)

    assert read(paper).prescriber_signature.value is False


def test_a_signature_over_the_stamp_is_found() -> None:
    """Most doctors sign across their stamp."""
    paper = letter()
    for n, text in enumerate(("Dr Chantal NOËL", "Cardiologie", "99700123450")):
        paper.print_at(120, 225 + 5 * n, text, points=9)
    paper.sign_at(118, 230)

    assert read(paper).prescriber_signature.value is True


def test_barcode_and_print_that_agree_are_nearly_certain() -> None:
    """Two independent sources for one number."""
    found = read(letter(), [_CODE])

    assert found.prescriber_rpps.value == "99700123450"
    assert found.prescriber_rpps.source == "barcode"
    assert found.prescriber_rpps.confidence > 0.995


def test_a_misprinted_number_does_not_outweigh_the_barcode() -> None:
    """An engine misreads digits; a Code 128 checks itself."""
    lines = [(x, y, text.replace("99700123450", "99700128450")) for x, y, text in LETTER]

    assert read(letter(lines), [_CODE]).prescriber_rpps.value == "99700123450"


def test_a_number_that_fails_its_key_is_not_trusted() -> None:
    """At least one of its digits is wrong."""
    lines = [(x, y, text.replace("99700123450", "99700123459")) for x, y, text in LETTER]

    assert read(letter(lines)).prescriber_rpps.confidence <= 0.5


def test_the_birth_date_is_not_the_date_of_the_prescription() -> None:
    """Patients are often printed with their birth date."""
    lines = [(x, y, text.replace("Mme ROGER LÉA", "Mme ROGER LÉA, née le 05/05/1948")) for x, y, text in LETTER]

    found = read(letter(lines))

    assert found.date.value == "2025-05-06"
    assert found.patient_name.value == "ROGER LÉA"


def test_an_undated_ordonnance_is_empty_not_unread() -> None:
    """An empty date is a fault of the paper, an unread one a question to a person."""
    lines = [(x, y, text.replace("Nantes, le 06/05/2025", "Nantes, le")) for x, y, text in LETTER]

    found = read(letter(lines))

    assert found.date.value is None
    assert found.date.is_empty


def test_two_doctors_on_a_letterhead_leave_the_prescriber_open() -> None:
    """Nothing says which of them prescribed."""
    found = read(letter([*LETTER, (110, 18, "Docteur Paul MARTIN")]))

    assert found.prescriber_name.confidence < 0.5


def test_the_stamp_tells_which_of_two_doctors_prescribed() -> None:
    """Hospitals print all their doctors; the stamp names one."""
    found = read(letter([*LETTER, (110, 18, "Docteur Paul MARTIN"), (120, 225, "Dr Paul MARTIN")]))

    assert found.prescriber_name.value == "PAUL MARTIN"


def test_a_bizone_is_recognised_and_its_headings_are_not_prescribed() -> None:
    """The upper zone is paid in full; its heading is form, not text."""
    lines = [
        *LETTER,
        (40, 99, "Prescriptions relatives au traitement de l'affection de longue durée reconnue"),
        (40, 190, "Prescriptions SANS RAPPORT avec l'affection de longue durée"),
    ]

    found = read(letter(lines))

    assert found.is_bizone
    assert found.text.value == (
        "Faire pratiquer par infirmier(ère) à domicile :\nPansement lourd et complexe pendant 10 jours"
    )


def test_a_stroke_through_the_text_is_an_erasure() -> None:
    """A struck prescription is refused (domain.md 2.6)."""
    paper = letter()
    paper.stroke([(15, 112.6), (60, 112.9), (108, 112.4)])

    marks = read(paper).marks

    assert [(mark.kind, mark.field) for mark in marks] == [(MarkKind.STRIKE, "text")]


def test_a_fold_across_the_page_is_no_erasure() -> None:
    """Folds and rules run on past the words."""
    paper = letter()
    paper.stroke([(0, 112.6), (210, 112.6)], width=2)

    assert read(paper).marks == ()


def test_figures_written_over_are_an_erasure_and_make_the_date_doubtful() -> None:
    """Nobody can vouch for either date."""
    paper = letter()
    date = next(word for word in paper.words if word.text == "06/05/2025")
    paper.write_at((date.box.x + 0.10 * date.box.w) * 210, 80, "8", font="gochi-hand", points=14)
    paper.write_at((date.box.x + 0.11 * date.box.w) * 210, 80, "3", font="gochi-hand", points=14)

    found = read(paper)

    assert [(mark.kind, mark.field) for mark in found.marks] == [(MarkKind.OVERWRITE, "date")]
    assert found.date.confidence <= 0.5


def test_what_is_written_by_hand_is_read_by_the_recogniser(recogniser: OnnxLineRecogniser) -> None:
    """Engines for print find no word in handwriting; half of all ordonnances are written so."""
    paper = letter([*LETTER[:4], (120, 80, "Nantes, le"), LETTER[-1]])
    paper.write_at(142, 80, "16/07/2025")
    paper.write_at(16, 95, "Madame Roger Odette")
    paper.write_at(16, 110, "Pansement simple pendant 5 jours")
    paper.sign_at(120, 230)

    found = read(paper, lines=recogniser)

    assert found.date.value == "2025-07-16"
    assert found.patient_name.value == "ROGER ODETTE"
    assert found.text.value == "Pansement simple pendant 5 jours"
    assert found.prescriber_signature.value is True
    assert found.date.source == "handwriting"


def test_scribbles_nobody_can_read_stay_unread() -> None:
    """Never a guess: the entry goes to a person."""
    paper = letter([*LETTER[:4], (120, 80, "Nantes, le"), LETTER[-1]])
    paper.write_at(142, 80, "16/07/2025")
    paper.write_at(16, 95, "Madame Roger Odette")

    found = read(paper)

    assert found.date.is_unread
    assert found.patient_name.is_unread
