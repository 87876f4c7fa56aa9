"""A commune a letter misread is the one of its département that it nearly is; any other name is left as it stands."""

import pytest

from extractors.decoding.communes import with_commune


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("16 BIS BOULEVARD GAMBETTA 63000 CLERMONT-FERRANC", "16 BIS BOULEVARD GAMBETTA 63000 CLERMONT-FERRAND"),
        ("118 Impasse du Moulin 33000 Bordeaut", "118 Impasse du Moulin 33000 Bordeaux"),
        ("177 RUE PASTEUR 13100 AIX-EN-DROVENCE", "177 RUE PASTEUR 13100 AIX-EN-PROVENCE"),
        ("176 RUE HAUTE 97139 LES ABYME", "176 RUE HAUTE 97139 LES ABYMES"),
        ("65 RUE VICTOR HUGO 20137 PORTO-VECCHIQ", "65 RUE VICTOR HUGO 20137 PORTO-VECCHIO"),
    ],
)
def test_a_misread_commune_is_put_right(read: str, meant: str) -> None:
    """The postcode says among which names to look."""
    assert with_commune(read) == meant


@pytest.mark.parametrize(
    "address",
    [
        "3 RUE HAUTE 97400 SAINT DENIS",  # known, written without its hyphen
        "3 RUE HAUTE 75015 PARIS 15",  # figures behind
        "3 RUE HAUTE 33000 CLERMONT-FERRANC",  # no such name in the Gironde
        "3 RUE HAUTE 99123 BERLIM",  # no département of ours
        "Infirmier(ère) D.E.",
        "",
    ],
)
def test_what_is_known_or_like_nothing_known_stays(address: str) -> None:
    """A name is never guessed."""
    assert with_commune(address) == address
