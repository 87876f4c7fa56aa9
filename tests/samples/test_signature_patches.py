"""Lessons about signatures: what they say was signed shows a signature, there and nowhere else."""

import numpy as np

from extractors.readers.signatures import STEP
from samples.training.signature_patches import draw_box_patch
from samples.training.signature_scenes import Scene

GREY = (1.0, 0.0, 0.0)


def drawn(seed: int) -> Scene:
    return draw_box_patch(np.random.default_rng(seed), "train", GREY)


def test_the_map_lies_on_the_signatures_ink() -> None:
    """A map beside its signature would teach the network to look beside it."""
    scenes = [scene for scene in (drawn(seed) for seed in range(16)) if scene.signed]

    assert len(scenes) > 3
    for scene in scenes:
        tall, wide = scene.where.shape
        darkest = scene.planes[0].reshape(tall, STEP, wide, STEP).max(axis=(1, 3))
        assert np.median(darkest[scene.where]) > 0.15


def test_an_unsigned_patch_has_no_signature_on_its_map() -> None:
    """What resembles one is there to be told from it."""
    scenes = [scene for scene in (drawn(seed) for seed in range(12)) if not scene.signed]

    assert any(scene.look_alikes for scene in scenes)
    assert not any(scene.where.any() for scene in scenes)
