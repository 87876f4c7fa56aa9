"""The fonts pages are drawn with, and which handwriting is kept apart for measuring.

Files and licences are in ``samples/fonts``; the table below is the only place that names them.
"""

from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from PIL import ImageFont

FOLDER: Final = Path(__file__).parent / "fonts"

Split = Literal["train", "held_out", "all"]

#: Hands a recogniser may learn from.
_TRAIN_HANDS: Final = (
    "annie-use-your-telescope",
    "architects-daughter",
    "bad-script",
    "caveat",
    "cedarville-cursive",
    "coming-soon",
    "dawning-of-a-new-day",
    "delius",
    "give-you-glory",
    "gochi-hand",
    "homemade-apple",
    "indie-flower",
    "just-me-again-down-here",
    "kalam",
    "la-belle-aurore",
    "mansalva",
    "patrick-hand",
    "reenie-beanie",
    "schoolbell",
    "sue-ellen-francisco",
)
#: Hands nothing is trained on, so that a measure on them says something about new writers.
_HELD_OUT_HANDS: Final = (
    "covered-by-your-grace",
    "handlee",
    "nothing-you-could-do",
    "over-the-rainbow",
    "sedgwick-ave",
    "shadows-into-light",
    "the-girl-next-door",
    "zeyada",
)
_MONOSPACED: Final = (
    "courier-prime",
    "courier-prime-bold",
    "cousine",
    "cousine-bold",
    "cutive-mono",
    "share-tech-mono",
    "source-code-pro",
    "special-elite",
)
_PROPORTIONAL: Final = ("arimo", "tinos", "roboto", "lato", "libre-baskerville")
_BOLD: Final = {"arimo": "arimo-bold", "tinos": "tinos-bold", "roboto": "roboto-bold", "lato": "lato-bold"}


def font_path(name: str) -> Path:
    """Return the file of the font called *name* in this module's table."""
    return FOLDER / f"{name}.ttf"


def handwriting_fonts(split: Split = "all") -> list[Path]:
    """Return the files of the handwriting fonts of *split*."""
    names = {"train": _TRAIN_HANDS, "held_out": _HELD_OUT_HANDS, "all": _TRAIN_HANDS + _HELD_OUT_HANDS}[split]
    return [font_path(name) for name in names]


def printed_fonts() -> list[Path]:
    """Return the files of every typewriter and printer font, bold and dot-matrix ones included."""
    return [font_path(n) for n in (*_MONOSPACED, *_PROPORTIONAL, *_BOLD.values(), "source-code-pro-bold", "vt323")]


def typewriter_fonts() -> list[Path]:
    """Return the fonts software and typewriters fill forms with."""
    return [font_path(n) for n in (*_MONOSPACED, "arimo", "roboto", "lato")]


def letter_fonts() -> list[tuple[Path, Path]]:
    """Return (regular, bold) pairs of the fonts letters and lists are set in."""
    return [(font_path(n), font_path(_BOLD.get(n, n))) for n in _PROPORTIONAL]


@lru_cache(maxsize=512)
def load_font(path: Path, size_px: int) -> ImageFont.FreeTypeFont:
    """Return the font at *size_px*, read once."""
    return ImageFont.truetype(str(path), size_px)


@lru_cache(maxsize=256)
def digit_height(path: Path) -> float:
    """Return the height of the digit 0 as a fraction of the font's size, to write every hand equally tall."""
    box = load_font(path, 200).getbbox("0", anchor="ls")
    return (box[3] - box[1]) / 200
