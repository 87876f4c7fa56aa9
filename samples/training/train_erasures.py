"""Train the reader of erasures and write ``extractors/readers/models/erasures.onnx``.

    python -m samples.training.train_erasures [--pages 2400] [--steps 6000] [--rounds 1] [--seed 8091]

Pages are drawn with the families of strokes, pens, covers and hands that may be learnt from (``Split`` "train"); the
rest is for testing. ``--resume`` and ``--keep`` make several stages of it; with ``--rounds`` each stage after the first
draws new pages and keeps what the network still gets wrong.
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

from samples.training.erasure_network import ErasureNetwork, export, fit, mistaken
from samples.training.erasure_strips import ErasurePages, draw_erasures

MODEL: Final = Path(__file__).parents[2] / "extractors" / "readers" / "models" / "erasures.onnx"
_PAGES_A_CHUNK: Final = 20
#: of what a later round draws, strips that are read rightly kept beside those that are not
_KEPT: Final = 0.15
Pool = tuple[NDArray[np.uint8], NDArray[np.int8]]


def _chunk(seed: int) -> Pool:
    return draw_erasures(seed, _PAGES_A_CHUNK, ErasurePages("train"))


def _drawn(first: int, pages: int, processes: int) -> Pool:
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        parts = pool.map(_chunk, range(first, first + pages // _PAGES_A_CHUNK), chunksize=1)
    return np.concatenate([planes for planes, _ in parts]), np.concatenate([labels for _, labels in parts])


def main() -> None:
    """Draw, train, draw what is hard, train on, export."""
    options = _options()
    torch.manual_seed(options.seed)
    cv2.setNumThreads(1)  # before forking: a child cannot use its parent's threads
    torch.set_num_threads(options.threads)
    started = time.monotonic()
    network = ErasureNetwork()
    if options.resume is not None:
        network.load_state_dict(torch.load(options.resume))
    planes, labels = _drawn(options.seed * 1000, options.pages, options.threads)
    for stage in range(options.rounds):
        if stage:
            fresh = _drawn((options.seed + stage) * 1000, options.pages, options.threads)
            chosen = mistaken(network, fresh) | (np.random.default_rng(stage).random(len(fresh[1])) < _KEPT)
            planes, labels = np.concatenate([planes, fresh[0][chosen]]), np.concatenate([labels, fresh[1][chosen]])
        print(f"{len(labels)} strips after {time.monotonic() - started:.0f} s", flush=True)
        fit(network, (planes, labels), steps=options.steps, rate=options.rate, keep=options.keep)
    export(network, options.out)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=2400, help="drawn for each round, a multiple of 20")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--steps", type=int, default=6000, help="of 64 strips, each round")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=8091)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--resume", type=Path, default=None, help="weights to go on from")
    parser.add_argument("--keep", type=Path, default=None, help="where the torch weights go, to go on from later")
    parser.add_argument("--out", type=Path, default=MODEL)
    return parser.parse_args()


if __name__ == "__main__":
    main()
