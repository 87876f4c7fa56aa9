"""Single characters to draw cells and lines with: fonts, MNIST, figures of old French registers, drawn strokes."""

import csv
import gzip
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from samples.fonts import handwriting_fonts
from samples.training.pen_strokes import WAYS, draw_strokes

#: never trained on, so that the figures of the model cards are of unseen hands and faces
HELD_OUT_HANDS: Final = frozenset(path.stem for path in handwriting_fonts("held_out"))
HELD_OUT_FACES: Final = (
    "roboto",
    "roboto-bold",
    "special-elite",
    "DejaVuSansMono",
    "DejaVuSansMono-Bold",
    "Carlito-Regular",
    "FreeSerif",
)
HELD_OUT_PAGES: Final = 6
MNIST_HELD_OUT: Final = 5000

SYMBOLS: Final = "0123456789AB,"
#: characters no comb holds and nobody can take for a figure: a cell with one of them is junk
FOREIGN: Final = "KMNRWXEFHkmwx#*=+-"
_EM: Final = 64


@dataclass(frozen=True)
class Glyph:
    """Ink of one character, trimmed: ``height`` and ``drop`` (centre under the figures' centre) in figure heights."""

    mask: NDArray[np.uint8]
    height: float = 1.0
    drop: float = 0.0


@dataclass
class Bank:
    """Everything one kind of writing offers: glyphs by source (a font, MNIST, strokes) and character."""

    sources: dict[str, dict[str, list[Glyph]]] = field(default_factory=dict)
    #: sources whose figures are drawn anew each time
    drawn: bool = False


def font_glyphs(path: Path) -> dict[str, list[Glyph]]:
    """Return the characters a font has; {} where one of the symbols is missing."""
    font = ImageFont.truetype(str(path), _EM)
    top, bottom = _extent(font, "0")
    if bottom - top < _EM // 5:
        return {}
    found: dict[str, list[Glyph]] = {}
    blank = _raster(font, "￿")
    for character in SYMBOLS + FOREIGN:
        image = _raster(font, character)
        if image.max() == 0 or np.array_equal(image, blank):
            if character in SYMBOLS:
                return {}
            continue
        first, last = _extent(font, character)
        centre = (first + last - top - bottom) / 2 / (bottom - top)
        found.setdefault(character, []).append(Glyph(trim(image), (last - first) / (bottom - top), centre))
    return found


def _raster(font: ImageFont.FreeTypeFont, character: str) -> NDArray[np.uint8]:
    image = Image.new("L", (3 * _EM, 3 * _EM))
    ImageDraw.Draw(image).text((_EM, _EM), character, fill=255, font=font)
    return np.asarray(image)


def _extent(font: ImageFont.FreeTypeFont, character: str) -> tuple[int, int]:
    rows = np.flatnonzero(_raster(font, character).max(axis=1) > 64)
    return (int(rows[0]), int(rows[-1]) + 1) if rows.size else (0, 0)


def trim(mask: NDArray[np.uint8], level: int = 40) -> NDArray[np.uint8]:
    """Return *mask* without the empty rows and columns around its ink."""
    rows, columns = np.flatnonzero(mask.max(axis=1) > level), np.flatnonzero(mask.max(axis=0) > level)
    if rows.size == 0:
        return mask[:1, :1]
    return np.ascontiguousarray(mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def mnist_glyphs(folder: Path, *, held_out: bool) -> dict[str, list[Glyph]]:
    """Return MNIST's training figures, the last ``MNIST_HELD_OUT`` apart (CC BY-SA 3.0, LeCun, Cortes, Burges)."""
    images = np.frombuffer(gzip.decompress((folder / "train-images-idx3-ubyte.gz").read_bytes()), np.uint8, offset=16)
    labels = np.frombuffer(gzip.decompress((folder / "train-labels-idx1-ubyte.gz").read_bytes()), np.uint8, offset=8)
    part = slice(-MNIST_HELD_OUT, None) if held_out else slice(0, -MNIST_HELD_OUT)
    found: dict[str, list[Glyph]] = {}
    for image, label in zip(images.reshape(-1, 28, 28)[part], labels[part], strict=True):
        found.setdefault(str(label), []).append(Glyph(trim(image)))
    return found


def register_rows(archive: Path, *, held_out: bool) -> list[tuple[NDArray[np.uint8], str]]:
    """Return number crops of the notaries' registers with their text, split by page (CC BY 4.0, LECTAUREP)."""
    with zipfile.ZipFile(archive) as opened:
        names = {Path(name).name: name for name in opened.namelist()}
        rows = list(csv.DictReader(opened.read(names["labels.csv"]).decode().splitlines()))
        apart = sorted({row["page"] for row in rows})[::6][:HELD_OUT_PAGES]
        chosen = [row for row in rows if (row["page"] in apart) == held_out]
        decoded = [np.frombuffer(opened.read(names[Path(row["file"]).name]), np.uint8) for row in chosen]
    return [(_decoded(data), row["text"]) for data, row in zip(decoded, chosen, strict=True)]


def _decoded(data: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


def register_glyphs(archive: Path, *, held_out: bool) -> dict[str, list[Glyph]]:
    """Return single figures of the registers, from crops whose pieces of ink are as many as their figures."""
    found: dict[str, list[Glyph]] = {}
    for image, text in register_rows(archive, held_out=held_out):
        figures = [c for c in text if c.isdigit()]
        large = cv2.resize(image, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
        depth = cv2.subtract(np.full_like(large, int(np.percentile(large, 75))), large)
        _, ink = cv2.threshold(depth, 0, 255, cv2.THRESH_OTSU)
        _, marks, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
        pieces = [n for n in range(1, len(stats)) if stats[n][3] >= 18 and stats[n][4] >= 40]
        tall = max((stats[n][3] for n in pieces), default=0)
        pieces = sorted((n for n in pieces if stats[n][3] > 0.55 * tall), key=lambda n: int(stats[n][0]))
        inside = all(
            stats[n][0] > 0 and stats[n][0] + stats[n][2] < large.shape[1] and stats[n][2] < 1.3 * stats[n][3]
            for n in pieces
        )
        if len(pieces) != len(figures) or not inside:
            continue
        for n, figure in zip(pieces, figures, strict=True):
            gain = np.clip(depth.astype(np.float32) * (255.0 / max(float(depth[marks == n].max()), 1.0)), 0, 255)
            only = np.where(cv2.dilate((marks == n).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0, gain, 0).astype(
                np.uint8
            )
            found.setdefault(figure, []).append(Glyph(trim(only)))
    return found


def stroke_glyphs(rng: np.random.Generator, count: int) -> dict[str, list[Glyph]]:
    """Return *count* drawings of each symbol, French ways included."""
    heights = {",": (0.3, 0.55)}
    return {c: [Glyph(trim(draw_strokes(rng, c)), *heights.get(c, (1.0, 0.0))) for _ in range(count)] for c in WAYS}
