"""Speed and memory beside whole-page Tesseract and OCRmyPDF, on one fixed lot, in the same run: ``make bench``.

The lot: 1 bordereau, 20 forms, half by hand, 20 prescriptions, 4 attachments; half grey at 300 dpi, half bilevel at
200 dpi. Times are processor seconds of the whole process with its children, start included; compare the ratios.
"""

import argparse
import ctypes
import json
import os
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import cv2
from rich.console import Console
from rich.table import Table

from samples.containers import ImagePage, write_pdf
from samples.generate import draw_lot
from samples.profiles import PROFILES

SEED: Final = 20261122
#: Pages of each kind from each quarter of the lot: grey or bilevel, typed or by hand.
WANTED: Final = {"feuille_de_soins": 5, "prescription": 5, "attachment": 1}
#: linux/prctl.h
_PR_SET_CHILD_SUBREAPER: Final = 36
_ATTACHMENTS: Final = ("accord_prealable", "demarche_soins", "attestation_droits")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one command cost."""

    pages: int
    cpu_s: float
    wall_s: float
    #: the largest single process
    peak_mb: float

    @property
    def cpu_per_page(self) -> float:
        """Processor seconds a page."""
        return self.cpu_s / self.pages


def bench_pages() -> dict[str, list[ImagePage]]:
    """Return the fixed lot's pages: ``typed`` forms, forms by ``hand`` and the ``other`` papers."""
    pages: dict[str, list[ImagePage]] = {"typed": [], "hand": [], "other": []}
    for modes, dpis in (((1.0, 0.0, 0.0), {300: 1.0}), ((0.0, 0.0, 1.0), {200: 1.0})):
        for hand, name in ((0.0, "typed"), (1.0, "hand")):
            profile = replace(
                PROFILES["clean_mix"],
                modes=modes, dpis=dpis, hand_share=hand, mixed_share=0.0, flows={"papier": 1.0}, strangers=0.0,
                born_digital=0.0, phone=0.0, plain_files=True,
            )  # fmt: skip
            taken: Counter[str] = Counter()
            for draw in range(20):
                lot = draw_lot([SEED, draw], profile, invoices=(6, 6))
                for page, truth in zip(lot.pages, lot.truth["pages"], strict=True):
                    kind = "attachment" if truth["kind"] in _ATTACHMENTS else truth["kind"]
                    wanted = 1 if kind == "bordereau" and not pages["other"] else WANTED.get(kind, 0)
                    if isinstance(page, ImagePage) and taken[kind] < wanted:
                        taken[kind] += 1
                        pages[name if kind == "feuille_de_soins" else "other"].append(page)
                if all(taken[kind] >= n for kind, n in WANTED.items()):
                    break
    return pages


def measure(command: list[str], pages: int) -> Cost:
    """Run *command* and return what it and all it started cost.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    cpu, peak, start = 0.0, 0.0, time.monotonic()
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    # processes that outlive their parent come to this one: without them, the work of a pool's workers is not seen
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = process.stderr.read() if process.stderr else b""
    for pid, status, usage in _ended():
        cpu += usage.ru_utime + usage.ru_stime
        peak = max(peak, usage.ru_maxrss / 1024)
        if pid == process.pid:
            process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, stderr=said)
    return Cost(pages, cpu, time.monotonic() - start, peak)


def _ended() -> Iterator[tuple[int, int, resource.struct_rusage]]:
    """Yield each child, adopted ones too, as it ends: pid, status, and what it and those it waited for used."""
    while True:
        try:
            yield os.wait4(-1, 0)
        except ChildProcessError:
            return


def draw_set(name: str, pages: list[ImagePage], folder: Path) -> None:
    """Write one set of pages as a PDF and as one PNG a page."""
    write_pdf(folder / f"{name}.pdf", pages, "flate")
    for number, page in enumerate(pages):
        pixels = page.pixels if page.pixels.ndim == 2 else cv2.cvtColor(page.pixels, cv2.COLOR_RGB2BGR)
        cv2.imwrite(str(folder / f"{name}-{number:02d}.png"), pixels)


def run_set(name: str, folder: Path) -> dict[str, Cost]:
    """Measure the three programs on one set of pages."""
    pdf, images = folder / f"{name}.pdf", sorted(folder.glob(f"{name}-*.png"))
    liasse = str(Path(sys.executable).parent / "liasse")
    # side by side like the others: two threads of one core slow each other, which counts as processor time
    listed = " ".join(shlex.quote(str(i)) for i in images)
    tesseract = f"printf '%s\\n' {listed} | xargs -P {os.cpu_count()} -I@ tesseract @ @.out -l fra --psm 3"
    ocrmypdf = [
        "ocrmypdf",
        "--force-ocr",
        "-l",
        "fra",
        "--jobs",
        str(os.cpu_count()),
        str(pdf),
        str(folder / f"{name}-ocr.pdf"),
    ]
    costs = {
        "liasse": measure([liasse, "read", str(pdf), "--out", str(folder / f"{name}.json")], len(images)),
        "tesseract": measure(["sh", "-c", tesseract], len(images)),
    }
    if name == "whole-lot" and shutil.which("ocrmypdf"):
        costs["ocrmypdf"] = measure(ocrmypdf, len(images))
    return costs


def main() -> None:
    """Run the benchmark and print one table."""
    parser = argparse.ArgumentParser(description="Speed and memory beside Tesseract and OCRmyPDF.")
    parser.add_argument("--out", type=Path, help="JSON file for the figures")
    parser.add_argument("--draw", type=Path, help="only draw the pages, into this folder")
    asked = parser.parse_args()
    if asked.draw:
        pages = bench_pages()
        whole = pages["other"][:1] + pages["typed"] + pages["hand"] + pages["other"][1:]
        for name, held in (("typed-forms", pages["typed"]), ("forms-by-hand", pages["hand"]), ("whole-lot", whole)):
            draw_set(name, held, asked.draw)
        return
    console = Console()
    table = Table("pages", "program", "CPU s/page", "pages/s", "peak MB", "CPU against tesseract", title=f"seed {SEED}")
    figures = {}
    with tempfile.TemporaryDirectory(prefix="liasse-bench-") as folder:
        # drawn in a process of its own: a child's peak memory counts what its parent held when it was started
        subprocess.run([sys.executable, "-m", "samples.bench", "--draw", folder], check=True)
        for name in ("typed-forms", "forms-by-hand", "whole-lot"):
            costs = run_set(name, Path(folder))
            figures[name] = {program: asdict(cost) for program, cost in costs.items()}
            for program, cost in costs.items():
                ratio = cost.cpu_per_page / costs["tesseract"].cpu_per_page
                table.add_row(
                    f"{name} ({cost.pages})", program, f"{cost.cpu_per_page:.2f}", f"{cost.pages / cost.wall_s:.2f}",
                    f"{cost.peak_mb:.0f}", f"{ratio:.2f}",
                )  # fmt: skip
    console.print(table)
    if asked.out:
        asked.out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
