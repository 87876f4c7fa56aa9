"""Whole files of every kind the loader reads, made in code: small pages of text-like strokes, nobody's papers."""

import io
from collections.abc import Callable
from functools import cache

import numpy as np
import pikepdf
from numpy.typing import NDArray
from pikepdf import Dictionary, Name
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

#: A4 at 100 dots per inch
WIDTH, HEIGHT = 827, 1169
A4_POINTS = (595.44, 841.68)


@cache
def page(seed: int, *, bilevel: bool = False) -> NDArray[np.uint8]:
    """Return a grey A4 page: dark strokes in rows, a black block in the top left corner so that turns show."""
    random = np.random.default_rng(seed)
    paper = np.full((HEIGHT, WIDTH), 255 if bilevel else 245, np.uint8)
    for y in range(120, HEIGHT - 60, 22):
        for x in range(60, WIDTH - 60, 12):
            if random.random() < 0.7:
                paper[y : y + int(random.integers(4, 13)), x : x + int(random.integers(2, 9))] = 0 if bilevel else 40
    paper[20:80, 20:120] = 0
    paper.flags.writeable = False
    return paper


def encoded(pixels: NDArray[np.uint8] | Image.Image, kind: str, **options: object) -> bytes:
    """Return *pixels* as a file of Pillow's format *kind*."""
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def group4(pixels: NDArray[np.uint8]) -> bytes:
    """Return the bare CCITT Group 4 data of a bilevel page, 0 for white."""
    image = Image.fromarray(pixels).convert("1")
    tiff = encoded(image, "TIFF", compression="group4", tiffinfo={278: image.height, 262: 0})
    with Image.open(io.BytesIO(tiff)) as opened:
        tags = opened.tag_v2  # type: ignore[attr-defined]
        assert tags[262] == 0, "white must be zero"
        return tiff[tags[273][0] : tags[273][0] + tags[279][0]]


def image_stream(pdf: pikepdf.Pdf, data: bytes, width: int, height: int, **entries: object) -> pikepdf.Stream:
    """Return an image XObject."""
    stream = pdf.make_stream(data)
    stream.Type, stream.Subtype, stream.Width, stream.Height = Name.XObject, Name.Image, width, height
    for key, value in entries.items():
        stream[f"/{key}"] = value
    return stream


def add_page(
    pdf: pikepdf.Pdf, images: dict[str, pikepdf.Stream], drawing: bytes, size: tuple[float, float] = A4_POINTS
) -> pikepdf.Page:
    """Add a page that draws *images* as *drawing* says."""
    pdf.add_blank_page(page_size=size)
    added = pdf.pages[-1]
    added.obj.Resources = Dictionary(XObject=Dictionary({f"/{name}": image for name, image in images.items()}))
    added.obj.Contents = pdf.make_stream(drawing)
    return added


FULL = b"q 595.44 0 0 841.68 0 0 cm /Im0 Do Q"


def saved(pdf: pikepdf.Pdf, **options: object) -> bytes:
    """Return the file."""
    file = io.BytesIO()
    pdf.save(file, deterministic_id="encryption" not in options, **options)  # type: ignore[arg-type]
    return file.getvalue()


def scanned_pdf(coding: str, pages: int, **options: object) -> bytes:
    """Return a PDF of scanned pages in one *coding*: g4, jpeg, jpx or flate."""
    pdf = pikepdf.new()
    for seed in range(pages):
        grey = page(seed, bilevel=coding == "g4")
        entries: dict[str, object] = {"ColorSpace": Name.DeviceGray, "BitsPerComponent": 8}
        if coding == "g4":
            data = group4(grey)
            entries |= {"BitsPerComponent": 1, "Filter": Name.CCITTFaxDecode}
            entries["DecodeParms"] = Dictionary(K=-1, Columns=WIDTH, Rows=HEIGHT)
        elif coding == "jpeg":
            data = encoded(grey, "JPEG", quality=80)
            entries["Filter"] = Name.DCTDecode
        elif coding == "jpx":
            data = encoded(grey, "JPEG2000")
            entries = {"Filter": Name.JPXDecode}
        else:
            data = grey.tobytes()  # compressed when saved
        add_page(pdf, {"Im0": image_stream(pdf, data, WIDTH, HEIGHT, **entries)}, FULL)
    return saved(pdf, compress_streams=True, **options)


def born_pdf(pages: int = 2) -> bytes:
    """Return a PDF a program wrote: words, a ruled line, no image."""
    file = io.BytesIO()
    sheet = canvas.Canvas(file, pagesize=A4, invariant=True)
    for number in range(1, pages + 1):
        sheet.setFont("Helvetica", 11)
        sheet.drawString(50, 780, f"BORDEREAU RECAPITULATIF page {number}")
        for row in range(20):
            sheet.drawString(50, 740 - 20 * row, f"Facture {row:04d}")
            sheet.drawRightString(400, 740 - 20 * row, f"{row * 7 + 12},30")
        sheet.line(50, 760, 500, 760)
        sheet.showPage()
    sheet.save()
    return file.getvalue()


def tiff(compression: str, pages: int) -> bytes:
    """Return a multi-page TIFF at 100 dots per inch."""
    is_bilevel = compression == "group4"
    frames = [Image.fromarray(page(seed, bilevel=is_bilevel)) for seed in range(pages)]
    if is_bilevel:
        frames = [frame.convert("1") for frame in frames]
    return encoded(frames[0], "TIFF", compression=compression, save_all=True, append_images=frames[1:], dpi=(100, 100))


#: Every kind of file, small enough to be damaged by the hundred: name with extension -> its bytes.
PAPERS: dict[str, Callable[[], bytes]] = {
    "g4.pdf": lambda: scanned_pdf("g4", 3),
    "jpeg.pdf": lambda: scanned_pdf("jpeg", 3),
    "jpx.pdf": lambda: scanned_pdf("jpx", 2),
    "flate.pdf": lambda: scanned_pdf("flate", 2),
    "packed.pdf": lambda: scanned_pdf("g4", 3, object_stream_mode=pikepdf.ObjectStreamMode.generate),
    "born.pdf": born_pdf,
    "g4.tif": lambda: tiff("group4", 3),
    "lzw.tif": lambda: tiff("tiff_lzw", 2),
    "jpeg.tif": lambda: tiff("jpeg", 2),
    "deflate.tif": lambda: tiff("tiff_adobe_deflate", 2),
    "raw.tif": lambda: tiff("raw", 2),
    "grey.png": lambda: encoded(page(0), "PNG", dpi=(100, 100)),
    "bilevel.png": lambda: encoded(Image.fromarray(page(0, bilevel=True)).convert("1"), "PNG"),
    "grey.jpg": lambda: encoded(page(0), "JPEG", quality=80, dpi=(100, 100)),
    "progressive.jpg": lambda: encoded(page(0), "JPEG", quality=80, progressive=True),
}
