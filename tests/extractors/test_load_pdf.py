"""PDF pages: the scanner's own pixels where there are any, as displayed; words only where a program wrote them."""

import io
import struct
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from numpy.typing import NDArray
from pikepdf import Array, Dictionary, Name, String
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from extractors.load import Limits, Loader
from extractors.scan import Scan, Word
from tests.extractors import papers
from tests.extractors.papers import FULL, HEIGHT, WIDTH, image_stream

Read = Callable[..., Scan]
GRAY = {"ColorSpace": Name.DeviceGray, "BitsPerComponent": 8}
BIT = {"ColorSpace": Name.DeviceGray, "BitsPerComponent": 1}


@pytest.fixture(scope="module")
def loader() -> Iterator[Loader]:
    with Loader(Limits()) as opened:
        yield opened


@pytest.fixture
def read(tmp_path: Path, loader: Loader) -> Read:
    """Read one page of a PDF given as bytes."""

    def first(content: bytes, number: int = 1) -> Scan:
        path = tmp_path / "lot.pdf"
        path.write_bytes(content)
        return loader.page(path, number)

    return first


def one_image(
    data: bytes,
    drawing: bytes = FULL,
    *,
    size: tuple[int, int] = (WIDTH, HEIGHT),
    page: dict[str, object] | None = None,
    **entries: object,
) -> bytes:
    """Return a PDF of one page with one image."""
    pdf = pikepdf.new()
    added = papers.add_page(pdf, {"Im0": image_stream(pdf, data, *size, **entries)}, drawing)
    for key, value in (page or {}).items():
        added.obj[f"/{key}"] = value
    return papers.saved(pdf)


def packed(bits: NDArray[np.uint8]) -> bytes:
    return np.packbits(bits > 127, axis=1).tobytes()


def jbig2(bilevel: NDArray[np.uint8]) -> bytes:
    """Return an embedded JBIG2 stream: one generic region coded as MMR, which is Group 4 (T.88, 7.4.6)."""
    height, width = bilevel.shape

    def segment(number: int, kind: int, body: bytes) -> bytes:
        return struct.pack(">IBBBI", number, kind, 0, 1, len(body)) + body

    page = struct.pack(">IIIIBH", width, height, 0, 0, 0, 0)
    region = struct.pack(">IIIIBB", width, height, 0, 0, 0, 1) + papers.group4(bilevel)
    return segment(0, 48, page) + segment(1, 38, region)


@cache
def coded() -> dict[str, tuple[bytes, NDArray[np.uint8], int]]:
    """Return a PDF in each coding, the page it must give, and the grey levels it may differ by."""
    grey, bilevel = papers.page(0), papers.page(0, bilevel=True)
    fax = {"Filter": Name.CCITTFaxDecode, "DecodeParms": Dictionary(K=-1, Columns=WIDTH, Rows=HEIGHT)}
    palette = Array([Name.Indexed, Name.DeviceRGB, 1, String(b"\xff\xff\xff\0\0\0")])
    inverted = {"Decode": Array([1, 0])}
    return {
        "flate": (papers.scanned_pdf("flate", 1), grey, 0),
        "jpeg": (papers.scanned_pdf("jpeg", 1), grey, 60),
        "jpeg 2000": (papers.scanned_pdf("jpx", 1), grey, 0),
        "group 4": (papers.scanned_pdf("g4", 1), bilevel, 0),
        "group 4, black is one": (
            one_image(
                papers.group4(255 - bilevel),
                Filter=Name.CCITTFaxDecode,
                DecodeParms=Dictionary(K=-1, Columns=WIDTH, Rows=HEIGHT, BlackIs1=True),
                **BIT,
            ),
            bilevel,
            0,
        ),
        "jbig2": (one_image(jbig2(bilevel), Filter=Name.JBIG2Decode, **BIT), bilevel, 0),
        "one bit": (one_image(packed(bilevel), **BIT), bilevel, 0),
        "one bit, inverted": (one_image(packed(255 - bilevel), **BIT, **inverted), bilevel, 0),
        "group 4, inverted": (one_image(papers.group4(255 - bilevel), **fax, **BIT, **inverted), bilevel, 0),
        "grey, inverted": (one_image((255 - grey).tobytes(), **GRAY, **inverted), grey, 0),
        "two colours": (one_image(packed(255 - bilevel), BitsPerComponent=1, ColorSpace=palette), bilevel, 0),
        "stencil": (one_image(packed(bilevel), ImageMask=True, BitsPerComponent=1), bilevel, 0),
        "stencil, inverted": (
            one_image(packed(255 - bilevel), ImageMask=True, BitsPerComponent=1, **inverted),
            bilevel,
            0,
        ),
        "grey in rgb": (
            one_image(np.repeat(grey[..., None], 3, 2).tobytes(), ColorSpace=Name.DeviceRGB, BitsPerComponent=8),
            grey,
            0,
        ),
    }


CODINGS = (
    "flate", "jpeg", "jpeg 2000", "group 4", "group 4, black is one", "jbig2", "one bit", "one bit, inverted",
    "group 4, inverted", "grey, inverted", "two colours", "stencil", "stencil, inverted", "grey in rgb",
)  # fmt: skip


@pytest.mark.parametrize("coding", CODINGS)
def test_a_scan_gives_its_own_pixels_whatever_its_coding(read: Read, coding: str) -> None:
    """Rendering would blur what the scanner saw: the embedded image comes out dot for dot, black on white."""
    content, expected, tolerance = coded()[coding]

    scan = read(content)

    assert scan.problem is None
    assert scan.pixels.shape == expected.shape
    assert np.abs(scan.pixels.astype(int) - expected).max() <= tolerance
    assert scan.dpi == pytest.approx(100, abs=0.1)
    assert scan.is_bilevel == (set(np.unique(expected)) == {0, 255})


def test_colour_is_kept_where_there_is_some(read: Read) -> None:
    """A blue signature over black print is told apart by its colour."""
    colour = np.full((HEIGHT, WIDTH, 3), 250, np.uint8)
    colour[100:400, 100:400] = (20, 30, 200)

    scan = read(one_image(colour.tobytes(), ColorSpace=Name.DeviceRGB, BitsPerComponent=8))

    assert scan.pixels.shape == (HEIGHT, WIDTH, 3)
    assert scan.pixels[200, 200].tolist() == [20, 30, 200]


def test_cmyk_comes_out_as_seen(read: Read) -> None:
    """Zero ink is white, in CMYK: read the other way round, a page would be black."""
    inks = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    inks[200:400, 200:400, 3] = 255

    scan = read(one_image(inks.tobytes(), ColorSpace=Name.DeviceCMYK, BitsPerComponent=8))

    assert scan.pixels[10, 10] > 250
    assert scan.pixels[300, 300] < 60


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize(
    ("matrix", "undo"),
    [
        (b"595.44 0 0 841.68 0 0", lambda a: a),
        (b"-595.44 0 0 841.68 595.44 0", np.fliplr),
        (b"595.44 0 0 -841.68 0 841.68", np.flipud),
        (b"-595.44 0 0 -841.68 595.44 841.68", lambda a: np.rot90(a, 2)),
    ],
)
def test_a_page_comes_out_as_displayed(
    read: Read, turn: int, matrix: bytes, undo: Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
) -> None:
    """Scanners store sideways and let the page's /Rotate or the image's matrix put it right."""
    grey = papers.page(0)

    scan = read(one_image(grey.tobytes(), b"q " + matrix + b" cm /Im0 Do Q", page={"Rotate": turn}, **GRAY))

    assert np.array_equal(scan.pixels, np.rot90(undo(grey), -turn // 90))


def test_an_image_stored_sideways_is_turned_by_its_matrix(read: Read) -> None:
    """The matrix may swap the axes as well."""
    grey = papers.page(0)
    stored = np.ascontiguousarray(np.rot90(grey))  # a quarter turn counter-clockwise
    # x runs down the page and y across it: the matrix turns the image clockwise
    drawing = b"q 0 -841.68 595.44 0 0 841.68 cm /Im0 Do Q"

    scan = read(one_image(stored.tobytes(), drawing, size=(HEIGHT, WIDTH), **GRAY))

    assert np.array_equal(scan.pixels, grey)


def test_only_the_crop_box_is_shown(read: Read) -> None:
    """A viewer shows the crop box; boxes in fractions of anything else would point beside the entry."""
    grey = papers.page(0)
    box = Array([59.544, 84.168, 595.44, 841.68])  # a tenth cut off at the left and at the foot

    scan = read(one_image(grey.tobytes(), page={"CropBox": box}, **GRAY))

    height, width = scan.pixels.shape
    assert (width, height) == (pytest.approx(WIDTH * 0.9, abs=1), pytest.approx(HEIGHT * 0.9, abs=1))
    assert np.array_equal(scan.pixels[:1000, :700], grey[:1000, WIDTH - width : WIDTH - width + 700])


def test_an_image_smaller_than_its_page_keeps_its_place_on_white(read: Read) -> None:
    """The page is the frame of every box, not the image on it."""
    grey = papers.page(0)

    scan = read(one_image(grey.tobytes(), b"q 476.352 0 0 673.344 59.544 84.168 cm /Im0 Do Q", **GRAY))

    height, width = scan.pixels.shape
    left, top = round(width / 10), round(height / 10)
    assert (width, height) == (pytest.approx(WIDTH / 0.8, abs=1), pytest.approx(HEIGHT / 0.8, abs=1))
    assert np.array_equal(scan.pixels[top : top + HEIGHT, left : left + WIDTH], grey)
    assert scan.pixels[: top - 1].min() == 255


def test_strips_make_one_page(read: Read) -> None:
    """Some scanners cut a page into strips, one image each."""
    bilevel = papers.page(0, bilevel=True)
    pdf = pikepdf.new()
    cuts = [0, 400, 800, HEIGHT]
    images, drawing = {}, b""
    for index, (top, bottom) in enumerate(pairwise(cuts)):
        images[f"S{index}"] = image_stream(pdf, packed(bilevel[top:bottom]), WIDTH, bottom - top, **BIT)
        drawing += b"q 595.44 0 0 %.4f 0 %.4f cm /S%d Do Q " % ((bottom - top) * 0.72, (HEIGHT - bottom) * 0.72, index)
    papers.add_page(pdf, images, drawing, (595.44, HEIGHT * 0.72))

    scan = read(papers.saved(pdf))

    seen = np.asarray(Image.fromarray(scan.pixels).resize((WIDTH, HEIGHT), Image.Resampling.BOX))
    assert scan.is_bilevel
    assert np.mean((seen > 127) == (bilevel > 127)) > 0.97


def test_a_stamp_laid_over_a_scan_is_in_the_picture(read: Read) -> None:
    """Archive programs stamp pages: the image alone would lose the stamp, the words alone would lose the scan."""
    pdf = pikepdf.open(io.BytesIO(papers.scanned_pdf("jpeg", 1)))
    page = pdf.pages[0]
    page.contents_add(b"0 0 0 rg 400 700 100 100 re f")

    scan = read(papers.saved(pdf))

    height, width = scan.pixels.shape
    assert scan.words == ()
    assert scan.pixels[int(height * 0.11), int(width * 0.75)] < 10


def test_an_annotation_that_shows_is_in_the_picture(read: Read) -> None:
    """A stamp or a filled field lives beside the page's content."""
    pdf = pikepdf.open(io.BytesIO(papers.scanned_pdf("jpeg", 1)))
    look = pdf.make_stream(b"0 0 0 rg 0 0 100 100 re f")
    look.Type, look.Subtype, look.BBox = Name.XObject, Name.Form, Array([0, 0, 100, 100])
    stamp = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Stamp,
        Rect=Array([400, 700, 500, 800]),
        F=4,
        AP=Dictionary(N=pdf.make_indirect(look)),
    )
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(stamp)])

    scan = read(papers.saved(pdf))

    height, width = scan.pixels.shape
    assert scan.pixels[int(height * 0.11), int(width * 0.75)] < 10


def test_a_masked_image_is_drawn_through_its_mask(read: Read) -> None:
    """Mixed-raster scanners put the ink's colour in the image and its shape in the mask: alone, it is a black sheet."""
    pdf = pikepdf.new()
    shape = image_stream(pdf, (255 - papers.page(0, bilevel=True)).tobytes(), WIDTH, HEIGHT, **GRAY)
    ink = image_stream(pdf, bytes(WIDTH * HEIGHT), WIDTH, HEIGHT, SMask=pdf.make_indirect(shape), **GRAY)
    papers.add_page(pdf, {"Im0": ink}, FULL)

    scan = read(papers.saved(pdf))

    assert scan.pixels.mean() == pytest.approx(papers.page(0, bilevel=True).mean(), abs=5)


@pytest.mark.parametrize(
    "drawing",
    [
        b"q 0 0 595.44 841.68 re W n " + FULL + b" Q",
        b"1 1 1 rg 0 0 595.44 841.68 re f " + FULL,
        b"/Whatever BMC " + FULL + b" EMC",
    ],
)
def test_what_leaves_no_trace_does_not_cost_the_embedded_image(read: Read, drawing: bytes) -> None:
    """Clipping to the page, white paper under the scan, marks for accessibility: programs add them to every page."""
    scan = read(one_image(papers.page(0).tobytes(), drawing, **GRAY))

    assert np.array_equal(scan.pixels, papers.page(0))


def test_a_scan_wrapped_in_a_form_is_found(read: Read) -> None:
    """Programs that number or merge pages wrap the old content in a form XObject."""
    pdf = pikepdf.open(io.BytesIO(one_image(papers.page(0).tobytes(), **GRAY)))
    page = pdf.pages[0].obj
    form = pdf.make_stream(FULL)
    form.Type, form.Subtype, form.BBox, form.Resources = Name.XObject, Name.Form, page.MediaBox, page.Resources
    page.Resources = Dictionary(XObject=Dictionary(Fm0=form))
    page.Contents = pdf.make_stream(b"q /Fm0 Do Q")

    assert np.array_equal(read(papers.saved(pdf)).pixels, papers.page(0))


def test_what_a_page_inherits_counts_as_its_own(read: Read) -> None:
    """Resources, size and rotation may stand on the page tree: a page that seems to hold nothing is not damaged."""
    pdf = pikepdf.open(io.BytesIO(papers.scanned_pdf("flate", 1)))
    page, tree = pdf.pages[0].obj, pdf.Root.Pages
    tree.Resources, tree.MediaBox, tree.Rotate = page.Resources, page.MediaBox, 90
    del page["/Resources"], page["/MediaBox"]

    scan = read(papers.saved(pdf))

    assert scan.problem is None
    assert np.array_equal(scan.pixels, np.rot90(papers.page(0), -1))


def searchable(*, mode: int) -> bytes:
    """Return a scan with a text layer over it, in text rendering *mode* (3 is invisible)."""
    file = io.BytesIO()
    sheet = canvas.Canvas(file, pagesize=A4, invariant=True)
    sheet.drawImage(ImageReader(Image.fromarray(papers.page(0))), 0, 0, *A4)
    text = sheet.beginText(100, 500)
    text.setFont("Helvetica", 12)
    text.setTextRenderMode(mode)
    text.textLine("MONTANT 12,30")
    sheet.drawText(text)
    sheet.save()
    return file.getvalue()


def test_an_invisible_text_layer_is_not_the_paper(read: Read) -> None:
    """It is another engine's guess: taken for born-digital words, its errors would pass as certain."""
    scan = read(searchable(mode=3))

    assert scan.words == ()
    assert scan.pixels.shape == (HEIGHT, WIDTH)


def test_text_under_a_scan_is_not_the_paper_either(read: Read) -> None:
    """Some OCR programs print the text first and lay the image over it."""
    pdf = pikepdf.open(io.BytesIO(papers.born_pdf(1)))
    page = pdf.pages[0]
    grey = papers.page(0)
    page.obj.Resources.XObject = Dictionary(Im0=image_stream(pdf, grey.tobytes(), WIDTH, HEIGHT, **GRAY))
    page.contents_add(b"q 595.2756 0 0 841.8898 0 0 cm /Im0 Do Q")

    scan = read(papers.saved(pdf))

    assert scan.words == ()
    assert np.array_equal(scan.pixels, grey)


def words_of(scan: Scan, text: str) -> list[Word]:
    return [word for word in scan.words if word.text == text]


def turned_born(turn: int, *, is_righted: bool) -> bytes:
    """Return a born-digital page with /Rotate *turn*, drawn so that it displays upright where *is_righted*."""
    pdf = pikepdf.open(io.BytesIO(papers.born_pdf(1)))
    page = pdf.pages[0].obj
    width, height = 595.2756, 841.8898
    # drawn turned counter-clockwise, so that the viewer's clockwise turn rights it
    matrices = {0: b"1 0 0 1 0 0", 90: b"0 1 -1 0 %.4f 0" % height, 180: b"-1 0 0 -1 %.4f %.4f" % (width, height)}
    matrices[270] = b"0 -1 1 0 0 %.4f" % width
    if is_righted:
        pdf.pages[0].contents_add(b"q " + matrices[turn] + b" cm", prepend=True)
        pdf.pages[0].contents_add(b"Q")
        page.MediaBox = Array([0, 0, height, width] if turn in {90, 270} else [0, 0, width, height])
    page.Rotate = turn
    box = [float(side) for side in page.MediaBox]
    page.CropBox = Array([box[0] + 20, box[1] + 30, box[2] - 10, box[3] - 5])
    page.MediaBox = Array([box[0] - 40, box[1] - 50, box[2], box[3]])
    return papers.saved(pdf)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_words_of_a_born_digital_page_stand_where_their_ink_is(read: Read, turn: int) -> None:
    """A flag shows the word's box on the drawn page: it must be there whatever the page's rotation and boxes."""
    scan = read(turned_born(turn, is_righted=True))

    height, width = scan.pixels.shape[:2]
    (word,) = words_of(scan, "RECAPITULATIF")
    x, y, w, h = word.box
    inside = scan.pixels[int(y * height) : int((y + h) * height), int(x * width) : int((x + w) * width)]
    around = scan.pixels[int(y * height) : int((y + h) * height), int((x - 0.01) * width) : int((x + w + 0.01) * width)]
    assert inside.min() < 80
    assert np.mean(inside < 128) > 0.08
    assert np.sum(inside < 128) > 0.9 * np.sum(around < 128)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_words_that_display_sideways_are_left_to_the_readers(read: Read, turn: int) -> None:
    """Letters of a page on its head come out in the wrong order: it is read after it is turned."""
    assert read(turned_born(turn, is_righted=False)).words == ()


def test_words_come_line_by_line(read: Read) -> None:
    """A bordereau's columns are understood from its lines."""
    scan = read(papers.born_pdf(1))

    texts = [word.text for word in scan.words]
    assert texts[:4] == ["BORDEREAU", "RECAPITULATIF", "page", "1"]
    assert texts[4:10] == ["Facture", "0000", "12,30", "Facture", "0001", "19,30"]
    assert [word.line for word in scan.words[:10]] == [0, 0, 0, 0, 1, 1, 1, 2, 2, 2]


def test_a_font_without_its_table_leaves_the_words_to_the_readers(read: Read) -> None:
    """Its letters are numbers: what cannot be trusted is read from the pixels instead."""
    pdf = pikepdf.open(io.BytesIO(papers.born_pdf(1)))
    private = b"1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfrange <00> <ff> <e000> endbfrange"
    for font in pdf.pages[0].obj.Resources.Font.values():
        font.ToUnicode = pdf.make_stream(private)

    assert read(papers.saved(pdf)).words == ()


def test_a_page_that_draws_a_lost_image_says_so(read: Read) -> None:
    """It displays as white paper: taken for a blank back, a form would vanish."""
    pdf = pikepdf.open(io.BytesIO(papers.scanned_pdf("jpeg", 1)))
    del pdf.pages[0].obj.Resources.XObject["/Im0"]

    assert read(papers.saved(pdf)).problem == "damaged"


def test_a_jpeg_that_ends_early_inside_a_pdf_says_so(read: Read) -> None:
    """Its lower half displays as plain grey."""
    jpeg = papers.encoded(papers.page(0), "JPEG", quality=80)

    scan = read(one_image(jpeg[: len(jpeg) // 2], Filter=Name.DCTDecode, **GRAY))

    assert scan.problem == "truncated"
    assert scan.pixels.shape == (HEIGHT, WIDTH)


@pytest.mark.parametrize("at", [0.1, 0.5, 0.9])
def test_one_wrong_byte_in_group_4_says_so(read: Read, at: float) -> None:
    """Nearly every bit pattern is a code: the page goes on with other strokes and no decoder complains."""
    bilevel = papers.page(0, bilevel=True)
    data = bytearray(papers.group4(bilevel))
    data[int(len(data) * at)] ^= 0x5A
    parameters = Dictionary(K=-1, Columns=WIDTH, Rows=HEIGHT)

    scan = read(one_image(bytes(data), Filter=Name.CCITTFaxDecode, DecodeParms=parameters, **BIT))

    assert scan.problem == "damaged"


def test_a_blank_page_is_no_damage(read: Read) -> None:
    """Backs are blank: asking a person about each would be worse than useless."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=papers.A4_POINTS)

    scan = read(papers.saved(pdf))

    assert scan.problem is None
    assert scan.pixels.min() == 255


def test_a_coarse_fax_gets_square_pixels(read: Read) -> None:
    """Standard fax has 204 dots across and 98 lines along: readers take a pixel for a square."""
    squashed = np.ascontiguousarray(papers.page(0, bilevel=True)[::2])

    scan = read(one_image(packed(squashed), size=(WIDTH, squashed.shape[0]), **BIT))

    assert scan.pixels.shape == (pytest.approx(HEIGHT, abs=2), WIDTH)
    assert set(np.unique(scan.pixels)) == {0, 255}
    assert scan.dpi == pytest.approx(100, abs=0.5)


def test_a_page_size_no_scanner_has_gives_no_resolution(read: Read) -> None:
    """Programs that wrap pictures write one point a pixel: 72 dots per inch that are no measure."""
    pdf = pikepdf.new()
    image = image_stream(pdf, papers.page(0).tobytes(), WIDTH, HEIGHT, **GRAY)
    papers.add_page(pdf, {"Im0": image}, b"q %d 0 0 %d 0 0 cm /Im0 Do Q" % (WIDTH, HEIGHT), (WIDTH, HEIGHT))

    assert read(papers.saved(pdf)).dpi is None


def test_a_pdf_that_lost_its_page_tree_gives_the_pages_it_still_holds(read: Read) -> None:
    """Truncated on its way, the directory at its end is the first to go."""
    whole = papers.scanned_pdf("jpeg", 3)
    broken = whole.replace(b"/Type /Pages", b"/Type /Lost_").replace(b"/Type /Catalog", b"/Type /Lost____")
    broken = broken.replace(b"/Root", b"/Lost")

    assert read(broken, 3).pixels.shape == (HEIGHT, WIDTH)
