"""A model file, ready to run: on the processor, one thread, for parallelism is across pages."""

from pathlib import Path

import onnxruntime as ort


def load_session(model: Path) -> ort.InferenceSession:
    """Return the session of an ONNX file."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return ort.InferenceSession(model.read_bytes(), options, providers=["CPUExecutionProvider"])
