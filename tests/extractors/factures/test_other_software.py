"""Invoices as other software lays them out: other words, values under their labels, blocks side by side."""

from extractors.facture import read_facture
from schemas.invoice import Act, Invoice
from tests.extractors.printed_words import words_of

HEADED = """
CABINET INFIRMIER DES LILAS                                            NOTE D'HONORAIRES
N° ADELI : 996000014     N° RPPS : 10000000007

N° facture          Date facture        N° lot         Caisse d'affiliation
000553707           02/03/2024          217            01 971 0000 CGSS GUADELOUPE

PATIENT                                          ASSURÉ
Nom : ROGER                                      Nom : ROGER
Prénom : Léa                                     Prénom : Paul
Né(e) le : 05/05/1948                            N° SS : 2 48 05 99 127 298 62

PRESCRIPTEUR
Nom : Dr MARTIN Paul
RPPS : 10101010107                               Ordonnance du 01/03/2024

Date         Cotation     Qté   Honoraires  Maj.   IFD      Km   Mt IK    Total    Part AMO
02/03/2024   AMI 1,5      1       4,73             2,75     4     1,40      8,88      8,88
03/03/2024   AMI3         1      10,80      MAU    2,75                    13,55     13,55
                                         Total AMO : 13,46 €    Total AMC : 8,97 €
                                         Total général : 22,43 €
"""
BLOCKS = """
FACTURE N° 000553707 DU 02/03/2024
Infirmier(ère)                      Bénéficiaire des soins           Médecin prescripteur
CLÉMENT JOSEPH                      Madame ROGER Léa                 Dr MARTIN PAUL Généraliste
FINESS : 996000014                  DDN : 05/05/1948                 N° RPPS : 10101010107
RPPS : 10000000007                  2 48 05 99 127 298 62            Prescription du : 01/03/2024

Code caisse : 01971

N°   Date de l'acte   Désignation         Lettre   Coef     Tarif    Majoration   Indemnités   Total
1    02/03/2024       Pansement simple    AMI      1,5       4,73                 2,75          7,48
2    03/03/2024       Injection           AMI      3        10,80     F           2,75         13,55
TOTAL                                                       15,53                 5,50         21,03
Réglé                                                                                           0,00
"""


def read(page: str) -> Invoice:
    return read_facture(words_of(page), None, 0)


def cells(act: Act) -> tuple[str | None, ...]:
    return tuple(getattr(act, name).value for name in Act.model_fields)


def test_values_are_read_under_a_row_of_labels() -> None:
    """Many softwares print a small table of headings, the entries below."""
    invoice = read(HEADED)

    assert invoice.invoice_number.value == "000553707"
    assert invoice.form_date.value == "2024-03-02"
    assert invoice.organisme_code.value == "019710000"


def test_names_and_numbers_belong_to_the_block_they_stand_in() -> None:
    """A bare "Nom" or "RPPS" says nothing by itself: the heading above it does."""
    invoice = read(HEADED)

    assert invoice.patient_name.value == "ROGER LÉA"
    assert invoice.insured_name.value == "ROGER PAUL"
    assert invoice.insured_nir.value == "248059912729862"
    assert invoice.prescriber_name.value == "MARTIN PAUL"
    assert invoice.prescriber_rpps.value == "10101010107"
    assert invoice.provider_rpps.value == "10000000007"
    assert invoice.provider_number.value == "996000014"


def test_the_columns_of_three_blocks_are_not_mixed() -> None:
    """Their rows run across the page; each value stands under its own heading."""
    invoice = read(BLOCKS)

    assert invoice.patient_name.value == "ROGER LÉA"
    assert invoice.prescriber_name.value == "MARTIN PAUL"
    assert invoice.provider_rpps.value == "10000000007"
    assert invoice.prescriber_rpps.value == "10101010107"
    assert invoice.prescription_date.value == "2024-03-01"
    assert invoice.patient_birth_date.value == "1948-05-05"


def test_a_nir_and_a_date_without_labels_are_told_by_shape_and_place() -> None:
    """A NIR has a key; a date beside the invoice's number is the invoice's."""
    invoice = read(BLOCKS)

    assert invoice.patient_nir.value == "248059912729862"
    assert invoice.form_date.value == "2024-03-02"


def test_a_nir_without_label_and_with_a_wrong_key_is_left_to_a_person() -> None:
    """It may be any number."""
    invoice = read(BLOCKS.replace("2 48 05 99 127 298 62", "2 48 05 99 127 298 63"))

    assert invoice.patient_nir.is_unread


def test_acts_are_read_past_columns_the_form_does_not_have() -> None:
    """Quantities, totals and shares of the payers are nobody's cells."""
    assert [cells(act) for act in read(HEADED).acts] == [
        ("2024-03-02", "AMI", "1.5", None, "4.73", "2.75", "4", "1.40"),
        ("2024-03-03", "AMI", "3", "MAU", "10.80", "2.75", None, None),
    ]
    assert [cells(act) for act in read(BLOCKS).acts] == [
        ("2024-03-02", "AMI", "1.5", None, "4.73", "2.75", None, None),
        ("2024-03-03", "AMI", "3", "F", "10.80", "2.75", None, None),
    ]


def test_the_total_is_the_whole_invoices_not_a_payers_share() -> None:
    """Shares and columns are totalled too; the acts tell which amount is the invoice's."""
    assert read(HEADED).total_amount.value == "22.43"
    assert read(BLOCKS).total_amount.value == "21.03"


def test_a_label_with_a_letter_misread_is_still_known() -> None:
    """Engines put "rn" for "m" and "l" for "i"."""
    page = HEADED.replace("PRESCRIPTEUR", "PRESCRlPTEUR").replace("Ordonnance du", "Ordonnanoe du")
    invoice = read(page)

    assert invoice.prescriber_name.value == "MARTIN PAUL"
    assert invoice.prescription_date.value == "2024-03-01"


def test_a_family_name_like_a_label_is_no_label() -> None:
    """The family name "PAYET" after "Nom, prénom" was taken for "patient", and the first name for the whole."""
    invoice = read(HEADED.replace("Nom : ROGER   ", "Nom, prénom : PAYET").replace("Prénom : Léa ", "LÉA           "))

    assert invoice.patient_name.value == "PAYET"


def test_a_family_name_that_is_a_label_elsewhere_stays_a_name() -> None:
    """The word "le" comes before a date, and in LE GALL; a page has a number, and PAGE is a name."""
    assert read(BLOCKS.replace("Madame ROGER Léa", "LE GALL YANN    ")).patient_name.value == "LE GALL YANN"
    assert read(BLOCKS.replace("Madame ROGER Léa", "Mme PAGE Ève    ")).patient_name.value == "PAGE ÈVE"
    assert read(BLOCKS.replace("Madame ROGER Léa", "PAGE ÈVE        ")).patient_name.value == "PAGE ÈVE"


def test_a_heading_whose_name_was_not_found_is_unread_not_empty() -> None:
    """No name beside "Patient" does not mean that the paper has none: a person looks, no flag says it is missing."""
    invoice = read(BLOCKS.replace("Madame ROGER Léa", "                "))

    assert invoice.patient_name.is_unread


def test_a_first_name_printed_twice_is_said_once() -> None:
    """Some print the whole name, and the first name again beside it."""
    invoice = read(HEADED.replace("Nom : ROGER    ", "Nom : ROGER LÉA"))

    assert invoice.patient_name.value == "ROGER LÉA"


def test_the_last_amount_of_a_total_that_does_not_add_up_is_still_read() -> None:
    """A wrong total is the controls' business, and must be read as printed."""
    assert read(BLOCKS.replace("21,03", "21,30")).total_amount.value == "21.30"


def test_a_speck_in_a_column_is_no_act() -> None:
    """Dust above a row was an act of one cell, and every act after it stood one row too low."""
    speck = "                                  I\n02/03/2024   AMI 1,5"
    invoice = read(HEADED.replace("02/03/2024   AMI 1,5", speck))

    assert len(invoice.acts) == 2


def test_a_coefficient_that_lost_its_comma_is_not_believed() -> None:
    """155 times the letter is no act."""
    invoice = read(BLOCKS.replace("AMI      1,5", "AMI      155"))

    assert invoice.acts[0].coefficient.is_unread
