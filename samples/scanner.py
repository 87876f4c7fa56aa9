"""The scanner and what it does to paper: lean, shift, borders, light, noise, blur, one bit a pixel, wrong way up."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from samples.paper import BoxMm, Paper

Mode = Literal["gray", "colour", "bilevel"]
NOISE_SIDE: Final = 512
#: Grey of the reference form's fields; a threshold near it leaves dots.
FIELD_TINT: Final = 207
#: Bilevel scanners even out the light before they decide black or white: grey levels left.
BILEVEL_LIGHT: Final = 6.0


@dataclass(frozen=True)
class Scanner:
    """One device and its settings: the same for a whole lot."""

    mode: Mode
    dpi: int
    #: standard deviation of the lean, degrees
    lean: float
    noise: float
    blur_px: float
    #: black seen as this grey, white as that
    levels: tuple[int, int]
    black_border: bool
    light: float
    turned: float
    #: bilevel only: ``clean`` loses the tint, ``speckle`` keeps it as dots, ``dither`` as a raster
    threshold: str
    jpeg_quality: int
    phone: bool


@dataclass(frozen=True)
class Scanned:
    """A page as it comes out of the scanner."""

    #: ``(h, w)`` grey or bilevel (0 and 255), or ``(h, w, 3)`` RGB
    pixels: NDArray[np.uint8]
    rotation: int
    skew_deg: float
    #: 3x3, from mm on the paper to fractions of the upright scan
    to_fractions: NDArray[np.float64]

    def box(self, box: BoxMm) -> list[float]:
        """Return the box, in fractions of the upright scan, around a rectangle of the paper."""
        x, y, w, h = box
        corners = np.array([[[x, y], [x + w, y], [x + w, y + h], [x, y + h]]], np.float64)
        there = cv2.perspectiveTransform(corners, self.to_fractions)[0]
        left, top = np.clip(there.min(axis=0), 0, 1)
        right, bottom = np.clip(there.max(axis=0), 0, 1)
        return [round(float(v), 4) for v in (left, top, right - left, bottom - top)]


@lru_cache(maxsize=1)
def _noise_tile() -> NDArray[np.float32]:
    return np.random.default_rng(20).normal(0, 1, (NOISE_SIDE, NOISE_SIDE)).astype(np.float32)


def draw_scanner(
    rng: Generator, *, modes: tuple[float, float, float], dpis: dict[int, float], rough: float, phone: float = 0.0
) -> Scanner:
    """Return a device. *modes* are the odds of grey, colour, bilevel; *rough* 0 (new) to 1 (worn)."""
    mode: Mode = ("gray", "colour", "bilevel")[int(rng.choice(3, p=modes))]
    is_phone = bool(rng.random() < phone)
    if is_phone:
        mode = "colour"
    return Scanner(
        mode=mode,
        dpi=int(rng.choice(list(dpis), p=list(dpis.values()))),
        lean=float(rng.uniform(0.2, 0.8) + rough),
        noise=float(rng.uniform(1, 4) + 6 * rough * rng.random()),
        blur_px=float(rng.uniform(0, 0.5) + rough * rng.uniform(0, 0.8)),
        levels=(int(rng.integers(0, 12 + round(50 * rough))), int(rng.integers(255 - round(30 * rough) - 12, 256))),
        black_border=bool(rng.random() < 0.25),
        light=float(rng.uniform(0, 10 + 40 * rough)),
        turned=0.03 + 0.12 * rough,
        threshold=str(rng.choice(["clean", "speckle", "dither"], p=[0.62, 0.25, 0.13])),
        jpeg_quality=int(rng.integers(round(68 - 30 * rough), 92)),
        phone=is_phone,
    )


def scan(paper: Paper, device: Scanner, rng: Generator) -> Scanned:
    """Return what *device* makes of *paper*."""
    skew = float(np.clip(rng.normal(0, device.lean), -3, 3))
    rotation = int(rng.choice([90, 180, 270])) if rng.random() < device.turned else 0
    source = paper.pixels if device.mode == "colour" else cv2.cvtColor(paper.pixels, cv2.COLOR_RGB2GRAY)
    matrix, size = _placement(paper, device, rng, skew)
    border = 30 if device.black_border else int(rng.integers(232, 256))
    fill = (border,) * 3 if device.mode == "colour" else border
    flags = cv2.INTER_AREA if device.dpi < paper.dpi else cv2.INTER_LINEAR
    if device.phone:
        image = cv2.warpPerspective(source, matrix, size, flags=flags, borderValue=fill)
    else:
        image = cv2.warpAffine(source, matrix[:2], size, flags=flags, borderValue=fill)
    image = _light_and_noise(np.asarray(image, np.uint8), device, rng)
    if device.mode == "bilevel":
        image = _one_bit(image, device, rng)
    to_mm = np.diag([paper.scale, paper.scale, 1.0])
    fractions = np.diag([1 / size[0], 1 / size[1], 1.0]) @ matrix @ to_mm
    return Scanned(np.ascontiguousarray(np.rot90(image, rotation // 90)), rotation, round(skew, 2), fractions)


def _placement(
    paper: Paper, device: Scanner, rng: Generator, skew: float
) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """Return the map from paper pixels to scan pixels, and the scan's (width, height)."""
    ratio = device.dpi / paper.dpi
    scale = ratio * float(rng.uniform(0.99, 1.01))
    height, width = paper.pixels.shape[:2]
    size = (round(width * ratio), round(height * ratio))
    turn = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), -skew, scale), [0, 0, 1]])
    mm = device.dpi / 25.4
    shift = rng.normal(0, 0.9, 2) * mm
    turn[:2, 2] += np.array([size[0] / 2 - width / 2, size[1] / 2 - height / 2]) + shift
    if device.phone:
        corners = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)
        inset = rng.uniform(0.01, 0.05, (4, 2)) * size * np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
        turn = cv2.getPerspectiveTransform(corners, (corners + inset).astype(np.float32)) @ turn
    return turn.astype(np.float64), size


def _light_and_noise(image: NDArray[np.uint8], device: Scanner, rng: Generator) -> NDArray[np.uint8]:
    height, width = image.shape[:2]
    low, high = device.levels
    table = np.clip(low + np.arange(256) * (high - low) / 255, 0, 255).astype(np.uint8)
    image = np.asarray(cv2.LUT(image, table), np.uint8)
    if device.blur_px > 0.25:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), device.blur_px), np.uint8)
    tile = _noise_tile()
    y, x = rng.integers(0, NOISE_SIDE, 2)
    noise = np.roll(tile, (int(y), int(x)), (0, 1)) * np.float32(device.noise)
    repeats = (-(-height // NOISE_SIDE), -(-width // NOISE_SIDE))
    layer = np.tile(noise, repeats)[:height, :width]
    light = min(device.light, BILEVEL_LIGHT) if device.mode == "bilevel" else device.light
    if light > 3 or device.phone:
        corners = rng.uniform(-light * (2.5 if device.phone else 1), 0, (2, 2)).astype(np.float32)
        slope = np.asarray(cv2.resize(corners, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
        layer = layer + slope
    small = np.clip(layer, -127, 127).astype(np.int8)
    darker, lighter = np.maximum(-small, 0).astype(np.uint8), np.maximum(small, 0).astype(np.uint8)
    if image.ndim == 3:
        darker, lighter = (np.asarray(cv2.merge([part] * 3), np.uint8) for part in (darker, lighter))
    return np.asarray(cv2.add(cv2.subtract(image, darker), lighter), np.uint8)


def _one_bit(image: NDArray[np.uint8], device: Scanner, rng: Generator) -> NDArray[np.uint8]:
    if device.threshold == "dither":
        raster = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) * 12 + 35
        height, width = image.shape
        tiled = np.tile(raster, (-(-height // 4), -(-width // 4)))[:height, :width]
        return np.where(image > tiled, 255, 0).astype(np.uint8)
    low, high = device.levels
    tint = low + FIELD_TINT * (high - low) / 255 - min(device.light, BILEVEL_LIGHT)
    if device.threshold == "clean":
        level = rng.uniform(130, max(min(170.0, tint - 3.5 * device.noise), 135.0))
    else:  # one to two dots in ten on the tint
        level = tint - rng.uniform(0.9, 1.6) * max(device.noise, 2)
    return np.where(image > level, 255, 0).astype(np.uint8)
