"""Files to pages: what comes out is what a person would see, and nothing is lost in silence."""

import os
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from extractors.load import Limits, LoadedFile, Loader, RefusedPage, find_inputs, load_page, load_pages
from extractors.loading.refusals import REASONS
from extractors.scan import Scan
from schemas.errors import RefusedFileError
from tests.extractors import damage


@pytest.fixture(scope="module")
def loader() -> Iterator[Loader]:
    with Loader() as opened:
        yield opened


@pytest.fixture
def put(tmp_path: Path) -> Callable[[str, bytes], Path]:
    def write(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    return write


Put = Callable[[str, bytes], Path]


def scans(items: list[object]) -> list[Scan]:
    return [item for item in items if isinstance(item, Scan)]


def refusals(items: list[object]) -> list[tuple[int | None, str]]:
    return [(item.number, item.code) for item in items if isinstance(item, RefusedPage)]


def test_a_folder_gives_its_files_in_name_order_without_hidden_ones(put: Put, tmp_path: Path) -> None:
    """A scanning station names files in the order of the stack; what the system left there is no piece of it."""
    for name in ("b.pdf", "a/2.png", "a/1.png", "c.jpg", ".DS_Store", "Thumbs.db", "a/.hidden/x.pdf"):
        put(name, b"x")

    found = find_inputs([tmp_path / "c.jpg", tmp_path])

    names = [path.relative_to(tmp_path).as_posix() for path in found]
    assert names == ["c.jpg", "a/1.png", "a/2.png", "b.pdf", "c.jpg"]


def test_a_link_back_to_its_own_folder_is_not_followed(put: Put, tmp_path: Path) -> None:
    """A loop of links would never end."""
    put("in/1.png", b"x")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in", target_is_directory=True)

    assert [path.name for path in find_inputs([tmp_path / "in"])] == ["1.png"]


def test_a_path_that_does_not_exist_is_refused_and_the_rest_is_read(put: Put, tmp_path: Path, loader: Loader) -> None:
    """A name mistyped must show in the result, not vanish from it."""
    there = put("a.png", damage.paper("grey.png"))

    items = list(loader.pages(find_inputs([tmp_path / "nope.pdf", there])))

    assert refusals(items) == [(None, "not_found")]
    assert len(scans(items)) == 1


def test_each_file_is_announced_with_its_hash_and_its_pages(put: Put) -> None:
    """The result lists what was read, so that the original can be proved unchanged."""
    path = put("lot.pdf", damage.paper("g4.pdf"))

    first = next(iter(load_pages([path])))

    assert isinstance(first, LoadedFile)
    assert (first.name, first.pages, len(first.sha256)) == ("lot.pdf", 3, 64)


def test_only_one_page_is_held_at_a_time(put: Put, loader: Loader) -> None:
    """Memory must not grow with the lot: once the caller drops a page, nobody else holds it."""
    path = put("lot.tif", damage.paper("g4.tif"))
    held: list[weakref.ref[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]] = []

    for item in loader.pages([path]):
        if isinstance(item, Scan):
            assert not [ref for ref in held if ref() is not None]
            held.append(weakref.ref(item.pixels))
        del item

    assert len(held) == 3


def test_a_page_read_again_alone_is_the_same_page(put: Put, loader: Loader) -> None:
    """The report crops its evidence from a second reading."""
    path = put("lot.pdf", damage.paper("jpeg.pdf"))
    streamed = scans(list(loader.pages([path])))[1]

    again = load_page(path, 2)

    assert np.array_equal(streamed.pixels, again.pixels)
    assert (again.file, again.number, again.dpi) == ("lot.pdf", 2, streamed.dpi)


def test_a_page_that_does_not_exist_is_refused(put: Put, loader: Loader) -> None:
    """Asking for page 4 of 3 is an error with a code, not a crash."""
    path = put("lot.pdf", damage.paper("jpeg.pdf"))

    with pytest.raises(RefusedFileError) as caught:
        loader.page(path, 4)

    assert caught.value.reason_code in REASONS


def test_a_killed_parsing_process_costs_nothing_but_itself(put: Put) -> None:
    """The system may kill the process for memory at any time: the next page starts another one."""
    path = put("lot.pdf", damage.paper("jpeg.pdf"))
    with Loader() as loader:
        stream = loader.pages([path])
        opened, first = next(stream), next(stream)
        assert loader._parser._process is not None
        os.kill(loader._parser._process.pid, 9)
        rest = list(stream)

    assert isinstance(opened, LoadedFile)
    assert isinstance(first, Scan)
    assert refusals(rest) == []
    assert [scan.number for scan in scans(rest)] == [2, 3]


def test_the_parsing_process_ends_with_its_loader(put: Put) -> None:
    """A worker that is done leaves no process behind."""
    path = put("a.png", damage.paper("grey.png"))
    with Loader() as loader:
        loader.page(path, 1)
        process = loader._parser._process
        assert process is not None

    assert process.poll() is not None


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("vide.pdf", b"", "empty"),
        ("lettre.docx", b"PK\x03\x04" + bytes(100), "unsupported_format"),
        ("ancienne.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "unsupported_format"),
        ("photo.heic", b"\0\0\0\x18ftypheic" + bytes(100), "unsupported_format"),
        ("image.gif", b"GIF89a" + bytes(100), "unsupported_format"),
        ("note.pdf", b"ceci n'est pas un PDF", "not_a_document"),
        ("bruit.tif", bytes(range(1, 256)), "not_a_document"),
        ("entete.pdf", b"%PDF-1.4\n", "damaged"),
        ("entete.png", b"\x89PNG\r\n\x1a\n", "truncated"),
        ("entete.tif", b"II*\0\x08\0\0\0", "damaged"),
        ("entete.jpg", b"\xff\xd8\xff\xe0", "truncated"),
    ],
)
def test_what_is_no_document_is_refused_by_name_with_a_sentence(
    put: Put, loader: Loader, name: str, content: bytes, code: str
) -> None:
    """The sender must learn which file it was and what to do; the content decides, never the extension."""
    items = list(loader.pages([put(name, content)]))

    assert [item.code for item in items if isinstance(item, RefusedPage)] == [code]
    assert [item.reason for item in items if isinstance(item, RefusedPage)] == [REASONS[code]]


def test_a_format_is_known_by_its_content_not_by_its_name(put: Put, loader: Loader) -> None:
    """Mail gateways and people rename files."""
    items = list(loader.pages([put("scan.txt", damage.paper("grey.png"))]))

    assert len(scans(items)) == 1


def test_a_named_pipe_is_refused_instead_of_waited_for(tmp_path: Path, loader: Loader) -> None:
    """Opening it would block for ever."""
    os.mkfifo(tmp_path / "pipe.pdf")

    assert refusals(list(loader.pages([tmp_path / "pipe.pdf"]))) == [(None, "not_a_document")]


def test_a_password_refuses_the_file_and_an_empty_one_does_not(put: Put, loader: Loader) -> None:
    """Viewers open a PDF whose user password is empty; a person would not know it is encrypted."""
    locked = {user: damage.locked("jpeg.pdf", user) for user in ("secret", "")}

    outcomes = {user: list(loader.pages([put(f"{user}.pdf", content)])) for user, content in locked.items()}

    assert refusals(outcomes["secret"]) == [(None, "encrypted")]
    assert [scan.problem for scan in scans(outcomes[""])] == [None, None, None]


@pytest.mark.parametrize(
    ("limits", "name", "expected"),
    [
        (Limits(file_bytes=1000), "g4.pdf", [(None, "file_too_large")]),
        (Limits(pages_per_file=2), "g4.pdf", [(None, "too_many_pages")]),
        (Limits(pages_per_file=2), "g4.tif", [(None, "too_many_pages")]),
        (Limits(pixels_per_page=900_000), "jpeg.pdf", [(n, "too_many_pixels") for n in (1, 2, 3)]),
        (Limits(pixels_per_page=900_000), "lzw.tif", [(1, "too_many_pixels"), (2, "too_many_pixels")]),
        (Limits(pixels_per_page=900_000), "grey.png", [(None, "too_many_pixels")]),
        (Limits(pixels_per_page=900_000), "grey.jpg", [(None, "too_many_pixels")]),
        (Limits(seconds_per_file=0.0), "grey.jpg", [(None, "time_limit")]),
    ],
)
def test_each_limit_refuses_with_its_own_code(
    put: Put, limits: Limits, name: str, expected: list[tuple[int | None, str]]
) -> None:
    """An operator who meets a code must know which setting to raise."""
    path = put(name, damage.paper(name))

    assert refusals(list(load_pages([path], limits))) == expected


def test_pages_up_to_the_limit_are_still_read(put: Put) -> None:
    """Too many pages refuse the surplus, not the file."""
    path = put("lot.pdf", damage.paper("g4.pdf"))

    assert len(scans(list(load_pages([path], Limits(pages_per_file=2))))) == 2


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("content.pdf", {(2, "too_expanded")}),
        ("image.pdf", set()),  # 100 MB of zeros for 10,000 pixels: within what a page may hold, read
        ("pixels.pdf", {(2, "too_many_pixels")}),
        ("form_loop.pdf", {(2, "time_limit")}),
        ("form_tree.pdf", {(2, "time_limit")}),
    ],
)
def test_a_bomb_inside_a_pdf_costs_its_own_page(put: Put, name: str, codes: set[tuple[int, str]]) -> None:
    """Its neighbours are somebody's forms."""
    path = put(name, damage.BOMBS[name]())

    items = list(load_pages([path], Limits(seconds_per_page=2.0)))

    assert codes <= set(refusals(items))
    assert {1, 3} <= {scan.number for scan in scans(items)}


def test_a_page_beyond_the_memory_limit_is_refused_and_the_next_file_is_read(put: Put) -> None:
    """The limit holds for the parsing process only; the caller goes on."""
    paths = [put("a.png", damage.png(6000, 6000, rows=6000)), put("b.png", damage.paper("grey.png"))]

    items = list(load_pages(paths, Limits(memory_bytes=512 << 20)))

    assert refusals(items) == [(1, "memory_limit")]
    assert [scan.file for scan in scans(items)] == ["b.png"]
