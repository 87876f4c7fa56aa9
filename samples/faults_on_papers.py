"""Faults one sheet shows alone: empty or wrong entries, erasures, unsigned boxes, prices, dates."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from numpy.random import Generator

from samples.documents import Case, Correction, Fault, Lot
from samples.identities import draw_person
from samples.nomenclature_sample import money, sum_of

#: What an erasure may fall on, with the entries that cost money first.
ERASABLE: Final = (
    "acts.0.date",
    "acts.0.fee",
    "acts.0.coefficient",
    "total_amount",
    "prescription_date",
    "invoice_number",
    "form_date",
    "patient_nir",
    "patient_birth_date",
    "prescriber_rpps",
    "provider_number",
    "patient_name",
    "organisme_code",
)
OTHER_CODES: Final = {
    "code": ("AMI", "AIS", "AMX", "BSB", "BSA", "AMK", "AMO", "MCI"),
    "surcharge": ("F", "N", "MAU", "MCI", "IFA"),
}
BLOCKING_FIELDS: Final = (
    "patient_name",
    "patient_nir",
    "insured_nir",
    "insured_name",
    "patient_birth_date",
    "provider_number",
    "prescriber_name",
    "prescription_date",
    "invoice_number",
    "acts.0.date",
    "acts.0.code",
    "acts.0.fee",
    "total_amount",
)
OTHER_FIELDS: Final = ("form_date", "organisme_code", "prescriber_rpps")


def any_case(
    lot: Lot, rng: Generator, wanted: Callable[[Case], bool] | None = None, *, with_form: bool = True
) -> Case | None:
    """Return a case without a fault, or None."""
    sound = [c for c in lot.cases if not c.faults and c.line is not None and (c.invoice is not None or not with_form)]
    sound = [c for c in sound if wanted is None or wanted(c)]
    return sound[int(rng.integers(len(sound)))] if sound else None


def get(case: Case, field: str) -> str | None:
    """Return the value of a form's entry, ``acts.0.fee`` included."""
    if case.invoice is None:
        return None
    if field.startswith("acts."):
        _, row, column = field.split(".")
        value = case.invoice["acts"][int(row)][column]
    else:
        value = case.invoice[field]
    return value if value is None else str(value)


def put(case: Case, field: str, value: str | None) -> None:
    """Set the value of a form's entry."""
    if case.invoice is None:
        return
    if field.startswith("acts."):
        _, row, column = field.split(".")
        case.invoice["acts"][int(row)][column] = value
    else:
        case.invoice[field] = value


def _empty(fields: tuple[str, ...]) -> Callable[[Lot, Generator], bool]:
    def fault(lot: Lot, rng: Generator) -> bool:
        field = str(rng.choice(fields))
        case = any_case(lot, rng, lambda c: get(c, field) is not None)
        if case is None:
            return False
        put(case, field, None)
        case.faults.append(Fault("missing_field", field, on="form"))
        case.allowed |= {
            "total_mismatch",
            "unlisted_invoice",
            "out_of_order",
            "tariff_mismatch",
            "unknown_act_code",
            "mismatch",
        }
        return True

    return fault


def _empty_on_bordereau(lot: Lot, rng: Generator) -> bool:
    if rng.random() < 0.5:
        field = str(rng.choice(["lot_number", "lot_date", "organisme_code", "payee_type", "provider_number"]))
        if lot.header[field] is None:
            return False
        lot.header[field] = None
        lot.faults.append(Fault("missing_field", field, on="bordereau"))
        return True
    case = any_case(lot, rng, with_form=False)
    if case is None or case.line is None:
        return False
    field = str(rng.choice(["insured_nir", "insured_name", "beneficiary_birth_date", "total_amount"]))
    case.line[field] = None
    case.faults.append(Fault("missing_field", f"lines.N.{field}", on="bordereau", of_line=True))
    case.allowed |= {"mismatch", "total_mismatch"}
    if field == "total_amount":
        case.line.update(amount_amo=None, amount_amc=None)
    return True


def _wrong_key(lot: Lot, rng: Generator) -> bool:
    """The line and the form bear the same NIR with a wrong key."""
    case = any_case(lot, rng, lambda c: len(get(c, "patient_nir") or "") == 15)
    if case is None or case.invoice is None or case.line is None:
        return False
    nir = str(case.invoice["patient_nir"])
    key = f"{(int(nir[13:]) + int(rng.integers(3, 90))) % 97 + 1:02d}"
    if key == nir[13:]:
        return False
    case.invoice["patient_nir"] = case.line["insured_nir"] = nir[:13] + key
    case.faults.append(Fault("invalid_field", "patient_nir", on="form"))
    case.allowed |= {"invalid_field"}
    return True


def _wrong_rpps(lot: Lot, rng: Generator) -> bool:
    case = any_case(lot, rng, lambda c: bool(get(c, "prescriber_rpps")))
    if case is None or case.invoice is None:
        return False
    number = str(case.invoice["prescriber_rpps"])
    case.invoice["prescriber_rpps"] = number[:-1] + str((int(number[-1]) + int(rng.integers(1, 10))) % 10)
    case.faults.append(Fault("invalid_field", "prescriber_rpps", on="form"))
    return True


def _wrong_total(lot: Lot, rng: Generator) -> bool:
    case = any_case(lot, rng)
    if case is None or case.invoice is None or case.line is None:
        return False
    wrong = money(Decimal(str(case.invoice["total_amount"])) + Decimal(int(rng.integers(1, 40))) / 2)
    case.invoice["total_amount"] = wrong
    _set_line_total(case, wrong)
    case.faults.append(Fault("total_mismatch", "total_amount", on="form"))
    return True


def _set_line_total(case: Case, total: str) -> None:
    if case.line is not None:
        share = case.line["amount_amc"] != "0.00"
        amo = money(Decimal(total) * Decimal("0.6")) if share else total
        case.line.update(total_amount=total, amount_amo=amo, amount_amc=money(Decimal(total) - Decimal(amo)))


def _wrong_bordereau_total(lot: Lot, rng: Generator) -> bool:
    if lot.header.get("_off_by"):
        return False
    lot.header["_off_by"] = money(Decimal(int(rng.integers(2, 60))) / 4)
    lot.faults.append(Fault("total_mismatch", "total_amount", on="bordereau"))
    return True


def _unsigned(field: str) -> Callable[[Lot, Generator], bool]:
    def fault(lot: Lot, rng: Generator) -> bool:
        case = any_case(lot, rng, lambda c: c.invoice is not None and bool(c.invoice[field]))
        if case is None or case.invoice is None:
            return False
        case.invoice[field] = False
        case.faults.append(Fault(f"missing_{field}", field, on="form"))
        return True

    return fault


def _prescription_unsigned(lot: Lot, rng: Generator) -> bool:
    case = any_case(lot, rng, lambda c: c.prescription is not None, with_form=False)
    if case is None or case.prescription is None:
        return False
    case.prescription["prescriber_signature"] = False
    case.faults.append(Fault("missing_prescriber_signature", "prescriber_signature", on="prescription"))
    return True


def before_of(rng: Generator, field: str, value: str) -> str:
    """Return what may have stood there before: the same with one part slipped."""
    name = field.rsplit(".", maxsplit=1)[-1]
    if name == "date" or name.endswith("_date"):
        return (date.fromisoformat(value) + timedelta(days=int(rng.choice([-1, 1, 2, 7, 30])))).isoformat()
    if name in {"fee", "total_amount", "travel_flat", "travel_km_amount"}:
        return money(Decimal(value) + Decimal(int(rng.integers(1, 20))) / 4)
    if name == "coefficient":
        return str(rng.choice([c for c in ("1", "2", "3", "4") if c != value]))
    if name.endswith("_name"):
        return draw_person(rng, today=date(2025, 1, 1)).name
    if name in {"code", "surcharge"}:
        return str(rng.choice([c for c in OTHER_CODES[name] if c != value]))
    at = int(rng.integers(max(len(value) - 5, 0), len(value)))
    return value[:at] + str((int(value[at]) + int(rng.integers(1, 10))) % 10) + value[at + 1 :]


def _erased(kind: str) -> Callable[[Lot, Generator], bool]:
    def fault(lot: Lot, rng: Generator) -> bool:
        field = str(rng.choice(ERASABLE))
        case = any_case(lot, rng, lambda c: get(c, field) is not None)
        if case is None:
            return False
        value = str(get(case, field))
        proof = Fault("erasure", field, kind, on="form")
        case.faults.append(proof)
        case.corrections.append(Correction(field, kind, before_of(rng, field, value), proof))
        case.allowed |= {"different_ink"}
        return True

    return fault


def _erased_tick(lot: Lot, rng: Generator) -> bool:
    """A box ticked by mistake, the tick scribbled out."""
    field = str(rng.choice(["exemption_ald", "exemption_other", "is_maternity", "third_party_yes"]))
    case = any_case(lot, rng, lambda c: c.invoice is not None and not c.invoice[field])
    if case is None:
        return False
    proof = Fault("erasure", field, "strike", on="form")
    case.faults.append(proof)
    case.corrections.append(Correction(field, "strike", "", proof))
    return True


def _prescription_erased(kind: str) -> Callable[[Lot, Generator], bool]:
    def fault(lot: Lot, rng: Generator) -> bool:
        case = any_case(
            lot, rng, lambda c: c.prescription is not None and bool(c.prescription["text"]), with_form=False
        )
        if case is None or case.prescription is None:
            return False
        field = "date" if kind == "overwrite" else str(rng.choice(["date", "text"]))
        last = str(case.prescription["text"]).split("\n")[-1]
        before = before_of(rng, "date", case.prescription["date"]) if field == "date" else _other_words(rng, last)
        proof = Fault("erasure", field, kind, on="prescription")
        case.faults.append(proof)
        case.corrections.append(Correction(field, kind, before, proof))
        return True

    return fault


def _other_words(rng: Generator, words: str) -> str:
    swapped = [str(int(rng.integers(2, 20))) if w.isdigit() else w for w in words.split(" ")]
    return " ".join(swapped[: max(len(swapped) - int(rng.integers(0, 3)), 1)])


def _late_prescription(lot: Lot, rng: Generator) -> bool:
    case = any_case(lot, rng, lambda c: c.prescription is not None)
    if case is None or case.invoice is None or case.prescription is None:
        return False
    first = min(date.fromisoformat(str(a["date"])) for a in case.invoice["acts"])
    late = (first + timedelta(days=int(rng.integers(1, 12)))).isoformat()
    case.invoice["prescription_date"] = case.prescription["date"] = late
    case.faults.append(Fault("prescription_after_care", "prescription_date", on="form"))
    return True


def _old_prescription(lot: Lot, rng: Generator) -> bool:
    case = any_case(lot, rng, lambda c: c.prescription is not None)
    if case is None or case.invoice is None or case.prescription is None:
        return False
    first = min(date.fromisoformat(str(a["date"])) for a in case.invoice["acts"])
    old = (first - timedelta(days=int(rng.integers(380, 700)))).isoformat()
    case.invoice["prescription_date"] = case.prescription["date"] = old
    if case.invoice["prior_agreement_date"]:
        case.invoice["prior_agreement_date"] = old
    case.faults.append(Fault("expired_prescription", "prescription_date", on="form"))
    return True


def _stale(lot: Lot, rng: Generator) -> bool:
    """Care of more than two years ago; prices of that day differ, so price flags are neither right nor wrong."""
    case = any_case(lot, rng, lambda c: c.prescription is not None)
    if case is None or case.invoice is None or case.prescription is None:
        return False
    back = timedelta(days=int(rng.integers(108, 150)) * 7)  # whole weeks: Sundays stay Sundays
    invoice: dict[str, Any] = case.invoice
    dates = [k for k in invoice if k.endswith("_date") and invoice[k] and k != "patient_birth_date"]
    for key in dates:
        invoice[key] = (date.fromisoformat(invoice[key]) - back).isoformat()
    for act in invoice["acts"]:
        act["date"] = (date.fromisoformat(act["date"]) - back).isoformat()
    case.prescription["date"] = invoice["prescription_date"]
    case.faults.append(Fault("stale_invoice", "acts.0.date", on="form"))
    case.allowed |= {"tariff_mismatch", "unknown_act_code", "invalid_field"}
    return True


def _unknown_code(lot: Lot, rng: Generator) -> bool:
    case = any_case(lot, rng)
    if case is None or case.invoice is None:
        return False
    case.invoice["acts"][0]["code"] = str(rng.choice(["AMZ", "XIS", "BSX", "KMA", "AIT"]))
    case.faults.append(Fault("unknown_act_code", "acts.0.code", on="form"))
    case.allowed |= {"tariff_mismatch"}
    return True


def _wrong_price(lot: Lot, rng: Generator) -> bool:
    def plain(case: Case) -> bool:
        return (
            case.invoice is not None
            and case.invoice["acts"][0]["surcharge"] is None
            and case.invoice["total_amount"] is not None
        )

    case = any_case(lot, rng, plain)
    if case is None or case.invoice is None:
        return False
    row = case.invoice["acts"][0]
    row["fee"] = money(Decimal(str(row["fee"])) + Decimal(int(rng.integers(3, 30))) / 10 + Decimal("0.07"))
    case.invoice["total_amount"] = sum_of(case.invoice["acts"])
    _set_line_total(case, case.invoice["total_amount"])
    case.faults.append(Fault("tariff_mismatch", "acts.0.fee", on="form"))
    return True


ON_PAPERS: Final[dict[str, Callable[[Lot, Generator], bool]]] = {
    "missing_field": _empty(BLOCKING_FIELDS),
    "missing_field_check": _empty(OTHER_FIELDS),
    "missing_field_bordereau": _empty_on_bordereau,
    "invalid_nir": _wrong_key,
    "invalid_rpps": _wrong_rpps,
    "total_mismatch": _wrong_total,
    "total_mismatch_bordereau": _wrong_bordereau_total,
    "missing_provider_signature": _unsigned("provider_signature"),
    "missing_patient_signature": _unsigned("patient_signature"),
    "missing_prescriber_signature": _prescription_unsigned,
    **{f"erasure_{kind}": _erased(kind) for kind in ("strike", "overwrite", "fluid", "tape", "scratch")},
    **{f"prescription_erasure_{kind}": _prescription_erased(kind) for kind in ("strike", "overwrite", "fluid")},
    "erasure_tick": _erased_tick,
    "prescription_after_care": _late_prescription,
    "expired_prescription": _old_prescription,
    "stale_invoice": _stale,
    "unknown_act_code": _unknown_code,
    "tariff_mismatch": _wrong_price,
}
