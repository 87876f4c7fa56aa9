"""Rubber stamps, wherever they were pressed: a block of small letters in a few lines, framed or not, askew, coloured.

On a form whatever is no entry and has that shape is a stamp. On an ordonnance the letterhead and a typed text have it
too: there a stamp is told by its colour, its lean, its frame, or by where it stands.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from extractors.feuilles.form_view import Rect
from extractors.feuilles.strokes import around
from extractors.marks.letter_blocks import LetterBlock, find_blocks
from schemas.field import EMPTY_IS_LIKELIER
from schemas.geometry import Box
from schemas.mark import Stamp

#: Fewest letters and lines of a stamp, and its extent, mm: stamps of 25 x 10 to 80 x 35 mm are sold, frames included.
_LETTERS: Final = 9
_LINES: Final = 2
_WIDE_MM: Final = (14.0, 95.0)
_HIGH_MM: Final = (4.0, 45.0)
#: Letters of a line, on average: fewer are scattered specks.
_A_LINE: Final = 3.5
#: A frame's side is so long and hardly bent, and runs past the letters within so many mm to the side, above and below.
_SIDE_MM: Final = 10.0
_BENT: Final = 0.12
_FRAME_MM: Final = (28.0, 7.0)
#: Degrees by which a stamp leans against the page, at least, for that to tell it.
_ASKEW_DEG: Final = 0.9
#: Shares of light, as two inks differ (``extractors.marks.two_inks``), between a stamp's ink and the page's print.
COLOURED: Final = 0.05
#: How sure a block is a stamp by how many signs tell it.
_BY_SIGNS: Final = (0.2, 0.4, 0.62, 0.9, 0.97, 0.98)
#: A block of as many lines under a prescribed text is no remark.
_A_STAMPS_LINES: Final = 3

#: An ink is shown this dark: thin strokes are pale, whatever pen drew them.
_DARKEST: Final = 0.85
#: The darkest points of a letter are its ink.
_INKIEST: Final = 0.2
#: Letters whose colour is looked at, at most: a hundred tell it.
_LOOKED_AT: Final = 100

Light = NDArray[np.float64]
Colour = Callable[[Sequence[Rect]], Light | None]


def colours_of(image: NDArray[np.uint8] | None, px_per_mm: float) -> Colour:
    """Return what gives the light, red green blue, of the ink of some pieces (mm) on *image*; nothing without it."""

    def colour_of(pieces: Sequence[Rect]) -> Light | None:
        if image is None or not pieces:
            return None
        step = max(len(pieces) // _LOOKED_AT, 1)
        lights = [light for piece in pieces[::step] if (light := _light(image, piece, px_per_mm)) is not None]
        return np.median(lights, axis=0) if lights else None

    return colour_of


def _light(image: NDArray[np.uint8], piece: Rect, px_per_mm: float) -> Light | None:
    left, top = max(int(piece.x * px_per_mm), 0), max(int(piece.y * px_per_mm), 0)
    part = image[top : int((piece.y + piece.h) * px_per_mm) + 1, left : int((piece.x + piece.w) * px_per_mm) + 1]
    if part.size == 0:
        return None
    points = part.reshape(-1, 3)
    dark = points.sum(axis=1, dtype=np.int32)
    count = max(round(_INKIEST * len(points)), 1)
    return np.asarray(points[np.argpartition(dark, count - 1)[:count]].mean(axis=0), np.float64)


def find_stamps(
    pieces: Sequence[Rect],
    *,
    page: int,
    box: Callable[[Rect], Box],
    colour_of: Colour,
    print_colour: Callable[[], Light | None],
    may_stand: Callable[[Rect], bool],
    is_form: bool,
) -> tuple[tuple[Stamp, Rect], ...]:
    """Return the stamps among some pieces of ink, with their places in mm.

    Args:
        pieces: of ink that is no entry, mm.
        page: the page's index in the lot.
        box: the contract's box of a rectangle in mm.
        colour_of: the mean light, red green blue, of the ink of some pieces; None without colour.
        print_colour: gives the same of what is printed or written beside.
        may_stand: whether a doctor or a professional would stamp there.
        is_form: the form's own print is gone, so what is left in the shape of a stamp is one.
    """
    long = [piece for piece in pieces if max(piece.w, piece.h) >= _SIDE_MM]
    found = []
    for block in find_blocks(pieces, least=_LETTERS):
        if not _has_the_shape(block):
            continue
        frame = [piece for piece in long if _frames(piece, block.rect)]
        ink = colour_of(block.letters)
        other = None if ink is None else print_colour()
        is_coloured = ink is not None and other is not None and distance(ink, other) >= COLOURED
        told = _signs(block, is_form=is_form, framed=bool(frame), coloured=is_coloured, in_place=may_stand(block.rect))
        score = _BY_SIGNS[min(told, len(_BY_SIGNS) - 1)]
        if score >= EMPTY_IS_LIKELIER:
            place = around((block.rect, *frame))
            colour = None if ink is None else as_hex(ink)
            found.append((Stamp(page=page, box=box(place), score=score, colour=colour), place))
    return tuple(found)


def as_hex(light: Light) -> str:
    """Return an ink as ``#rrggbb``, as it looks where it is darkest."""
    taken = np.maximum(255.0 - light, 0.0)
    dark = 255.0 - _DARKEST * 255.0 * taken / max(float(taken.max()), 1.0)
    return "#" + "".join(f"{round(v):02x}" for v in dark.tolist())


def _signs(block: LetterBlock, *, is_form: bool, framed: bool, coloured: bool, in_place: bool) -> int:
    """Return how many signs tell that some letters are a stamp's."""
    askew = abs(block.lean_deg) >= _ASKEW_DEG
    if is_form:
        return 1 + in_place + framed + askew + 2 * coloured
    if not (in_place or askew):
        return 0  # a letterhead, in colour and framed as it may be
    return in_place * (1 + (len(block.lines) >= _A_STAMPS_LINES)) + framed + askew + coloured


def _frames(piece: Rect, rect: Rect) -> bool:
    """Return whether a long piece of ink is a side of the frame around some letters, or the whole of it."""
    near = rect.grown(*_FRAME_MM)
    is_near = near.x <= piece.x and piece.x + piece.w <= near.x + near.w
    is_near = is_near and near.y <= piece.y and piece.y + piece.h <= near.y + near.h
    is_side = min(piece.w, piece.h) <= 0.8 + _BENT * max(piece.w, piece.h)
    is_whole = piece.x <= rect.x and rect.x + rect.w <= piece.x + piece.w
    is_whole = is_whole and piece.y <= rect.y and rect.y + rect.h <= piece.y + piece.h
    return is_near and (is_side or is_whole)


def _has_the_shape(block: LetterBlock) -> bool:
    rect = block.rect
    return (
        _WIDE_MM[0] <= rect.w <= _WIDE_MM[1]
        and _HIGH_MM[0] <= rect.h <= _HIGH_MM[1]
        and len(block.lines) >= _LINES
        and len(block.letters) >= _A_LINE * len(block.lines)
    )


def distance(one: Light, other: Light) -> float:
    """Return how far apart two inks are, in shares of the light they take."""
    taken = [np.maximum(255.0 - ink, 1.0) for ink in (one, other)]
    return float(np.linalg.norm(taken[0] / taken[0].sum() - taken[1] / taken[1].sum()))
