"""Names on a line: titles dropped, what follows left out."""

import pytest

from extractors.persons import parse_doctor, parse_patient


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Docteur Chantal NOËL", "CHANTAL NOËL"),
        ("Dr Jean-Paul CARPENTIER - Cardiologue", "JEAN-PAUL CARPENTIER"),
        ("Madame le Docteur Anne LE GALL", "ANNE LE GALL"),
        ("Pr. X. DUPONT", "X. DUPONT"),
        ("Cabinet du Dr Paul Martin RPPS 99700123450", "PAUL MARTIN"),
        ("Docteur en médecine", None),
        ("Médecine générale", None),
        ("Mme ROGER LÉA", None),
    ],
)
def test_a_doctor_is_known_by_the_title(line: str, name: str | None) -> None:
    """The prescriber's name is what stands behind the title, as printed."""
    assert parse_doctor(line) == name


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Mme ROGER LÉA", "ROGER LÉA"),
        ("Monsieur Roger Philippe", "ROGER PHILIPPE"),
        ("Mme OUATTARA Awa", "OUATTARA AWA"),
        ("M. ETIENNE Paul", "ETIENNE PAUL"),
        ("M. ou Mme ROGER LÉA", "ROGER LÉA"),
        ("M. D’ANGELO François, né le 05/05/48", "D'ANGELO FRANÇOIS"),
        ("Patient : ROGER LÉA   né(e) le 05/05/1948", "ROGER LÉA"),
        ("Nom : ROGER Prénom : Léa", "ROGER LÉA"),
        ("Nom et prénom : Mme LE GALL Marie-Claude (77 ans)", "LE GALL MARIE-CLAUDE"),
        ("Enfant MARTIN Zoé 6 ans", "MARTIN ZOÉ"),
        ("Madame, Monsieur,", None),
        ("Monsieur le Docteur PETIT", None),
        ("Membre d'une association agréée", None),
        ("Docteur Chantal NOËL", None),
    ],
)
def test_a_patient_is_known_by_a_civil_title_or_a_label(line: str, name: str | None) -> None:
    """Titles, ages and birth dates are no part of the name."""
    assert parse_patient(line) == name
