"""Mending what a recogniser misread in a prescription's text."""

import pytest

from extractors.prescriptions.vocabulary import is_spelt_right, mend


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("Faire pratiquer par infirmiercère) DE. à domicile:", "Faire pratiquer par infirmier(ère) D.E. à domicile :"),
        ("Pansement lourx et complexe dulcère tous lesjours", "Pansement lourd et complexe d'ulcère tous les jours"),
        ("y comprisles dimanches et jours feries", "y compris les dimanches et jours fériés"),
        ("I fois/sour pendant z jours", "1 fois/jour pendant 2 jours"),
        ("pendant S jours", "pendant 5 jours"),
        ("infirmier(ère) D.E.à domicile", "infirmier(ère) D.E. à domicile"),
        ("mobilisation de l'epaule droite", "mobilisation de l'épaule droite"),
    ],
)
def test_words_plainly_meant_are_restored(read: str, meant: str) -> None:
    """A letter misread in a word everybody writes is no reason to ask a person."""
    assert mend(read) == meant


@pytest.mark.parametrize(
    "text",
    [
        "Lovenox 0,4 ml SC",
        "Kardégic 75 mg",
        "NFS, CRP, VS",
        "rééducation oculomusculaire",
        "pendant 10 jours",
        "Mme ROGER",
    ],
)
def test_what_is_not_known_stays_as_read(text: str) -> None:
    """Nothing is made up: names of drugs, figures and abbreviations are not words to correct."""
    assert mend(text) == text


@pytest.mark.parametrize(
    ("read", "is_right"),
    [
        ("Faire pratiquer par infirmier(ère) D.E. à domicile :", True),
        ("Faire pratiquer par infirmier(ère) D.E. à domicile .", False),
        ("Pansement lourd et complexe tous les jours", True),
        ("Pansernent lourd et complexe tous les jours", False),
        ("y compris les dimanches et jours feries", False),
        ("20 séances de rééducation", False),
    ],
)
def test_only_a_line_of_known_words_needs_no_second_reading(read: str, is_right: bool) -> None:  # noqa: FBT001
    """A dictionary vouches for words and accents, not for figures, nor for a colon that lost a point."""
    assert is_spelt_right(read) == is_right
