"""TIFF, PNG and JPEG: pages as displayed, with the resolution a scanner can have had and no other."""

import io
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from extractors.load import Limits, LoadedFile, Loader, RefusedPage
from extractors.scan import Scan
from tests.extractors import damage, papers
from tests.extractors.papers import HEIGHT, WIDTH, encoded

Load = Callable[[bytes], list[Scan]]


@pytest.fixture(scope="module")
def loader() -> Iterator[Loader]:
    with Loader(Limits()) as opened:
        yield opened


@pytest.fixture
def load(tmp_path: Path, loader: Loader) -> Load:
    """Load every page of a file given as bytes; none may be refused."""

    def every(content: bytes) -> list[Scan]:
        path = tmp_path / f"file{len(list(tmp_path.iterdir()))}"
        path.write_bytes(content)
        items = list(loader.pages([path]))
        assert not [item for item in items if isinstance(item, RefusedPage)]
        return [item for item in items if isinstance(item, Scan)]

    return every


@pytest.mark.parametrize("coding", ["group4", "group3", "tiff_lzw", "tiff_adobe_deflate", "packbits", "raw"])
def test_every_page_of_a_tiff_comes_out_dot_for_dot(load: Load, coding: str) -> None:
    """Lossless coding must lose nothing, whatever it is."""
    is_bilevel = coding.startswith("group")
    frames = [Image.fromarray(papers.page(seed, bilevel=is_bilevel)) for seed in range(3)]
    if is_bilevel:
        frames = [frame.convert("1") for frame in frames]
    content = encoded(frames[0], "TIFF", compression=coding, save_all=True, append_images=frames[1:], dpi=(200, 200))

    scans = load(content)

    assert [scan.number for scan in scans] == [1, 2, 3]
    assert all(np.array_equal(scan.pixels, papers.page(i, bilevel=is_bilevel)) for i, scan in enumerate(scans))
    assert {(scan.dpi, scan.is_bilevel, scan.problem) for scan in scans} == {(200.0, is_bilevel, None)}


def test_a_jpeg_inside_a_tiff_is_read(load: Load) -> None:
    """Colour scanners write it."""
    (scan,) = load(papers.tiff("jpeg", 1))

    assert np.abs(scan.pixels.astype(int) - papers.page(0)).mean() < 5


@pytest.mark.parametrize("coding", ["group4", "raw"])
def test_white_is_zero_comes_out_white(load: Load, coding: str) -> None:
    """Fax software writes it: read the other way round, every page would be black."""
    bilevel = Image.fromarray(papers.page(0, bilevel=True)).convert("1")

    (scan,) = load(encoded(bilevel, "TIFF", compression=coding, tiffinfo={262: 0}))

    assert np.array_equal(scan.pixels, papers.page(0, bilevel=True))


def test_sixteen_bits_a_pixel_become_eight(load: Load) -> None:
    """Cut at 255 instead, a grey page would be white."""
    deep = Image.fromarray(papers.page(0).astype(np.uint16) * 257)

    (from_tiff,), (from_png,) = load(encoded(deep, "TIFF")), load(encoded(deep, "PNG"))

    assert np.abs(from_tiff.pixels.astype(int) - papers.page(0)).max() <= 1
    assert np.abs(from_png.pixels.astype(int) - papers.page(0)).max() <= 1


@pytest.mark.parametrize(
    ("orientation", "shown"),
    [
        (1, lambda a: a),
        (2, np.fliplr),
        (3, lambda a: np.rot90(a, 2)),
        (4, np.flipud),
        (5, np.transpose),
        (6, lambda a: np.rot90(a, -1)),
        (7, lambda a: np.rot90(a, 2).T),
        (8, np.rot90),
    ],
)
def test_the_orientation_tag_turns_the_page(
    load: Load, orientation: int, shown: Callable[[np.ndarray], np.ndarray]
) -> None:
    """Telephones and some scanners store as the sensor saw it and say how to turn it."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    expected = shown(papers.page(0))

    (tiff,) = load(encoded(papers.page(0), "TIFF", compression="tiff_lzw", tiffinfo={274: orientation}))
    (raw_tiff,) = load(encoded(papers.page(0), "TIFF", tiffinfo={274: orientation}))
    (jpeg,) = load(encoded(papers.page(0), "JPEG", quality=95, exif=exif))

    assert np.array_equal(tiff.pixels, expected)
    assert np.array_equal(raw_tiff.pixels, expected)
    assert jpeg.pixels.shape == expected.shape
    assert np.abs(jpeg.pixels.astype(int) - expected).mean() < 3


def test_a_fax_gets_square_pixels(load: Load) -> None:
    """Standard fax has 204 dots across and 98 lines along."""
    lines = Image.fromarray(papers.page(0, bilevel=True)[::2]).convert("1")

    (scan,) = load(encoded(lines, "TIFF", compression="group4", dpi=(204, 98)))

    assert scan.pixels.shape[1] == WIDTH
    assert scan.pixels.shape[0] == pytest.approx(HEIGHT * 1.04, rel=0.01)
    assert scan.dpi == pytest.approx(204)
    assert set(np.unique(scan.pixels)) == {0, 255}


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "LA", "RGBA"])
def test_a_png_comes_out_over_white(load: Load, mode: str) -> None:
    """What is transparent shows the paper under it, which is white."""
    bilevel = papers.page(0, bilevel=True)
    image = Image.fromarray(bilevel).convert(mode)
    if mode.endswith("A"):
        image.putalpha(Image.fromarray(255 - bilevel))  # black ink on nothing

    (scan,) = load(encoded(image, "PNG", dpi=(300, 300)))

    assert np.array_equal(scan.pixels, bilevel)
    assert scan.is_bilevel == (mode == "1")
    assert scan.dpi == pytest.approx(300, abs=0.1)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 2}])
def test_a_jpeg_is_read_however_it_is_written(load: Load, options: dict[str, object]) -> None:
    """Progressive or not, grey stored as colour comes out grey."""
    colour = Image.fromarray(papers.page(0)).convert("RGB")

    (scan,) = load(encoded(colour, "JPEG", quality=90, dpi=(300, 300), **options))

    assert scan.pixels.shape == (HEIGHT, WIDTH)
    assert np.abs(scan.pixels.astype(int) - papers.page(0)).mean() < 4


def test_a_cmyk_jpeg_is_no_negative(load: Load) -> None:
    """Adobe stores the inks inverted."""
    inks = Image.fromarray(papers.page(0)).convert("RGB").convert("CMYK")

    (scan,) = load(encoded(inks, "JPEG", quality=95))

    grey = scan.pixels if scan.pixels.ndim == 2 else scan.pixels.mean(axis=2)
    assert np.abs(grey.astype(int) - papers.page(0)).mean() < 12


def test_zeros_before_the_end_of_a_jpeg_are_no_damage(load: Load) -> None:
    """Some scanners fill up to a word: every page of theirs would go to a person."""
    jpeg = papers.encoded(papers.page(0), "JPEG", quality=80)

    (scan,) = load(jpeg[:-2] + bytes(3) + jpeg[-2:] + bytes(10))

    assert scan.problem is None


@pytest.mark.parametrize(
    ("dpi", "size", "believed"),
    [
        (300, (2480, 3508), 300),
        (200, (1654, 2339), 200),
        (600, (2480, 3508), 600),  # an A6 slip
        (72, (2480, 3508), None),
        (96, (1240, 1754), None),
        (300, (8000, 9000), None),  # wider than A3
        (1200, (800, 1000), None),  # smaller than a card
    ],
)
def test_a_resolution_no_scanner_can_have_had_is_not_believed(
    load: Load, dpi: int, size: tuple[int, int], believed: float | None
) -> None:
    """Readers estimate it from the paper then; a wrong one would scale every template."""
    (scan,) = load(encoded(Image.new("L", size, 255), "JPEG", dpi=(dpi, dpi)))

    assert scan.dpi == believed


def test_a_photographs_resolution_is_not_believed(load: Load) -> None:
    """A telephone writes a figure that measures nothing."""
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x829A] = 0.01  # exposure time

    (scan,) = load(encoded(Image.new("L", (2480, 3508), 255), "JPEG", dpi=(300, 300), exif=exif))

    assert scan.dpi is None


@pytest.mark.parametrize("name", ["grey.jpg", "progressive.jpg", "grey.png", "g4.tif", "lzw.tif", "deflate.tif"])
def test_a_truncated_picture_is_read_in_part_and_says_so(tmp_path: Path, loader: Loader, name: str) -> None:
    """What decodes is shown to a person, and the refusal says that it is not all."""
    whole = damage.paper(name)
    path = tmp_path / name
    path.write_bytes(whole[: int(len(whole) * 0.7)])

    items = list(loader.pages([path]))

    partial = [item.problem for item in items if isinstance(item, Scan) and item.problem]
    refused = [item.code for item in items if isinstance(item, RefusedPage)]
    assert set(partial) <= {"truncated", "damaged"}
    assert refused
    assert len(refused) >= len(partial)
    if name in {"grey.jpg", "progressive.jpg", "grey.png"}:
        assert partial == ["truncated"]


def test_one_wrong_byte_in_a_png_says_so(tmp_path: Path, loader: Loader) -> None:
    """Its checksum tells, but decoders do not look at it."""
    content = bytearray(damage.paper("grey.png"))
    content[len(content) // 2] ^= 0x10
    path = tmp_path / "a.png"
    path.write_bytes(content)

    scan = loader.page(path, 1)

    assert scan.problem == "damaged"


def test_a_tiff_whose_pages_go_round_in_a_circle_ends(tmp_path: Path, loader: Loader) -> None:
    """A page chain that comes back to its start would be read for ever."""
    path = tmp_path / "loop.tif"
    path.write_bytes(damage.BOMBS["loop.tif"]())

    (opened, *_) = list(loader.pages([path]))

    assert isinstance(opened, LoadedFile)
    assert opened.pages == 2


def test_group_4_with_the_lowest_bit_first_is_checked_too(load: Load) -> None:
    """Fax cards write FillOrder 2: read as it stands, every whole page would look damaged."""
    bilevel = papers.page(0, bilevel=True)
    image = Image.fromarray(bilevel).convert("1")
    raw = bytearray(encoded(image, "TIFF", compression="group4", tiffinfo={278: HEIGHT, 266: 1}))
    with Image.open(io.BytesIO(raw)) as opened:
        tags = opened.tag_v2  # type: ignore[attr-defined]
        (offset,), (count,) = tags[273], tags[279]
    reverse = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))
    raw[offset : offset + count] = raw[offset : offset + count].translate(reverse)
    at = raw.find(struct.pack("<HHI", 266, 3, 1))
    raw[at + 8] = 2

    (scan,) = load(bytes(raw))

    assert np.array_equal(scan.pixels, bilevel)
    assert scan.problem is None
