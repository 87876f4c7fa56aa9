"""Whose a name, a NIR or a number is where its label does not say: the person named beside or above it."""

from collections.abc import Sequence
from typing import Final

from extractors.factures.labels import Entry

#: What a label of a person makes of the generic labels near it.
_PERSONS: Final = {
    "patient_name": "patient",
    "insured_name": "insured",
    "prescriber_name": "prescriber",
    "provider": "provider",
    "substitute_name": "substitute",
}
_OWN: Final = {
    "name": {p: f"{p}_name" for p in ("patient", "insured", "prescriber", "substitute")},
    "first_name": {p: f"{p}_first" for p in ("patient", "insured", "prescriber", "substitute")},
    "nir": {"patient": "nir", "insured": "nir"},
    "rpps": {p: f"{p}_rpps" for p in ("prescriber", "provider", "substitute")},
    "number": {"prescriber": "prescriber_number", "provider": "provider_number", "substitute": "other"},
    "date": {"prescriber": "prescription_date"},
}
#: Without a person near, a number is that of the one who prints the invoice.
_NOBODYS: Final = {"rpps": "provider_rpps", "number": "provider_number", "nir": "nir", "date": "form_date"}
#: How far a person's label may stand, in pages: across its row, a step down counts once, a step aside half.
_REACH: Final = 0.2
_ACROSS: Final = 0.2
_ASIDE: Final = 0.5


def name_of(entry: Entry, entries: Sequence[Entry]) -> str:
    """Return which entry of the invoice a label stands for, among *entries*: "" where nobody can tell."""
    owned = _OWN.get(entry.name)
    if owned is None:
        return {"provider": "other", "signature": "other"}.get(entry.name, entry.name)
    near = [
        (_distance(entry, other), _PERSONS[other.name])
        for other in entries
        if other.name in _PERSONS and _PERSONS[other.name] in owned and (entry.name != "date" or other.row == entry.row)
    ]
    distance, person = min(near, default=(_REACH, ""))
    return owned[person] if distance < _REACH else _NOBODYS.get(entry.name, "")


def _distance(entry: Entry, person: Entry) -> float:
    across, down = entry.label.x - person.label.x, entry.label.y - person.label.y
    if person.row == entry.row:
        return _ACROSS * across if across > 0 else _REACH
    return down + _ASIDE * abs(across) if down > 0 else _REACH
