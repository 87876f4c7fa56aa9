"""Amounts settled by what they add up to, among values the ink itself offers.

A line's shares add up to its total, a column to the total printed under it. Where they do not, and exactly one other
reading of one cell makes them, that reading is taken; the first one stays as the field's blind reading. A sum that no
reading explains is the paper's own fault or an unseen misreading: its amounts become doubtful, none is invented.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import product
from typing import Final

from schemas.bordereau import Bordereau, Line
from schemas.field import Blind, Field
from schemas.money import euros, sum_read

Text = Field[str]
Amounts = Mapping[str, Text]

AMOUNTS: Final = ("total_amount", "amount_amo", "amount_amc")
#: First confidences, to be replaced by a calibration on generated lots: proven by a printed sum; proven by one line's
#: equation; chosen by one; disproved.
PROVEN: Final = 0.999
BALANCED: Final = 0.95
_CHOSEN: Final = 0.93
_DISPROVED: Final = 0.4
#: A habit is what this share of the lines do, of this many at least.
_HABIT_SHARE: Final = 0.7
_LEAST_LINES: Final = 3


def settled(bordereau: Bordereau) -> Bordereau:
    """Return *bordereau* with its amounts chosen and weighed by the sums it prints."""
    totals = {name: getattr(bordereau, name) for name in AMOUNTS}
    lines = [_of(line) for line in bordereau.lines]
    for name in AMOUNTS:
        if not _adds_up(lines, totals, name):
            lines, totals = _explained(lines, totals, name)
    proven = frozenset(name for name in AMOUNTS if _adds_up(lines, totals, name))
    if len(proven) < len(AMOUNTS):
        lines = [_balanced(line, proven) for line in lines]
    weighed = _weighed(lines, totals)
    return bordereau.model_copy(
        update={
            **weighed[1],
            "lines": tuple(line.model_copy(update=new) for line, new in zip(bordereau.lines, weighed[0], strict=True)),
        }
    )


def _of(line: Line) -> dict[str, Text]:
    return {name: getattr(line, name) for name in AMOUNTS}


def _sum(lines: Iterable[Amounts], name: str) -> Decimal | None:
    return sum_read(line[name].value for line in lines)


def _adds_up(lines: list[dict[str, Text]], totals: Amounts, name: str) -> bool:
    printed = euros(totals[name].value)
    return printed is not None and bool(lines) and _sum(lines, name) == printed


def _balances(total: str | None, amo: str | None, amc: str | None) -> bool:
    values = [euros(v) for v in (total, amo, amc)]
    return all(v is not None for v in values) and values[1] + values[2] == values[0]  # type: ignore[operator]


def _options(field: Text) -> list[tuple[str, float]]:
    """Return the values the ink of a field offers, with their weights; the first is the field's own."""
    own = [(field.value, max(field.confidence, 0.01))] if field.value is not None else []
    return own + [(other.value, other.probability) for other in field.alternatives if other.value != field.value]


def _chosen(field: Text, value: str) -> Text:
    if value == field.value:
        return field
    blind = Blind[str](value=field.value, confidence=field.confidence)
    return field.model_copy(update={"value": value, "confidence": _CHOSEN, "blind": blind})


def _balanced(line: dict[str, Text], proven: frozenset[str]) -> dict[str, Text]:
    """Return *line* with the likeliest readings whose shares add up, where its first readings do not.

    Columns that add up to their printed total, *proven*, are left as they are.
    """
    fields = [line[name] for name in AMOUNTS]
    if _balances(*(field.value for field in fields)) or not any(field.alternatives for field in fields):
        return line
    best: tuple[float, tuple[str, ...]] | None = None
    options = (_options(line[name])[: 1 if name in proven else None] for name in AMOUNTS)
    for choice in product(*options):
        values = tuple(value for value, _ in choice)
        weight = float(choice[0][1] * choice[1][1] * choice[2][1])
        if _balances(*values) and (best is None or weight > best[0]):
            best = (weight, values)
    if best is None:
        return line
    return {name: _chosen(line[name], value) for name, value in zip(AMOUNTS, best[1], strict=True)}


def _explained(
    lines: list[dict[str, Text]], totals: Amounts, name: str
) -> tuple[list[dict[str, Text]], dict[str, Text]]:
    """Return lines and totals with the one other reading that makes column *name* add up, where there is one."""
    printed, added = euros(totals[name].value), _sum(lines, name)
    if added is None:
        return lines, dict(totals)
    for value, _ in _options(totals[name])[1:]:
        if euros(value) == added:
            return lines, {**totals, name: _chosen(totals[name], value)}
    if printed is None:
        return lines, dict(totals)
    found = [
        (place, value)
        for place, line in enumerate(lines)
        for value, _ in _options(line[name])[1:]
        if added - Decimal(line[name].value or 0) + Decimal(value) == printed
    ]
    if len(found) != 1:
        return lines, dict(totals)
    place, value = found[0]
    changed = {**lines[place], name: _chosen(lines[place][name], value)}
    was, now = (_balances(*(line[n].value for n in AMOUNTS)) for line in (lines[place], changed))
    if was and not now:
        return lines, dict(totals)
    return [*lines[:place], changed, *lines[place + 1 :]], dict(totals)


def _weighed(lines: list[dict[str, Text]], totals: Amounts) -> tuple[list[dict[str, Text]], dict[str, Text]]:
    """Return the amounts with the confidence their equations give; a born-digital page is certain as it is."""
    summed = {name: _adds_up(lines, totals, name) for name in AMOUNTS}
    by_habit = _balance_by_habit(lines)
    weighed = []
    for line in lines:
        balances = _balances(*_values(line))
        new = {}
        for name, field in line.items():
            if by_habit and not balances and field.source != "pdf_text":
                # two misreadings alike may hide in a sum: the shares beside them tell
                new[name] = _at_most(field, _CHOSEN if summed[name] else _DISPROVED)
            elif summed[name] or (balances and sum(summed.values()) > 1):
                new[name] = _surer(field, PROVEN)  # by its column, or by the two others on its line
            elif totals[name].value is None and balances:
                new[name] = _surer(field, BALANCED)
            elif balances and field.blind is None:
                # some cell of the column is wrong, though not one this line points to
                new[name] = field if field.source == "pdf_text" else _at_most(field, _CHOSEN)
            else:
                new[name] = _doubtful(field) if totals[name].value is not None or _exceeds(line) else field
        weighed.append(new)
    if by_habit and None not in _values(totals) and not _balances(*_values(totals)):
        sums = {
            name: field if field.source == "pdf_text" else _at_most(field, _CHOSEN) for name, field in totals.items()
        }
    else:
        sums = {name: _surer(totals[name], PROVEN) if summed[name] else totals[name] for name in AMOUNTS}
    return weighed, sums


def _values(amounts: Amounts) -> tuple[str | None, str | None, str | None]:
    total, amo, amc = (amounts[name].value for name in AMOUNTS)
    return total, amo, amc


def _balance_by_habit(lines: Iterable[Amounts]) -> bool:
    """Whether the shares of this software's lines add up to their totals: the insured pays nothing beside them."""
    whole = [values for line in lines if None not in (values := _values(line))]
    return len(whole) >= _LEAST_LINES and sum(_balances(*v) for v in whole) >= _HABIT_SHARE * len(whole)


def _exceeds(line: Amounts) -> bool:
    total, amo, amc = (euros(line[name].value) for name in AMOUNTS)
    return total is not None and amo is not None and amc is not None and amo + amc > total


def _surer(field: Text, confidence: float) -> Text:
    return field if field.value is None else field.model_copy(update={"confidence": max(field.confidence, confidence)})


def _at_most(field: Text, confidence: float) -> Text:
    return field.model_copy(update={"confidence": min(field.confidence, confidence)})


def _doubtful(field: Text) -> Text:
    return field if field.value is None or field.source == "pdf_text" else _at_most(field, _DISPROVED)
