"""What each idea brings: lots read once, concluded with growing knowledge, scored each time.

    python -m samples.ablation DIR [--readings CACHE]

DIR holds ``LOT/in`` and ``LOT/truth.json``, as ``samples.generate`` writes them. The table is Markdown
(``docs/ablation.md``). With ``--readings`` what was read is kept in CACHE and taken from there the next time.
"""

import argparse
import json
import pickle
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

from intake.evaluation.lots import stacks_in
from intake.evaluation.run import evaluate
from intake.evaluation.tally import Share, Tally
from intake.knowledge import EVERYTHING, Knowledge
from intake.pipeline import Reading, conclude, page_workers, read_batch
from intake.settings import Settings

STEPS: Final = (
    ("ink alone", Knowledge(0)),
    ("+ keys", Knowledge.KEYS),
    ("+ tariffs, sums, order of dates", Knowledge.KEYS | Knowledge.RULES),
    ("+ bordereau and the lot's other papers", EVERYTHING & ~Knowledge.HAND),
    ("+ the writer's hand", EVERYTHING),
)
#: What a column counts: its heading, and the beginnings of the names of its shares.
COLUMNS: Final = (
    ("combs by hand", ("invoice/hand/comb/",)),
    ("acts' dates by hand", ("invoice/hand/acts/acts.date",)),
    ("act codes by hand", ("invoice/hand/acts/acts.code",)),
    ("amounts by hand", tuple(f"invoice/hand/acts/{n}" for n in ("acts.fee", "acts.travel", "total_amount"))),
    ("patients' names by hand", ("invoice/hand/text/patient_name",)),
    ("typed entries", ("invoice/typed/",)),
    ("clean accepted, typed", ("clean_accepted/typed",)),
    ("clean accepted, by hand", ("clean_accepted/hand",)),
    ("accepted fields right", ("accepted_fields/right",)),
)


def main() -> None:
    """Read, conclude with each step's knowledge, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--readings", type=Path, default=None)
    asked = parser.parse_args()
    lots = sorted(path.parent for path in asked.folder.glob("*/truth.json"))
    settings = Settings()
    readings = dict(_readings(lots, settings, asked.readings))
    print("| | " + " | ".join(heading for heading, _ in COLUMNS) + " |")
    print("| --- |" + " --- |" * len(COLUMNS))
    for name, known in STEPS:
        read = partial(_again, readings, settings, known)
        tally, _ = evaluate(stacks_in(asked.folder, results=None, read=read))
        print(f"| {name} | " + " | ".join(_share(tally, prefixes) for _, prefixes in COLUMNS) + " |", flush=True)


def _readings(lots: list[Path], settings: Settings, cache: Path | None) -> Iterator[tuple[Path, Reading]]:
    with page_workers(settings) as workers:
        for lot in lots:
            kept = cache / f"{lot.name}.pkl" if cache is not None else None
            if kept is not None and kept.exists():
                yield lot, pickle.loads(kept.read_bytes())  # noqa: S301 - our own file
                continue
            reading = read_batch([lot / "in"], settings, workers=workers)
            if kept is not None:
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_bytes(pickle.dumps(reading))
            yield lot, reading


def _again(readings: dict[Path, Reading], settings: Settings, known: Knowledge, scans: Path) -> list[dict[str, Any]]:
    """Return the lots of a stack as they are concluded with some knowledge."""
    lots = conclude(readings[scans.parent], settings, known=known)
    return [json.loads(lot.batch.model_dump_json()) for lot in lots]


def _share(tally: Tally, prefixes: tuple[str, ...]) -> str:
    total = Share()
    for name, share in tally.shares.items():
        if name.startswith(prefixes):
            total.good += share.good
            total.n += share.n
    return f"{100 * total.good / total.n:.1f} % of {total.n}" if total.n else "-"


if __name__ == "__main__":
    main()
