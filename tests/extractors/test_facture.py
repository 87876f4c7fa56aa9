"""A software invoice, written here as a page of text."""

from extractors.facture import read_facture
from schemas.invoice import Act, Invoice
from tests.extractors.printed_words import words_of

PAGE = """
                                  FACTURE SUBROGATOIRE
Numéro de facture : 000553707                    Patient : ROGER LÉA
Date : 02/03/2024                                Date de naissance : 05/05/1948
Auxiliaire médical : CLÉMENT JOSEPH              N° d'immatriculation : 2 48 05 99 127 298 62
N° d'identification : 996000014                  Organisme : 01 971 0000
N° RPPS : 10000000007

Prescripteur : Dr MARTIN PAUL   RPPS : 10101010107   Date de prescription : 01/03/2024

Date         Acte     Coef.   Major.     Honoraires   IFD      IK nb   IK montant
02/03/2024   AMI      1,5                  4,73       2,75     4       1,40
03/03/2024   AMI      3       MAU         10,80       2,75
                                         Montant total : 22,43 €
Signature de l'auxiliaire médical
"""


def read(page: str = PAGE) -> Invoice:
    return read_facture(words_of(page), None, 7)


def cells(act: Act) -> tuple[str | None, ...]:
    return tuple(getattr(act, name).value for name in Act.model_fields)


def test_entries_are_read_beside_their_labels() -> None:
    """Two columns of labels share each row; a value ends where the next label begins."""
    invoice = read()

    assert invoice.invoice_number.value == "000553707"
    assert invoice.form_date.value == "2024-03-02"
    assert invoice.patient_name.value == "ROGER LÉA"
    assert invoice.patient_birth_date.value == "1948-05-05"
    assert invoice.patient_nir.value == "248059912729862"
    assert invoice.provider_number.value == "996000014"
    assert invoice.organisme_code.value == "019710000"
    assert invoice.total_amount.value == "22.43"


def test_the_prescribers_number_is_not_the_providers() -> None:
    """Both are RPPS numbers; the label before tells whose."""
    invoice = read()

    assert invoice.provider_rpps.value == "10000000007"
    assert invoice.prescriber_rpps.value == "10101010107"
    assert invoice.prescriber_name.value == "MARTIN PAUL"
    assert invoice.prescription_date.value == "2024-03-01"


def test_acts_are_read_row_by_row_with_their_empty_cells() -> None:
    """An empty cell shifts nothing: the headings say which column is which."""
    invoice = read()

    assert cells(invoice.acts[0]) == ("2024-03-02", "AMI", "1.5", None, "4.73", "2.75", "4", "1.40")
    assert cells(invoice.acts[1]) == ("2024-03-03", "AMI", "3", "MAU", "10.80", "2.75", None, None)
    assert len(invoice.acts) == 2


def test_the_nir_is_the_insureds_where_another_is_the_patient() -> None:
    """The invoice prints one number, the one the rights hang on."""
    invoice = read(PAGE.replace("Organisme : 01 971 0000", "Assuré(e) : ROGER PAUL"))

    assert invoice.insured_name.value == "ROGER PAUL"
    assert invoice.insured_nir.value == "248059912729862"
    assert invoice.patient_nir.value is None


def test_an_entry_the_page_does_not_have_is_empty_and_a_needed_one_unread() -> None:
    """No label, no entry; but a patient's name is always somewhere, so a person must look."""
    invoice = read(PAGE.replace("Patient : ROGER LÉA", ""))

    assert invoice.work_accident_number.is_empty
    assert invoice.patient_name.is_unread


def test_the_label_of_a_signature_names_no_insured() -> None:
    """What follows it is a signature: taken for a name, it moved the patient's NIR to the insured."""
    scrawl = "Signature de l'auxiliaire médical       Signature de l'assuré(e)\n                  TT"
    invoice = read(PAGE.replace("Signature de l'auxiliaire médical", scrawl))

    assert invoice.insured_name.is_empty
    assert invoice.insured_nir.is_empty
    assert invoice.patient_nir.value == "248059912729862"


def test_a_sentence_about_the_insured_names_nobody() -> None:
    """Invoices make the insured certify something, or say that the patient is the insured."""
    sentence = read(PAGE + "L'assuré certifie avoir reçu les soins ci-dessus")
    same = read(PAGE.replace("Organisme : 01 971 0000", "Assuré(e) : lui-même"))

    assert sentence.insured_name.is_empty
    assert same.insured_name.is_empty
    assert same.patient_nir.value == "248059912729862"


def test_a_nir_is_doubted_where_the_insureds_name_is_unread() -> None:
    """Whose number it is hangs on whether another than the patient is insured."""
    invoice = read(PAGE.replace("Organisme : 01 971 0000", "Assuré(e) : X"))

    assert invoice.insured_name.is_unread
    assert invoice.patient_nir.confidence < 0.5


def test_boxes_the_invoice_does_not_print_are_not_ticked() -> None:
    """Nothing is claimed that the paper does not say."""
    invoice = read(PAGE.replace("Organisme", "Caisse primaire d'assurance maladie - Organisme"))

    assert invoice.is_illness.value is False
    assert invoice.is_work_accident.value is False


def test_a_box_is_read_from_its_answer_and_else_left_to_a_person() -> None:
    """A tick's ink is not looked at: naming a box is no answer."""
    invoice = read(PAGE + "Accident du travail : non    ALD : oui    Maternité")

    assert invoice.is_work_accident.value is False
    assert invoice.exemption_ald.value is True
    assert invoice.is_maternity.is_unread


def test_boxes_and_page_are_kept_as_proof() -> None:
    """Every flag shows the place it speaks of."""
    field = read().invoice_number

    assert field.page == 7
    assert field.box is not None
    assert field.source == "pdf_text"
