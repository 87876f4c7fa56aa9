"""Load damaged files by the hundred and tell what became of them: ``python -m tests.extractors.damage_run 500 7``."""

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from extractors.load import Limits, LoadedFile, Loader, RefusedPage
from extractors.scan import Scan
from tests.extractors.damage import Damaged, damaged_files, pages_that_open


def main() -> None:
    """Print how many pages were read whole, in part or not, and each page that only the other decoder opens."""
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    figures: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, Loader(Limits(seconds_per_page=10.0)) as loader:
        for damaged in damaged_files(count, seed):
            path = Path(folder) / damaged.name
            path.write_bytes(damaged.content)
            _load(loader, path, damaged, figures)
            path.unlink()
    for name, figure in sorted(figures.items()):
        sys.stdout.write(f"{figure:6} {name}\n")


def _load(loader: Loader, path: Path, damaged: Damaged, figures: Counter[str]) -> None:
    started = time.monotonic()
    items = list(loader.pages([path]))
    took = time.monotonic() - started
    read = {item.number: item for item in items if isinstance(item, Scan)}
    refused = [item for item in items if isinstance(item, RefusedPage)]
    announced = [item.pages for item in items if isinstance(item, LoadedFile)]
    figures["files"] += 1
    figures["pages read whole"] += sum(scan.problem is None for scan in read.values())
    figures["pages read in part"] += sum(scan.problem is not None for scan in read.values())
    figures.update(f"refused: {item.code}" for item in refused)
    named = set(read) | {item.number for item in refused if item.number}
    if announced and named != set(range(1, announced[0] + 1)):
        figures["files with a page neither read nor refused"] += 1
    if missing := pages_that_open(damaged.content) - set(read):
        figures["pages only the other decoder opens"] += len(missing)
        codes = sorted({item.code for item in refused})
        sys.stdout.write(f"{damaged.name}: page {sorted(missing)} not read, refused as {codes}\n")
    if took > 1:
        sys.stdout.write(f"{damaged.name}: {took:.1f} s\n")


if __name__ == "__main__":
    main()
