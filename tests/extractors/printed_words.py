"""Words of a page written as text: what a born-digital bordereau holds, on a grid of characters."""

import re

from extractors.scan import Word
from schemas.bordereau import Line
from schemas.geometry import Box

#: characters across a page and rows down it
WIDE, HIGH = 130, 66


def words_of(page: str, *, confidence: float = 1.0) -> list[Word]:
    """Return the words of a monospaced *page*, its first line left out when empty."""
    words = []
    for line, text in enumerate(page.strip("\n").splitlines()):
        for found in re.finditer(r"\S+", text):
            box = Box(found.start() / WIDE, (line + 1) / HIGH, 0.95 * len(found.group()) / WIDE, 0.8 / HIGH)
            words.append(Word(found.group(), box, confidence, line))
    return words


def values(line: Line) -> tuple[str | None, ...]:
    """Return a line's entries, in the order most software prints them."""
    return (
        line.invoice_number.value,
        line.insured_nir.value,
        line.insured_name.value,
        line.beneficiary_birth_date.value,
        line.total_amount.value,
        line.amount_amo.value,
        line.amount_amc.value,
    )
