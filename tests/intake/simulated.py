"""Lots of ``samples`` read without a page: every entry gets an ink like the ones the readers bring, right or wrong.

The rates are those measured on held-out hands (docs/accuracy.md): of handwritten figures one in 150 is read as another,
of typed ones one in 2,000; a misread figure leaves the true one some of its probability. Printed lines read nearly
always. So thousands of lots can be matched and controlled in the time one takes to be read.
"""

from dataclasses import dataclass
from math import prod
from typing import Any, Final

from numpy.random import Generator, default_rng

from intake.lot import Lot
from samples.claims import draw_claims
from samples.documents import Case, Document, totals_of
from samples.documents import Lot as Papers
from samples.faults_planted import plant
from schemas.bordereau import Bordereau, Line
from schemas.field import Alternative, Blind, Field
from schemas.identifiers.nir import is_nir
from schemas.invoice import ACT_CELLS, Act, Invoice
from schemas.prescription import Prescription

FIGURES: Final = "0123456789"
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: Share of figures (letters) misread, and read right but with doubt, by writing.
_MISREAD: Final = {"typed": 0.0005, "hand": 0.007}
_DOUBTED: Final = {"typed": 0.01, "hand": 0.06}
#: Probability no reader takes from a symbol, spread over all of them.
_DOUBT: Final = 3e-4
#: Share of handwritten totals whose first figure is lost without a doubt, and of whole entries nobody can read.
_LOST_FIGURE: Final = 0.003
_UNREAD: Final = {"typed": 0.0005, "hand": 0.003}
#: Share of printed line entries misread, and how sure they look.
_MISPRINT: Final = 0.0008
_PRINTED: Final = (1.0, 0.993, 0.993, 0.982)
_IDENTIFYING: Final = (
    "invoice_number", "patient_name", "patient_nir", "patient_birth_date", "insured_name", "insured_nir",
    "total_amount",
)  # fmt: skip
_ON_A_LINE: Final = (
    "invoice_number", "insured_nir", "insured_name", "beneficiary_birth_date", "total_amount", "amount_amo",
    "amount_amc",
)  # fmt: skip


@dataclass(frozen=True)
class SeenInk:
    """The ink of an entry as one distribution a character."""

    cells: tuple[dict[str, float], ...]

    @property
    def listed(self) -> tuple[tuple[str, float], ...]:
        """The likeliest text, then those one character away."""
        best = "".join(max(cell, key=lambda c: cell[c]) for cell in self.cells)
        others = {
            best[:at] + char + best[at + 1 :]
            for at, cell in enumerate(self.cells)
            for char, p in cell.items()
            if p > 0.01
        }
        return tuple(sorted(((text, self.share(text)) for text in {best, *others}), key=lambda pair: -pair[1])[:8])

    def share(self, value: str) -> float:
        """Return the probability that the ink says *value*."""
        if len(value) != len(self.cells):
            return 1e-9
        return prod(cell.get(char, _DOUBT) for cell, char in zip(self.cells, value, strict=True))


def seen(rng: Generator, text: str | None, writing: str) -> Field[str]:
    """Return what a reader makes of *text* written there."""
    if text is None:
        return Field[str](confidence=0.995)
    if rng.random() < _UNREAD[writing]:
        return Field[str](confidence=0.0, raw="?")
    ink = SeenInk(tuple(_cell(rng, char, writing) for char in text))
    (value, sure), *others = ink.listed
    if len(value) == 15 and not is_nir(value):
        sure *= float(rng.uniform(0.03, 0.5))  # a wrong key speaks against the reading, whoever is to blame
    alternatives = tuple(Alternative(value=v, probability=min(p, 1 - sure)) for v, p in others[:3] if p > 0.01)
    return Field[str](value=value, confidence=min(sure, 0.9999), alternatives=alternatives).with_ink(ink)


def _cell(rng: Generator, char: str, writing: str) -> dict[str, float]:
    alphabet = FIGURES if char in FIGURES else LETTERS if char in LETTERS else ""
    if not alphabet:
        return {char: 1.0}
    other = alphabet[(alphabet.index(char) + int(rng.integers(1, len(alphabet)))) % len(alphabet)]
    draw = rng.random()
    if draw < _MISREAD[writing]:
        wrong = float(rng.uniform(0.5, 0.97))
        return {other: wrong, char: (1 - wrong) * float(rng.uniform(0.5, 1.0))}
    right = float(rng.uniform(0.6, 0.97)) if draw < _MISREAD[writing] + _DOUBTED[writing] else 0.998
    return {char: right, other: (1 - right) / 2}


def printed(rng: Generator, text: str | None) -> Field[str]:
    """Return what is read of a printed line's entry."""
    if text is None:
        return Field(confidence=0.97)
    sure = _PRINTED[int(rng.integers(len(_PRINTED)))]
    places = [at for at, char in enumerate(text) if char in FIGURES]
    if places and sure < 1.0 and rng.random() < _MISPRINT:
        at = int(rng.choice(places))
        text = text[:at] + str((int(text[at]) + int(rng.integers(1, 10))) % 10) + text[at + 1 :]
        sure = 0.85
    if len(text) == 15 and sure < 1.0 and not is_nir(text):
        sure = 0.4
    return Field(value=text, confidence=sure)


@dataclass(frozen=True)
class Simulated:
    """A lot as read, with what was planted in it."""

    lot: Lot
    #: the case of each invoice, and the line of each case's own line
    cases: tuple[Case, ...]
    row_of: dict[int, int]


def simulated(seed: int, *, writing: str, share: float = 0.6, invoices: int = 7) -> Simulated:
    """Return a lot of *invoices* in one *writing*, with one thing planted in a *share* of them."""
    rng = default_rng([seed, invoices])
    papers = draw_claims(rng, invoices=invoices, flow="papier", hand_share=0.0, mixed_share=0.0)
    plant(papers, rng, share)
    cases = tuple(case for case in papers.cases if case.invoice is not None)
    listed = [case for case in papers.cases if case.line is not None]
    forms = tuple(_form(rng, case, place, writing) for place, case in enumerate(cases))
    pieces = tuple(_prescription(case, place) for place, case in enumerate(cases))
    lot = Lot(bordereau=_bordereau(rng, papers, listed), invoices=forms, prescriptions=pieces)
    return Simulated(lot, cases, {id(case): row for row, case in enumerate(listed)})


def _form(rng: Generator, case: Case, place: int, writing: str) -> Invoice:
    said: dict[str, Any] = dict(case.invoice or {})
    entries: dict[str, Any] = {name: seen(rng, said[name], writing) for name in _IDENTIFYING}
    total = said["total_amount"]
    if writing == "hand" and len(total) > 5 and rng.random() < _LOST_FIGURE:
        entries["total_amount"] = Field[str](
            value=total[1:], confidence=0.95, blind=Blind(value=total[1:], confidence=0.95)
        )
    others: dict[str, Any] = {
        name: Field(value=said[name], confidence=0.999 if said[name] is not None else 0.995)
        for name in Invoice.model_fields
        if name in said and name not in {*_IDENTIFYING, "pages", "form", "acts", "decision"}
    }
    acts = tuple(_act(rng, row) for row in said["acts"])
    return Invoice(pages=(1 + place,), form="S3129d", acts=acts, **entries, **others)


def _act(rng: Generator, row: Document) -> Act:
    cells: dict[str, Any] = {name: seen(rng, _text(row[name]), "typed") for name in ACT_CELLS}
    return Act(**cells)


def _prescription(case: Case, place: int) -> Prescription:
    """Return what accompanies a form, always well read: it is not what is looked at here."""
    said: dict[str, Any] = {
        name: Field(value=value, confidence=0.999)
        for name, value in (case.prescription or {}).items()
        if name in {"prescriber_name", "prescriber_rpps", "patient_name", "date", "text", "prescriber_signature"}
    }
    return Prescription(pages=(100 + place,), **said)


def _bordereau(rng: Generator, papers: Papers, listed: list[Case]) -> Bordereau:
    lines = [case.line for case in listed if case.line is not None]
    header = {**papers.header, **totals_of(lines)}
    told: dict[str, Any] = {
        name: Field[str](value=header[name], confidence=0.993)
        for name in Bordereau.model_fields
        if isinstance(header.get(name), str)
    }
    return Bordereau(pages=(0,), lines=tuple(_line(rng, line) for line in lines), **told)


def _line(rng: Generator, line: Document) -> Line:
    said: dict[str, Any] = {name: printed(rng, _text(line[name])) for name in _ON_A_LINE}
    return Line(**said)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
