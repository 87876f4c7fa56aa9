"""Signed or not: signatures of families nobody trained on, and what must not pass for one, on white paper."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from extractors.feuilles.form_view import Rect
from extractors.feuilles.strokes import Ink
from extractors.marks.signatures import read_signature, weighed
from samples.fonts import handwriting_fonts
from samples.marks.pens import Pen
from samples.marks.signature_shapes import HELD_OUT
from samples.marks.signers import Signer
from samples.paper import Paper
from schemas.field import Field
from tests.extractors.marks.drawn_forms import PX, SIZE, laid, paper, pen, typed

SIGNED = Rect(30, 20, 52, 20)
WAVE = ((40.0, 32.0), (44.0, 26.0), (46.0, 33.0), (51.0, 25.0), (54.0, 32.0), (62.0, 28.0))


def read(image: NDArray[np.uint8]) -> Field[bool]:
    view = laid(image)
    return read_signature(view, Ink(view), SIGNED, 0)


def signed_by(family: str, at: tuple[float, float], opacity: float = 1.0) -> NDArray[np.uint8]:
    """Return a paper with a signature of a held-out family, in a pen of everyday width."""
    sheet = Paper((SIZE[1], SIZE[0]), round(PX * 25.4))
    hand = handwriting_fonts("held_out")[0]
    ball = Pen((20, 30, 95), 0.4, 0.3, opacity)
    Signer(family, HELD_OUT[family], ball, 34.0, 12.0, -0.1, 5, "", hand).sign(sheet, at, np.random.default_rng(2))
    return cv2.cvtColor(sheet.pixels, cv2.COLOR_RGB2GRAY)


@pytest.mark.parametrize("family", HELD_OUT)
def test_a_signature_of_an_unseen_shape_is_one(family: str) -> None:
    """What counts is that somebody signed; nobody checks whose signature it is."""
    field = read(signed_by(family, (56.0, 30.0)))

    assert field.value is True
    assert field.confidence > 0.9


@pytest.mark.parametrize("at", [(56.0, 19.5), (56.0, 41.0), (80.0, 31.0)])
def test_a_signature_that_leaves_its_box_still_counts(at: tuple[float, float]) -> None:
    """People sign across the border."""
    assert read(signed_by("springs", at)).value is True


def test_a_pale_signature_counts() -> None:
    """A dry pen, or a pencil."""
    assert read(signed_by("knots", (56.0, 30.0), opacity=0.45)).value is True


@pytest.mark.parametrize("kind", ["nothing", "fold", "stamp", "specks", "printed name", "cross", "tail", "frame"])
def test_what_is_no_signature_does_not_pass_for_one(kind: str) -> None:
    """An unsigned form is not paid: none of this may hide that nobody signed."""
    image = paper()
    if kind == "fold":
        pen(image, (0.0, 30.0), (119.0, 30.1), width_mm=0.25)
    if kind == "stamp":
        typed(image, "CLEMENT JOSEPH", 34, 27, 2.2)
        typed(image, "63000 CLERMONT", 34, 32, 2.2)
    if kind == "specks":
        for x in range(32, 80, 9):
            pen(image, (x, 25.0), (x + 0.3, 25.2))
    if kind == "printed name":
        typed(image, "DURAND Marie", 40, 31, 2.4)
    if kind == "cross":
        typed(image, "X", 54, 32, 2.6)
    if kind == "tail":
        pen(image, (70.0, 8.0), (69.0, 14.0), (67.0, 19.0), (66.5, 22.0))
    if kind == "frame":
        pen(image, (38.0, 24.0), (74.0, 24.6), (73.8, 37.0), (37.8, 36.4), (38.0, 24.0))
    field = read(image)

    assert field.value is False
    assert field.confidence > 0.85


@pytest.mark.parametrize(
    ("strokes", "network", "answer"),
    [
        ((True, 0.99), 0.97, (True, 0.99)),
        ((True, 0.99), 0.2, (True, 0.6)),
        ((True, 0.99), 0.04, (False, 0.96)),
        ((False, 0.85), 0.04, (False, 0.96)),
        ((False, 0.99), 0.7, (False, 0.45)),
        ((False, 0.85), 0.97, (True, 0.95)),
        ((True, 0.6), 0.97, (True, 0.95)),
        ((True, 0.6), 0.7, (True, 0.6)),
    ],
)
def test_two_opinions_that_differ_are_looked_at(
    strokes: tuple[bool, float], network: float, answer: tuple[bool, float]
) -> None:
    """Long strokes that are surely no signature are none; all else that differs is left to a person, under 0.9."""
    signed, confidence = weighed(*strokes, network)

    assert (signed, confidence) == (answer[0], pytest.approx(answer[1]))


def test_the_box_is_the_signatures_own_where_there_is_one() -> None:
    """The report cuts it out: a person must see the signature, and of an unsigned box the box."""
    image = paper()
    pen(image, *WAVE)
    signed, empty = read(image).box, read(paper()).box

    assert signed is not None
    assert empty is not None
    assert (signed.x * SIZE[1], (signed.x + signed.w) * SIZE[1]) == pytest.approx((40.0, 62.0), abs=2.6)
    assert (empty.x * SIZE[1], empty.w * SIZE[1]) == pytest.approx((30.0, 52.0), abs=0.01)


def test_a_neighbours_signature_that_reaches_over_signs_nothing() -> None:
    """The insured's flourish in the provider's box does not make the provider's."""
    field = read(signed_by("flowing", (103.0, 30.0)))

    assert field.value is False
