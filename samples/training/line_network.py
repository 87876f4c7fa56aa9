"""The number recogniser: convolutions only, one step every four pixels, CTC."""

from pathlib import Path
from typing import Any, Final

import onnx
import torch
from torch import nn

from extractors.readers.handwriting import HEIGHT
from samples.training.number_lines import ALPHABET

STRIDE: Final = 4
_LICENCE: Final = "Apache-2.0; see docs/models/numbers.md"


def line_network() -> nn.Sequential:
    """Return a fresh network: logits ``(n, 1 + len(ALPHABET), steps)``, blank first.

    It takes lines ``(n, 1, HEIGHT, w)``, -1 black to 1 paper, and sees some 80 pixels around each step.
    """
    return nn.Sequential(
        *_step(1, 16, (5, 5), (2, 2)),
        *_step(16, 32, (3, 3), (2, 2)),
        *_step(32, 32, (3, 3), (1, 1)),
        *_step(32, 64, (3, 3), (2, 1)),
        *_step(64, 64, (3, 3), (1, 1)),
        *_step(64, 96, (3, 3), (2, 1)),
        nn.Conv2d(96, 128, (HEIGHT // 16, 3), padding=(0, 1), bias=False),
        nn.BatchNorm2d(128),
        nn.ReLU(),
        *_step(128, 128, (1, 5), (1, 1)),
        nn.Dropout(0.15),
        *_step(128, 128, (1, 3), (1, 1)),
        nn.Dropout(0.15),
        nn.Conv2d(128, 1 + len(ALPHABET), 1),
        nn.Flatten(1, 2),
    )


def _step(taken: int, given: int, size: tuple[int, int], stride: tuple[int, int]) -> list[nn.Module]:
    padding = (size[0] // 2, size[1] // 2)
    return [nn.Conv2d(taken, given, size, stride, padding, bias=False), nn.BatchNorm2d(given), nn.ReLU()]


def export(network: nn.Module, path: Path) -> None:
    """Write *network* as ONNX: probabilities ``(n, steps, characters)`` of any width; alphabet and licence inside."""
    torch.onnx.export(
        nn.Sequential(network, nn.Softmax(dim=1)).eval(),
        (torch.zeros(1, 1, HEIGHT, 160),),
        str(path),
        input_names=["lines"],
        output_names=["columns"],
        dynamic_axes={"lines": {0: "n", 3: "w"}, "columns": {0: "n", 2: "steps"}},
        opset_version=17,
        dynamo=False,
    )
    model: Any = onnx.load(str(path))
    model.graph.node.append(onnx.helper.make_node("Transpose", ["columns"], ["probabilities"], perm=[0, 2, 1]))
    shape: list[str | int | None] = ["n", "steps", 1 + len(ALPHABET)]
    output = onnx.helper.make_tensor_value_info("probabilities", onnx.TensorProto.FLOAT, shape)
    del model.graph.output[:]
    model.graph.output.append(output)
    onnx.helper.set_model_props(model, {"alphabet": ALPHABET, "licence": _LICENCE})
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
