"""Controls of erasures: on an entry of a form, or anywhere on a prescription."""

from collections.abc import Iterator
from typing import Final

from intake.controls.control import Finding
from intake.lot import Lot
from schemas.batch import NotChecked
from schemas.field import EMPTY_IS_LIKELIER
from schemas.flag import Flag, Severity
from schemas.mark import Mark, MarkKind

_LABELS: Final = {
    MarkKind.STRIKE: "rature",
    MarkKind.OVERWRITE: "surcharge",
    MarkKind.FLUID: "correcteur blanc",
    MarkKind.TAPE: "ruban correcteur",
    MarkKind.SCRATCH: "grattage",
}


_UNSEEN: Final = "scan en noir et blanc : correcteur, ruban et grattage ne s'y voient pas"


def erasure(lot: Lot) -> Iterator[Finding]:
    """An entry is struck out, overwritten or whited out; on a black and white scan only pens are seen."""
    for index, invoice in lot.originals():
        pieces = (lot.prescriptions[p] for p in lot.prescriptions_of.get(index, ()))
        if invoice.is_bilevel or any(piece.is_bilevel for piece in pieces):
            yield NotChecked(control="erasure", invoice=index, reason=_UNSEEN)
        for mark in invoice.marks:
            if mark.field is not None and mark.score >= EMPTY_IS_LIKELIER:
                yield _flag("erasure", Severity.BLOCKING, mark, invoice=index)
    for piece in lot.prescriptions:
        for mark in piece.marks:
            if mark.score >= EMPTY_IS_LIKELIER:
                yield _flag("erasure", Severity.BLOCKING, mark, invoice=piece.invoice, line=piece.line)


def erasure_outside_fields(lot: Lot) -> Iterator[Finding]:
    """Something is struck out on a form beside its entries, such as an unused row."""
    for index, invoice in lot.originals():
        for mark in invoice.marks:
            if mark.field is None and mark.score >= EMPTY_IS_LIKELIER:
                yield _flag("erasure_outside_fields", Severity.INFO, mark, invoice=index)


def _flag(code: str, severity: Severity, mark: Mark, *, invoice: int | None, line: int | None = None) -> Flag:
    found = Flag(
        code=code,
        severity=severity,
        message=f"{_LABELS[mark.kind]} sur la pièce",
        invoice=invoice,
        line=line,
        page=mark.page,
        field=mark.field,
        box=mark.box,
        kind=mark.kind.value,
        score=mark.score,
    )
    return found.with_mask(mark.mask)
