"""One contract for every reader of printed text, over pages drawn here."""

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from extractors.readers.protocol import TextReader
from extractors.readers.tessdata import find_tessdata
from extractors.readers.tesseract import load_text_reader
from extractors.scan import Word
from samples.fonts import font_path
from schemas.errors import ResourceError

KINDS = ("inprocess", "portable")
ROWS = (
    ("Bordereau", "récapitulatif", "du", "lot", "217"),
    ("000553707", "ROGER", "LÉA", "05/05/1948", "104,80"),
    ("000553708", "GAILLARD", "YVONNE", "24/08/1938", "12,20"),
)
COLUMNS = (60, 320, 520, 700, 950)
DPI = 200


def draw(rows: tuple[tuple[str, ...], ...] = ROWS, *, ruled: bool = False) -> NDArray[np.uint8]:
    """Return a page of rows in columns, ruled or not."""
    image = Image.new("L", (1200, 420), 255)
    pen = ImageDraw.Draw(image)
    font = ImageFont.truetype(str(font_path("arimo")), 28)
    for place, row in enumerate(rows):
        for x, text in zip(COLUMNS, row, strict=False):
            pen.text((x, 60 + 90 * place), text, fill=20, font=font)
        if ruled:
            pen.line((40, 110 + 90 * place, 1160, 110 + 90 * place), fill=0, width=2)
    if ruled:
        for x in (40, 300, 500, 680, 930, 1160):
            pen.line((x, 20, x, 290), fill=0, width=2)
    return np.asarray(image)


@cache
def reader_of(kind: str) -> TextReader:
    """Return one reader of a kind for the whole module, as a worker holds one."""
    return load_text_reader(kind)  # type: ignore[arg-type]


@pytest.fixture(params=KINDS)
def reader(request: pytest.FixtureRequest) -> TextReader:
    return reader_of(request.param)


def texts(words: list[Word]) -> list[list[str]]:
    """Return the texts of *words*, line by line."""
    lines = sorted({word.line for word in words})
    return [[word.text for word in words if word.line == line] for line in lines]


def test_every_word_of_a_page_is_read_on_its_line(reader: TextReader) -> None:
    """Classification, bordereaux and prescriptions all start from these words and lines."""
    words = reader.read_page(draw(), dpi=DPI)

    assert texts(words) == [list(row) for row in ROWS]


def test_rules_of_a_table_are_no_letters(reader: TextReader) -> None:
    """Tesseract's own layout takes the rules of a grid for letters l and I."""
    words = reader.read_page(draw(ruled=True), dpi=DPI)

    assert texts(words) == [list(row) for row in ROWS]


def test_a_heading_printed_white_on_a_dark_band_is_read(reader: TextReader) -> None:
    """Many softwares print the heading row of their tables inverted."""
    page = draw().copy()
    band = page[30:110, 40:1160]
    band[:] = 255 - band

    words = reader.read_page(page, dpi=DPI)

    assert texts(words)[0] == list(ROWS[0])


def test_a_words_box_covers_its_ink_and_not_its_neighbours(reader: TextReader) -> None:
    """Columns are found by the boxes, and a reviewer sees the crop of a box."""
    words = reader.read_page(draw(), dpi=DPI)
    word = next(word for word in words if word.text == "GAILLARD")

    assert word.box.x * 1200 == pytest.approx(320, abs=12)
    assert (word.box.x + word.box.w) * 1200 < 520
    assert word.box.y * 420 == pytest.approx(245, abs=12)


def test_confidence_is_a_probability(reader: TextReader) -> None:
    """Every later step multiplies and compares it."""
    words = reader.read_page(draw(), dpi=DPI)

    assert all(0.0 <= word.confidence <= 1.0 for word in words)


def test_a_blank_page_has_no_words(reader: TextReader) -> None:
    """A blank back must cost nothing and say nothing."""
    assert reader.read_page(np.full((800, 600), 250, np.uint8), dpi=DPI) == []


def test_one_line_is_read_from_its_crop(reader: TextReader) -> None:
    """Zones of a form come as crops of one line."""
    reading = reader.read_line(draw()[50:110, 300:680])

    assert reading.text == "récapitulatif du" or reading.text.startswith("récapitulatif")
    assert reading.confidence > 0.5


def test_digits_only_never_answers_with_letters(reader: TextReader) -> None:
    """A number's reading must not hold an O for a zero, whatever the ink looks like."""
    reading = reader.read_line(draw()[140:200, 300:680], digits_only=True)

    assert not any(character.isalpha() for character in reading.text)


def test_digits_only_reads_a_number(reader: TextReader) -> None:
    """Doubtful cells of a bordereau are read again this way."""
    reading = reader.read_line(draw()[140:200, 40:300], digits_only=True)

    assert reading.text == "000553707"


def test_what_was_read_as_digits_leaves_no_trace(reader: TextReader) -> None:
    """Readers hold no state between calls: the next line is text again."""
    reader.read_line(draw()[140:200, 40:300], digits_only=True)

    assert reader.read_line(draw()[140:200, 300:510]).text == "ROGER"


@pytest.mark.parametrize("shape", [(0, 0), (0, 40), (1, 1), (40, 3)])
def test_a_crop_too_small_to_read_is_empty_text(reader: TextReader, shape: tuple[int, int]) -> None:
    """A zone may fall off the page; that is no reason to stop a lot."""
    assert reader.read_line(np.full(shape, 255, np.uint8)).text == ""


def test_both_readers_give_the_same_words() -> None:
    """The portable reader stands in for the fast one, so a lot must not read differently."""
    fast, portable = (reader_of(kind).read_page(draw(ruled=True), dpi=DPI) for kind in KINDS)

    assert texts(fast) == texts(portable)


def test_a_missing_french_model_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: pytest.TempPathFactory) -> None:
    """An operator must learn which package to install, not see a library's trace."""
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("extractors.readers.tessdata._USUAL", ())

    with pytest.raises(ResourceError, match="tesseract-ocr-fra"):
        find_tessdata()
