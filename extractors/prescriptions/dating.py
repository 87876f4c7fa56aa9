"""The day an ordonnance was written: printed or by hand, in figures or in words, after "le" or "Date :"."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from extractors.dates_in_text import CARE_YEARS, DateFound, find_dates
from extractors.decoding.ctc import strings
from extractors.decoding.texts import DATE_FOLD, WrittenDate
from extractors.prescriptions.rows import AT_MOST, Row, Sheet, after, weighed
from extractors.readers.protocol import LinePosteriors
from schemas.field import Alternative, Field
from schemas.geometry import Box

Text = Field[str]

# "le", its l read as an I or a 1, before anything but a letter; or before one letter read for a figure: "leQ/09/2025".
_LE: Final = r"\b[lI1]e(?:(?![^\W\d])|(?=[^\W\d][/.\-]\d))\s*:?"
_LEGEND: Final = re.compile(
    rf"^.*?(?:,|\bfait\b|\bdate\b).*?{_LE}"
    r"|^.*\bdate\s*(?:de (?:la )?prescription|d'ordonnance)?\s*:?(?=\W*\d|\W*$)"
    rf"|^\W*{_LE}|^[\w'\- ]{{3,30}}[,. ]\s*{_LE}",
    re.IGNORECASE,
)
# The first of a month, read with an l.
_FIRST: Final = re.compile(r"\b[lI](?=er\b)")
_BIRTH: Final = re.compile(r"n[ée]\(?e?\)?\s+le|naiss", re.IGNORECASE)
# Dates stand in the upper part, rarely beside the signature.
_UPPER: Final = 0.6
# The rank of a date that exists, up there, after a legend.
_NO_DOUBT: Final = 3.5
_FIGURES: Final = 5
_CANDIDATES: Final = 12
_SLASHES_AS_FIGURES: Final = re.compile(r"([0-3]\d)[/17]([01]\d)[/17](20\d\d)")
_GRAMMAR: Final = WrittenDate(CARE_YEARS.start, CARE_YEARS.stop - 1)
# Two engines on one printed row: they agree, they differ, the day cannot be.
_READ_TWICE: Final = 0.99
_READ_APART: Final = 0.5
# Where the two differ and the line recogniser is this sure, it is right: 6 dates of 6 (seed 424242).
_SURER_READING: Final = 0.94
_ODD_DATE: Final = 0.3
_OTHER_ENGINE: Final = 0.85
# A date by hand this sure beside its printed legend is not read again alone: 29 of 29 were right (seed 424242).
_SURE_BESIDE_PRINT: Final = 0.95
# White at least this wide parts the legend from the date; the recogniser tells where to within so much, in mm.
_GAP_MM: Final = 1.2
_OFF_MM: Final = 6.0
# Where a date is due, right of its legend: how far it may reach, above and below the print, in shares of the page.
_REACH: Final = 0.45
_AROUND: Final = 0.008
# Less ink than this right of the legend is an empty place, in mm2: a date of eight figures covers 8 and more.
_EMPTY_MM2: Final = 2.5
_EMPTY: Final = 0.95
_NOWHERE: Final = 0.6


def read_date(sheet: Sheet) -> tuple[Text, Row | None]:
    """Return the day it was written and its row: the date after "le", or else the only one that is no birth date."""
    # print first: where it gives the date without a doubt, nothing written by hand is read for it
    rows = [(i, row) for i, row in enumerate(sheet.rows) if not row.is_hand]
    ranked = [place for i, row in rows for place in _places(i, row)]
    if not any(rank >= _NO_DOUBT for rank, *_ in ranked):
        by_hand = [(i, row) for i, row in enumerate(sheet.rows) if row.is_hand]
        ranked += [place for i, row in by_hand if row.middle < _UPPER for place in _places(i, row)]
        if not ranked:
            ranked += [place for i, row in by_hand if row.middle >= _UPPER for place in _places(i, row)]
    if not ranked:
        return Text(page=sheet.index, confidence=0.0 if any(r.is_hand for r in sheet.rows) else _NOWHERE), None
    _, _, row, found_in_print = max(ranked, key=lambda entry: entry[:2])
    if row.is_hand:
        return _by_hand(sheet, row), row
    if found_in_print is None:
        return _beside_legend(sheet, row)
    return _printed(sheet, row, found_in_print), row


def _places(number: int, row: Row) -> Iterator[tuple[float, int, Row, DateFound | None]]:
    """Yield the dates a row may hold: how likely the one looked for, then the row's place from the end."""
    announced = _legend(row) is not None
    for found in _dates(row.text):
        if not found.is_birth:
            yield 2.0 * announced + (row.middle < _UPPER) + 0.5 * found.exists, -number, row, found
    if row.is_hand and row.middle < _UPPER and (announced or _has_figures(row.text)):
        yield 1.6 * announced + 0.8, -number, row, None
    elif announced and row.middle < _UPPER:
        yield 2.2, -number, row, None


def _legend(row: Row) -> "re.Match[str] | None":
    match = _LEGEND.search(_FIRST.sub("1", row.text))
    return None if match is None or _BIRTH.search(match[0]) else match


def _dates(text: str) -> list[DateFound]:
    return find_dates(_FIRST.sub("1", text))


def _has_figures(text: str) -> bool:
    return sum(c.isdigit() for c in text) >= _FIGURES and not _BIRTH.search(text)


def _printed(sheet: Sheet, row: Row, found: DateFound) -> Text:
    sure = row.confidence
    place = row.line.part(found.start, found.end) if row.line else row.box
    second = sheet.read(place)
    other = [d for d in _dates(second.text) if not d.is_birth]
    if (
        not _is_likely(found)
        and len(other) == 1
        and _is_likely(other[0])
        and _differ_by_one(found.value, other[0].value)
    ):
        # "2095": one engine misread a figure, and only the other's day can be
        found, other = replace(found, value=other[0].value, exists=True), []
        sure = _OTHER_ENGINE
    again = [d.value for d in other]
    if found.value in again:
        sure = max(sure, _READ_TWICE)
    elif again:
        sure = _READ_APART
        if _is_likely(other[0]) and second.confidence >= _SURER_READING:
            # tidy handwriting taken for print
            found, again = replace(found, value=other[0].value, exists=True), [found.value]
    if not _is_likely(found):
        sure = min(sure, _ODD_DATE)
    others = tuple(Alternative[str](value=v, probability=1 - sure) for v in again[:1] if v != found.value)
    return Text(
        value=found.value,
        raw=row.text[found.start : found.end],
        confidence=min(sure, AT_MOST),
        page=sheet.index,
        box=sheet.on_page(row.box),
        source=row.source,
        alternatives=others,
    )


def _differ_by_one(one: str, other: str) -> bool:
    return sum(a != b for a, b in zip(one, other, strict=True)) == 1


def _is_likely(found: DateFound) -> bool:
    return found.exists and int(found.value[:4]) in CARE_YEARS


def _beside_legend(sheet: Sheet, row: Row) -> tuple[Text, Row | None]:
    """Read what stands right of a printed legend: handwriting an engine for print did not see, or nothing."""
    start = _end_of_legend(row)
    box = Box(start, row.box.y - _AROUND, min(_REACH, 1 - start), row.box.h + 2 * _AROUND)
    left, top, right, bottom = sheet.ink.pixels(box)
    part = sheet.ink.mask[top:bottom, left:right] > 0
    if part.sum() < _EMPTY_MM2 * sheet.ink.px_per_mm**2:
        return Text(page=sheet.index, box=sheet.on_page(box), confidence=_EMPTY, source="ink"), None
    inked = np.flatnonzero(part.any(axis=0))
    box = sheet.ink.box(left + int(inked[0]), top, int(inked[-1]) + 1 - int(inked[0]), bottom - top)
    hand = sheet.read(box)
    field = _by_hand(sheet, hand)
    return field, hand


def _end_of_legend(row: Row) -> float:
    match = _legend(row)
    characters = match.end() if match else 0
    for word in row.line.words if row.line else ():
        characters -= len(word.text) + 1
        if characters <= 0:
            return word.box.x + word.box.w + 0.003
    return row.box.x


def _by_hand(sheet: Sheet, row: Row) -> Text:
    """Read the figures or words after the legend, held to what a date can be."""
    if row.posteriors is None:
        return Text(page=sheet.index)
    legend = _legend(row)
    part = after(row.posteriors, legend.end()) if legend else row.posteriors
    raw = part.best().text
    options = _options(part)
    if legend and max(options.values(), default=0.0) < _SURE_BESIDE_PRINT:
        # print and pen on one row differ in height and slant: the pen alone reads better
        start = 1 - len(part.log_probabilities) / len(row.posteriors.log_probabilities)
        alone = sheet.read(_right_of(sheet, row.box, start)).posteriors
        options = _blended(options, _options(alone)) if alone else options
    return weighed(options, raw, row, sheet)


def _options(part: LinePosteriors) -> dict[str, float]:
    """Return the days a piece of a row may say, with their probabilities."""
    options: dict[str, float] = {}
    for hypothesis in strings(part)[:_CANDIDATES]:
        for found in _dates(hypothesis.text):
            if any(c.isalpha() for c in hypothesis.text[found.start : found.end]) and _is_likely(found):
                options[found.value] = options.get(found.value, 0.0) + hypothesis.probability
    if not options:
        for hypothesis in strings(part, DATE_FOLD)[:_CANDIDATES]:
            text = _with_slashes(hypothesis.text)
            value = _GRAMMAR.value(text)
            if value:
                options[value] = options.get(value, 0.0) + hypothesis.probability * _GRAMMAR.odds(text)
    return options


def _blended(one: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    """Return the mean of two readings, each weighing as much as it takes for a date at all."""
    mass, other_mass = min(sum(one.values()), 1.0), min(sum(other.values()), 1.0)
    whole = (mass + other_mass) or 1.0
    return {
        value: (one.get(value, 0.0) * mass + other.get(value, 0.0) * other_mass) / whole for value in {**one, **other}
    }


def _right_of(sheet: Sheet, box: Box, start: float) -> Box:
    """Return the part of *box* right of *start*, a share of its width, moved to the nearest white gap."""
    left, top, right, bottom = sheet.ink.pixels(box)
    inked = np.flatnonzero(sheet.ink.mask[top:bottom, left:right].any(axis=0))
    wide = np.flatnonzero(np.diff(inked) >= _GAP_MM * sheet.ink.px_per_mm)
    x = round(start * (right - left))
    ends = inked[wide + 1]
    if ends.size and np.abs(ends - x).min() < _OFF_MM * sheet.ink.px_per_mm:
        x = int(ends[np.abs(ends - x).argmin()])
    return sheet.ink.box(left + x, top, max(right - left - x, 1), bottom - top)


def _with_slashes(text: str) -> str:
    """Return *text* with the slashes put back that were read as ones or sevens: ``2710712025`` is 27/07/2025."""
    match = _SLASHES_AS_FIGURES.fullmatch(text.replace(" ", ""))
    return "/".join(match.groups()) if match else text
