"""The network that looks at a check box: what it is shown, and what it answers.

It sees the box twice: near, with what leaves the box, and from afar, where a fold or a stamp's line shows for what it
is; both without the form's print and as scanned, since correction fluid takes the print away too.
``planes_of`` is shared with ``samples/training``, which made the weights (``docs/models/ticks.md``).
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.feuilles.form_view import FormView, Rect
from extractors.readers.session import load_session

#: What a box can be; the network's classes in order.
EMPTY, TICKED, STRUCK, COVERED = range(4)
CLASSES: Final = 4
#: Side of each view in pixels, and of the near and the far view in sides of the box: a box of 4 mm has 15 pixels near.
SIDE: Final = 48
NEAR: Final = 3.2
FAR: Final = 8.0
#: near ink, near scan, far ink, far scan
PLANES: Final = 4
# The paper's level in a scan: nearly everything is darker, and a blown-out fleck counts for nothing.
_PAPER_PERCENTILE: Final = 97
_LEAST_PAPER: Final = 60.0
# An answer this sure is taken as it is.
_PLAIN: Final = 0.999
# Odds of a tick taken back on everyday forms against those of the lessons, where 16 % are (docs/models/ticks.md). A
# tenth would be nearer to everyday forms; this keeps 90 % of those taken back in ways never learnt.
_RARER_THAN_LESSONS: Final = 0.25
_MODEL: Final = Path(__file__).parent / "models" / "ticks.onnx"


def planes_of(view: FormView, rect: Rect) -> NDArray[np.uint8]:
    """Return what the network sees of the box at *rect*: ``(PLANES, SIDE, SIDE)``, 0 is paper, 255 black."""
    side = (rect.w + rect.h) / 2
    far_scan = _square(view, view.original, rect, FAR * side)
    paper = max(float(np.percentile(far_scan, _PAPER_PERCENTILE)), _LEAST_PAPER)
    even = np.clip(np.arange(256) * (255.0 / paper), 0, 255).astype(np.uint8)
    near_scan = _square(view, view.original, rect, NEAR * side)
    seen = (
        _square(view, view.cleaned, rect, NEAR * side),
        cv2.LUT(near_scan, even),
        _square(view, view.cleaned, rect, FAR * side),
        cv2.LUT(far_scan, even),
    )
    return np.asarray(255 - np.stack(seen), np.uint8)


def _square(view: FormView, image: NDArray[np.uint8], rect: Rect, side: float) -> NDArray[np.uint8]:
    around = Rect(rect.x + (rect.w - side) / 2, rect.y + (rect.h - side) / 2, side, side)
    cut = view.cut(image, around)
    method = cv2.INTER_AREA if min(cut.shape) >= SIDE else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(cut, (SIDE, SIDE), interpolation=method), np.uint8)


class TickNetwork:
    """The weights on onnxruntime, one thread."""

    def __init__(self, model: Path = _MODEL) -> None:
        self._session = load_session(model)

    def judge(self, boxes: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Return what each of *boxes*, from ``planes_of``, is: probabilities ``(len(boxes), CLASSES)``.

        A box that is not plain is looked at again turned over, left for right and upside down: its kind stays the
        same, and an answer that does not was none.
        """
        if not boxes:
            return np.zeros((0, CLASSES), np.float32)
        batch = np.asarray(np.stack(boxes) / np.float32(255), np.float32)
        answers = self._run(batch)
        unclear = np.flatnonzero(answers.max(axis=1) < _PLAIN)
        if unclear.size:
            again = batch[unclear]
            turned = (again[..., ::-1], again[:, :, ::-1], again[:, :, ::-1, ::-1], again.swapaxes(2, 3))
            others = self._run(np.ascontiguousarray(np.concatenate(turned)))
            answers[unclear] = np.concatenate([answers[None, unclear], others.reshape(4, unclear.size, CLASSES)]).mean(
                0
            )
        return answers

    def _run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        answers = np.array(self._session.run(["probabilities"], {"boxes": batch})[0], np.float32)
        answers[:, [STRUCK, COVERED]] *= _RARER_THAN_LESSONS
        return np.asarray(answers / answers.sum(axis=1, keepdims=True), np.float32)


@lru_cache(maxsize=1)
def tick_network() -> TickNetwork:
    """Return the network with the committed weights, loaded once a process."""
    return TickNetwork()
