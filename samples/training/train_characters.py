"""Train the comb-cell reader and write ``extractors/readers/models/cells.onnx``.

    python -m samples.training.train_characters --data DIR [--fonts DIR] [--cells 300000] [--pages 1500] [--seed 3129]

DIR holds ``mnist/`` and ``fr_numeric_crops/`` (``docs/models/cells.md`` says where they come from and under which
licence). Without ``--data`` only fonts and drawn strokes are learned. ``--fonts`` adds a folder with ``printed/`` and
``hand/``. ``--resume`` and ``--keep`` make several stages of it.
"""

import argparse
import multiprocessing
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from extractors.readers.cells import CLASSES, SIDE, prepare
from samples.fonts import handwriting_fonts, printed_fonts
from samples.training.cell_crops import draw_cell, draw_class
from samples.training.cell_network import Pool, best_temperature, calibrated, cell_network, export, fit, logits_of
from samples.training.form_cells import FormCells, draw_form_cells
from samples.training.glyphs import (
    HELD_OUT_FACES,
    HELD_OUT_HANDS,
    Bank,
    font_glyphs,
    mnist_glyphs,
    register_glyphs,
    stroke_glyphs,
)

MODEL: Final = Path(__file__).parents[2] / "extractors" / "readers" / "models" / "cells.onnx"
#: share of each kind of writing among the training cells
WEIGHTS: Final = {"printed": 0.28, "hand": 0.27, "mnist": 0.26, "register": 0.05, "strokes": 0.14}
_CHUNK: Final = 2000
_PAGES_A_CHUNK: Final = 20
_banks: dict[str, Bank] = {}
_form_cells: list[FormCells] = []


def load_banks(data: Path | None, fonts: Path | None, *, held_out: bool) -> dict[str, Bank]:
    """Return the glyphs of each kind of writing, of one side of the split."""
    faces = [*printed_fonts(), *_added(fonts, "printed")]
    banks = {
        "printed": _fonts(faces, lambda stem: (stem in HELD_OUT_FACES) == held_out),
        "hand": _fonts(hand_fonts(fonts), lambda stem: (stem in HELD_OUT_HANDS) == held_out),
        "strokes": Bank({"strokes": stroke_glyphs(np.random.default_rng(1 + held_out), 400)}),
    }
    if data is not None:
        banks["mnist"] = Bank({"mnist": mnist_glyphs(data / "mnist", held_out=held_out)})
        archive = data / "fr_numeric_crops" / "notaires_1903_1939_numeric.zip"
        banks["register"] = Bank({"register": register_glyphs(archive, held_out=held_out)})
    return banks


def hand_fonts(fonts: Path | None) -> list[Path]:
    """Return the files of all handwriting fonts, the project's and those of the folder *fonts*."""
    return [*handwriting_fonts("all"), *_added(fonts, "hand")]


def _added(fonts: Path | None, kind: str) -> list[Path]:
    return [] if fonts is None else sorted(p for p in (fonts / kind).iterdir() if p.suffix in {".ttf", ".otf"})


def _fonts(paths: list[Path], kept: Callable[[str], bool]) -> Bank:
    found = {path.stem: font_glyphs(path) for path in paths if kept(path.stem)}
    return Bank({stem: glyphs for stem, glyphs in found.items() if glyphs})


def draw_many(seed: int, count: int, weights: dict[str, float]) -> Pool:
    """Return *count* prepared cells (0 to 255) and their labels, the same for the same *seed*."""
    rng = np.random.default_rng(seed)
    known = {name: share for name, share in weights.items() if name in _banks}
    planes = np.empty((count, 2, SIDE, SIDE), np.uint8)
    labels = np.empty(count, np.int64)
    for index in range(count):
        label = draw_class(rng)
        planes[index] = np.round(prepare(draw_cell(rng, _banks, known, label))[0] * 255)
        labels[index] = CLASSES.index(label)
    return planes, labels


def _chunk(task: tuple[int, dict[str, float]]) -> Pool:
    return draw_many(task[0], _CHUNK, task[1])


def _form_chunk(seed: int) -> Pool:
    return draw_form_cells(seed, _PAGES_A_CHUNK, _form_cells[0])


def _together(parts: list[Pool]) -> Pool:
    return np.concatenate([planes for planes, _ in parts]), np.concatenate([labels for _, labels in parts])


def _pool(seeds: range, weights: dict[str, float], processes: int) -> Pool:
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        return _together(pool.map(_chunk, [(seed, weights) for seed in seeds], chunksize=1))


def _form_pool(seeds: range, fonts: Path | None, processes: int) -> Pool:
    known = _banks["hand"].sources
    _form_cells[:] = [FormCells(_banks, [path for path in hand_fonts(fonts) if path.stem in known])]
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        return _together(pool.map(_form_chunk, seeds, chunksize=1))


def main() -> None:
    """Draw, train, calibrate, export, measure."""
    options = _options()
    torch.manual_seed(options.seed)
    cv2.setNumThreads(1)  # before forking: a child cannot use its parent's threads
    torch.set_num_threads(options.threads)
    started = time.monotonic()
    _banks.update(load_banks(options.data, options.fonts, held_out=False))
    first = options.seed * 1_000_000
    share = options.form_share if options.pages else 0.0
    pools = [(_pool(range(first, first + options.cells // _CHUNK), WEIGHTS, options.threads), 1.0 - share)]
    if options.pages:
        seeds = range(first + 700_000, first + 700_000 + options.pages // _PAGES_A_CHUNK)
        pools.append((_form_pool(seeds, options.fonts, options.threads), share))
    counts = " and ".join(str(len(labels)) for (_, labels), _ in pools)
    print(f"{counts} cells drawn in {time.monotonic() - started:.0f} s", flush=True)
    network = cell_network()
    if options.resume is not None:
        network.load_state_dict(torch.load(options.resume))
    fit(network, pools, steps=options.steps, rate=options.rate, keep=options.keep)
    print(f"trained after {time.monotonic() - started:.0f} s", flush=True)
    if options.keep is not None:
        torch.save(network.state_dict(), options.keep)

    _banks.clear()
    _banks.update(load_banks(options.data, options.fonts, held_out=True))
    fitted, answers = _pool(range(first + 500_000, first + 500_006), WEIGHTS, options.threads)
    temperature = options.temperature or best_temperature(logits_of(network, fitted), answers)
    print(f"temperature {temperature:.3f}")
    for name in _banks:
        cells, truth = _pool(range(first + 600_000, first + 600_004), {name: 1.0}, options.threads)
        report(name, torch.softmax(logits_of(network, cells) / temperature, 1).numpy(), truth)
    export(calibrated(network, temperature), options.out)


def report(name: str, probabilities: NDArray[np.float32], truth: NDArray[np.int64]) -> None:
    """Print how figures, empty cells and junk of one held-out source are read."""
    best, sure = probabilities.argmax(1), probabilities.max(1)
    figure, blank, junk = truth < 10, truth == CLASSES.index(" "), truth == CLASSES.index("?")
    wrong = best != truth
    certain = sure >= 0.99
    print(
        f"{name:9s} figures {(~wrong[figure]).mean():.3%} of {figure.sum()},"
        f" {certain[figure].mean():.1%} of them at p >= 0.99 with {(wrong & certain & figure).sum()} wrong;"
        f" blanks {(~wrong[blank]).mean():.3%} of {blank.sum()}, {(wrong & certain & blank).sum()} sure and wrong;"
        f" junk {(~wrong[junk]).mean():.1%} of {junk.sum()}, {(wrong & certain & junk).sum()} sure and wrong",
        flush=True,
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--fonts", type=Path, default=None)
    parser.add_argument("--cells", type=int, default=300_000)
    parser.add_argument("--pages", type=int, default=1500, help="forms to take cells from, a multiple of 20")
    parser.add_argument("--form-share", type=float, default=0.6, help="share of their cells in what is learnt")
    parser.add_argument("--steps", type=int, default=20_000, help="of 256 cells")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--temperature", type=float, default=None, help="fitted on held-out cells where not given")
    parser.add_argument("--seed", type=int, default=3129)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--resume", type=Path, default=None, help="weights to go on from")
    parser.add_argument("--keep", type=Path, default=None, help="where the torch weights go, to go on from later")
    parser.add_argument("--out", type=Path, default=MODEL)
    return parser.parse_args()


if __name__ == "__main__":
    main()
