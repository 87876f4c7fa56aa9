"""The gallery of marks: a small picture of each, cut while its page is open, kept on disk until its sort is written."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from intake.report.marks import TITLES, Marks, ShownMark
from intake.report.places import UNPLACED, pixels_of
from schemas.geometry import Box

#: What is shown around a mark, as a share of the page's width: about 4 mm, so that the entry is seen in its place.
_AROUND: Final = 0.02
#: Longest side of a picture, px: an entry of 60 mm at the 125 dpi a strike is still seen at; a box of 4 mm is not blown
#: up.
_LONGEST_PX: Final = 300
#: Bytes of a picture once written in the page (4 for 3), and what is tried until it is that small: JPEG quality, size.
_MOST_BYTES: Final = 4000
_TRIES: Final = ((72, 1.0), (55, 1.0), (40, 1.0), (40, 0.75), (35, 0.5))
#: Pictures held in memory before they go to disk, bytes: those of some 60 pages.
_IN_MEMORY: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Picture:
    """Where a picture lies among the kept ones, its size, and the mark's place in it (px)."""

    start: int
    length: int
    width: int
    height: int
    place: tuple[float, float, float, float] | None


@dataclass(frozen=True, slots=True)
class Card:
    """A mark with its picture as a data address, or none where its page gave no image."""

    mark: ShownMark
    image: str | None
    picture: Picture | None


class Gallery:
    """The pictures of a lot's marks; a context manager, because those of a long lot lie in a file.

    Args:
        marks: of the lot.
    """

    def __init__(self, marks: Marks) -> None:
        self.marks = marks
        self._on_pages: Mapping[int, Sequence[ShownMark]] = marks.on_pages()
        self._kept = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed in __exit__
        self._pictures: dict[ShownMark, Picture] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._kept.close()

    def cut(self, page: int, image: NDArray[np.uint8]) -> None:
        """Keep a picture of each mark of a page, whose upright image is at hand."""
        for mark in self._on_pages.get(page, ()):
            part, place = _cut(image, mark.box)
            if part.size == 0:
                continue
            data, scale = _small(part)
            self._kept.seek(0, 2)
            start = self._kept.tell()
            self._kept.write(data)
            height, width = (max(round(side * scale), 1) for side in part.shape[:2])
            placed = None if place is None else tuple(round(v * scale, 1) for v in place)
            self._pictures[mark] = Picture(start, len(data), width, height, placed)  # type: ignore[arg-type]

    def sorts(self) -> Iterator[tuple[str, str, int, Iterator[Card]]]:
        """Yield each sort with its title, its number of marks, and its cards, made one at a time."""
        for sort, title in TITLES.items():
            marks = self.marks.by_sort.get(sort, ())
            if marks:
                yield sort, title, len(marks), (self._card(mark) for mark in marks)

    def _card(self, mark: ShownMark) -> Card:
        picture = self._pictures.get(mark)
        if picture is None:
            return Card(mark, None, None)
        self._kept.seek(picture.start)
        data = base64.b64encode(self._kept.read(picture.length)).decode()
        return Card(mark, f"data:image/jpeg;base64,{data}", picture)


def _cut(
    image: NDArray[np.uint8], box: Box | None
) -> tuple[NDArray[np.uint8], tuple[float, float, float, float] | None]:
    """Return what is shown of a page for a mark in *box*, and the box in it; where there is none, its lower part."""
    left, top, right, bottom = pixels_of(UNPLACED, image) if box is None else pixels_of(box, image, _AROUND)
    part = image[top:bottom, left:right]
    if part.size == 0:
        return part, None
    scale = min(_LONGEST_PX / max(part.shape[:2]), 1.0)
    if box is None:
        return _scaled(part, scale), None
    x0, y0, x1, y1 = pixels_of(box, image)
    place = ((x0 - left) * scale, (y0 - top) * scale, (x1 - x0) * scale, (y1 - y0) * scale)
    return _scaled(part, scale), place


def _scaled(image: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    if scale >= 1.0:
        return image
    size = (max(round(image.shape[1] * scale), 1), max(round(image.shape[0] * scale), 1))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _small(image: NDArray[np.uint8]) -> tuple[bytes, float]:
    """Return *image* as a JPEG small enough, and the scale it took."""
    data, scale = b"", 1.0
    for quality, scale in _TRIES:
        _, code = cv2.imencode(".jpg", _scaled(image, scale), [cv2.IMWRITE_JPEG_QUALITY, quality])
        data = code.tobytes()
        if len(data) * 4 <= _MOST_BYTES * 3:
            break
    return data, scale
