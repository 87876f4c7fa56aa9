"""A print or a hand whose every entry looks written over: one such entry is none, one really written over still is."""

import numpy as np
from numpy.typing import NDArray

from extractors.feuilles.form_view import Rect
from extractors.marks.erasures import Erased, find_erased
from extractors.marks.strips import Planes, columns_of
from extractors.readers.erasures import KINDS, ErasureReader
from schemas.mark import MarkKind

ENTRY = Rect(20.0, 50.0, 20.0, 5.0)


class Reader(ErasureReader):
    """Says how likely each entry is erased, and how."""

    def __init__(self, answers: list[tuple[MarkKind, float]]) -> None:
        self._answers = answers

    def read_strips(self, strips: list[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:  # type: ignore[override]
        """Return the given answers, each over its whole entry."""
        given = []
        for kind, probability in self._answers[: len(strips)]:
            one = np.zeros((columns_of(ENTRY), len(KINDS)), np.float32)
            one[:, KINDS.index(kind)] = probability
            given.append(one)
        return given


def told(answers: list[tuple[MarkKind, float]]) -> list[Erased | None]:
    blank = Planes(np.zeros((4, 600, 600), np.uint8))
    return find_erased(blank, [ENTRY] * len(answers), Reader(answers), one_writer=True)


def test_a_print_with_dotted_zeros_is_not_written_over() -> None:
    """Twelve of thirteen typed forms of a lot were accused of an overwritten number, for the dots in its zeros."""
    looks_so, plain = (MarkKind.OVERWRITE, 0.985), (MarkKind.OVERWRITE, 0.3)

    assert told([looks_so] * 4 + [plain] * 8) == [None] * 12
    alone = told([looks_so] + [(MarkKind.OVERWRITE, 0.001)] * 11)[0]
    assert alone is not None
    assert alone.score > 0.5


def test_entries_really_written_over_do_not_hide_each_other() -> None:
    """A form corrected in four places is the one to look at, not the one to accept."""
    found = told([(MarkKind.OVERWRITE, 0.9995)] * 4 + [(MarkKind.OVERWRITE, 0.001)] * 20)

    assert all(one is not None and one.score > 0.4 for one in found[:4])


def test_fluid_on_such_a_print_is_told_all_the_same() -> None:
    """Only what the print itself resembles is doubted less."""
    found = told([(MarkKind.FLUID, 0.99)] + [(MarkKind.OVERWRITE, 0.9)] * 11)[0]

    assert found is not None
    assert found.score > 0.5
