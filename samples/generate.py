"""Draw lots with their truth: ``python -m samples.generate OUT --lots N --seed S [--profile NAME] [--invoices A-B]``.

The same seed gives the same bytes. ``draw_lot`` returns everything in memory, ``write_lot`` puts it on disk.
"""

import argparse
import json
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import cv2
from numpy.random import Generator, default_rng

from samples.claims import draw_claims
from samples.containers import AnyPage, ImagePage, write_pdf, write_picture, write_tiff
from samples.documents import Lot, totals_of
from samples.faults import spoil
from samples.fonts import Split
from samples.nomenclature_sample import money
from samples.pages import Drawn, draw_leaves
from samples.profiles import MIX, NAMED_ONLY, PROFILES, Profile
from samples.scanner import draw_scanner
from samples.stacking import stack
from samples.truth import truth_of

#: How images lie in PDFs; bilevel pages use group 4 where the coding does not hold for them.
PDF_CODINGS: Final = {"jpeg": 0.7, "flate": 0.08, "jpx": 0.05, "strips": 0.07, "jbig2": 0.1}
#: Share of PDF pages stored turned, with the page's Rotate entry to undo it.
PDF_TURNED: Final = 0.03
Truth = dict[str, Any]


@dataclass
class DrawnLot:
    """A lot ready to be written."""

    pages: list[AnyPage]
    truth: Truth
    #: (name, coding, first page, end, EXIF orientation) of each file
    files: list[tuple[str, str, int, int, int]]


def draw_lot(
    seed: int | list[int], profile: str | Profile = MIX, *, invoices: tuple[int, int] = (6, 14), hands: Split = "all"
) -> DrawnLot:
    """Return one lot drawn from *seed*: *invoices* (fewest, most) of them, written with the fonts of *hands*."""
    cv2.setNumThreads(1)
    odds = PROFILES[profile] if isinstance(profile, str) else profile
    rng = default_rng(seed)
    flow = str(rng.choice(list(odds.flows), p=list(odds.flows.values())))
    lot = draw_claims(
        rng,
        invoices=int(rng.integers(invoices[0], invoices[1] + 1)),
        flow=flow,
        hand_share=odds.hand_share,
        mixed_share=odds.mixed_share,
    )
    spoil(lot, rng, odds)
    _sum_up(lot)
    stack(lot, rng, odds, hands)
    device = draw_scanner(
        rng, modes=odds.modes, dpis=odds.dpis, rough=float(rng.uniform(0, odds.rough)), phone=odds.phone
    )
    drawn = draw_leaves(lot, device, rng, odds, hands)
    files = _files(rng, drawn, odds)
    return DrawnLot([d.page for d in drawn], truth_of(lot, drawn, files), files)


def _sum_up(lot: Lot) -> None:
    """Print the totals, off by what a fault says."""
    lot.header.update(totals_of([c.line for c in lot.cases if c.line]))
    if off := lot.header.get("_off_by"):
        lot.header["total_amount"] = money(Decimal(lot.header["total_amount"]) + Decimal(off))


def _files(rng: Generator, drawn: list[Drawn], odds: Profile) -> list[tuple[str, str, int, int, int]]:
    n = len(drawn)
    cuts = sorted(
        {0, n, *(int(c) for c in rng.integers(1, max(n, 2), int(rng.choice(4, p=[0.5, 0.25, 0.15, 0.1]))))} - ({n + 1})
    )
    files = []
    for i, (start, end) in enumerate(pairwise(cuts)):
        pages = [d.page for d in drawn[start:end]]
        images = [p for p in pages if isinstance(p, ImagePage)]
        kind, coding, orientation = "pdf", str(rng.choice(list(PDF_CODINGS), p=list(PDF_CODINGS.values()))), 1
        for image in images:
            image.pdf_rotate = int(rng.choice([90, 180, 270])) if rng.random() < PDF_TURNED else 0
        if not odds.plain_files and len(images) == len(pages):
            draw = rng.random()
            if len(pages) == 1 and draw < 0.5:
                kind = "png" if images[0].bilevel or draw < 0.2 else "jpg"
                orientation = int(rng.choice([1, 1, 6, 3, 8])) if kind == "jpg" else 1
            elif draw < 0.15:
                kind, coding = "tif", str(rng.choice(["lzw", "jpeg"]))
        files.append((f"{i + 1:02d}_scan.{kind}", coding, start, end, orientation))
    return files


def write_lot(lot: DrawnLot, folder: Path) -> None:
    """Write ``in/*`` and ``truth.json`` under *folder*."""
    scans = folder / "in"
    scans.mkdir(parents=True, exist_ok=True)
    for name, coding, start, end, orientation in lot.files:
        pages, path = lot.pages[start:end], scans / name
        images = [p for p in pages if isinstance(p, ImagePage)]
        if name.endswith("pdf"):
            write_pdf(path, pages, coding)
        elif name.endswith("tif"):
            write_tiff(path, images, coding)
        else:
            write_picture(path, images[0], orientation)
    (folder / "truth.json").write_text(json.dumps(lot.truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Read the command line, draw, write."""
    parser = argparse.ArgumentParser(description="Draw synthetic lots with their truth.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--lots", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--profile", choices=[*PROFILES, "all"], default=MIX, help="all: each everyday profile in turn")
    parser.add_argument("--invoices", default="6-14", help="fewest-most invoices in a lot")
    parser.add_argument("--hands", choices=["train", "held_out", "all"], default="all")
    asked = parser.parse_args()
    fewest, _, most = asked.invoices.partition("-")
    names = [name for name in PROFILES if name not in NAMED_ONLY]
    for i in range(asked.lots):
        profile = names[i % len(names)] if asked.profile == "all" else asked.profile
        lot = draw_lot([asked.seed, i], profile, invoices=(int(fewest), int(most or fewest)), hands=asked.hands)
        write_lot(lot, asked.out / f"lot_{i:03d}")
        print(f"lot_{i:03d}", profile, len(lot.pages), "pages")


if __name__ == "__main__":
    main()
