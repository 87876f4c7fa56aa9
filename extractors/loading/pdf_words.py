"""The words of a born-digital page, as its software wrote them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, TypeAlias

from extractors.loading.pdf_layout import Place
from extractors.scan import Word
from schemas.geometry import Box

#: Gap that parts two words where the software wrote no space, in font sizes: a space is 0.25 to 0.28 of it.
_WORD_GAP: Final = 0.15
#: Points two copies of a letter lie apart at most when bold is made by printing twice.
_BOLD_SHIFT: Final = 1
#: Share of words with letters that stand for no character; above it the font's table is missing and OCR reads better.
_UNREADABLE_SHARE: Final = 0.02
#: Share of letters that must stand upright on the page as displayed.
_UPRIGHT_SHARE: Final = 0.9
_PRIVATE_USE: Final = range(0xE000, 0xF900)

#: ``(left, top, width, height)`` in points: what is displayed of the turned media box, from its top left corner
Frame: TypeAlias = tuple[float, float, float, float]


def read_words(path: Path, number: int, frame: Frame, hidden: Iterable[Place], most_words: int) -> tuple[Word, ...]:
    """Return the words page *number* of *path* shows, in reading order, or none where they cannot be trusted.

    Args:
        path: a PDF file.
        number: page from 1.
        frame: what of the page is displayed.
        hidden: places of text that does not show; words in them are left out.
        most_words: a page with more gives none.
    """
    import pdfplumber  # noqa: PLC0415 - takes a third of a second, and most lots are scanned throughout

    left, top, width, height = frame
    with pdfplumber.open(path, pages=[number]) as document:
        page = document.pages[0]
        upright = page.filter(_is_upright)
        if len(upright.chars) < _UPRIGHT_SHARE * len(page.chars):
            return ()  # the page lies on its side or its head: it is read once it is turned
        found = upright.dedupe_chars(tolerance=_BOLD_SHIFT).extract_words(x_tolerance_ratio=_WORD_GAP)
        # pdfplumber counts from the corner of a media box that it turns but does not move to the origin
        left, top = left + page.bbox[0], top + page.bbox[1]
    boxes = [
        (str(word["text"]), (word["x0"] - left) / width, (word["top"] - top) / height,
         (word["x1"] - left) / width, (word["bottom"] - top) / height)
        for word in found
    ]  # fmt: skip
    veiled = list(hidden)
    shown = [
        (text, Box(x0, y0, x1 - x0, y1 - y0).clipped())
        for text, x0, y0, x1, y1 in boxes
        if 0 <= (x0 + x1) / 2 <= 1 and 0 <= (y0 + y1) / 2 <= 1 and not _is_in((x0 + x1) / 2, (y0 + y1) / 2, veiled)
    ]
    unreadable = sum(map(_is_unreadable, (text for text, _ in shown)))
    if len(shown) > most_words or unreadable > _UNREADABLE_SHARE * len(shown):
        return ()
    return tuple(_in_lines(shown))


def _is_upright(thing: dict[str, Any]) -> bool:
    if thing["object_type"] != "char":
        return True
    a, b, c, d = thing["matrix"][:4]
    return bool(a > 0 and d > 0 and abs(b) < a and abs(c) < d)


def _is_in(x: float, y: float, places: list[Place]) -> bool:
    return any(left <= x <= right and top <= y <= bottom for left, top, right, bottom in places)


def _is_unreadable(text: str) -> bool:
    return "(cid:" in text or any(letter == "\ufffd" or ord(letter) in _PRIVATE_USE for letter in text)


def _in_lines(words: list[tuple[str, Box]]) -> Iterable[Word]:
    """Yield *words* line by line, left to right; a word joins a line when its middle lies within the line's height."""
    lines: list[list[tuple[str, Box]]] = []
    for word in sorted(words, key=_middle):
        line = lines[-1] if lines else []
        if line and line[0][1].y <= _middle(word) <= line[0][1].y + line[0][1].h:
            line.append(word)
        else:
            lines.append([word])
    for index, line in enumerate(lines):
        for text, box in sorted(line, key=lambda held: held[1].x):
            yield Word(text, box, 1.0, index)


def _middle(word: tuple[str, Any]) -> float:
    return float(word[1].y + word[1].h / 2)
