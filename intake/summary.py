"""A lot in a few figures: what a manager asks first."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from schemas.batch import Batch
from schemas.flag import Severity
from schemas.invoice import Decision
from schemas.money import euros


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts and euros of one lot."""

    pages: int
    #: invoices on paper, or lines of the bordereau in a flow where no form travels
    invoices: int
    accepted: int
    to_review: int
    #: euros of what is accepted, and of what waits for a person; unread totals count for nothing
    euros_accepted: Decimal
    euros_at_stake: Decimal
    #: flags a person must settle, per code, most frequent first
    flags: tuple[tuple[str, int], ...]
    refused: int


def summarise(batch: Batch) -> Summary:
    """Return the figures of *batch*."""
    matched = {match.invoice: match.line for match in batch.matches}
    lines = batch.bordereau.lines if batch.bordereau else ()
    if batch.invoices:
        held = [
            (
                invoice.decision,
                invoice.total_amount.value or (lines[matched[i]].total_amount.value if i in matched else None),
            )
            for i, invoice in enumerate(batch.invoices)
        ]
    else:
        held = [(line.decision, line.total_amount.value) for line in lines]
    amounts = {
        decision: sum((euros(total) or Decimal(0) for d, total in held if d is decision), Decimal(0))
        for decision in Decision
    }
    flags = Counter(flag.code for flag in batch.flags if flag.severity is not Severity.INFO)
    accepted = sum(decision is Decision.ACCEPTED for decision, _ in held)
    return Summary(
        pages=len(batch.pages),
        invoices=len(held),
        accepted=accepted,
        to_review=len(held) - accepted,
        euros_accepted=amounts[Decision.ACCEPTED],
        euros_at_stake=amounts[Decision.REVIEW],
        flags=tuple(flags.most_common()),
        refused=len(batch.refused),
    )
