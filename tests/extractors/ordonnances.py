"""Ordonnances drawn for the tests: words as an engine for print would give them, ink as a scanner would see it."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from extractors.readers.protocol import LinePosteriors, Readers, TextReading
from extractors.scan import Word
from extractors.sheet import View
from samples.fonts import font_path
from schemas.geometry import Box

DPI = 200.0
SIZE = (1654, 2339)
_PX = DPI / 25.4
#: What a doctor's hand and machine put on one sheet: (x mm, y mm, text).
LETTER: Sequence[tuple[float, float, str]] = (
    (16, 18, "Docteur Chantal NOËL"),
    (16, 25, "Cardiologie"),
    (16, 30, "12 rue des Lilas 44000 NANTES"),
    (16, 40, "RPPS 99700123450"),
    (120, 80, "Nantes, le 06/05/2025"),
    (16, 92, "Mme ROGER LÉA"),
    (16, 106, "Faire pratiquer par infirmier(ère) à domicile :"),
    (16, 114, "Pansement lourd et complexe pendant 10 jours"),
    (40, 286, "Membre d'une association agréée"),
)


class Silent:
    """A recogniser that never reads anything, so that only the words count."""

    name = "handwriting"

    def read_line(self, crop: NDArray[np.uint8]) -> LinePosteriors:
        """Return one blank step."""
        del crop
        return LinePosteriors(np.log(np.array([[1.0, 1e-9]], np.float32)), "a")


class Unused:
    """Engines a prescription does not need."""

    name = "unused"
    classes = ""

    def read_line(self, crop: NDArray[np.uint8], *, digits_only: bool = False) -> TextReading:
        """Fail: nothing may be read that way."""
        del crop, digits_only
        raise AssertionError

    def read_page(self, grey: NDArray[np.uint8], *, dpi: float) -> list[Word]:
        """Fail: the page was read before."""
        del grey, dpi
        raise AssertionError

    def read_cells(self, cells: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Fail: an ordonnance has no comb."""
        del cells
        raise AssertionError

    def read_cells_with_features(
        self, cells: list[NDArray[np.uint8]]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Fail: an ordonnance has no comb."""
        del cells
        raise AssertionError


class Paper:
    """An A4 page to print and write on."""

    def __init__(self) -> None:
        self._image = Image.new("L", SIZE, 244)
        self._draw = ImageDraw.Draw(self._image)
        self.words: list[Word] = []

    def print_at(self, x: float, y: float, text: str, *, font: str = "arimo", points: float = 11) -> None:
        """Print *text* with its baseline at *y* and keep its words as an engine finds them."""
        face = ImageFont.truetype(str(font_path(font)), round(points * DPI / 72))
        left = x * _PX
        for word in text.split():
            self._draw.text((left, y * _PX), word, fill=25, font=face, anchor="ls")
            x0, y0, x1, y1 = self._draw.textbbox((left, y * _PX), word, font=face, anchor="ls")
            box = Box(x0 / SIZE[0], y0 / SIZE[1], (x1 - x0) / SIZE[0], (y1 - y0) / SIZE[1])
            self.words.append(Word(word, box, 0.95, len(self.words)))
            left = x1 + face.getlength(" ")

    def write_at(self, x: float, y: float, text: str, *, font: str = "patrick-hand", points: float = 17) -> None:
        """Write *text* by hand: ink, but no words."""
        face = ImageFont.truetype(str(font_path(font)), round(points * DPI / 72))
        self._draw.text((x * _PX, y * _PX), text, fill=50, font=face, anchor="ls")

    def stroke(self, points: Sequence[tuple[float, float]], width: int = 4) -> None:
        """Draw a pen's stroke through *points* in mm."""
        self._draw.line([(x * _PX, y * _PX) for x, y in points], fill=40, width=width, joint="curve")

    def sign_at(self, x: float, y: float) -> None:
        """Sign: loops some 30 mm wide."""
        t = np.linspace(0, 5 * np.pi, 120)
        xs, ys = x + 2 * t + 2.5 * np.sin(t), y + 4 * np.cos(t * 1.1) * np.exp(-t / 14)
        self.stroke(list(zip(xs.tolist(), ys.tolist(), strict=True)))

    def view(self) -> View:
        """Return the page as scanned and levelled."""
        rng = np.random.default_rng(11)
        grey = cv2.GaussianBlur(np.asarray(self._image), (0, 0), 0.7).astype(np.float32)
        grey = np.clip(grey + rng.normal(0, 2.5, grey.shape), 0, 255).astype(np.uint8)
        return View(grey, np.eye(2, 3), grey.shape, DPI)


def readers_with(lines: object) -> Readers:
    """Return engines of which only *lines* may be used."""
    others = {name: Unused() for name in Readers.__dataclass_fields__ if name != "lines"}
    return Readers(lines=lines, **others)  # type: ignore[arg-type]
