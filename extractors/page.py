"""One page from its scan to its reading: upright, named, read by the reader of its kind. Runs in a worker."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from extractors.attachment import read_attachment, read_separator
from extractors.bordereau import read_bordereau
from extractors.classify import classify
from extractors.engines import Engines
from extractors.facture import read_facture
from extractors.feuille import read_feuille
from extractors.feuilles.colour_view import colour_view
from extractors.feuilles.labels import find_zones
from extractors.pages.blank import is_blank
from extractors.pages.clean import level, quality_of, upright
from extractors.pages.orientation import find_rotation, skew_of
from extractors.pages.paper import InkMap, estimate_dpi, grey_of, ink_map
from extractors.prescription import read_prescription
from extractors.readers.barcodes import read_barcodes
from extractors.reading import PageReading
from extractors.register import Registration
from extractors.scan import Scan, Word
from extractors.sheet import Quality, Sheet, View
from schemas.page import ATTACHMENT_KINDS, Page, PageKind

#: Words a born-digital page must carry to be taken at its word; a scan with a printed footer carries fewer.
ENOUGH_WORDS: Final = 20
#: Working resolution of text pages, dots per inch: letters are found at half of it, and read at all of it.
TEXT_DPI: Final = 300.0
#: Confidence given to a kind that needs no vote: the page is blank, or fits a form's print.
CERTAIN: Final = 0.999
#: Probability under which a page's kind is not believed.
LIKELY: Final = 0.5
_JPEG_QUALITY: Final = 85


def read_page(scan: Scan, index: int, engines: Engines, *, keep: Path | None = None) -> PageReading:
    """Return what stands on *scan*.

    Args:
        scan: as loaded, any way up.
        index: of the page in its stack; every field read carries it.
        engines: of this process.
        keep: a folder that gets the upright page as ``page-00000.jpg``.
    """
    ink = ink_map(grey_of(scan.pixels), estimate_dpi(scan))
    quality = quality_of(ink)
    if is_blank(scan, ink):
        sheet = upright(scan, 0, skew_degrees=0.0, quality=quality)
        reading = PageReading(_page(sheet, index, PageKind.BLANK, CERTAIN), quality)
    else:
        registration = engines.registrar.find(scan)
        if registration is not None:
            sheet = registration.sheet(scan, quality)
            reading = _read_registered(sheet, registration, index, engines, quality)
        else:
            sheet = _turned(scan, ink, engines, quality)
            reading = _read_text_page(sheet, index, engines, quality)
    if scan.problem:
        # what was read stays, but nobody takes a page that came only in part as whole
        reading = replace(reading, page=reading.page.model_copy(update={"problem": scan.problem}))
    if keep is not None:
        _keep(sheet, keep / f"page-{index:05d}.jpg")
    return reading


def _turned(scan: Scan, ink: InkMap, engines: Engines, quality: Quality) -> Sheet:
    """Return a page of text the right way up."""
    if _is_digital(scan.words):
        return upright(scan, 0, quality=quality)
    lean = skew_of(ink.ink)
    rotation = find_rotation(scan, engines.readers.text, ink, lean)
    return upright(scan, rotation, skew_degrees=round(lean, 2), quality=quality)


def _page(sheet: Sheet, index: int, kind: PageKind, confidence: float, residual_mm: float | None = None) -> Page:
    return Page(
        index=index,
        file=sheet.file,
        number=sheet.number,
        kind=kind,
        kind_confidence=confidence,
        rotation=sheet.rotation,
        skew_degrees=round(sheet.skew_degrees, 2),
        residual_mm=residual_mm,
    )


def _read_registered(
    sheet: Sheet, registration: Registration, index: int, engines: Engines, quality: Quality
) -> PageReading:
    invoice = read_feuille(registration, sheet, engines.readers, index, engines.vocabulary)
    page = _page(sheet, index, PageKind.FEUILLE, CERTAIN, round(registration.residual_mm, 3))
    return PageReading(page, quality, invoice=invoice)


def _read_text_page(sheet: Sheet, index: int, engines: Engines, quality: Quality) -> PageReading:
    """Read a page that no template fits: its words tell its kind, its kind who reads it."""
    view = level(sheet, dpi=TEXT_DPI)
    words = _words(sheet, view, engines)
    barcodes = read_barcodes(view)
    kind, confidence = classify(words, barcodes=barcodes, height_over_width=view.grey.shape[0] / view.grey.shape[1])
    if confidence < LIKELY:
        kind = PageKind.OTHER  # a guess must not send the page to a reader that would find what is not there
    reading = PageReading(_page(sheet, index, kind, confidence), quality)
    readers = engines.readers
    if kind is PageKind.BORDEREAU:
        reading = replace(reading, bordereau=read_bordereau(words, view, index, second=readers.lines))
    elif kind is PageKind.PRESCRIPTION:
        colour = colour_view(view, sheet)
        prescription = read_prescription(words, view, readers, barcodes, index, colour)
        reading = replace(reading, prescription=prescription.model_copy(update={"is_bilevel": sheet.is_bilevel}))
    elif kind in ATTACHMENT_KINDS:
        reading = replace(reading, attachment=read_attachment(words, view, kind, barcodes, index))
    elif kind is PageKind.FACTURE:
        reading = replace(reading, invoice=read_facture(words, view, index))
    elif kind is PageKind.FEUILLE:
        found = find_zones(words, view)
        if found is not None:
            reading = replace(reading, invoice=read_feuille(found, sheet, readers, index, engines.vocabulary))
    elif kind is PageKind.SEPARATOR:
        reading = replace(reading, separator=read_separator(words, barcodes))
    return reading


def _is_digital(words: tuple[Word, ...]) -> bool:
    return len(words) >= ENOUGH_WORDS


def _words(sheet: Sheet, view: View, engines: Engines) -> list[Word]:
    """Return the words of a page: a born-digital page's own, else read; boxes in fractions of *view*."""
    if _is_digital(sheet.words):
        return list(sheet.words)
    return engines.readers.text.read_page(view.grey, dpi=view.dpi)


def _keep(sheet: Sheet, path: Path) -> None:
    pixels = cv2.cvtColor(sheet.pixels, cv2.COLOR_RGB2BGR) if sheet.has_colour else sheet.pixels
    cv2.imwrite(str(path), np.ascontiguousarray(pixels), [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
