"""The rows of an ordonnance, each read by the engine fit for it: print by Tesseract, handwriting by the recogniser."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from extractors.lines import TextLine, plain
from extractors.prescriptions.free_ink import FreeInk
from extractors.prescriptions.handwritten_rows import InkRow, crop_row, find_rows
from extractors.readers.barcodes import Barcode
from extractors.readers.protocol import LinePosteriors, Readers
from extractors.sheet import View
from schemas.field import Alternative, Field
from schemas.geometry import Box

# Tesseract is surer than this of print; of handwriting it is at 0.3 to 0.9 (three scanners, some 60 lines).
_PRINT: Final = 0.88
_LETTERS: Final = 3
# One word it is less sure of makes the line doubtful: large handwriting reads at 0.95, but for a word or two.
_WEAKEST: Final = 0.8
_NO_PRINT: Final = frozenset("?|\\~_{}[]<>=")
# Handwriting stands between the letterhead and the foot.
_TOP: Final = 0.14
_BOTTOM: Final = 0.93
# Bars reach some 8 mm above and below the line zxing reports, on a page of 297 mm.
_BAR_REACH: Final = 0.03
_MARGIN: Final = 0.004
_AROUND_MM: Final = 0.7
_MM_PER_INCH: Final = 25.4
#: No single reading is surer than this, and under one in five the best option is a guess: the contract wants null.
AT_MOST: Final = 0.995
_GUESS: Final = 0.2
#: On one engine's word alone a name is not surer; nor where only the lean of a small stroke tells É from È, on which
#: two engines have agreed and been wrong.
ONE_ENGINE: Final = 0.97
_LEANING: Final = frozenset("ÉÈÊË")


@dataclass(frozen=True)
class Row:
    """A row of text: where it stands, and what it says. Handwriting is read when somebody asks: most never is."""

    box: Box
    source: str
    #: the printed words, where it is print
    line: TextLine | None = None
    #: reads it, where it is not
    look: Callable[[], LinePosteriors] | None = None

    @cached_property
    def posteriors(self) -> LinePosteriors | None:
        """What the line recogniser saw, where it is not print."""
        return self.look() if self.look else None

    @cached_property
    def text(self) -> str:
        """The best reading."""
        return self.line.text if self.line else self.posteriors.best().text if self.posteriors else ""

    @cached_property
    def confidence(self) -> float:
        """How sure its reader is of it."""
        return self.line.confidence if self.line else self.posteriors.best().confidence if self.posteriors else 0.0

    @property
    def is_hand(self) -> bool:
        """Whether the line recogniser alone read it."""
        return self.line is None

    @property
    def middle(self) -> float:
        """Its height on the page."""
        return self.box.y + self.box.h / 2


@dataclass(frozen=True)
class Sheet:
    """What the readers of one ordonnance share."""

    view: View
    ink: FreeInk
    readers: Readers
    index: int
    lines: tuple[TextLine, ...]
    rows: tuple[Row, ...] = ()
    _again: dict[Box, Row] = field(default_factory=dict, compare=False, repr=False)

    def on_page(self, box: Box) -> Box:
        """Return a box of the view in the contract's frame."""
        height, width = self.view.grey.shape
        return self.view.box(box.x * width, box.y * height, box.w * width, box.h * height)

    def crop(self, box: Box) -> NDArray[np.uint8]:
        """Return what *box* frames, with a little paper around."""
        height, width = self.view.grey.shape
        margin = round(_AROUND_MM / _MM_PER_INCH * self.view.dpi)
        top, bottom = round(box.y * height) - margin, round((box.y + box.h) * height) + margin
        left, right = round(box.x * width) - margin, round((box.x + box.w) * width) + margin
        return self.view.grey[max(top, 0) : max(bottom, 1), max(left, 0) : max(right, 1)]

    def read(self, box: Box) -> Row:
        """Return the row in *box* as the line recogniser reads it."""
        lines = self.readers.lines
        return self._again.setdefault(box, Row(box, lines.name, look=lambda: lines.read_line(self.crop(box))))


def read_rows(sheet: Sheet, barcodes: Sequence[Barcode]) -> tuple[Row, ...]:
    """Return the rows of the page, top to bottom."""
    printed = [line for line in sheet.lines if is_print(line)]
    rows = [Row(line.box, "tesseract", line) for line in printed]
    taken = [_widened(line.box, _MARGIN) for line in printed]
    taken += [_widened(code.box, _BAR_REACH) for code in barcodes]
    rows += [_by_hand(sheet, found) for found in find_rows(sheet.ink, taken, top=_TOP, bottom=_BOTTOM)]
    return tuple(sorted(rows, key=lambda row: (round(row.middle, 2), row.box.x)))


def _by_hand(sheet: Sheet, found: InkRow) -> Row:
    lines = sheet.readers.lines
    return Row(found.box, lines.name, look=lambda: lines.read_line(crop_row(sheet.view, sheet.ink, found)))


def is_print(line: TextLine) -> bool:
    """Whether Tesseract read the line well enough to be print."""
    if sum(c.isalnum() for c in line.text) < _LETTERS or line.confidence < _PRINT or _NO_PRINT & set(line.text):
        return False
    return all(w.confidence >= _WEAKEST for w in line.words if sum(c.isalnum() for c in w.text) >= _LETTERS)


def surest(name: str) -> float:
    """Return how sure a reading of *name* can be at most."""
    return ONE_ENGINE if _LEANING & set(name.upper()) else AT_MOST


def is_same_text(one: str, other: str) -> bool:
    """Whether two readings hold the same letters and figures, whatever their accents, points and spaces."""
    return plain(one).replace(" ", "") == plain(other).replace(" ", "")


def richer(one: str, other: str) -> str:
    """Return the reading with more accents and points, *one* when even: engines lose them, they do not make them up."""
    return max(one, other, key=lambda text: sum(not (c.isascii() and c.isalnum()) and not c.isspace() for c in text))


def after(posteriors: LinePosteriors, characters: int) -> LinePosteriors:
    """Return the part of a line that follows the first *characters* of its best reading."""
    path = posteriors.log_probabilities.argmax(axis=1)
    text, step = "", 0
    for step, symbol in enumerate(path.tolist()):
        if symbol and (not step or path[step - 1] != symbol):
            text += posteriors.alphabet[symbol - 1]
            if len(text.strip()) > characters:
                break
    # one step back, so that none of this character is lost
    return LinePosteriors(posteriors.log_probabilities[max(step - 1, 0) :], posteriors.alphabet)


def weighed(options: dict[str, float], raw: str, row: Row, sheet: Sheet) -> Field[str]:
    """Return the likeliest of *options* as a field; what they leave of certainty is kept for what nobody thought of."""
    whole = max(1.0, sum(options.values()))
    ranked = sorted(options, key=lambda value: -options[value])
    rest = tuple(Alternative[str](value=v, probability=options[v] / whole) for v in ranked[:4])
    place = sheet.on_page(row.box)
    field = Field[str](raw=raw or None, page=sheet.index, box=place, source=row.source, alternatives=rest)
    confidence = options[ranked[0]] / whole if ranked else 0.0
    if confidence < _GUESS:
        return field
    best = {"value": ranked[0], "confidence": min(confidence, AT_MOST), "alternatives": rest[1:]}
    return field.model_copy(update=best)


def _widened(box: Box, reach: float) -> Box:
    return Box(box.x - reach, box.y - reach, box.w + 2 * reach, box.h + 2 * reach)
