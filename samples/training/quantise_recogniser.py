"""Let the line recogniser's large layers count in eight bits: half its time, on machines with such instructions.

    python -m samples.training.quantise_recogniser CUT.onnx [--lots 3] [--seed 3129] [--lines FOLDER] [--out FILE]

CUT.onnx is what ``cut_recogniser`` wrote. The pointwise convolutions of 192 channels and more, four fifths of the work,
become integer; what stands before and after keeps its floats. Ranges come from the lines that the program itself
asks about on drawn lots, and from images of real hands. ``docs/models/lines.md`` says what exactness that costs.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)

from extractors.engine_settings import EngineSettings
from extractors.engines import load_engines
from extractors.page import read_page
from extractors.readers.handwriting import OnnxLineRecogniser, prepare_line
from extractors.readers.protocol import LinePosteriors
from extractors.scan import Scan
from samples.containers import ImagePage
from samples.generate import draw_lot
from samples.training.cut_recogniser import OUT, halve

#: Fewest channels, in and out, of a layer that is worth it: the narrow ones near the ink lose 3 points of characters.
_FEWEST_CHANNELS: Final = 192
_WIDE: Final = 384
#: The operators' version from which each channel may have its own scale.
_OPSET: Final = 17
#: Lines taken of each kind, and the longest (px): memory of the calibration.
_LINES: Final = 90
_LONGEST: Final = 900


class _Listening(OnnxLineRecogniser):
    """A recogniser that keeps what it is shown."""

    def __init__(self, model: Path) -> None:
        super().__init__("handwriting", model)
        self.seen: list[NDArray[np.uint8]] = []

    def read_line(self, crop: NDArray[np.uint8]) -> LinePosteriors:
        line = prepare_line(crop)
        if line is not None:
            self.seen.append(line[:, :_LONGEST])
        return super().read_line(crop)


class _Lines(CalibrationDataReader):  # type: ignore[misc]  # the library has no types
    def __init__(self, lines: list[NDArray[np.uint8]]) -> None:
        self._rest: Iterator[NDArray[np.uint8]] = iter(lines)

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        line = next(self._rest, None)
        if line is None:
            return None
        plane = (line.astype(np.float32) / 255.0 - 0.5) / 0.5
        return {"x": np.ascontiguousarray(np.broadcast_to(plane, (1, 3, *plane.shape)))}


def asked_lines(model: Path, lots: int, seed: int) -> list[NDArray[np.uint8]]:
    """Return lines that reading *lots* drawn lots asks the recogniser about, shuffled."""
    engines = load_engines(EngineSettings())
    listening = _Listening(model)
    object.__setattr__(engines.readers, "lines", listening)
    for lot in range(lots):
        for page in draw_lot([seed, lot], invoices=(2, 4)).pages:
            if isinstance(page, ImagePage):
                read_page(Scan("drawn", 1, page.pixels, page.dpi, is_bilevel=page.bilevel), 0, engines)
    order = np.random.default_rng(seed).permutation(len(listening.seen))
    return [listening.seen[i] for i in order[:_LINES]]


def real_lines(folder: Path, seed: int) -> list[NDArray[np.uint8]]:
    """Return lines of the images under *folder*, drawn by lot."""
    paths = sorted(folder.rglob("*.png"))
    chosen = np.random.default_rng(seed).permutation(len(paths))[:_LINES]
    found = (prepare_line(np.asarray(cv2.imread(str(paths[i]), cv2.IMREAD_GRAYSCALE), np.uint8)) for i in chosen)
    return [line[:, :_LONGEST] for line in found if line is not None]


def large_layers(model: Any) -> list[str]:
    """Return the names of the pointwise convolutions that do most of the work."""
    shapes = {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
    return [
        node.name
        for node in model.graph.node
        if node.op_type == "Conv"
        and shapes[node.input[1]][2:] == (1, 1)
        and min(shapes[node.input[1]][:2]) >= _FEWEST_CHANNELS
        and max(shapes[node.input[1]][:2]) >= _WIDE
    ]


def quantise(source: Path, out: Path, lines: list[NDArray[np.uint8]]) -> None:
    """Write *source* with its large layers in eight bits, their ranges from *lines*."""
    model = onnx.load(str(source))
    kept = {entry.key: entry.value for entry in model.metadata_props}
    with tempfile.TemporaryDirectory() as folder:
        newer, fused, integer = (str(Path(folder) / f"{name}.onnx") for name in ("newer", "fused", "integer"))
        onnx.save(onnx.version_converter.convert_version(model, _OPSET), newer)
        options = ort.SessionOptions()
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = fused
        # activations stay apart from their convolutions, which would not be found otherwise
        apart = ["ConvActivationFusion", "ConvAddActivationFusion"]
        ort.InferenceSession(newer, options, providers=["CPUExecutionProvider"], disabled_optimizers=apart)
        quantize_static(
            fused,
            integer,
            _Lines(lines),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            nodes_to_quantize=large_layers(onnx.load(fused)),
            calibrate_method=CalibrationMethod.MinMax,
        )
        written = onnx.load(integer)
    halve(written)
    del written.metadata_props[:]
    onnx.helper.set_model_props(written, kept)
    onnx.save(written, str(out))


def main() -> None:
    """Read the model named on the command line, write the quicker one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--lots", type=int, default=3)
    parser.add_argument("--seed", type=int, default=3129)
    parser.add_argument("--lines", type=Path, help="folder of line images by real hands")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    lines = asked_lines(options.model, options.lots, options.seed)
    if options.lines is not None:
        lines += real_lines(options.lines, options.seed)
    quantise(options.model, options.out, lines)
    print(f"{options.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
