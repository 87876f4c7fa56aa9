"""Characters in comb cells: a small network over the whole cell, its surroundings included.

The crop is wider than the cell on purpose (`MARGIN_X`, `MARGIN_Y`): a figure that leans out stays whole, and a
neighbour's stroke, seen at the edge, is known for what it is. So nothing is centred on the ink here: where a stroke
stands in the crop is part of the evidence.

``prepare`` is shared with ``samples/training``, which made the weights (``docs/models/cells.md``).
"""

import base64
from functools import cached_property
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.readers.session import load_session

#: what a crop adds to the cell on each side, as a share of the cell's width and height
MARGIN_X: Final = 0.25
MARGIN_Y: Final = 0.20

CLASSES: Final = "0123456789AB, ?"
_BLANK: Final = CLASSES.index(" ")
_JUNK: Final = CLASSES.index("?")

#: side in pixels of what the network sees: a 6 pt figure is still nine pixels high
SIDE: Final = 40
# The paper is the grey level a fifth of the pixels are above: a wide figure and two neighbours cover less than half.
_PAPER_RANK: Final = int(0.80 * SIDE * SIDE)
# The ink is the seven darkest pixels' level: a 6 pt "1" covers nine, a speck of dust fewer.
_INK_RANK: Final = 7
# Grey levels. Contrast under the first is stretched no further, or paper grain would look like ink; under the second
# there is nothing to read: the palest pencil of the training drawings stands 25 levels under the paper.
_LEAST_STRETCH: Final = 40.0
_NO_INK: Final = 12.0
# A crop whose paper is darker than this shows a lid, a hole or a stain: no cell.
_DARK_PAPER: Final = 80.0
# What a certain answer, given without the network, leaves to all other classes together.
_CERTAIN_REST: Final = 1e-4
_BATCH: Final = 64

#: numbers the network sees in a cell before its last layer weighs them
FEATURES: Final = 128
#: the entry of the model's metadata that holds its last layer, little-endian float32, base64
OUTPUT_LAYER: Final = "output_layer"

#: Empty cells: 13.5 % of the last lessons (docs/models/cells.md), about 45 % of a form's cells with something dark in
#: them or around; the odds are corrected by the ratio, (0.45 / 0.55) / (0.135 / 0.865).
EMPTIER_THAN_LESSONS: Final = 5.2
_MODEL: Final = Path(__file__).parent / "models" / "cells.onnx"


def prepare(crop: NDArray[np.uint8]) -> tuple[NDArray[np.float32], float, float]:
    """Return what the network sees of one crop, with the crop's paper level and contrast in grey levels.

    Args:
        crop: the cell and its margins, ``(h, w)`` grey, at least one pixel.

    Returns:
        Planes ``(2, SIDE, SIDE)``, 0 is paper: ink stretched to the crop's own contrast, and ink as dark as it is
        (which tells a printed ghost from a pen).
    """
    method = cv2.INTER_AREA if min(crop.shape) >= SIDE else cv2.INTER_LINEAR
    grey = cv2.resize(crop, (SIDE, SIDE), interpolation=method).astype(np.float32)
    levels = np.partition(grey.ravel(), (_INK_RANK, _PAPER_RANK))
    paper, ink = float(levels[_PAPER_RANK]), float(levels[_INK_RANK])
    depth = paper - grey
    stretched = np.clip(depth / max(paper - ink, _LEAST_STRETCH), 0.0, 1.0)
    absolute = np.clip(depth / 255.0, 0.0, 1.0)
    return np.stack([stretched, absolute]), paper, paper - ink


class CombReader:
    """The project's own character network on onnxruntime, one thread."""

    name = "comb"
    classes = CLASSES

    def __init__(self, model: Path = _MODEL) -> None:
        self._session = load_session(model)

    def read_cells(self, cells: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Return calibrated class probabilities, shape ``(len(cells), len(classes))``, each row summing to 1.

        A cell without any contrast is blank, and a cell without paper or pixels is junk, without asking the network.
        """
        return self.read_cells_with_features(cells)[0]

    def read_cells_with_features(
        self, cells: list[NDArray[np.uint8]]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return what ``read_cells`` does, and the ``FEATURES`` numbers of each cell that led there, 0 or more.

        A cell answered without the network has a row of zeros.
        """
        features = np.zeros((len(cells), FEATURES), np.float32)
        answers = np.empty((len(cells), len(CLASSES)), np.float32)
        pending: list[int] = []
        planes: list[NDArray[np.float32]] = []
        for index, crop in enumerate(cells):
            if crop.size == 0:
                answers[index] = _certain(_JUNK)
                continue
            seen, paper, contrast = prepare(crop)
            if paper < _DARK_PAPER:
                answers[index] = _certain(_JUNK)
            elif contrast < _NO_INK:
                answers[index] = _certain(_BLANK)
            else:
                pending.append(index)
                planes.append(seen)
        for start in range(0, len(pending), _BATCH):
            batch = np.stack(planes[start : start + _BATCH])
            chosen = pending[start : start + _BATCH]
            answers[chosen], features[chosen] = self._session.run(["probabilities", "features"], {"cells": batch})
        answers[:, _BLANK] *= EMPTIER_THAN_LESSONS
        return np.asarray(answers / answers.sum(axis=1, keepdims=True), np.float32), features

    @cached_property
    def output_layer(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The last layer: weights ``(len(classes), FEATURES)`` and biases; softmax of what it makes of features.

        ``read_cells`` multiplies the odds of empty cells by ``EMPTIER_THAN_LESSONS`` after it.
        """
        packed = base64.b64decode(self._session.get_modelmeta().custom_metadata_map[OUTPUT_LAYER])
        layer = np.frombuffer(packed, "<f4").reshape(len(CLASSES), FEATURES + 1)
        return layer[:, :-1].astype(np.float32), layer[:, -1].astype(np.float32)


def load_cell_reader() -> CombReader:
    """Return a reader with the committed weights; one per worker."""
    return CombReader()


def _certain(answer: int) -> NDArray[np.float32]:
    """Return the probabilities of an answer given without the network."""
    row = np.full(len(CLASSES), _CERTAIN_REST / (len(CLASSES) - 1), np.float32)
    row[answer] = 1.0 - _CERTAIN_REST
    return row
