"""A comb under a stamp, and a stamp beside its box, read again with the help of colour."""

from functools import lru_cache

from extractors.decoding.grammars import Digits
from extractors.feuilles.entries import CombZone, EntryReader
from extractors.feuilles.form_view import FormView, Rect
from extractors.feuilles.under_stamps import read_combs_under, read_stamps_elsewhere
from extractors.readers.cells import load_cell_reader
from extractors.readers.handwriting import load_line_recogniser
from extractors.readers.protocol import Readers
from extractors.readers.tesseract import load_text_reader
from schemas.field import Field
from tests.extractors.marks.colour_forms import BEIGE, BLACK, RED, Colour, scanned, sheet, write

CELLS = tuple(Rect(12 + 5 * k, 20, 5, 5) for k in range(9))
COMB = CombZone("provider_number", CELLS, Rect(12, 20, 45, 5), Digits(9))
PLACE = Rect(26, 18, 60, 18)
NUMBER = "756710455"


@lru_cache(maxsize=1)
def engines() -> Readers:
    return Readers(text=load_text_reader(), lines=load_line_recogniser(), cells=load_cell_reader())


def stamped(ink: Colour) -> FormView:
    """Return a form whose number, in black, is crossed by the first line of a stamp."""
    image = sheet(BEIGE)
    for cell, digit in zip(CELLS, NUMBER, strict=True):
        write(image, digit, (cell.x + 1.2, 24.2), BLACK, high_mm=3.2)
    for k, line in enumerate(("DOCTEUR ANNE PETIT", "INFIRMIERE", "PARIS 75011")):
        write(image, line, (27, 23.4 + 4.6 * k), ink, high_mm=2.6, bold=2)
    return scanned(image, quality=85)


def again(view: FormView, before: Field[str]) -> dict[str, Field[str]]:
    ink = EntryReader(view, engines(), 0).ink
    return read_combs_under(view, ink, engines(), [COMB], {"provider_number": before}, [PLACE], 0)


def test_a_number_under_a_red_stamp_is_read_without_it() -> None:
    """The figures are the writer's; nobody is surer of them than of what lay under a stamp."""
    view = stamped(RED)
    (first,) = EntryReader(view, engines(), 0).read_combs([COMB])
    field = again(view, first.field)["provider_number"]

    assert first.field.value != NUMBER
    assert field.value == NUMBER
    assert first.field.confidence < field.confidence <= 0.9


def test_a_number_under_a_black_stamp_stays_as_it_was_read() -> None:
    """No colour parts them: the doubt is a person's."""
    assert again(stamped(BLACK), Field[str](value="756710430", confidence=0.1)) == {}


def test_a_sure_number_is_not_read_again() -> None:
    """Taking ink away can only make it worse."""
    assert again(stamped(RED), Field[str](value=NUMBER, confidence=0.99)) == {}


def test_a_stamp_laid_under_its_box_is_read_where_it_was_found() -> None:
    """Its first line lies on the number, which is no part of it."""
    view = stamped(RED)
    ink = EntryReader(view, engines(), 0).ink
    box = ("provider_stamp", Rect(10, 2, 80, 17))
    nothing = Field[str](confidence=0.99)
    found = read_stamps_elsewhere(view, ink, engines(), [box], {"provider_stamp": nothing}, [PLACE], 0)

    assert "INFIRMIERE" in (found["provider_stamp"].value or "")
    assert NUMBER not in (found["provider_stamp"].value or "").replace(" ", "")
