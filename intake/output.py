"""Where a reading goes: one JSON file a lot, its report, its evidence."""

from dataclasses import dataclass
from pathlib import Path

from intake.pipeline import ReadLot
from schemas.batch import Batch
from schemas.errors import UsageError


def json_of(batch: Batch) -> str:
    """Return the contract's object as text."""
    return batch.model_dump_json(indent=1) + "\n"


def is_folder(path: Path, given: str) -> bool:
    """Whether the path *given* on the command line names a folder: it is one, or has no suffix."""
    return path.is_dir() or given.endswith(("/", "\\")) or not path.suffix


@dataclass(frozen=True, slots=True)
class Target:
    """What to write, and where."""

    out: Path
    report: Path | None
    evidence: Path | None

    def write(self, lots: list[ReadLot], images: Path | None) -> None:
        """Write every lot.

        Args:
            lots: of the stack, in order.
            images: the folder of the stack's page images, where a report or evidence is asked for.

        Raises:
            UsageError: the stack holds several lots and only one file is named.
        """
        into_folder = is_folder(self.out, str(self.out))
        if len(lots) > 1 and not into_folder:
            raise UsageError(
                f"the stack holds {len(lots)} lots and --out names one file: give a folder, such as --out lots/"
            )
        for number, lot in enumerate(lots):
            stem = f"lot-{number + 1:03d}"
            read = lot.batch
            if images is not None and self.evidence is not None:
                folder = self.evidence / stem if len(lots) > 1 else self.evidence
                from intake.report.evidence import with_evidence  # noqa: PLC0415 - opens images: only when asked for

                read = with_evidence(read, lot.images_in(images), folder)
            out = _place(self.out, f"{stem}.json") if into_folder else self.out
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_text(json_of(read), encoding="utf-8")
            if images is not None and self.report is not None:
                several = len(lots) > 1 or is_folder(self.report, str(self.report))
                report = _place(self.report, f"{stem}.html") if several else self.report
                report.parent.mkdir(parents=True, exist_ok=True)
                from intake.report.html import write_report  # noqa: PLC0415 - as above

                with report.open("w", encoding="utf-8") as file:
                    write_report(read, lot.images_in(images), file)


def _place(folder: Path, name: str) -> Path:
    """Return *name* in *folder*; a report file named for several lots gives its stem to a folder."""
    return (folder.with_suffix("") if folder.suffix else folder) / name
