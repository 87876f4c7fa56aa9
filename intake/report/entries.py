"""Every field of a lot with its place, its document and its French label, page by page."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from schemas.batch import Batch
from schemas.field import Field
from schemas.geometry import Box

#: French labels of the contract's entries, as a clerk says them.
LABELS: Final = {
    "invoice_number": "N° de facture",
    "form_date": "Date de la feuille",
    "patient_name": "Bénéficiaire",
    "patient_nir": "NIR du bénéficiaire",
    "patient_birth_date": "Date de naissance",
    "insured_name": "Assuré",
    "insured_nir": "NIR de l'assuré",
    "organisme_code": "Organisme",
    "insured_address": "Adresse de l'assuré",
    "provider_stamp": "Cachet",
    "provider_number": "N° d'identification du professionnel",
    "provider_rpps": "RPPS du professionnel",
    "provider_name": "Professionnel",
    "substitute_name": "Remplaçant",
    "substitute_rpps": "RPPS du remplaçant",
    "prescriber_name": "Prescripteur",
    "prescriber_rpps": "RPPS du prescripteur",
    "prescriber_number": "N° de structure du prescripteur",
    "prescription_date": "Date de la prescription",
    "prior_agreement_date": "Date de la demande d'accord préalable",
    "is_illness": "Maladie",
    "exemption_ald": "Exonération ALD",
    "exemption_other": "Autre exonération",
    "is_maternity": "Maternité",
    "maternity_date": "Date maternité",
    "is_work_accident": "AT/MP",
    "work_accident_number": "N° AT/MP",
    "third_party_yes": "Accident causé par un tiers : oui",
    "third_party_no": "Accident causé par un tiers : non",
    "third_party_date": "Date de l'accident",
    "total_amount": "Montant total",
    "amount_amo": "Part obligatoire",
    "amount_amc": "Part complémentaire",
    "unpaid_mandatory": "Part obligatoire non payée",
    "unpaid_complementary": "Part complémentaire non payée",
    "provider_signature": "Signature du professionnel",
    "patient_signature": "Signature de l'assuré",
    "unable_to_sign": "Impossibilité de signer",
    "date": "Date",
    "code": "Code",
    "coefficient": "Coefficient",
    "surcharge": "Majoration",
    "fee": "Honoraires",
    "travel_flat": "Déplacement (I.D.)",
    "travel_km": "I.K. (nombre)",
    "travel_km_amount": "I.K. (montant)",
    "lot_number": "N° de lot",
    "lot_date": "Date du lot",
    "payee_type": "Destinataire du règlement",
    "insured_birth_date": "Date de naissance",
    "beneficiary_birth_date": "Né(e) le",
    "text": "Texte de la prescription",
    "prescriber_signature": "Signature du prescripteur",
    "nir": "NIR",
    "birth_date": "Date de naissance",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One field, ready to be drawn."""

    document: str
    name: str
    label: str
    value: str
    confidence: float
    source: str
    page: int
    box: Box | None


def shown(value: object) -> str:
    """Return *value* as a clerk reads it."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "oui" if value else "non"
    return str(value)


def _entries(document: str, record: Any, prefix: str = "", row: str = "") -> Iterator[Entry]:
    for name in type(record).model_fields:
        value = getattr(record, name)
        if isinstance(value, Field) and value.page is not None:
            if value.value is None and value.is_empty:
                continue  # an entry the paper leaves empty is no news
            label = LABELS.get(name, name)
            yield Entry(
                document,
                prefix + name,
                f"{row}{label}",
                shown(value.value),
                value.confidence,
                value.source or "",
                value.page,
                value.box,
            )
        elif name in {"acts", "lines"}:
            for k, one in enumerate(value):
                yield from _entries(document, one, f"{prefix}{name}.{k}.", f"{k + 1}. ")


def entries(batch: Batch) -> Iterator[Entry]:
    """Yield every field of *batch* that was read from a page."""
    if batch.bordereau is not None:
        yield from _entries("Bordereau", batch.bordereau)
    for k, invoice in enumerate(batch.invoices):
        yield from _entries(f"Facture {k + 1}", invoice)
    for k, prescription in enumerate(batch.prescriptions):
        yield from _entries(f"Prescription {k + 1}", prescription)
    for k, attachment in enumerate(batch.attachments):
        yield from _entries(f"Pièce {k + 1}", attachment)
