"""Where an entry was struck, written over, covered or scratched: a small network over its strip, column by column."""

from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from extractors.marks.strips import STEP
from extractors.readers.session import load_session
from schemas.mark import MarkKind

#: What a column may be, after "nothing". Fluid and tape are told apart by their edge, and seldom for sure.
KINDS: Final = (MarkKind.STRIKE, MarkKind.OVERWRITE, MarkKind.FLUID, MarkKind.TAPE, MarkKind.SCRATCH)
_MODEL: Final = Path(__file__).parent / "models" / "erasures.onnx"
# Strips are padded to a multiple of so many columns, so that those of a form make a few batches.
_COLUMNS: Final = 8
_BATCH: Final = 16


class ErasureReader:
    """The project's own erasure network on onnxruntime, one thread."""

    name = "erasures"

    def __init__(self, model: Path = _MODEL) -> None:
        self._session = load_session(model)

    def read_strips(self, strips: list[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
        """Return, for each strip, the probability of each kind in each column: ``(columns, len(KINDS))``.

        Args:
            strips: ``(PLANES, HEIGHT, columns * STEP)`` each, as ``extractors.marks.strips`` cuts them.
        """
        found: dict[int, NDArray[np.float32]] = {}
        by_width: dict[int, list[int]] = defaultdict(list)
        for index, strip in enumerate(strips):
            by_width[-(-strip.shape[2] // (_COLUMNS * STEP))].append(index)
        for blocks, indices in by_width.items():
            width = blocks * _COLUMNS * STEP
            for start in range(0, len(indices), _BATCH):
                chosen = indices[start : start + _BATCH]
                batch = np.zeros((len(chosen), *strips[chosen[0]].shape[:2], width), np.float32)
                batch[:, 3] = 128 / 255
                for row, index in enumerate(chosen):
                    batch[row, :, :, : strips[index].shape[2]] = strips[index] / np.float32(255)
                (answers,) = self._session.run(["probabilities"], {"strips": batch})
                for row, index in enumerate(chosen):
                    columns = strips[index].shape[2] // STEP
                    found[index] = np.asarray(answers[row, 1:, :columns].T, np.float32)
        return [found[index] for index in range(len(strips))]


@lru_cache(maxsize=1)
def erasure_reader() -> ErasureReader:
    """Return the reader with the committed weights, loaded once a process."""
    return ErasureReader()
