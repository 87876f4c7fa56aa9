"""What a stamp in its own ink lies over, and what it says where writing lies over it: each read without the other.

The first reading stays where it was sure, or surer: a colour may deceive, and taking ink away can make a figure.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from extractors.feuilles.colour_view import COLOUR_PX_PER_MM
from extractors.feuilles.entries import CombZone, EntryReader
from extractors.feuilles.form_view import FormView, Rect
from extractors.feuilles.layers import parted
from extractors.feuilles.stamp import read_stamp
from extractors.feuilles.strokes import Ink, around
from extractors.marks.letter_blocks import is_letter
from extractors.marks.stamps import colours_of
from extractors.readers.protocol import Readers
from schemas.field import Field

#: A reading this sure is left alone; one of a layer is never surer than the second: figures have lost strokes there.
_SURE: Final = 0.98
_AT_MOST: Final = 0.90
#: A stamp laid beside its box was read in part there: where it was found, so much more of it is read.
_LONGER: Final = 1.2
#: How far from its box a professional lays a stamp, mm: half the height of a large one.
_BESIDE_MM: Final = 15.0
#: Figures of an entry that no stamp covers, at least, tell its ink; else the rest of the form does.
_LEAST_FIGURES: Final = 2


def read_combs_under(
    view: FormView,
    ink: Ink,
    readers: Readers,
    combs: Sequence[CombZone],
    fields: Mapping[str, Field[str]],
    stamps: Sequence[Rect],
    page: int,
) -> dict[str, Field[str]]:
    """Return the combs that read better without the stamp over them.

    Args:
        view: the form laid flat.
        ink: of *view*.
        readers: the engines.
        combs: of the form.
        fields: as read before.
        stamps: where stamps were found, mm.
        page: the page's index in the lot.
    """
    better: dict[str, Field[str]] = {}
    for place in stamps:
        for comb in combs:
            before = fields[comb.name]
            if before.confidence >= _SURE or not _meet(place, comb.rect):
                continue
            alone = _without_stamp(view, ink, place, comb.rect)
            if alone is None:
                continue
            (reading,) = EntryReader(alone, readers, page).read_combs([comb])
            after = reading.field
            if after.value is not None and after.confidence > before.confidence:
                sure = min(after.confidence, _AT_MOST)
                better[comb.name] = after.model_copy(update={"confidence": max(sure, before.confidence)})
    return better


def read_stamps_elsewhere(
    view: FormView,
    ink: Ink,
    readers: Readers,
    blocks: Sequence[tuple[str, Rect]],
    fields: Mapping[str, Field[str]],
    stamps: Sequence[Rect],
    page: int,
) -> dict[str, Field[str]]:
    """Return the stamps laid beside their box, read where they were found, if that is surer or more of the text.

    Args:
        view: the form laid flat.
        ink: of *view*.
        readers: the engines.
        blocks: the boxes for stamps with their names; a stamp far from them is another's.
        fields: as read before.
        stamps: where stamps were found, mm.
        page: the page's index in the lot.
    """
    better: dict[str, Field[str]] = {}
    for name, zone in blocks:
        before = fields[name]
        near = [place for place in stamps if _meet(place, zone.grown(_BESIDE_MM, _BESIDE_MM))]
        if not near or (before.value is not None and before.confidence >= _SURE):
            continue
        place = max(near, key=lambda rect: rect.w * rect.h)
        alone = _without_writing(view, ink, place)
        after = read_stamp(alone, Ink(alone), readers, place, page)
        is_longer = len(after.value or "") > _LONGER * len(before.value or "")
        if after.value is not None and (is_longer or after.confidence > before.confidence):
            better[name] = after
    return better


def _without_writing(view: FormView, ink: Ink, place: Rect) -> FormView:
    """Return the view without what is written over the stamp in *place*, where colour parts the two."""
    letters = [piece for piece in ink.pieces() if is_letter(piece)]
    colour_of = colours_of(view.colour, COLOUR_PX_PER_MM)
    stamp = colour_of([p for p in letters if _meet(place, p)])
    writing = colour_of([p for p in letters if not _meet(place, p)])
    layers = None if stamp is None or writing is None else parted(view, place, stamp, writing)
    return view if layers is None else layers.stamp


def _without_stamp(view: FormView, ink: Ink, place: Rect, entry: Rect) -> FormView | None:
    """Return the view without the stamp in *place* around *entry*; None where its colour does not part them."""
    pieces = [piece for piece in ink.pieces() if is_letter(piece)]
    colour_of = colours_of(view.colour, COLOUR_PX_PER_MM)
    stamp = colour_of([p for p in pieces if _meet(place, p) and not _meet(entry, p)])
    outside = [p for p in pieces if not _meet(place, p)]
    free = [p for p in outside if _meet(entry, p)]
    writing = colour_of(free if len(free) >= _LEAST_FIGURES else outside)
    if stamp is None or writing is None:
        return None
    layers = parted(view, around((place, entry)), stamp, writing)
    return None if layers is None else layers.writing


def _meet(one: Rect, other: Rect) -> bool:
    return min(one.x + one.w, other.x + other.w) > max(one.x, other.x) and min(one.y + one.h, other.y + other.h) > max(
        one.y, other.y
    )
