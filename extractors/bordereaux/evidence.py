"""Fields from printed words: value, box, and how sure the arithmetic makes them.

An engine's own confidence says little about one digit: dotted zeros read as eights come with 0.9. So a number that
nothing proves is never called certain, and one that a key or a sum proves nearly always is.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Final

import numpy as np

from extractors.bordereaux.header import CHOSEN, LONE, Found
from extractors.bordereaux.names import one_name
from extractors.bordereaux.second_reading import AGREED, UNTAUGHT, CellReader
from extractors.bordereaux.settling import PROVEN
from extractors.bordereaux.values import (
    as_digits,
    find_bare_amount,
    find_date,
    find_date_run,
    find_nir,
    find_unpointed_amount,
    written_date,
    written_name,
)
from extractors.bordereaux.vocabulary import Meaning
from extractors.scan import Word
from extractors.sheet import View
from schemas.field import Alternative, Blind, Field
from schemas.geometry import Box
from schemas.identifiers.finess import is_finess
from schemas.identifiers.nir import FULL_LENGTH, is_nir

Text = Field[str]

#: A reading without doubt that nothing proves; one a key disproves. First values, to be calibrated.
_READ: Final = 0.93
_DISPROVED: Final = 0.4
#: The only other reading of a NIR whose key is right: one wrong reading in 97 has a right key, and there are several.
_KEYED: Final = 0.85
#: Ink in less than this share of a cell is grain or a rule's edge: the cell is empty.
_EMPTY_INK: Final = 0.004
_EMPTY: Final = 0.97
_UNSEEN: Final = 0.1
_INK_BELOW: Final = 140
#: A name one engine read and the other did not see.
_OVERLOOKED: Final = 0.6
#: An invoice number with letters: a software's own prefix, then figures.
_NUMBER: Final = re.compile(r"[A-Z]{1,4}[-/]?\d[\d/-]*")
#: Above this probability the second reader overrules the first.
_SURE_SECOND: Final = 0.6
#: Figures of a whole date; one with fewer has lost some, as software prints both figures of a day.
_DATE_FIGURES: Final = (6, 8)
_CUT_DATE: Final = 0.6
#: A number of the header that no label speaks for.
_LONE: Final = 0.6
#: An amount whose comma nobody saw: only its sum can say that it is one.
_GUESSED: Final = 0.3
#: A Luhn digit tells every single misread figure, and nine in ten of several.
_LUHN: Final = 0.99
#: From this confidence the word's readings were weighed already, the second reader's among them.
_WEIGHED: Final = 0.7
#: Weight of what the first reader said of a cell where the second one reads otherwise.
_FIRST_READING: Final = 0.05
_LEAST_ALTERNATIVE: Final = 0.01
#: What may stand in a cell, by meaning.
_ALPHABETS: Final = {
    Meaning.INVOICE: "0123456789",
    Meaning.NIR: "0123456789AB ",
    Meaning.BIRTH: "0123456789/.- ",
    Meaning.TOTAL: "0123456789,. €",
    Meaning.AMO: "0123456789,. €",
    Meaning.AMC: "0123456789,. €",
}


class Evidence:
    """Makes the fields of one page."""

    def __init__(
        self,
        view: View | None,
        page: int,
        cells: CellReader | None = None,
        places: Mapping[Meaning, Box] | None = None,
        first: Mapping[int, str] | None = None,
    ) -> None:
        self._view = view
        self._page = page
        self._cells = cells
        self._places = places or {}
        #: what words changed by the second reading said at first, by the word's ``id``
        self._first = first or {}

    def at(self, places: Mapping[Meaning, Box]) -> "Evidence":
        """Return the same evidence for one line of the table, whose cells are at *places* in the words' frame."""
        return Evidence(self._view, self._page, self._cells, places, self._first)

    def header(self, found: Found | None) -> Text:
        """Return a header's field."""
        if found is None:
            return Text(page=self._page)
        field = self._field(found.words, lambda _: found.value)
        return field if found.worth > LONE else field.model_copy(update={"confidence": min(field.confidence, _LONE)})

    def provider(self, found: Found | None) -> Text:
        """Return the professional's number, which its Luhn digit proves or disproves."""
        field = self.header(found)
        if field.value is None or field.source == "pdf_text":
            return field
        proven = is_finess(field.value)
        sure = max(field.confidence, _LUHN) if proven else min(field.confidence, _DISPROVED)
        return field.model_copy(update={"confidence": sure})

    def title(self, found: Found | None) -> Text:
        """Return the professional's name."""
        return self._second_name(self.header(found), found.words) if found is not None else self.header(None)

    def choice(self, found: Found | None) -> Text:
        """Return a text that is one of a few known ones, or nearly."""
        field = self.header(found)
        known = found is not None and found.worth >= CHOSEN
        return field.model_copy(update={"confidence": max(field.confidence, AGREED)}) if known else field

    def number(self, words: Sequence[Word], meaning: Meaning = Meaning.INVOICE) -> Text:
        """Return an invoice number as printed, blanks apart."""
        return self._field(words, lambda text: as_digits(text) or _alphanumeric(text), meaning)

    def nir(self, words: Sequence[Word], key: Sequence[Word]) -> Text:
        """Return a NIR, with its key where one is printed."""
        field = self._field([*words, *key], find_nir, Meaning.NIR)
        if field.value is None and key:
            field = self._field(words, find_nir, Meaning.NIR)
        if field.value is None or field.source == "pdf_text":
            return field
        right = is_nir(field.value)
        if not right and len(field.value) == FULL_LENGTH:
            keyed = [a.value for a in field.alternatives if len(a.value) == FULL_LENGTH and is_nir(a.value)]
            if len(keyed) == 1:
                blind = Blind[str](value=field.value, confidence=_DISPROVED)
                return field.model_copy(update={"value": keyed[0], "confidence": _KEYED, "blind": blind})
        sure = PROVEN if right and len(field.value) == FULL_LENGTH else field.confidence if right else _DISPROVED
        return field.model_copy(update={"confidence": sure})

    def date(self, words: Sequence[Word], *, latest: date | None) -> Text:
        """Return a date; a year of two digits is the last one before *latest*."""

        def written(text: str) -> str | None:
            digits = find_date(text) or find_date_run(text)
            return written_date(digits, latest=latest) if digits else None

        field = self._field(words, written, Meaning.BIRTH)
        whole = sum(c.isdigit() for c in field.raw or "") in _DATE_FIGURES or field.source == "pdf_text"
        return field if whole else field.model_copy(update={"confidence": min(field.confidence, _CUT_DATE)})

    def amount(self, words: Sequence[Word], meaning: Meaning | None = None) -> Text:
        """Return an amount."""
        field = self._field(words, find_bare_amount, meaning)
        guess = find_unpointed_amount(field.raw or "") if field.value is None and self._view is not None else None
        return field if guess is None else field.model_copy(update={"value": guess, "confidence": _GUESSED})

    def name(self, words: Sequence[Word], meaning: Meaning = Meaning.NAME) -> Text:
        """Return a name in capitals."""
        field = self._field(words, written_name, meaning)
        place = self._places.get(meaning)
        if not words and self._cells is not None and place is not None and not self._is_blank(place):
            value = written_name(self._cells.text(place))  # a name Tesseract saw no letter of
            return field.model_copy(update={"value": value, "confidence": _UNSEEN if value is None else _OVERLOOKED})
        return self._second_name(field, words)

    def _second_name(self, field: Text, words: Sequence[Word]) -> Text:
        """Return a name's field as both engines read it, each printed row of the name by itself."""
        if self._cells is None or field.value is None:
            return field
        rows: list[list[Word]] = []
        for word in words:
            if rows and _stands_beside(word, rows[-1][-1]):
                rows[-1].append(word)
            else:
                rows.append([word])
        second = " ".join(self._cells.text(Box.around(word.box for word in row)) for row in rows)
        value, confidence = one_name(field.value, min(word.confidence for word in words), second)
        return field.model_copy(update={"value": value, "confidence": confidence})

    def _field(self, words: Sequence[Word], read: Callable[[str], str | None], meaning: Meaning | None = None) -> Text:
        place = self._places.get(meaning) if meaning is not None else None
        if not words and (place is None or self._is_blank(place)):
            box = self.place(place) if place is not None else None
            return Text(confidence=_EMPTY if place is not None else 0.0, page=self._page, box=box)
        raw = " ".join(word.text for word in words)
        value = read(raw)
        least = min((word.confidence for word in words), default=_UNSEEN)
        confidence = _UNSEEN if value is None else self._first_confidence(least)
        field = Text(
            value=value,
            raw=raw or None,
            confidence=confidence,
            page=self._page,
            box=self._box(words) if words else self.place(place) if place is not None else None,
            source="pdf_text" if self._view is None else "tesseract",
        )
        return self._looked_at_again(field, words, read, meaning)

    def _first_confidence(self, least: float) -> float:
        if self._view is None:
            return 1.0
        return least if least >= UNTAUGHT else min(least, _READ)

    def _looked_at_again(
        self, field: Text, words: Sequence[Word], read: Callable[[str], str | None], meaning: Meaning | None
    ) -> Text:
        """Return *field* as the second reader sees its cell, where the first reading is doubtful."""
        allowed = _ALPHABETS.get(meaning) if meaning is not None else None
        if self._cells is None or allowed is None or field.confidence >= AGREED:
            return field
        own = self._places.get(meaning) if meaning is not None and field.value is None else None
        cell = [own] if own is not None else []
        place = Box.around([*(word.box for word in words), *cell])
        candidates = self._cells.candidates(place, allowed, read)
        first = (
            [v for word in words if (v := read(self._first.get(id(word), ""))) is not None] if len(words) == 1 else []
        )
        if meaning is Meaning.NIR:
            candidates.sort(key=lambda c: not (len(c[0]) == FULL_LENGTH and is_nir(c[0])))
        if not candidates:
            return field
        value, probability = candidates[0]
        weighed = probability < _SURE_SECOND or field.confidence >= _WEIGHED
        if field.value is not None and field.value != value and weighed:
            candidates.insert(0, (field.value, field.confidence))
            value = field.value
        others = [(v, p) for v, p in candidates[1:] if p >= _LEAST_ALTERNATIVE]
        others += [(v, _FIRST_READING) for v in first if v != value and v not in dict(others)]
        confidence = field.confidence if value == field.value else min(probability, _READ)
        if meaning is Meaning.NIR and len(value) == FULL_LENGTH and is_nir(value):
            confidence = max(confidence, _READ)
        alternatives = tuple(Alternative[str](value=v, probability=p) for v, p in others)
        return field.model_copy(update={"value": value, "confidence": confidence, "alternatives": alternatives})

    def _box(self, words: Iterable[Word]) -> Box:
        return self.place(Box.around(word.box for word in words))

    def place(self, box: Box) -> Box:
        """Return a box of the words' frame in the contract's frame."""
        if self._view is None:
            return box.clipped()
        height, width = self._view.grey.shape
        return self._view.box(box.x * width, box.y * height, box.w * width, box.h * height)

    def _is_blank(self, place: Box) -> bool:
        return self._view is None or _ink(self._view, place) < _EMPTY_INK


def _stands_beside(word: Word, before: Word) -> bool:
    return abs(word.box.y + word.box.h / 2 - before.box.y - before.box.h / 2) < 0.5 * max(word.box.h, before.box.h)


def _alphanumeric(text: str) -> str | None:
    """Return a number that holds letters by design (``FA2024-118``), or None where it holds no digit."""
    compact = "".join(text.split()).upper()
    return compact if _NUMBER.fullmatch(compact) else None


def _ink(view: View, place: Box) -> float:
    """Return the share of dark pixels in a rectangle given in fractions of the view."""
    height, width = view.grey.shape
    left, top = int(place.x * width), int(place.y * height)
    part = view.grey[top : int((place.y + place.h) * height) + 1, left : int((place.x + place.w) * width) + 1]
    return float(np.mean(part < _INK_BELOW)) if part.size else 0.0
