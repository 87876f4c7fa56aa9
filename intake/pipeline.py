"""The journey of a lot, top to bottom: read this first.

``read_batch`` is the dear half: files become pages, pages become fields, side by side in worker processes.
``conclude`` is the cheap half, pure logic over what was read: pages become documents, forms meet their lines, printed
lines, tariffs and sums weigh on the doubtful ink, the writer's hand is learnt and read again, confidences become
probabilities, every control runs, and each invoice is accepted or kept for a person. It runs again, alone, in
milliseconds, after every correction; ``intake.judging`` holds its steps.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from extractors.engine_settings import EngineSettings
from extractors.load import LoadedFile, RefusedPage, find_inputs, load_pages
from extractors.reading import PageReading
from extractors.scan import Scan
from intake.judging import judge_stack
from intake.knowledge import EVERYTHING, Knowledge
from intake.program import program
from intake.settings import Settings
from intake.workers import PageWorkers, WorkerSettings, unread
from schemas.batch import Batch, File, Flow, Refused


@dataclass(frozen=True, slots=True)
class Reading:
    """A stack as read: every page, in scanning order, and what could not be opened."""

    files: tuple[File, ...]
    refused: tuple[Refused, ...]
    pages: tuple[PageReading, ...]


@dataclass(frozen=True, slots=True)
class ReadLot:
    """One lot of a stack, concluded."""

    batch: Batch
    #: place in the stack of each of its pages
    stack_pages: tuple[int, ...]

    def images_in(self, folder: Path) -> Callable[[int], Path]:
        """Return where a page of this lot lies among the stack's page images, by its index in the lot."""
        return lambda index: folder / f"page-{self.stack_pages[index]:05d}.jpg"


def read_batch(
    inputs: Iterable[Path],
    settings: Settings,
    *,
    workers: PageWorkers,
    keep: Path | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Reading:
    """Read every page of *inputs*.

    Args:
        inputs: files, or folders of them, in order.
        settings: of this installation.
        workers: the processes that read; they serve one stack after the other.
        keep: a folder that gets each upright page's image, for the report and the evidence.
        on_progress: told after each page how many are read, and how many the files opened so far hold.
    """
    stack = _Stack()
    pages: list[PageReading] = []
    for reading in workers.read(stack.scans(find_inputs(inputs), settings), keep=keep):
        pages.append(reading)
        if on_progress:
            on_progress(len(pages), max(stack.known_pages, len(pages)))
    pages += stack.lost
    pages.sort(key=lambda reading: reading.page.index)
    return Reading(tuple(stack.files), tuple(stack.refused), tuple(pages))


def page_workers(settings: Settings) -> PageWorkers:
    """Return the reading processes this installation asks for; a context manager."""
    engines = EngineSettings(settings.text_reader, settings.templates)
    return PageWorkers(WorkerSettings(settings.workers, settings.page_seconds, engines))


class _Stack:
    """Loads the files of a stack, page by page, and remembers what was opened and what was refused."""

    def __init__(self) -> None:
        self.files: list[File] = []
        self.refused: list[Refused] = []
        #: pages that exist but could not be loaded
        self.lost: list[PageReading] = []
        self.known_pages = 0

    def scans(self, paths: list[Path], settings: Settings) -> Iterator[tuple[int, Scan]]:
        """Yield each page with its place in the stack; a refused page keeps its own."""
        index = 0
        last: tuple[str, int | None] | None = None
        for loaded in load_pages(paths, settings.limits):
            if isinstance(loaded, LoadedFile):
                self.files.append(File(name=loaded.name, sha256=loaded.sha256, pages=loaded.pages))
                self.known_pages += loaded.pages
            elif isinstance(loaded, RefusedPage):
                self.refused.append(Refused(name=loaded.name, code=loaded.code, reason=loaded.reason))
                if loaded.number is not None and last != (loaded.name, loaded.number):
                    self.lost.append(unread(loaded.name, loaded.number, index, loaded.code))
                    index += 1
            else:
                last = (loaded.file, loaded.number)
                yield index, loaded
                index += 1


def conclude(
    reading: Reading,
    settings: Settings,
    *,
    flow: Flow | None = None,
    received_on: date | None = None,
    channel: str | None = None,
    known: Knowledge = EVERYTHING,
) -> list[ReadLot]:
    """Return the lots of a stack: grouped, matched, resolved, controlled and decided.

    Args:
        reading: what :func:`read_batch` brought.
        settings: of this installation.
        flow: how the invoices were sent, where the caller knows it; else the bordereau may tell.
        received_on: the day the caisse received the paper.
        channel: where it came in.
        known: what may be used beside the ink; less only to measure what each idea brings.
    """
    lots: list[ReadLot] = []
    stack = judge_stack(reading.pages, flow=flow, received_on=received_on, thresholds=settings.thresholds, known=known)
    for stack_pages, judged in stack:
        lot = judged.lot
        batch = Batch(
            program=program(settings),
            flow=lot.flow,
            received_on=received_on,
            channel=channel,
            files=reading.files,
            refused=reading.refused,
            pages=lot.pages,
            bordereau=lot.bordereau,
            invoices=lot.invoices,
            prescriptions=lot.prescriptions,
            attachments=lot.attachments,
            matches=lot.matches,
            flags=judged.flags,
            not_checked=judged.not_checked,
            decision=lot.decision,
        )
        lots.append(ReadLot(batch, tuple(reading.page.index for reading in stack_pages)))
    return lots
