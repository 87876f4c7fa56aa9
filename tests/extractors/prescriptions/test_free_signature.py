"""Signed or not: what a pen leaves at the foot of an ordonnance, against what only looks like it."""

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from extractors.prescriptions.free_ink import FreeInk, free_ink
from extractors.prescriptions.free_signature import read_signature
from extractors.sheet import View

DPI = 150.0
PX = DPI / 25.4
PAPER_MM = (297, 210)
Points = Sequence[tuple[float, float]]


def paper() -> NDArray[np.uint8]:
    return np.full((round(PAPER_MM[0] * PX), round(PAPER_MM[1] * PX)), 245, np.uint8)


def pen(image: NDArray[np.uint8], points: Points, width_mm: float = 0.5) -> None:
    """Draw a stroke through *points*, in mm."""
    line = np.array([[round(x * PX), round(y * PX)] for x, y in points], np.int32)
    cv2.polylines(image, [line], isClosed=False, color=40, thickness=max(round(width_mm * PX), 1), lineType=cv2.LINE_AA)


def letters(image: NDArray[np.uint8], x: float, y: float, count: int, height_mm: float = 3.0) -> None:
    """Draw *count* letters apart, as a careful hand writes a name."""
    for place in range(count):
        left = x + 1.3 * place * height_mm
        pen(image, [(left, y), (left + 0.4 * height_mm, y - height_mm), (left + 0.7 * height_mm, y)], 0.3)


def ink_of(image: NDArray[np.uint8]) -> FreeInk:
    view = View(image, np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), (image.shape[0], image.shape[1]), DPI)
    return free_ink(view)


# There and back again, as people underline their name: apart in the middle, together at one end.
DASH: Points = ((110, 240.6), (126, 240.0), (144, 240.5), (127, 241.1))
WAVE: Points = ((110, 240), (116, 228), (121, 243), (128, 226), (134, 241), (150, 234))


def signed(image: NDArray[np.uint8]) -> tuple[bool | None, float]:
    field, _ = read_signature(ink_of(image), [], [], 0)
    return field.value, round(field.confidence, 3)


def test_a_wave_of_the_pen_is_a_signature() -> None:
    image = paper()
    pen(image, WAVE)

    assert signed(image) == (True, 0.995)


def test_a_small_written_name_over_a_flat_dash_is_a_signature() -> None:
    """Its letters are no higher than print, its dash no higher than a rule: one signed sheet in 12 was so."""
    image = paper()
    letters(image, 118, 238, 6, height_mm=2.2)
    pen(image, DASH, 0.8)

    assert signed(image) == (True, 0.995)


def test_a_flat_dash_alone_is_looked_at_by_a_person() -> None:
    """Probably a signature: not sure enough to be accepted unseen, nor a fault of the paper."""
    image = paper()
    pen(image, DASH, 0.8)
    value, sure = signed(image)

    assert value is True
    assert sure < 0.9


@pytest.mark.parametrize("what", ["nothing", "rule", "frame", "small print"])
def test_what_no_pen_drew_is_no_signature(what: str) -> None:
    """Rules and a stamp's frame are as long as a dash, but even and straight."""
    image = paper()
    if what == "rule":
        pen(image, [(110, 240), (150, 240.4)], 0.4)
    if what == "frame":
        pen(image, [(100, 230), (142, 231), (141.6, 245), (99.6, 244), (100, 230)], 0.4)
    if what == "small print":
        letters(image, 100, 240, 9, height_mm=1.8)
    value, sure = signed(image)

    assert value is False
    assert sure > 0.9


def test_a_signature_cut_by_a_frame_is_no_fault_of_the_paper() -> None:
    """The rule it crosses is taken out with the frame, and leaves it in pieces."""
    image = paper()
    pen(image, [(10, 240), (200, 240)], 0.5)
    pen(image, [(110, 246), (118, 240.8), (128, 236), (134, 239)], 0.4)
    pen(image, [(134, 239.4), (139, 243.5), (146, 238.4)], 0.4)
    value, _ = signed(image)

    assert value is True


def test_a_long_stroke_nobody_can_explain_leaves_the_question_open() -> None:
    """Longer than any letter, too little for a signature: a person looks, and nothing is told against the paper."""
    image = paper()
    pen(image, [(118, 240), (124.9, 238.6), (121, 239.7)], 0.3)
    value, sure = signed(image)

    assert value is False
    assert sure < 0.5
