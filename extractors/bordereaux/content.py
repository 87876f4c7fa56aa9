"""What the entries of a column can be, whatever its heading says.

A heading may be misread, stand over two columns or be worded as nobody expected; entries do not lie about being births,
numbers that rise, names or single letters.
"""

from collections.abc import Mapping
from itertools import pairwise
from statistics import median
from typing import Final

from extractors.bordereaux.grid import Column
from extractors.bordereaux.tokens import Kind
from extractors.bordereaux.values import as_digits, find_date, find_nir
from extractors.bordereaux.vocabulary import Meaning
from schemas.identifiers.nir import BODY_LENGTH, nir_key

#: How well a kind of content fits a heading's meaning, 1 being its usual content. Absent: it does not.
_FIT: Final[Mapping[Kind, Mapping[Meaning, float]]] = {
    Kind.AMOUNT: {
        Meaning.TOTAL: 1.0, Meaning.AMO: 1.0, Meaning.AMC: 1.0, Meaning.SHARE: 1.0, Meaning.PATIENT: 0.5,
        Meaning.OTHER: 0.4,
    },
    Kind.DATE: {Meaning.BIRTH: 1.0, Meaning.DATE: 1.0, Meaning.OTHER: 0.3},
    Kind.NIR: {Meaning.NIR: 1.2, Meaning.INVOICE: 0.2, Meaning.OTHER: 0.1},
    Kind.NUMBER: {
        Meaning.INVOICE: 1.0, Meaning.OTHER: 0.5, Meaning.NIR: 0.5, Meaning.BIRTH: 0.5, Meaning.DATE: 0.4,
        Meaning.TOTAL: 0.2, Meaning.AMO: 0.2, Meaning.AMC: 0.2,
    },
    Kind.TEXT: {
        Meaning.NAME: 1.0, Meaning.PATIENT: 1.0, Meaning.FIRST_NAME: 1.0, Meaning.OTHER: 0.5, Meaning.FLOW: 0.3,
    },
}  # fmt: skip
#: Ranks and keys have no more figures than this.
_FEW_FIGURES: Final = 2
_SHORT_NUMBERS: Final[Mapping[Meaning, float]] = {
    Meaning.KEY: 1.0, Meaning.OTHER: 0.6, Meaning.INVOICE: 0.1, Meaning.FLOW: 0.1,
}  # fmt: skip
#: Texts of up to three letters: flows, ticks, "oui".
_FEW_LETTERS: Final = 3
_SHORT_TEXTS: Final[Mapping[Meaning, float]] = {Meaning.FLOW: 1.0, Meaning.OTHER: 0.7, Meaning.NAME: 0.1}
#: Texts of which this share are figures are misread numbers.
_FIGURE_SHARE: Final = 0.34
_MISREAD: Final[Mapping[Meaning, float]] = {
    Meaning.TOTAL: 0.4, Meaning.AMO: 0.4, Meaning.AMC: 0.4, Meaning.BIRTH: 0.4, Meaning.DATE: 0.3,
    Meaning.INVOICE: 0.3, Meaning.NIR: 0.3, Meaning.OTHER: 0.1,
}  # fmt: skip
#: Days of care of one lot lie within this many years, births do not.
_CARE_YEARS: Final = 4
#: Lines whose NIR repeats the month of a date: insured who are their own beneficiaries.
_OWN_SHARE: Final = 0.3
#: An invoice's number has this many figures in the mean.
_LONG: Final = 5


def fits(column: Column) -> Mapping[Meaning, float]:
    """Return how well the entries of *column* fit each meaning a heading may have, 1 being its usual content."""
    texts = ["".join(c for token in tokens for c in token.text if c.isalnum()) for tokens in column.entries.values()]
    usual = median(len(text) for text in texts)
    if column.kind is Kind.NUMBER and usual <= _FEW_FIGURES:
        return _SHORT_NUMBERS
    if column.kind is Kind.TEXT:
        figures = sum(c.isdigit() for text in texts for c in text)
        if figures >= _FIGURE_SHARE * sum(map(len, texts)):
            return _MISREAD
        if usual <= _FEW_LETTERS:
            return _SHORT_TEXTS
        if all(len(token.words) == 1 for token in column.tokens):
            return {**_FIT[Kind.TEXT], Meaning.FLOW: 0.8}
    return _FIT[column.kind]


def is_long(column: Column) -> bool:
    """Whether the numbers of a column are long enough for invoices'."""
    lengths = [len(token.text) for token in column.tokens]
    return sum(lengths) >= _LONG * len(lengths)


def are_alike(column: Column) -> bool:
    """Whether all entries of a column are the same: a label printed on every line, or what all lines share."""
    return len(column.entries) > 1 and len({token.text for token in column.tokens}) == 1


def is_rising(column: Column) -> bool:
    """Whether most numbers of a column are followed by a greater one."""
    numbers = [column.entries[line][0].text for line in sorted(column.entries)]
    rises = sum(a < b for a, b in pairwise(numbers))
    return 2 * rises >= len(numbers) - 1


def are_births(column: Column, nirs: Column | None) -> bool:
    """Whether the dates of a column lie decades apart, or months stand in the NIRs beside them."""
    years, own = [], 0
    for line, tokens in column.entries.items():
        digits = find_date(tokens[0].text)
        if digits is None:
            continue
        years.append(int(digits[-2:]) + (100 * int(digits[4:6]) if len(digits) > 6 else 0))  # noqa: PLR2004 - a full year
        nir = find_nir(nirs.entries[line][0].text) if nirs is not None and line in nirs.entries else None
        own += nir is not None and nir[1:5] == digits[-2:] + digits[2:4]
    if not years:
        return False
    return own >= max(1, _OWN_SHARE * len(years)) or max(years) - min(years) > _CARE_YEARS


def are_keys(column: Column, nirs: Column) -> bool:
    """Whether most numbers of a column are the keys of the NIRs beside them: their arithmetic proves it."""
    lines = [line for line in column.entries if line in nirs.entries]
    bodies = [find_nir(nirs.entries[line][0].text) for line in lines]
    right = sum(
        body is not None and nir_key(body[:BODY_LENGTH]) == as_digits(column.entries[line][0].text)
        for body, line in zip(bodies, lines, strict=True)
    )
    return bool(lines) and 2 * right >= len(lines)
