"""Controls of acts against the nomenclature: codes that exist on the day, amounts they may have."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from intake.controls.control import Finding, flag
from intake.lot import Lot
from intake.pricing import explained_fees, surcharges_in
from schemas.batch import NotChecked
from schemas.field import Field
from schemas.flag import Severity
from schemas.invoice import Act, Invoice
from schemas.money import rounded

#: Parts of a kilometre amount the daily ceiling may leave: all, half, nothing (domain.md 5.4).
_KM_SHARES: Final = (Decimal(1), Decimal("0.5"), Decimal(0))

#: Acts a single-act surcharge goes with (domain.md 5.6); a row of its own carries its own code.
_MAU_ACTS: Final = frozenset({("AMI", "1"), ("AMI", "1.5"), ("AMX", "1"), ("AMX", "1.5"), ("MAU", "1")})


def unknown_act_code(lot: Lot) -> Iterator[Finding]:
    """The nomenclature does not have the code on the day of care."""
    for index, row, act in _acts(lot):
        code, day = lot.sure(act.code), lot.day(act.date)
        if (
            code is not None
            and act.code.confidence >= lot.thresholds.certain
            and not lot.nomenclature.is_known(code, day)
        ):
            message = f"code {code} inconnu de la nomenclature à la date des soins"
            field = f"acts.{row}.code"
            yield flag("unknown_act_code", Severity.BLOCKING, message, act.code, field=field, invoice=index)


def tariff_mismatch(lot: Lot) -> Iterator[Finding]:
    """A fee, or a flat travel fee, is not what the nomenclature gives, where no surcharge can explain it."""
    for index, row, act in _acts(lot):
        allowed = allowed_fees(lot, lot.invoices[index], act)
        fee = _certain(lot, act.fee)
        if fee is not None and allowed is None:
            reason = f"acte {row + 1} : code, coefficient, majoration ou date sans tarif connu ou lecture certaine"
            yield NotChecked(control="tariff_mismatch", invoice=index, reason=reason)
        elif fee is not None and allowed is not None and Decimal(fee) not in allowed:
            amounts = " ou ".join(f"{a:.2f}" for a in sorted(allowed))
            message = f"montant {fee}, la nomenclature donne {amounts}"
            yield flag("tariff_mismatch", Severity.CHECK, message, act.fee, field=f"acts.{row}.fee", invoice=index)
        flat, day = _certain(lot, act.travel_flat), lot.day(act.date)
        if (
            flat is not None
            and day is not None
            and Decimal(flat) not in {Decimal(0), *lot.nomenclature.travel_flats(day)}
        ):
            message = f"indemnité de déplacement {flat} : aucun tarif de ce montant à cette date"
            field = f"acts.{row}.travel_flat"
            yield flag("tariff_mismatch", Severity.CHECK, message, act.travel_flat, field=field, invoice=index)


def travel_km_mismatch(lot: Lot) -> Iterator[Finding]:
    """A kilometre amount is not the number of kilometres by any rate of the day."""
    for index, row, act in _acts(lot):
        km, amount, day = _certain(lot, act.travel_km), _certain(lot, act.travel_km_amount), lot.day(act.date)
        if km is None or amount is None or day is None or not km.isdecimal():
            continue
        rates = lot.nomenclature.km_rates(day)
        if Decimal(amount) not in {rounded(int(km) * rate * share) for rate in rates for share in _KM_SHARES}:
            message = f"{km} km facturés {amount} : aucun tarif kilométrique ne donne ce montant"
            field = f"acts.{row}.travel_km_amount"
            yield flag("travel_km_mismatch", Severity.INFO, message, act.travel_km_amount, field=field, invoice=index)


def mau_without_ami(lot: Lot) -> Iterator[Finding]:
    """A single-act surcharge (MAU) stands beside another act than AMI 1 or AMI 1,5."""
    for index, row, act in _acts(lot):
        cells = (_certain(lot, act.code), _certain(lot, act.coefficient))
        if "MAU" in surcharges_in(act.surcharge.value) and None not in cells and cells not in _MAU_ACTS:
            message = "la majoration MAU ne va qu'avec AMI 1 ou AMI 1,5"
            field = f"acts.{row}.surcharge"
            yield flag("mau_without_ami", Severity.INFO, message, act.surcharge, field=field, invoice=index)


def allowed_fees(lot: Lot, invoice: Invoice, act: Act) -> frozenset[Decimal] | None:
    """Return every fee the nomenclature explains for a row; None where it cannot be told.

    Both zones where the territory is unknown; half the coefficient where another act stands on the same day (NGAP art.
    11 B); the fee alone, or with any of the row's surcharges inside it.
    """
    code, day = _certain(lot, act.code), lot.day(act.date)
    if code is None or day is None or act.coefficient.is_unread or not _is_settled(lot, act.surcharge):
        return None
    coefficient = act.coefficient.value
    if coefficient is not None and _certain(lot, act.coefficient) is None:
        return None
    halved = any(other is not act and other.date.value in (None, act.date.value) for other in invoice.acts)
    surcharges = surcharges_in(act.surcharge.value)
    return explained_fees(lot.nomenclature, code, coefficient, surcharges, day, zone=lot.zone, halved=halved) or None


def _acts(lot: Lot) -> Iterator[tuple[int, int, Act]]:
    for index, invoice in lot.originals():
        for row, act in enumerate(invoice.acts):
            yield index, row, act


def _certain(lot: Lot, entry: Field[str]) -> str | None:
    return entry.value if entry.confidence >= lot.thresholds.certain else None


def _is_settled(lot: Lot, entry: Field[str]) -> bool:
    return entry.confidence >= lot.thresholds.certain
