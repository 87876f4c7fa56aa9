"""Files to pages: the only door through which input comes in.

No decoder runs in the caller's process: a child does (``extractors.loading.child``), with limits on memory and time,
and a file that kills it costs one page. Pages come one at a time, so memory does not grow with the lot.
"""

import hashlib
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeAlias

from extractors.loading.limits import Limits
from extractors.loading.parser import Parser
from extractors.loading.refusals import Refusal, sentence
from extractors.scan import Scan
from schemas.errors import RefusedFileError

__all__ = ["Limits", "Loaded", "LoadedFile", "Loader", "RefusedPage", "find_inputs", "load_page", "load_pages"]

#: Files that systems leave in folders; a hidden file (``.DS_Store``) is skipped by its name.
_LITTER: Final = frozenset({"thumbs.db", "desktop.ini"})
_HASH_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """A file that opened; its pages follow in the stream."""

    path: Path
    #: base name
    name: str
    #: hexadecimal, of the file's bytes
    sha256: str
    #: how many pages it holds, those included that will be refused
    pages: int
    #: refusal code where it holds no page, or where more pages follow that cannot be found
    lost: str | None = None


@dataclass(frozen=True, slots=True)
class RefusedPage:
    """A file, or one page of it, that could not be read, or only in part.

    A page that decodes in part comes twice: as a ``Scan`` with its ``problem`` set, then as one of these.
    """

    #: base name
    name: str
    #: page from 1, or None for the whole file (or for pages behind the last one that can be found)
    number: int | None
    #: a key of ``extractors.loading.refusals.REASONS``
    code: str
    #: a French sentence that names the page
    reason: str


Loaded: TypeAlias = LoadedFile | Scan | RefusedPage


def find_inputs(paths: Iterable[Path]) -> list[Path]:
    """Return the files that *paths* stand for, in the order given; a folder gives its files in name order, deep.

    Hidden files and system litter inside folders are left out, links to folders are not followed.
    A path that does not exist stays in the list: loading it gives a refusal, so that it is not lost in silence.
    """
    found: list[Path] = []
    for path in paths:
        found += _files_under(path) if path.is_dir() else [path]
    return found


def _files_under(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if path.name.startswith(".") or path.name.lower() in _LITTER:
            continue
        if not path.is_dir():
            yield path
        elif not path.is_symlink():
            yield from _files_under(path)


class Loader:
    """Loads pages through one child process, started at the first file and replaced when a file kills it.

    Use as a context manager, one per process: not safe across threads.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._parser = Parser(self._limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the child process."""
        self._parser.close()

    def open(self, path: Path) -> LoadedFile:
        """Return what *path* is, without decoding a page.

        Raises:
            RefusedFileError: the file is refused as a whole.
        """
        try:
            digest = self._checked_hash(path)
            opened = self._parser.open(path)
        except Refusal as refusal:
            raise RefusedFileError(refusal.code, sentence(refusal.code)) from None
        return LoadedFile(path, path.name, digest, opened.pages, opened.lost if opened.pages else "no_pages")

    def page(self, path: Path, number: int) -> Scan:
        """Return page *number* (from 1) of *path*; ``Scan.problem`` is set when it decodes only in part.

        Raises:
            RefusedFileError: the file or the page is refused.
        """
        try:
            self._check_size(path)
            return self._parser.page(path, number)
        except Refusal as refusal:
            raise RefusedFileError(refusal.code, sentence(refusal.code, number)) from None

    def pages(self, paths: Iterable[Path]) -> Iterator[Loaded]:
        """Yield each file of *paths*, then its pages in order; what cannot be read is yielded as a refusal."""
        for path in paths:
            yield from self._file(path)

    def _file(self, path: Path) -> Iterator[Loaded]:
        try:
            opened = self.open(path)
        except RefusedFileError as refused:
            yield RefusedPage(path.name, None, refused.reason_code, refused.reason)
            return
        yield opened
        last = min(opened.pages, self._limits.pages_per_file)
        for number in range(1, last + 1):
            try:
                scan = self._parser.page(path, number)
            except Refusal as refusal:
                yield _refused(path, number, refusal.code)
                continue
            problem = scan.problem
            yield scan
            del scan  # the caller may have let go of it: never hold two pages
            if problem:
                yield _refused(path, number, problem)
        if opened.pages > last:
            yield _refused(path, None, "too_many_pages")
        if opened.lost:
            yield _refused(path, None, opened.lost)

    def _checked_hash(self, path: Path) -> str:
        self._check_size(path)
        digest = hashlib.sha256()
        try:
            with path.open("rb") as file:
                while chunk := file.read(_HASH_CHUNK):
                    digest.update(chunk)
        except OSError:
            raise Refusal("not_found") from None
        return digest.hexdigest()

    def _check_size(self, path: Path) -> None:
        try:
            status = path.stat()
        except OSError:
            raise Refusal("not_found") from None
        if not stat.S_ISREG(status.st_mode):
            raise Refusal("not_a_document")  # a pipe or a device would never end
        if status.st_size > self._limits.file_bytes:
            raise Refusal("file_too_large")


def _refused(path: Path, number: int | None, code: str) -> RefusedPage:
    return RefusedPage(path.name, number, code, sentence(code, number))


def load_pages(paths: Iterable[Path], limits: Limits | None = None) -> Iterator[Loaded]:
    """Yield every file of *paths* (of a folder: in name order) and its pages one by one; see ``Loader.pages``."""
    with Loader(limits) as loader:
        yield from loader.pages(find_inputs(paths))


def load_page(path: Path, number: int, limits: Limits | None = None) -> Scan:
    """Return one page read again, for a report or a piece of evidence; keep a ``Loader`` to read several.

    Raises:
        RefusedFileError: the file or the page is refused.
    """
    with Loader(limits) as loader:
        return loader.page(path, number)
