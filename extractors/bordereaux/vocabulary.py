"""The trade's words for the columns of a bordereau, and what a heading made of them means.

Each word of a heading is brought to a stem of the trade's vocabulary (abbreviations are prefixes of it, misread letters
are near it), then rules look at which stems stand together: "Montant facture" is an amount, "N° facture" a number.
"""

import re
from enum import StrEnum
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz, process

from extractors.lines import plain


class Meaning(StrEnum):
    """The columns a table may have. The first seven are the contract's names of a line's fields."""

    INVOICE = "invoice_number"
    NIR = "insured_nir"
    NAME = "insured_name"
    BIRTH = "beneficiary_birth_date"
    TOTAL = "total_amount"
    AMO = "amount_amo"
    AMC = "amount_amc"
    KEY = "nir_key"
    FIRST_NAME = "first_name"
    PATIENT = "beneficiary_name"
    DATE = "other_date"
    SHARE = "patient_share"
    FLOW = "flow"
    OTHER = "other"


WANTED: Final = (
    Meaning.INVOICE,
    Meaning.NIR,
    Meaning.NAME,
    Meaning.BIRTH,
    Meaning.TOTAL,
    Meaning.AMO,
    Meaning.AMC,
)

_STEMS: Final = (
    "facture", "fse", "feuille", "immatriculation", "matricule", "nir", "nss", "securite", "sociale", "insee", "assure",
    "assurance", "beneficiaire", "patient", "malade", "client", "naissance", "montant", "total", "honoraires", "amo",
    "amc", "mutuelle", "complementaire", "obligatoire", "maladie", "regime", "part", "charge", "reste", "depassement",
    "nom", "prenom", "nomprenom", "date", "numero", "type", "flux", "mode", "nature", "securise", "degrade", "rang",
    "piece", "ligne", "ordre", "exoneration", "taux", "nombre", "actes", "qualite", "etat", "statut", "cle", "caisse",
    "organisme", "base", "remboursement", "observation",
)  # fmt: skip
#: Short forms that are no prefix, or a prefix of several stems.
_SHORT: Final = {
    "no": "numero", "n": "numero", "num": "numero", "ndeg": "numero", "nr": "numero", "ss": "securite",
    "secu": "securite", "sec": "securite", "fact": "facture", "fac": "facture", "fs": "fse", "mt": "montant",
    "mnt": "montant",
    "mtt": "montant", "mont": "montant", "tot": "total", "ttc": "total", "ro": "amo", "rc": "amc", "am": "amo",
    "ddn": "naissance", "dn": "naissance", "ne": "naissance", "nee": "naissance", "nele": "naissance",
    "neele": "naissance", "dt": "date", "ass": "assure", "ben": "beneficiaire", "benef": "beneficiaire",
    "pat": "patient", "mut": "mutuelle", "rac": "reste", "dep": "depassement", "rg": "rang", "pj": "piece",
    "pieces": "piece", "s": "flux", "d": "flux", "sd": "flux", "cpam": "caisse", "k": "cle", "clef": "cle",
    "exo": "exoneration", "rbt": "remboursement", "nb": "nombre", "qte": "nombre",
}  # fmt: skip
_EXACT: Final = {word: word for word in _STEMS} | _SHORT
FILLERS: Final = frozenset(
    [
        "de",
        "du",
        "des",
        "la",
        "le",
        "les",
        "l",
        "d",
        "a",
        "au",
        "aux",
        "et",
        "ou",
        "en",
        "e",
        "eur",
        "euros",
        "sur",
        "par",
    ]
)
#: Texts whose meanings are kept: a page asks for the same few hundred several times.
_KNOWN_TEXTS: Final = 4096
_LEAST_ALIKE: Final = 80.0
_LEAST_ALIKE_CUT: Final = 90.0
#: Two words whose blank was not seen: "MtRO".
_GLUED: Final = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])")
#: The dots of initials: "R.O.", "N.I.R.".
_INITIALS: Final = re.compile(r"(?<=\b\w)\.(?=\w\b)")
_SHORTEST_FUZZY: Final = 5
_SHORTEST_PREFIX: Final = 3


@lru_cache(maxsize=_KNOWN_TEXTS)
def stem(word: str) -> str | None:
    """Return the vocabulary's stem of a heading's word in plain form, or None for a word it does not have."""
    if word in _SHORT:
        return _SHORT[word]
    if word in _STEMS:
        return word
    if len(word) >= _SHORTEST_PREFIX:
        starting = [known for known in _STEMS if known.startswith(word)]
        if len(starting) == 1 or (starting and len(word) > _SHORTEST_PREFIX):
            return starting[0]
    if len(word) >= _SHORTEST_FUZZY:
        singular = word.removesuffix("s")
        best = process.extractOne(singular, _STEMS, scorer=fuzz.ratio, score_cutoff=_LEAST_ALIKE)
        if best is not None:
            return str(best[0])
        # an abbreviation with a letter misread or doubled ("naiiss")
        cut = {known: known[: len(word) - 1] for known in _STEMS if len(known) >= len(word)}
        best = process.extractOne(word, cut, scorer=fuzz.ratio, score_cutoff=_LEAST_ALIKE_CUT)
        if best is not None:
            return str(best[2])
    return None


@lru_cache(maxsize=_KNOWN_TEXTS)
def _stems(word: str) -> frozenset[str]:
    """Return the stem of a word, or both of two that stand too close ("partamo"); none for a word nobody knows."""
    if word not in _EXACT:
        for place in range(2, len(word) - 1):
            pair = word[:place], word[place:]
            if _EXACT.keys() >= set(pair):
                return frozenset(_EXACT[part] for part in pair)
    whole = stem(word)
    return frozenset(() if whole is None else (whole,))


def stems_of(text: str) -> set[str]:
    """Return the stems of a heading's words."""
    numbered = re.sub(r"[Nn]\s?[°ºo*]\.?(?=\s|$)", "no ", _INITIALS.sub("", text))
    words = plain(_GLUED.sub(" ", numbered)).split()
    if len(words) == 1 and words[0] in {"s", "d"}:
        return set()
    return set().union(*(_stems(word) for word in words if word not in FILLERS or word == "d"))


@lru_cache(maxsize=_KNOWN_TEXTS)
def meaning_of(text: str) -> Meaning | None:
    """Return what a heading means, or None where no word of it is known.

    >>> str(meaning_of("Mt à la charge de l'Assurance Maladie"))
    'amount_amo'
    """
    return _by_rules(stems_of(text))


def _by_rules(stems: set[str]) -> Meaning | None:
    """Return the meaning of the first rule whose stems are all there, its exceptions not."""
    if not stems:
        return None
    for meaning, needed, excluded in _RULES:
        if needed <= stems and not excluded & stems:
            return meaning
    return Meaning.OTHER


def _rule(meaning: Meaning, *needed: str, unless: str = "") -> tuple[Meaning, frozenset[str], frozenset[str]]:
    return meaning, frozenset(needed), frozenset(unless.split())


#: In the order they win: "Date de naissance" is no date of care, "Part AMO" no total, "N° assuré" no name.
_RULES: Final = (
    _rule(Meaning.BIRTH, "naissance"),
    *(_rule(Meaning.AMC, word) for word in ("amc", "mutuelle", "complementaire")),
    *(_rule(Meaning.AMO, word) for word in ("amo", "obligatoire")),
    _rule(Meaning.AMO, "assurance", "maladie"),
    *(
        _rule(Meaning.AMO, share, payer)
        for share in ("part", "montant", "remboursement")
        for payer in ("caisse", "securite", "maladie")
    ),
    *(_rule(Meaning.SHARE, word) for word in ("reste", "depassement")),
    *(_rule(Meaning.SHARE, share, who) for share in ("part", "charge", "montant") for who in ("assure", "patient")),
    *(_rule(Meaning.NIR, word) for word in ("immatriculation", "matricule", "nir", "nss", "insee", "securite")),
    _rule(Meaning.NIR, "numero", "assure"),
    *(_rule(Meaning.TOTAL, word) for word in ("total", "montant", "honoraires")),
    _rule(Meaning.DATE, "date"),
    *(_rule(Meaning.INVOICE, word, unless="nombre nature type") for word in ("facture", "fse")),
    _rule(Meaning.INVOICE, "numero", "feuille"),
    _rule(Meaning.KEY, "cle"),
    *(_rule(Meaning.PATIENT, word) for word in ("beneficiaire", "patient", "malade", "client")),
    *(_rule(Meaning.NAME, word) for word in ("nom", "assure", "nomprenom")),
    _rule(Meaning.FIRST_NAME, "prenom"),
    *(_rule(Meaning.FLOW, word) for word in ("flux", "type", "mode", "securise", "degrade")),
)
