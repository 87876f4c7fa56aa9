"""Headers whose labels engines misread."""

import pytest

from extractors.bordereaux.header import LONE, HeaderReader
from extractors.bordereaux.tokens import rows_of
from tests.extractors.printed_words import words_of


def header(page: str) -> HeaderReader:
    return HeaderReader(rows_of(words_of(page, confidence=0.95)))


def test_the_lot_of_a_title_is_no_label_for_the_number_under_it() -> None:
    """RÉCAPITULATIF DE LOT stands over the professional's number, which has a label of its own."""
    found = header("""
                                    RÉCAPITULATIF DE LOT
Professionnel : DIALLO DANIELLE             N° AM : 409345022
Lot n° : 103
""").lot_number()

    assert found is not None
    assert found.value == "103"


def test_a_lot_number_whose_label_is_lost_is_the_only_number_left_and_doubtful() -> None:
    """Read without its label it is worth a look, not an acceptance."""
    found = header("""
Professionnel : DIALLO DANIELLE             N° AM : 409345022
Fotrns        103                           Date du lot : 01/09/2025
Organisme destinataire : 026110001          Page 1
""").lot_number()

    assert found is not None
    assert found.value == "103"
    assert found.worth == LONE


@pytest.mark.parametrize("label", ["Règlenent à", "Reslement a:", "Destinataire du règlenent", "DESTINATAIRE"])
def test_a_payee_is_known_behind_a_misread_label(label: str) -> None:
    """Softwares print one of a few payees, at the end of a row."""
    found = header(f"Organisme : 026110001      {label}   Auxiliaire médical").payee()

    assert found is not None
    assert found.value == "Auxiliaire médical"


def test_a_payee_s_name_that_is_a_label_is_none() -> None:
    """The professional is introduced in the same words."""
    assert header("Identification du partenaire de santé\nDIALLO DANIELLE").payee() is None


@pytest.mark.parametrize("printed", ["07.042025", "0704.2025", "dulot.07/04/2025"])
def test_a_date_that_lost_a_separator_or_the_blank_before_it_is_read(printed: str) -> None:
    """Specks and gaps eat one of its points."""
    found = header(f"Date du lot {printed}").lot_date()

    assert found is not None
    assert found.value == "07042025"


@pytest.mark.parametrize("label", ["Infirmier(e)", "Infirmier(e) :", "Enetteur", "Expéditeur :"])
def test_a_trade_or_a_label_is_no_part_of_a_name(label: str) -> None:
    """The name is compared with those of forms."""
    reader = header(f"{label}   DUMAS GAËL\nN° AM : 409345022")
    found = reader.provider_name(reader.provider_number())

    assert found is not None
    assert found.value == "DUMAS GAËL"


def test_the_number_of_the_caisse_is_not_the_professional_s() -> None:
    """Its label, "N° de l'organisme d'Assurance Maladie", holds the words of both; the other label was misread."""
    reader = header("""
Identification du partenaire de santé : ARNAUD LÉA   {dentfiamt :  646175448
N° de l'organisme d'Assurance Maladie : 01 711 0000
""")
    number, caisse = reader.provider_number(), reader.organisme()

    assert number is not None
    assert number.value == "646175448"
    assert caisse is not None
    assert caisse.value == "017110000"
