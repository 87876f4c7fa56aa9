"""The rows of a sheet without template, in mm, print and handwriting alike: where an erasure may be."""

from typing import Final

from extractors.feuilles.form_view import Rect
from extractors.prescriptions.free_ink import FreeInk
from extractors.prescriptions.handwritten_rows import find_rows

#: Above stands the letterhead's top edge, below the foot: nothing that anybody corrects.
_FROM: Final = 0.08
_TO: Final = 0.95


def written_rows(ink: FreeInk) -> list[Rect]:
    """Return the rows of *ink*, top to bottom, in mm of its view."""
    height, width = (side / ink.px_per_mm for side in ink.mask.shape)
    rows = (row.box for row in find_rows(ink, (), top=_FROM, bottom=_TO))
    return [Rect(box.x * width, box.y * height, box.w * width, box.h * height) for box in rows]
