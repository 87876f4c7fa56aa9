"""Why a file or a page is refused: stable codes for programs, French sentences for people."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

#: One sentence a code; it is written into ``refused`` behind the page's number.
REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "not_found": "Le fichier est introuvable ou ne peut pas être lu sur le disque.",
        "empty": "Le fichier est vide.",
        "not_a_document": "Ce n'est ni un PDF, ni une image TIFF, PNG ou JPEG.",
        "unsupported_format": "Ce format n'est pas lu : numérisez ou exportez la pièce en PDF, TIFF, PNG ou JPEG.",
        "encrypted": "Le fichier est protégé par un mot de passe : demandez une version sans protection.",
        "damaged": "Le contenu est abîmé : ce qui est affiché peut être incomplet, numérisez de nouveau.",
        "truncated": "La fin des données manque : ce qui est affiché peut être incomplet, numérisez de nouveau.",
        "no_pages": "Le fichier ne contient aucune page.",
        "file_too_large": "Le fichier dépasse la taille admise.",
        "too_many_pages": "Le fichier dépasse le nombre de pages admis : les suivantes ne sont pas lues.",
        "too_many_pixels": "La page dépasse le nombre de pixels admis.",
        "too_expanded": "Les données de la page se déploient au-delà de la taille admise.",
        "time_limit": "La lecture a dépassé le temps admis.",
        "memory_limit": "La lecture a dépassé la mémoire admise.",
        "decoder_failed": "Le décodeur s'est arrêté sur un contenu qu'il ne supporte pas.",
    }
)


class Refusal(Exception):  # noqa: N818 - it is the refusal itself that travels from the decoder to the list of refusals
    """A file or page that a decoder gives up, with its code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def sentence(code: str, number: int | None = None) -> str:
    """Return the French sentence for *code*, led by the page it concerns where *number* is given."""
    return REASONS[code] if number is None else f"Page {number} : {REASONS[code][0].lower()}{REASONS[code][1:]}"
