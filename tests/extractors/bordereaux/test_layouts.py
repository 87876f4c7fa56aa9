"""Layouts of softwares nobody has shown us, and pages whose structure engines damaged, written here as text."""

import pytest

from extractors.bordereau import read_bordereau
from schemas.bordereau import Bordereau
from tests.extractors.printed_words import values, words_of

FIRST = ("000553707", "248059912729862", "ROGER LÉA", "1948-05-05", "104.80", "62.88", "41.92")
MIDDLE = ("000553708", "284036527746744", "GAILLARD YVONNE", "1938-08-24", "12.20", "12.20", "0.00")
LAST = ("000553709", "232038011207857", "COLONNA MARIE-CLAUDE", "1932-03-25", "81.40", "81.40", "0.00")
TABLE = """
{headings}
ROGER LÉA             2480599127298 62  05.05.1948  000553707   104.80    62.88    41.92
GAILLARD YVONNE       2840365277467 44  24.08.1938  000553708    12.20    12.20     0.00
COLONNA MARIE-CLAUDE  2320380112078 57  25.03.1932  000553709    81.40    81.40     0.00
"""
HEADINGS = "ASSURE                IMMATRICULATION   NE LE       FACTURE      TOTAL      AMO      AMC"
SUMS = "TOTAL LOT                     3 FACTURES                        198.40   156.48    41.92\n"


def read(page: str, *, confidence: float = 1.0) -> Bordereau:
    return read_bordereau(words_of(page, confidence=confidence), None, 0).content


def sums(bordereau: Bordereau) -> tuple[str | None, ...]:
    return bordereau.total_amount.value, bordereau.amount_amo.value, bordereau.amount_amc.value


ALL = [FIRST, MIDDLE, LAST]
SUMMED = ("198.40", "156.48", "41.92")


@pytest.mark.parametrize(
    "headings",
    [
        "ASSURE                IMMATRICULATION   DATE NAIISS FACTURE      TOTAL      AMO      AMC",
        "ASSURE                IMMATRICULATION   DATE        FACTURE      TOTAL      AMO      AMC",
        "OUVRANT DROIT         N° S.S.           XTQ VN      DOSSIER     DU TOTAL  PARTAMO  MtRC",
        "Ident1te              Matr1cule         D. nais     Ref         Montant   R.O.     R.C.",
    ],
)
def test_headings_misread_or_never_seen_do_not_lose_a_column(headings: str) -> None:
    """Births lie decades apart, numbers rise, shares add up: content speaks where a heading does not."""
    bordereau = read(TABLE.format(headings=headings) + SUMS)

    assert [values(line) for line in bordereau.lines] == ALL
    assert sums(bordereau) == SUMMED


def test_births_under_the_heading_of_care_and_care_under_theirs_change_places() -> None:
    """Two headings read in the wrong cells: days of care lie within weeks, births do not."""
    bordereau = read("""
FACTURE    NE LE       IMMATRICULATION   DATE SOINS  ASSURE            TOTAL     AMO     AMC
000553707  03.07.2025  2480599127298 62  05.05.1948  ROGER LÉA        104.80   62.88   41.92
000553708  04.07.2025  2840365277467 44  24.08.1938  GAILLARD YVONNE   12.20   12.20    0.00
""")

    assert [values(line) for line in bordereau.lines] == [FIRST, MIDDLE]


def test_a_second_row_of_headings_nobody_could_read_takes_no_number_from_the_first() -> None:
    """A "Nom et prénom" read "een et précosn" stood under "N° FSE": names are no invoice numbers."""
    bordereau = read("""
N° FSE/facture      N° assuré
 een et précosn              Naissance bénéf.   Total facture   AMO       MtRC
000553707           2 48 05 99 127 298 62
  ROGER LÉA                  05/05/1948         104,80          62,88     41,92
000553708           2 84 03 65 277 467 44
  GAILLARD YVONNE            24/08/1938          12,20          12,20      0,00
""")

    assert [values(line) for line in bordereau.lines] == [FIRST, MIDDLE]


def test_a_first_row_whose_nir_is_in_pieces_does_not_join_the_line_before() -> None:
    """Two invoices made one is an invoice lost, and every line after it compared with the wrong form."""
    bordereau = read("""
N° facture          N° assuré
  Assuré                     Né(e) le     Total     AMO       AMC
000553707           2 48 05 99 127 298 62
  ROGER LÉA                  05/05/1948   104,80    62,88     41,92
OO0S537             2 84 0 3652 77A4 67
  GAILLARD YVONNE            24/08/1938    12,20    12,20      0,00
000553709           2 32 03 80 112 078 57
  COLONNA MARIE-CLAUDE       25/03/1932    81,40    81,40      0,00
""")

    assert len(bordereau.lines) == 3
    assert bordereau.lines[1].insured_name.value == "GAILLARD YVONNE"
    assert values(bordereau.lines[2]) == LAST


def test_a_second_row_nobody_could_read_stays_with_its_first() -> None:
    """Its cells are unread, not those of the row above: blank paper there would be a missing amount."""
    bordereau = read("""
N° facture          N° assuré
  Assuré                     Né(e) le     Total     AMO       AMC
000553707           2 48 05 99 127 298 62
  ROGER LÉA                  05/05/1948   104,80    62,88     41,92
000553708           2 84 03 65 277 467 44
  GAILLARD YVONNE            UZ/US,       IUU OU    T?,ZU     U,UU
000553709           2 32 03 80 112 078 57
  COLONNA MARIE-CLAUDE       25/03/1932    81,40    81,40      0,00
""")

    assert bordereau.lines[1].insured_name.value == "GAILLARD YVONNE"
    assert bordereau.lines[1].total_amount.raw == "IUU OU"


def test_a_text_that_runs_over_two_columns_is_cut_where_the_others_end() -> None:
    """A "QUUE oui" is an amount and a tick: read as one, it would swallow the amounts' column."""
    bordereau = read("""
FACTURE    NIR               ASSURE            NE LE       TOTAL    AMO     AMC    PJ
000553707  2480599127298 62  ROGER LÉA         05.05.1948  104.80  62.88  41.92   oui
000553708  2840365277467 44  GAILLARD YVONNE   24.08.1938   12.20  12.20   QUUE oui
000553709  2320380112078 57  COLONNA MARIE     25.03.1932   81.40  81.40   QOU0 oui
000553710  2320380112078 57  COLONNA MARIE     25.03.1932   81.40  81.40   0.00   oui
""")

    assert bordereau.lines[0].amount_amc.value == "41.92"
    assert bordereau.lines[1].amount_amc.raw == "QUUE"
    assert bordereau.lines[3].amount_amc.value == "0.00"


def test_an_amount_column_read_as_letters_is_known_by_its_heading() -> None:
    """Slashed zeros make a whole page's amounts letters; the place under "AMC" is still theirs, and read again."""
    bordereau = read("""
FACTURE    NIR               ASSURE            NE LE       TOTAL    AMO      AMC
000553707  2480599127298 62  ROGER LÉA         05.05.1948  104.80  62.88  41%9T2€
000553708  2840365277467 44  GAILLARD YVONNE   24.08.1938   12.20  12.20   0/0P0€
000553709  2320380112078 57  COLONNA MARIE     25.03.1932   81.40  81.40   0%0T0€
""")

    assert bordereau.lines[0].amount_amo.value == "62.88"
    assert bordereau.lines[0].amount_amc.raw == "41%9T2€"


def test_the_header_may_stand_at_the_foot() -> None:
    """Some softwares sign below the table."""
    bordereau = read(
        TABLE.format(headings=HEADINGS)
        + SUMS
        + """
Expéditeur : CLÉMENT JOSEPH                 N° Assurance Maladie : 646921544
Référence lot : 553                         Fait le : 09/07/2025
Régime destinataire : 01 641 0000           Paiement au : Partenaire de santé
"""
    )

    assert bordereau.provider_number.value == "646921544"
    assert bordereau.provider_name.value == "CLÉMENT JOSEPH"
    assert bordereau.lot_number.value == "553"
    assert bordereau.organisme_code.value == "016410000"


def test_sums_and_captions_amid_the_lines_are_neither_lines_nor_names() -> None:
    """Lots printed by flow have a sum after each."""
    bordereau = read("""
N°  FSE         RO         RC      TOTAL      NOM ET PRENOM              N° SS + CLE         NE(E) LE
1   000553707     62,88    41,92    104,80    ROGER LÉA                  248059912729862     05/05/48
2   000553708     12,20     0,00     12,20    GAILLARD YVONNE            284036527746744     24/08/38
    Sous-total dégradé
                  75,08    41,92    117,00
                                              Factures sécurisées
3   000553709     81,40     0,00     81,40    COLONNA MARIE-CLAUDE       232038011207857     25/03/32
    Total général 156,48   41,92    198,40
""")

    assert [values(line) for line in bordereau.lines] == ALL
    assert sums(bordereau) == SUMMED


@pytest.mark.parametrize(
    "foot",
    [
        "            3 factures          Total AMO : 156.48   Total AMC : 41.92   Total général : 198.40",
        "Montant total du lot : 198.40 €\nMontant part AMO : 156.48 €\nMontant part AMC : 41.92 €",
    ],
)
def test_sums_with_labels_of_their_own_are_told_by_them(foot: str) -> None:
    """In another order than the columns', each would be taken for its neighbour."""
    assert sums(read(TABLE.format(headings=HEADINGS) + foot)) == SUMMED


def test_sums_printed_over_the_table_are_found() -> None:
    """Some softwares sum up before they list."""
    above = "Nombre de factures : 3    Montant total : 198.40   Montant AMO : 156.48   Montant AMC : 41.92\n"

    assert sums(read(above + TABLE.format(headings=HEADINGS))) == SUMMED


def test_sums_out_of_line_with_their_columns_keep_their_order() -> None:
    """A sum set wider than its column stands half under the next one."""
    foot = SUMS.replace("198.40   156.48    41.92", "  198.40      156.48    41.92")

    assert sums(read(TABLE.format(headings=HEADINGS) + foot)) == SUMMED


def test_a_last_row_with_amounts_and_no_person_is_a_sum() -> None:
    """Its label misread, and a line misread so that it adds up to nothing: it still names nobody."""
    table = TABLE.format(headings=HEADINGS).replace("104.80", "904.80")
    bordereau = read(table + SUMS.replace("TOTAL LOT                     3 FACTURES", "TSTAL LOT" + 29 * " "))

    assert len(bordereau.lines) == 3
    assert bordereau.total_amount.value == "198.40"


def test_a_key_in_parentheses_is_part_of_the_nir() -> None:
    """It proves the thirteen characters before it."""
    table = TABLE.format(headings=HEADINGS)
    bordereau = read(table.replace("298 62", "298(62)").replace("467 44", "467(44)").replace("078 57", "078(57)"))

    assert [values(line) for line in bordereau.lines] == ALL


def test_a_total_glued_to_its_label_is_no_line() -> None:
    """A "TOTALLOT 837.30 625.36 21194" is the sum of the lines, whatever became of its blank and its comma."""
    bordereau = read(TABLE.format(headings=HEADINGS) + SUMS.replace("TOTAL LOT", "TOTALLOT ").replace("41.92", " 4192"))

    assert len(bordereau.lines) == 3
    assert bordereau.total_amount.value == "198.40"


def test_a_table_nobody_understands_is_doubtful_even_in_a_file_s_own_text() -> None:
    """One invoice on three rows, each cell labelled: read as a table, its values would stand in the wrong fields."""
    bordereau = read("""
Assuré : ROGER LÉA
  NIR 2 48 05 99 127 298 62      Né(e) le 05/05/1948
  Facture 000553707       Total 104,80    AMO 62,88    AMC 41,92
Assuré : GAILLARD YVONNE
  NIR 2 84 03 65 277 467 44      Né(e) le 24/08/1938
  Facture 000553708       Total  12,20    AMO 12,20    AMC  0,00
""")

    assert sums(bordereau) == (None, None, None)
    assert all(line.insured_name.confidence <= 0.5 for line in bordereau.lines)
    assert all(line.insured_nir.confidence <= 0.5 for line in bordereau.lines)
