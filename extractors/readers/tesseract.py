"""Printed text through Tesseract, behind ``TextReader``: in this process (fast) or as a program (works anywhere).

Both read the same crops with the same model, so they give the same words up to the version of the library.
One thread each: parallelism is across pages.
"""

import os
import tempfile
from pathlib import Path
from typing import Any, Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.readers.protocol import TextReader, TextReading
from extractors.readers.tessdata import LANGUAGE, find_tessdata
from extractors.readers.text_lines import Crop, find_crops, prepare_line
from extractors.scan import Word
from schemas.errors import ResourceError
from schemas.geometry import Box

Kind = Literal["inprocess", "portable"]

_SINGLE_LINE: Final = 7
#: What stands in a printed number, date or amount.
_NUMERIC: Final = "0123456789.,/- "
#: The crops are scaled to this resolution's letters; telling Tesseract spares it a guess.
_CROP_DPI: Final = 300
_NO_SECOND_READING: Final = ("invert_threshold", "0.0")
_NAME: Final = "tesseract"
#: Text, confidence 0 to 1, and x, y, w, h in the crop's pixels.
_Found = tuple[str, float, tuple[int, int, int, int]]


def load_text_reader(kind: Kind | None = None) -> TextReader:
    """Return the reader of printed text: the one asked for, else the in-process one where it can be imported.

    Raises:
        ResourceError: Tesseract, its French model or the Python package asked for is missing.
    """
    if kind == "portable":
        return PortableTesseract()
    try:
        return InProcessTesseract()
    except ImportError as exc:
        if kind == "inprocess":
            raise ResourceError("the in-process reader needs the Python package tesserocr") from exc
        return PortableTesseract()


class InProcessTesseract:
    """Tesseract's library in this process, through tesserocr: no process to start for each line."""

    name: str = _NAME

    def __init__(self) -> None:
        os.environ.setdefault("OMP_THREAD_LIMIT", "1")
        import tesserocr  # noqa: PLC0415 - optional at run time: the portable reader stands in for it

        self._tesserocr = tesserocr
        self._api = tesserocr.PyTessBaseAPI(path=str(find_tessdata()), lang=LANGUAGE, psm=_SINGLE_LINE)
        # what was read before must not sway what is read next
        self._api.SetVariable("classify_enable_learning", "0")
        # crops are dark on white: reading a doubtful one again turned inside out doubles the cost of handwriting
        self._api.SetVariable(*_NO_SECOND_READING)

    def read_line(self, crop: NDArray[np.uint8], *, digits_only: bool = False) -> TextReading:
        """Return the one printed line *crop* holds."""
        self._api.SetVariable("tessedit_char_whitelist", _NUMERIC if digits_only else "")
        try:
            return _joined(self._words(prepare_line(crop)))
        finally:
            self._api.SetVariable("tessedit_char_whitelist", "")

    def read_page(self, grey: NDArray[np.uint8], *, dpi: float) -> list[Word]:
        """Return the words of an upright, deskewed page, boxes in fractions of it."""
        return [
            word for crop in find_crops(grey, dpi=dpi) for word in _placed(self._words(crop.grey), crop, grey.shape)
        ]

    def _words(self, grey: NDArray[np.uint8]) -> list[_Found]:
        height, width = grey.shape
        if not grey.size:
            return []
        self._api.SetImageBytes(np.ascontiguousarray(grey).tobytes(), width, height, 1, width)
        self._api.SetSourceResolution(_CROP_DPI)
        self._api.Recognize()
        iterator = self._api.GetIterator()
        level = self._tesserocr.RIL.WORD
        found: list[_Found] = []
        if iterator is None:
            return found
        for word in self._tesserocr.iterate_level(iterator, level):
            if word.Empty(level):
                continue
            text = word.GetUTF8Text(level)
            left, top, right, bottom = word.BoundingBox(level)
            found.append((text, word.Confidence(level) / 100, (left, top, right - left, bottom - top)))
        return found


class PortableTesseract:
    """The ``tesseract`` program through pytesseract: slower to start, but nothing to compile or to match."""

    name: str = _NAME

    def __init__(self) -> None:
        os.environ.setdefault("OMP_THREAD_LIMIT", "1")
        import pytesseract  # noqa: PLC0415 - pulls in pandas where it is installed: only the worker that needs it

        self._pytesseract = pytesseract
        try:
            pytesseract.get_tesseract_version()
        except pytesseract.TesseractNotFoundError as exc:
            raise ResourceError("the program tesseract is missing: install the package tesseract-ocr") from exc
        self._options = f'--psm {_SINGLE_LINE} --dpi {_CROP_DPI} --tessdata-dir "{find_tessdata()}"'
        self._options += f" -c {'='.join(_NO_SECOND_READING)}"

    def read_line(self, crop: NDArray[np.uint8], *, digits_only: bool = False) -> TextReading:
        """Return the one printed line *crop* holds."""
        prepared = prepare_line(crop)
        if not prepared.size:
            return TextReading("", 0.0)
        return _joined(self._words([prepared], digits_only=digits_only)[0])

    def read_page(self, grey: NDArray[np.uint8], *, dpi: float) -> list[Word]:
        """Return the words of an upright, deskewed page, boxes in fractions of it."""
        crops = find_crops(grey, dpi=dpi)
        if not crops:
            return []
        readings = self._words([crop.grey for crop in crops])
        return [word for crop, found in zip(crops, readings, strict=True) for word in _placed(found, crop, grey.shape)]

    def _words(self, images: list[NDArray[np.uint8]], *, digits_only: bool = False) -> list[list[_Found]]:
        """Read all *images* with one start of the program: it takes a list of files and numbers them as pages."""
        options = self._options
        if digits_only:
            options += f' -c "tessedit_char_whitelist={_NUMERIC}"'
        with tempfile.TemporaryDirectory(prefix="liasse-lines-") as folder:
            paths = [Path(folder) / f"{place:05d}.png" for place in range(len(images))]
            for path, image in zip(paths, images, strict=True):
                cv2.imwrite(str(path), image, [cv2.IMWRITE_PNG_COMPRESSION, 1])
            listing = Path(folder) / "lines.txt"
            listing.write_text("\n".join(map(str, paths)), encoding="utf-8")
            table: dict[str, list[Any]] = self._pytesseract.image_to_data(
                str(listing), lang=LANGUAGE, config=options, output_type=self._pytesseract.Output.DICT
            )
        readings: list[list[_Found]] = [[] for _ in images]
        rows = zip(*(table[key] for key in ("page_num", "text", "conf", "left", "top", "width", "height")), strict=True)
        for page, text, confidence, *box in rows:
            if str(text).strip() and float(confidence) >= 0:
                left, top, width, height = (int(v) for v in box)
                readings[int(page) - 1].append((str(text), float(confidence) / 100, (left, top, width, height)))
        return readings


def _joined(found: list[_Found]) -> TextReading:
    """Return a line's words as one text, as sure as its least sure word."""
    if not found:
        return TextReading("", 0.0)
    return TextReading(" ".join(text for text, _, _ in found), min(confidence for _, confidence, _ in found))


def _placed(found: list[_Found], crop: Crop, shape: tuple[int, ...]) -> list[Word]:
    """Return a crop's words in fractions of the page it was cut from."""
    height, width = shape[:2]
    words = []
    # Tesseract at times draws a word's box over the words after it; none begins before the one on its left ends
    ends = [
        min(x + w, after) if after > x else x + w for (x, _, w, _), after in _with_next([box for _, _, box in found])
    ]
    for (text, confidence, (x, y, _, h)), end in zip(found, ends, strict=True):
        left, top = crop.left + (x - crop.margin) / crop.scale, crop.top + (y - crop.margin) / crop.scale
        box = Box(left / width, top / height, (end - x) / crop.scale / width, h / crop.scale / height).clipped()
        words.append(Word(text.strip(), box, min(max(confidence, 0.0), 1.0), crop.line))
    return words


def _with_next(boxes: list[tuple[int, int, int, int]]) -> list[tuple[tuple[int, int, int, int], int]]:
    """Return each box with the left edge of the next one; the last with its own right edge."""
    lefts = [x for x, _, _, _ in boxes[1:]] + [x + w for x, _, w, _ in boxes[-1:]]
    return list(zip(boxes, lefts, strict=True))
