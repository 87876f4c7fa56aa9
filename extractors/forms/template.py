"""A form's template: where every entry stands, in millimetres, and the blank print itself.

A template is a folder with two files, no code: ``zones.json`` (the entries) and ``blank.pdf`` or ``blank.png``
(the form as printed, without an entry). Adding a revision is adding a folder; docs/form-templates.md says how.
"""

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from schemas.errors import UsageError
from schemas.model import Record

ZONES_FILE: Final = "zones.json"
BLANK_FILES: Final = ("blank.pdf", "blank.png")
#: The folder of the revisions that come with the program.
BUILT_IN: Final = Path(__file__).parent

ZoneKind = Literal["comb", "text", "block", "checkbox", "signature", "table"]


class BoxMm(NamedTuple):
    """A rectangle in millimetres from the top left corner of the printed page."""

    x: float
    y: float
    w: float
    h: float


class Column(Record):
    """A column of a table: the name of its entry, its printed heading, its place."""

    id: str
    label: str
    x_mm: float
    w_mm: float


class Zone(Record):
    """One entry of the form. What only some kinds have is empty on the others."""

    #: the contract's name of the entry
    id: str
    kind: ZoneKind
    label: str
    box_mm: BoxMm
    #: comb: numbers of cells that stand together, such as 13 and 2
    groups: tuple[int, ...] = ()
    #: comb: one box a character
    cells_mm: tuple[BoxMm, ...] = ()
    #: comb: what may be written, such as ``digits:9``, ``nir15``, ``rpps``, ``provider9``, ``date:DDMMYYYY``
    format: str | None = None
    #: table
    header_mm: float = 0.0
    row_mm: float = 0.0
    rows: int = 0
    columns: tuple[Column, ...] = ()
    #: table: one mapping a row, from column name to box
    rows_mm: tuple[dict[str, BoxMm], ...] = ()


class FormTemplate(Record):
    """One revision of a form."""

    #: the reference printed on it, such as ``S3129d``
    form: str
    page_mm: tuple[float, float]
    origin: Literal["top-left"] = "top-left"
    zones: tuple[Zone, ...]
    #: where it was loaded from; None for zones that were found by their labels on a page
    folder: Path | None = Field(default=None, exclude=True)

    #: printed words to take off where there is no blank print to compare with
    words_mm: tuple[BoxMm, ...] = Field(default=(), exclude=True)

    @property
    def name(self) -> str:
        """The folder's name, or the form's reference where there is no folder."""
        return self.folder.name if self.folder else self.form

    def zone(self, name: str) -> Zone | None:
        """Return the zone called *name*, or None where this revision has no such entry."""
        return next((zone for zone in self.zones if zone.id == name), None)

    def blank(self, px_per_mm: float) -> NDArray[np.uint8]:
        """Return the blank print as grey ``(h, w)``, *px_per_mm* pixels a millimetre. Not to be written to.

        Raises:
            UsageError: the template has no folder, or no readable blank in it.
        """
        if self.folder is None:
            raise UsageError(f"{self.form}: no blank print belongs to zones found by labels")
        return blank_of(self.folder, self.page_mm, round(px_per_mm, 3))


def load_template(folder: Path) -> FormTemplate:
    """Return the template in *folder*.

    Raises:
        UsageError: a file is missing or wrong; the message names the file and every wrong entry with its path.
    """
    path = folder / ZONES_FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise UsageError(f"{folder.name}/{ZONES_FILE}: {exc}") from exc
    try:
        template = FormTemplate.model_validate(content)
    except ValidationError as exc:
        faults = "; ".join(f"{'.'.join(map(str, e['loc'])) or '$'}: {e['msg']}" for e in exc.errors())
        raise UsageError(f"{folder.name}/{ZONES_FILE}: {faults}") from exc
    if not any((folder / name).is_file() for name in BLANK_FILES):
        raise UsageError(f"{folder.name}: neither {' nor '.join(BLANK_FILES)} is there")
    return template.model_copy(update={"folder": folder})


def load_templates(folders: Iterable[Path] = ()) -> tuple[FormTemplate, ...]:
    """Return the built-in templates and those in *folders*, each looked through one level deep, in name order.

    Raises:
        UsageError: a template is wrong, see ``load_template``.
    """
    found = (path.parent for folder in (BUILT_IN, *folders) for path in sorted(folder.glob(f"*/{ZONES_FILE}")))
    return tuple(load_template(folder) for folder in found)


@lru_cache(maxsize=16)
def blank_of(folder: Path, page_mm: tuple[float, float], px_per_mm: float) -> NDArray[np.uint8]:
    """Return the blank of *folder*, its pixels locked, since every page of a worker shares them."""
    import cv2  # noqa: PLC0415 - a template without its picture is read by who loads no engine
    import pypdfium2  # noqa: PLC0415 - as above

    size = (round(page_mm[0] * px_per_mm), round(page_mm[1] * px_per_mm))
    pdf = folder / "blank.pdf"
    if pdf.is_file():
        document = pypdfium2.PdfDocument(pdf)
        try:
            page = document[0]
            # twice as fine, then averaged: the same soft edges as a scanner gives
            rendered = page.render(scale=2 * size[0] / page.get_width(), grayscale=True).to_numpy()
        finally:
            document.close()
        grey = rendered if rendered.ndim == 2 else rendered[..., 0]  # noqa: PLR2004
    else:
        read = cv2.imread(str(folder / "blank.png"), cv2.IMREAD_GRAYSCALE)
        if read is None:
            raise UsageError(f"{folder.name}/blank.png: not an image")
        grey = read.astype(np.uint8)
    scaled = cv2.resize(np.ascontiguousarray(grey), size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    scaled.setflags(write=False)
    return scaled
