"""Kinds of pages, told from lines a clerk would recognise; layouts and wordings differ from one hand to the next."""

import pytest

from extractors.classify import classify
from extractors.readers.barcodes import Barcode, Symbology
from extractors.scan import Word
from schemas.geometry import Box
from schemas.page import PageKind

_CHARACTER = 0.011
_STEP = 0.035


def page(*lines: str, size: float = 0.012) -> list[Word]:
    """Return the words of *lines*, one under the other from the top; two spaces and more part columns."""
    words = []
    for n, line in enumerate(lines):
        x = 0.08
        for chunk in line.split("  "):
            for text in chunk.split():
                width = _CHARACTER * len(text)
                words.append(Word(text, Box(x, 0.05 + _STEP * n, width, size), 0.95, n))
                x += width + _CHARACTER
            x += 0.1
    return words


_RPPS = Barcode("99700123450", Symbology.CODE_128, Box(0.65, 0.05, 0.2, 0.03))

_PAGES = [
    (
        PageKind.FEUILLE,
        [
            "cerfa",
            "feuille de soins",
            "AUXILIAIRE MÉDICAL",
            "PERSONNE RECEVANT LES SOINS ET ASSURÉ(E)",
            "nom et prénom",
            "ADRESSE DE L'ASSURÉ(E)",
            "CONDITIONS DE PRISE EN CHARGE DES ACTES",
            "ACTES EFFECTUÉS",
            "S 3129d",
        ],
    ),
    (
        PageKind.FEUILLE,
        [
            "fcuille de soms auxilïaire médlcal",
            "numéro de facture",
            "IDENTIFICATION DE L'AUXILIAIRE MÉDICAL",
            "impossibilité de signer",
            "MONTANT TOTAL en euros",
            "date de la demande d'accord préalable",
        ],
    ),
    (
        PageKind.PRESCRIPTION,
        [
            "Docteur Paul MARTIN",
            "Médecine générale",
            "12 rue des Lilas 44000 NANTES",
            "Nantes, le 06/05/2025",
            "Mme DUPONT Marie",
            "Faire pratiquer par IDE à domicile",
            "Bilan de soins infirmiers",
            "pendant 10 jours",
        ],
    ),
    (
        PageKind.PRESCRIPTION,
        [
            "CENTRE HOSPITALIER DE LA CÔTE",
            "Service de rhumatologie",
            "Dr A. LEROY   Dr B. PETIT",
            "N° FINESS",
            "ORDONNANCE",
            "20 séances de kinésithérapie du rachis lombaire",
            "Le 2 mars 2025",
        ],
    ),
    (
        PageKind.PRESCRIPTION,
        [
            "Dr Anne CARON",
            "Identification du prescripteur",
            "PRESCRIPTIONS RELATIVES AU TRAITEMENT DE L'AFFECTION DE LONGUE",
            "DURÉE RECONNUE (AFFECTION EXONÉRANTE)",
            "AMI 1 tous les jours",
            "PRESCRIPTIONS SANS RAPPORT AVEC L'AFFECTION",
        ],
    ),
    (
        PageKind.PRESCRIPTION,
        [
            "Claire ROUX",
            "Sage-femme",
            "N° RPPS 99700123450",
            "Le 12/03/2025",
            "Madame PETIT Julie",
            "Rééducation périnéale : 10 séances",
            "Ordonnance numérique n° 8A7F",
        ],
    ),
    (
        PageKind.BORDEREAU,
        [
            "EDITION DU 10.07.2025                 PAGE 001",
            "B O R D E R E A U   R E C A P I T U L A T I F   D E S   F A C T U R E S",
            "LOT NO : 553  CONSTITUE LE : 10.07.2025",
            "ASSURE  IMMATRICULATION  NE LE  FACTURE  TOTAL  AMO  AMC",
            "MARTIN P  1700175  05.05.1948  55371  104.80  62.88  41.92",
            "TOTAL LOT  13 FACTURES  719.58  564.16  155.34",
        ],
    ),
    (
        PageKind.BORDEREAU,
        [
            "Bordereau de télétransmission",
            "Lot n° 012 du 15/03/2024",
            "Rang  N° FSE  Date  Patient  N° SS  Total  Part AMO  Part AMC",
            "1  000123  12/03/2024  MARTIN  1700175  12,30  7,38  4,92",
            "Total général  12,30  7,38  4,92",
        ],
    ),
    (
        PageKind.PRIOR_AGREEMENT,
        [
            "l'Assurance Maladie",
            "DEMANDE D'ACCORD PRÉALABLE",
            "actes d'auxiliaires médicaux",
            "cerfa n° 12040*01",
            "à l'attention du médecin conseil",
            "Bénéficiaire : DUPONT Marie",
            "signature du prescripteur",
            "S 3108d",
        ],
    ),
    (
        PageKind.PRIOR_AGREEMENT,
        ["Entente préalable", "Nature des actes : AMK 7", "nombre d'actes : 30", "Avis du service médical : favorable"],
    ),
    (
        PageKind.CARE_PLAN,
        [
            "DÉMARCHE DE SOINS INFIRMIERS",
            "Résumé de la démarche (D.S.I.) - bilan de soins infirmiers",
            "Prescription du Dr MARTIN",
            "Diagnostics infirmiers : altération de la mobilité",
            "Nombre de séances par 24 h : 2",
        ],
    ),
    (
        PageKind.CARE_PLAN,
        [
            "Synthèse du bilan de soins infirmiers",
            "BSI",
            "Patient dépendant : forfait BSB",
            "médecin prescripteur : Dr ROUX",
            "Objectifs de soins",
        ],
    ),
    (
        PageKind.RIGHTS_CERTIFICATE,
        [
            "l'Assurance Maladie",
            "Attestation de droits à l'assurance maladie",
            "Organisme de rattachement : 01 641 0000",
            "Assuré : MARTIN PAUL",
            "Exonération : affection de longue durée",
        ],
    ),
    (
        PageKind.RIGHTS_CERTIFICATE,
        [
            "MSA Bretagne",
            "ATTESTATION VITALE",
            "Bénéficiaires  Date de naissance",
            "MARTIN PAUL  05/05/1948",
            "Cette attestation est à présenter à tout professionnel de santé",
        ],
    ),
    (
        PageKind.FACTURE,
        [
            "Cabinet infirmier du Port",
            "FACTURE N° 000123",
            "Date  Acte  Coef.  Montant",
            "06/05/2025  AMI  1,5  4,73",
            "Net à payer : 4,73 €",
        ],
    ),
    (
        PageKind.FACTURE,
        [
            "Mme ROUX Claire - Masseur-kinésithérapeute",
            "Note d'honoraires",
            "Patient : MARTIN PAUL",
            "AMK 7,5  16,13",
            "Prescripteur : Dr PETIT",
        ],
    ),
    (
        PageKind.RECLAMATION,
        [
            "Cabinet ROUX",
            "RÉCLAMATION",
            "Sauf erreur de notre part, les factures suivantes restent impayées :",
            "N° facture  Assuré  Date  Montant",
            "000123  MARTIN  05/05/2024  12,30",
        ],
    ),
    (
        PageKind.RECLAMATION,
        [
            "Liste des factures rejetées",
            "N° facture  Date  Montant  Motif du rejet",
            "000123  05/05/2024  12,30  droits fermés",
        ],
    ),
    (
        PageKind.STATEMENT,
        [
            "CPAM de la Loire",
            "Relevé de remboursements",
            "Base de remboursement  Taux  Montant remboursé",
            "12,30  60 %  7,38",
            "Total versé : 7,38",
        ],
    ),
    (
        PageKind.STATEMENT,
        [
            "BORDEREAU DE PAIEMENT",
            "date du virement : 12/05/2025",
            "facture  base remb.  taux  montant payé",
            "000123  12,30  60  7,38",
            "Montant du virement  7,38",
        ],
    ),
    (
        PageKind.ENVELOPE,
        [
            "Cabinet ROUX infirmière",
            "LETTRE VERTE",
            "CPAM DE LOIRE-ATLANTIQUE",
            "Service des feuilles de soins",
            "44958 NANTES CEDEX 9",
        ],
    ),
    (PageKind.SEPARATOR, ["SÉPARATEUR DE LOT", "Lot n° 554"]),
    (PageKind.SEPARATOR, ["Feuille de séparation", "ne pas retirer cette feuille"]),
    (
        PageKind.OTHER,
        [
            "Docteur Paul MARTIN",
            "Cardiologie",
            "Nantes, le 06/05/2025",
            "Cher confrère,",
            "J'ai vu en consultation votre patiente Mme DUPONT",
            "L'examen est normal.",
            "Bien confraternellement",
        ],
    ),
    (
        PageKind.OTHER,
        ["AVIS D'ARRÊT DE TRAVAIL", "cerfa n° 10170*07", "l'assuré(e)", "le médecin prescripteur"],
    ),
    (
        PageKind.OTHER,
        ["Relevé d'identité bancaire", "Titulaire du compte : Cabinet ROUX", "IBAN FR76 0000", "BIC AAAAFRPP"],
    ),
]


@pytest.mark.parametrize(("kind", "lines"), _PAGES, ids=[f"{kind}-{n}" for n, (kind, _) in enumerate(_PAGES)])
def test_a_page_is_named_by_its_words(kind: PageKind, lines: list[str]) -> None:
    """The kind decides which reader runs, so a wrong one loses the whole page."""
    found, confidence = classify(page(*lines))

    assert found is kind
    assert confidence > 0.8


def test_a_page_that_says_nothing_is_not_believed() -> None:
    """An unknown page must reach a person, so its confidence stays low."""
    kind, confidence = classify(page("bonjour", "ceci ne dit rien"))

    assert kind is PageKind.OTHER
    assert confidence < 0.5


def test_a_page_without_words_is_not_believed() -> None:
    """A photograph or a smear has no words at all."""
    _, confidence = classify([])

    assert confidence < 0.5


def test_a_letterhead_with_the_prescribers_barcode_is_a_prescription_even_if_its_body_is_unreadable() -> None:
    """Bodies by hand give engines nothing; the letterhead and the Code 128 must do."""
    kind, confidence = classify(page("Docteur Paul MARTIN", "Cardiologie", "N° RPPS"), barcodes=[_RPPS])

    assert kind is PageKind.PRESCRIPTION
    assert confidence > 0.9


def test_a_care_plan_in_a_sentence_does_not_make_a_care_plan() -> None:
    """A doctor prescribes "un bilan de soins infirmiers"; that page is a prescription."""
    kind, _ = classify(
        page(
            "Dr Anne CARON",
            "Le 06/05/2025",
            "M. MARTIN",
            "Prévoir une démarche de soins infirmiers à domicile",
            "S.V.P.",
        )
    )

    assert kind is PageKind.PRESCRIPTION


def test_a_column_headed_facture_does_not_make_an_invoice() -> None:
    """Bordereaux and claim lists head a column that way."""
    kind, _ = classify(
        page("BORDEREAU RÉCAPITULATIF", "Assuré  Facture  Montant total  Part AMO", "MARTIN  123  12,30  7,38")
    )

    assert kind is PageKind.BORDEREAU


def test_few_words_and_a_foreign_barcode_make_a_separator() -> None:
    """Scanning stations print separators that carry little but their code."""
    code = Barcode("LOT-000554", Symbology.CODE_128, Box(0.2, 0.4, 0.5, 0.1))

    kind, _ = classify(page("LOT 554"), barcodes=[code])

    assert kind is PageKind.SEPARATOR
