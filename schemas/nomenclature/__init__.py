"""The dated nomenclature of the auxiliaires médicaux: which codes exist on a day, and what they may cost.

The data stands in ``auxiliaires.csv``, with a source per row. Everything here leans towards *not* accusing a paper:
an unknown zone allows both, a code without a known amount allows any.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

from schemas.money import rounded

_FILE: Final = "auxiliaires.csv"


class Kind(StrEnum):
    """How a code's amount comes about."""

    KEY = "key"  #: coefficient x value of the key letter
    FLAT = "flat"  #: a fixed amount
    SURCHARGE = "surcharge"  #: a fixed amount beside an act, or inside its fee
    TRAVEL_FLAT = "travel_flat"  #: indemnité forfaitaire de déplacement
    TRAVEL_KM = "travel_km"  #: euros per billed kilometre


class Zone(StrEnum):
    """Territories with their own tariffs; ``dom`` holds Mayotte too."""

    METROPOLE = "metropole"
    DOM = "dom"


@dataclass(frozen=True, slots=True)
class Tariff:
    """One row: a code's amount over a period; None where the amount is not known here."""

    code: str
    kind: Kind
    profession: str
    metropole: Decimal | None
    dom: Decimal | None
    valid_from: date
    valid_to: date | None
    source: str

    def holds_on(self, day: date | None) -> bool:
        """Whether the row holds on *day*; an unknown day leaves every row possible."""
        return day is None or (self.valid_from <= day and (self.valid_to is None or day <= self.valid_to))

    def values(self, zone: Zone | None) -> Iterator[Decimal]:
        """Yield the row's known amounts in *zone*, or in both where it is not known."""
        amounts = {Zone.METROPOLE: self.metropole, Zone.DOM: self.dom}
        yield from (v for z, v in amounts.items() if v is not None and zone in (None, z))


class Nomenclature:
    """A table of tariffs with the questions the readers and the controls ask it."""

    def __init__(self, rows: Iterable[Tariff]) -> None:
        self._rows: dict[str, list[Tariff]] = {}
        for row in rows:
            self._rows.setdefault(row.code, []).append(row)

    @property
    def rows(self) -> tuple[Tariff, ...]:
        """Every row, code by code."""
        return tuple(row for rows in self._rows.values() for row in rows)

    def codes(self, *kinds: Kind, on: date | None = None) -> frozenset[str]:
        """Return the codes of these kinds (all kinds if none is named) that exist on a day, or ever."""
        wanted = kinds or tuple(Kind)
        return frozenset(r.code for r in self.rows if r.kind in wanted and r.holds_on(on))

    def is_known(self, code: str, on: date | None) -> bool:
        """Whether *code* exists on that day; an unknown day asks whether it ever existed."""
        return bool(self._on(code, on))

    def tariff(
        self, code: str, coefficient: str | None, on: date | None, zone: Zone | None = None, *, halved: bool = False
    ) -> frozenset[Decimal]:
        """Return every amount *code* may cost on that day; empty where nothing is known to compare with.

        Args:
            code: act, surcharge or travel code, in capitals.
            coefficient: as read, ``"1.5"``; None counts as 1 for fixed amounts and as unknown for key letters.
            on: day of care.
            zone: None allows the amounts of all zones.
            halved: also allow half the coefficient, as for a second act of the same session (NGAP art. 11 B).
        """
        rows = self._on(code, on)
        factor = _factor(coefficient)
        if any(row.metropole is None and row.dom is None for row in rows):
            return frozenset()
        amounts: set[Decimal] = set()
        for row in rows:
            times = Decimal(1) if factor is None and row.kind is not Kind.KEY else factor
            if times is None:
                return frozenset()
            for value in row.values(zone):
                amounts.add(rounded(times * value))
                if halved:
                    amounts.add(rounded(times / 2 * value))
        return frozenset(amounts)

    def travel_flats(self, on: date | None, zone: Zone | None = None) -> frozenset[Decimal]:
        """Return the flat travel fees of that day, of all professions."""
        return self._values(Kind.TRAVEL_FLAT, on, zone)

    def km_rates(self, on: date | None, zone: Zone | None = None) -> frozenset[Decimal]:
        """Return the euros per kilometre of that day, of all professions and grounds."""
        return self._values(Kind.TRAVEL_KM, on, zone)

    def _values(self, kind: Kind, on: date | None, zone: Zone | None) -> frozenset[Decimal]:
        return frozenset(v for r in self.rows if r.kind is kind and r.holds_on(on) for v in r.values(zone))

    def _on(self, code: str, on: date | None) -> list[Tariff]:
        return [row for row in self._rows.get(code, ()) if row.holds_on(on)]


@cache
def load_nomenclature() -> Nomenclature:
    """Return the nomenclature that comes with the program."""
    text = files(__package__).joinpath(_FILE).read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return Nomenclature(_row(raw) for raw in csv.DictReader(lines))


def act_codes() -> frozenset[str]:
    """Return every code a row of the acts table may carry: the readers' vocabulary."""
    return load_nomenclature().codes()


def surcharge_codes() -> frozenset[str]:
    """Return the codes of the surcharge column."""
    return load_nomenclature().codes(Kind.SURCHARGE)


def is_known(code: str, on: date | None) -> bool:
    """Whether the program's nomenclature has *code* on that day (None: ever)."""
    return load_nomenclature().is_known(code, on)


def tariff(code: str, coefficient: str | None, on: date | None, zone: Zone | None = None) -> frozenset[Decimal]:
    """Return the amounts the program's nomenclature allows, half coefficients left out; see ``Nomenclature.tariff``."""
    return load_nomenclature().tariff(code, coefficient, on, zone)


def _factor(coefficient: str | None) -> Decimal | None:
    try:
        return None if coefficient is None else Decimal(coefficient)
    except InvalidOperation:
        return None


def _row(raw: dict[str, str]) -> Tariff:
    return Tariff(
        code=raw["code"],
        kind=Kind(raw["kind"]),
        profession=raw["profession"],
        metropole=_amount(raw["metropole"]),
        dom=_amount(raw["dom"]),
        valid_from=date.fromisoformat(raw["valid_from"]),
        valid_to=date.fromisoformat(raw["valid_to"]) if raw["valid_to"] else None,
        source=raw["source"],
    )


def _amount(text: str) -> Decimal | None:
    return Decimal(text) if text else None
