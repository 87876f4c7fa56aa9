"""How sure an invoice must be to need no person: a budget of errors for its entries together, a floor for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from intake.calibration.curves import Calibration

#: Whatever the budget allows, an entry likelier wrong than this goes to a person: a value one would bet nine to one on
#: is a question, not a reading. Where acceptance is wide it is this that binds: without it, at 0.1 %, 278 of 440 clean
#: invoices of 200 lots passed with 6 wrong of 19,648 fields, with it 270 with 5 of 19,054.
LEAST_SURE: Final = 0.90


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What entries must keep to be accepted untouched."""

    #: probability below which an entry goes to a person, whatever the others are
    floor: float
    #: mean probability of being wrong that the entries of one document may have, 0 to 1; 1 asks for the floor alone
    limit: float = 1.0

    def accepts(self, sure: Sequence[float]) -> bool:
        """Whether entries with these probabilities need no person."""
        return not self.doubtful([("", p) for p in sure])

    def doubtful(self, entries: Sequence[tuple[str, float]]) -> list[str]:
        """Return the entries a person must settle, the least certain first, so that the others keep the budget.

        Args:
            entries: name and probability of being right of every entry that counts.
        """
        left = sum(1.0 - sure for _, sure in entries)
        budget = self.limit * len(entries)
        asked = []
        for name, sure in sorted(entries, key=lambda entry: entry[1]):
            if sure >= self.floor and left <= budget:
                break
            asked.append(name)
            left -= 1.0 - sure
        return asked


def budget(limit: float, *, one_entry: float) -> Acceptance:
    """Return the rule that gives a document's entries a mean error rate of *limit*.

    Args:
        limit: mean probability of being wrong, 0 to 1.
        one_entry: how many times the mean one entry may have; none goes below ``LEAST_SURE``.
    """
    return Acceptance(max(1.0 - one_entry * limit, LEAST_SURE), limit)


def acceptance(calibration: Calibration, *, accepted_error: float, reserve: float) -> Acceptance:
    """Return the rule under which at most a share *accepted_error* of accepted entries is wrong.

    It is the widest of those tried on lots the curves had not seen that passes twice: the share seen, with its
    uncertainty, stays below, and so does the share expected, with the reserve. Where none passes, the narrowest.

    Args:
        calibration: with the rules tried.
        accepted_error: share of wrong entries among accepted ones one is ready to bear.
        reserve: how many times more than expected the lots to come may err.
    """
    kept = [p.limit for p in calibration.points if max(p.at_most, p.expected * reserve) <= accepted_error]
    narrowest = min((point.limit for point in calibration.points), default=0.0)
    return budget(max(kept, default=narrowest), one_entry=calibration.one_entry)
