"""PDF files: the scanned image itself where a page is one image, a rendering and the words where it is not.

Two libraries look at each file: qpdf (pikepdf) says whether a page is whole and repairs structures, pdfium decodes
and draws. What pdfium cannot open is given to it again as qpdf repaired it.
"""

import logging
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as raw_pdfium

from extractors.loading.document import DecodedPage
from extractors.loading.limits import Limits
from extractors.loading.pdf_audit import Audit, audit_page
from extractors.loading.pdf_layout import Layout, PlacedImage, displayed_frame, is_stencil_in_black, read_layout
from extractors.loading.pdf_recovery import with_found_pages
from extractors.loading.pdf_words import read_words
from extractors.loading.pixels import believable_dpi, check_size, squared, without_idle_colour
from extractors.loading.refusals import Refusal
from extractors.scan import Pixels, Word

_POINTS: Final = 72.0
#: A page whose words come with it is drawn for its marks and its look only.
_DPI_WITH_WORDS: Final = 200.0
#: What is drawn for the readers: Tesseract's models were trained at 300 dpi.
_DPI_TO_READ: Final = 300.0
_MOST_DPI: Final = 600.0
#: Share of the page from which an image is taken for the page itself: its words are then on the image, not in the file.
_SCAN_SHARE: Final = 0.5
#: Images tried one by one on a page of many; a page in strips has at most that many.
_MOST_CHECKED: Final = 64
_GREY: Final = 2
_MIDDLE_GREY: Final = 127
logging.getLogger("pikepdf").setLevel(logging.CRITICAL)
logging.getLogger("pdfminer").setLevel(logging.CRITICAL)


class PdfFile:
    """An open PDF file."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path, self._limits = path, limits
        self.lost: str | None = None
        #: whether qpdf ever complained about the file
        self._is_suspect = False
        #: a page on its own, while it is read
        self._rescued: pdfium.PdfDocument | None = None
        self._structure = self._open_structure(path)
        self._drawn = self._open_drawn(path)
        if self._drawn is None and self._structure is None:
            found = with_found_pages(path.read_bytes())
            if found is None:
                raise Refusal("damaged")
            self.lost, self._is_suspect = "truncated", True
            self._structure = self._open_structure(BytesIO(found))
            self._drawn = self._open_drawn(found)
        self._drawn = self._agreed()
        self.pages = len(self._drawn)
        if self._drawn.get_formtype() != raw_pdfium.FORMTYPE_NONE:
            self._drawn.init_forms()

    def page(self, number: int) -> DecodedPage:
        """Return page *number*, from 1.

        Raises:
            Refusal: the page cannot be opened or breaks a limit.
        """
        audit = self._audit(number)
        page = self._load(number)
        try:
            layout = read_layout(page)
            if layout.is_blank and self._has_complaints():
                # qpdf leaves out what points to lost objects: the page lost its content rather than never had any
                audit.problem = audit.problem or "damaged"
            only = None if audit.has_annotations or audit.has_mask else layout.only_image()
            decoded = only and self._embedded(page, only, audit)
            return decoded or self._rendered(page, number, layout, audit)
        finally:
            page.close()

    def close(self) -> None:
        """Close the file."""
        if self._drawn is not None:
            self._drawn.close()
        if self._structure is not None:
            self._structure.close()

    def _agreed(self) -> pdfium.PdfDocument:
        """Return the file as pdfium opens it with the pages qpdf sees; where they differ, as qpdf repaired it."""
        drawn, structure = self._drawn, self._structure
        seen = 0 if structure is None else len(structure.pages)
        if drawn is not None and (len(drawn) == seen or self._loadable(drawn, seen + 1) > seen):
            return drawn
        if structure is None or not seen:
            raise Refusal("damaged" if structure is None else "no_pages")
        repaired = self._open_drawn(_written(structure))
        if repaired is None:
            raise Refusal("damaged")
        if drawn is not None and len(drawn) > seen:
            self.lost = "damaged"  # its page tree announces more
        return repaired

    def _loadable(self, document: pdfium.PdfDocument, most: int) -> int:
        """Return how many pages of *document* load, counted up to *most*."""
        loaded = 0
        for index in range(min(len(document), self._limits.pages_per_file)):
            try:
                document[index].close()
            except pdfium.PdfiumError:
                continue
            loaded += 1
            if loaded == most:
                break
        return loaded

    def _open_drawn(self, source: Path | bytes) -> pdfium.PdfDocument | None:
        try:
            # opened here: given a path, pypdfium2 resolves it first, and one in /proc leads to a file without a name
            opened = source.open("rb") if isinstance(source, Path) else source
            return pdfium.PdfDocument(opened, autoclose=True)
        except pdfium.PdfiumError as error:
            if error.err_code in {raw_pdfium.FPDF_ERR_PASSWORD, raw_pdfium.FPDF_ERR_SECURITY}:
                raise Refusal("encrypted") from None
            return None

    def _open_structure(self, source: Path | BytesIO) -> pikepdf.Pdf | None:
        try:
            structure = pikepdf.open(source, suppress_warnings=True)
            announced = int(structure.Root.Pages.get("/Count", 0))  # qpdf corrects it while it counts
            is_short = announced > len(structure.pages)
            complaints = [str(warning) for warning in structure.get_warnings()]
            if is_short or any("Pages tree" in complaint for complaint in complaints):
                self.lost = "damaged"
            self._is_suspect |= bool(complaints)
        except pikepdf.PasswordError:
            raise Refusal("encrypted") from None
        except (pikepdf.PdfError, ValueError, RuntimeError, TypeError, AttributeError, KeyError):
            return None
        return structure

    def _audit(self, number: int) -> Audit:
        if self._structure is None or number > len(self._structure.pages):
            return Audit(problem="damaged")
        try:
            return audit_page(self._structure.pages[number - 1], self._limits)
        except (pikepdf.PdfError, ValueError, RuntimeError, TypeError, KeyError, AttributeError):
            return Audit(problem="damaged")

    def _has_complaints(self) -> bool:
        """Return whether qpdf found fault with the file, now that the page has been looked at."""
        if self._structure is not None:
            self._is_suspect |= bool(self._structure.get_warnings())
        return self._is_suspect

    def _load(self, number: int) -> pdfium.PdfPage:
        """Return the page as pdfium opens it, else as it does once qpdf has written it into a file of its own."""
        assert self._drawn is not None  # noqa: S101 - the constructor saw to it
        try:
            return self._drawn[number - 1]
        except (pdfium.PdfiumError, IndexError):
            if self._structure is None or number > len(self._structure.pages):
                raise Refusal("damaged") from None
        try:
            with pikepdf.new() as single:
                single.pages.append(self._structure.pages[number - 1])
                self._rescued = self._open_drawn(_written(single))
            if self._rescued is not None:
                return self._rescued[0]
        except (pikepdf.PdfError, pdfium.PdfiumError, ValueError, RuntimeError, TypeError):
            pass
        raise Refusal("damaged")

    def _embedded(self, page: pdfium.PdfPage, placed: PlacedImage, audit: Audit) -> DecodedPage | None:
        """Return the page's only image as displayed, on paper of the page's size, or None where it must be drawn."""
        check_size(placed.width, placed.height, self._limits.pixels_per_page)
        kind = placed.image.get_metadata()
        pixels = self._stored_pixels(placed, audit)
        if pixels is None:
            return None
        pixels = placed.displayed(pixels)
        left, top, right, bottom = placed.place
        width_pt, height_pt = page.get_size()
        height, width = pixels.shape[:2]
        across, along = width / ((right - left) * width_pt / _POINTS), height / ((bottom - top) * height_pt / _POINTS)
        if not placed.covers() or min(left, top) < -0.005 or max(right, bottom) > 1.005:  # noqa: PLR2004 - half a per cent
            pixels = self._on_paper(pixels, placed)
        pixels, dpi = squared(pixels, across, along, is_bilevel=kind.bits_per_pixel == 1)
        height, width = pixels.shape[:2]
        check_size(width, height, self._limits.pixels_per_page)
        return DecodedPage(pixels, believable_dpi(dpi, width, height), kind.bits_per_pixel == 1, problem=audit.problem)

    def _stored_pixels(self, placed: PlacedImage, audit: Audit) -> Pixels | None:
        if audit.pixels is not None and audit.pixels.shape[:2] == (placed.height, placed.width):
            return audit.pixels
        kind = placed.image.get_metadata()
        is_stencil = kind.bits_per_pixel == 1 and kind.colorspace == raw_pdfium.FPDF_COLORSPACE_UNKNOWN
        if raw_pdfium.FPDFPageObj_HasTransparency(placed.image.raw) and not is_stencil:
            return None
        if is_stencil and not is_stencil_in_black(placed.image):
            return None
        try:
            bitmap = placed.image.get_bitmap()
        except pdfium.PdfiumError:
            audit.problem = audit.problem or "damaged"
            return None
        stored = bitmap.to_numpy()
        if stored.ndim == _GREY or stored.shape[2] == 1:
            grey = stored.reshape(stored.shape[:2])
            return np.asarray(255 - grey if is_stencil else grey.copy(), np.uint8)
        return None if bitmap.mode == "BGRA" else without_idle_colour(stored[:, :, :3])

    def _on_paper(self, pixels: Pixels, placed: PlacedImage) -> Pixels:
        """Return *pixels* laid on a white page, cut where they reach beyond it."""
        left, top, right, bottom = placed.place
        height, width = pixels.shape[:2]
        page_width, page_height = round(width / (right - left)), round(height / (bottom - top))
        check_size(page_width, page_height, self._limits.pixels_per_page)
        paper = np.full((page_height, page_width, *pixels.shape[2:]), 255, np.uint8)
        x, y = round(left * page_width), round(top * page_height)
        inside = pixels[max(-y, 0) : page_height - y, max(-x, 0) : page_width - x]
        paper[max(y, 0) : max(y, 0) + inside.shape[0], max(x, 0) : max(x, 0) + inside.shape[1]] = inside
        return paper

    def _rendered(self, page: pdfium.PdfPage, number: int, layout: Layout, audit: Audit) -> DecodedPage:
        """Return the page drawn at its images' resolution, with its words where they are the page's content."""
        if not all(map(_decodes, layout.images[:_MOST_CHECKED])):
            audit.problem = audit.problem or "damaged"
        words: tuple[Word, ...] = ()
        if layout.text and layout.image_share < _SCAN_SHARE and not audit.has_annotations:
            words = self._words(page, number, layout)
        width_pt, height_pt = page.get_size()
        dpi = _DPI_WITH_WORDS if words else _drawing_dpi(layout, width_pt)
        most = (self._limits.pixels_per_page / max(width_pt * height_pt, 1.0)) ** 0.5 * _POINTS
        dpi = min(dpi, most)
        if dpi < _POINTS:
            raise Refusal("too_many_pixels")
        bitmap = page.render(scale=dpi / _POINTS, may_draw_forms=True)
        pixels = without_idle_colour(bitmap.to_numpy()[:, :, :3])
        bitmap.close()
        is_bilevel = _is_bilevel(layout)
        if is_bilevel and pixels.ndim == _GREY:
            pixels = cv2.threshold(pixels, _MIDDLE_GREY, 255, cv2.THRESH_BINARY)[1].astype(np.uint8, copy=False)
        height, width = pixels.shape[:2]
        return DecodedPage(pixels, believable_dpi(dpi, width, height), is_bilevel, words, audit.problem)

    def _words(self, page: pdfium.PdfPage, number: int, layout: Layout) -> tuple[Word, ...]:
        try:
            frame = displayed_frame(page)
            return read_words(self._path, number, frame, layout.hidden_text, self._limits.words_per_page)
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - pdfminer raises anything on odd files; the page is read from its pixels then
            return ()


def _drawing_dpi(layout: Layout, width_pt: float) -> float:
    """Return the resolution to draw a page at that has no words: its images' own, if they have one worth the name."""
    finest = 0.0
    for image in layout.images:
        share = image.place[2] - image.place[0]
        across = image.height if image.is_sideways else image.width
        if share > 0 and width_pt > 0:
            finest = max(finest, across / (share * width_pt / _POINTS))
    return min(max(finest, _DPI_WITH_WORDS), _MOST_DPI) if layout.image_share >= _SCAN_SHARE else _DPI_TO_READ


def _decodes(placed: PlacedImage) -> bool:
    """Return whether pdfium can decode an image; when it cannot, it draws the page without it and says nothing."""
    try:
        placed.image.get_bitmap().close()
    except pdfium.PdfiumError:
        return False
    return True


def _is_bilevel(layout: Layout) -> bool:
    """Return whether the page shows nothing but images of one bit a pixel."""
    kinds: list[Any] = [image.image.get_metadata() for image in layout.images]
    return bool(kinds) and not layout.text and not layout.has_drawing and all(k.bits_per_pixel == 1 for k in kinds)


def _written(structure: pikepdf.Pdf) -> bytes:
    """Return the file as qpdf repaired it."""
    repaired = BytesIO()
    structure.save(repaired)
    return repaired.getvalue()
