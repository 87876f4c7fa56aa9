"""The words a form prints, and which of them name which entry, taken from the blank's own text."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import pypdfium2
from rapidfuzz import fuzz

from extractors.forms.template import BoxMm, FormTemplate, Zone

_MM_PER_POINT: Final = 25.4 / 72
#: A label stands this near to its entry, mm; farther ones are sections' titles.
_NEAR_MM: Final = 30.0
#: What a millimetre between label and entry costs against a point of likeness (0 to 100) of the texts.
_COST_PER_MM: Final = 2.0
#: Points of likeness under which a label is another entry's, and what standing in the entry's row is worth.
_LIKE: Final = 55
_BESIDE: Final = 85
#: Labels stand left of or above their entries, save for boxes.
_WRONG_SIDE_MM: Final = 20.0


@dataclass(frozen=True, slots=True)
class Label:
    """A run of printed words and its place on the blank."""

    text: str
    box_mm: BoxMm

    @property
    def key(self) -> str:
        """The text as it is compared."""
        return key_of(self.text)


def key_of(text: str) -> str:
    """Return the letters and digits of *text*, lower case, without accents: what OCR seldom gets wrong."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in plain if character.isascii() and character.isalnum())


def printed_labels(template: FormTemplate) -> tuple[Label, ...]:
    """Return the runs of text *template*'s blank prints, top to bottom; none where the blank is an image."""
    pdf = template.folder / "blank.pdf" if template.folder else None
    return _labels(pdf) if pdf and pdf.is_file() else ()


@lru_cache(maxsize=8)
def _labels(pdf: Path) -> tuple[Label, ...]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[0]
        height = page.get_height()
        text = page.get_textpage()
        labels = []
        for i in range(text.count_rects()):
            left, bottom, right, top = text.get_rect(i)
            run = " ".join(text.get_text_bounded(left, bottom, right, top).split())
            box = BoxMm(*(v * _MM_PER_POINT for v in (left, height - top, right - left, top - bottom)))
            if len(key_of(run)) > 1:  # a date's J M A letters name nothing
                labels.append(Label(run, box))
    finally:
        document.close()
    return tuple(sorted(labels, key=lambda label: (label.box_mm.y, label.box_mm.x)))


def label_of(zone: Zone, labels: tuple[Label, ...]) -> int | None:
    """Return the index of the label that names *zone*: like its name or right beside it. None where none is near."""
    best, chosen = 0.0, None
    # the name's last part says most: "accident causé par un tiers : non"
    parts = [key_of(part) for part in (*zone.label.replace(":", ",").split(","), zone.label)]
    for i, label in enumerate(labels):
        away, beside = _distance(zone, label.box_mm)
        if away > _NEAR_MM:
            continue
        likeness = max(fuzz.ratio(label.key, part) for part in parts)
        if len(label.key) > 3:  # noqa: PLR2004 - shorter ones are part of anything
            likeness = max(likeness, 0.9 * fuzz.partial_ratio(label.key, parts[-1]))
        if beside:
            likeness = max(likeness, _BESIDE)
        score = likeness - _COST_PER_MM * away
        if likeness > _LIKE and score > best:
            best, chosen = score, i
    return chosen


def _distance(zone: Zone, label: BoxMm) -> tuple[float, bool]:
    """Return how far *label* stands from *zone*, and whether it is the one beside it in its row.

    Across counts little, since labels share a column's left edge, and a label on the wrong side counts more.
    """
    box = zone.box_mm
    left, right = box.x - (label.x + label.w), label.x - (box.x + box.w)
    across = max(left, right if zone.kind == "checkbox" or right <= 0 else right + _WRONG_SIDE_MM, 0.0)
    down = max(box.y - (label.y + label.h), label.y - (box.y + box.h), 0.0)
    beside = down == 0.0 and (left > -1 or zone.kind == "checkbox")
    return 0.3 * across + 2.0 * down, beside
