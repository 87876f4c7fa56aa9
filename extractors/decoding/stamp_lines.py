"""A stamp's line from two readers: where they differ, piece by piece, the one that both make likelier."""

import re
from collections import defaultdict
from difflib import SequenceMatcher
from itertools import pairwise, product
from math import prod
from typing import Final

from stdnum import luhn

from extractors.decoding import ctc
from extractors.decoding.communes import with_commune
from extractors.decoding.stamp_titles import with_titles
from extractors.decoding.texts import free_text, with_postcode
from extractors.readers.protocol import LinePosteriors

#: More places where the readers differ than this, and neither is worth weighing.
_MOST_PLACES: Final = 6
#: When the reader of print errs on a piece, it is right with this share that the other reader's piece stands there.
_OTHER_READER: Final = 0.25
#: Worn letters are worn for both readers: about 13 of 50 lines that needed both were wrong.
_TRUST: Final = 0.75
#: How often a stamp's line begins with a small letter, or an initialism lacks a point, against the usual shape.
_UNUSUAL: Final = 1 / 30
_LEAST: Final = 1e-6
# No reader is surer of a piece than this.
_LEAST_DOUBT: Final = 0.02
_POSTCODE: Final = re.compile(r"\b\d{5}\b")

# "DE", "DE.", "D E.", "D.E" at a line's end: a state diploma's initials, a point lost
_BROKEN_INITIALS: Final = re.compile(r"(?<![\w.'-])(?:[A-Z]{2}\.|(?:[A-Z]\. ?)+[A-Z]|[A-Z] [A-Z]\.?)$|[a-z)] [A-Z]{2}$")
_NUMBER: Final = re.compile(r"(?:[NM] ?[°ºo'*]|N(?= ?\d{9}$)) ?([\dAB ]+)$")
# "D E", "D. E.": the points of initials after a title are pale
_PALE_POINTS: Final = re.compile(r"(?<=[a-z)] )([A-Z])(?:\. ?| )([A-Z])\.?$")
_NUMBER_LENGTH: Final = 9


def is_regular(text: str) -> bool:
    """Return whether a line has the shape stamps' lines have: what a misreading breaks first."""
    number = _NUMBER.match(text)
    if number:
        return " " not in number[1] and _is_number(number[1])
    return not (text[:1].islower() or _BROKEN_INITIALS.search(text) or re.search(r"[^\w\s.,;:()'°/&@+-]", text))


def settled(words: list[tuple[str, float]], posteriors: LinePosteriors) -> tuple[str, float]:
    """Return the likeliest line and its probability.

    Args:
        words: the reader of print's words with their confidences.
        posteriors: what the recogniser of lines saw in the same line.
    """
    printed = " ".join(text for text, _ in words)
    letters = [(c, sure) for text, sure in words for c in text.replace(" ", "")]
    spaces = _spaces_after(printed)
    pieces = _pieces(letters, spaces, posteriors.best().text.replace(" ", ""))
    if sum(len(options) > 1 for options in pieces) > _MOST_PLACES:
        return shaped(printed), _LEAST
    candidates: dict[str, float] = {}
    for choice in product(*pieces):
        text = "".join(piece for piece, _ in choice)
        candidates[text] = max(candidates.get(text, 0.0), prod(probability for _, probability in choice))
    fold = {c: "" if c == " " else c for c in posteriors.alphabet}
    bare = {text.replace(" ", "") for text in candidates}
    seen = {h.text: h.probability for h in ctc.of_words(posteriors, bare, fold)}
    weights: defaultdict[str, float] = defaultdict(float)
    for text, weight in candidates.items():
        line = shaped(text)
        usual = 1.0 if is_regular(line) else _UNUSUAL
        weights[line] += weight * max(seen.get(text.replace(" ", ""), 0.0), _LEAST) * usual
    best = max(weights, key=lambda line: weights[line])
    # strings that neither reader names
    unnamed = _LEAST * max(0.0, 1.0 - sum(seen.values()))
    # the less the two have in common, the less the ink says
    shared = sum(len(options[0][0].replace(" ", "")) for options in pieces if len(options) == 1)
    common = shared / max(len(letters), len(best.replace(" ", "")))
    return best, _TRUST * common * weights[best] / (sum(weights.values()) + unnamed)


def shaped(text: str) -> str:
    """Return *text* with the spaces, points and figures its shape asks for: ``N° 123``, ``D.E.``, ``16 RUE``."""
    text = with_commune(with_postcode(free_text(text)))
    number = _NUMBER.match(text)
    if number:
        return f"N° {number[1].replace(' ', '')}"
    if _POSTCODE.search(text):
        text = re.sub(r"^[LlIi|{](?=\d{1,3} )", "1", text)
    text = with_titles(_PALE_POINTS.sub(r"\1.\2.", text))
    return re.sub(r"(?<![\w.])((?:[A-Z]\.)+[A-Z])$", r"\1.", text)


def _spaces_after(text: str) -> list[bool]:
    """Return for each character that is no space whether one follows it."""
    return [after == " " for c, after in pairwise(f"{text}$") if c != " "]


def _pieces(letters: list[tuple[str, float]], spaces: list[bool], other: str) -> list[list[tuple[str, float]]]:
    """Return, piece by piece, what may stand there with its probability by the reader of print, who sees the spaces."""
    said = "".join(c for c, _ in letters)
    pieces = []
    for operation, a, b, c, d in SequenceMatcher(None, said, other, autojunk=False).get_opcodes():
        spaced = "".join(f"{letters[i][0]} " if spaces[i] else letters[i][0] for i in range(a, b))
        if operation == "equal":
            pieces.append([(spaced, 1.0)])
            continue
        doubt = 1.0 - min(sure for _, sure in letters[max(a - 1, 0) : b + 1])
        doubt = min(max(doubt, _LEAST_DOUBT), 1.0 - _LEAST_DOUBT)
        against = f"{other[c:d]} " if spaced.endswith(" ") else other[c:d]
        pieces.append([(spaced, 1.0 - doubt), (against, _OTHER_READER * doubt)])
    return pieces


def _is_number(text: str) -> bool:
    digits = text.replace("A", "1").replace("B", "2")
    return len(digits) == _NUMBER_LENGTH and luhn.is_valid(digits)
