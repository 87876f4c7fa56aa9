"""What the other pieces say of whom they belong to, and of which lot: enough to put them with their invoice."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from rapidfuzz import fuzz

from extractors.dates_in_text import DateFound, find_dates
from extractors.lines import TextLine, lines_of, plain
from extractors.persons import parse_name, parse_patient
from extractors.readers.barcodes import Barcode
from extractors.scan import Word
from extractors.sheet import View
from schemas.field import Field
from schemas.geometry import Box
from schemas.identifiers.finess import is_finess
from schemas.identifiers.nir import is_nir
from schemas.page import PageKind
from schemas.prescription import Attachment

Text = Field[str]

_INSURED: Final = (
    "assure",
    "assuree",
    "assure e",
    "nom de l assure",
    "nom prenom de l assure",
    "titulaire",
    "ouvrant droit",
)
_PATIENT: Final = (
    "patient", "patient e", "beneficiaire", "beneficiaire des soins", "malade", "nom du patient",
    "nom et prenom du patient",
    "personne recevant les soins", "nom et prenom", "nom prenom", "nom", "identite", "concernant", "monsieur", "madame",
)  # fmt: skip
_LEGEND_RATIO: Final = 84.0
# A NIR with or without its key, in whatever groups it is printed; an engine may take 0 and 1 for letters.
_DIGIT: Final = r"[ .]?[\dOoIl]"
_NIR: Final = re.compile(
    rf"(?<!\d)([1-478](?:{_DIGIT}){{4}}[ .]?(?:[\dOoIl]{{2}}|2 ?[AB])(?:{_DIGIT}){{6}}(?:{_DIGIT}){{0,2}})(?![\dOoIl])"
)
_AS_DIGITS: Final = str.maketrans("OoIl", "0011")
_PROVIDER_LEGEND: Final = re.compile(
    r"infirmi|auxiliaire|prestataire|professionnel|kine|orthoph|pedicure|executant|identification|n am\b|adeli|finess"
)
_NINE: Final = re.compile(r"(?<!\d)(\d(?:[ ]?\d){8})(?!\d| ?\d)")
_DOCUMENT_DATE: Final = re.compile(r"\b(?:le|date|edite|etabli|delivree?|fait)\b")
_NIR_WITHOUT_KEY: Final = 13
_NIR_WITH_KEY: Final = 15
_UNCHECKED: Final = 0.6
_AT_MOST: Final = 0.99
_LOT: Final = re.compile(
    r"\b(?:lot|batch|liasse)\b(?:\s*(?:n|no|numero|nr)\b)?\W*(?P<lot>[a-z]{0,3}[ \-]?\d[\d \-/]{0,18}\d|\d)"
)


def read_attachment(
    words: Sequence[Word], view: View, kind: PageKind, barcodes: Sequence[Barcode], page_index: int
) -> Attachment:
    """Return what an accord préalable, a démarche de soins or an attestation de droits says of its people.

    Args:
        words: of the level page, boxes in fractions of *view*.
        view: the level page.
        kind: one of ``schemas.page.ATTACHMENT_KINDS``.
        barcodes: found on *view*; these pieces seldom carry one that matters.
        page_index: index into the lot's pages.
    """
    del barcodes
    reader = _Reader(lines_of(words), view, page_index)
    return Attachment(
        pages=(page_index,),
        kind=kind,
        patient_name=reader.name(_PATIENT),
        insured_name=reader.name(_INSURED),
        nir=reader.nir(),
        birth_date=reader.date(lambda found, _: found.is_birth),
        date=reader.date(lambda found, line: not found.is_birth and bool(_DOCUMENT_DATE.search(line.plain))),
        provider_number=reader.provider_number(),
    )


def read_separator(words: Sequence[Word], barcodes: Sequence[Barcode]) -> str:
    """Return the lot number a separator sheet carries, in print or else in its barcode; "" where it has none."""
    for line in lines_of(words, column_gap=12.0):
        match = _LOT.search(plain(line.text))
        if match:
            return _number(match["lot"])
    for code in barcodes:
        match = _LOT.search(plain(code.text))
        if match:
            return _number(match["lot"])
    codes = [code.text for code in barcodes if code.text.isdigit() and not (code.is_rpps or code.is_structure)]
    return codes[0] if codes else ""


def _number(text: str) -> str:
    return re.sub(r"\D", "", text)


class _Reader:
    """Looks legends up in a page's lines."""

    def __init__(self, lines: Sequence[TextLine], view: View, page: int) -> None:
        self._lines = lines
        self._view = view
        self._page = page

    def name(self, legends: Sequence[str]) -> Text:
        """Return the name beside, or else below, the first of *legends* that has one."""
        for i, line in enumerate(self._lines):
            legend, colon, rest = line.text.partition(":")
            if not (colon and _is_legend(legend, legends)):
                continue
            found = parse_patient(rest) or parse_name(rest)
            if found:
                return self._field(found, rest.strip(), line)
            below = self._below(i)
            found = (parse_patient(below.text) or parse_name(below.text)) if below else None
            if below and found:
                return self._field(found, below.text, below)
        return self._titled(legends)

    def _titled(self, legends: Sequence[str]) -> Text:
        """Return the person a civil title names: only a patient is called that."""
        for line in self._lines if legends is _PATIENT else ():
            found = parse_patient(line.text)
            if found:
                return self._field(found, line.text, line)
        return Text(page=self._page)

    def _below(self, index: int) -> TextLine | None:
        box = self._lines[index].box
        near = (
            line
            for line in self._lines[index + 1 : index + 4]
            if line.box.x < box.x + box.w and line.box.x + line.box.w > box.x
        )
        below = next(near, None)
        return below if below and below.box.y - box.y < 4 * box.h else None

    def nir(self) -> Text:
        """Return the first number shaped like a NIR; with its key right it is sure."""
        unchecked: tuple[str, TextLine] | None = None
        for line in self._lines:
            for match in _NIR.finditer(line.text):
                number = re.sub(r"[ .]", "", match[1]).translate(_AS_DIGITS)
                if len(number) == _NIR_WITH_KEY and is_nir(number):
                    return self._field(number, match[1], line, at_least=0.97)
                if len(number) in (_NIR_WITHOUT_KEY, _NIR_WITH_KEY) and unchecked is None:
                    unchecked = number, line
        if unchecked is None:
            return Text(page=self._page)
        return self._field(unchecked[0], unchecked[0], unchecked[1], at_most=_UNCHECKED)

    def date(self, wanted: Callable[[DateFound, TextLine], bool]) -> Text:
        """Return the first date that *wanted* says yes to."""
        for line in self._lines:
            for found in find_dates(line.text):
                if wanted(found, line):
                    return self._field(
                        found.value, line.text[found.start : found.end], line, at_most=_AT_MOST if found.exists else 0.3
                    )
        return Text(page=self._page)

    def provider_number(self) -> Text:
        """Return the number of the professional who cares: nine digits in a line that speaks of one."""
        for line in self._lines:
            if not _PROVIDER_LEGEND.search(line.plain):
                continue
            for match in _NINE.finditer(line.text):
                number = re.sub(r"\D", "", match[1])
                return self._field(number, match[1], line, at_most=_AT_MOST if is_finess(number) else _UNCHECKED)
        return Text(page=self._page)

    def _field(self, value: str, raw: str, line: TextLine, *, at_least: float = 0.0, at_most: float = _AT_MOST) -> Text:
        confidence = min(max(line.confidence, at_least), at_most)
        return Text(
            value=value,
            raw=raw,
            confidence=confidence,
            page=self._page,
            box=self._on_sheet(line.box),
            source="tesseract",
        )

    def _on_sheet(self, box: Box) -> Box:
        height, width = self._view.grey.shape
        return self._view.box(box.x * width, box.y * height, box.w * width, box.h * height)


def _is_legend(text: str, legends: Iterable[str]) -> bool:
    folded = plain(text)
    return any(fuzz.ratio(folded, legend) >= _LEGEND_RATIO for legend in legends)
