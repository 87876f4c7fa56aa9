"""Care as it is billed: acts with their dated prices, and what the prescription says for them.

Source: domain.md section 5 (NGAP, métropole and overseas). Only codes and prices it is sure of are drawn.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Literal

from numpy.random import Generator

Zone = Literal["metropole", "dom"]
Act = dict[str, str | None]

#: value of each key letter, (métropole, overseas)
PRICES: Final[dict[str, tuple[str, str]]] = {
    "AMI": ("3.15", "3.30"), "AMX": ("3.15", "3.30"), "AIS": ("2.65", "2.70"), "DI": ("10.00", "10.00"), "BSA":
    ("13.00", "13.25"), "BSB": ("18.20", "18.55"), "BSC": ("28.70", "29.25"), "AMK": ("2.21", "2.43"), "RSM": ("2.21",
    "2.43"), "RIM": ("2.21", "2.43"), "VSM": ("2.21", "2.43"), "RSC": ("2.21", "2.43"), "RIC": ("2.21", "2.43"),
    "VSC": ("2.21", "2.43"), "NMI": ("2.21", "2.43"), "ARL": ("2.21", "2.43"), "AMO": ("2.50", "2.62"), "MAU":
    ("1.35", "1.35"), "MCI": ("5.00", "5.00"), "MIE": ("3.15", "3.15"), "F": ("8.50", "8.50"), "N": ("9.15", "9.15"),
}  # fmt: skip
#: flat travel and price of a kilometre, by profession
TRAVEL: Final = {"infirmier": ("2.75", "0.35"), "kine": ("2.50", "0.38"), "orthophoniste": ("2.50", "0.38")}
#: 2025 and 2026: fixed holidays, Easter and Whit Mondays, Ascension
HOLIDAYS: Final = frozenset(
    date(year, *day)
    for year, movable in ((2025, ((4, 21), (5, 29), (6, 9))), (2026, ((4, 6), (5, 14), (5, 25))))
    for day in ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25), *movable)
)
#: From this day kiné sessions rated 7.5 are rated 8.1 (domain.md 5.2, coefficient calendar).
KINE_RATES_RISE: Final = date(2025, 7, 1)


@dataclass(frozen=True)
class Episode:
    """Some care: its acts, the prescriber's words, the profession that gives it."""

    acts: list[Act]
    words: list[str]
    needs_care_plan: bool = False


def money(amount: Decimal) -> str:
    """Return *amount* to the cent, half up."""
    return str(amount.quantize(Decimal("0.01"), ROUND_HALF_UP))


def price(code: str, coefficient: str, zone: Zone) -> Decimal:
    """Return coefficient times key letter, to the cent."""
    return Decimal(money(Decimal(PRICES[code][zone == "dom"]) * Decimal(coefficient)))


def act(day: date, code: str, coefficient: str, zone: Zone, surcharge: str | None = None) -> Act:
    """Return one row; a *surcharge* code puts its amount inside the fee."""
    fee = price(code, coefficient, zone) + (price(surcharge, "1", zone) if surcharge else Decimal(0))
    return {
        "date": day.isoformat(),
        "code": code,
        "coefficient": coefficient,
        "surcharge": surcharge,
        "fee": money(fee),
        "travel_flat": None,
        "travel_km": None,
        "travel_km_amount": None,
    }


def sum_of(acts: list[Act]) -> str:
    """Return what a form's total says: fees, flat travel and kilometres."""
    cells = (a[k] for a in acts for k in ("fee", "travel_flat", "travel_km_amount"))
    return money(sum((Decimal(v) for v in cells if v), Decimal(0)))


def is_holiday(day: date) -> bool:
    """Whether Sunday and holiday rates apply."""
    return day.weekday() == 6 or day in HOLIDAYS


def _with_travel(acts: list[Act], profession: str, rng: Generator, km: int) -> list[Act]:
    flat, per_km = TRAVEL[profession]
    seen: set[str | None] = set()
    for row in acts:
        if row["date"] not in seen:  # one travel a visit
            row["travel_flat"] = flat
            if km:
                row["travel_km"], row["travel_km_amount"] = str(km), money(km * Decimal(per_km))
        seen.add(row["date"])
    del rng
    return acts


def draw_episode(
    rng: Generator, profession: str, zone: Zone, first: date, rows: int, *, child: bool = False
) -> Episode:
    """Return care of *profession* starting on *first*, at most *rows* rows."""
    if profession == "kine":
        return _kine(rng, zone, first, rows)
    if profession == "orthophoniste":
        return _speech(rng, zone, first, rows)
    return _nurse(rng, zone, first, rows, child=child)


def _nurse(rng: Generator, zone: Zone, first: date, rows: int, *, child: bool) -> Episode:
    n = int(rng.integers(1, rows + 1)) if rng.random() < 0.8 else 1
    at_home = rng.random() < 0.85
    where = "à domicile" if at_home else "au cabinet"
    days = [first + timedelta(days=i) for i in range(n)]
    span = "" if n == 1 else f" pendant {n} jours"
    words, plan = [f"Faire pratiquer par infirmier(ère) D.E. {where} :"], False
    draw = rng.random()
    if draw < 0.35:
        coefficient = str(rng.choice(["1", "1.5", "2", "3", "4"]))
        acts = [act(d, "AMI", coefficient, zone, "F" if is_holiday(d) else None) for d in days]
        what = {
            "1": "Injection sous-cutanée",
            "1.5": "Prélèvement sanguin : NFS, CRP, ionogramme",
            "2": "Pansement simple",
            "3": "Pansement post-opératoire avec ablation des fils",
            "4": "Pansement lourd et complexe d'ulcère",
        }
        words.append(f"{what[coefficient]} une fois par jour{span}")
    elif draw < 0.5:
        acts = [act(d, "AIS", "3", zone, "F" if is_holiday(d) else None) for d in days]
        words.append(f"Soins d'hygiène et de confort 1 fois/jour{span}")
        plan = True
    elif draw < 0.68:
        code = str(rng.choice(["BSA", "BSB", "BSC"]))
        acts = [act(d, code, "1", zone, "F" if is_holiday(d) else None) for d in days]
        words.append(f"Bilan de soins infirmiers, prise en charge de la dépendance, tous les jours{span}")
        plan = rng.random() < 0.6
    elif draw < 0.8:
        coefficient = str(rng.choice(["1", "1.5"]))
        days = [d for d in days[:3] if not is_holiday(d)] or [first]
        extra = "MIE" if child else "MAU"
        if rng.random() < 0.5 or len(days) * 2 > rows:
            acts = [act(d, "AMI", coefficient, zone, extra) for d in days]
        else:
            acts = [row for d in days for row in (act(d, "AMI", coefficient, zone), act(d, extra, "1", zone))]
        words.append("Glycémie capillaire et injection d'insuline" if coefficient == "1" else "Prélèvement veineux")
    elif draw < 0.9:
        acts = [act(d, "AMI", "4", zone, "MCI") for d in days]
        words.append(f"Pansement lourd et complexe tous les jours{span}")
    else:
        days = days[: max(rows // 2, 1)]
        pairs = [(act(d, "AMI", "4", zone), act(d, "AMI", "0.5", zone)) for d in days] if rows > 1 else []
        acts = [row for pair in pairs for row in pair] or [act(first, "AMI", "4", zone)]
        words.append(f"Pansement complexe et injection sous-cutanée pendant {len(days)} jours")
    if any(is_holiday(date.fromisoformat(str(a["date"]))) for a in acts):
        words.append("y compris les dimanches et jours fériés")
    elif rng.random() < 0.4:
        words.append("À renouveler si besoin")
    if at_home:
        km = int(rng.integers(2, 30)) if rng.random() < 0.25 else 0
        acts = _with_travel(acts, "infirmier", rng, km)
    return Episode(acts, words, plan)


def _sessions(rng: Generator, first: date, n: int) -> list[date]:
    days: list[date] = []
    day = first
    while len(days) < n:
        if not is_holiday(day):
            days.append(day)
        day += timedelta(days=int(rng.integers(2, 5)))
    return days


def _kine(rng: Generator, zone: Zone, first: date, rows: int) -> Episode:
    code, region = (("RSM", "de l'épaule droite"), ("RIM", "du genou gauche"), ("VSM", "du rachis lombaire"),
                    ("RSC", "de l'épaule opérée"), ("RIC", "de la hanche opérée"), ("VSC", "du rachis opéré"),
                    ("NMI", "neuromusculaire"), ("ARL", "respiratoire"))[int(rng.integers(8))]  # fmt: skip
    acts = []
    for day in _sessions(rng, first, int(rng.integers(2, rows + 1))):
        low = "8.1" if day >= KINE_RATES_RISE else "7.5"
        acts.append(act(day, code, low, zone))
    if rng.random() < 0.4:
        acts = _with_travel(acts, "kine", rng, int(rng.integers(2, 20)) if rng.random() < 0.3 else 0)
    n = int(rng.choice([10, 12, 15, 20, 30]))
    return Episode(acts, [f"{n} séances de rééducation {region}", "à raison de 3 séances par semaine"])


def _speech(rng: Generator, zone: Zone, first: date, rows: int) -> Episode:
    coefficient = str(rng.choice(["8", "10", "12.2", "13.5"]))
    days = _sessions(rng, first, int(rng.integers(2, rows + 1)))
    acts = [act(d, "AMO", coefficient, zone) for d in days]
    return Episode(acts, ["Bilan orthophonique avec rééducation si nécessaire", "30 séances de rééducation"])
