"""The writer's hand: learnt from what a lot made sure, used for what it left in doubt."""

import numpy as np
import pytest

from extractors.decoding.cells import seen_cells
from extractors.decoding.comb_entry import decode_comb
from extractors.decoding.grammars import Digits
from extractors.decoding.hypotheses import Place
from extractors.readers.cells import CLASSES
from intake.hand import read_again
from intake.lot import Lot
from schemas.field import Field
from schemas.invoice import Invoice
from tests.intake.papers import BOX

#: what the network sees of a cell, here: which of ten shapes it is, and how this writer's seven is flagged
SHAPES = 11
FLAG = 10
NUMBERS = ("172703747", "770174712", "127477170", "717024771", "470717127", "774177072")


def comb(number: str, *, looks_like_nine: float = 0.6) -> Field[str]:
    """Return a number by a writer whose sevens the reader takes for nines."""
    rows = np.full((len(number), len(CLASSES)), 1e-4, np.float32)
    traits = np.zeros((len(number), SHAPES), np.float32)
    for place, figure in enumerate(number):
        rows[place, int(figure)] = 1.0
        traits[place, int(figure)] = 1.0
        if figure == "7":
            rows[place, 9], rows[place, 7] = looks_like_nine, 1.0 - looks_like_nine
            traits[place, FLAG] = 1.0
    cells = seen_cells(CLASSES, rows / rows.sum(axis=1, keepdims=True), traits)
    return decode_comb(cells, Digits(9), Place(0, BOX, "comb"))


def forms(numbers: tuple[str, ...] = NUMBERS) -> Lot:
    """Return forms that bear nothing but a number each."""
    return Lot(invoices=tuple(Invoice(pages=(k,), provider_number=comb(n)) for k, n in enumerate(numbers)))


def settled(lot: Lot, numbers: tuple[str, ...], *, left: int) -> Lot:
    """Return the lot with every number known but the one on form *left*."""
    invoices = []
    for k, (invoice, number) in enumerate(zip(lot.invoices, numbers, strict=True)):
        known = invoice.provider_number.model_copy(update={"value": number, "confidence": 0.999})
        invoices.append(invoice if k == left else invoice.model_copy(update={"provider_number": known}))
    return Lot(invoices=tuple(invoices))


def test_a_doubtful_number_is_read_as_this_writer_writes() -> None:
    """Five forms teach that what looks like a nine is this hand's seven; the sixth is read so."""
    numbers = NUMBERS * 2
    lot = forms(numbers)
    assert lot.invoices[3].provider_number.value != numbers[3]

    read = read_again(lot, settled(lot, numbers, left=3)).invoices[3].provider_number

    assert read.value == numbers[3]
    assert read.blind is not None
    assert read.blind.value == lot.invoices[3].provider_number.value


def test_what_is_sure_is_not_read_again() -> None:
    """The examples stay as they were read: the lot weighs them against the ink alone."""
    numbers = NUMBERS * 2
    lot = forms(numbers)
    again = read_again(lot, settled(lot, numbers, left=3))

    assert [i.provider_number for k, i in enumerate(again.invoices) if k != 3] == [
        i.provider_number for k, i in enumerate(lot.invoices) if k != 3
    ]


@pytest.mark.parametrize("numbers", [NUMBERS[:1], ("123456123",) * 12])
def test_a_lot_that_teaches_nothing_changes_nothing(numbers: tuple[str, ...]) -> None:
    """One form is no lot, and a hand that was read well needs no lesson."""
    lot = forms(numbers)

    assert read_again(lot, settled(lot, numbers, left=len(numbers))) is lot


def test_lessons_that_contradict_each_other_are_not_used() -> None:
    """Two hands in one lot, one writing sevens as the other writes nines: what one teaches misreads the other."""
    numbers = tuple(n if k % 2 else n.replace("7", "9") for k, n in enumerate(NUMBERS * 2))
    lot = forms(NUMBERS * 2)

    assert read_again(lot, settled(lot, numbers, left=3)) is lot
