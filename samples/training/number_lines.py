"""Cells of the acts table as they come to the reader: dates, amounts, coefficients, codes of acts, in one line each."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from samples.training.cell_crops import Depth, Hand, draw_hand, fade, place, scan, shape_glyph
from samples.training.glyphs import Bank, Glyph, trim

ALPHABET: Final = "0123456789,./-+€ ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NURSES: Final = "AMI AIS AMX BSA BSB BSC DI DSI IFD IFA IFI IFR IFN IK IKM IKS MAU MCI MIE MSC TLS TLD TLL"
_OTHERS: Final = "AMK AMC AMS AMO AMY AMP RAM TAC TER RKD VSM F N D NM C CS SF"
_CODES: Final = [*_NURSES.split(), *_OTHERS.split()]


def draw_text(rng: np.random.Generator) -> str:
    """Return what a cell of the acts table may say."""
    kind = rng.choice(
        ["date", "amount", "coefficient", "code", "number", "any"], p=[0.30, 0.25, 0.10, 0.20, 0.10, 0.05]
    )
    if kind == "date":
        day, month, year = int(rng.integers(1, 32)), int(rng.integers(1, 13)), int(rng.integers(1930, 2035))
        long = rng.random() < 0.5
        separator = rng.choice(["/", "/", "/", ".", "-", " ", ""])
        pad = "02d" if rng.random() < 0.85 else "d"
        return str(separator).join([f"{day:{pad}}", f"{month:{pad}}", str(year) if long else f"{year % 100:02d}"])
    if kind == "amount":
        euros = (
            int(rng.integers(0, 10))
            if rng.random() < 0.3
            else int(rng.integers(10, 100 if rng.random() < 0.8 else 3000))
        )
        tail = rng.choice(["", "", "", "", " €", "€"])
        return f"{euros}{rng.choice([',', ',', ',', '.'])}{int(rng.integers(0, 100)):02d}{tail}"
    if kind == "coefficient":
        return str(
            rng.choice(
                [
                    "1",
                    "1,5",
                    "2",
                    "3",
                    "4",
                    "1.5",
                    "2,5",
                    "0,5",
                    "4,1",
                    "5,05",
                    "7,8",
                    "3,49",
                    "10",
                    "12,3",
                    "1/2",
                    "4+2/2",
                ]
            )
        )
    if kind == "code":
        return str(rng.choice(_CODES)) + (str(int(rng.integers(1, 20))) if rng.random() < 0.15 else "")
    if kind == "number":
        return str(int(rng.integers(0, 10 ** int(rng.integers(1, 7)))))
    return "".join(rng.choice(list(ALPHABET.replace(" ", "")), int(rng.integers(1, 8))))


def draw_line(
    rng: np.random.Generator, banks: dict[str, Bank], weights: dict[str, float], fonts: dict[str, Path], text: str
) -> tuple[NDArray[np.uint8], str]:
    """Return the crop of one cell that holds *text*, and the text: a font without a euro sign leaves it out.

    It is written with a font, or set together from single characters.
    """
    dpi = float(rng.choice([150, 200, 200, 200, 240, 300, 300]))
    hand = replace(draw_hand(rng, banks, weights, "0"), turn_deg=float(rng.normal(0, 1.0)), shake_deg=0.4)
    if "€" not in hand.source:
        text = text.replace("€", "").strip()
    stems = [
        stem for kind in ("printed", "hand") for stem, source in banks[kind].sources.items() if source is hand.source
    ]
    mask = _font_line(fonts[stems[0]], text) if stems else _set_line(rng, banks, hand, text)
    line_px = rng.uniform(4.5, 9.0) * dpi / 25.4
    high = line_px * (rng.uniform(0.25, 0.5) if hand.is_typed else rng.uniform(0.4, 0.95))
    glyph = shape_glyph(rng, Glyph(trim(mask)), hand, high)
    margin = round(rng.uniform(0.2, 1.5) * line_px)
    depth: Depth = np.zeros((round(max(line_px, glyph.shape[0] + 2)), glyph.shape[1] + 2 * margin), np.float32)
    top = round((depth.shape[0] - glyph.shape[0]) * np.clip(rng.normal(0.5, 0.2), 0.0, 1.0))
    place(depth, glyph, margin, top)
    for side in (-1, 1):  # feet and heads of the rows above and below
        if rng.random() < 0.25:
            other = shape_glyph(rng, _any_glyph(rng, hand), hand, high)
            y = (
                -round(other.shape[0] * rng.uniform(0.6, 0.95))
                if side < 0
                else depth.shape[0] - round(other.shape[0] * rng.uniform(0.05, 0.4))
            )
            place(depth, other, int(rng.integers(0, depth.shape[1])), y)
    depth *= hand.ink
    fade(rng, depth)
    _rules(rng, depth)
    return scan(rng, depth, dpi, hand.ink), text


def vary(rng: np.random.Generator, crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a register crop turned, slanted, scaled and darkened at random."""
    h, w = crop.shape
    slant, turn = rng.normal(0, 0.12), rng.normal(0, 0.03)
    warp = np.array([[rng.uniform(0.8, 1.25), slant, 0.0], [turn, rng.uniform(0.85, 1.1), 0.0]])
    span = np.abs(warp[:, :2]) @ (w, h)
    warp[:, 2] = span / 2 - warp[:, :2] @ (w / 2, h / 2)
    out = cv2.warpAffine(
        crop,
        warp,
        (max(int(span[0]), 4), max(int(span[1]), 4)),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    level = rng.uniform(0.7, 1.6)
    paper = float(np.percentile(out, 75))
    grey = np.clip(255 - (paper - out.astype(np.float32)) * level + rng.normal(0, rng.uniform(0, 8), out.shape), 0, 255)
    if rng.random() < 0.25:
        grey = np.where(grey < 255 - 0.45 * (255 - np.percentile(grey, 1)), 0, 255)
    return np.asarray(grey, np.uint8)


def _any_glyph(rng: np.random.Generator, hand: Hand) -> Glyph:
    glyphs = hand.source[str(rng.integers(10))]
    return glyphs[int(rng.integers(len(glyphs)))]


def _font_line(path: Path, text: str) -> NDArray[np.uint8]:
    font = ImageFont.truetype(str(path), 64)
    image = Image.new("L", (int(font.getlength(text)) + 160, 220))
    ImageDraw.Draw(image).text((80, 70), text, fill=255, font=font)
    return np.asarray(image)


def _set_line(rng: np.random.Generator, banks: dict[str, Bank], hand: Hand, text: str) -> NDArray[np.uint8]:
    """Set *text* from single characters on one line, 64 pixels a figure; signs are drawn, letters a font's."""
    letters = banks["hand"].sources[str(rng.choice(list(banks["hand"].sources)))]
    gap = rng.uniform(-0.02, 0.22)
    pieces: list[tuple[Depth, int, int]] = []
    x, steady = 100.0, rng.uniform(0.0, 0.06)
    for character in text:
        if character == " ":
            x += 64 * rng.uniform(0.35, 0.8)
            continue
        glyph = _sign(rng, character) if character in "/-.," else None
        if glyph is None:
            known = hand.source.get(character) or letters.get(character)
            if not known:
                continue
            glyph = known[int(rng.integers(len(known)))]
        high = 64 * glyph.height * rng.uniform(0.88, 1.12)
        wide = max(1, round(glyph.mask.shape[1] * high / glyph.mask.shape[0]))
        mask = cv2.resize(
            glyph.mask,
            (wide, max(1, round(high))),
            interpolation=cv2.INTER_AREA if high < glyph.mask.shape[0] else cv2.INTER_CUBIC,
        )
        y = 100 + 64 * (glyph.drop + rng.normal(0, steady)) - mask.shape[0] / 2
        pieces.append((mask.astype(np.float32), round(x), round(y)))
        x += wide + 64 * gap * rng.uniform(0.5, 1.5)
    canvas = np.zeros((200, int(x) + 100), np.float32)
    for mask, left, top in pieces:
        place(canvas, mask, left, top)
    return canvas.astype(np.uint8)


def _sign(rng: np.random.Generator, character: str) -> Glyph:
    mask = np.zeros((160, 100), np.uint8)
    pen = int(rng.integers(3, 9))
    if character == "/":
        high, lean = rng.uniform(50, 90), rng.uniform(0, 40)
        cv2.line(
            mask,
            (round(50 + lean / 2), round(80 - high / 2)),
            (round(50 - lean / 2), round(80 + high / 2)),
            255,
            pen,
            cv2.LINE_AA,
        )
        return Glyph(trim(mask), high / 64, float(rng.normal(0.05, 0.06)))
    if character == "-":
        half = rng.uniform(8, 22)
        cv2.line(mask, (round(50 - half), 80), (round(50 + half), round(80 + rng.normal(0, 2))), 255, pen, cv2.LINE_AA)
        return Glyph(trim(mask), (pen + 1) / 64, float(rng.normal(0.05, 0.06)))
    if character == ".":
        cv2.circle(mask, (50, 80), max(2, pen // 2 + 1), 255, -1, cv2.LINE_AA)
        return Glyph(trim(mask), (pen + 3) / 64, float(rng.normal(0.46, 0.05)))
    high = rng.uniform(10, 28)
    cv2.line(
        mask,
        (round(50 + rng.uniform(0, 10)), round(80 - high / 2)),
        (round(50 - rng.uniform(0, 10)), round(80 + high / 2)),
        255,
        pen,
        cv2.LINE_AA,
    )
    return Glyph(trim(mask), high / 64, float(rng.normal(0.52, 0.07)))


def _rules(rng: np.random.Generator, depth: Depth) -> None:
    """Add what removing the table's rules and tints leaves."""
    h, w = depth.shape
    for _ in range(int(rng.choice([0, 0, 0, 1, 2]))):
        level, thick = float(rng.uniform(0.03, 0.3)), int(rng.integers(1, 3))
        ghost = np.zeros_like(depth)
        if rng.random() < 0.5:
            y = int(rng.choice([0, h - 1])) + int(rng.integers(-2, 3))
            cv2.line(ghost, (0, y), (w, y), level, thick)
        else:
            x = int(rng.choice([0, w - 1])) + int(rng.integers(-3, 4))
            cv2.line(ghost, (x, 0), (x, h), level, thick)
        np.maximum(depth, ghost, out=depth)
