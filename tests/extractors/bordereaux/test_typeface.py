"""The figures of one page, learned from those its keys and sums prove."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from extractors.bordereaux.typeface import Typeface, learn
from samples.fonts import font_path, load_font

PROVEN = ["248059912729862", "284036527746744", "232038011207857", "160817249953016", "590317246880125"]


def printed(text: str, *, font: str = "cousine", rule: bool = False) -> NDArray[np.uint8]:
    """Draw *text* as a 300 dpi scan has it, at 9 points, off the grid, with grain, perhaps right of a rule."""
    face = load_font(font_path(font), 37)
    image = Image.new("L", (round(face.getlength(text)) + 24, 44), 250)
    ImageDraw.Draw(image).text((12, 4), text, font=face, fill=30)
    pixels = np.asarray(image).astype(np.float32)
    if rule:
        pixels[:, 3:5] = 40
    chance = np.random.default_rng(sum(map(ord, text)))
    shift = np.array([[1.0, 0.0, chance.uniform(-1, 1)], [0.0, 1.0, chance.uniform(-1, 1)]])
    size = (pixels.shape[1], pixels.shape[0])
    moved = cv2.warpAffine(pixels, shift, size, borderMode=cv2.BORDER_REPLICATE)
    return np.clip(moved + chance.normal(0, 12, pixels.shape), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def dotted() -> Typeface:
    """Cousine dots its zeros: what makes engines read eights."""
    typeface = learn([(printed(text), text) for text in PROVEN])
    assert typeface is not None
    return typeface


def test_a_dotted_zero_is_no_eight_once_the_page_has_shown_both(dotted: Typeface) -> None:
    """An invoice number has no key: nothing but its own ink tells 000866960 from 000866968."""
    figures = dotted.read(printed("000866960"), "000866968")

    assert figures is not None
    assert figures.text == "000866960"
    assert figures.probability > 0.9


def test_separators_are_left_out_and_slashes_known_for_what_they_are(dotted: Typeface) -> None:
    """A slash is as tall as a figure; the first reading tells where it stands."""
    date = dotted.read(printed("25/03/1932"), "25/08/1932")
    amount = dotted.read(printed("1234,50"), "1234,50")

    assert date is not None
    assert date.text == "25031932"
    assert amount is not None
    assert amount.text == "123450"


def test_a_rule_between_columns_is_no_figure(dotted: Typeface) -> None:
    """Tables have rules right beside their numbers."""
    figures = dotted.read(printed("000553707", rule=True), "000553707")

    assert figures is not None
    assert figures.text == "000553707"


def test_letters_are_no_figures(dotted: Typeface) -> None:
    """A foreign character must be seen as one, not taken for the nearest figure."""
    assert dotted.read(printed("MWKGAE"), "MWKGAE") is None


def test_too_few_proven_words_teach_nothing() -> None:
    """A page whose keys were not read must not confirm itself."""
    assert learn([(printed(PROVEN[0]), PROVEN[0])]) is None


def test_a_page_whose_proven_figures_contradict_each_other_teaches_nothing() -> None:
    """Where figures left out are read wrongly, the page's print cannot be told apart."""
    shuffled = [(printed(text), text[::-1]) for text in PROVEN]

    assert learn(shuffled) is None
