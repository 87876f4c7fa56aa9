"""The pieces beside an invoice, read by their labels; and the lot numbers of separators."""

import numpy as np
import pytest

from extractors.attachment import read_attachment, read_separator
from extractors.readers.barcodes import Barcode, Symbology
from extractors.scan import Word
from extractors.sheet import View
from schemas.geometry import Box
from schemas.page import PageKind
from schemas.prescription import Attachment

# A NIR with its key and a nurse's number, neither attributed (domain.md 4.2).
_NIR = "2 48 05 99 127 298 62"
_NURSE = "996000014"


def _words(*lines: str) -> list[Word]:
    words = []
    for n, line in enumerate(lines):
        x = 0.08
        for text in line.split():
            words.append(Word(text, Box(x, 0.05 + 0.035 * n, 0.011 * len(text), 0.012), 0.95, n))
            x += 0.011 * (len(text) + 1)
    return words


def _read(kind: PageKind, *lines: str) -> Attachment:
    grey = np.full((1170, 827), 250, np.uint8)
    return read_attachment(_words(*lines), View(grey, np.eye(2, 3), grey.shape, 100.0), kind, [], 7)


def test_a_care_plan_says_whose_it_is_and_which_nurse_made_it() -> None:
    """A démarche de soins travels with one invoice of one patient."""
    found = _read(
        PageKind.CARE_PLAN,
        "DÉMARCHE DE SOINS INFIRMIERS",
        "Patient : ROGER LÉA né(e) le 05/05/1948",
        f"N° d'immatriculation : {_NIR}",
        f"Infirmier(ère) : CLÉMENT JOSEPH n° {_NURSE}",
        "Fait le 12/06/2025",
    )

    assert found.pages == (7,)
    assert found.patient_name.value == "ROGER LÉA"
    assert found.birth_date.value == "1948-05-05"
    assert found.nir.value == "248059912729862"
    assert found.provider_number.value == _NURSE
    assert found.date.value == "2025-06-12"
    assert found.insured_name.value is None


def test_a_certificate_tells_the_insured_from_the_beneficiary() -> None:
    """A child's care is paid on a parent's rights."""
    found = _read(
        PageKind.RIGHTS_CERTIFICATE,
        "Attestation de droits à l'assurance maladie",
        "Assuré(e) : MERCIER HUGO",
        f"N° de sécurité sociale : {_NIR}",
        "Bénéficiaire : MERCIER ZOÉ née le 03/02/2019",
    )

    assert found.insured_name.value == "MERCIER HUGO"
    assert found.patient_name.value == "MERCIER ZOÉ"
    assert found.birth_date.value == "2019-02-03"


def test_a_name_under_its_label_is_found() -> None:
    """Forms print the label over the line."""
    found = _read(PageKind.PRIOR_AGREEMENT, "DEMANDE D'ACCORD PRÉALABLE", "Nom et prénom :", "DUPONT MARIE")

    assert found.patient_name.value == "DUPONT MARIE"


def test_a_title_names_the_patient_where_no_label_does() -> None:
    """Letters to the médecin-conseil speak of "Madame X"."""
    found = _read(PageKind.PRIOR_AGREEMENT, "Entente préalable", "Mme DUPONT MARIE", "30 séances")

    assert found.patient_name.value == "DUPONT MARIE"


def test_a_nir_whose_key_is_wrong_is_doubtful() -> None:
    """One of its digits was misread."""
    found = _read(PageKind.RIGHTS_CERTIFICATE, "N° de sécurité sociale : 2 48 05 99 127 298 61")

    assert found.nir.value == "248059912729861"
    assert found.nir.confidence <= 0.6


def test_a_piece_that_says_nothing_leaves_everything_empty() -> None:
    """Nothing is made up."""
    found = _read(PageKind.CARE_PLAN, "DÉMARCHE DE SOINS INFIRMIERS")

    assert found.patient_name.value is None
    assert found.nir.value is None
    assert found.date.value is None


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        (["SÉPARATEUR DE LOT", "Lot n° 554"], "554"),
        (["LOT : 041"], "041"),
        (["Feuille de séparation", "Numéro de lot 12"], "12"),
        (["Ne pas retirer cette feuille"], ""),
        (["Lot suivant"], ""),
    ],
)
def test_a_separator_gives_its_lot_number(lines: list[str], number: str) -> None:
    """It decides where one lot ends and the next begins."""
    assert read_separator(_words(*lines), []) == number


@pytest.mark.parametrize(
    ("text", "number"), [("LOT-000554", "000554"), ("LOT 554", "554"), ("554", "554"), ("PATCH", "")]
)
def test_a_separator_s_barcode_gives_its_lot_number(text: str, number: str) -> None:
    """Stations print separators whose number stands in the code only."""
    code = Barcode(text, Symbology.CODE_128, Box(0.2, 0.4, 0.5, 0.1))

    assert read_separator(_words("SÉPARATEUR"), [code]) == number
