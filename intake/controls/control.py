"""What a control is, and how a finding carries its proof."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from intake.lot import Lot
from schemas.batch import NotChecked
from schemas.field import Field
from schemas.flag import Flag, Severity

#: A fault of the paper, or the reason why nothing could be said.
Finding: TypeAlias = Flag | NotChecked
Check: TypeAlias = Callable[[Lot], Iterator[Finding]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Control:
    """One control, as the registry lists it."""

    #: of the flags it raises
    code: str
    #: by default; an organisation may change it
    severity: Severity
    #: French: what is wrong when it raises a flag
    label: str
    #: where the rule stands
    source: str
    check: Check
    #: whether an invoice it could not look at needs a person
    must_run: bool = False


def flag(
    code: str,
    severity: Severity,
    message: str,
    entry: Field[T] | None = None,
    *,
    field: str | None = None,
    invoice: int | None = None,
    line: int | None = None,
    page: int | None = None,
    score: float | None = None,
) -> Flag:
    """Return a flag whose proof is *entry*: its page and box; *page* where no entry is concerned."""
    return Flag(
        code=code,
        severity=severity,
        message=message,
        invoice=invoice,
        line=line,
        page=entry.page if entry is not None and entry.page is not None else page,
        field=field,
        box=entry.box if entry is not None else None,
        score=score,
    )
