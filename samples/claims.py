"""What a lot says, before anything is drawn: its bordereau, its invoices, their prescriptions and pieces."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from numpy.random import Generator

from samples.documents import PROFESSIONS, ROWS, TICKS, Case, Document, Lot, Prescriber, Provider
from samples.identities import SPECIALITIES, Person, am_number, digits, draw_address, draw_person, pick, rpps
from samples.nomenclature_sample import Episode, Zone, draw_episode, money, sum_of

#: odds that an invoice may run over two sheets
RUNS_ON: Final = 0.08


def draw_prescriber(rng: Generator, today: date, *, overseas: bool) -> Prescriber:
    """Return a doctor."""
    person = draw_person(rng, today=today, ages=(30, 68))
    phone = f"0{int(rng.integers(1, 6))} " + " ".join(digits(rng, 2) for _ in range(4))
    address = draw_address(rng, overseas=overseas)
    return Prescriber(
        person, rpps(rng), am_number(rng, "1"), pick(rng, SPECIALITIES), address, phone, int(rng.integers(1 << 30))
    )


def _organisme(rng: Generator, zone: Zone) -> str:
    if zone == "dom":
        return f"0197{int(rng.integers(1, 5))}0000"
    regime = "01" if rng.random() < 0.85 else "02"
    return f"{regime}{int(rng.integers(1, 95)):02d}1{pick(rng, ('0000', '0000', '0001'))}"


def draw_claims(
    rng: Generator, *, invoices: int, flow: str | None, hand_share: float, mixed_share: float, rows: int = ROWS
) -> Lot:
    """Return a faultless lot."""
    zone: Zone = "dom" if rng.random() < 0.3 else "metropole"
    overseas = zone == "dom"
    lot_date = date(2025, 3, 1) + timedelta(days=int(rng.integers(0, 300)))
    profession = str(rng.choice(list(PROFESSIONS), p=[0.75, 0.17, 0.08]))
    category = PROFESSIONS[profession][0]
    person = draw_person(rng, today=lot_date, ages=(26, 62))
    provider = Provider(person, profession, am_number(rng, category), rpps(rng), draw_address(rng, overseas=overseas))
    organisme = _organisme(rng, zone)
    doctors = [draw_prescriber(rng, lot_date, overseas=overseas) for _ in range(max(1, min(invoices // 3, 6)))]
    number = int(rng.integers(100, 999_000)) if rng.random() < 0.8 else int(rng.integers(1_000_000, 900_000_000))
    cases = []
    for _ in range(invoices):
        number += 1 if rng.random() < 0.8 else int(rng.integers(2, 4))
        cases.append(
            _draw_case(
                rng,
                zone=zone,
                lot_date=lot_date,
                provider=provider,
                organisme=organisme,
                number=f"{number:09d}",
                flow=flow,
                doctors=doctors,
                hand_share=hand_share,
                mixed_share=mixed_share,
                rows=rows,
            )
        )
    header: Document = {
        "pages": [],
        "provider_number": provider.number,
        "provider_name": provider.person.name,
        "lot_number": f"{int(rng.integers(1, 999)):03d}",
        "lot_date": lot_date.isoformat(),
        "organisme_code": organisme,
        "payee_type": pick(rng, ("Professionnel de santé", "Partenaire de santé", "Auxiliaire médical", "Assuré")[:3]),
    }
    return Lot(flow, zone, provider, header, cases, lot_date)


def _draw_case(
    rng: Generator,
    *,
    zone: Zone,
    lot_date: date,
    provider: Provider,
    organisme: str,
    number: str,
    flow: str | None,
    doctors: list[Prescriber],
    hand_share: float,
    mixed_share: float,
    rows: int,
) -> Case:
    overseas = zone == "dom"
    insured = draw_person(rng, today=lot_date, ages=(19, 96), overseas=overseas)
    patient = insured
    if rng.random() < 0.18:  # a child or a partner
        child = rng.random() < 0.6
        patient = draw_person(rng, today=lot_date, family=insured.family, ages=(1, 17) if child else (20, 90))
    doctor = doctors[int(rng.integers(len(doctors)))]
    first = lot_date - timedelta(days=int(rng.integers(14, 75)))
    prescribed = first - timedelta(days=int(rng.integers(0, 16)))
    age = (first - patient.birth).days / 365.25
    most = rows + 6 if rng.random() < RUNS_ON else rows
    care = draw_episode(rng, provider.profession, zone, first, most, child=age < 7)
    care.acts[:] = [a for a in care.acts if str(a["date"]) < lot_date.isoformat()] or care.acts[:1]
    invoice = _invoice(rng, patient, insured, provider, doctor, care, organisme, number, prescribed, overseas=overseas)
    total = Decimal(str(invoice["total_amount"]))
    full = (
        invoice["exemption_ald"] or invoice["is_work_accident"] or invoice["is_maternity"] or invoice["exemption_other"]
    )
    amo = total if full else Decimal(money(total * Decimal("0.6")))
    line: Document = {
        "invoice_number": number,
        "insured_nir": insured.nir,
        "insured_name": insured.name,
        "beneficiary_birth_date": patient.birth.isoformat(),
        "total_amount": money(total),
        "amount_amo": money(amo),
        "amount_amc": money(total - amo),
        "_care_date": max(str(a["date"]) for a in invoice["acts"]),
    }
    by_hand = rng.random() < hand_share
    mixed = not by_hand and rng.random() < mixed_share
    case = Case(
        patient,
        insured,
        provider,
        doctor,
        invoice,
        line,
        _prescription(rng, patient, doctor, prescribed, care),
        writing="hand" if by_hand else "typed",
        style=int(rng.integers(1 << 30)),
        words=care.words,
    )
    if mixed:
        pool = [
            "acts",
            "total_amount",
            "form_date",
            "prescription_date",
            "prescriber_rpps",
            "patient_name",
            "invoice_number",
        ]
        case.hand_fields = sorted(str(f) for f in rng.choice(pool, int(rng.integers(1, 4)), replace=False))
    case.attachments = _attachments(rng, case, care, flow)
    return case


def _prescription(rng: Generator, patient: Person, doctor: Prescriber, day: date, care: Episode) -> Document:
    return {
        "pages": [],
        "prescriber_name": f"{doctor.person.given} {doctor.person.family}",
        "prescriber_rpps": doctor.rpps,
        "patient_name": patient.name,
        "date": day.isoformat(),
        "text": "\n".join(care.words),
        "prescriber_signature": True,
        "invoice": None,
        "invoices": [],
        "line": None,
        "writing": "hand" if rng.random() < 0.35 else "typed",
    }


def _attachments(rng: Generator, case: Case, care: Episode, flow: str | None) -> list[Document]:
    kinds = []
    if care.needs_care_plan:
        kinds.append("demarche_soins")
    if flow == "degrade":
        kinds.append("attestation_droits")
    if case.invoice is not None and case.invoice["prior_agreement_date"]:
        kinds.append("accord_prealable")
    del rng
    return [{"pages": [], "kind": kind, "invoice": None, "line": None} for kind in kinds]


def _invoice(
    rng: Generator,
    patient: Person,
    insured: Person,
    provider: Provider,
    doctor: Prescriber,
    care: Episode,
    organisme: str,
    number: str,
    prescribed: date,
    *,
    overseas: bool,
) -> Document:
    same = patient is insured
    last = max(str(a["date"]) for a in care.acts)
    form_date = date.fromisoformat(last) + timedelta(days=int(rng.integers(0, 8)))
    ticks = dict.fromkeys(TICKS, False)
    draw = rng.random()
    at_number = None
    if draw < 0.08:
        ticks["is_work_accident"], at_number = True, digits(rng, 9)
        ticks["third_party_no"] = bool(rng.random() < 0.6)
    elif draw < 0.12 and patient.is_woman and 18 <= (prescribed - patient.birth).days / 365.25 <= 45:
        ticks["is_maternity"] = True
    else:
        ticks["is_illness"] = True
        ticks["exemption_ald"] = bool(rng.random() < 0.35)
        ticks["exemption_other"] = bool(not ticks["exemption_ald"] and rng.random() < 0.05)
    ticks["unpaid_mandatory"] = bool(rng.random() < 0.9)
    ticks["unpaid_complementary"] = bool(rng.random() < 0.5)
    unable = bool(rng.random() < 0.04)
    ticks["unable_to_sign"] = unable
    without_key = rng.random() < 0.04
    nir = insured.nir[:13] if without_key else insured.nir
    agreement = prescribed + timedelta(days=1) if rng.random() < 0.06 else None
    substitute = draw_person(rng, today=prescribed, ages=(25, 60)) if rng.random() < 0.08 else None
    third = bool(rng.random() < 0.02)
    if third:
        ticks["third_party_yes"], ticks["third_party_no"] = True, False
    return {
        "pages": [],
        "form": "S3129d",
        "invoice_number": number,
        "form_date": form_date.isoformat(),
        "patient_name": patient.name,
        "patient_nir": nir if same else None,
        "patient_birth_date": patient.birth.isoformat(),
        "insured_name": None if same else insured.name,
        "insured_nir": None if same else nir,
        "organisme_code": organisme,
        "insured_address": draw_address(rng, overseas=overseas) if rng.random() < 0.9 else None,
        "provider_stamp": "\n".join(provider.stamp_lines),
        "provider_number": provider.number,
        "provider_rpps": provider.rpps,
        "substitute_name": substitute.name if substitute else None,
        "substitute_rpps": rpps(rng) if substitute else None,
        "prescriber_name": doctor.person.name,
        "prescriber_rpps": doctor.rpps,
        "prescriber_number": doctor.number if rng.random() < 0.7 else None,
        "prescription_date": prescribed.isoformat(),
        "prior_agreement_date": agreement.isoformat() if agreement else None,
        **ticks,
        "maternity_date": (prescribed - timedelta(days=60)).isoformat() if ticks["is_maternity"] else None,
        "work_accident_number": at_number,
        "third_party_date": (prescribed - timedelta(days=9)).isoformat() if third else None,
        "acts": care.acts,
        "total_amount": sum_of(care.acts),
        "provider_signature": True,
        "patient_signature": not unable,
        "decision": "accepted",
    }
