"""A self-contained HTML page a lot: no script, no asset from outside, every image inside."""

import base64
import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

import cv2
import numpy as np
from jinja2 import Environment, PackageLoader, select_autoescape
from numpy.typing import NDArray

from intake.report.entries import Entry, entries
from intake.report.gallery import Gallery
from intake.report.marks import TITLES, marks_of
from intake.summary import summarise
from schemas.batch import Batch
from schemas.flag import Flag, Severity
from schemas.page import Page

#: Width of a page in the report, px: 110 dpi, small print stays legible, a page weighs about 70 kB.
WIDTH_PX: Final = 900
JPEG_QUALITY: Final = 70
#: Confidence under which an entry is drawn as doubtful, and as unsure: 1 and 10 errors in 100.
SURE: Final = 0.99
DOUBTFUL: Final = 0.90

KINDS: Final = {
    "feuille_de_soins": "Feuille de soins",
    "prescription": "Prescription",
    "bordereau": "Bordereau",
    "accord_prealable": "Accord préalable",
    "demarche_soins": "Démarche de soins",
    "attestation_droits": "Attestation de droits",
    "facture": "Facture",
    "reclamation": "Réclamation",
    "decompte_ro": "Décompte du régime obligatoire",
    "enveloppe": "Enveloppe",
    "separator": "Séparateur",
    "blank": "Page blanche",
    "other": "Autre",
}
SEVERITIES: Final = {"blocking": "bloquant", "check": "à vérifier", "info": "information"}


@dataclass(frozen=True, slots=True)
class ReportPage:
    """One page with what stands on it."""

    page: Page
    kind: str
    image: str | None
    width: int
    height: int
    entries: tuple[Entry, ...]
    flags: tuple[Flag, ...]


def _embedded(image: NDArray[np.uint8] | None) -> tuple[str | None, int, int]:
    """Return a page's image as a data address with its size, or nothing where the page gave none."""
    if image is None:
        return None, WIDTH_PX, round(WIDTH_PX * 2**0.5)
    height = round(image.shape[0] * WIDTH_PX / image.shape[1])
    small = cv2.resize(image, (WIDTH_PX, height), interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return "data:image/jpeg;base64," + base64.b64encode(data.tobytes()).decode(), WIDTH_PX, height


def _opened(path: Path) -> NDArray[np.uint8] | None:
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED) if path.exists() else None
    return None if image is None else np.asarray(image, np.uint8)


def grade(confidence: float) -> str:
    """Return how an entry is drawn: sure, doubtful or unsure."""
    return "sure" if confidence >= SURE else "doubtful" if confidence >= DOUBTFUL else "unsure"


def sureness(confidence: float) -> str:
    """Return a confidence as a clerk reads it, ``99,9 %``; never rounded up: nothing read is certain."""
    return f"{math.floor(1000 * confidence) / 10:.1f} %".replace(".", ",")


def write_report(batch: Batch, image_of: Callable[[int], Path], out: TextIO) -> None:
    """Write the report of *batch* to *out*, page by page, so that a long lot does not fill the memory.

    Args:
        batch: the lot as read.
        image_of: the file of a page's upright image, by the page's index in the lot.
        out: a text file in UTF-8.
    """
    on_page: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries(batch):
        on_page[entry.page].append(entry)
    flags_on: dict[int | None, list[Flag]] = defaultdict(list)
    for flag in batch.flags:
        flags_on[flag.page].append(flag)

    def report_page(page: Page) -> ReportPage:
        pixels = _opened(image_of(page.index))
        if pixels is not None:
            gallery.cut(page.index, pixels)  # while the page is open: a lot of 500 has 3,000 marks
        image, width, height = _embedded(pixels)
        return ReportPage(
            page, KINDS[page.kind], image, width, height, tuple(on_page[page.index]), tuple(flags_on[page.index])
        )

    environment = Environment(
        loader=PackageLoader("intake.report"), autoescape=select_autoescape(["html"]), trim_blocks=True
    )
    environment.filters["grade"] = grade
    environment.filters["sureness"] = sureness
    environment.filters["euro"] = lambda amount: f"{amount:,.2f} €".replace(",", " ").replace(".", ",")
    template = environment.get_template("report.html")
    severities = list(Severity)
    with Gallery(marks_of(batch)) as gallery:
        out.writelines(
            template.generate(
                batch=batch,
                summary=summarise(batch),
                pages=(report_page(page) for page in batch.pages),
                gallery=gallery,
                titles=TITLES,
                loose_flags=flags_on[None],
                flags=sorted(batch.flags, key=lambda flag: severities.index(flag.severity)),
                severities=SEVERITIES,
                matched={match.line: match for match in batch.matches},
            )
        )
