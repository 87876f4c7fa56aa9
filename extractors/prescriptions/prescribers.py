"""Who prescribes: the name and RPPS that a letterhead, its barcodes and the stamp agree on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from extractors.lines import TextLine, plain
from extractors.persons import parse_doctor, parse_name
from extractors.prescriptions.rows import ONE_ENGINE, Sheet, is_same_text, richer, surest
from extractors.readers.barcodes import Barcode
from schemas.field import Alternative, Field
from schemas.geometry import Box
from schemas.identifiers.rpps import is_rpps

Text = Field[str]

_LETTERHEAD: Final = 0.4
_STAMP: Final = 0.45
_ELEVEN: Final = re.compile(r"(?<!\d)(\d(?:[ .]?\d){10})(?!\d)")
_LOOKS_LIKE_DIGITS: Final = str.maketrans("OoQDIl|!ZSsBGgq", "000011112558699")
_NEARLY_ELEVEN: Final = re.compile(r"(?<!\d)(1\d(?:[ .]?\d){8}|1\d(?:[ .]?\d){10})(?!\d)")
# Two spellings of one name, read by an engine: one letter in five may differ (accents apart).
_SAME_NAME: Final = 80.0
_PROFESSIONS: Final = (
    "sage femme", "chirurgien dentiste", "medecin generaliste", "medecine generale", "infirmier en pratique avancee",
    "infirmiere en pratique avancee", "masseur kinesitherapeute", "pedicure podologue", "medecin", "ipa",
)  # fmt: skip
# What a reading is worth, judged on pages of three scanners; a Code 128 checks itself.
_BARCODE: Final = 0.995
_BARCODE_AND_TEXT: Final = 0.999
_TEXT_WITH_KEY: Final = 0.97
_TEXT_WITHOUT_KEY: Final = 0.5
_SEVERAL: Final = 0.4
_NAME_TWICE: Final = 0.985
_READ_TWICE: Final = 0.99
_ACCENTS_APART: Final = 0.9
_READ_APART: Final = 0.6
# Where the engine for print stumbles and the line recogniser reads this surely, the latter is right: 11 names of 11
# (seed 424242); it knows no Œ.
_SURER_READING: Final = 0.95
# A word the engine for print is less sure of may be half a name: the whole line is read again.
_WEAK_WORD: Final = 0.5
_UNTITLED: Final = 0.8
# A stamp read worse than this contradicts nobody.
_READABLE_STAMP: Final = 0.75


@dataclass(frozen=True, slots=True)
class _Named:
    name: str
    line: TextLine
    is_titled: bool


def read_prescriber(sheet: Sheet, barcodes: Sequence[Barcode]) -> tuple[Text, Text]:
    """Return the prescriber's name and RPPS.

    A sheet of a hospital names several doctors: the one whose name stands again near the signature counts; where none
    does, the answer is unsure on purpose.
    """
    named = _doctors(sheet.lines)
    heads = [one for one in named if one.line.box.y < _LETTERHEAD]
    stamps = [one for one in named if one.line.box.y >= _STAMP]
    chosen, is_alone = _choose(heads, stamps)
    numbers = _numbers(sheet.lines, barcodes) or _misread_numbers(sheet)
    rpps = _read_rpps(numbers, chosen, stamps, sheet)
    if chosen is None:
        return Text(page=sheet.index), rpps
    unread: tuple[Alternative[str], ...] = ()
    if any(other is not chosen and other.name == chosen.name for other in stamps):
        name, confidence = chosen.name, _NAME_TWICE
    else:
        name, confidence, unread = _read_twice(sheet, chosen)
    stamped = [other.name for other in stamps if other is not chosen and plain(other.name) == plain(name)]
    if name in stamped:
        confidence = max(confidence, _NAME_TWICE)
    elif stamped:
        name, confidence = richer(name, stamped[0]), max(confidence, _ACCENTS_APART)
    elif any(other is not chosen and other.line.confidence >= _READABLE_STAMP for other in stamps):
        confidence = min(confidence, _ACCENTS_APART)  # the stamp spells it otherwise
    if not is_alone:
        confidence = min(confidence, _SEVERAL)
    others = unread + tuple(
        Alternative[str](value=other.name, probability=round((1 - confidence) / 2, 3))
        for other in heads
        if not _is_same(other.name, chosen.name)
    )
    field = Text(
        value=name,
        raw=chosen.line.text,
        confidence=min(confidence, surest(name)),
        page=sheet.index,
        box=sheet.on_page(chosen.line.box),
        source="tesseract",
        alternatives=others[:3],
    )
    return field, rpps


def _read_twice(sheet: Sheet, chosen: _Named) -> tuple[str, float, tuple[Alternative[str], ...]]:
    """Return the name as two engines agree on it, how sure that makes it, and what the other one read instead."""
    worth = 1.0 if chosen.is_titled else _UNTITLED
    is_weak = min(word.confidence for word in chosen.line.words) < _WEAK_WORD
    again = sheet.read(chosen.line.box if is_weak else chosen.line.part_with(chosen.name))
    other = parse_doctor(again.text) or parse_name(again.text)
    if other is None:
        return chosen.name, min(chosen.line.confidence, ONE_ENGINE) * worth, ()
    if other == chosen.name:
        return chosen.name, _READ_TWICE * worth, ()
    if is_same_text(other, chosen.name):
        return richer(chosen.name, other), _ACCENTS_APART * worth, ()
    name, sure = chosen.name, min(chosen.line.confidence, _READ_APART) * worth
    if again.confidence >= _SURER_READING and len(other.split()) > 1 and "Œ" not in name:
        name, other = other, name
    return name, sure, (Alternative[str](value=other, probability=(1 - sure) / 2),)


def _doctors(lines: Sequence[TextLine]) -> list[_Named]:
    found = []
    for i, line in enumerate(lines):
        name = parse_doctor(line.text)
        if name:
            found.append(_Named(name, line, is_titled=True))
        elif i and any(line.plain.startswith(profession) for profession in _PROFESSIONS):
            above = lines[i - 1]
            name = None if parse_doctor(above.text) or any(c.isdigit() for c in above.text) else parse_name(above.text)
            if name and len(name.split()) > 1:
                found.append(_Named(name, above, is_titled=False))
    return found


def _choose(heads: list[_Named], stamps: list[_Named]) -> tuple[_Named | None, bool]:
    """Return the prescriber, and whether nobody else can be meant."""
    distinct: list[_Named] = []
    for named in heads:
        if not any(_is_same(named.name, other.name) for other in distinct):
            distinct.append(named)
    if len(distinct) == 1:
        # Another doctor's stamp at the foot is a replacement: a person decides.
        others = [stamp for stamp in stamps if stamp.line.confidence >= _READABLE_STAMP]
        return distinct[0], not others or any(_is_same(distinct[0].name, stamp.name) for stamp in others)
    for stamp in reversed(stamps):
        for named in distinct:
            if _is_same(named.name, stamp.name):
                return named, True
    if distinct:
        return distinct[0], False
    return (stamps[-1], True) if stamps else (None, False)


def _is_same(one: str, other: str) -> bool:
    return fuzz.token_sort_ratio(plain(one), plain(other)) >= _SAME_NAME


@dataclass(frozen=True, slots=True)
class _Number:
    value: str
    box: Box
    is_barcode: bool
    #: printed beside the word RPPS
    has_legend: bool


def _numbers(lines: Sequence[TextLine], barcodes: Sequence[Barcode]) -> list[_Number]:
    found = [_Number(code.digits, code.box, is_barcode=True, has_legend=False) for code in barcodes if code.is_rpps]
    for line in lines:
        has_legend = "rpps" in line.plain.replace(" ", "")
        tail = line.text.translate(_LOOKS_LIKE_DIGITS) if has_legend else line.text
        for match in _ELEVEN.finditer(tail):
            value = re.sub(r"\D", "", match[1])
            if has_legend or is_rpps(value):
                found.append(_Number(value, line.box, is_barcode=False, has_legend=has_legend))
    return found


def _misread_numbers(sheet: Sheet) -> list[_Number]:
    """Return the numbers with a sound key that the line recogniser reads where print gave a figure too many or few."""
    found = []
    for line in sheet.lines:
        match = _NEARLY_ELEVEN.search(line.text)
        if match is None or line.box.y > _LETTERHEAD:
            continue
        again = sheet.read(line.part(match.start(1), match.end(1))).text
        seen = [re.sub(r"\D", "", m[1]) for m in _ELEVEN.finditer(again)]
        # a key lets one misreading in ten through: the two engines must tell the same figures but one
        figures = re.sub(r"\D", "", match[1])
        found += [
            _Number(value, line.box, is_barcode=False, has_legend=True)
            for value in seen
            if is_rpps(value) and Levenshtein.distance(value, figures) == 1
        ]
    return found


def _read_rpps(numbers: list[_Number], chosen: _Named | None, stamps: list[_Named], sheet: Sheet) -> Text:
    values = {number.value for number in numbers}
    coded = {number.value for number in numbers if number.is_barcode}
    if not values:
        return Text(page=sheet.index)
    # A legend misread by a digit is not a second doctor.
    misread = {v for v in values - coded if any(_differing(v, code) <= 2 for code in coded)}  # noqa: PLR2004
    misread |= {v for v in values - coded if not is_rpps(v) and len(values - misread) > 1}
    candidates = sorted(values - misread)
    best = candidates[0] if len(candidates) == 1 else _nearest(candidates, numbers, chosen, stamps)
    if best is None:
        best = next((n.value for n in numbers if n.value in candidates), candidates[0])
        confidence = _SEVERAL
    else:
        confidence = _worth(best, numbers)
        if len(candidates) > 1:
            confidence = min(confidence, 0.9)
    if misread and best not in coded:
        confidence = min(confidence, 0.9)
    held = max((n for n in numbers if n.value == best), key=lambda n: n.is_barcode)
    others = tuple(Alternative[str](value=v, probability=(1 - confidence) / 2) for v in candidates if v != best)
    source = "barcode" if held.is_barcode else "tesseract"
    return Text(
        value=best,
        raw=best,
        confidence=confidence,
        page=sheet.index,
        box=sheet.on_page(held.box),
        source=source,
        alternatives=others[:3],
    )


def _worth(value: str, numbers: list[_Number]) -> float:
    coded = any(n.value == value and n.is_barcode for n in numbers)
    printed = sum(n.value == value and not n.is_barcode for n in numbers)
    if coded:
        return _BARCODE_AND_TEXT if printed else _BARCODE
    if not is_rpps(value):
        return _TEXT_WITHOUT_KEY
    return _TEXT_WITH_KEY if printed == 1 else _BARCODE


def _nearest(candidates: list[str], numbers: list[_Number], chosen: _Named | None, stamps: list[_Named]) -> str | None:
    """Return the number that stands near the signature, or else beside the chosen name, or None."""
    low = {n.value for n in numbers if n.box.y >= _STAMP and n.value in candidates and not n.is_barcode}
    if stamps and len(low) == 1:
        return next(iter(low))
    if chosen is None:
        return None
    distances = sorted(
        (abs(n.box.y - chosen.line.box.y) + 0.5 * abs(n.box.x - chosen.line.box.x), n.value)
        for n in numbers
        if n.value in candidates and n.box.y < _LETTERHEAD
    )
    nearest = [value for _, value in distances]
    return (
        nearest[0]
        if nearest and distances[0][0] * 2 < min((d for d, v in distances if v != nearest[0]), default=9)
        else None
    )


def _differing(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))
