"""Fields from printed words: value, box, and how sure the arithmetic makes them.

An engine's own confidence says little about one digit: dotted zeros read as eights come with 0.9. So a number that
nothing proves is never called certain, and one that a key or a sum proves nearly always is.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Final

import numpy as np

from extractors.bordereaux.header import Found
from extractors.bordereaux.headings import Meaning
from extractors.bordereaux.second_reading import AGREED, CellReader
from extractors.bordereaux.values import as_digits, find_bare_amount, find_date, find_date_run, find_nir, written_date, written_name
from extractors.scan import Word
from extractors.sheet import View
from schemas.bordereau import Bordereau, Line
from schemas.field import Alternative, Field
from schemas.geometry import Box
from schemas.identifiers.finess import is_finess
from schemas.identifiers.nir import FULL_LENGTH, is_nir
from schemas.money import euros, sum_read

Text = Field[str]

#: First confidences, to be replaced by a calibration on generated lots: proven by a key or a sum; proven by one
#: equation of a line; read without doubt; nothing proves it; disproved.
PROVEN: Final = 0.999
_BALANCED: Final = 0.985
_READ: Final = 0.93
_DISPROVED: Final = 0.4
#: Ink in less than this share of a cell is grain or a rule's edge: the cell is empty.
_EMPTY_INK: Final = 0.004
_EMPTY: Final = 0.97
_UNSEEN: Final = 0.1
_INK_BELOW: Final = 140
#: An invoice number with letters: a software's own prefix, then figures.
_NUMBER: Final = re.compile(r"[A-Z]{1,4}[-/]?\d[\d/-]*")
#: Under this confidence a cell is looked at again; above the second the second reader overrules the first.
_DOUBTFUL: Final = 0.9
_SURE_SECOND: Final = 0.6
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
_AMOUNTS: Final = (Meaning.TOTAL, Meaning.AMO, Meaning.AMC)


class Evidence:
    """Makes the fields of one page."""

    def __init__(
        self,
        view: View | None,
        page: int,
        cells: CellReader | None = None,
        places: Mapping[Meaning, Box] | None = None,
    ) -> None:
        self._view = view
        self._page = page
        self._cells = cells
        self._places = places or {}

    def at(self, places: Mapping[Meaning, Box]) -> "Evidence":
        """Return the same evidence for one line of the table, whose cells are at *places* in the words' frame."""
        return Evidence(self._view, self._page, self._cells, places)

    def header(self, found: Found | None) -> Text:
        """Return a header's field."""
        if found is None:
            return Text(page=self._page)
        field = self._field(found.words, lambda _: found.value)
        proven = len(found.value) == 9 and is_finess(found.value)  # noqa: PLR2004 - a billing number's length
        return field.model_copy(update={"confidence": max(field.confidence, PROVEN)}) if proven else field

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
        sure = PROVEN if right and len(field.value) == FULL_LENGTH else field.confidence if right else _DISPROVED
        return field.model_copy(update={"confidence": sure})

    def date(self, words: Sequence[Word], *, latest: date | None) -> Text:
        """Return a date; a year of two digits is the last one before *latest*."""

        def written(text: str) -> str | None:
            digits = find_date(text) or find_date_run(text)
            return written_date(digits, latest=latest) if digits else None

        return self._field(words, written, Meaning.BIRTH)

    def amount(self, words: Sequence[Word], meaning: Meaning | None = None) -> Text:
        """Return an amount."""
        return self._field(words, find_bare_amount, meaning)

    def name(self, words: Sequence[Word], meaning: Meaning = Meaning.NAME) -> Text:
        """Return a name in capitals."""
        return self._field(words, written_name, meaning)

    def _field(
        self, words: Sequence[Word], read: Callable[[str], str | None], meaning: Meaning | None = None
    ) -> Text:
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
        held = Box.around([*(word.box for word in words), *([place] if place is not None and value is None else [])])
        return self._looked_at_again(field, held, read, meaning)

    def _first_confidence(self, least: float) -> float:
        if self._view is None:
            return 1.0
        return least if least >= AGREED else min(least, _READ)

    def _looked_at_again(
        self, field: Text, place: Box, read: Callable[[str], str | None], meaning: Meaning | None
    ) -> Text:
        """Return *field* as the second reader sees its cell, where the first reading is doubtful."""
        allowed = _ALPHABETS.get(meaning) if meaning is not None else None
        if self._cells is None or allowed is None or field.confidence >= _DOUBTFUL:
            return field
        candidates = self._cells.candidates(place, allowed, read)
        if meaning is Meaning.NIR:
            candidates.sort(key=lambda c: not (len(c[0]) == FULL_LENGTH and is_nir(c[0])))
        if not candidates:
            return field
        value, probability = candidates[0]
        if field.value is not None and field.value != value and probability < _SURE_SECOND:
            return field
        confidence = max(field.confidence, _READ) if value == field.value else min(probability, _READ)
        others = tuple(Alternative[str](value=v, probability=p) for v, p in candidates[1:] if p >= _LEAST_ALTERNATIVE)
        return field.model_copy(update={"value": value, "confidence": confidence, "alternatives": others})

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

    @staticmethod
    def proven(bordereau: Bordereau) -> Bordereau:
        """Return *bordereau* with the confidences of amounts and dates its arithmetic gives."""
        lines = [_balanced(line) for line in bordereau.lines]
        update: dict[str, object] = {}
        for meaning in map(str, _AMOUNTS):
            total = getattr(bordereau, meaning)
            added = sum_read(getattr(line, meaning).value for line in lines) if lines else None
            if total.value is None or added is None or added != euros(total.value):
                continue
            update[meaning] = _surer(total, PROVEN)
            lines = [line.model_copy(update={meaning: _surer(getattr(line, meaning), PROVEN)}) for line in lines]
        return bordereau.model_copy(update={**update, "lines": tuple(lines)})


def _alphanumeric(text: str) -> str | None:
    """Return a number that holds letters by design (``FA2024-118``), or None where it holds no digit."""
    compact = "".join(text.split()).upper()
    return compact if _NUMBER.fullmatch(compact) else None


def _surer(field: Text, confidence: float) -> Text:
    return field.model_copy(update={"confidence": max(field.confidence, confidence)})


def _balanced(line: Line) -> Line:
    """Return *line* surer where its shares add up to its total, doubtful where they exceed it."""
    fields = {str(m): getattr(line, str(m)) for m in _AMOUNTS}
    total, amo, amc = (euros(field.value) for field in fields.values())
    update: dict[str, object] = {}
    if total is not None and amo is not None and amc is not None:
        if amo + amc == total:
            update = {name: _surer(field, _BALANCED) for name, field in fields.items()}
        elif amo + amc > total:
            update = {
                name: f if f.source == "pdf_text" else f.model_copy(update={"confidence": min(f.confidence, _DISPROVED)})
                for name, f in fields.items()
            }
    birth, nir = line.beneficiary_birth_date, line.insured_nir
    if birth.value and nir.value and nir.confidence >= PROVEN and birth.value[2:4] + birth.value[5:7] == nir.value[1:5]:
        update["beneficiary_birth_date"] = _surer(birth, _BALANCED)
    return line.model_copy(update=update)


def _ink(view: View, place: Box) -> float:
    """Return the share of dark pixels in a rectangle given in fractions of the view."""
    height, width = view.grey.shape
    left, top = int(place.x * width), int(place.y * height)
    part = view.grey[top : int((place.y + place.h) * height) + 1, left : int((place.x + place.w) * width) + 1]
    return float(np.mean(part < _INK_BELOW)) if part.size else 0.0
