"""People named on a line of text: titles dropped, the name as printed, what follows it left out."""

import re
from typing import Final

from extractors.lines import plain

_DOCTOR: Final = r"(?:docteur|doctoresse|professeur|dr|pr|drs|prof)\b\.?"
_CIVIL: Final = r"(?:madame|monsieur|mademoiselle|mme|mlle|melle|mr|m|enfant|bebe)\b\.?"
_DOCTOR_LINE: Final = re.compile(rf"^\W*(?:(?:{_CIVIL}|le|la|signe|par)\s+)*{_DOCTOR}\s+(?P<name>.+)$", re.IGNORECASE)
_DOCTOR_INSIDE: Final = re.compile(r"\b(?:Docteur|Doctoresse|Professeur|Dr|DR|DOCTEUR)\b\.?\s+(?P<name>.+)$")
_CIVIL_LINE: Final = re.compile(
    rf"^\W*(?:(?:le|la|l'|pour|patiente?|nom)\b\W*)*(?:{_CIVIL}\s*(?:(?:ou|et)\b|/)?\s*)+\W*(?P<name>.+)$",
    re.IGNORECASE,
)
_LEGEND_LINE: Final = re.compile(
    r"(?:^|\b)(?:nom\s*(?:et|,|/|-)?\s*pr[eé]noms?(?:\s+du\s+(?:patient|malade|b[eé]n[eé]ficiaire))?"
    r"|nom\s+du\s+(?:patient|malade)|patient(?:e|\(e\))?|malade|b[eé]n[eé]ficiaire|nom|pour|concerne)"
    r"\s*[:;]\s*(?P<name>.+)$",
    re.IGNORECASE,
)
_FIRST_NAMES: Final = re.compile(r"\bpr[eé]noms?\s*[:;]?\s*", re.IGNORECASE)
# What ends a name: a birth, an age, a number, a legend.
_END: Final = re.compile(
    r"\s*(?:[,;:(\[|]|\d|\bn[eé]\(?e?\)?\s*(?:le)?\b|\bn[eé]e\b|\b[aâ]g[eé]e?\b|\bdate\b|\bans\b|\bsexe\b"
    r"|\bNIR\b|\bDDN\b|\bpoids\b"
    r"|\bn°|\brpps\b|\badeli\b|\bfiness\b|\btel\b|\bt[eé]l|\s-\s|\s–\s).*$",
    re.IGNORECASE,
)
_TOKEN: Final = re.compile(r"[^\W\d_]+(?:['’.\-][^\W\d_]+)*\.?")
# Words of letterheads that follow a title without being a name.
_NOT_NAMES: Final = frozenset(
    {
        "a", "ancien", "au", "aux", "cabinet", "chef", "chirurgie", "clinique", "consultation", "diplome", "docteur",
        "en", "et", "faculte", "generale", "generaliste", "groupe", "hopital", "interne",
        "madame", "medecin", "medecine",
        "mlle", "mme", "monsieur", "ordonnance", "patient", "service", "specialiste",
    }
)  # fmt: skip
_PARTICLES: Final = frozenset({"de", "du", "des", "le", "la", "les", "l", "d"})
_MOST_TOKENS: Final = 7


def parse_doctor(line: str) -> str | None:
    """Return the name on a line such as ``Docteur Chantal NOËL``, or None where the line names no doctor."""
    match = _DOCTOR_LINE.match(line) or _DOCTOR_INSIDE.search(line)
    return parse_name(match["name"]) if match else None


def parse_patient(line: str) -> str | None:
    """Return the name on a line such as ``Mme ROGER LÉA, née le 05/05/1948`` or ``Patient : ROGER LÉA``."""
    if _DOCTOR_LINE.match(line):
        return None
    match = _LEGEND_LINE.search(line)
    if match:
        inner = _CIVIL_LINE.match(match["name"])
        return parse_name(inner["name"] if inner else match["name"])
    match = _CIVIL_LINE.match(line)
    return parse_name(match["name"]) if match else None


def parse_name(text: str) -> str | None:
    """Return the name *text* begins with, in capitals, or None where it holds none.

    >>> parse_name("D'Angelo François (77 ans)")
    "D'ANGELO FRANÇOIS"
    """
    kept = _END.sub("", _FIRST_NAMES.sub(" ", text.replace("’", "'").strip(" .-_—–*•")))
    # an initial keeps its point
    tokens = [token.strip(".") if len(token) > 2 else token for token in _TOKEN.findall(kept)]  # noqa: PLR2004
    tokens = tokens[:_MOST_TOKENS]
    first = next((plain(token) for token in tokens if plain(token) not in _PARTICLES), "")
    if (len(first) < 2 and len(tokens) < 2) or not first or first in _NOT_NAMES:  # noqa: PLR2004
        return None
    return " ".join(tokens).upper()
