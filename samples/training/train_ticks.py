"""Train the network that reads check boxes and write ``extractors/readers/models/ticks.onnx``.

    python -m samples.training.train_ticks [--pages 240] [--steps 2600] [--seed 3129] [--pool FILE]

Draws sheets of check boxes with the "train" families of pens, strokes and look-alikes only, and trains on one thread:
some five minutes to draw, some seven to train. ``--pool`` keeps the drawn boxes in a file, or takes them from it.
"""

import argparse
import math
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import nn

from extractors.readers.ticks import CLASSES, PLANES, SIDE
from samples.fonts import Split
from samples.training.tick_sheets import draw_cases, draw_print

MODEL: Final = Path(__file__).parents[2] / "extractors" / "readers" / "models" / "ticks.onnx"
#: sheets of one print
_SHEETS_A_PRINT: Final = 4
_BATCH: Final = 128
_RATE: Final = 2.5e-3
_WARM_UP: Final = 60
_KEPT_APART: Final = 0.06
_REPORTED: Final = 200
_LICENCE: Final = "Apache-2.0; see docs/models/ticks.md"

Pool = tuple[NDArray[np.uint8], NDArray[np.int64]]


class Looking(nn.Module):  # type: ignore[misc]  # torch is not there where types are checked
    """The near and the far view, each through its own convolutions, then together."""

    def __init__(self) -> None:
        super().__init__()
        self.near = nn.Sequential(
            *_step(2, 16, 5, 2), *_step(16, 24, 3, 2), *_step(24, 32, 3, 2), *_step(32, 32, 3, 1),
            nn.Conv2d(32, 16, 1), nn.ReLU(), nn.Flatten(),
        )  # fmt: skip
        self.far = nn.Sequential(
            *_step(2, 12, 5, 2), *_step(12, 20, 3, 2), *_step(20, 24, 3, 2),
            nn.Conv2d(24, 8, 1), nn.ReLU(), nn.Flatten(),
        )  # fmt: skip
        cells = (SIDE // 8) ** 2
        self.last = nn.Sequential(nn.Dropout(0.2), nn.Linear(24 * cells, 32), nn.ReLU(), nn.Linear(32, CLASSES))

    def forward(self, boxes: torch.Tensor) -> torch.Tensor:
        """Return logits ``(n, CLASSES)`` of planes ``(n, PLANES, SIDE, SIDE)``, 0 to 1."""
        return self.last(torch.cat([self.near(boxes[:, :2]), self.far(boxes[:, 2:])], dim=1))


class Answering(nn.Module):  # type: ignore[misc]  # as above
    """A trained network as it is shipped: probabilities."""

    def __init__(self, network: Looking, temperature: float) -> None:
        super().__init__()
        self.network, self.temperature = network, temperature

    def forward(self, boxes: torch.Tensor) -> torch.Tensor:
        """Return probabilities ``(n, CLASSES)``."""
        return torch.softmax(self.network(boxes) / self.temperature, dim=1)


def _step(taken: int, given: int, size: int, stride: int) -> list[nn.Module]:
    return [nn.Conv2d(taken, given, size, stride, size // 2, bias=False), nn.BatchNorm2d(given), nn.ReLU()]


def draw_pool(seed: int, pages: int, split: Split) -> Pool:
    """Return the boxes of *pages* sheets and what they are, the same for the same *seed*; lost ticks left out."""
    rng = np.random.default_rng(seed)
    planes, labels = list[NDArray[np.uint8]](), list[int]()
    with tempfile.TemporaryDirectory() as folder:
        for page in range(pages):
            if page % _SHEETS_A_PRINT == 0:
                printed = draw_print(rng, Path(folder) / str(page))
            for case in draw_cases(printed, rng, split):
                if not case.story.startswith("lost"):
                    planes.append(case.planes)
                    labels.append(case.label)
    return np.stack(planes), np.array(labels, np.int64)


def varied(boxes: torch.Tensor) -> torch.Tensor:
    """Return *boxes*, 0 to 1, turned over, moved by a pixel or two, paler or darker: a tick stays one."""
    if torch.rand(()) < 0.5:
        boxes = boxes.flip(3)
    if torch.rand(()) < 0.3:
        boxes = boxes.flip(2)
    if torch.rand(()) < 0.3:
        boxes = boxes.transpose(2, 3)
    dx, dy = (int(v) for v in torch.randint(-1, 2, (2,)))
    boxes = torch.cat([torch.roll(boxes[:, :2], (dx, dy), (2, 3)), boxes[:, 2:]], dim=1)
    if torch.rand(()) < 0.5:
        boxes = boxes + torch.randn_like(boxes) * 0.04 * torch.rand(())
    return (boxes * torch.empty(boxes.shape[0], 1, 1, 1).uniform_(0.75, 1.2)).clamp(0, 1)


def fit(network: Looking, pool: Pool, steps: int) -> None:
    """Train *network* with AdamW, the rate falling to nothing as a cosine."""
    planes, labels = torch.from_numpy(pool[0]), torch.from_numpy(pool[1])
    optimiser = torch.optim.AdamW(network.parameters(), _RATE, weight_decay=2e-2)
    network.train()
    network.to(memory_format=torch.channels_last)
    total, order = 0.0, torch.randperm(len(labels))
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = _RATE * min(1.0, (step + 1) / _WARM_UP) * 0.5 * (1.0 + math.cos(math.pi * step / steps))
        if len(order) < _BATCH:
            order = torch.randperm(len(labels))
        chosen, order = order[:_BATCH], order[_BATCH:]
        seen = varied(planes[chosen].float() / 255.0).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            logits = network(seen)
        loss = nn.functional.cross_entropy(logits.float(), labels[chosen], label_smoothing=0.002)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        total += float(loss.detach())
        if (step + 1) % _REPORTED == 0:
            print(f"step {step + 1}/{steps}: loss {total / _REPORTED:.4f}", flush=True)
            total = 0.0
    network.eval().to(memory_format=torch.contiguous_format)


def best_temperature(network: Looking, pool: Pool) -> float:
    """Return the temperature, among 0.5 to 3, of least negative log-likelihood; print how many are right."""
    with torch.no_grad():
        parts = torch.from_numpy(pool[0]).split(512)
        logits = torch.cat([network(part.float() / 255.0) for part in parts])
    answers = torch.from_numpy(pool[1])
    tried = np.linspace(0.5, 3.0, 51)
    losses = [float(nn.functional.cross_entropy(logits / t, answers)) for t in tried]
    right = float((logits.argmax(1) == answers).float().mean())
    ticks = float(((logits.argmax(1) == 1) == (answers == 1)).float().mean())
    print(f"kept apart: {len(answers)} boxes, {right:.4%} of the kinds right, {ticks:.4%} ticked or not")
    return float(tried[int(np.argmin(losses))])


def export(network: Looking, temperature: float, path: Path) -> None:
    """Write *network* as ONNX, any batch, with its licence in the file."""
    torch.onnx.export(
        Answering(network, temperature).eval(),
        (torch.zeros(1, PLANES, SIDE, SIDE),),
        str(path),
        input_names=["boxes"],
        output_names=["probabilities"],
        dynamic_axes={"boxes": {0: "n"}, "probabilities": {0: "n"}},
        opset_version=17,
        dynamo=False,
    )
    model: Any = onnx.load(str(path))
    onnx.helper.set_model_props(model, {"licence": _LICENCE})
    onnx.save(model, str(path))


def main() -> None:
    """Draw, train, calibrate, export."""
    options = _options()
    torch.manual_seed(options.seed)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    started = time.monotonic()
    if options.pool is not None and options.pool.is_file():
        with np.load(options.pool) as kept:
            pool: Pool = (kept["planes"], kept["labels"])
    else:
        pool = draw_pool(options.seed, options.pages, "train")
        if options.pool is not None:
            np.savez(options.pool, planes=pool[0], labels=pool[1])
    print(f"{len(pool[1])} boxes {np.bincount(pool[1])} after {time.monotonic() - started:.0f} s", flush=True)
    apart = round(_KEPT_APART * len(pool[1]))
    network = Looking()
    fit(network, (pool[0][:-apart], pool[1][:-apart]), options.steps)
    temperature = best_temperature(network, (pool[0][-apart:], pool[1][-apart:]))
    export(network, temperature, options.model)
    size = options.model.stat().st_size / 1000
    print(f"temperature {temperature:.2f}, {size:.0f} kB, {time.monotonic() - started:.0f} s")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=240)
    parser.add_argument("--steps", type=int, default=2600)
    parser.add_argument("--seed", type=int, default=3129)
    parser.add_argument("--pool", type=Path)
    parser.add_argument("--model", type=Path, default=MODEL)
    return parser.parse_args()


if __name__ == "__main__":
    main()
