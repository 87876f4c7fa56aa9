"""Bordereaux as softwares print them, written here as a page of text."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from extractors.bordereau import join_bordereau_pages, read_bordereau
from extractors.readers.protocol import LinePosteriors
from extractors.sheet import View
from schemas.bordereau import Bordereau
from tests.extractors.printed_words import values, words_of

HEADER = """
EDITION DU 10.07.2025                                       PAGE 001
IDENTIFICATION PS : 646921544   CLÉMENT JOSEPH
LOT NO : 553    CONSTITUE LE : 09.07.2025
ORGANISME DEST.   : 016410000
DESTINATAIRE REGLEMENT : PARTENAIRE DE SANTÉ
"""
TABLE = """
ASSURE                IMMATRICULATION   NE LE       FACTURE      TOTAL      AMO      AMC
----------------------------------------------------------------------------------------
ROGER LÉA             2480599127298 62  05.05.1948  000553707   104.80    62.88    41.92
GAILLARD YVONNE       2840365277467 44  24.08.1938  000553708    12.20    12.20     0.00
COLONNA MARIE-CLAUDE  2320380112078 57  25.03.1932  000553709    81.40    81.40     0.00
----------------------------------------------------------------------------------------
TOTAL LOT                     3 FACTURES                        198.40   156.48    41.92
"""


def read(page: str) -> Bordereau:
    return read_bordereau(words_of(page), None, 0).content


FIRST = ("000553707", "248059912729862", "ROGER LÉA", "1948-05-05", "104.80", "62.88", "41.92")
LAST = ("000553709", "232038011207857", "COLONNA MARIE-CLAUDE", "1932-03-25", "81.40", "81.40", "0.00")


def test_the_header_is_read_by_its_labels() -> None:
    """Each software words its header its own way; the values are the lot's identity."""
    bordereau = read(HEADER + TABLE)

    assert bordereau.provider_number.value == "646921544"
    assert bordereau.provider_name.value == "CLÉMENT JOSEPH"
    assert bordereau.lot_number.value == "553"
    assert bordereau.organisme_code.value == "016410000"
    assert bordereau.payee_type.value == "Partenaire de santé"


def test_the_lots_date_is_not_the_day_of_printing() -> None:
    """Both stand in the header; care is compared with the first."""
    assert read(HEADER + TABLE).lot_date.value == "2025-07-09"


def test_columns_of_a_monospaced_list_are_read() -> None:
    """Dot-matrix listings have no rules, only columns."""
    bordereau = read(HEADER + TABLE)

    assert len(bordereau.lines) == 3
    assert values(bordereau.lines[0]) == FIRST
    assert values(bordereau.lines[2]) == LAST


def test_totals_are_read_under_their_columns() -> None:
    """They prove every amount above them."""
    bordereau = read(HEADER + TABLE)

    assert bordereau.total_amount.value == "198.40"
    assert bordereau.amount_amo.value == "156.48"
    assert bordereau.amount_amc.value == "41.92"


def test_the_number_of_invoices_and_the_page_are_read() -> None:
    """A missing page shows only there."""
    page = read_bordereau(words_of(HEADER + TABLE), None, 0)

    assert page.invoice_count == 3
    assert page.page_number == 1


def test_two_rows_make_one_line_where_the_layout_is_compact() -> None:
    """Number and NIR over name and amounts: domain.md's layout V3."""
    bordereau = read("""
Bordereau récapitulatif            Lot n° 12 du 15/03/2024
N° facture      N° immatriculation
  Assuré                     Né(e) le         Montant total   Part AMO   Part AMC
000553707       2 48 05 99 127 298 62
  Mme ROGER Léa              05/05/1948          104,80 €     62,88 €    41,92 €
000553709       2 32 03 80 112 078 57
  COLONNA Marie-Claude       25/03/1932           81,40 €     81,40 €     0,00 €
TOTAL                                            186,20 €    144,28 €    41,92 €
2 factures
""")

    assert [values(line) for line in bordereau.lines] == [FIRST, LAST]
    assert bordereau.total_amount.value == "186.20"


def test_headings_on_two_rows_and_wrapped_names_are_understood() -> None:
    """Narrow columns wrap their headings, and long names."""
    bordereau = read("""
Rang  N° de      N° Sécu. sociale  Clé   Nom et          Date         Mt        Part          Part             PJ
      facture                            prénom          naissance    facture   obligatoire   complémentaire
1     000553707  2480599127298     62    ROGER LÉA       05-05-48     104,80        62,88         41,92        oui
2     000553709  2320380112078     57    COLONNA         25-03-32      81,40        81,40          0,00        oui
                                         MARIE-CLAUDE
""")

    assert [values(line) for line in bordereau.lines] == [FIRST, LAST]


def test_columns_without_headings_are_known_by_their_content() -> None:
    """A second page may go on without its headings; AMO and AMC add up to the total."""
    bordereau = read("""
1  000553707  ROGER LÉA             05/05/1948  2480599127298 62     104,80     62,88     41,92
2  000553708  GAILLARD YVONNE       24/08/1938  2840365277467 44      12,20     12,20      0,00
3  000553709  COLONNA MARIE-CLAUDE  25/03/1932  2320380112078 57      81,40     81,40      0,00
""")

    assert values(bordereau.lines[0]) == FIRST
    assert values(bordereau.lines[2]) == LAST


def test_the_date_of_care_is_not_the_birth_date() -> None:
    """Both are dates; only the headings tell them apart."""
    bordereau = read("""
Date        N° FSE     Patient               N° SS             Naissance   Total    AMO     AMC    Patient  Type
02/03/2024  000553707  ROGER LÉA             2480599127298 62  05/05/1948  104,80   62,88   41,92     0,00   S
05/03/2024  000553709  COLONNA MARIE-CLAUDE  2320380112078 57  25/03/1932   81,40   81,40    0,00     0,00   D
""")

    assert [values(line) for line in bordereau.lines] == [FIRST, LAST]
    assert [line.flow for line in bordereau.lines] == ["securise", "degrade"]


def test_thousands_are_one_amount() -> None:
    """1 234,50 is no rank followed by an amount."""
    bordereau = read("""
Facture    Assuré     NIR               Né(e) le    Total       AMO         AMC
000553707  ROGER LÉA  2480599127298 62  05/05/1948  1 234,50 €  1 000,00 €  234,50 €
""")

    assert values(bordereau.lines[0])[4:] == ("1234.50", "1000.00", "234.50")


def test_an_empty_cell_is_empty_and_not_unread() -> None:
    """Missing entries are blocking, unread ones a question: they must not be confused."""
    line = read(TABLE.replace("24.08.1938", " " * 10)).lines[1]

    assert line.beneficiary_birth_date.value is None
    assert line.beneficiary_birth_date.is_empty


def test_a_total_that_does_not_add_up_is_read_as_printed() -> None:
    """The fault is the paper's; reading must not smooth it over."""
    bordereau = read(TABLE.replace("198.40", "199.40"))

    assert bordereau.total_amount.value == "199.40"
    assert bordereau.lines[0].total_amount.value == "104.80"


def test_pages_join_in_their_printed_order() -> None:
    """A stack may be shuffled; carried sums are no lines, the totals those of the last page."""
    first = read_bordereau(
        words_of(HEADER.replace("PAGE 001", "PAGE 1/2") + TABLE.replace("TOTAL LOT", "A REPORTER")), None, 5
    )
    rest = TABLE.replace("00055370", "00055380").replace("198.40", "396.80")
    rest = rest.replace("156.48", "312.96").replace(
        "TOTAL LOT                     3", "TOTAL LOT                     6"
    )
    second = read_bordereau(words_of("\nPAGE 2/2\n" + rest.replace("3 FACTURES  ", "6 FACTURES  ")), None, 4)

    joined = join_bordereau_pages([second, first])

    assert joined.pages == (5, 4)
    assert [line.invoice_number.value for line in joined.lines][::3] == ["000553707", "000553807"]
    assert joined.total_amount.value == "396.80"
    assert joined.lot_number.value == "553"


def test_joining_nothing_is_refused() -> None:
    """A bordereau without a page would be an empty answer nobody asked for."""
    with pytest.raises(ValueError, match="at least one page"):
        join_bordereau_pages([])


class OneReading:
    """A second reader that finds the same text in every crop."""

    name = "fixed"

    def __init__(self, text: str) -> None:
        self.text = text

    def read_line(self, crop: NDArray[np.uint8]) -> LinePosteriors:
        """Return the fixed text, certain."""
        del crop
        alphabet = "".join(sorted(set(self.text)))
        steps = np.full((2 * len(self.text), 1 + len(alphabet)), -12.0, np.float32)
        for place, character in enumerate(self.text):
            steps[2 * place, 1 + alphabet.index(character)] = 0.0
            steps[2 * place + 1, 0] = 0.0
        return LinePosteriors(steps, alphabet)


def scanned(page: str, second: Callable[[], OneReading] | None = None) -> Bordereau:
    view = View(np.zeros((1000, 1000), np.uint8), np.eye(3)[:2], (1000, 1000), 100.0)
    words = words_of(page, confidence=0.9)
    return read_bordereau(words, view, 0, second=second() if second else None).content


def test_amounts_a_printed_sum_proves_are_surer_than_the_engine_was() -> None:
    """Three misreadings that cancel out are far rarer than one."""
    line = scanned(HEADER + TABLE).lines[0]

    assert line.total_amount.confidence > 0.99
    assert line.invoice_number.confidence < 0.99


def test_a_nir_with_a_wrong_key_is_doubtful() -> None:
    """One misread digit in 97 escapes the key, all others are told by it."""
    line = scanned(TABLE.replace("2480599127298", "2488599127298")).lines[0]

    assert line.insured_nir.confidence < 0.5


def test_a_professional_s_number_with_a_wrong_last_digit_is_doubtful() -> None:
    """Its Luhn digit tells every single misread figure."""
    assert scanned(HEADER + TABLE).provider_number.confidence > 0.98
    assert scanned((HEADER + TABLE).replace("646921544", "646921944")).provider_number.confidence < 0.5


def test_a_day_of_another_age_is_no_date() -> None:
    """2625 is a misread 2025: nothing is better than a day nobody can mean."""
    assert read((HEADER + TABLE).replace("09.07.2025", "09.07.2625")).lot_date.value != "2625-07-09"


def test_an_amount_its_sum_disproves_is_doubtful() -> None:
    """A zero read as an eight shows in no cell, only in the sum."""
    line = scanned(TABLE.replace("104.80", "184.80")).lines[0]

    assert line.total_amount.value == "184.80"
    assert line.total_amount.confidence < 0.5


def test_the_second_reader_decides_on_a_nir_whose_key_is_wrong() -> None:
    """Dotted zeros are what Tesseract misreads; the other engine reads them, and the key agrees."""
    page = TABLE.replace("2480599127298 62", "248859912729862 ")
    line = scanned(page, lambda: OneReading("248059912729862")).lines[0]

    assert line.insured_nir.value == "248059912729862"
    assert line.insured_nir.confidence > 0.9


def test_a_total_whose_label_nobody_could_read_is_no_line() -> None:
    """What a row adds up to tells what it is; taken for a line it would spoil the last one."""
    bordereau = read(
        TABLE.replace("TOTAL LOT                     3 FACTURES", "LOITAT                                  ")
    )

    assert len(bordereau.lines) == 3
    assert bordereau.total_amount.value == "198.40"
    assert values(bordereau.lines[2]) == LAST


def test_a_row_of_unreadable_ink_among_the_lines_is_a_line() -> None:
    """A fold ate its figures: an unread line is a question, a missing one an invoice lost in silence."""
    rows = TABLE.splitlines()
    ruined = "NNANQQ7 IIE           AA NIIOTG  DVVAT NN     OO IO/IO    NNANQQ7IIE    O-,OO   IDEOI   NN"
    page = "\n".join([*rows[:4], ruined, *rows[4:6], rows[3], *rows[6:]])
    bordereau = read(page)

    assert len(bordereau.lines) == 5
    assert values(bordereau.lines[0]) == FIRST
    assert bordereau.lines[1].insured_nir.value is None
    assert values(bordereau.lines[3]) == LAST


def test_a_date_glued_to_its_colon_is_read() -> None:
    """Engines run the label's colon into the value."""
    assert read((HEADER + TABLE).replace("CONSTITUE LE : 09", "CONSTITUE LE :09")).lot_date.value == "2025-07-09"


def test_a_total_without_its_comma_is_proven_by_its_column_or_doubtful() -> None:
    """Noise fills the blank of a comma; only the sum can say that the number is an amount."""
    proven = scanned(TABLE.replace("198.40", " 19840")).total_amount
    alone = scanned(TABLE.replace("198.40", " 19848")).total_amount

    assert proven.value == "198.40"
    assert proven.confidence > 0.99
    assert alone.confidence < 0.5


def test_a_caisse_is_known_without_its_label() -> None:
    """Engines misread "Caisse" as "Casse": the number's shape still tells it from the professional's."""
    header = HEADER.replace("ORGANISME DEST.   :", "0RGANTSHE DES     ")

    assert read(header + TABLE).organisme_code.value == "016410000"
