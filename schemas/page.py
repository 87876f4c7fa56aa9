"""A page of a lot: what kind of paper it is, how it lay on the glass, which document it belongs to."""

from enum import StrEnum

from schemas.field import Probability
from schemas.model import Record


class PageKind(StrEnum):
    """The kinds of paper a lot may hold."""

    FEUILLE = "feuille_de_soins"
    PRESCRIPTION = "prescription"
    BORDEREAU = "bordereau"
    PRIOR_AGREEMENT = "accord_prealable"
    CARE_PLAN = "demarche_soins"
    RIGHTS_CERTIFICATE = "attestation_droits"
    FACTURE = "facture"  #: a software invoice
    RECLAMATION = "reclamation"  #: a list of invoices claimed or rejected
    STATEMENT = "decompte_ro"  #: a payment statement of the caisse: not a piece
    ENVELOPE = "enveloppe"
    SEPARATOR = "separator"
    BLANK = "blank"
    OTHER = "other"


#: Kinds that travel beside an invoice, as the contract's ``attachments``.
ATTACHMENT_KINDS = frozenset({PageKind.PRIOR_AGREEMENT, PageKind.CARE_PLAN, PageKind.RIGHTS_CERTIFICATE})


class Page(Record):
    """One page, in the order it was scanned."""

    index: int
    file: str
    #: page in its file, from 1
    number: int
    kind: PageKind
    kind_confidence: Probability
    #: clockwise degrees applied to bring the scan upright: 0, 90, 180 or 270
    rotation: int = 0
    #: clockwise lean left in the upright image
    skew_degrees: float = 0.0
    #: ``bordereau``, ``invoice:N``, ``prescription:N``, ``attachment:N`` or None
    document: str | None = None
    #: why nothing could be made of the page, as a stable code, or None
    problem: str | None = None
    #: distance between the form's print and its template after registration, or None where no template fits
    residual_mm: float | None = None
