"""Control of the inks of an entry."""

from collections.abc import Iterator

from intake.controls.control import Finding
from intake.ink_names import ink_name
from intake.lot import Lot
from schemas.field import EMPTY_IS_LIKELIER
from schemas.flag import Flag, Severity


def different_ink(lot: Lot) -> Iterator[Finding]:
    """Two inks stand inside one entry: part of it was added, or put right, with another pen.

    An entry with an erasure is told by that alone: a correction is often in another ink.
    """
    for index, invoice in lot.originals():
        erased = {mark.field for mark in invoice.marks if mark.score >= EMPTY_IS_LIKELIER}
        for inks in invoice.two_inks:
            if inks.field not in erased and inks.score >= EMPTY_IS_LIKELIER:
                yield Flag(
                    code="different_ink",
                    severity=Severity.INFO,
                    message=f"deux encres dans une même rubrique ({' et '.join(map(ink_name, inks.colours))})",
                    invoice=index,
                    page=inks.page,
                    field=inks.field,
                    box=inks.box,
                    score=inks.score,
                )
