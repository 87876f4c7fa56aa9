"""The provider's stamp, read on every form of a lot: each imprint is worn elsewhere, all say the same.

Only imprints of the same stamp speak for each other: a locum stamps with another name. Readers err alike on the same
rubber letter, so the imprints vote, and what they disagree on stays a doubt.
"""

from collections.abc import Sequence
from itertools import chain
from math import prod
from typing import Final

from rapidfuzz.distance import Levenshtein
from rapidfuzz.fuzz import ratio

from intake.likeness import plain
from schemas.field import Blind, Field
from schemas.invoice import Invoice

#: Likeness, 0 to 100, from which two imprints are one stamp's, their name lines too, and two lines one line.
_SAME_STAMP: Final = 60.0
_SAME_NAME: Final = 75.0
_SAME_LINE: Final = 60.0
#: A reading counts at least this much, and two forms of a lot bear the same stamp this surely once it looks the same.
_LEAST_WEIGHT: Final = 0.05
_ONE_STAMP: Final = 0.97
#: An imprint read this surely needs no other.
_CLEAR: Final = 0.9

_Line = tuple[str, float]


def with_common_stamp(invoices: Sequence[Invoice]) -> list[Invoice]:
    """Return *invoices*, each doubtful stamp read by what all imprints of that stamp show, letter by letter.

    A stamp that was not read stays unread; the form's own reading stays as ``blind``.
    """
    return [_told(invoice, [i.provider_stamp for i in invoices]) for invoice in invoices]


def _told(invoice: Invoice, stamps: Sequence[Field[str]]) -> Invoice:
    own = invoice.provider_stamp
    alike = [stamp for stamp in stamps if _is_same_stamp(own, stamp)]
    if len(alike) < 2:  # noqa: PLR2004 - no other imprint
        return invoice
    if own.confidence >= _CLEAR:
        return invoice
    text, sure = _together(alike)
    update = {
        "value": text,
        "confidence": sure,
        "source": own.source if text == own.value else "lot",
        "blind": own.blind or Blind(value=own.value, confidence=own.confidence),
    }
    return invoice.model_copy(update={"provider_stamp": own.model_copy(update=update)})


def _is_same_stamp(one: Field[str], other: Field[str]) -> bool:
    if not one.value or not other.value or ratio(plain(one.value), plain(other.value)) < _SAME_STAMP:
        return False
    mine, theirs = ([plain(line) for line in stamp.value.split("\n")] for stamp in (one, other) if stamp.value)
    # specks and print around a stamp may stand over its name
    return max(ratio(theirs[0], line) for line in mine) >= _SAME_NAME or (
        max(ratio(mine[0], line) for line in theirs) >= _SAME_NAME
    )


def _together(stamps: Sequence[Field[str]]) -> tuple[str, float]:
    """Return what the imprints show, along the lines of the surest of them, and how sure that is."""
    readings = [(stamp.value.split("\n"), max(stamp.confidence, _LEAST_WEIGHT)) for stamp in stamps if stamp.value]
    lines, _ = max(readings, key=lambda reading: reading[1])
    voted: list[_Line] = []
    for line in lines:
        seen = []
        for others, sure in readings:
            like = max(others, key=lambda other: ratio(plain(line), plain(other)))
            if ratio(plain(line), plain(like)) >= _SAME_LINE:
                seen.append((like, sure ** (1.0 / len(others))))
        voted.append(_voted(seen or [(line, _LEAST_WEIGHT)]))
    return "\n".join(text for text, _ in voted), _ONE_STAMP * prod(share for _, share in voted)


def _voted(lines: Sequence[_Line]) -> _Line:
    """Return the line most readings show, letter by letter, and the share of the vote its weakest letter has.

    Where all agree, that is as sure as the surest of them: the same rubber misleads all readers alike.
    """
    reference, _ = max(lines, key=lambda one: one[1] * sum(weight * ratio(one[0], text) for text, weight in lines))
    whole = sum(weight for _, weight in lines)
    letters: list[dict[str, float]] = [{letter: 0.0} for letter in reference]
    gaps: list[dict[str, float]] = [{"": whole} for _ in range(len(reference) + 1)]
    for text, weight in lines:
        for step in Levenshtein.opcodes(reference, text):
            said = text[step.dest_start : step.dest_end]
            if step.tag == "insert":
                gap = gaps[step.src_start]
                gap[said] = gap.get(said, 0.0) + weight
                gap[""] -= weight
                continue
            for place in range(step.src_start, step.src_end):
                letter = "" if step.tag == "delete" else said[place - step.src_start]
                letters[place][letter] = letters[place].get(letter, 0.0) + weight
    places = [*chain.from_iterable(zip(gaps, letters, strict=False)), gaps[-1]]
    chosen = [max(votes.items(), key=lambda vote: vote[1]) for votes in places]
    text = "".join(said for said, _ in chosen)
    return text, min(weight for _, weight in chosen) / whole * max(weight for _, weight in lines)
