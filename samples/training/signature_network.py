"""The network that tells signatures: a map of where there is one, and one answer for the whole view."""

import math
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import nn

from extractors.readers.signatures import STEP

_LICENCE: Final = "Apache-2.0; see docs/models/signatures.md"
_TOP: Final = 8
#: cells with a signature's ink are a few in a hundred
_CELL_WEIGHT: Final = 4.0


class SignatureNetwork(nn.Module):  # type: ignore[misc]  # torch is not there where types are checked
    """Three steps down to cells of ``STEP`` pixels, a look around at growing distance, then the whole."""

    def __init__(self, planes: int) -> None:
        super().__init__()
        self.cells = nn.Sequential(
            *_step(planes, 12, 5, 2),
            *_step(12, 24, 3, 2),
            *_step(24, 24, 3, 1),
            *_step(24, 48, 3, 2),
            *_step(48, 48, 3, 1),
            *_around(48, 2),
            *_around(48, 4),
        )
        self.place = nn.Conv2d(48, 1, 1)
        self.whole = nn.Sequential(*_step(48, 72, 3, 2))
        self.answer = nn.Sequential(nn.Linear(72 + 2, 32), nn.ReLU(), nn.Linear(32, 1))
        self.register_buffer("temperature", torch.ones(1))
        self.register_buffer("shift", torch.zeros(1))

    def forward(self, planes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the logits ``(n,)`` that somebody signed, and those of each cell, ``(n, 1, h, w)``."""
        cells = self.cells(planes)
        place = self.place(cells)
        best = place.flatten(1).topk(_TOP, dim=1).values
        seen = torch.cat([self.whole(cells).amax(dim=(2, 3)), best[:, :1], best.mean(dim=1, keepdim=True)], dim=1)
        return self.answer(seen)[:, 0], place


class Shipped(nn.Module):  # type: ignore[misc]  # torch is not there where types are checked
    """The network as it is used: probabilities, calibrated."""

    def __init__(self, network: SignatureNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, planes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the probability ``(n,)`` that somebody signed, and that of each cell."""
        whole, place = self.network(planes)
        return torch.sigmoid((whole - self.network.shift) / self.network.temperature), torch.sigmoid(place)


def _step(taken: int, given: int, size: int, stride: int) -> list[nn.Module]:
    return [nn.Conv2d(taken, given, size, stride, size // 2, bias=False), nn.BatchNorm2d(given), nn.ReLU()]


def _around(width: int, reach: int) -> list[nn.Module]:
    return [
        nn.Conv2d(width, width, 3, 1, reach, dilation=reach, groups=width, bias=False),
        nn.Conv2d(width, width, 1, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
    ]


def loss_of(network: SignatureNetwork, planes: torch.Tensor, signed: torch.Tensor, where: torch.Tensor) -> torch.Tensor:
    """Return the loss of a batch: of the answers, and of the map."""
    whole, place = network(planes)
    weight = torch.tensor(_CELL_WEIGHT)
    of_cells = nn.functional.binary_cross_entropy_with_logits(place[:, 0], where, pos_weight=weight)
    return nn.functional.binary_cross_entropy_with_logits(whole, signed) + of_cells


def rate_at(step: int, steps: int, rate: float) -> float:
    """Return the learning rate: a short rise, then a cosine down to nothing."""
    return rate * min(1.0, (step + 1) / 60) * 0.5 * (1.0 + math.cos(math.pi * step / steps))


def calibrate(network: SignatureNetwork, logits: NDArray[np.float64], signed: NDArray[np.bool_]) -> float:
    """Fit shift and temperature of *network* on *logits* of views it has not learnt; return the loss left."""
    best = (math.inf, 1.0, 0.0)
    for temperature in np.linspace(0.6, 4.0, 35):
        for shift in np.linspace(-3, 3, 25):
            scaled = (logits - shift) / temperature
            loss = float(np.logaddexp(0, np.where(signed, -scaled, scaled)).mean())
            best = min(best, (loss, float(temperature), float(shift)))
    network.temperature.fill_(best[1])
    network.shift.fill_(best[2])
    return best[0]


def export(network: SignatureNetwork, planes: int, path: Path) -> None:
    """Write *network* as ONNX, any size that ``STEP`` divides."""
    shipped = Shipped(network).eval()
    sizes = {"planes": {0: "n", 2: "h", 3: "w"}, "probability": {0: "n"}, "where": {0: "n", 2: "ch", 3: "cw"}}
    torch.onnx.export(
        shipped,
        (torch.zeros(1, planes, 18 * STEP, 32 * STEP),),
        str(path),
        input_names=["planes"],
        output_names=["probability", "where"],
        dynamic_axes=sizes,
        opset_version=17,
        dynamo=False,
    )
    model: Any = onnx.load(str(path))
    onnx.helper.set_model_props(model, {"licence": _LICENCE})
    onnx.save(model, str(path))
