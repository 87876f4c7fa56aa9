"""Lines of handwriting (and print): a recogniser on onnxruntime that gives its whole output, not only its best guess.

The weights are PP-OCRv6's small recogniser, cut to French characters (``docs/models/lines.md``).
"""

from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.components import components
from extractors.greys import percentiles
from extractors.readers.protocol import LinePosteriors
from extractors.readers.session import load_session

_MODELS: Final = Path(__file__).parent / "models"
HEIGHT: Final = 48  #: of the lines the recogniser was trained on, px
# A shorter line (px at that height) is padded with paper, a longer one squeezed: an address fills about 1200.
_SHORTEST, _LONGEST = 64, 1600
# Grey levels between paper and ink: with less there is nothing to read; more than the second is dark enough as it is.
_NO_INK: Final = 12.0
_FULL_CONTRAST: Final = 150.0
# Pieces of ink smaller than this share of the crop's height, in both directions, are specks when the ink is trimmed.
_SPECK: Final = 0.08
# Paper left around the ink, as a share of its height.
_AIR: Final = 0.15
# A piece of ink on the upper or lower edge that reaches no further than this share of the crop's height is the foot or
# the head of a neighbouring row.
_INTRUSION: Final = 0.3
# A piece longer than the first share of the crop's width and flatter than the second share of its height is a rule.
_RULE_LENGTH: Final = 0.6
_RULE_WIDTH: Final = 0.06
_LEAST: Final = 1e-7


class OnnxLineRecogniser:
    """A CTC recogniser whose file carries its alphabet; one thread."""

    def __init__(self, name: str, model: Path) -> None:
        self.name = name
        self._session = load_session(model)
        self._input = self._session.get_inputs()[0].name
        self._planes = int(self._session.get_inputs()[0].shape[1])
        self.alphabet: str = self._session.get_modelmeta().custom_metadata_map["alphabet"]

    def read_line(self, crop: NDArray[np.uint8]) -> LinePosteriors:
        """Return the posteriors of the line *crop* holds; a crop without ink gives one step, all blank."""
        line = prepare_line(crop)
        if line is None:
            empty = np.full((1, 1 + len(self.alphabet)), np.log(_LEAST), np.float32)
            empty[0, 0] = 0.0
            return LinePosteriors(empty, self.alphabet)
        plane = (line.astype(np.float32) / 255.0 - 0.5) / 0.5
        batch = np.broadcast_to(plane, (1, self._planes, *plane.shape))
        probabilities = self._session.run(None, {self._input: np.ascontiguousarray(batch)})[0][0]
        return LinePosteriors(np.log(np.maximum(probabilities, _LEAST)).astype(np.float32), self.alphabet)


def load_line_recogniser() -> OnnxLineRecogniser:
    """Return the recogniser with the committed weights; one per worker."""
    return OnnxLineRecogniser("handwriting", _MODELS / "lines.onnx")


def prepare_line(crop: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Return what the recogniser sees of *crop*: its ink, ``HEIGHT`` pixels high, paper white; None without ink."""
    ink = trim_to_ink(crop)
    return None if ink is None else _at_height(ink)


def trim_to_ink(crop: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Return *crop* cut to its ink with a little air, paper at white and ink at black; None without ink.

    Specks, rules, and feet and heads of neighbouring rows are ignored when finding the ink. It is judged against the
    crop's own paper, so a tint or a lamp's shadow does no harm.
    """
    if min(crop.shape) < 3 or crop.size == 0:  # noqa: PLR2004 - too small for any stroke
        return None
    paper, dark = percentiles(crop, 75.0, 0.5)
    contrast = paper - dark
    if contrast < _NO_INK:
        return None
    ink = (crop < paper - 0.45 * contrast).astype(np.uint8)
    _, _, pieces, _ = components(ink)
    least = max(_SPECK * crop.shape[0], 2.0)
    lefts, tops, widths, heights = pieces[1:, :4].T
    bottoms, (high, wide) = tops + heights, crop.shape
    is_speck = (widths < least) & (heights < least)
    is_neighbour = (tops == 0) & (bottoms < _INTRUSION * high) | (bottoms == high) & (tops > (1 - _INTRUSION) * high)
    is_rule = (widths > _RULE_LENGTH * wide) & (heights < _RULE_WIDTH * high)
    kept = ~(is_speck | is_neighbour | is_rule)
    if not kept.any():
        return None
    left, top, right, bottom = lefts[kept].min(), tops[kept].min(), (lefts + widths)[kept].max(), bottoms[kept].max()
    air = max(2, round(_AIR * float(bottom - top)))
    cut = crop[max(top - air, 0) : bottom + air, max(left - air, 0) : right + air].astype(np.float32)
    gain = max(1.0, _FULL_CONTRAST / contrast)
    return np.asarray(np.clip(255.0 - (paper - cut) * gain, 0.0, 255.0), np.uint8)


def _at_height(line: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return *line* at the recogniser's height, padded with paper to its shortest width."""
    width = int(np.clip(round(line.shape[1] * HEIGHT / line.shape[0]), 4, _LONGEST))
    method = cv2.INTER_AREA if line.shape[0] > HEIGHT else cv2.INTER_LINEAR
    sized = cv2.resize(line, (width, HEIGHT), interpolation=method)
    missing = max(0, _SHORTEST - width)
    padded = cv2.copyMakeBorder(sized, 0, 0, missing // 2, missing - missing // 2, cv2.BORDER_CONSTANT, value=255)
    return np.asarray(padded, np.uint8)
