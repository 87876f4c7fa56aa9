"""Faults only several papers show together: missing, extra, doubled or misplaced pieces, and disagreement."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from numpy.random import Generator

from samples.documents import Fault, Lot
from samples.faults_on_papers import any_case
from samples.identities import draw_person, nir_key
from samples.nomenclature_sample import money


def _no_prescription(lot: Lot, rng: Generator) -> bool:
    case = any_case(lot, rng, lambda c: c.prescription is not None, with_form=False)
    if case is None:
        return False
    case.prescription = None
    case.faults.append(Fault("missing_prescription"))
    return True


def _no_rights(lot: Lot, rng: Generator) -> bool:
    case = any_case(lot, rng, lambda c: any(a["kind"] == "attestation_droits" for a in c.attachments))
    if case is None or lot.flow != "degrade":
        return False
    case.attachments = [a for a in case.attachments if a["kind"] != "attestation_droits"]
    case.faults.append(Fault("missing_rights_certificate"))
    return True


def _no_agreement(lot: Lot, rng: Generator) -> bool:
    """The form gives the date of a request that is not in the lot."""
    case = any_case(lot, rng)
    if case is None or case.invoice is None:
        return False
    case.invoice["prior_agreement_date"] = case.invoice["prescription_date"]
    case.attachments = [a for a in case.attachments if a["kind"] != "accord_prealable"]
    case.faults.append(Fault("missing_prior_agreement"))
    return True


def _no_bordereau(lot: Lot, rng: Generator) -> bool:
    del rng
    if lot.flow in {"securise", "mixte"} or any(c.faults for c in lot.cases) or lot.faults:
        return False
    for case in lot.cases:
        case.line = None
        case.allowed |= {"unlisted_invoice"}
    lot.faults.append(Fault("missing_bordereau"))
    return True


def _no_form(lot: Lot, rng: Generator) -> bool:
    case = any_case(lot, rng)
    if case is None or len(lot.cases) < 3:
        return False
    case.invoice = None
    if rng.random() < 0.5:
        case.prescription, case.attachments = None, []
    case.faults.append(Fault("missing_invoice", of_line=True))
    case.allowed |= {"missing_prescription", "missing_rights_certificate"}
    return True


def _unlisted(lot: Lot, rng: Generator) -> bool:
    case = any_case(lot, rng)
    if case is None or len(lot.cases) < 3:
        return False
    case.line = None
    case.faults.append(Fault("unlisted_invoice"))
    case.allowed |= {"out_of_order"}
    return True


def _duplicate(lot: Lot, rng: Generator) -> bool:
    case = any_case(lot, rng)
    if case is None:
        return False
    copy = deepcopy(case)
    copy.line = copy.prescription = None
    copy.attachments = []
    copy.faults = [Fault("duplicate_invoice")]
    copy.allowed = {
        "unlisted_invoice",
        "missing_prescription",
        "mismatch",
        "out_of_order",
        "missing_rights_certificate",
        "missing_prior_agreement",
    }
    case.allowed |= {"duplicate_invoice"}
    at = lot.cases.index(case) + 1 if rng.random() < 0.5 else len(lot.cases)
    lot.cases.insert(at, copy)
    return True


def _differs(field: str) -> Callable[[Lot, Generator], bool]:
    def fault(lot: Lot, rng: Generator) -> bool:
        case = any_case(lot, rng)
        if case is None or case.line is None or case.invoice is None:
            return False
        value = str(case.line[field])
        own = {"insured_nir": "nir", "insured_name": "name"}.get(field)
        who = "insured" if case.invoice["insured_name"] else "patient"
        invoice_value = (
            case.invoice[f"{who}_{own}"] if own else case.invoice["patient_birth_date" if "birth" in field else field]
        )
        if invoice_value is None:
            return False
        case.line[field] = other = _other(rng, field, value)
        if field == "total_amount":
            share = case.line["amount_amc"] != "0.00"
            amo = money(Decimal(other) * Decimal("0.6")) if share else other
            case.line.update(amount_amo=amo, amount_amc=money(Decimal(other) - Decimal(amo)))
        case.faults.append(Fault("mismatch", field, extra={"line_value": other, "invoice_value": invoice_value}))
        return True

    return fault


def _other(rng: Generator, field: str, value: str) -> str:
    """Return a value a clerk would take for another: one figure or name away, and valid."""
    if field == "insured_nir":
        body = value[:10] + f"{(int(value[10:13]) + int(rng.integers(1, 900))) % 998 + 1:03d}"
        return body + nir_key(body) if body != value[:13] else value[:12] + str((int(value[12]) + 1) % 10) + value[13:]
    if field == "insured_name":
        family, given = draw_person(rng, today=date(2025, 1, 1)).name, value.rsplit(" ", maxsplit=1)[-1]
        return family if rng.random() < 0.5 else f"{family.split(' ')[0]} {given}"
    if field == "beneficiary_birth_date":
        return (date.fromisoformat(value) + timedelta(days=int(rng.choice([-1, 1, 10, -10, 31, 365])))).isoformat()
    return money(max(Decimal(value) + Decimal(int(rng.choice([-100, -10, 10, 100, 200, 1000]))) / 100, Decimal("1.05")))


def _swapped(kind: str) -> Callable[[Lot, Generator], bool]:
    """Two pieces exchanged; ``lines`` exchanges two lines of the bordereau."""

    def fault(lot: Lot, rng: Generator) -> bool:
        ready = [c for c in lot.cases if not c.faults and c.line is not None]
        if kind == "forms":
            ready = [c for c in ready if c.invoice is not None]
        if kind == "prescriptions":
            ready = [c for c in ready if c.prescription is not None]
        if len(ready) < 4 or lot.swaps or (kind == "lines" and any(c.line is None for c in lot.cases)):
            return False
        a, b = sorted(int(i) for i in rng.choice(len(ready), 2, replace=False))
        pair = (ready[a], ready[b])
        for case in pair:
            on = {"prescriptions": "prescription", "lines": "bordereau"}.get(kind)
            name = "lines.N.invoice_number" if kind == "lines" else ("invoice_number" if kind == "forms" else None)
            case.faults.append(Fault("out_of_order", name, f"{kind}_shuffled", on=on, of_line=kind == "lines"))
            case.allowed |= {"out_of_order"}
        lot.swaps.append((kind, *pair))
        low, high = lot.cases.index(pair[0]), lot.cases.index(pair[1])
        if high - low == 2 or kind == "lines":  # the sheet between may be taken for the one that moved
            for case in lot.cases[low : high + 1]:
                case.allowed |= {"out_of_order"}
        return True

    return fault


def _unreadable(lot: Lot, rng: Generator) -> bool:
    del rng
    lot.faults.append(Fault("unreadable_page", extra={"unreadable": True}))
    return True


BETWEEN_PAPERS: Final[dict[str, Callable[[Lot, Generator], bool]]] = {
    "missing_prescription": _no_prescription,
    "missing_rights_certificate": _no_rights,
    "missing_prior_agreement": _no_agreement,
    "missing_bordereau": _no_bordereau,
    "missing_invoice": _no_form,
    "unlisted_invoice": _unlisted,
    "duplicate_invoice": _duplicate,
    "mismatch_nir": _differs("insured_nir"),
    "mismatch_name": _differs("insured_name"),
    "mismatch_birth_date": _differs("beneficiary_birth_date"),
    "mismatch_total": _differs("total_amount"),
    "forms_shuffled": _swapped("forms"),
    "prescriptions_shuffled": _swapped("prescriptions"),
    "lines_shuffled": _swapped("lines"),
    "unreadable_page": _unreadable,
}
