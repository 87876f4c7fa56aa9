"""Marks in number, to be counted: one erased entry on some forms and ordonnances, unsigned places, ticks taken back.

Each is drawn for each sheet by itself, so that lots hold clean and marked sheets side by side.
"""

from typing import Final

from numpy.random import Generator

from samples.documents import TICKS, Case, Correction, Document, Fault, Lot
from samples.faults_on_papers import before_of, get
from samples.marks.erasures import KINDS
from samples.profiles import Profile
from schemas.invoice import ACT_CELLS, PAYING_OR_IDENTIFYING, SIGNATURES

#: Entries that can be erased, the acts' cells apart: all that the contract calls paying or identifying.
ERASABLE: Final = tuple(f for f in PAYING_OR_IDENTIFYING if f not in {*TICKS, *SIGNATURES})
ON_ORDONNANCES: Final = ("strike", "overwrite", "fluid")
#: share of erased entries that lie in the acts' table
_IN_ACTS: Final = 0.45
#: share of erasures after which the entry stays empty, since something was written in the wrong place
_NOTHING_AFTER: Final = 0.12
#: share of overwritten entries that were right before: traced over once more
_TRACED: Final = 0.12
#: share of empty patients' signatures that the box for those unable to sign replaces
_UNABLE: Final = 0.25
#: share of wrong numbers with one figure wrong; of the others, half have two exchanged, half several wrong
_ONE_OFF: Final = 0.6
#: share of struck or covered names that were misspelt rather than another person's
_MISSPELT: Final = 0.4
#: Entries of a filled row that may be empty on the paper, with what may be written there by mistake.
_MAY_BE_EMPTY: Final = {
    "surcharge": ("F", "N", "MAU", "IFA"),
    "travel_flat": ("2.75", "2.50", "4.00"),
    "travel_km": ("4", "12", "8"),
    "travel_km_amount": ("1.40", "3.50", "0.70"),
}


def mark(lot: Lot, rng: Generator, odds: Profile) -> None:
    """Mark each sheet of *lot* with the chances *odds* give."""
    for case in lot.cases:
        if case.invoice is not None:
            _leave_unsigned(case, case.invoice, rng, odds.unsigned)
            if rng.random() < odds.erased:
                _erase_entry(case, case.invoice, rng)
            if rng.random() < odds.cancelled:
                _cancel_tick(case, case.invoice, rng)
        if case.prescription is not None:
            if rng.random() < odds.unsigned:
                case.prescription["prescriber_signature"] = False
                case.faults.append(Fault("missing_prescriber_signature", "prescriber_signature", on="prescription"))
            if rng.random() < odds.erased:
                _erase_on_ordonnance(case, case.prescription, rng)


def leave_forms_only(lot: Lot) -> None:
    """Take every piece but the bordereau and the forms away."""
    for case in lot.cases:
        if case.prescription is not None:
            case.faults.append(Fault("missing_prescription"))
        case.prescription, case.attachments = None, []
        case.allowed |= {"missing_prior_agreement"}


def _leave_unsigned(case: Case, invoice: Document, rng: Generator, share: float) -> None:
    for field in SIGNATURES:
        if not invoice[field] or rng.random() >= share:
            continue
        invoice[field] = False
        if field == "patient_signature" and rng.random() < _UNABLE:
            invoice["unable_to_sign"] = True
        else:
            case.faults.append(Fault(f"missing_{field}", field, on="form"))


def _erase_entry(case: Case, invoice: Document, rng: Generator) -> None:
    kind = str(rng.choice(KINDS))
    if kind != "overwrite" and rng.random() < _NOTHING_AFTER:
        field, before = _written_by_mistake(case, invoice, rng)
    else:
        field = _filled(case, invoice, rng)
        value = str(get(case, field))
        traced = kind == "overwrite" and rng.random() < _TRACED
        before = value if traced else slip(rng, field, value, kind)
    proof = Fault("erasure", field, kind, on="form")
    case.faults.append(proof)
    case.corrections.append(Correction(field, kind, before, proof))
    case.allowed |= {"different_ink"}


def _filled(case: Case, invoice: Document, rng: Generator) -> str:
    """Return a filled entry that pays or identifies."""
    cells = [f"acts.{row}.{cell}" for row in range(len(invoice["acts"])) for cell in ACT_CELLS]
    pool = cells if rng.random() < _IN_ACTS else list(ERASABLE)
    return str(rng.choice([field for field in pool if get(case, field)]))


def _written_by_mistake(case: Case, invoice: Document, rng: Generator) -> tuple[str, str]:
    """Return an entry that is empty, and what was written there and undone."""
    own = {"insured_nir": case.patient.nir, "insured_name": case.patient.name}
    pool = {field: value for field, value in own.items() if invoice[field] is None}
    for row, act in enumerate(invoice["acts"]):
        pool |= {
            f"acts.{row}.{cell}": str(rng.choice(values)) for cell, values in _MAY_BE_EMPTY.items() if act[cell] is None
        }
    field = str(rng.choice(list(pool)))
    return field, pool[field]


def slip(rng: Generator, field: str, value: str, kind: str) -> str:
    """Return what may have stood there before *value*: one character off, two exchanged, several or all wrong."""
    if field.endswith("_name"):  # whole names are struck or covered, not written over
        return misspelt(rng, value) if kind == "overwrite" or rng.random() < _MISSPELT else before_of(rng, field, value)
    places = [i for i, c in enumerate(value) if c.isdecimal()]
    if not value.replace(" ", "").isdecimal() or rng.random() < _ONE_OFF:
        return before_of(rng, field, value)
    other = list(value)
    if rng.random() < 0.5:
        at = int(rng.integers(len(places) - 1)) if len(places) > 1 else 0
        one, two = places[at], places[min(at + 1, len(places) - 1)]
        other[one], other[two] = other[two], other[one]
    else:
        for at in rng.choice(places, min(len(places), int(rng.integers(2, 5))), replace=False):
            other[at] = str((int(other[at]) + int(rng.integers(1, 10))) % 10)
    return "".join(other) if "".join(other) != value else before_of(rng, field, value)


def misspelt(rng: Generator, text: str) -> str:
    """Return *text* with one letter another."""
    at = int(rng.choice([i for i, c in enumerate(text) if c.isalpha()]))
    letter = str(rng.choice([c for c in "AEINORSTLU" if c != text[at].upper()]))
    return text[:at] + (letter if text[at].isupper() else letter.lower()) + text[at + 1 :]


def _cancel_tick(case: Case, invoice: Document, rng: Generator) -> None:
    """A box ticked by mistake, the tick taken back."""
    field = str(rng.choice([f for f in TICKS if not invoice[f]]))
    proof = Fault("erasure", field, "strike", on="form")
    case.faults.append(proof)
    case.corrections.append(Correction(field, "strike", "", proof))


def _erase_on_ordonnance(case: Case, prescription: Document, rng: Generator) -> None:
    kind = str(rng.choice(ON_ORDONNANCES))
    field = str(rng.choice(["date", "patient_name", "text"], p=[0.3, 0.2, 0.5]))
    row = -1
    if field == "date":
        before = before_of(rng, "date", prescription["date"])
    elif field == "patient_name":
        before = slip(rng, "patient_name", prescription["patient_name"], kind)
    else:
        lines = prescription["text"].split("\n")
        row = int(rng.integers(len(lines)))
        before = _other_line(rng, lines[row], kind)
    proof = Fault("erasure", field, kind, on="prescription")
    case.faults.append(proof)
    case.corrections.append(Correction(field, kind, before, proof, row))


def _other_line(rng: Generator, line: str, kind: str) -> str:
    """Return *line* with another number in it; where it has none, misspelt or without its last words."""
    words = line.split(" ")
    numbers = [i for i, word in enumerate(words) if any(c.isdecimal() for c in word)]
    if not numbers:
        if kind == "overwrite" or len(words) == 1:
            return misspelt(rng, line)
        return " ".join(words[: max(len(words) - int(rng.integers(1, 3)), 1)])
    at = int(rng.choice(numbers))
    digits = [i for i, c in enumerate(words[at]) if c.isdecimal()]
    place = int(rng.choice(digits))
    figure = str((int(words[at][place]) + int(rng.integers(1, 10))) % 10)
    words[at] = words[at][:place] + figure + words[at][place + 1 :]
    return " ".join(words)
