"""Makes the fields of one software invoice, with their confidences."""

from collections.abc import Sequence
from typing import Final

from extractors.factures.labels import Entry
from extractors.factures.shapes import SHAPES, name_in, value_in
from extractors.scan import Word
from extractors.sheet import View
from schemas.field import Field
from schemas.geometry import Box
from schemas.identifiers.finess import is_finess
from schemas.identifiers.nir import is_nir
from schemas.identifiers.rpps import is_rpps

Text = Field[str]

#: First confidences, to be calibrated: a key holds; read; a key fails; ink unread; none there.
_KEYED: Final = 0.995
_READ: Final = 0.93
WRONG_KEY: Final = 0.4
UNSEEN: Final = 0.1
EMPTY: Final = 0.95
_KEYS: Final = {
    "nir": is_nir, "patient_nir": is_nir, "insured_nir": is_nir,
    "provider_rpps": is_rpps, "prescriber_rpps": is_rpps, "substitute_rpps": is_rpps,
    "provider_number": is_finess, "prescriber_number": is_finess,
}  # fmt: skip
_NAMES: Final = ("patient_name", "insured_name", "prescriber_name", "substitute_name")
_REQUIRED_NAMES: Final = frozenset({"patient_name", "prescriber_name"})


class Maker:
    """Makes the fields of one page."""

    def __init__(self, view: View | None, page: int) -> None:
        self._view = view
        self._page = page
        self._used: set[int] = set()

    def is_free(self, words: Sequence[Word]) -> bool:
        """Whether no entry was read from *words* yet."""
        return not any(id(word) in self._used for word in words)

    def unread(self) -> Text:
        """Return the field of an entry that is on the page and could not be told apart."""
        return Text(confidence=UNSEEN, page=self._page)

    def entry(self, name: str, entry: Entry) -> Text | None:
        """Return the field of a label; None where the words near it are no entry of that name."""
        if name in _NAMES or name.endswith("_first"):
            words, value = name_in(entry.words)
            # a heading may stand apart from its name: only where nobody need be named, nothing beside it is nothing
            is_blank = not entry.words and name not in _REQUIRED_NAMES
            return self.text(words, value) if words or is_blank else None
        parse = SHAPES.get(name)
        if parse is None:
            return None
        words, value = value_in(entry.words, parse)
        if value is None and (entry.under or not words):
            return None  # a heading, or a row that has nothing to do with the label above it
        return self.keyed(name, words, value)

    def keyed(self, name: str, words: Sequence[Word], value: str | None) -> Text:
        """Return the field of an entry; one that has a key is as sure as its key."""
        field = self.text(words, value)
        holds = _KEYS.get(name)
        if value is not None and holds is not None and self._view is not None:
            sure = _KEYED if holds(value) else min(field.confidence, WRONG_KEY)
            field = field.model_copy(update={"confidence": sure})
        return field

    def text(self, words: Sequence[Word], value: str | None) -> Text:
        """Return the field of *value*, read from *words*; empty where there are none."""
        if not words:
            return Text(confidence=EMPTY, page=self._page)
        self._used.update(id(word) for word in words)
        confidence = UNSEEN if value is None else 1.0
        if value is not None and self._view is not None:
            confidence = min(_READ, *(word.confidence for word in words))
        box = Box.around(word.box for word in words)
        return Text(
            value=value,
            raw=" ".join(word.text for word in words),
            confidence=confidence,
            page=self._page,
            box=self._placed(box),
            source="pdf_text" if self._view is None else "tesseract",
        )

    def _placed(self, box: Box) -> Box:
        if self._view is None:
            return box.clipped()
        height, width = self._view.grey.shape
        return self._view.box(box.x * width, box.y * height, box.w * width, box.h * height)
