"""The words invoices of any software print beside their entries, by what they mean."""

import re
from functools import cache
from typing import Final

from extractors.lines import plain

_LINKS: Final = frozenset({"de", "du", "d", "des", "la", "l", "les", "et", "en", "a", "au", "e", "ou", "votre", "vos"})
_NUMBER: Final = frozenset({"n", "no", "n0", "num", "nr", "numero", "numeros"})
#: "assuré(e)", "né·e": the feminine is no word of its own.
_FEMININE: Final = re.compile(r"\(e?\)|[·.]e\b", re.IGNORECASE)

_PHRASES: Final = {
    "invoice_number": (
        "numéro de facture", "facture numéro", "référence de facture", "réf facture", "numéro FSE", "numéro de pièce",
        "facture subrogatoire numéro", "note d'honoraires numéro", "numéro de note", "numéro de feuille de soins",
    ),
    "form_date": (
        "date de facture", "date de facturation", "date d'émission", "date d'édition", "émise le",
        "émis le", "éditée le", "édité le", "établie le", "établi le", "fait le", "facturé le",
    ),
    "date": ("date", "le"),
    "facture": ("facture", "note d'honoraires"),
    "patient_birth_date": (
        "date de naissance", "date naiss", "naissance", "né le", "née le", "DDN", "date de naissance du patient",
        "date de naissance du bénéficiaire", "né",
    ),
    "nir": (
        "numéro de sécurité sociale", "numéro sécurité", "numéro sécu", "numéro SS", "SS", "NIR",
        "numéro d'immatriculation",
        "immatriculation", "matricule", "numéro assuré", "sécurité sociale", "numéro INSEE", "numéro sécu sociale",
        "numéro NIR", "NIR clé", "numéro assuré social",
    ),
    "patient_nir": ("NIR du patient", "NIR du bénéficiaire", "numéro SS patient", "numéro sécurité sociale patient"),
    "insured_nir": (
        "NIR de l'assuré", "numéro SS assuré", "numéro sécurité sociale assuré", "immatriculation de l'assuré",
        "numéro d'immatriculation de l'assuré", "NIR ouvrant droit", "matricule assuré",
    ),
    "rpps": ("RPPS", "numéro RPPS", "identifiant RPPS", "code RPPS"),
    "prescriber_rpps": ("RPPS du prescripteur", "RPPS médecin", "numéro RPPS prescripteur", "prescripteur RPPS"),
    "provider_rpps": ("RPPS infirmier", "RPPS praticien", "RPPS auxiliaire médical", "RPPS professionnel"),
    "number": (
        "numéro d'identification", "identification", "identifiant", "numéro AM", "AM", "FINESS", "ADELI",
        "numéro FINESS", "numéro ADELI", "numéro de facturation", "numéro professionnel", "numéro PS",
        "numéro assurance maladie", "identifiant assurance maladie", "numéro praticien", "numéro infirmier",
        "numéro auxiliaire médical", "numéro identifiant", "code ADELI",
    ),
    "prescriber_number": ("numéro prescripteur", "identifiant prescripteur", "ADELI prescripteur"),
    "organisme_code": (
        "organisme", "code organisme", "numéro organisme", "organisme de rattachement", "organisme d'affiliation",
        "caisse", "code caisse", "numéro caisse", "caisse de rattachement", "caisse d'affiliation", "organisme AMO",
        "organisme destinataire", "caisse gestionnaire", "organisme gestionnaire", "organisme assurance maladie",
    ),
    "patient_name": (
        "patient", "patiente", "nom du patient", "nom et prénom du patient", "bénéficiaire", "bénéficiaire des soins",
        "nom du bénéficiaire", "nom et prénom du bénéficiaire", "malade", "nom du malade", "identité du patient",
        "nom et prénom du malade", "patient nom prénom",
    ),
    "insured_name": (
        "assuré", "assurée", "nom de l'assuré", "nom et prénom de l'assuré", "assuré social", "ouvrant droit",
        "assuré ouvrant droit", "nom assuré social", "identité de l'assuré",
    ),
    "prescriber_name": (
        "prescripteur", "médecin prescripteur", "prescrit par", "nom du prescripteur", "médecin",
        "docteur prescripteur",
        "nom et prénom du prescripteur", "identité du prescripteur",
    ),
    "substitute_name": ("remplaçant", "remplaçante", "infirmier remplaçant", "nom du remplaçant", "remplacé par"),
    "provider": (
        "auxiliaire médical", "infirmier", "infirmière", "praticien", "professionnel de santé", "professionnel",
        "exécutant", "émetteur", "cabinet", "kinésithérapeute", "orthophoniste", "nom de l'infirmier", "soignant",
        "nom du praticien", "identification du professionnel de santé", "intervenant",
    ),
    "name": ("nom et prénom", "nom", "nom prénom", "nom d'usage", "nom de famille", "identité"),
    "first_name": ("prénom", "prénoms"),
    "prescription_date": (
        "date de prescription", "prescription du", "prescrit le", "prescrite le", "ordonnance du", "date ordonnance",
        "date de l'ordonnance", "prescription médicale du",
    ),
    "prior_agreement_date": ("date d'accord préalable", "date d'entente préalable", "entente préalable du"),
    "maternity_date": ("date de grossesse", "date présumée de grossesse", "début de grossesse"),
    "work_accident_number": ("numéro accident du travail", "numéro AT", "numéro d'accident"),
    "total_amount": (
        "total", "montant total", "total général", "total TTC", "total facture", "total de la facture", "total dû",
        "total honoraires", "total à payer", "montant à payer", "montant de la facture", "somme due", "montant dû",
    ),
    "net": ("net à payer",),
    "signature": (
        "signature", "signature de l'assuré", "signature du patient", "signature du bénéficiaire", "cachet",
        "signature de l'auxiliaire médical", "signature de l'infirmier", "signature du praticien", "visa",
    ),
    "other": (
        "adresse", "téléphone", "tél", "portable", "SIRET", "SIREN", "mutuelle", "AMC", "complémentaire", "mail",
        "email", "page", "part AMO", "part AMC", "total AMO", "total AMC", "part obligatoire", "part complémentaire",
        "part RO", "part RC", "reste à payer", "reste à charge", "part patient", "médecin traitant",
        "nom de naissance", "lieu de naissance", "qualité", "rang", "sexe",
        "régime", "centre", "spécialité", "nature d'assurance", "accident du travail", "maternité",
        "date accident", "période", "payé", "acompte", "règlement", "numéro de lot", "lot", "clé", "dossier",
        "numéro dossier", "numéro client", "code postal", "ville", "taux", "exonération",
    ),
}  # fmt: skip
#: Labels that are family names too, or parts of one: "LE GALL", "PAGE". They name nothing in the midst of a text.
NAMESAKES: Final = frozenset(
    {"page", "lot", "rang", "centre", "ville", "mail", "visa", "cachet", "paye", "cle", "caisse", "date", "cabinet"}
)
#: Those that name nothing unless a figure follows.
BEFORE_FIGURES: Final = frozenset({"le", "ne", "nee", "ne le", "nee le", "am", "ss", "at"})


def tokens_of(text: str) -> tuple[str, ...]:
    """Return the words of a label in the form labels are compared in: links left out, "n°" as "numero".

    >>> tokens_of("N° d'identification")
    ('numero', 'identification')
    """
    words = plain(_FEMININE.sub("", text)).split()
    return tuple("numero" if word in _NUMBER else word for word in words if word not in _LINKS)


@cache
def labels() -> dict[str, str]:
    """Return what each label means, by its words in compared form."""
    return {
        key: name for name, phrases in _PHRASES.items() for phrase in phrases if (key := " ".join(tokens_of(phrase)))
    }
