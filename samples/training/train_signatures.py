"""Train the network that tells signatures on forms and write ``extractors/readers/models/signature_boxes.onnx``.

    python -m samples.training.train_signatures [--patches N] [--scenes N] [--minutes M] [--seed 4]

It learns from many patches and some whole forms, of the training side of the signatures' families, look-alikes, pens
and hands alone (``docs/models/signatures.md``).
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray

from samples.training.signature_network import SignatureNetwork, calibrate, export, loss_of, rate_at
from samples.training.signature_patches import draw_box_patch
from samples.training.signature_scenes import FormScenes, Scene

MODEL: Final = Path(__file__).parents[2] / "extractors" / "readers" / "models" / "signature_boxes.onnx"
#: planes 0 to 255, whether signed, the cells with its ink
Lesson = tuple[NDArray[np.uint8], bool, NDArray[np.bool_]]
_MODES: Final = (0.3, 0.2, 0.5)
_BATCH: Final = 32
#: share of the lessons kept for calibration
_KEPT: Final = 0.12
#: a signature of which the scan kept less, px of ink as dark as this, is none to learn from
_LEAST_PX: Final = 22
_DARK: Final = 70
#: two views laid over each other: signed if one of them is
_LAID_OVER: Final = 0.35


def lesson_of(scene: Scene) -> Lesson:
    """Return what is learnt from *scene*."""
    return np.round(scene.planes * 255).astype(np.uint8), scene.signed, scene.where


def draw_lessons(patches: int, sheets: int, seed: int) -> list[Lesson]:
    """Return lessons in no order, the same for the same *seed*: of *patches*, and of at least *sheets* places."""
    lessons = [lesson_of(draw_box_patch(np.random.default_rng([seed, 0, i]), "train", _MODES)) for i in range(patches)]
    number = 0
    forms = FormScenes("train", _MODES, 0.72, keep=False)
    while len(lessons) < patches + sheets:
        lessons += [lesson_of(scene) for scene in forms.form(np.random.default_rng([seed, 1, number]))]
        number += 1
    np.random.default_rng(seed).shuffle(lessons)
    return [lesson for lesson in lessons if is_to_be_seen(lesson)]


def is_to_be_seen(lesson: Lesson) -> bool:
    """Return whether enough of a signature is left in the scan, or there is none."""
    planes, signed, where = lesson
    cells = cv2.resize(where.astype(np.uint8), planes.shape[:0:-1], interpolation=cv2.INTER_NEAREST)
    return not signed or int(((planes[0] > _DARK) & (cells > 0)).sum()) >= _LEAST_PX


def _moved(ink: NDArray[np.uint8], where: NDArray[np.bool_], rng: Generator) -> tuple[NDArray[np.uint8], Any]:
    """Return *ink* turned, stretched and shifted a little, with the cells that then hold the signature."""
    if rng.random() < 0.4:
        return ink, where
    height, width = ink.shape
    matrix = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), float(rng.normal(0, 4)), 1.0), np.float64)
    matrix[:, :2] *= rng.uniform(0.85, 1.15, 2)
    middle = np.array([width / 2, height / 2])
    matrix[:, 2] = middle - matrix[:, :2] @ middle + rng.normal(0, 3, 2)
    moved = cv2.warpAffine(ink, matrix, (width, height), flags=cv2.INTER_LINEAR)
    cells = cv2.resize(where.astype(np.uint8) * 255, (width, height), interpolation=cv2.INTER_NEAREST)
    there = cv2.resize(cv2.warpAffine(cells, matrix, (width, height)), where.shape[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(moved, np.uint8), there > 96


def varied(lesson: Lesson, other: Lesson, rng: Generator) -> Lesson:
    """Return a lesson as another hand, pen or scan might give it, *other* laid over it at times."""
    planes, signed, where = lesson
    ink, where = _moved(planes[0], where, rng)
    if rng.random() < _LAID_OVER and np.array_equal(planes[1:], other[0][1:]):
        moved, there = _moved(other[0][0], other[2], rng)
        ink, signed, where = np.maximum(ink, moved), signed or other[1], where | there
    if rng.random() < 0.3:  # a pen a little wider or finer
        core = np.ones((2, 2), np.uint8)
        other_width = cv2.dilate(ink, core) if rng.random() < 0.5 else cv2.erode(ink, core)
        ink = np.asarray(cv2.addWeighted(ink, 0.5, other_width, 0.5, 0), np.uint8)
    if rng.random() < 0.4:
        ink = np.asarray(cv2.convertScaleAbs(ink, alpha=float(rng.uniform(0.65, 1.25))), np.uint8)
    if rng.random() < 0.2:
        noise = rng.integers(0, 30, ink.shape, dtype=np.uint8)
        ink = np.asarray(cv2.add(ink, np.where(noise > 26, noise * 3, 0).astype(np.uint8)), np.uint8)
    planes = np.concatenate([ink[None], planes[1:]])
    if rng.random() < 0.3:
        planes, where = planes[:, :, ::-1], where[:, ::-1]
    return planes, signed, where


def _batches(lessons: Sequence[Lesson], rng: Generator) -> Iterator[tuple[torch.Tensor, ...]]:
    """Give batches for ever, each lesson as often as the others."""
    while True:
        order = rng.permutation(len(lessons))
        for start in range(0, len(order) - _BATCH + 1, _BATCH):
            chosen = []
            for i in order[start : start + _BATCH]:
                one, other = lessons[i], lessons[int(rng.integers(len(lessons)))]
                chosen.append(varied(one, other, rng))
            planes = np.stack([c[0] for c in chosen]).astype(np.float32) / 255.0
            signed = np.array([c[1] for c in chosen], np.float32)
            where = np.stack([c[2] for c in chosen]).astype(np.float32)
            yield torch.from_numpy(planes), torch.from_numpy(signed), torch.from_numpy(where)


def fit(
    lessons: Sequence[Lesson],
    *,
    minutes: float,
    rate: float,
    seed: int,
    resume: Path | None = None,
) -> SignatureNetwork:
    """Return a network trained on *lessons* for that long, from the weights of *resume* on where given."""
    torch.manual_seed(seed)
    network = SignatureNetwork(lessons[0][0].shape[0])
    if resume is not None:
        network.load_state_dict(torch.load(resume))
    network.to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(network.parameters(), rate, weight_decay=1e-2)
    stream = _batches(lessons, np.random.default_rng(seed))
    started, step, total, steps = time.monotonic(), 0, 0.0, 100
    network.train()
    while step < steps:
        if step == 20:  # how many there is time for
            steps = max(int(step * minutes * 60 / (time.monotonic() - started)), 100)
        for group in optimiser.param_groups:
            group["lr"] = rate_at(step, steps, rate)
        planes, signed, where = next(stream)
        loss = loss_of(network, planes.contiguous(memory_format=torch.channels_last), signed, where)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        total, step = total + float(loss.detach()), step + 1
        if step % 100 == 0:
            print(f"step {step}/{steps}: loss {total / 100:.4f}, {time.monotonic() - started:.0f} s", flush=True)
            total = 0.0
            left = minutes * 60 - (time.monotonic() - started)
            if left < (steps - step) * (time.monotonic() - started) / step * 0.8:  # others need the machine too
                steps = step + max(int(left / (time.monotonic() - started) * step), 1)
    network.eval()
    return network


def logits_of(network: SignatureNetwork, lessons: Sequence[Lesson]) -> NDArray[np.float64]:
    """Return the logits of whole views."""
    with torch.no_grad():
        planes = (torch.from_numpy(lesson[0].astype(np.float32) / 255.0)[None] for lesson in lessons)
        return np.array([float(network(seen)[0]) for seen in planes])


def main() -> None:
    """Draw, train, calibrate, export."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patches", type=int, default=6000)
    parser.add_argument("--scenes", type=int, default=600)
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--resume", type=Path, default=None, help="weights to go on from")
    parser.add_argument("--keep", type=Path, default=None, help="where the torch weights go, to go on from later")
    parser.add_argument("--out", type=Path, default=MODEL)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    train(draw_lessons(asked.patches, asked.scenes, asked.seed), asked)


def train(lessons: list[Lesson], asked: argparse.Namespace) -> None:
    """Train on *lessons*, calibrate on those kept back, write the model."""
    held = round(len(lessons) * _KEPT)
    network = fit(lessons[held:], minutes=asked.minutes, rate=asked.rate, seed=asked.seed, resume=asked.resume)
    if asked.keep is not None:
        torch.save(network.state_dict(), asked.keep)
    kept = lessons[:held]
    logits, signed = logits_of(network, kept), np.array([lesson[1] for lesson in kept])
    loss = calibrate(network, logits, signed)
    wrong = (logits > float(network.shift)) != signed
    print(f"{len(kept)} kept back: loss {loss:.4f}, {wrong.sum()} wrong; shift {float(network.shift):.2f}")
    export(network, lessons[0][0].shape[0], asked.out)


if __name__ == "__main__":
    main()
