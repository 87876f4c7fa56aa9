"""The provider's stamp, read on every form of a lot: each imprint is worn elsewhere, all say the same.

Only imprints of the same stamp speak for each other: a locum stamps with another name.
"""

from collections.abc import Sequence
from math import prod
from typing import Final

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
#: Share of misread lines that show one given text.
_BY_CHANCE: Final = 0.3


def with_common_stamp(invoices: Sequence[Invoice]) -> list[Invoice]:
    """Return *invoices*, each doubtful stamp read by what all imprints of that stamp show, line by line.

    A stamp that was not read stays unread; the form's own reading stays as ``blind``.
    """
    return [_told(invoice, [i.provider_stamp for i in invoices]) for invoice in invoices]


def _told(invoice: Invoice, stamps: Sequence[Field[str]]) -> Invoice:
    own = invoice.provider_stamp
    alike = [stamp for stamp in stamps if _is_same_stamp(own, stamp)]
    if len(alike) < 2:  # noqa: PLR2004 - no other imprint
        return invoice
    text, sure = _together(alike)
    if sure <= own.confidence:
        return invoice
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
    name = plain(other.value.split("\n")[0])
    mine = plain(one.value.split("\n")[0])
    # specks and print around a stamp may stand over its name
    return any(ratio(name, plain(line)) >= _SAME_NAME for line in one.value.split("\n")) or any(
        ratio(mine, plain(line)) >= _SAME_NAME for line in other.value.split("\n")
    )


def _together(stamps: Sequence[Field[str]]) -> tuple[str, float]:
    """Return what the imprints show, line by line along the surest of them, and how sure that is."""
    readings = [(stamp.value.split("\n"), max(stamp.confidence, _LEAST_WEIGHT)) for stamp in stamps if stamp.value]
    lines, _ = max(readings, key=lambda reading: reading[1])
    chosen, shares = [], []
    for line in lines:
        seen = []
        for others, sure in readings:
            like = max(others, key=lambda other: ratio(plain(line), plain(other)))
            if ratio(plain(line), plain(like)) >= _SAME_LINE:
                seen.append((like, min(sure ** (1.0 / len(others)), _ONE_STAMP)))
        # each reading is right by its own confidence, or shows some other line by chance
        odds = {text: prod(p if t == text else (1.0 - p) * _BY_CHANCE for t, p in seen) for text, _ in seen}
        nothing = prod((1.0 - p) * _BY_CHANCE for _, p in seen)
        best = max(odds, key=lambda text: (odds[text], text == line))
        chosen.append(best)
        shares.append(odds[best] / (sum(odds.values()) + nothing))
    return "\n".join(chosen), _ONE_STAMP * prod(shares)
