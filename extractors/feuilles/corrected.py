"""What was finally written where an entry was struck: beside the struck one, or above it."""

from typing import Final

from extractors.decoding.hypotheses import unread
from extractors.decoding.ink import ListedInk
from extractors.decoding.number_entry import LineGrammar
from extractors.feuilles.entries import EntryReader
from extractors.feuilles.form_view import Rect
from extractors.feuilles.strokes import Entry
from schemas.field import Field

# A correction is written this close to the struck entry, in mm: the height of a line of writing.
_ABOVE_MM: Final = 5.6
_OVERLAP_MM: Final = 1.2
# A correction holds at least this much ink, in mm2: two characters.
_LEAST_MM2: Final = 1.5
# Nobody is sure which of two entries counts.
_TRUST: Final = 0.8


def read_corrected(
    reader: EntryReader, rect: Rect, struck: Rect, grammar: LineGrammar, *, digits: bool, above_is_free: bool = True
) -> Field[str]:
    """Return what replaces the struck entry in *rect*: unread where nothing does.

    Args:
        reader: of the form's entries.
        rect: the entry's zone.
        struck: what was struck there, mm.
        grammar: what the entry may hold.
        digits: it holds digits and separators only.
        above_is_free: no other entry stands right above.
    """
    for place in _places(rect, struck, above_is_free=above_is_free):
        entry = reader.ink.entry(place, least_mm2=_LEAST_MM2)
        if entry is None or _is_struck_itself(entry, struck):
            continue
        field = reader.read_entry(entry, grammar, digits=digits)
        if field.value is not None:
            doubted = field.model_copy(update={"confidence": _TRUST * field.confidence})
            # its characters are not weighed anew: which of the two entries counts stays the doubt
            return doubted.with_ink(ListedInk(field.ink.listed, 1.0 - _TRUST)) if field.ink else doubted
    return unread(None, reader.place(rect, reader.line_source))


def _places(rect: Rect, struck: Rect, *, above_is_free: bool) -> list[Rect]:
    right = struck.x + struck.w
    places = [Rect(right, rect.y, max(rect.x + rect.w - right, 0.5), rect.h)]
    if above_is_free:
        places.append(Rect(rect.x, rect.y - _ABOVE_MM, rect.w, _ABOVE_MM + _OVERLAP_MM))
    return places


def _is_struck_itself(entry: Entry, struck: Rect) -> bool:
    """Return whether what was found is the struck entry's own overhang, not writing over it or beside it."""
    right, middle = struck.x + struck.w, struck.y + struck.h / 2
    return not any(s.x >= right - 0.5 or s.y + s.h / 2 < middle - _OVERLAP_MM for s in entry.strokes)
