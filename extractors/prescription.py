"""An ordonnance, read: who prescribes what to whom, when, signed or not. Printed or by hand, any letterhead."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from extractors.decoding.ctc import strings
from extractors.lines import TextLine, lines_of, plain
from extractors.marks.prescription_marks import find_marks
from extractors.persons import parse_doctor, parse_name, parse_patient
from extractors.prescriptions.colons import ends_in_colon
from extractors.prescriptions.dating import read_date
from extractors.prescriptions.free_ink import free_ink
from extractors.prescriptions.free_signature import read_signature
from extractors.prescriptions.prescribers import read_prescriber
from extractors.prescriptions.rows import (
    AT_MOST,
    ONE_ENGINE,
    Row,
    Sheet,
    after,
    is_same_text,
    read_rows,
    richer,
    surest,
    weighed,
)
from extractors.prescriptions.stamps import find_stamps_on_sheet
from extractors.prescriptions.vocabulary import is_spelt_right, mend
from extractors.readers.barcodes import Barcode
from extractors.readers.protocol import Readers
from extractors.scan import Word
from extractors.sheet import View
from schemas.field import Alternative, Field
from schemas.geometry import Box
from schemas.prescription import Prescription

Text = Field[str]

_FOOT: Final = 0.9
# Patients stand between the letterhead and the signature; without a date, and with one, they are looked for from here.
_PATIENT_FROM: Final = 0.1
_PATIENT_TO: Final = 0.75
_TOP_WITHOUT_DATE: Final = 0.2
_UNDER_DATE: Final = 0.12
_BODY_WITHOUT_HEADER: Final = 0.3
# A wider white space under a line ends the prescribed text, as a share of the page's height.
_BODY_GAP: Final = 0.09
_STAMP: Final = 0.45
# Signatures start right of this, and are narrower than that, with a stroke this long and half as high, in mm.
_RIGHT: Final = 0.4
_NARROW: Final = 0.38
_FLOURISH_MM: Final = 8.0
_SPECK: Final = 0.02
_BIZONE: Final = (
    "prescriptions relatives au traitement de l affection de longue duree reconnue",
    "prescriptions sans rapport avec l affection de longue duree",
    "affection exonerante",
    "maladies intercurrentes",
    "liste ou hors liste",
)
_FOOT_TEXTS: Final = (
    "en cas d urgence", "composer le 15", "membre d une association", "association agreee", "reglement par cheque",
    "reglement des honoraires par cheque", "signature", "page", "ne pas jeter", "urgence samu", "conventionne secteur",
)  # fmt: skip
_HEADINGS: Final = ("ordonnance", "ordonnance medicale", "prescription medicale", "prescription", "ordonnance bizone")
_SAME: Final = 85.0
_TITLES: Final = ("monsieur", "madame", "mademoiselle")
_TITLE_RATIO: Final = 75.0
_GLUED_TITLE: Final = re.compile(r"^(Madame|Monsieur|Mademoiselle|Mme|Mlle)(?=[A-ZÉÈ])")
_GLUED_BIRTH: Final = re.compile(r"(?<=[^\W\d_])(?=n[ée]\(e\))")
# Printers set a thin space there, which engines do not always see.
_TIGHT_COLON: Final = re.compile(r"(?<=[^\W\d]):$")
_CANDIDATES: Final = 12
_CE_FOR_OE: Final = re.compile(r"(?<=[BCDFGKLMNPRSTVZ])CE(?=[IU])|\bCE(?=U)")
# Two engines on one printed row: they agree, they differ in accents only, they differ.
_READ_TWICE: Final = 0.99
_ACCENTS_APART: Final = 0.9
_READ_APART: Final = 0.5
_UNTITLED: Final = 0.7
# A patient in one word is most likely two, glued.
_ONE_WORD: Final = 0.5
# Print this sure is not read twice: it costs as much as the first reading.
_SURE_PRINT: Final = 0.95
# Words a dictionary knows are as good as read twice, each read this surely.
_SURE_WORD: Final = 0.85
_TEXT_READ_TWICE: Final = 0.97
_TEXT_READ_APART: Final = 0.8
_EMPTY: Final = 0.9
# What stands under or over a correction is anybody's reading.
_CORRECTED: Final = 0.5


def read_prescription(
    words: Sequence[Word],
    view: View,
    readers: Readers,
    barcodes: Sequence[Barcode],
    page_index: int,
    colour: NDArray[np.uint8] | None = None,
) -> Prescription:
    """Return what one ordonnance says.

    Args:
        words: of the level page, boxes in fractions of *view*.
        view: the level page.
        readers: the worker's engines; ``lines`` reads what is written by hand.
        barcodes: found on *view*.
        page_index: index into the lot's pages.
        colour: the page in the frame of *view* (``extractors.feuilles.colour_view``), where the scan has some.
    """
    ink = free_ink(view)
    lines = lines_of(_without_codes(words, barcodes), walls=ink.walls())
    sheet = Sheet(view, ink, readers, page_index, tuple(lines))
    sheet = replace(sheet, rows=read_rows(sheet, barcodes))
    name, rpps = read_prescriber(sheet, barcodes)
    date, date_row = read_date(sheet)
    patient, patient_row = _read_patient(sheet, date_row)
    body = _body(sheet, date_row, patient_row)
    written = [row.box for row in (*body, *(r for r in (date_row, patient_row) if r))]
    rows = [("date", date_row), ("patient_name", patient_row), *(("text", row) for row in body)]
    is_typed = not any(row.is_hand for row in body)
    marks = find_marks(sheet, [(field, row) for field, row in rows if row], is_typed=is_typed)
    if any(mark.field == "date" for mark in marks):
        date = date.model_copy(update={"confidence": min(date.confidence, _CORRECTED)})
    signature, signature_box = read_signature(ink, words, written, page_index)
    if signature_box:
        signature = signature.model_copy(update={"box": sheet.on_page(signature_box)})
    return Prescription(
        pages=(page_index,),
        prescriber_name=name,
        prescriber_rpps=rpps,
        patient_name=patient,
        date=date,
        text=_text(sheet, body),
        prescriber_signature=signature,
        is_bizone=_is_bizone(lines),
        marks=marks,
        stamps=find_stamps_on_sheet(sheet, Box.around(row.box for row in body) if body else None, colour),
    )


def _without_codes(words: Sequence[Word], barcodes: Sequence[Barcode]) -> list[Word]:
    """Return *words* without the scraps an engine makes of bars."""
    return [w for w in words if not any(_is_inside(w.box, code.box) for code in barcodes)]


def _is_inside(box: Box, other: Box) -> bool:
    x, y = box.x + box.w / 2, box.y + box.h / 2
    return other.x <= x <= other.x + other.w and other.y - 0.01 <= y <= other.y + max(other.h, 0.005)


def _read_patient(sheet: Sheet, date_row: Row | None) -> tuple[Text, Row | None]:
    """Return the patient: the person with a civil title or a legend, who is not the prescriber."""
    for row in sheet.rows:
        name = _patient_in(row.text) if _PATIENT_FROM < row.box.y < _PATIENT_TO else None
        if name:
            return _patient(sheet, row, name), row
    below = date_row.box.y if date_row else _TOP_WITHOUT_DATE
    near = [row for row in sheet.rows if below - 0.02 < row.box.y < below + _UNDER_DATE and row is not date_row]
    for row in near:
        # Large, tidy handwriting passes for print, but for its title.
        again = sheet.read(row.box) if not row.is_hand else row
        name = _patient_in(again.text)
        if name:
            return _patient(sheet, again, name), row
    for row in near:
        # No title: a short row of capitalised words right under the date.
        name = parse_name(row.text)
        if name and 2 <= len(name.split()) <= 4 and not _is_prose(row.text):  # noqa: PLR2004
            field = _patient(sheet, row, name)
            return field.model_copy(update={"confidence": field.confidence * _UNTITLED}), row
    # Without any handwriting left unread, a page that names nobody has an empty place there.
    is_plain = not any(row.is_hand for row in sheet.rows if row.box.y < _PATIENT_TO)
    return Text(page=sheet.index, confidence=_EMPTY if is_plain else 0.0), None


def _patient_in(text: str) -> str | None:
    """Return the patient a row names; a title read badly ("Mousieur") or glued to the name still counts as one."""
    text = _GLUED_BIRTH.sub(" ", _GLUED_TITLE.sub(r"\1 ", text))
    name = parse_patient(text)
    if name is None and " " in text and not parse_doctor(text):
        first, rest = text.split(" ", 1)
        if max(fuzz.ratio(plain(first), title) for title in _TITLES) >= _TITLE_RATIO:
            name = parse_name(rest)
    return None if name is None or _is_sentence(text, name) else name


def _is_sentence(text: str, name: str) -> bool:
    """Whether more follows than a name: "Monsieur doit garder le lit"."""
    small = sum(token.islower() and token.isalpha() for token in text.split()[1:])
    return len(name.split()) > 5 or small > 3  # noqa: PLR2004


def _is_prose(text: str) -> bool:
    return any(token[0].islower() for token in text.split()) or any(c.isdigit() or c in ":," for c in text)


def _patient(sheet: Sheet, row: Row, name: str) -> Text:
    field = _named(sheet, row, name)
    # of handwriting one engine alone has spoken, and accents are what it loses
    most = min(surest(field.value or ""), ONE_ENGINE if row.is_hand else AT_MOST)
    if " " not in (field.value or ""):
        most = min(most, _ONE_WORD)
    field = field.model_copy(update={"confidence": min(field.confidence, most)})
    ligature = _CE_FOR_OE.sub("Œ", field.value or "")
    if ligature == (field.value or ""):
        return field
    # Both engines take the ligature for two letters, so their agreement proves nothing.
    other = Alternative[str](value=ligature, probability=_READ_APART)
    return field.model_copy(update={"confidence": min(field.confidence, _READ_APART), "alternatives": (other,)})


def _named(sheet: Sheet, row: Row, name: str) -> Text:
    if row.posteriors is not None:
        options: dict[str, float] = {}
        # The title is left behind: what it may look like says nothing about the name.
        for hypothesis in strings(after(row.posteriors, _before_name(row.text, name)))[:_CANDIDATES]:
            value = parse_name(_GLUED_BIRTH.sub(" ", hypothesis.text))
            if value:
                options[value] = options.get(value, 0.0) + hypothesis.probability
        return weighed(options, row.text, row, sheet)
    place = row.line.part_with(name) if row.line else row.box
    again = sheet.read(place).text
    other = _patient_in(again) or (parse_name(again) if place != row.box else None)
    confidence = min(row.confidence, ONE_ENGINE)
    alternatives: tuple[Alternative[str], ...] = ()
    if other == name:
        confidence = max(confidence, _READ_TWICE)
    elif other and is_same_text(other, name):
        name, confidence = richer(name, other), _ACCENTS_APART
    elif other:
        confidence, alternatives = _READ_APART, (Alternative[str](value=other, probability=1 - _READ_APART),)
    return Text(
        value=name,
        raw=row.text,
        confidence=min(confidence, AT_MOST),
        page=sheet.index,
        box=sheet.on_page(row.box),
        source=row.source,
        alternatives=alternatives,
    )


def _before_name(text: str, name: str) -> int:
    """Return how many characters of *text* stand before *name*, which was found in it."""
    return max(text.upper().find(name.partition(" ")[0]), 0)


def _body(sheet: Sheet, date_row: Row | None, patient_row: Row | None) -> list[Row]:
    """Return the rows of the prescribed text: below date and patient, above stamp, signature and foot."""
    header = [row for row in (date_row, patient_row) if row]
    above = max((row.middle for row in header), default=_BODY_WITHOUT_HEADER)
    body: list[Row] = []
    for row in sheet.rows:
        if row.middle <= above + 0.002 or any(row.box == held.box for held in header) or row.box.y > _FOOT:
            continue
        if body and row.box.y - (body[-1].box.y + body[-1].box.h) > _BODY_GAP:
            break
        is_signature = _is_flourish(sheet, row)
        if not is_signature and _is_furniture(row.text):
            continue
        if is_signature or _is_stamp(row) or _is_speck(row):
            if body:
                break
            continue
        body.append(row)
    return body


def _is_furniture(text: str) -> bool:
    folded = plain(text)
    if folded in _HEADINGS or not folded:
        return True
    return any(_is_near(title, folded) for title in (*_BIZONE, *_FOOT_TEXTS))


def _is_near(phrase: str, text: str) -> bool:
    if len(text) < len(phrase) * 0.6 or len(text) > max(3 * len(phrase), 40):
        return False
    return bool(fuzz.partial_ratio(phrase, text) >= _SAME)


def _is_stamp(row: Row) -> bool:
    return row.box.y > _STAMP and (parse_doctor(row.text) is not None or bool(re.search(r"\d{9}", row.text)))


def _is_speck(row: Row) -> bool:
    """Whether a row is a hole or a slip of the pen: no word at all."""
    return sum(c.isalnum() for c in row.text) < 2 and (row.is_hand or row.box.w < _SPECK)  # noqa: PLR2004


def _is_flourish(sheet: Sheet, row: Row) -> bool:
    """Whether a row looks like a signature rather than a text, before anybody reads it."""
    if row.box.x < _RIGHT or row.box.w > _NARROW or not row.is_hand:
        return False
    left, top, right, bottom = sheet.ink.pixels(row.box)
    least = _FLOURISH_MM * sheet.ink.px_per_mm
    return any(
        s.w >= least and s.h >= least / 2 and left <= s.x + s.w / 2 <= right and top <= s.y + s.h / 2 <= bottom
        for s in sheet.ink.strokes
    )


def _text(sheet: Sheet, body: list[Row]) -> Text:
    """Return the prescribed text, a line a row."""
    by_hand = any(row.is_hand for row in body)
    raw = "\n".join(row.text for row in body)
    read = [(row, *_body_line(sheet, row, by_hand=by_hand)) for row in body]
    rows = [(_with_colon(sheet, row, text.strip()), sure) for row, text, sure in read if text.strip()]
    if not rows:
        return Text(page=sheet.index)
    confidence = 1.0
    for _, sure in rows:
        confidence *= sure
    text = "\n".join(line for line, _ in rows)
    box = sheet.on_page(Box.around(row.box for row in body))
    source = sheet.readers.lines.name if by_hand else body[0].source
    return Text(value=text, raw=raw, confidence=min(confidence, AT_MOST), page=sheet.index, box=box, source=source)


def _with_colon(sheet: Sheet, row: Row, text: str) -> str:
    """Return *text* with the colon that its ink shows behind the last word."""
    is_lost = text[-1].isalpha() and ends_in_colon(sheet.ink, row.box)
    return f"{text} :" if is_lost else _TIGHT_COLON.sub(" :", text)


def _body_line(sheet: Sheet, row: Row, *, by_hand: bool) -> tuple[str, float]:
    """Return a row's text and the probability that all of it is right."""
    if row.is_hand:
        return mend(row.text), row.confidence ** max(len(row.text), 1)
    words = row.line.words if row.line else ()
    if not by_hand and is_spelt_right(row.text) and all(word.confidence >= _SURE_WORD for word in words):
        return row.text, _TEXT_READ_TWICE
    if not by_hand and row.confidence >= _SURE_PRINT:
        return row.text, row.confidence
    again = sheet.read(row.box)
    if is_same_text(row.text, again.text):
        text = richer(row.text, again.text)
        return (mend(text) if by_hand else text), _TEXT_READ_TWICE
    # Beside handwriting, what an engine for print read differently is handwriting too.
    return (
        (again.text, again.confidence ** len(again.text)) if by_hand else (row.text, row.confidence * _TEXT_READ_APART)
    )


def _is_bizone(lines: Sequence[TextLine]) -> bool:
    text = " ".join(line.plain for line in lines)
    return any(fuzz.partial_ratio(title, text) >= _SAME for title in _BIZONE[:2])
