"""Whether a software invoice is signed: ink under the label that asks for it."""

import cv2
import numpy as np

from extractors.bordereaux.tokens import rows_of
from extractors.factures.marks import read_signatures
from extractors.sheet import View
from schemas.field import Field
from tests.extractors.printed_words import HIGH, WIDE, words_of

_DPI = 150.0
_SIZE = (1754, 1240)
_LABEL_ROW = 40
LABELS = "Signature de l'infirmier(ère)                                   Signature de l'assuré(e)"


def read(signed_at: list[float], labels: str = LABELS) -> dict[str, Field[bool]]:
    """Read a page that asks for signatures in the middle; *signed_at* in shares of its width."""
    words = words_of("." + "\n" * _LABEL_ROW + labels)
    grey = np.full(_SIZE, 250, np.uint8)
    height, width = _SIZE
    for word in words:
        place = (round(word.box.x * width), round((word.box.y + word.box.h) * height))
        cv2.putText(grey, word.text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.4, 40, 1)
    for x in signed_at:
        steps = np.linspace(0, 4 * np.pi, 80)
        across = x * width + 14 * steps + 20 * np.sin(steps)
        down = (_LABEL_ROW + 5) / HIGH * height + 40 * np.cos(steps)
        cv2.polylines(grey, [np.stack([across, down], 1).astype(np.int32)], isClosed=False, color=60, thickness=2)
    view = View(grey, np.eye(2, 3), _SIZE, _DPI)
    return read_signatures(words, rows_of(words), view, 3)


def test_each_signature_is_looked_for_under_its_own_label() -> None:
    """The patient's does not stand for the nurse's, nor the other way round."""
    both, one = read([0.05, 0.6]), read([0.6])

    assert both["provider_signature"].value is True
    assert both["patient_signature"].value is True
    assert one["provider_signature"].value is False
    assert one["patient_signature"].value is True
    assert one["patient_signature"].box is not None
    assert one["patient_signature"].box.x > 32 / WIDE


def test_a_page_without_ink_is_probably_unsigned() -> None:
    """Probably only: who signs beside the place asked for has signed."""
    field = read([])["patient_signature"]

    assert field.value is False
    assert 0.5 <= field.confidence < 0.98


def test_a_signature_nobody_asks_for_is_left_to_a_person() -> None:
    """Without a label nothing tells whose it would be."""
    assert read([0.05], "Merci de votre confiance")["provider_signature"].is_unread
