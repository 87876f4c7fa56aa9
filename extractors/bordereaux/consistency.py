"""What the lines of one table have in common: entries unlike all others are doubtful, never changed.

One software prints a column one way: keys or none, years of two figures or of four, invoice numbers of one length and
one beginning. And the birth date of an insured who is his own beneficiary stands in his NIR.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from schemas.bordereau import Line
from schemas.field import Field
from schemas.identifiers.nir import FULL_LENGTH, is_nir

Text = Field[str]

#: A habit is what this share of a column's entries do, of this many at least.
_HABIT_SHARE: Final = 0.7
_LEAST_LINES: Final = 3
#: First confidence of a NIR read without the key the other lines have, to be calibrated.
_LOST_KEY: Final = 0.4
#: Confidence of an entry that is not written as the others of its column are.
_ODD: Final = 0.6
#: The last figures of an invoice number, which tell one from the next.
_RUNNING_FIGURES: Final = 4
#: A date the insured's NIR, proven by its key, repeats the year and month of.
_REPEATED: Final = 0.995
_READ: Final = 0.7


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
            new["invoice_number"] = _at_most(line.invoice_number, _ODD)
        if odd_date[place]:
            new["beneficiary_birth_date"] = _at_most(line.beneficiary_birth_date, _ODD)
        elif _repeated(line):
            sure = max(line.beneficiary_birth_date.confidence, _REPEATED)
            new["beneficiary_birth_date"] = line.beneficiary_birth_date.model_copy(update={"confidence": sure})
        weighed.append(line.model_copy(update=new) if new else line)
    return tuple(weighed)


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


def _figures(field: Text) -> int:
    return len(re.sub(r"\W", "", field.raw or ""))


def _repeated(line: Line) -> bool:
    """Whether a NIR with a right key says the same year and month as a birth date that was read."""
    nir, birth = line.insured_nir.value, line.beneficiary_birth_date
    if nir is None or birth.value is None or birth.confidence < _READ or len(nir) != FULL_LENGTH or not is_nir(nir):
        return False
    return nir[1:5] == birth.value[2:4] + birth.value[5:7]


def _at_most(field: Text, confidence: float) -> Text:
    if field.source == "pdf_text":
        return field
    return field.model_copy(update={"confidence": min(field.confidence, confidence)})
