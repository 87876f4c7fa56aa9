"""Whether a PDF page is whole: pdfium draws what it finds and stays silent about the rest, so qpdf looks first.

A page with a missing image, a cut content stream or a JPEG that ends early displays as paper with white on it. The
audit finds these before pdfium is asked, and stops streams that expand beyond the limits.
"""

import re
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import pikepdf
from PIL import Image

from extractors.loading.fax import is_whole
from extractors.loading.flate import inflated
from extractors.loading.jpeg import decode_jpeg
from extractors.loading.limits import Limits
from extractors.loading.pixels import check_size, from_image
from extractors.loading.refusals import Refusal
from extractors.scan import Pixels

#: ISO 32000-2, table 6, and the short names older writers use outside inline images
_FILTERS: Final = frozenset({
    "/ASCIIHexDecode", "/ASCII85Decode", "/LZWDecode", "/FlateDecode", "/RunLengthDecode", "/CCITTFaxDecode",
    "/JBIG2Decode", "/DCTDecode", "/JPXDecode", "/Crypt", "/AHx", "/A85", "/LZW", "/Fl", "/RL", "/CCF", "/DCT",
})  # fmt: skip
_DEEPEST_FORM: Final = 8
#: Bytes of drawing instructions searched for the names they use.
_SEARCHED_BYTES: Final = 4 << 20
_DRAWN: Final = re.compile(rb"/([^\s/\[\]<>(){}%]+)\s+Do\b")
_SET_IN: Final = re.compile(rb"/([^\s/\[\]<>(){}%]+)\s+[-\d.]+\s+Tf\b")
_BYTES_A_PIXEL: Final = 8  # four channels of 16 bits


@dataclass(slots=True)
class Audit:
    """What is known of a page before it is drawn."""

    #: refusal code where part of the page is missing or wrong, else None
    problem: str | None = None
    #: pixels of the page's only image where that is a plain grey or RGB JPEG or JPEG 2000: decoding once is enough
    pixels: Pixels | None = None
    #: whether an image shows through a mask
    has_mask: bool = False
    #: number of image streams seen
    images: int = 0
    #: whether there are annotations that draw something: stamps, filled form fields, notes
    has_annotations: bool = False


def audit_page(page: pikepdf.Page, limits: Limits) -> Audit:
    """Return what is wrong with *page*, without drawing it.

    Raises:
        Refusal: ``too_many_pixels`` or ``too_expanded``.
    """
    audit = Audit()
    contents = page.obj.get("/Contents")
    parts = list(contents) if isinstance(contents, pikepdf.Array) else [contents] if contents is not None else []
    drawing = b""
    for part in parts:
        if isinstance(part, pikepdf.Stream):
            drawing += _expanded(part, limits, audit) + b"\n"
        else:
            audit.problem = "damaged"
    resources = page.resources if "/Resources" in page else None
    _audit_resources(resources, drawing, limits, audit, set(), 0)
    audit.has_annotations = any(_draws(annotation) for annotation in _list(page.obj.get("/Annots")))
    if audit.images != 1:
        audit.pixels = None
    return audit


def _audit_resources(
    resources: Any, drawing: bytes, limits: Limits, audit: Audit, seen: set[tuple[int, int]], depth: int
) -> None:
    held = _named(resources, "/XObject")
    fonts = _named(resources, "/Font")
    used = {(name, isinstance(held.get(name), pikepdf.Stream)) for name in _names(_DRAWN, drawing)}
    used |= {(name, isinstance(fonts.get(name), pikepdf.Dictionary)) for name in _names(_SET_IN, drawing)}
    if not all(is_held for _, is_held in used):
        audit.problem = audit.problem or "damaged"  # the page draws something the file no longer holds
    for stream in held.values():
        if not isinstance(stream, pikepdf.Stream) or stream.objgen in seen:
            continue
        seen.add(stream.objgen)
        if stream.get("/Subtype") == "/Image":
            _audit_image(stream, limits, audit)
        elif stream.get("/Subtype") == "/Form" and depth < _DEEPEST_FORM:
            inner = _expanded(stream, limits, audit)
            _audit_resources(stream.get("/Resources", resources), inner, limits, audit, seen, depth + 1)
        elif stream.get("/Subtype") not in {"/Image", "/Form", "/PS"}:
            audit.problem = audit.problem or "damaged"  # another object's bytes stand in its place


def _named(resources: Any, kind: str) -> dict[str, Any]:
    held = resources.get(kind) if isinstance(resources, pikepdf.Dictionary) else None
    return dict(held.items()) if isinstance(held, pikepdf.Dictionary) else {}


def _names(pattern: re.Pattern[bytes], drawing: bytes) -> set[str]:
    """Return the names *pattern* finds in *drawing*, escaped ones left out."""
    found = {"/" + name.decode("latin-1") for name in pattern.findall(drawing[:_SEARCHED_BYTES])}
    return {name for name in found if "#" not in name}


def _audit_image(stream: pikepdf.Stream, limits: Limits, audit: Audit) -> None:
    width, height = int(stream.get("/Width", 0)), int(stream.get("/Height", 0))
    check_size(width, height, limits.pixels_per_page)
    audit.images += 1
    audit.has_mask |= "/SMask" in stream or "/Mask" in stream
    filters = [str(name) for name in _list(stream.get("/Filter"))]
    if not _FILTERS.issuperset(filters):
        audit.problem = audit.problem or "damaged"
        return
    raw = stream.read_raw_bytes()
    problem: str | None = None if raw else "truncated"
    if filters == ["/DCTDecode"]:
        problem, pixels = _audit_jpeg(stream, raw)
        is_plain = {"/Decode", "/SMask", "/Mask"}.isdisjoint(stream.keys())
        if pixels is not None and is_plain and pixels.shape[:2] == (height, width):
            audit.pixels = pixels
    elif filters == ["/CCITTFaxDecode"]:
        problem = problem or _audit_fax(stream, raw, height)
    elif filters and filters[0] in {"/FlateDecode", "/Fl"}:
        _, size, problem = inflated(raw, limits.pixels_per_page * _BYTES_A_PIXEL, is_kept=False)
        if len(filters) == 1 and size < _row_bytes(stream, width) * height:
            problem = problem or "truncated"
    elif filters == ["/JPXDecode"]:
        problem, pixels = _audit_jpeg2000(raw, limits)
        is_plain = {"/ColorSpace", "/Decode", "/SMask", "/SMaskInData", "/Mask"}.isdisjoint(stream.keys())
        if pixels is not None and is_plain and pixels.shape[:2] == (height, width):
            audit.pixels = pixels
    elif not filters and len(raw) < _row_bytes(stream, width) * height:
        problem = "truncated"
    audit.problem = audit.problem or problem


def _row_bytes(stream: pikepdf.Stream, width: int) -> int:
    """Return the bytes one row of a plain image takes at the least."""
    space = stream.get("/ColorSpace")
    channels = {"/DeviceRGB": 3, "/DeviceCMYK": 4}.get(str(space), 1) if isinstance(space, pikepdf.Name) else None
    depth = 1 if stream.get("/ImageMask", False) else int(stream.get("/BitsPerComponent", 1))
    return (width * depth * (channels or _channels(stream) or 1) + 7) // 8


def _audit_jpeg(stream: pikepdf.Stream, raw: bytes) -> tuple[str | None, Pixels | None]:
    try:
        pixels, problem = decode_jpeg(raw)
    except OSError:
        return "damaged", None
    is_simple = str(stream.get("/ColorSpace", "")) in {"/DeviceGray", "/DeviceRGB"} or _channels(stream) in {1, 3}
    return problem, pixels if is_simple else None


def _channels(stream: pikepdf.Stream) -> int | None:
    """Return the number of channels of an ICC colour space, or None for any other."""
    space = stream.get("/ColorSpace")
    if isinstance(space, pikepdf.Array) and len(space) > 1 and space[0] == "/ICCBased":
        return int(space[1].get("/N", 0))
    return None


def _audit_fax(stream: pikepdf.Stream, raw: bytes, height: int) -> str | None:
    """Check Group 4 data; the other fax codings mark each row's end, and are left to pdfium."""
    given = _list(stream.get("/DecodeParms"))
    parameters = given[0] if given and isinstance(given[0], pikepdf.Dictionary) else pikepdf.Dictionary()
    if int(parameters.get("/K", 0)) >= 0 or bool(parameters.get("/EncodedByteAlign", False)):
        return None
    columns = int(parameters.get("/Columns", 1728))
    return "damaged" if is_whole(raw, columns, height) is False else None


def _audit_jpeg2000(raw: bytes, limits: Limits) -> tuple[str | None, Pixels | None]:
    try:
        with Image.open(BytesIO(raw), formats=("JPEG2000",)) as image:
            check_size(*image.size, limits.pixels_per_page)
            return None, from_image(image) if image.mode in {"L", "RGB"} else None
    except (OSError, SyntaxError, ValueError):
        return "damaged", None


def _expanded(stream: pikepdf.Stream, limits: Limits, audit: Audit) -> bytes:
    """Return the drawing instructions of *stream*, as many as can be expanded."""
    filters = [str(name) for name in _list(stream.get("/Filter"))]
    try:
        if filters == ["/FlateDecode"] and "/DecodeParms" not in stream:
            expanded, _, problem = inflated(stream.read_raw_bytes(), limits.stream_bytes, is_kept=True)
        else:
            expanded, problem = stream.read_bytes(), None
    except pikepdf.PdfError:
        expanded, problem = b"", "damaged"
    if len(expanded) > limits.stream_bytes:
        raise Refusal("too_expanded")
    audit.problem = audit.problem or problem
    return expanded


def _draws(annotation: Any) -> bool:
    """Return whether *annotation* shows something on paper: links and pop-ups do not, hidden ones neither."""
    if not isinstance(annotation, pikepdf.Dictionary) or "/AP" not in annotation:
        return False
    is_hidden = bool(int(annotation.get("/F", 0)) & 0b10)
    return not is_hidden and str(annotation.get("/Subtype", "")) not in {"/Link", "/Popup"}


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, pikepdf.Array) else [value]
