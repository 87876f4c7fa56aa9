"""People and numbers nobody has: common names put together by chance, numbers with valid keys."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from numpy.random import Generator

FAMILY: Final = (
    "MARTIN", "BERNARD", "DUBOIS", "THOMAS", "ROBERT", "RICHARD", "PETIT", "DURAND", "LEROY", "MOREAU", "SIMON",
    "LAURENT", "LEFÈVRE", "MICHEL", "GARCIA", "DAVID", "BERTRAND", "ROUX", "VINCENT", "FOURNIER", "MOREL", "GIRARD",
    "ANDRÉ", "MERCIER", "DUPONT", "LAMBERT", "BONNET", "FRANÇOIS", "MARTINEZ", "LEGRAND", "GARNIER", "FAURE",
    "ROUSSEAU", "BLANC", "GUÉRIN", "MULLER", "HENRY", "ROUSSEL", "NICOLAS", "PERRIN", "MORIN", "MATHIEU", "CLÉMENT",
    "GAUTHIER", "DUMONT", "LOPEZ", "FONTAINE", "CHEVALIER", "ROBIN", "MASSON", "SANCHEZ", "GÉRARD", "NGUYEN", "BOYER",
    "DENIS", "LEMAIRE", "DUVAL", "JOLY", "GAUTIER", "ROGER", "ROCHE", "ROY", "NOËL", "MEYER", "LUCAS", "MEUNIER",
    "JEAN", "PEREZ", "MARCHAND", "DUFOUR", "BLANCHARD", "MARIE", "BARBIER", "BRUN", "DUMAS", "BRUNET", "SCHMITT",
    "LEROUX", "COLIN", "FERNANDEZ", "PIERRE", "RENARD", "ARNAUD", "ROLLAND", "CARON", "AUBERT", "GIRAUD", "LECLERC",
    "VIDAL", "BOURGEOIS", "RENAUD", "LEMOINE", "PICARD", "GAILLARD", "PHILIPPE", "LACROIX", "D'ANGELO", "LE GALL",
    "LE GOFF", "DE SOUZA", "SAINT-AUBIN", "BEN AMAR", "TRAORÉ", "DIALLO", "KOWALSKI", "N'GUESSAN", "COLONNA",
    "MARIE-JOSEPH", "CÉLESTIN", "HOARAU", "PAYET", "SÉRAPHIN", "FRANÇOISE", "ŒUVRARD", "LŒILLET",
)  # fmt: skip
WOMEN: Final = (
    "MARIE", "JEANNE", "FRANÇOISE", "MONIQUE", "CATHERINE", "NATHALIE", "ISABELLE", "JACQUELINE", "ANNE", "SYLVIE",
    "MARTINE", "NICOLE", "CHRISTINE", "AGNÈS", "HÉLÈNE", "GENEVIÈVE", "ODETTE", "YVONNE", "LÉA", "ZOÉ", "CHLOÉ",
    "INÈS", "MARIE-CLAUDE", "ANNE-SOPHIE", "DANIELLE", "JOËLLE", "MAËLLE", "VALÉRIE", "STÉPHANIE", "CÉLINE",
    "AURÉLIE", "ÉLISE", "SOPHIE", "CAMILLE",
)  # fmt: skip
MEN: Final = (
    "JEAN", "PIERRE", "MICHEL", "ANDRÉ", "PHILIPPE", "RENÉ", "LOUIS", "ALAIN", "JACQUES", "BERNARD", "MARCEL",
    "DANIEL", "ROGER", "ROBERT", "PAUL", "CLAUDE", "HENRI", "CHRISTIAN", "NICOLAS", "GEORGES", "LAURENT", "FRÉDÉRIC",
    "ÉRIC", "STÉPHANE", "JULIEN", "SÉBASTIEN", "FRANÇOIS", "JÉRÔME", "LÉO", "HUGO", "LOÏC", "NOËL", "JEAN-PAUL",
    "JEAN-CLAUDE", "RAPHAËL", "GAËL", "MAXIME",
)  # fmt: skip
STREETS: Final = (
    "RUE DE LA RÉPUBLIQUE", "AVENUE DE VERDUN", "RUE PASTEUR", "BOULEVARD GAMBETTA", "PLACE DE L'ÉGLISE",
    "RUE VICTOR HUGO", "RUE DES LILAS", "CHEMIN DU MOULIN", "IMPASSE DES ACACIAS", "RUE JEAN JAURÈS",
    "ALLÉE DES CÈDRES", "RUE DU STADE", "ROUTE DE LA MER", "RÉSIDENCE DU PARC", "RUE DU GÉNÉRAL LECLERC",
    "COURS MIRABEAU", "QUAI DES MARINIERS", "RUE DE L'ÉCOLE",
)  # fmt: skip
TOWNS: Final = (
    "35000 RENNES", "69003 LYON", "87000 LIMOGES", "63000 CLERMONT-FERRAND", "21000 DIJON", "06000 NICE",
    "44000 NANTES", "31000 TOULOUSE", "33000 BORDEAUX", "76600 LE HAVRE", "86000 POITIERS", "64100 BAYONNE",
    "17000 LA ROCHELLE", "29200 BREST", "13100 AIX-EN-PROVENCE", "54000 NANCY", "67000 STRASBOURG", "80000 AMIENS",
    "20000 AJACCIO", "20200 BASTIA",
)  # fmt: skip
TOWNS_OVERSEAS: Final = (
    "97139 LES ABYMES", "97100 BASSE-TERRE", "97110 POINTE-À-PITRE", "97200 FORT-DE-FRANCE", "97300 CAYENNE",
    "97400 SAINT-DENIS", "97160 LE MOULE", "97180 SAINTE-ANNE", "97410 SAINT-PIERRE",
)  # fmt: skip
SPECIALITIES: Final = (
    "Médecine générale",
    "Cardiologie",
    "Gériatrie",
    "Diabétologie - Endocrinologie",
    "Rhumatologie",
    "Chirurgie orthopédique",
    "Neurologie",
    "Pédiatrie",
    "O.R.L.",
    "Médecine vasculaire",
)


def pick(rng: Generator, values: tuple[str, ...]) -> str:
    """Return one of *values*."""
    return values[int(rng.integers(len(values)))]


def digits(rng: Generator, n: int) -> str:
    """Return *n* digits."""
    return "".join(str(d) for d in rng.integers(0, 10, n))


def luhn_digit(body: str) -> str:
    """Return the digit that makes *body* pass Luhn's check."""
    total = 0
    for i, char in enumerate(reversed(body)):
        d = int(char) * (2 if i % 2 == 0 else 1)
        total += d - 9 if d > 9 else d
    return str(-total % 10)


def rpps(rng: Generator) -> str:
    """Return a number of the RPPS kind: 11 digits, Luhn."""
    body = "10" + digits(rng, 8)
    return body + luhn_digit(body)


def am_number(rng: Generator, category: str) -> str:
    """Return a professional's billing number: département, *category* (1 doctor, 6 nurse...), order, Luhn key."""
    body = f"{int(rng.integers(1, 96)):02d}{category}{digits(rng, 5)}"
    return body + luhn_digit(body)


def nir_key(body: str) -> str:
    """Return the key of a 13-character NIR; 2A and 2B count as 19 and 18 (INSEE)."""
    number = int(body.replace("2A", "19").replace("2B", "18"))
    return f"{97 - number % 97:02d}"


@dataclass(frozen=True)
class Person:
    """Someone made up: ``name`` is family then given name, upper case."""

    family: str
    given: str
    is_woman: bool
    birth: date
    nir: str

    @property
    def name(self) -> str:
        """Family name, then given name."""
        return f"{self.family} {self.given}"


def draw_person(
    rng: Generator, *, today: date, family: str = "", ages: tuple[int, int] = (3, 95), overseas: bool = False
) -> Person:
    """Return a person whose NIR agrees with sex and birth; now and then born in Corsica, overseas or abroad."""
    is_woman = bool(rng.random() < 0.55)
    birth = today - timedelta(days=int(rng.integers(ages[0] * 365, ages[1] * 365)))
    draw = rng.random()
    if draw < 0.04 and birth.year >= 1976:
        place = ("2A", "2B")[int(rng.integers(2))] + f"{int(rng.integers(1, 360)):03d}"
    elif draw < 0.1 or (overseas and draw < 0.8):
        place = f"97{int(rng.integers(1, 5))}{int(rng.integers(1, 33)):02d}"
    elif draw < 0.18:
        place = f"99{int(rng.integers(101, 517)):03d}"
    else:
        department = int(rng.integers(1, 95))
        department += department == 20  # Corsica: 2A and 2B since 1976
        place = f"{department:02d}{int(rng.integers(1, 600)):03d}"
    body = f"{2 if is_woman else 1}{birth.year % 100:02d}{birth.month:02d}{place}{int(rng.integers(1, 999)):03d}"
    given = pick(rng, WOMEN if is_woman else MEN)
    return Person(family or pick(rng, FAMILY), given, is_woman, birth, body + nir_key(body))


def draw_address(rng: Generator, *, overseas: bool = False) -> str:
    """Return an address, upper case."""
    suffix = pick(rng, ("", "", "", " BIS", " TER"))
    town = pick(rng, TOWNS_OVERSEAS if overseas else TOWNS)
    return f"{int(rng.integers(1, 200))}{suffix} {pick(rng, STREETS)} {town}"
