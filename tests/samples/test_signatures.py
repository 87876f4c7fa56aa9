"""Signatures and what resembles them, as the samples draw them: the truth must be on the paper, and nothing else."""

import numpy as np
import pytest

from samples.fonts import handwriting_fonts
from samples.ink import Hand
from samples.marks import signature_look_alikes as boxes
from samples.marks import signature_shapes as shapes
from samples.marks.places import Place
from samples.marks.signature_look_alikes import draw_look_alike
from samples.marks.signatures import sign_box
from samples.marks.signers import Signer
from samples.paper import Paper

BOX = (30.0, 25.0, 52.0, 20.0)
BLUE = (20, 30, 95)


def sheet() -> Paper:
    return Paper((112.0, 70.0), 150)


def signer(seed: int, split: str = "all") -> Signer:
    fonts = handwriting_fonts("train")
    return Signer.draw(np.random.default_rng(seed), split, BLUE, "Martin", fonts[0])  # type: ignore[arg-type]


def inked(paper: Paper) -> np.ndarray:
    return np.asarray(paper.pixels.min(axis=2) < 200)


def test_a_person_signs_alike_on_every_sheet_but_never_the_same() -> None:
    """The same strokes pixel by pixel on two papers would be a copy."""
    one, other, stranger = sheet(), sheet(), sheet()
    for paper, who, seed in ((one, 5, 1), (other, 5, 2), (stranger, 6, 1)):
        signer(who).sign(paper, (56.0, 35.0), np.random.default_rng(seed))

    def shared(a: Paper, b: Paper) -> float:
        return float((inked(a) & inked(b)).sum() / (inked(a) | inked(b)).sum())

    assert not np.array_equal(one.pixels, other.pixels)
    assert shared(one, other) > 2 * shared(one, stranger)


@pytest.mark.parametrize("family", [*shapes.TRAINED, *shapes.HELD_OUT])
def test_every_family_of_signatures_draws_strokes_of_a_signatures_size(family: str) -> None:
    """A family that draws nothing, or one far too large, would be learnt as such."""
    strokes = {**shapes.TRAINED, **shapes.HELD_OUT}[family](np.random.default_rng(3))
    points = np.concatenate(strokes)

    assert np.isfinite(points).all()
    assert 0.3 < float(np.ptp(points[:, 0])) < 3
    assert float(np.abs(points).max()) < 3


def test_what_is_held_out_is_never_learnt_from() -> None:
    """The figures on it would say nothing about signatures nobody has seen."""
    learnt = {signer(seed, "train").family for seed in range(200)}

    assert not learnt & set(shapes.HELD_OUT)
    assert learnt >= set(shapes.TRAINED)
    assert not set(boxes.TRAINED) & set(boxes.HELD_OUT)


@pytest.mark.parametrize("name", [*boxes.TRAINED, *boxes.HELD_OUT])
def test_every_look_alike_leaves_something_near_its_box(name: str) -> None:
    """One that draws nothing makes an easy box count as a hard one; a bleed-through may stay too pale for a scan."""
    paper = sheet()
    hand = Hand.draw(np.random.default_rng(1), "train")
    {**boxes.TRAINED, **boxes.HELD_OUT}[name](Place(paper, BOX, np.random.default_rng(4), "train", hand))
    near = paper.pixels[paper.px(8) : paper.px(62), paper.px(10) : paper.px(102)]

    assert int(near.min()) < 250


def test_a_signed_box_keeps_its_signature_in_sight() -> None:
    """No look-alike that hides what is under it is drawn on a signed box."""
    drawn = set()
    for seed in range(150):
        place = Place(sheet(), BOX, np.random.default_rng(seed), "all", Hand.draw(np.random.default_rng(1), "train"))
        drawn.add(draw_look_alike(place, signed=True))

    assert not drawn & {"sticker", "hole", "scan_edge"}
    assert len(drawn) > 12


def test_signatures_stand_inside_over_the_edge_and_beside() -> None:
    """People do all of it, and a hard lot has more of the last two."""
    manners = [sign_box(sheet(), BOX, signer(s), np.random.default_rng(s), hard=True) for s in range(60)]

    assert set(manners) == {"inside", "over_edge", "beside"}
