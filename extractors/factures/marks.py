"""The signatures and boxes of a software invoice: ink under the label that asks for it, a word beside a box's."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from extractors.bordereaux.tokens import Row
from extractors.lines import plain
from extractors.prescriptions.free_ink import FreeInk, free_ink
from extractors.prescriptions.free_signature import read_signature
from extractors.scan import Word
from extractors.sheet import View
from schemas.field import Field
from schemas.geometry import Box
from schemas.invoice import SIGNATURES, TICKS

Tick = Field[bool]

_PATIENT: Final = re.compile(r"\b(?:assure|patiente?|beneficiaire|malade|adherent)\b")
_PROVIDER: Final = re.compile(
    r"\b(?:auxiliaire|infirmi\w+|praticien|professionnel|soignant|executant|kine\w*|orthophoniste|cachet|ide|idel)\b"
)
_SIGNATURE: Final = re.compile(r"\b(?:signature|visa|signe)\b")
#: A signature stands from this far above its label, in fractions of the page, to this far below it: 1 cm and 5 cm.
_ABOVE: Final = 0.03
_BELOW: Final = 0.17
_BESIDE: Final = 0.04
#: Nothing is looked for higher than this: the reader of free strokes does not look there.
_HIGHEST: Final = 0.33
#: Without ink near its label a signature may still be elsewhere on the page: a person looks.
_ABSENT: Final = 0.75
#: A box the page has no words for (170 of 170 right on 400 lots);
#: one it has words for, but no answer that can be read.
_NO_BOX: Final = 0.985
_UNREAD: Final = 0.1
_READ: Final = 0.93

_BOXES: Final = {
    "is_illness": r"(?<!assurance )(?<!assur )maladie",
    "exemption_ald": r"ald|affection (?:de )?longue duree",
    "exemption_other": r"exoneration|exonere\w*",
    "is_maternity": r"maternite|grossesse",
    "is_work_accident": r"accidents? (?:du )?travail|maladie professionnelle",
    "third_party_yes": r"accident cause par un tiers|tiers responsable|accident (?:avec )?tiers",
    "third_party_no": r"accident cause par un tiers|tiers responsable|accident (?:avec )?tiers",
    "unpaid_mandatory": r"(?:non paye\w*|pas paye\w*|tiers payant).*\b(?:obligatoire|amo|ro)",
    "unpaid_complementary": r"(?:non paye\w*|pas paye\w*|tiers payant).*\b(?:complementaire|amc|rc)",
    "unable_to_sign": r"impossibilite de signer|ne peut signer",
}
_ANSWER: Final = re.compile(r"\W*(oui|non)\b")


def read_ticks(rows: Sequence[Row], page: int) -> dict[str, Tick]:
    """Return the boxes of the form: not ticked where the page has none of them, unread where it names one.

    An answer in words ("accident du travail : non") is read.
    """
    texts = [plain(row.text) for row in rows]
    return {name: _tick(name, texts, page) for name in TICKS}


def _tick(name: str, texts: Sequence[str], page: int) -> Tick:
    found = [(text, m) for text in texts if (m := re.search(rf"\b(?:{_BOXES[name]})\b", text))]
    if not found:
        return Tick(value=False, confidence=_NO_BOX, page=page)
    text, match = found[0]
    answer = _ANSWER.match(text[match.end() :])
    if answer is None:
        return Tick(confidence=_UNREAD, page=page)
    is_yes = answer.group(1) == "oui"
    return Tick(value=is_yes != (name == "third_party_no"), confidence=_READ, page=page)


def read_signatures(words: Sequence[Word], rows: Sequence[Row], view: View | None, page: int) -> dict[str, Tick]:
    """Return whether somebody signed near each label that asks for it; undecided without a label or an image."""
    undecided = {name: Tick(confidence=_UNREAD, page=page) for name in SIGNATURES}
    labels = [(name, box) for row in rows for name, box in _signature_labels(row) if box.y > _HIGHEST]
    if view is None or not labels:
        return undecided
    ink = free_ink(view)
    fields: dict[str, Tick] = {}
    for name, label in labels:
        others = [box for _, box in labels if box is not label and abs(box.y - label.y) < _ABOVE]
        field = _read_near(ink, words, label, others, page)
        if field.box is not None:
            height, width = view.grey.shape
            x, y, w, h = field.box
            field = field.model_copy(update={"box": view.box(x * width, y * height, w * width, h * height)})
        if name not in fields or not fields[name].value:
            fields[name] = field
    return undecided | fields


def _signature_labels(row: Row) -> list[tuple[str, Box]]:
    """Return whose signature each piece of a row asks for, with the piece's box."""
    labels = []
    for piece in row.pieces(4.0):
        text = plain(" ".join(word.text for word in piece).replace("(e)", ""))
        if not _SIGNATURE.search(text):
            continue
        box = Box.around(word.box for word in piece)
        if _PATIENT.search(text):
            labels.append(("patient_signature", box))
        elif _PROVIDER.search(text):
            labels.append(("provider_signature", box))
    return labels


def _read_near(ink: FreeInk, words: Sequence[Word], label: Box, others: Sequence[Box], page: int) -> Tick:
    """Look for free strokes around *label*, half-way at most to the labels of *others* beside it."""
    middle = label.x + label.w / 2
    left = max([(box.x + box.w + label.x) / 2 for box in others if box.x < label.x], default=0.0)
    right = min([(label.x + label.w + box.x) / 2 for box in others if box.x > label.x], default=1.0)
    left, right = max(left, label.x - 5 * _BESIDE), min(right, max(label.x + label.w, middle) + 5 * _BESIDE)
    top, bottom = label.y - _ABOVE, label.y + label.h + _BELOW
    x0, y0, x1, y1 = ink.pixels(Box(left, top, right - left, bottom - top))
    mask = np.zeros_like(ink.mask)
    mask[y0:y1, x0:x1] = ink.mask[y0:y1, x0:x1]
    field, box = read_signature(replace(ink, mask=mask), words, [label], page)
    if not field.value:
        return field.model_copy(update={"confidence": min(field.confidence, _ABSENT)})
    return field.model_copy(update={"box": box})
