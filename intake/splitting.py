"""A stack of several lots, cut into lots: by separator sheets, and by bordereaux of another lot or provider."""

from collections.abc import Sequence

from extractors.reading import PageReading
from intake.likeness import bare_number
from schemas.bordereau import Bordereau
from schemas.field import Field
from schemas.page import PageKind

#: Confidence from which a lot or provider number that differs starts another lot.
_SURE = 0.80


def split_lots(readings: Sequence[PageReading]) -> list[list[PageReading]]:
    """Return the pages of each lot of the stack, in order; one list where nothing separates.

    Separator sheets cut first; then, within each part, bordereaux that name different lots share the pages between
    them: a form goes to the lot that lists it, everything else stays with the form before it.
    """
    lots: list[list[PageReading]] = []
    for part in _cut_at_separators(readings):
        lots += _cut_at_bordereaux(part)
    return lots


def _cut_at_separators(readings: Sequence[PageReading]) -> list[list[PageReading]]:
    parts: list[list[PageReading]] = [[]]
    name: str | None = None
    for reading in readings:
        starts = reading.separator is not None and not (reading.separator and reading.separator == name)
        if starts and any(_has_content(r) for r in parts[-1]):
            parts.append([])
        name = reading.separator or name
        parts[-1].append(reading)
    if len(parts) > 1 and not any(_has_content(r) for r in parts[-1]):
        parts[-2:] = [parts[-2] + parts[-1]]  # a separator behind the last lot opens nothing
    return parts


def _cut_at_bordereaux(part: list[PageReading]) -> list[list[PageReading]]:
    heads: list[Bordereau] = []
    owner: dict[int, int] = {}
    for place, reading in enumerate(part):
        if reading.bordereau is None:
            continue
        content = reading.bordereau.content
        known = next((i for i, head in enumerate(heads) if not _is_other_lot(head, content)), None)
        if _has_no_head(content) and heads:
            known = len(heads) - 1
        if known is None:
            heads.append(content)
            known = len(heads) - 1
        owner[place] = known
    if len(heads) < 2:  # noqa: PLR2004
        return [part]
    listed = [
        {
            bare_number(line.invoice_number.value)
            for p, r in enumerate(part)
            if owner.get(p) == lot and r.bordereau
            for line in r.bordereau.content.lines
            if line.invoice_number.value
        }
        for lot in range(len(heads))
    ]
    current = 0
    for place, reading in enumerate(part):
        if place in owner:
            current = owner[place]
        elif reading.page.kind in {PageKind.FEUILLE, PageKind.FACTURE}:
            current = _lot_of(reading, listed, current)
        owner.setdefault(place, current)
    return [[r for p, r in enumerate(part) if owner[p] == lot] for lot in range(len(heads))]


def _lot_of(reading: PageReading, listed: list[set[str]], current: int) -> int:
    number = reading.invoice.invoice_number.value if reading.invoice else None
    lots = [lot for lot, numbers in enumerate(listed) if number is not None and bare_number(number) in numbers]
    return lots[0] if lots and current not in lots else current


def _is_other_lot(one: Bordereau, other: Bordereau) -> bool:
    return _differ(one.lot_number, other.lot_number) or _differ(one.provider_number, other.provider_number)


def _differ(one: Field[str], other: Field[str]) -> bool:
    return (
        one.value is not None
        and other.value is not None
        and min(one.confidence, other.confidence) >= _SURE
        and bare_number(one.value) != bare_number(other.value)
    )


def _has_no_head(content: Bordereau) -> bool:
    return content.lot_number.value is None and content.provider_number.value is None


def _has_content(reading: PageReading) -> bool:
    return reading.separator is None and reading.page.kind is not PageKind.BLANK
