"""What a row of the acts table may cost: every fee the nomenclature explains for it."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import combinations
from typing import Final

from schemas.nomenclature import Nomenclature, Zone

_SEPARATORS: Final = re.compile(r"[\s,;/+&]+")


def surcharges_in(text: str | None) -> tuple[str, ...]:
    """Return the codes of a surcharge cell; ``"MAU N"`` holds two."""
    return tuple(word for word in _SEPARATORS.split(text or "") if word)


@lru_cache(maxsize=4096)
def explained_fees(
    table: Nomenclature,
    code: str,
    coefficient: str | None,
    surcharges: Sequence[str],
    day: date | None,
    *,
    zone: Zone | None = None,
    halved: bool = False,
) -> frozenset[Decimal]:
    """Return every fee explained by a row; empty where nothing is known to compare with.

    The fee alone, or with any of the row's surcharges inside it; both zones where the territory is unknown.

    Args:
        table: the nomenclature.
        code: act code.
        coefficient: as written, or None.
        surcharges: codes of the surcharge cell.
        day: of care; None allows every period.
        zone: the territory whose tariffs hold.
        halved: allow half the coefficient too, as for the second act of a session (NGAP art. 11 B).
    """
    base = table.tariff(code, coefficient, day, zone, halved=halved)
    extras = [table.tariff(surcharge, None, day, zone) for surcharge in surcharges]
    if not base or not all(extras):
        return frozenset()  # an unknown amount may explain anything
    amounts = set(base)
    for size in range(1, len(extras) + 1):
        for chosen in combinations(extras, size):
            sums = {Decimal(0)}
            for extra in chosen:
                sums = {s + e for s in sums for e in extra}
            amounts |= {b + s for b in base for s in sums}
    return frozenset(amounts)
