"""Read lots with a known truth, small and drawn by seed: how sure each entry is, and which ones are wrong."""

import random
from collections.abc import Sequence
from typing import Any

from intake.calibration.cases import Case
from intake.calibration.curves import Context
from intake.decide import decide
from intake.evaluation.lots import TrueLot
from schemas.batch import Batch, Program
from schemas.bordereau import Bordereau
from schemas.field import Field
from schemas.invoice import Invoice
from schemas.model import Record
from schemas.prescription import Prescription
from tests.intake.papers import PEOPLE, form, lot_of

CALM: Context = ("template", 0)


def cases(
    sort: str, n: int, *, raw: float, wrong: int = 0, on: int | None = None, state: str = "filled", context: Any = CALM
) -> list[Case]:
    """Return *n* entries of one sort read at *raw*, the first *wrong* of them wrong, spread over *on* forms."""
    return [Case(sort, state, raw, k < wrong, f"form {k * (on or n) // n}", context) for k in range(n)]


def bare(record: Record) -> dict[str, Any]:
    """Return a paper as its truth writes it: values instead of fields."""
    told: dict[str, Any] = {}
    for name in type(record).model_fields:
        value = getattr(record, name)
        if isinstance(value, Field):
            told[name] = value.value
        elif isinstance(value, tuple) and value and isinstance(value[0], Record):
            told[name] = [bare(part) for part in value]
        elif not isinstance(value, Record):
            told[name] = list(value) if isinstance(value, tuple) else value
    return told


def true_lot(name: str, invoices: Sequence[Invoice], truths: Sequence[Invoice]) -> TrueLot:
    """Return a lot read as *invoices*, of which *truths* are written on the paper; all of them are clean."""
    papers = lot_of(truths)
    read = lot_of(invoices, lines=papers.lines)
    lot = decide(read, (), ())
    batch = Batch(
        program=Program(version="0", models={}, templates=()),
        pages=lot.pages,
        bordereau=lot.bordereau,
        invoices=lot.invoices,
        prescriptions=lot.prescriptions,
    )
    truth = {
        "invoices": [{**bare(i), "decision": "accepted", "writing": "typed"} for i in papers.invoices],
        "prescriptions": [bare(p) for p in papers.prescriptions if isinstance(p, Prescription)],
        "bordereau": bare(papers.bordereau) if isinstance(papers.bordereau, Bordereau) else None,
    }
    return TrueLot(name, truth, batch.model_dump(mode="json"))


def lots(n: int, seed: int, *, doubtful: float = 0.1) -> list[TrueLot]:
    """Return lots of one form, a share *doubtful* of whose numbers is read at 0.85 and wrong half of the time.

    Everything else is read at 0.9999 and right.
    """
    rng = random.Random(seed)  # noqa: S311 - a seeded draw
    made = []
    for k in range(n):
        paper = form(f"{rng.randrange(10**8):09}", rng.choice(PEOPLE))
        read = form(paper.invoice_number.value or "", next(p for p in PEOPLE if p.nir == paper.patient_nir.value))
        update = {}
        for name in ("invoice_number", "provider_rpps", "prescriber_rpps", "organisme_code", "form_date"):
            entry = getattr(read, name)
            if rng.random() < doubtful:
                value = "9" * 9 if rng.random() < 0.5 else entry.value
                update[name] = entry.model_copy(update={"value": value, "confidence": 0.85})
        sure = {
            name: getattr(read, name).model_copy(update={"confidence": 0.9999})
            for name in type(read).model_fields
            if isinstance(getattr(read, name), Field)
        }
        made.append(true_lot(f"lot_{seed}_{k:03}", [read.model_copy(update={**sure, **update})], [paper]))
    return made
