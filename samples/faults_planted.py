"""Planted in number, to be counted: forms of other patients, and forms that truly differ from their line in one entry.

A foreign form is plausible: the family name, sex, year or day of birth of a listed patient, the next invoice number.
A true difference is one figure, on the form or on the line. Both must come out as what they are, never be absorbed.
"""

from collections.abc import Callable
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from numpy.random import Generator

from samples.documents import ROWS, Case, Fault, Lot
from samples.identities import MEN, WOMEN, Person, digits, nir_key, pick
from samples.nomenclature_sample import draw_episode, money, sum_of

#: Places of a NIR that one figure of may be another without looking impossible: year, commune, rank.
_NIR_PLACES: Final = (1, 2, 8, 9, 10, 11, 12)


def plant(lot: Lot, rng: Generator, share: float) -> None:
    """Plant one thing in that *share* of the lot's sound invoices."""
    sound = [c for c in lot.cases if c.line is not None and c.invoice is not None and not c.faults]
    for case in sound:
        if rng.random() < share:
            PLANTED[str(rng.choice(list(PLANTED), p=_ODDS))](lot, case, rng)


def _foreign_in_place(lot: Lot, case: Case, rng: Generator) -> None:
    """The line's own form is missing, and somebody else's lies where it should."""
    lot.cases.insert(lot.cases.index(case) + 1, _foreign(lot, case, rng, "foreign_in_place"))
    case.invoice = case.prescription = None
    case.attachments = []
    case.faults.append(Fault("missing_invoice", of_line=True))
    case.allowed |= {"missing_prescription", "missing_rights_certificate"}


def _foreign_beside(lot: Lot, case: Case, rng: Generator) -> None:
    """Somebody else's form lies behind the line's own."""
    lot.cases.insert(lot.cases.index(case) + 1, _foreign(lot, case, rng, "foreign_beside"))


def _foreign(lot: Lot, case: Case, rng: Generator, kind: str) -> Case:
    """Return an invoice no line lists, of someone near *case*'s patient; half of them bear the very same acts."""
    other = deepcopy(case)
    other.line, other.faults, other.allowed = None, [Fault("unlisted_invoice", kind=kind)], {"out_of_order"}
    if other.invoice is None or case.invoice is None:
        raise ValueError("a case without a form")
    form = other.invoice
    other.patient = near_person(rng, case.patient, same_day=form["insured_name"] is None)
    form["invoice_number"] = free_number(lot, rng, form["invoice_number"])
    form["patient_name"], form["patient_birth_date"] = other.patient.name, other.patient.birth.isoformat()
    if form["insured_name"] is None:  # else another child or partner of the same insured
        other.insured, form["patient_nir"] = other.patient, other.patient.nir
    if other.prescription is not None:
        other.prescription["patient_name"] = other.patient.name
    if rng.random() < 0.5:
        first = date.fromisoformat(str(form["acts"][0]["date"]))
        care = draw_episode(rng, lot.provider.profession, lot.zone, first, ROWS, child=False)
        form["acts"] = [a for a in care.acts if str(a["date"]) <= form["form_date"]] or care.acts[:1]
        form["total_amount"] = sum_of(form["acts"])
    return other


def near_person(rng: Generator, person: Person, *, same_day: bool = True) -> Person:
    """Return someone of *person*'s family name and mostly of the same sex.

    Args:
        rng: draws the person.
        person: whom to be near.
        same_day: now and then born on the same day; one insured's twins only their invoices' numbers tell apart.
    """
    is_woman = person.is_woman if rng.random() < 0.8 else not person.is_woman
    names = tuple(name for name in (WOMEN if is_woman else MEN) if name != person.given)
    draw = rng.random()
    birth = person.birth
    if draw > 0.2 or not same_day:
        birth = date(birth.year, 1, 1) + timedelta(days=int(rng.integers(0, 365)))
    if draw > 0.7:
        birth -= timedelta(days=365 * int(rng.integers(1, 4)))
    place = person.nir[5:10] if rng.random() < 0.5 else f"75{int(rng.integers(101, 121))}"
    body = f"{2 if is_woman else 1}{birth.year % 100:02d}{birth.month:02d}{place}{digits(rng, 3)}"
    return Person(person.family, pick(rng, names), is_woman, birth, body + nir_key(body))


def free_number(lot: Lot, rng: Generator, number: str) -> str:
    """Return the next invoice number no form and no line of the lot bears."""
    taken = {c.invoice["invoice_number"] for c in lot.cases if c.invoice}
    taken |= {c.line["invoice_number"] for c in lot.cases if c.line}
    up = int(rng.integers(1, 3))
    while f"{int(number) + up:09d}" in taken:
        up += 1
    return f"{int(number) + up:09d}"


def _differs(field: str) -> Callable[[Lot, Case, Generator], None]:
    def planted(lot: Lot, case: Case, rng: Generator) -> None:
        if case.invoice is None or case.line is None:
            return
        on_form = field == "invoice_number" or rng.random() < 0.5
        who = "insured" if case.invoice["insured_name"] else "patient"
        name = {"insured_nir": f"{who}_nir", "beneficiary_birth_date": "patient_birth_date"}.get(field, field)
        if not on_form:
            case.line[field] = _OTHER[field](lot, rng, str(case.line[field]))
        elif field == "total_amount":
            row = case.invoice["acts"][0]
            row["fee"] = one_figure_off(rng, str(row["fee"]))
            case.invoice[name] = sum_of(case.invoice["acts"])
        else:
            case.invoice[name] = _OTHER[field](lot, rng, str(case.invoice[name]))
        if field == "total_amount" and not on_form:
            total, share = Decimal(case.line[field]), case.line["amount_amc"] != "0.00"
            amo = money(total * Decimal("0.6")) if share else money(total)
            case.line.update(amount_amo=amo, amount_amc=money(total - Decimal(amo)))
        values = {"line_value": case.line[field], "invoice_value": case.invoice[name]}
        kind = "on_form" if on_form else "on_line"
        case.faults.append(Fault("mismatch", field, kind, extra=values))
        case.allowed |= {"invalid_field", "tariff_mismatch", "birth_nir_mismatch"}

    return planted


def one_figure_off(rng: Generator, amount: str) -> str:
    """Return another amount, one figure of it changed."""
    places = [i for i, c in enumerate(amount) if c.isdecimal()]
    while True:
        other = _replaced(rng, amount, places)
        if Decimal(other) >= 1:
            return money(Decimal(other))


def other_nir(lot: Lot, rng: Generator, nir: str) -> str:
    """Return a NIR one figure of whose body is another, with its own key or, as a slip of the pen leaves it, the old.

    The old key stands on the paper: a key that does not fit is no reason to read another figure.
    """
    del lot
    body = _replaced(rng, nir[:13], list(_NIR_PLACES))
    return body + (nir_key(body)[: len(nir) - 13] if rng.random() < 0.5 else nir[13:])


def other_day(lot: Lot, rng: Generator, day: str) -> str:
    """Return another day of birth, one figure changed."""
    while True:
        other = _replaced(rng, day, [3, 5, 6, 8, 9])
        try:
            if date.fromisoformat(other) < lot.lot_date - timedelta(days=400):
                return other
        except ValueError:  # no such day
            continue


def _other_number(lot: Lot, rng: Generator, number: str) -> str:
    """Return a number one figure away that no other paper of the lot bears."""
    taken = {c.line["invoice_number"] for c in lot.cases if c.line}
    while (other := _replaced(rng, number, list(range(3, 9)))) in taken:
        pass
    return other


def _replaced(rng: Generator, text: str, places: list[int]) -> str:
    at = int(rng.choice(places))
    return text[:at] + str((int(text[at]) + int(rng.integers(1, 10))) % 10) + text[at + 1 :]


_OTHER: Final[dict[str, Callable[[Lot, Generator, str], str]]] = {
    "insured_nir": other_nir,
    "beneficiary_birth_date": other_day,
    "total_amount": lambda _lot, rng, amount: one_figure_off(rng, amount),
    "invoice_number": _other_number,
}
PLANTED: Final[dict[str, Callable[[Lot, Case, Generator], None]]] = {
    "foreign_in_place": _foreign_in_place,
    "foreign_beside": _foreign_beside,
    **{field: _differs(field) for field in _OTHER},
}
_ODDS: Final = (0.15, 0.1, 0.22, 0.22, 0.22, 0.09)
