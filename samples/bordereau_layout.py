"""How softwares lay out a bordereau: columns, headings, rules and formats drawn by chance (domain.md 3.3)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from numpy.random import Generator

from samples.documents import Document
from samples.fonts import font_path, letter_fonts
from samples.identities import pick

#: what a heading may read, by column
HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "rank": ("Rang", "N°", "Ordre"),
    "invoice_number": ("N° facture", "Facture", "N° FSE", "N° de facture", "Num. facture", "N° FSE/facture"),
    "insured_nir": ("N° immatriculation", "N° SS", "N° Sécu. sociale", "NIR", "Immatriculation assuré", "N° assuré"),
    "key": ("Clé",),
    "insured_name": ("Nom Prénom assuré", "Assuré", "Nom et prénom", "Nom de l'assuré", "Nom et prénom de l'assuré"),
    "beneficiary_birth_date": ("Né(e) le", "Date naiss.", "Naissance bénéf.", "Date de naissance", "Né(e) le (bénéf.)"),
    "care_date": ("Date", "Date soins", "Dernier acte"),
    "total_amount": ("Montant total", "Total", "Mt total", "Mt facture", "Total facture"),
    "amount_amo": ("Part AMO", "AMO", "Part obligatoire", "Mt RO", "Régime obligatoire", "Part Assurance Maladie"),
    "amount_amc": ("Part AMC", "AMC", "Part complémentaire", "Mt RC", "Complémentaire", "Mutuelle"),
    "flow": ("Type", "Flux", "S/D"),
    "attached": ("PJ", "Pièces"),
}
WIDTHS: Final = {
    "rank": 10, "invoice_number": 23, "insured_nir": 40, "key": 9, "insured_name": 46, "beneficiary_birth_date": 23,
    "care_date": 21, "total_amount": 22, "amount_amo": 21, "amount_amc": 21, "flow": 11, "attached": 10,
}  # fmt: skip
#: share of softwares that put few lines on a page, so that short lots have several pages too
SPARSE: Final = 0.2
AMOUNTS: Final = ("total_amount", "amount_amo", "amount_amc")
TITLES: Final = (
    "BORDEREAU RÉCAPITULATIF DES FACTURES",
    "Bordereau récapitulatif",
    "BORDEREAU DE TRANSMISSION",
    "BORDEREAU RECAPITULATIF DU LOT",
    "Bordereau de facturation - Tiers payant",
    "Récapitulatif de lot",
)


@dataclass
class Layout:
    """One software's manner."""

    columns: list[str]
    headings: dict[str, str]
    landscape: bool
    regular: Path
    bold: Path
    points: float
    rules: str  #: ``grid``, ``rows``, ``zebra``, ``none``
    manner: str  #: ``table``, ``two_lines``, ``monospaced``
    nir: str  #: ``spaced``, ``key_apart``, ``plain``, ``no_key``, ``key_column``
    day: str
    amount: str  #: ``comma``, ``point``, ``euro``, ``comma_spaced``
    title: str
    header: int
    short_number: bool
    page_totals: bool
    #: at most this many lines on a page
    lines_per_page: int


def draw_layout(rng: Generator, lines: list[Document], *, with_flow: bool) -> Layout:
    """Return a layout that loses nothing of *lines*."""
    manner = str(rng.choice(["table", "two_lines", "monospaced"], p=[0.64, 0.12, 0.24]))
    landscape = bool(rng.random() < 0.35) and manner != "two_lines"
    nir = str(rng.choice(["spaced", "key_apart", "plain", "no_key", "key_column"], p=[0.25, 0.35, 0.2, 0.06, 0.14]))
    regular, bold = letter_fonts()[int(rng.integers(5))]
    if manner == "monospaced":
        name = pick(rng, ("cousine", "courier-prime", "source-code-pro", "share-tech-mono", "cutive-mono", "vt323"))
        regular = bold = font_path(name)
    core = ["invoice_number", "insured_nir", "insured_name", "beneficiary_birth_date"]
    if nir == "key_column":
        core.insert(2, "key")
    if rng.random() < 0.5:
        order = rng.permutation(len(core) - (nir == "key_column"))
        names = [c for c in core if c != "key"]
        core = [names[i] for i in order]
        if nir == "key_column":
            core.insert(core.index("insured_nir") + 1, "key")
    columns = [*core, *AMOUNTS]
    if rng.random() < 0.25:
        columns.insert(0, "rank")
    if landscape and rng.random() < 0.5:
        columns.insert(len(columns) - 3, "care_date")
    if with_flow:
        columns.append("flow")
    if landscape and rng.random() < 0.4:
        columns.append("attached")
    days = ["%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y"]
    years = [int(str(line["beneficiary_birth_date"])[:4]) for line in lines if line["beneficiary_birth_date"]]
    odds = [0.6, 0.15, 0.13, 0.12 if all(y > 1927 for y in years) else 0.0]
    return Layout(
        columns=columns,
        headings={c: pick(rng, HEADINGS[c]) for c in columns},
        landscape=landscape,
        regular=regular,
        bold=bold,
        points=float(rng.uniform(8, 10)),
        rules=str(rng.choice(["grid", "rows", "zebra", "none"], p=[0.4, 0.2, 0.2, 0.2])),
        manner=manner,
        nir=nir,
        day=str(rng.choice(days, p=[o / sum(odds) for o in odds])),
        amount=str(rng.choice(["comma", "point", "euro", "comma_spaced"], p=[0.5, 0.25, 0.15, 0.1])),
        title=pick(rng, TITLES),
        header=int(rng.integers(4)),
        short_number=bool(rng.random() < 0.2),
        page_totals=bool(rng.random() < 0.4),
        lines_per_page=int(rng.integers(4, 12)) if rng.random() < SPARSE else 1000,
    )


def day_text(value: str | None, layout: Layout) -> str:
    """Return a date in the layout's manner."""
    if value is None:
        return ""
    year, month, day = value.split("-")
    shape = layout.day.replace("%d", day).replace("%m", month).replace("%Y", year)
    return shape.replace("%y", year[2:])


def amount_text(value: str | None, layout: Layout) -> str:
    """Return an amount in the layout's manner, thousands parted by a space."""
    if value is None:
        return ""
    euros, cents = value.split(".")
    if len(euros) > 3 and layout.amount != "point":
        euros = f"{euros[:-3]} {euros[-3:]}"
    if layout.amount == "point":
        return f"{euros}.{cents}"
    return {"comma": f"{euros},{cents}", "euro": f"{euros},{cents} €", "comma_spaced": f"{euros},{cents}"}[
        layout.amount
    ]


def nir_text(value: str | None, layout: Layout) -> str:
    """Return a NIR in the layout's manner."""
    if value is None:
        return ""
    body, key = value[:13], value[13:]
    if layout.nir == "spaced":
        parts = (body[0], body[1:3], body[3:5], body[5:7], body[7:10], body[10:13], key)
        return " ".join(p for p in parts if p)
    if layout.nir in {"key_column", "no_key"}:
        return body
    return f"{body} {key}".strip() if layout.nir == "key_apart" else value
