"""How well marks are told, over fresh forms: ``python -m samples.marks_bench [--forms N] [--clean N] [--seed S]``.

Forms of the profiles ``marks`` and ``marks_clean`` are drawn, read and scored, once with the hands, pens and strokes
detectors learn from, once with those held out. One JSON for each lot is kept in ``--keep`` and taken from there again.
"""

import argparse
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from rich.console import Console

from intake.evaluation.lots import TrueLot, objects_in
from intake.evaluation.marks import MarkFigures, marks_of
from intake.pipeline import conclude, page_workers, read_batch
from intake.settings import Settings
from samples.fonts import Split
from samples.generate import draw_lot, write_lot
from samples.profiles import MARKS, MARKS_CLEAN
from schemas.batch import Flow

#: Fewest and most invoices of a lot: short ones, so that many providers, doctors and scanners are met.
INVOICES: Final = (4, 8)
SPLITS: Final[tuple[Split, ...]] = ("train", "held_out")
#: Wide enough for the widest table, characters.
_WIDTH: Final = 140
Read = Callable[[Path], dict[str, Any]]


def main() -> None:
    """Draw, read, score and print, for both splits or one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--forms", type=int, default=100, help="forms with marks, for each split")
    parser.add_argument("--clean", type=int, default=0, help="forms by hand without any mark, for each split")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hands", choices=SPLITS, default=None, help="one split only")
    parser.add_argument("--keep", type=Path, default=None, help="folder for what was drawn and read")
    parser.add_argument("--out", type=Path, default=None, help="JSON file for all figures and every error")
    parser.add_argument("--workers", type=int, default=None, help="processes that read pages")
    asked = parser.parse_args()
    settings = Settings() if asked.workers is None else Settings(workers=asked.workers)
    out: dict[str, Any] = {}
    with page_workers(settings) as workers:

        def read(scans: Path) -> dict[str, Any]:
            reading = read_batch([scans], settings, workers=workers)
            first = conclude(reading, settings, flow=Flow.PAPER)[0]
            return dict(first.batch.model_dump(mode="json"))

        for split in [asked.hands] if asked.hands else SPLITS:
            marks = measure(split, {MARKS: asked.forms, MARKS_CLEAN: asked.clean}, asked.seed, read, asked.keep)
            console = Console(width=_WIDTH)
            console.print(
                f"[bold]{split}[/], seed {asked.seed}, {asked.forms} forms and {asked.clean} without any mark"
            )
            marks.print(console)
            out[split] = marks.as_object()
    if asked.out is not None:
        asked.out.write_text(json.dumps(out, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def measure(
    split: Split,
    forms: dict[str, int],
    seed: int,
    read: Read,
    keep: Path | None = None,
    *,
    invoices: tuple[int, int] = INVOICES,
) -> MarkFigures:
    """Return what *read* makes of fresh lots.

    Args:
        split: whose hands, pens and strokes to draw with.
        forms: how many forms at least, by profile.
        seed: of the lots.
        read: reads a folder of scans into the contract's object.
        keep: where results and truths are kept, and taken from where they are there already.
        invoices: fewest and most of a lot.
    """
    freshly = partial(_read_fresh, split=split, read=read, invoices=invoices)
    return marks_of(
        lot
        for number, (profile, count) in enumerate(forms.items())
        for lot in _lots(profile, count, [seed, number, SPLITS.index(split)], freshly, keep)
    )


def _lots(
    profile: str, forms: int, seed: list[int], freshly: Callable[[list[int], str], dict[str, Any]], keep: Path | None
) -> Iterator[TrueLot]:
    """Yield lots of a profile until they hold as many forms as asked."""
    seen = number = 0
    while seen < forms:
        name = f"{SPLITS[seed[2]]}_{profile}_{seed[0]}_{number:04d}"
        kept = None if keep is None else keep / f"{name}.json"
        if kept is not None and kept.exists():
            [both] = objects_in(kept)
        else:
            both = freshly([*seed, number], profile)
            if kept is not None:
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_text(json.dumps(both, ensure_ascii=False), encoding="utf-8")
        lot = TrueLot(name, both["truth"], both["read"])
        seen += len(lot.truth["invoices"])
        number += 1
        yield lot


def _read_fresh(
    seed: list[int], profile: str, *, split: Split, read: Read, invoices: tuple[int, int]
) -> dict[str, Any]:
    with TemporaryDirectory(prefix="liasse-marks-") as folder:
        lot = draw_lot(seed, profile, invoices=invoices, hands=split)
        write_lot(lot, Path(folder))
        return {"truth": lot.truth, "read": read(Path(folder) / "in")}


if __name__ == "__main__":
    main()
