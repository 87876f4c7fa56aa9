"""The line recogniser on lines drawn here with handwriting fonts, and on crops nobody could read."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from extractors.readers.ctc import best, score
from extractors.readers.handwriting import (
    OnnxLineRecogniser,
    load_line_recogniser,
    trim_to_ink,
)
from samples.fonts import font_path


@pytest.fixture(scope="module")
def lines() -> OnnxLineRecogniser:
    """The recogniser of names."""
    return load_line_recogniser()


def _written(text: str, font: str, *, ink: int = 40) -> NDArray[np.uint8]:
    """Return a line of the form, 300 dpi, with *text* written on it."""
    face = ImageFont.truetype(str(font_path(font)), 52)
    image = Image.new("L", (int(face.getlength(text)) + 200, 90), 252)
    ImageDraw.Draw(image).text((90, 46), text, fill=ink, font=face, anchor="lm")
    return np.asarray(cv2.GaussianBlur(np.asarray(image), (0, 0), 0.8), np.uint8)


@pytest.mark.parametrize("font", ["handlee", "zeyada", "caveat"])
def test_the_written_name_scores_above_the_others_of_the_lot(lines: OnnxLineRecogniser, font: str) -> None:
    """A form is tied to its bordereau line by this."""
    names = ["MARTIN HÉLÈNE", "MARTIN HÉLÈNA", "MARTEL HÉLÈNE", "MOREAU RENÉ", "GARCIA ANAÏS"]

    posteriors = lines.read_line(_written("MARTIN HÉLÈNE", font))

    assert max(names, key=lambda name: score(posteriors, name)) == "MARTIN HÉLÈNE"


def test_accents_are_read(lines: OnnxLineRecogniser) -> None:
    """The contract keeps them, and Chinese recognisers often lose them."""
    assert lines.read_line(_written("Noël Gérôme", "delius")).best().text == "Noël Gérôme"


@pytest.mark.parametrize("text", ["18,20", "127,05", "3,15"])
@pytest.mark.parametrize("font", ["handlee", "cousine"])
def test_amounts_are_read(lines: OnnxLineRecogniser, text: str, font: str) -> None:
    """An amount held to figures and signs is what pays."""
    assert best(lines.read_line(_written(text, font)), "0123456789,").text == text


@pytest.mark.parametrize(
    "crop",
    [
        np.zeros((1, 1), np.uint8),
        np.full((1, 1), 255, np.uint8),
        np.zeros((40, 300), np.uint8),
        np.full((40, 300), 255, np.uint8),
        np.zeros((0, 10), np.uint8),
        np.tile(np.array([[0, 255]], np.uint8), (3, 2000)),
    ],
)
def test_no_crop_is_refused(lines: OnnxLineRecogniser, crop: NDArray[np.uint8]) -> None:
    """A zone half off the page must not stop the page."""
    posteriors = lines.read_line(crop)

    assert np.exp(posteriors.log_probabilities).sum(axis=1) == pytest.approx(1.0, abs=1e-3)


def test_paper_without_ink_says_nothing(lines: OnnxLineRecogniser) -> None:
    """Grain is not writing."""
    grain = np.random.default_rng(1).integers(246, 255, (60, 400)).astype(np.uint8)

    assert lines.read_line(grain).best().text == ""


def test_specks_and_the_row_above_do_not_widen_the_line() -> None:
    """A line shrunk to make room for dust and a neighbour's foot is read too small."""
    clean = _written("18,20", "handlee")
    dirty = clean.copy()
    dirty[0:6, 20:24] = 30  # the foot of a figure of the row above
    dirty[80, 5] = 30

    trimmed, expected = trim_to_ink(dirty), trim_to_ink(clean)

    assert trimmed is not None
    assert expected is not None
    assert trimmed.shape == expected.shape
