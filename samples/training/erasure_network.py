"""The network that finds erasures: convolutions over a strip, then along it: each figure is seen beside the others."""

import math
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import nn

from extractors.marks.strips import HEIGHT, PLANES, STEP
from extractors.readers.erasures import KINDS

_LICENCE: Final = "Apache-2.0; see docs/models/erasures.md"
_WARM_UP: Final = 100
_REPORTED: Final = 200
_WIDE: Final = 72
#: a strip is worth another look when its probability of an erasure is this far from the truth
_WRONG: Final = 0.15
#: share of strips shown with thicker strokes
_THICKER: Final = 0.25
#: label of a column that is neither: the edge of an erasure
UNSURE: Final = -100


class ErasureNetwork(nn.Module):  # type: ignore[misc]  # torch is not there where types are checked
    """Logits ``(n, 1 + len(KINDS), columns)`` from planes ``(n, PLANES, HEIGHT, columns * STEP)``, 0 to 1."""

    def __init__(self) -> None:
        super().__init__()
        self.strip = nn.Sequential(
            *_step(PLANES, 14, 2),
            *_step(14, 22, 1),
            *_step(22, 40, 2),
            *_step(40, 40, 1),
            *_step(40, 56, 2),
            *_step(56, 56, 1),
            nn.Conv2d(56, _WIDE, (HEIGHT // STEP, 3), padding=(0, 1), bias=False),
            nn.BatchNorm2d(_WIDE),
            nn.ReLU(),
        )
        self.along = nn.ModuleList([_along(dilation) for dilation in (1, 2, 4, 8)])
        self.last = nn.Conv1d(_WIDE, 1 + len(KINDS), 1)

    def forward(self, planes: torch.Tensor) -> torch.Tensor:
        """Return the logits; class 0 is no erasure."""
        seen = self.strip(planes).squeeze(2)
        for block in self.along:
            seen = seen + block(seen)
        return self.last(seen)


def _step(taken: int, given: int, stride: int) -> list[nn.Module]:
    return [nn.Conv2d(taken, given, 3, stride, 1, bias=False), nn.BatchNorm2d(given), nn.ReLU()]


def _along(dilation: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv1d(_WIDE, _WIDE, 3, padding=dilation, dilation=dilation, bias=False),
        nn.BatchNorm1d(_WIDE),
        nn.ReLU(),
        nn.Conv1d(_WIDE, _WIDE, 1),
    )


def loss_of(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return the loss: of each column's kind, and of the strip as a whole, erased or not.

    Args:
        logits: ``(n, classes, columns)``.
        labels: ``(n, columns)``, 0 for none, ``UNSURE`` for edges.
    """
    columns = nn.functional.cross_entropy(logits, labels, ignore_index=UNSURE)
    odds = torch.logsumexp(logits[:, 1:], dim=1) - logits[:, 0]
    likeliest = odds.masked_fill(labels == UNSURE, -30.0).amax(dim=1)
    erased = (labels > 0).any(dim=1).float()
    return columns + 0.3 * nn.functional.binary_cross_entropy_with_logits(likeliest, erased)


def varied(planes: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """Return strips with other strokes, darkness, noise, and place: what pens, scanners and registration do.

    *noise* holds as many fields of it as there are strips, drawn once: another mix of them each time is as good.
    """
    n = planes.shape[0]
    planes = planes.clone()
    thicker = torch.rand(n) < _THICKER
    planes[thicker, :2] = nn.functional.max_pool2d(nn.functional.pad(planes[thicker, :2], (0, 1, 0, 1)), 2, 1)
    darker = torch.empty(n, 1, 1, 1).uniform_(-0.35, 0.35)
    planes[:, :2] *= 1.0 + darker - darker * planes[:, :2]
    planes[:, 3:] = 0.5 + (planes[:, 3:] - 0.5) * torch.empty(n, 1, 1, 1).uniform_(0.6, 1.4)
    planes += noise[torch.randperm(len(noise))[:n]] * torch.empty(n, 1, 1, 1).uniform_(0.0, 0.03)
    down = int(torch.randint(-3, 4, (1,)))
    across = int(torch.randint(-3, 4, (1,)))
    return torch.roll(planes, (down, across), (2, 3))


def fit(
    network: nn.Module,
    pool: tuple[NDArray[np.uint8], NDArray[np.int8]],
    *,
    steps: int,
    rate: float,
    batch: int = 64,
    keep: Path | None = None,
) -> None:
    """Train *network* with AdamW, the rate falling to nothing as a cosine; order from torch's seed.

    Args:
        network: fresh, or trained before.
        pool: strips ``(n, PLANES, HEIGHT, width)`` and their columns' labels ``(n, width / STEP)``.
        steps: batches shown.
        rate: the highest rate.
        batch: strips in a batch.
        keep: where the weights go every ``_REPORTED`` steps.
    """
    planes, labels = torch.from_numpy(pool[0]), torch.from_numpy(pool[1])
    optimiser = torch.optim.AdamW(network.parameters(), rate, weight_decay=1e-2)
    network.train()
    network.to(memory_format=torch.channels_last)
    total = 0.0
    noise = torch.randn(batch, *planes.shape[1:])
    order = torch.randperm(len(labels))
    at = 0
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / _WARM_UP) * 0.5 * (1.0 + math.cos(math.pi * step / steps))
        if at + batch > len(labels):
            order, at = torch.randperm(len(labels)), 0
        chosen = order[at : at + batch]
        at += batch
        seen = varied(planes[chosen].float() / 255.0, noise).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            logits = network(seen)
        loss = loss_of(logits.float(), labels[chosen].long())
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 2.0)
        optimiser.step()
        total += float(loss.detach())
        if (step + 1) % _REPORTED == 0:
            print(f"step {step + 1}/{steps}: loss {total / _REPORTED:.4f}", flush=True)
            total = 0.0
            if keep is not None:
                torch.save(network.state_dict(), keep)
    network.eval().to(memory_format=torch.contiguous_format)


def mistaken(network: nn.Module, pool: tuple[NDArray[np.uint8], NDArray[np.int8]]) -> NDArray[np.bool_]:
    """Return which strips of *pool* the network is wrong about, or not sure of: erased or not."""
    wrong = []
    network.eval()
    with torch.no_grad():
        for planes, labels in zip(
            torch.from_numpy(pool[0]).split(128), torch.from_numpy(pool[1]).split(128), strict=True
        ):
            logits = network(planes.float() / 255.0)
            odds = torch.logsumexp(logits[:, 1:], dim=1) - logits[:, 0]
            likeliest = torch.sigmoid(odds.masked_fill(labels == UNSURE, -30.0).amax(dim=1))
            erased = (labels > 0).any(dim=1).float()
            wrong.append((likeliest - erased).abs() > _WRONG)
    return np.asarray(torch.cat(wrong).numpy(), np.bool_)


def export(network: nn.Module, path: Path) -> None:
    """Write *network* as ONNX, any number of strips of any width, giving probabilities."""
    shipped = nn.Sequential(network, nn.Softmax(dim=1)).eval()
    torch.onnx.export(
        shipped,
        (torch.zeros(1, PLANES, HEIGHT, 24 * STEP),),
        str(path),
        input_names=["strips"],
        output_names=["probabilities"],
        dynamic_axes={"strips": {0: "n", 3: "width"}, "probabilities": {0: "n", 2: "columns"}},
        opset_version=17,
        dynamo=False,
    )
    model: Any = onnx.load(str(path))
    onnx.helper.set_model_props(model, {"licence": _LICENCE})
    onnx.save(model, str(path))
