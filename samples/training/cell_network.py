"""The character network: seven convolutions over the whole cell, positions kept to the end."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import nn

from extractors.readers.cells import CLASSES, SIDE

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
        nn.Linear(128 * ((SIDE + 15) // 16) ** 2, 128),
        nn.ReLU(),
        nn.Linear(128, len(CLASSES)),
    )


def _step(taken: int, given: int, size: int, stride: int) -> list[nn.Module]:
    return [nn.Conv2d(taken, given, size, stride, size // 2, bias=False), nn.BatchNorm2d(given), nn.ReLU()]


def fit(
    network: nn.Module,
    planes: NDArray[np.uint8],
    labels: NDArray[np.int64],
    *,
    epochs: int,
    rate: float = 2e-3,
    batch: int = 256,
) -> None:
    """Train *network* on *planes* (0 to 255) with AdamW and a one-cycle rate; order from torch's seed."""
    images, answers = torch.from_numpy(planes), torch.from_numpy(labels)
    steps = epochs * (len(images) // batch)
    optimiser = torch.optim.AdamW(network.parameters(), rate, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps, pct_start=0.15)
    network.train()
    network.to(memory_format=torch.channels_last)
    for epoch in range(epochs):
        order, total = torch.randperm(len(images)), 0.0
        for start in range(0, len(images) - batch + 1, batch):
            chosen = order[start : start + batch]
            seen = (images[chosen].float() / 255.0).contiguous(memory_format=torch.channels_last)
            with torch.autocast("cpu", torch.bfloat16):
                logits = network(seen)
            loss = nn.functional.cross_entropy(logits.float(), answers[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
        print(f"epoch {epoch + 1}/{epochs}: loss {total / (len(images) // batch):.4f}", flush=True)
    network.eval().to(memory_format=torch.contiguous_format)


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


def calibrated(network: nn.Sequential, temperature: float) -> nn.Sequential:
    """Return *network* giving probabilities, its logits divided by *temperature*: in place, in the last layer."""
    with torch.no_grad():
        network[-1].weight /= temperature
        network[-1].bias /= temperature
    return nn.Sequential(network, nn.Softmax(dim=1)).eval()


def export(network: nn.Module, path: Path) -> None:
    """Write *network* as ONNX, any batch, with its licence in the file."""
    torch.onnx.export(
        network,
        (torch.zeros(1, 2, SIDE, SIDE),),
        str(path),
        input_names=["cells"],
        output_names=["probabilities"],
        dynamic_axes={"cells": {0: "n"}, "probabilities": {0: "n"}},
        opset_version=17,
        dynamo=False,
    )
    model: Any = onnx.load(str(path))
    onnx.helper.set_model_props(model, {"licence": _LICENCE})
    onnx.save(model, str(path))
