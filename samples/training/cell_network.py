"""The character network: seven convolutions over the whole cell, positions kept to the end."""

import base64
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import nn

from extractors.readers.cells import CLASSES, FEATURES, OUTPUT_LAYER, SIDE
from samples.training.warps import varied

#: prepared cells (0 to 255) and their classes
Pool: TypeAlias = tuple[NDArray[np.uint8], NDArray[np.int64]]

_BATCH: Final = 256
_WARM_UP: Final = 40
_REPORTED: Final = 320
_LICENCE: Final = "Apache-2.0; see docs/models/cells.md"


def cell_network() -> nn.Sequential:
    """Return a fresh network: logits ``(n, len(CLASSES))`` from planes ``(n, 2, SIDE, SIDE)``."""
    return nn.Sequential(
        *_step(2, 16, 5, 2),
        *_step(16, 24, 3, 1),
        *_step(24, 48, 3, 2),
        *_step(48, 48, 3, 1),
        *_step(48, 96, 3, 2),
        *_step(96, 96, 3, 1),
        *_step(96, 128, 3, 2),
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Linear(128 * ((SIDE + 15) // 16) ** 2, FEATURES),
        nn.ReLU(),
        nn.Linear(FEATURES, len(CLASSES)),
    )


def _step(taken: int, given: int, size: int, stride: int) -> list[nn.Module]:
    return [nn.Conv2d(taken, given, size, stride, size // 2, bias=False), nn.BatchNorm2d(given), nn.ReLU()]


def fit(
    network: nn.Module, pools: list[tuple[Pool, float]], *, steps: int, rate: float, keep: Path | None = None
) -> None:
    """Train *network* with AdamW, the rate falling to nothing as a cosine; order and warps from torch's seed.

    Args:
        network: fresh, or trained before.
        pools: cells with their share of each batch, the shares summing to 1.
        steps: batches shown.
        rate: the first rate.
        keep: where the weights go every ``_REPORTED`` steps.
    """
    counts = [round(_BATCH * share) for _, share in pools]
    streams = [_stream(pool, count) for (pool, _), count in zip(pools, counts, strict=True)]
    optimiser = torch.optim.AdamW(network.parameters(), rate, weight_decay=1e-2)
    network.train()
    network.to(memory_format=torch.channels_last)
    total = 0.0
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / _WARM_UP) * 0.5 * (1.0 + math.cos(math.pi * step / steps))
        parts = [next(stream) for stream in streams]
        order = torch.randperm(sum(counts))
        answers = torch.cat([part[1] for part in parts])[order]
        seen = varied(torch.cat([part[0] for part in parts])[order].float() / 255.0)
        with torch.autocast("cpu", torch.bfloat16):
            logits = network(seen.contiguous(memory_format=torch.channels_last))
        loss = nn.functional.cross_entropy(logits.float(), answers)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        total += float(loss.detach())
        if (step + 1) % _REPORTED == 0:
            print(f"step {step + 1}/{steps}: loss {total / _REPORTED:.4f}", flush=True)
            total = 0.0
            if keep is not None:
                torch.save(network.state_dict(), keep)
    network.eval().to(memory_format=torch.contiguous_format)


def _stream(pool: Pool, count: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Give *count* cells of *pool* after *count*, for ever, each as often as the others."""
    planes, labels = torch.from_numpy(pool[0]), torch.from_numpy(pool[1])
    while True:
        order = torch.randperm(len(labels))
        for start in range(0, len(labels) - count + 1, count):
            chosen = order[start : start + count]
            yield planes[chosen], labels[chosen]


def logits_of(network: nn.Module, planes: NDArray[np.uint8]) -> torch.Tensor:
    """Return the logits of all *planes*."""
    with torch.no_grad():
        return torch.cat([network(part.float() / 255.0) for part in torch.from_numpy(planes).split(512)])


def best_temperature(logits: torch.Tensor, labels: NDArray[np.int64]) -> float:
    """Return the temperature, among 0.5 to 3, of least negative log-likelihood."""
    answers = torch.from_numpy(labels)
    tried = np.linspace(0.5, 3.0, 101)
    losses = [float(nn.functional.cross_entropy(logits / t, answers)) for t in tried]
    return float(tried[int(np.argmin(losses))])


class Reading(nn.Module):  # type: ignore[misc]  # torch is not there where types are checked
    """A trained network as it is shipped: probabilities, and the features its last layer weighs."""

    def __init__(self, network: nn.Sequential) -> None:
        super().__init__()
        self.body, self.last = network[:-1], network[-1]

    def forward(self, cells: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return probabilities ``(n, len(CLASSES))`` and features ``(n, FEATURES)``."""
        features = self.body(cells)
        return torch.softmax(self.last(features), dim=1), features


def calibrated(network: nn.Sequential, temperature: float) -> Reading:
    """Return *network* giving probabilities, its logits divided by *temperature*: in place, in the last layer."""
    with torch.no_grad():
        network[-1].weight /= temperature
        network[-1].bias /= temperature
    reading = Reading(network)
    reading.eval()
    return reading


def export(network: Reading, path: Path) -> None:
    """Write *network* as ONNX, any batch, with its licence and its last layer in the file."""
    torch.onnx.export(
        network,
        (torch.zeros(1, 2, SIDE, SIDE),),
        str(path),
        input_names=["cells"],
        output_names=["probabilities", "features"],
        dynamic_axes={"cells": {0: "n"}, "probabilities": {0: "n"}, "features": {0: "n"}},
        opset_version=17,
        dynamo=False,
    )
    model: Any = onnx.load(str(path))
    last = torch.cat([network.last.weight, network.last.bias[:, None]], dim=1).detach().numpy()
    packed = base64.b64encode(last.astype("<f4").tobytes()).decode()
    onnx.helper.set_model_props(model, {"licence": _LICENCE, OUTPUT_LAYER: packed})
    onnx.save(model, str(path))
