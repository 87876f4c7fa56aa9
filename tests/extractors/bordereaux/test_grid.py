"""Words engines drew over two columns."""

from extractors.bordereaux.grid import columns_of, cut_words
from extractors.bordereaux.lines import find_lines
from extractors.bordereaux.tokens import rows_of
from tests.extractors.printed_words import words_of

TABLE = """
000553707   1 45 01 70 466 286 35   104.80
000553708   2 84 03 65 277 467 44    12.20
0005537091452320380112078 57        104.80
000553710   2 32 03 80 112 078 57    81.40
"""


def test_a_word_over_two_columns_is_cut_between_them() -> None:
    """An invoice number that swallows the head of a NIR spoils both."""
    rows = rows_of(words_of(TABLE, confidence=0.95))
    lines = find_lines(rows).lines
    glued = rows[2].words[0]
    pieces = cut_words(lines, columns_of(lines, 0))

    assert list(pieces) == [id(glued)]
    assert pieces[id(glued)][0].text.startswith("000553709")
    assert all(piece.confidence <= 0.5 for piece in pieces[id(glued)])


def test_words_in_their_columns_are_not_cut() -> None:
    """A long name may end beyond where the others do."""
    rows = rows_of(words_of(TABLE.replace("0005537091452320380112078 57 ", "000553709   2320380112078 57 ")))
    lines = find_lines(rows).lines

    assert cut_words(lines, columns_of(lines, 0)) == {}
