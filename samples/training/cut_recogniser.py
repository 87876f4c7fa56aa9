"""Cut PP-OCRv6's small recogniser down to the characters of French paper: ``extractors/readers/models/lines.onnx``.

    python -m samples.training.cut_recogniser PP-OCRv6_rec_small.onnx

The model comes in the ``rapidocr`` 3.10 wheel (Apache-2.0, PaddleOCR authors; ``docs/models/lines.md``). Its last
layer scores 18 710 characters; those of French paper are kept, the blank first, and weights are stored as float16
(cast back when the session is built, so arithmetic stays float32). The alphabet travels in the file's metadata.
"""

import argparse
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from onnx import numpy_helper

OUT: Final = Path(__file__).parents[2] / "extractors" / "readers" / "models" / "lines.onnx"
ALPHABET: Final = (
    "0123456789"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    "ÀÂÄÆÇÈÉÊËÎÏÔÖŒÙÛÜŸàâäæçèéêëîïôöœùûüÿñÑ"
    "!\"#%&'()*+,-./:;<=>?@[]_|°€§«»’–—·×²³½ "
)
_WEIGHT, _BIAS = "linear_8.w_0", "linear_8.b_0"
# Smaller tensors hold shapes and biases: nothing to gain.
_LEAST_HALVED: Final = 256


def cut(model: Any) -> str:
    """Keep the blank and the French characters of *model*'s output layer; return them in order."""
    listed = next(entry.value for entry in model.metadata_props if entry.key == "character").split("\n")
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    weight, bias = numpy_helper.to_array(tensors[_WEIGHT]), numpy_helper.to_array(tensors[_BIAS])
    # class 0 is the CTC blank, then the dictionary, then the space
    place = {character: 1 + n for n, character in enumerate(listed) if character}
    place[" "] = weight.shape[1] - 1
    kept = "".join(dict.fromkeys(c for c in ALPHABET if c in place))
    rows = [0, *(place[c] for c in kept)]
    tensors[_WEIGHT].CopyFrom(numpy_helper.from_array(np.ascontiguousarray(weight[:, rows]), _WEIGHT))
    tensors[_BIAS].CopyFrom(numpy_helper.from_array(np.ascontiguousarray(bias[rows]), _BIAS))
    del model.graph.value_info[:]  # they state the old width
    model.graph.output[0].type.tensor_type.shape.dim[2].dim_value = len(rows)
    return kept


def halve(model: Any) -> None:
    """Store the large weights as float16, each followed by a cast back to float32."""
    casts = []
    for tensor in model.graph.initializer:
        is_large = len(tensor.dims) > 1 and np.prod(tensor.dims) >= _LEAST_HALVED  # a scale of integers is too fine
        if tensor.data_type != onnx.TensorProto.FLOAT or not is_large:
            continue
        name = tensor.name
        halved = numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), f"{name}.half")
        tensor.CopyFrom(halved)
        casts.append(onnx.helper.make_node("Cast", [f"{name}.half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def main() -> None:
    """Read the model named on the command line, write the cut one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    model = onnx.load(str(options.model))
    kept = cut(model)
    halve(model)
    del model.metadata_props[:]
    onnx.helper.set_model_props(
        model,
        {
            "alphabet": kept,
            "licence": "Apache-2.0, PaddleOCR authors; output layer cut to French characters, weights in float16",
        },
    )
    onnx.checker.check_model(model)
    onnx.save(model, str(options.out))
    absent = "".join(c for c in ALPHABET if c not in kept)
    print(f"{len(kept)} characters, {options.out.stat().st_size / 1e6:.1f} MB; absent: {absent!r}")


if __name__ == "__main__":
    main()
