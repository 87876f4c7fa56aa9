"""What the lines of one table have in common: entries unlike all others are doubtful, never changed.

One software prints a column one way: keys or none, years of two figures or of four, invoice numbers of one length and
one beginning. And the birth date of an insured who is his own beneficiary stands in his NIR.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from extractors.bordereaux.vocabulary import WANTED
from schemas.bordereau import Line
from schemas.field import Blind, Field
from schemas.identifiers.nir import FULL_LENGTH, is_nir

Text = Field[str]

#: A habit is what this share of a column's entries do, of this many at least.
_HABIT_SHARE: Final = 0.7
_LEAST_LINES: Final = 3
#: First confidence of a NIR read without the key the other lines have, to be calibrated.
_LOST_KEY: Final = 0.4
#: Confidence of an entry that is not written as the others of its column are.
_ODD: Final = 0.6
#: Confidence of another reading of an odd entry, the only one its neighbours allow.
_SERIES: Final = 0.9
#: The last figures of an invoice number, which tell one from the next.
_RUNNING_FIGURES: Final = 4
#: A date the insured's NIR, proven by its key, repeats the year and month of.
_REPEATED: Final = 0.995
_READ: Final = 0.7
#: Confidence of what stands in a table without invoice numbers, totals or persons that anybody could tell.
NOT_UNDERSTOOD: Final = 0.5


def weighed_by_habit(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return *lines* of a scan, those entries doubtful that break their column's habit."""
    keyed = _keys_are_printed(lines)
    odd_length = _breaks_habit([line.invoice_number for line in lines], lambda f: len(f.value or ""))
    odd_start = _breaks_habit([line.invoice_number for line in lines], lambda f: (f.value or "")[:-_RUNNING_FIGURES])
    odd_date = _breaks_habit([line.beneficiary_birth_date for line in lines], _figures)
    weighed = []
    for place, line in enumerate(lines):
        new = {}
        if keyed and line.insured_nir.value is not None and len(line.insured_nir.value) != FULL_LENGTH:
            new["insured_nir"] = _at_most(line.insured_nir, _LOST_KEY)
        if odd_length[place] or odd_start[place]:
            new["invoice_number"] = _of_the_series(lines, place) or _at_most(line.invoice_number, _ODD)
        if odd_date[place]:
            new["beneficiary_birth_date"] = _at_most(line.beneficiary_birth_date, _ODD)
        elif _repeated(line):
            sure = max(line.beneficiary_birth_date.confidence, _REPEATED)
            new["beneficiary_birth_date"] = line.beneficiary_birth_date.model_copy(update={"confidence": sure})
        weighed.append(line.model_copy(update=new) if new else line)
    return tuple(weighed)


def doubtful(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return the lines of a table that was not understood: whatever was read may be something else."""
    return tuple(
        line.model_copy(update={name: _capped(getattr(line, name), NOT_UNDERSTOOD) for name in map(str, WANTED)})
        for line in lines
    )


def _keys_are_printed(lines: Sequence[Line]) -> bool:
    lengths = [len(line.insured_nir.value) for line in lines if line.insured_nir.value]
    return 2 * lengths.count(FULL_LENGTH) > len(lengths)


def _breaks_habit(fields: Sequence[Text], form: Callable[[Text], object]) -> list[bool]:
    """Return, for each of *fields*, whether its form is not the one nearly all others have."""
    forms = [form(field) if field.value is not None else None for field in fields]
    seen = Counter(f for f in forms if f is not None)
    if sum(seen.values()) < _LEAST_LINES:
        return [False] * len(fields)
    habit, count = seen.most_common(1)[0]
    if count < _HABIT_SHARE * sum(seen.values()):
        return [False] * len(fields)
    return [f not in {None, habit} for f in forms]


def _of_the_series(lines: Sequence[Line], place: int) -> Text | None:
    """Return an odd invoice number in the one other reading of its ink that fits between those beside it, or None."""
    field = lines[place].invoice_number
    before, after = (
        lines[near].invoice_number.value if 0 <= near < len(lines) else None for near in (place - 1, place + 1)
    )
    beside = [number for number in (before, after) if number is not None]
    readings = [
        other.value
        for other in field.alternatives
        if beside and all(_form(other.value) == _form(number) for number in beside)
        if (before is None or before < other.value) and (after is None or other.value < after)
    ]
    if len(readings) != 1 or field.value is None:
        return None
    blind = Blind[str](value=field.value, confidence=min(field.confidence, _ODD))
    return field.model_copy(update={"value": readings[0], "confidence": _SERIES, "blind": blind})


def _form(number: str) -> tuple[int, str]:
    return len(number), number[:-_RUNNING_FIGURES]


def _figures(field: Text) -> int:
    return len(re.sub(r"\W", "", field.raw or ""))


def _repeated(line: Line) -> bool:
    """Whether a NIR with a right key says the same year and month as a birth date that was read."""
    nir, birth = line.insured_nir.value, line.beneficiary_birth_date
    if nir is None or birth.value is None or birth.confidence < _READ or len(nir) != FULL_LENGTH or not is_nir(nir):
        return False
    return nir[1:5] == birth.value[2:4] + birth.value[5:7]


def _at_most(field: Text, confidence: float) -> Text:
    return field if field.source == "pdf_text" else _capped(field, confidence)


def _capped(field: Text, confidence: float) -> Text:
    return field.model_copy(update={"confidence": min(field.confidence, confidence)})
