"""Train the recogniser of the acts table and write ``extractors/readers/models/numbers.onnx``.

    python -m samples.training.train_numbers --data DIR [--fonts DIR] [--lines 120000] [--epochs 6] [--seed 3129]

DIR holds ``mnist/`` and ``fr_numeric_crops/`` (``docs/models/numbers.md`` says where they come from and under which
licence). ``--fonts`` adds a folder with ``printed/`` and ``hand/``.
"""

import argparse
import multiprocessing
import time
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from extractors.readers.ctc import best
from extractors.readers.handwriting import HEIGHT, prepare_line
from extractors.readers.protocol import LinePosteriors
from samples.fonts import handwriting_fonts, printed_fonts
from samples.training.glyphs import Bank, register_rows
from samples.training.line_network import STRIDE, export, line_network
from samples.training.number_lines import ALPHABET, draw_line, draw_text, vary
from samples.training.train_characters import load_banks

MODEL: Final = Path(__file__).parents[2] / "extractors" / "readers" / "models" / "numbers.onnx"
WEIGHTS: Final = {"printed": 0.15, "hand": 0.42, "mnist": 0.27, "register": 0.04, "strokes": 0.12}
#: share of real register crops among the lines
_REGISTER: Final = 0.12
_CHUNK: Final = 1000
_BATCH: Final = 64
_WIDEST: Final = 480

Line = tuple[NDArray[np.uint8], str]
_banks: dict[str, Bank] = {}
_fonts: dict[str, Path] = {}
_rows: list[Line] = []


def load_sources(data: Path | None, fonts: Path | None, *, held_out: bool) -> None:
    """Fill this module's sources, which drawing processes inherit."""
    _banks.clear()
    _banks.update(load_banks(data, fonts, held_out=held_out))
    paths = list(printed_fonts()) + list(handwriting_fonts("all"))
    if fonts is not None:
        paths += [*sorted((fonts / "printed").iterdir()), *sorted((fonts / "hand").iterdir())]
    _fonts.update({path.stem: path for path in paths if path.suffix in {".ttf", ".otf"}})
    archive = None if data is None else data / "fr_numeric_crops" / "notaires_1903_1939_numeric.zip"
    _rows[:] = [] if archive is None else register_rows(archive, held_out=held_out)


def draw_chunk(task: tuple[int, dict[str, float], float]) -> list[Line]:
    """Return prepared lines and their texts, the same for the same seed."""
    seed, weights, registers = task
    rng = np.random.default_rng(seed)
    known = {name: share for name, share in weights.items() if name in _banks}
    lines: list[Line] = []
    while len(lines) < _CHUNK:
        if _rows and rng.random() < registers:
            crop, text = _rows[int(rng.integers(len(_rows)))]
            crop = vary(rng, crop)
        else:
            crop, text = draw_line(rng, _banks, known, _fonts, draw_text(rng))
        line = prepare_line(crop)
        if text and line is not None and line.shape[1] <= _WIDEST and line.shape[1] // STRIDE > 2 * len(text):
            lines.append((line, text))
    return lines


def _pool(seeds: range, weights: dict[str, float], registers: float, processes: int) -> list[Line]:
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        parts = pool.map(draw_chunk, [(seed, weights, registers) for seed in seeds], chunksize=1)
    return [line for part in parts for line in part]


def _batch(lines: list[Line]) -> torch.Tensor:
    widest = -(-max(image.shape[1] for image, _ in lines) // 16) * 16
    stacked = np.full((len(lines), 1, HEIGHT, widest), 255, np.uint8)
    for row, (image, _) in enumerate(lines):
        left = (widest - image.shape[1]) // 2
        stacked[row, 0, :, left : left + image.shape[1]] = image
    return torch.from_numpy(stacked).float() / 127.5 - 1.0


def fit(network: nn.Module, lines: list[Line], *, epochs: int, rate: float, seed: int) -> None:
    """Train *network* on *lines*, batches of like widths."""
    rng = np.random.default_rng(seed)
    optimiser = torch.optim.AdamW(network.parameters(), rate, weight_decay=1e-2)
    count = len(lines) // _BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=epochs * count, pct_start=0.15)
    network.train()
    network.to(memory_format=torch.channels_last)
    for epoch in range(epochs):
        widths = np.array([image.shape[1] for image, _ in lines]) + rng.uniform(-24, 24, len(lines))
        order = np.argsort(widths)
        total = 0.0
        for number in rng.permutation(count):
            chosen = [lines[n] for n in order[number * _BATCH : (number + 1) * _BATCH]]
            images = _batch(chosen).contiguous(memory_format=torch.channels_last)
            with torch.autocast("cpu", torch.bfloat16):
                logits = network(images)
            spoken = torch.log_softmax(logits.float(), 1).permute(2, 0, 1)
            targets = torch.tensor([1 + ALPHABET.index(c) for _, text in chosen for c in text])
            lengths = torch.tensor([len(text) for _, text in chosen])
            loss = nn.functional.ctc_loss(
                spoken, targets, torch.full((len(chosen),), spoken.shape[0]), lengths, zero_infinity=True
            )
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 2.0)
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
        print(f"epoch {epoch + 1}/{epochs}: loss {total / count:.4f}", flush=True)
    network.eval().to(memory_format=torch.contiguous_format)


def report(name: str, network: nn.Module, lines: list[Line]) -> None:
    """Print how the lines of one held-out source are read, character by character and whole."""
    exact, sure, wrong = 0, 0, 0
    for image, text in lines:
        with torch.no_grad():
            rows = torch.log_softmax(network(_batch([(image, text)]))[0], 0).T
        reading = best(LinePosteriors(rows.numpy(), ALPHABET), ALPHABET)
        right = reading.text.replace(" ", "") == text.replace(" ", "")
        exact += right
        sure += reading.confidence >= 0.95
        wrong += reading.confidence >= 0.95 and not right
    share = f"p >= 0.95 for {sure / len(lines):.1%}, {wrong} of them wrong"
    print(f"{name:10s} exact {exact / len(lines):.2%} of {len(lines)}; {share}", flush=True)


def main() -> None:
    """Draw, train, export, measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--fonts", type=Path, default=None)
    parser.add_argument("--lines", type=int, default=120_000)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=3129)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--resume", type=Path, default=None, help="weights to go on from")
    parser.add_argument("--keep", type=Path, default=None, help="where the torch weights go, to go on from later")
    parser.add_argument("--out", type=Path, default=MODEL)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    cv2.setNumThreads(1)  # before forking: a child cannot use its parent's threads
    torch.set_num_threads(options.threads)
    started = time.monotonic()
    load_sources(options.data, options.fonts, held_out=False)
    first = options.seed * 1_000_000
    lines = _pool(range(first, first + options.lines // _CHUNK), WEIGHTS, _REGISTER, options.threads)
    print(f"{len(lines)} lines drawn in {time.monotonic() - started:.0f} s", flush=True)
    network = line_network()
    if options.resume is not None:
        network.load_state_dict(torch.load(options.resume))
    fit(network, lines, epochs=options.epochs, rate=options.rate, seed=options.seed)
    print(f"trained after {time.monotonic() - started:.0f} s", flush=True)
    if options.keep is not None:
        torch.save(network.state_dict(), options.keep)
    export(network, options.out)
    load_sources(options.data, options.fonts, held_out=True)
    for name in _banks:
        report(name, network, _pool(range(first + 600_000, first + 600_001), {name: 1.0}, 0.0, options.threads))
    crops = [
        (line, text) for crop, text in _rows if (line := prepare_line(crop)) is not None and line.shape[1] <= _WIDEST
    ]
    if crops:
        report("real crops", network, crops)


if __name__ == "__main__":
    main()
