"""Faults: what can be wrong with a lot, each with the flags its truth then holds."""

from collections.abc import Callable
from typing import Final

from numpy.random import Generator

from samples.documents import ROWS, TICKS, Case, Lot
from samples.faults_between import BETWEEN_PAPERS
from samples.faults_marks import leave_forms_only, mark
from samples.faults_on_papers import ON_PAPERS
from samples.faults_planted import plant
from samples.profiles import Profile

#: Every fault by name; a function spoils the lot, or returns False where it has nothing to spoil.
FAULTS: Final[dict[str, Callable[[Lot, Generator], bool]]] = {**ON_PAPERS, **BETWEEN_PAPERS}


def spoil(lot: Lot, rng: Generator, odds: Profile) -> None:
    """Spoil *lot* as *odds* say; a secure invoice has no form, which is no fault."""
    if lot.flow == "mixte":
        _draw_flows(lot, rng)
    for case in lot.cases:
        if lot.flow == "securise" or case.flow == "securise":
            case.invoice = None
            case.attachments = [a for a in case.attachments if a["kind"] != "attestation_droits"]
    if rng.random() >= odds.faultless or odds.only:
        _draw_faults(lot, rng, odds)
    if odds.planted:
        plant(lot, rng, odds.planted)
    if odds.bare:
        leave_forms_only(lot)
    if odds.erased or odds.unsigned or odds.cancelled:
        mark(lot, rng, odds)
    for case in lot.cases:
        if case.invoice is not None and not case.faults and not case.allowed and rng.random() < odds.factures:
            make_facture(case)


def _draw_flows(lot: Lot, rng: Generator) -> None:
    for case in lot.cases:
        case.flow = str(rng.choice(["securise", "degrade"]))
        if case.line is not None:
            case.line["flow"] = case.flow
        if case.flow == "degrade":
            case.attachments.append({"pages": [], "kind": "attestation_droits", "invoice": None, "line": None})


def _draw_faults(lot: Lot, rng: Generator, odds: Profile) -> None:
    names = list(odds.only or FAULTS)
    for _ in range(len(odds.only) or 1 + int(rng.poisson(max(odds.faults - 1, 0)))):
        name = names.pop() if odds.only else str(rng.choice(names))
        FAULTS[name](lot, rng)


def make_facture(case: Case) -> None:
    """Turn the form into a software invoice, which prints fewer entries."""
    if case.invoice is None or len(case.invoice["acts"]) > ROWS:
        return
    missing = (
        "insured_address",
        "provider_stamp",
        "substitute_name",
        "substitute_rpps",
        "prescriber_number",
        "prior_agreement_date",
        "maternity_date",
        "work_accident_number",
        "third_party_date",
    )
    case.invoice.update(dict.fromkeys(missing), form="facture", **dict.fromkeys(TICKS, False))
    case.attachments = [a for a in case.attachments if a["kind"] != "accord_prealable"]
    case.writing, case.hand_fields = "typed", []
