"""A keying team's CSV: what it may look like, and what is said, without quoting it, where it cannot be used."""

from pathlib import Path

import pytest

from intake.evaluation.keyed import KeyedFileError, keyed_in

LONG = "lot,page,invoice_number,field,value,verified\n"


def keyed(folder: Path, text: str) -> Path:
    path = folder / "saisie.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_one_row_an_entry(tmp_path: Path) -> None:
    """The long form, with a second look at one entry."""
    path = keyed(tmp_path, LONG + "lot_1,2,,total_amount,12.60,\nlot_1,2,,acts.0.fee,12.60,13.60\n")
    total, fee = keyed_in(path)

    assert (total.lot, total.page, total.field, total.truth, total.is_verified) == (
        "lot_1", 2, "total_amount", "12.60", False,
    )  # fmt: skip
    assert (fee.value, fee.truth) == ("12.60", "13.60")


def test_one_row_an_invoice(tmp_path: Path) -> None:
    """The wide form, as a spreadsheet saves it in French: semicolons, a mark of its encoding, commas in amounts."""
    path = keyed(
        tmp_path, "\ufefflot;invoice_number;total_amount;form_date;is_illness\nlot_1;101;12,6;10/03/2024;oui\n"
    )
    told = {entry.field: entry.value for entry in keyed_in(path)}

    assert told == {"invoice_number": "101", "total_amount": "12.60", "form_date": "2024-03-10", "is_illness": True}


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("patient_name", " Testoune  Alba", "TESTOUNE ALBA"),
        ("patient_nir", "2 92 03 69 999 991 58", "292036999999158"),
        ("acts.0.coefficient", "4,50", "4.5"),
        ("acts.0.coefficient", "10", "10"),
        ("acts.3.date", "04.03.2024", "2024-03-04"),
        ("patient_birth_date", "1950-13-42", "1950-13-42"),
        ("insured_name", "", None),
        ("patient_signature", "", False),
    ],
)
def test_values_are_written_as_the_contract_writes_them(tmp_path: Path, field: str, text: str, value: object) -> None:
    """What differs in writing only is no difference."""
    [entry] = keyed_in(keyed(tmp_path, LONG + f'lot_1,2,,{field},"{text}",\n'))

    assert entry.value == value


def test_verified_vide_says_the_paper_is_empty(tmp_path: Path) -> None:
    """An empty column says that nobody looked."""
    [entry] = keyed_in(keyed(tmp_path, LONG + "lot_1,2,,insured_name,ESSAI,vide\n"))

    assert entry.is_verified
    assert entry.truth is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "columns"),
        ("lot,field,value\n", "columns"),
        ("lot,page,field\n", "columns"),
        ("lot,page,page,field,value\n", "columns"),
        ("lot,page,patient_age\n", "columns"),
        (LONG + "lot_1,2,,total_amount\n", "columns"),
        (LONG, "empty"),
        (LONG + "lot_1,,,total_amount,Secret,\n", "place"),
        (LONG + "lot_1,0,,total_amount,Secret,\n", "value"),
        (LONG + "lot_1,2,,total_amount,Secret,\n", "value"),
        (LONG + "lot_1,2,,form_date,Secret,\n", "value"),
        (LONG + "lot_1,2,,is_illness,Secret,\n", "value"),
        (LONG + "lot_1,2,,Secret,1,\n", "field"),
        (LONG + "lot_1,2,,acts.0.Secret,1,\n", "field"),
        (LONG + "lot_1,2,,total_amount,1,\nlot_1,2,,total_amount,2,\n", "twice"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_a_stable_reason_and_no_quote(
    tmp_path: Path, text: str, reason: str
) -> None:
    """Other programs act on the code and the reason; a log must hold nothing of the paper."""
    with pytest.raises(KeyedFileError) as caught:
        keyed_in(keyed(tmp_path, text))

    assert (caught.value.code, caught.value.reason) == ("usage.keyed_csv", reason)
    assert "Secret" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """A spreadsheet saved as itself is no CSV."""
    (tmp_path / "saisie.csv").write_bytes(b"PK\x03\x04\xff\xfe")

    with pytest.raises(KeyedFileError, match="unreadable"):
        keyed_in(tmp_path / "saisie.csv")
