"""Damaged files by the hundred, seeded: truncated, flipped, spliced, emptied, locked and bombs.

``python -m tests.extractors.damage_run COUNT SEED`` loads that many and tells what became of them.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name

from tests.extractors import papers

KINDS = ("truncated", "flipped", "scattered", "spliced", "zeroed", "cut_out", "prefixed", "locked", "bomb")
#: How often each kind comes up: the first six are what disks, feeders and mail gateways do.
WEIGHTS = (20, 18, 12, 14, 10, 10, 4, 4, 8)


@dataclass(frozen=True)
class Damaged:
    """A file that is not what it should be."""

    #: base name; tells source and kind
    name: str
    kind: str
    content: bytes


@cache
def paper(name: str) -> bytes:
    """Return the undamaged file *name*."""
    return papers.PAPERS[name]()


def damaged_files(count: int, seed: int) -> Iterator[Damaged]:
    """Yield *count* damaged files, the same ones for the same *seed*."""
    random = np.random.default_rng(seed)
    names = sorted(papers.PAPERS)
    bombs = sorted(BOMBS)
    for index in range(count):
        kind = KINDS[random.choice(len(KINDS), p=np.array(WEIGHTS) / sum(WEIGHTS))]
        name = names[index % len(names)]
        if kind == "bomb":
            bomb = bombs[int(random.integers(len(bombs)))]
            yield Damaged(f"{index:04d}_bomb_{bomb}", kind, BOMBS[bomb]())
            continue
        if kind == "locked":
            name = "jpeg.pdf"
        yield Damaged(f"{index:04d}_{kind}_{name}", kind, _damage(bytearray(paper(name)), kind, random, names))


def _damage(raw: bytearray, kind: str, random: np.random.Generator, names: list[str]) -> bytes:
    size = len(raw)
    at = int(random.integers(size))
    length = int(random.integers(1, max(size // 8, 2)))
    if kind == "truncated":
        return bytes(raw[:at])
    if kind == "flipped":
        raw[at] ^= 1 << int(random.integers(8))
    elif kind == "scattered":
        for place in random.integers(0, size, max(size // 2000, 3)):
            raw[place] = int(random.integers(256))
    elif kind == "spliced":
        other = paper(names[int(random.integers(len(names)))])
        start = int(random.integers(len(other)))
        raw[at : at + length] = other[start : start + length]
    elif kind == "zeroed":
        raw[at : at + length] = bytes(len(raw[at : at + length]))
    elif kind == "cut_out":
        del raw[at : at + length]
    elif kind == "prefixed":
        raw[:0] = random.integers(0, 256, int(random.integers(1, 3000)), np.uint8).tobytes()
    elif kind == "locked":
        return locked("jpeg.pdf", "u" if at % 2 else "")
    return bytes(raw)


def locked(name: str, user: str) -> bytes:
    """Return the PDF *name* encrypted under the password *user*; an empty one opens for everybody."""
    with pikepdf.open(io.BytesIO(paper(name))) as pdf:
        return papers.saved(pdf, encryption=pikepdf.Encryption(owner="o", user=user))


def png(width: int, height: int, rows: int = 1) -> bytes:
    """Return a PNG that announces that many pixels and holds *rows* black rows."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes((width * 3 + 1) * rows), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def _huge_tiff() -> bytes:
    raw = bytearray(papers.encoded(papers.page(0), "TIFF"))
    at = raw.find(struct.pack("<HHI", 256, 4, 1)) + 8
    raw[at : at + 4] = struct.pack("<I", 4_000_000)
    return bytes(raw)


def _endless_tiff() -> bytes:
    """A TIFF whose last page says the first one follows."""
    raw = bytearray(papers.tiff("raw", 2))
    first = struct.unpack_from("<I", raw, 4)[0]
    count = struct.unpack_from("<H", raw, first)[0]
    second = struct.unpack_from("<I", raw, first + 2 + 12 * count)[0]
    count = struct.unpack_from("<H", raw, second)[0]
    struct.pack_into("<I", raw, second + 2 + 12 * count, first)
    return bytes(raw)


def _huge_jpeg() -> bytes:
    raw = bytearray(papers.encoded(papers.page(0), "JPEG"))
    at = raw.find(b"\xff\xc0") + 5
    raw[at : at + 4] = struct.pack(">HH", 65_000, 65_000)
    return bytes(raw)


def _pdf_with(drawing: bytes, **image: object) -> bytes:
    """A PDF of three pages whose second one is the bomb: its neighbours must still be read."""
    pdf = pikepdf.open(io.BytesIO(paper("jpeg.pdf")))
    second = pdf.pages[1]
    second.obj.Contents = pdf.make_stream(drawing)
    if image:
        data = image.pop("data")
        assert isinstance(data, bytes)
        second.obj.Resources.XObject.Im0 = papers.image_stream(pdf, data, 0, 0, **image)
    return papers.saved(pdf, compress_streams=True, recompress_flate=False)


def _content_bomb() -> bytes:
    return _pdf_with(b"q Q " * (17 << 20))


def _image_bomb() -> bytes:
    gray = {"ColorSpace": Name.DeviceGray, "BitsPerComponent": 8, "Filter": Name.FlateDecode}
    return _pdf_with(papers.FULL, data=zlib.compress(bytes(100 << 20), 9), **gray | {"Width": 100, "Height": 100})


def _wide_image() -> bytes:
    gray = {"ColorSpace": Name.DeviceGray, "BitsPerComponent": 8, "Filter": Name.FlateDecode}
    return _pdf_with(papers.FULL, data=zlib.compress(bytes(1000)), **gray | {"Width": 60_000, "Height": 60_000})


def _form_loop() -> bytes:
    """A form that draws itself, sixteen times over."""
    pdf = pikepdf.open(io.BytesIO(paper("jpeg.pdf")))
    form = pdf.make_stream(b"/Fm Do " * 16)
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 600, 850])
    form = pdf.make_indirect(form)
    form.Resources = Dictionary(XObject=Dictionary(Fm=form))
    pdf.pages[1].obj.Resources = Dictionary(XObject=Dictionary(Fm=form))
    pdf.pages[1].obj.Contents = pdf.make_stream(b"/Fm Do")
    return papers.saved(pdf)


def _form_tree() -> bytes:
    """Forms that draw the next one ten times, fourteen deep: ten to the fourteenth strokes from 2 kB."""
    pdf = pikepdf.open(io.BytesIO(paper("jpeg.pdf")))
    inner = pdf.make_stream(b"0 0 10 10 re f")
    for _ in range(14):
        inner.Type, inner.Subtype, inner.BBox = Name.XObject, Name.Form, Array([0, 0, 600, 850])
        outer = pdf.make_stream(b"/Fm Do " * 10)
        outer.Resources = Dictionary(XObject=Dictionary(Fm=pdf.make_indirect(inner)))
        inner = outer
    inner.Type, inner.Subtype, inner.BBox = Name.XObject, Name.Form, Array([0, 0, 600, 850])
    pdf.pages[1].obj.Resources = Dictionary(XObject=Dictionary(Fm=pdf.make_indirect(inner)))
    pdf.pages[1].obj.Contents = pdf.make_stream(b"/Fm Do")
    return papers.saved(pdf)


def _endless_tree() -> bytes:
    """A page tree that holds itself."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Count 1000000/Kids[2 0 R 2 0 R]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )


#: Bombs and mazes: name with extension -> its bytes.
BOMBS = {
    "pixels.png": lambda: png(50_000, 50_000),
    "pixels.tif": _huge_tiff,
    "pixels.jpg": _huge_jpeg,
    "loop.tif": _endless_tiff,
    "content.pdf": _content_bomb,
    "image.pdf": _image_bomb,
    "pixels.pdf": _wide_image,
    "form_loop.pdf": _form_loop,
    "form_tree.pdf": _form_tree,
    "page_tree.pdf": _endless_tree,
    "empty.pdf": lambda: b"",
    "zip.docx": lambda: b"PK\x03\x04" + bytes(2000),
    "words.txt": lambda: b"Bonjour,\nveuillez trouver ci-joint la facture.\n",
}


def pages_that_open(content: bytes) -> set[int]:
    """Return the pages, from 1, that libraries other than the loader's own open to the last pixel.

    PDF: qpdf takes the image out of the page, Pillow decodes it (the loader decodes with pdfium and libjpeg-turbo in
    OpenCV). TIFF, PNG and JPEG: OpenCV (the loader decodes TIFF and PNG with Pillow). A page without an image is left
    to the loader's own judgement.
    """
    if b"%PDF" in content[:1024]:
        return _pdf_pages_that_open(content)
    try:
        if content[:4] in {b"II*\0", b"MM\0*"}:
            _, found = cv2.imdecodemulti(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
            return set(range(1, len(found) + 1))
        found_one = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return set()
    return set() if found_one is None else {1}


def _pdf_pages_that_open(content: bytes) -> set[int]:
    opened = set()
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
            for number, held in enumerate(pdf.pages, 1):
                for image in held.obj.Resources.XObject.values():
                    try:
                        pikepdf.PdfImage(image).as_pil_image().load()
                    except Exception:  # noqa: BLE001, S112 - the oracle gives up on this page, whatever the reason
                        continue
                    opened.add(number)
    except Exception:  # noqa: BLE001 - same, on the file
        return opened
    return opened
