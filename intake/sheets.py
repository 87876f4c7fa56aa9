"""An invoice that runs on over several sheets, made one: acts one after the other, the total of the last."""

from typing import Final, TypeVar

from schemas.field import Field
from schemas.invoice import SIGNATURES, Invoice
from schemas.mark import Mark, TwoInks

_OWN: Final = frozenset(
    {"pages", "form", "acts", "total_amount", "marks", "stamps", "two_inks", "is_bilevel", "decision", *SIGNATURES}
)
_Found = TypeVar("_Found", Mark, TwoInks)


def join_sheets(first: Invoice, second: Invoice) -> Invoice:
    """Return one invoice from a sheet (or sheets already joined) and the sheet that goes on with it.

    A heading is taken from the sheet that has it, from the surer reading where both agree. The signatures stand on the
    last sheet; one on an earlier sheet counts where the last has none.
    """
    headings = {
        name: _heading(getattr(first, name), getattr(second, name)) for name in Invoice.model_fields if name not in _OWN
    }
    signatures = {name: _signature(getattr(first, name), getattr(second, name)) for name in SIGNATURES}
    return first.model_copy(
        update={
            **headings,
            **signatures,
            "pages": first.pages + second.pages,
            "form": first.form or second.form,
            "acts": first.acts + second.acts,
            "total_amount": _total(first.total_amount, second.total_amount),
            "marks": first.marks + tuple(_shifted(mark, len(first.acts)) for mark in second.marks),
            "stamps": first.stamps + second.stamps,
            "two_inks": first.two_inks + tuple(_shifted(inks, len(first.acts)) for inks in second.two_inks),
        }
    )


def _total(one: Field[str], other: Field[str]) -> Field[str]:
    """Return the last sheet's total; where it bears none, that of a sheet before it. Ink unread is no empty entry."""
    return one if other.is_empty or (other.value is None and one.value is not None) else other


def _heading(one: Field[object], other: Field[object]) -> Field[object]:
    if one.value is None or one.value is False:
        return other if other.value else one
    if one.value == other.value and other.confidence > one.confidence:
        return other
    return one


def _signature(one: Field[bool], other: Field[bool]) -> Field[bool]:
    return one if one.value and not other.value else other


def _shifted(mark: _Found, rows: int) -> _Found:
    parts: list[str] = (mark.field or "").split(".")
    if parts[0] != "acts":
        return mark
    return mark.model_copy(update={"field": ".".join(["acts", str(int(parts[1]) + rows), *parts[2:]])})
