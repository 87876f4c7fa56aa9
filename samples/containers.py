"""Scans into files: PDF with JPEG, Flate, CCITT G4, JBIG2 or JPEG 2000 images, multi-page TIFF, PNG, JPEG."""

import io
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import pikepdf
from numpy.typing import NDArray
from PIL import Image

PDF_POINTS_PER_INCH: Final = 72
#: images a page is cut into by the coding ``strips``
STRIPS: Final = 3
TIFF_OFFSETS: Final = 273
TIFF_LENGTHS: Final = 279


@dataclass
class ImagePage:
    """A scanned page on its way into a file."""

    pixels: NDArray[np.uint8]
    dpi: int
    bilevel: bool
    quality: int
    #: clockwise turn the PDF page asks of its viewer; the file then holds the pixels turned back
    pdf_rotate: int = 0


@dataclass
class VectorPage:
    """A born-digital page, as a one-page PDF."""

    pdf: bytes
    size_mm: tuple[float, float]


AnyPage = ImagePage | VectorPage


def g4(pixels: NDArray[np.uint8]) -> bytes:
    """Return the CCITT group 4 (T.6) code of a bilevel image, black as 1 bits."""
    out = io.BytesIO()
    # The coder's black runs are 1 bits, which pillow uses for white.
    one_bit(255 - pixels).save(out, "TIFF", compression="group4", strip_size=1 << 30)
    with Image.open(io.BytesIO(out.getvalue())) as back:
        tags: Any = back.getexif()
        starts, lengths = tags[TIFF_OFFSETS], tags[TIFF_LENGTHS]
    start = starts[0] if isinstance(starts, tuple) else starts
    length = lengths[0] if isinstance(lengths, tuple) else lengths
    return out.getvalue()[start : start + length]


def one_bit(pixels: NDArray[np.uint8]) -> Image.Image:
    """Return a bilevel picture of *pixels*."""
    return Image.fromarray(pixels).convert("1", dither=Image.Dither.NONE)


def jbig2(pixels: NDArray[np.uint8]) -> bytes:
    """Return a JBIG2 embedded stream: one generic region coded as MMR, which is T.6 (T.88, 7.4.6)."""
    height, width = pixels.shape
    page = struct.pack(">IIIIBH", width, height, 0, 0, 0, 0)
    region = struct.pack(">IIIIB", width, height, 0, 0, 0) + b"\x01" + g4(pixels)
    segments = ((0, 48, page), (1, 38, region))
    return b"".join(struct.pack(">IBBBI", number, kind, 0, 1, len(data)) + data for number, kind, data in segments)


def jpeg(page: ImagePage) -> bytes:
    """Return the page as a JPEG file."""
    out = io.BytesIO()
    Image.fromarray(page.pixels).save(out, "JPEG", quality=page.quality, dpi=(page.dpi, page.dpi))
    return out.getvalue()


def _coded(page: ImagePage, coding: str) -> tuple[bytes, dict[str, Any]]:
    """Return a page's bytes and the entries that say how they are coded."""
    height, width = page.pixels.shape[:2]
    if page.bilevel and coding == "jbig2":
        return jbig2(page.pixels), {"/Filter": pikepdf.Name.JBIG2Decode}
    if page.bilevel and coding != "flate":
        parms = pikepdf.Dictionary(K=-1, Columns=width, Rows=height, BlackIs1=False)
        return g4(page.pixels), {"/Filter": pikepdf.Name.CCITTFaxDecode, "/DecodeParms": parms}
    if coding == "flate":
        raw = np.packbits(page.pixels > 0, axis=1) if page.bilevel else page.pixels
        return zlib.compress(raw.tobytes(), 3), {"/Filter": pikepdf.Name.FlateDecode}
    if coding == "jpx":
        out = io.BytesIO()
        Image.fromarray(page.pixels).save(out, "JPEG2000", quality_mode="rates", quality_layers=[14], irreversible=True)
        return out.getvalue(), {"/Filter": pikepdf.Name.JPXDecode}
    return jpeg(page), {"/Filter": pikepdf.Name.DCTDecode}


def _image(pdf: pikepdf.Pdf, page: ImagePage, coding: str) -> pikepdf.Object:
    height, width = page.pixels.shape[:2]
    data, how = _coded(page, coding)
    entries = {
        "/Type": pikepdf.Name.XObject,
        "/Subtype": pikepdf.Name.Image,
        "/Width": width,
        "/Height": height,
        "/ColorSpace": pikepdf.Name.DeviceRGB if page.pixels.ndim == 3 else pikepdf.Name.DeviceGray,
        "/BitsPerComponent": 1 if page.bilevel else 8,
        **how,
    }
    return pdf.make_indirect(pikepdf.Stream(pdf, data, entries))


def _add_page(pdf: pikepdf.Pdf, page: ImagePage, coding: str) -> None:
    """Add a page: one image, or several under one another for the coding ``strips``."""
    pixels = np.ascontiguousarray(np.rot90(page.pixels, page.pdf_rotate // 90))
    height, width = pixels.shape[:2]
    w, h = (round(v * PDF_POINTS_PER_INCH / page.dpi, 3) for v in (width, height))
    pdf.add_blank_page(page_size=(w, h))
    last = pdf.pages[-1]
    bounds = np.linspace(0, height, STRIPS + 1).astype(int) if coding == "strips" else np.array([0, height])
    images, drawing = {}, []
    for i, (top, bottom) in enumerate(pairwise(bounds)):
        part = ImagePage(np.ascontiguousarray(pixels[top:bottom]), page.dpi, page.bilevel, page.quality)
        images[f"/Im{i}"] = _image(pdf, part, coding)
        drawing.append(
            f"q {w} 0 0 {h * (bottom - top) / height:.4f} 0 {h * (height - bottom) / height:.4f} cm /Im{i} Do Q"
        )
    last.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(images))
    last.Contents = pikepdf.Stream(pdf, "\n".join(drawing).encode())
    if page.pdf_rotate:
        last.Rotate = page.pdf_rotate


def write_pdf(path: Path, pages: Sequence[AnyPage], coding: str) -> None:
    """Write a PDF; *coding* is ``jpeg``, ``flate``, ``jpx``, ``strips``, ``jbig2`` (bilevel pages else group 4)."""
    pdf = pikepdf.new()
    for page in pages:
        if isinstance(page, VectorPage):
            with pikepdf.open(io.BytesIO(page.pdf)) as born:
                pdf.pages.extend(born.pages)
        else:
            _add_page(pdf, page, coding)
    pdf.save(path, deterministic_id=True)


def write_tiff(path: Path, pages: Sequence[ImagePage], coding: str) -> None:
    """Write a multi-page TIFF; *coding* is ``lzw``, ``jpeg`` or, for bilevel pages, ``group4``."""
    images = [one_bit(p.pixels) if p.bilevel else Image.fromarray(p.pixels) for p in pages]
    compression = "group4" if pages[0].bilevel else {"lzw": "tiff_lzw", "jpeg": "jpeg"}[coding]
    dpi = (pages[0].dpi, pages[0].dpi)
    images[0].save(path, "TIFF", save_all=True, append_images=images[1:], compression=compression, dpi=dpi)


def write_picture(path: Path, page: ImagePage, orientation: int = 1) -> None:
    """Write one page as PNG or JPEG by the name's ending; *orientation* is the EXIF tag a phone would set."""
    pixels = page.pixels
    if orientation != 1:  # the sensor's pixels: turning them as the tag says gives the scan
        pixels = np.ascontiguousarray(np.rot90(pixels, {6: 1, 3: 2, 8: 3}[orientation]))
    if path.suffix == ".png":
        image = one_bit(pixels) if page.bilevel else Image.fromarray(pixels)
        image.save(path, "PNG", dpi=(page.dpi, page.dpi), compress_level=3)
        return
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(pixels).save(path, "JPEG", quality=page.quality, dpi=(page.dpi, page.dpi), exif=exif)
