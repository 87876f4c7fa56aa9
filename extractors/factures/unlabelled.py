"""Entries printed without a label of their own, told by their shape and key; unread where they could be another's."""

from collections.abc import Iterator, Sequence
from typing import Final

from extractors.bordereaux.tokens import Kind, Row
from extractors.bordereaux.values import find_nir
from extractors.factures.labels import Entry
from extractors.factures.maker import Maker, Text
from extractors.factures.shapes import SHAPES, parse_date
from extractors.scan import Word
from schemas.identifiers.nir import is_nir
from schemas.identifiers.rpps import is_rpps

_NIRS: Final = ("nir", "patient_nir", "insured_nir")


def add_unlabelled(found: dict[str, Text], rows: Sequence[Row], entries: Sequence[Entry], maker: Maker) -> None:
    """Add to *found* the NIR, the invoice's date and the prescriber's RPPS where no label names them.

    Args:
        found: the entries that have a label.
        rows: of the page, the acts left out.
        entries: the labels of *rows*.
        maker: that knows which words are somebody's.
    """
    if not any(name in found for name in _NIRS):
        nirs = [t.words for row in rows for t in row.tokens if t.kind is Kind.NIR and maker.is_free(t.words)]
        values = [value for words in nirs if (value := find_nir(_text(words))) and is_nir(value)]
        if len(nirs) == len(values) == 1:
            found["nir"] = maker.keyed("nir", nirs[0], values[0])
        elif nirs:
            found["patient_nir"] = maker.unread()
    if "prescriber_rpps" not in found:
        _add(found, "prescriber_rpps", list(_numbers(rows, maker)), _rows_of(entries, "prescriber_name"), maker)
    if "form_date" not in found:
        dates = [
            (place, token.words)
            for place, row in enumerate(rows)
            for token in row.tokens
            if token.kind is Kind.DATE and maker.is_free(token.words) and parse_date(token.text)
        ]
        _add(found, "form_date", dates, _rows_of(entries, "invoice_number", "facture"), maker)


def _add(
    found: dict[str, Text], name: str, free: Sequence[tuple[int, Sequence[Word]]], own: set[int], maker: Maker
) -> None:
    """Add the one candidate that stands on a row of its entry's owner; unread where others could be it."""
    beside = [(words, SHAPES[name](_text(words))) for place, words in free if place in own]
    if len(beside) == 1 and (name != "prescriber_rpps" or is_rpps(beside[0][1] or "")):
        found[name] = maker.keyed(name, *beside[0])
    elif free:
        found[name] = maker.unread()


def _numbers(rows: Sequence[Row], maker: Maker) -> Iterator[tuple[int, Sequence[Word]]]:
    """Yield the numbers as long as an RPPS that nobody has taken, each with its row."""
    for place, row in enumerate(rows):
        for word in row.words:
            if SHAPES["prescriber_rpps"](word.text) is not None and maker.is_free([word]):
                yield place, [word]


def _rows_of(entries: Sequence[Entry], *names: str) -> set[int]:
    return {entry.row for entry in entries if entry.name in names}


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)
