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


def test_boxes_and_page_are_kept_as_proof() -> None:
    """Every flag shows the place it speaks of."""
    field = read().invoice_number

    assert field.page == 7
    assert field.box is not None
    assert field.source == "pdf_text"
