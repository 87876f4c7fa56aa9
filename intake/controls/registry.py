"""The list of controls. ``docs/controls.md`` is written from it; an organisation changes severities by code."""

from collections.abc import Iterator, Mapping
from typing import Final

from intake.controls import (
    agreement,
    amounts,
    dates,
    duplicates,
    erasures,
    fields,
    inks,
    order,
    pages,
    pieces,
    signatures,
    tariffs,
)
from intake.controls.control import Check, Control, Finding
from intake.failures import log_failure, not_concluded
from intake.lot import Lot
from schemas.batch import NotChecked
from schemas.flag import Flag, Severity

_BLOCKING, _CHECK, _INFO = Severity.BLOCKING, Severity.CHECK, Severity.INFO
_CONTRACT: Final = "table des contrôles du contrat"


def _control(
    severity: Severity, check: Check, label: str, source: str = _CONTRACT, *, must_run: bool = False
) -> Control:
    return Control(check.__name__, severity, label, source, check, must_run=must_run)


CONTROLS: Final[tuple[Control, ...]] = (
    _control(_CHECK, pages.unreadable_page, "Page illisible"),
    _control(_CHECK, pages.unknown_page, "Document non reconnu"),
    _control(_INFO, pages.unacceptable_document, "Pièce non recevable", "P10"),
    _control(_BLOCKING, pieces.missing_bordereau, "Bordereau récapitulatif absent"),
    _control(_BLOCKING, pieces.missing_invoice, "Ligne sans feuille de soins"),
    _control(_BLOCKING, pieces.unlisted_invoice, "Feuille de soins hors bordereau", must_run=True),
    _control(_BLOCKING, pieces.missing_prescription, "Prescription absente", must_run=True),
    _control(_CHECK, pieces.missing_prior_agreement, "Accord préalable absent", must_run=True),
    _control(_CHECK, pieces.missing_rights_certificate, "Attestation de droits absente", must_run=True),
    _control(_INFO, pieces.orphan_piece, "Pièce sans facture", "X24"),
    _control(_CHECK, order.out_of_order, "Ordre des factures ou des pièces rompu"),
    _control(_BLOCKING, agreement.mismatch, "Bordereau et feuille en désaccord (nom, naissance : à vérifier)"),
    _control(_INFO, agreement.patient_mismatch, "Patient différent sur la prescription", "X10"),
    _control(_INFO, agreement.prescriber_mismatch, "Prescripteur différent sur la prescription", "X11"),
    _control(_INFO, agreement.prescription_date_mismatch, "Date différente sur la prescription", "X12"),
    _control(_INFO, agreement.provider_mismatch, "Professionnel différent du bordereau", "X13"),
    _control(_INFO, agreement.organisme_mismatch, "Organisme différent du bordereau", "X17"),
    _control(_INFO, agreement.birth_nir_mismatch, "Naissance et NIR en désaccord", "I04"),
    _control(_INFO, agreement.redundant_insured, "Bloc assuré inutile", "F06"),
    _control(_BLOCKING, fields.missing_field, "Champ obligatoire vide (date de feuille, organisme, RPPS : à vérifier)"),
    _control(_CHECK, fields.invalid_field, "Format, clé ou date impossibles"),
    _control(_BLOCKING, amounts.total_mismatch, "Total différent de la somme", must_run=True),
    _control(_INFO, amounts.share_mismatch, "Parts AMO et AMC supérieures au total", "B09"),
    _control(_INFO, amounts.count_mismatch, "Nombre de factures différent du nombre de lignes", "B11"),
    _control(_BLOCKING, signatures.missing_provider_signature, "Signature de l'auxiliaire médical absente"),
    _control(_BLOCKING, signatures.missing_patient_signature, "Signature de l'assuré(e) absente"),
    _control(_BLOCKING, signatures.missing_prescriber_signature, "Signature du prescripteur absente"),
    _control(_INFO, signatures.signature_and_unable, "Signature et impossibilité de signer", "S04"),
    _control(_INFO, signatures.stamp_without_signature, "Cachet sans signature", "S11"),
    _control(_BLOCKING, erasures.erasure, "Rature, surcharge ou correcteur"),
    _control(_INFO, erasures.erasure_outside_fields, "Rature hors champ", "S12"),
    _control(_INFO, inks.different_ink, "Deux encres dans une même rubrique", "S09"),
    _control(_BLOCKING, duplicates.duplicate_invoice, "Facture déjà reçue"),
    _control(_BLOCKING, dates.prescription_after_care, "Prescription postérieure aux soins", must_run=True),
    _control(_CHECK, dates.expired_prescription, "Prescription trop ancienne"),
    _control(_BLOCKING, dates.stale_invoice, "Soins de plus de deux ans"),
    _control(_INFO, dates.form_date_before_care, "Feuille datée avant les soins", "F33"),
    _control(_INFO, dates.future_date, "Soins postérieurs à la réception", "F28"),
    _control(_INFO, dates.acts_out_of_order, "Dates d'actes non ordonnées", "F26"),
    _control(_BLOCKING, tariffs.unknown_act_code, "Code acte inconnu à cette date"),
    _control(_CHECK, tariffs.tariff_mismatch, "Montant différent du tarif"),
    _control(_INFO, tariffs.travel_km_mismatch, "Indemnité kilométrique inexpliquée", "N12"),
    _control(_INFO, tariffs.mau_without_ami, "MAU sans AMI 1 ou 1,5", "N07"),
)

#: Controls an invoice must have passed through: where one could not run, a person looks.
MUST_RUN: Final = frozenset(control.code for control in CONTROLS if control.must_run)


def run_controls(
    lot: Lot, severities: Mapping[str, Severity] | None = None
) -> tuple[tuple[Flag, ...], tuple[NotChecked, ...]]:
    """Return every flag of a lot, with line and invoice filled in from the matches, and what could not be checked.

    A control that fails leaves ``not_concluded`` on every invoice and line.

    Args:
        lot: documents, matched and resolved.
        severities: an organisation's own severities, by code; a piece held from an earlier lot stays ``info``.
    """
    flags: list[Flag] = []
    unchecked: list[NotChecked] = []
    for control in CONTROLS:
        for finding in _found(lot, control):
            if isinstance(finding, NotChecked):
                unchecked.append(finding)
            else:
                flags.append(_placed(lot, _weighed(finding, control, severities or {})))
    return tuple(flags), tuple(unchecked)


def _found(lot: Lot, control: Control) -> Iterator[Finding]:
    """Yield what a control finds; one that fails sends every invoice and line to a person, the others still run."""
    try:
        yield from control.check(lot)
    except Exception as exc:  # noqa: BLE001 - whatever one control does, the others run
        log_failure(control.code, exc)
        yield from (not_concluded(invoice=invoice) for invoice in range(len(lot.invoices)))
        yield from (not_concluded(line=row) for row in range(len(lot.lines)) if row not in lot.invoice_of)
        yield not_concluded()


def controls_as_markdown() -> str:
    """Return ``docs/controls.md``: every control with its code, default severity, label and source."""
    rows = [f"| `{c.code}` | {c.severity.value} | {c.label} | {c.source} |" for c in CONTROLS]
    head = [
        "# Contrôles",
        "",
        "Page écrite par `intake.controls.registry.controls_as_markdown` ; ne pas la modifier à la main.",
        "",
        "| code | gravité par défaut | libellé | source |",
        "|---|---|---|---|",
    ]
    return "\n".join([*head, *rows]) + "\n"


def _weighed(found: Flag, control: Control, severities: Mapping[str, Severity]) -> Flag:
    changed = severities.get(control.code)
    if changed is None or (found.severity is Severity.INFO and control.severity is not Severity.INFO):
        return found
    return found.model_copy(update={"severity": changed})


def _placed(lot: Lot, found: Flag) -> Flag:
    if found.line is None and found.invoice is not None and found.invoice in lot.line_of:
        return found.model_copy(update={"line": lot.line_of[found.invoice]})
    if found.invoice is None and found.line is not None and found.line in lot.invoice_of:
        return found.model_copy(update={"invoice": lot.invoice_of[found.line]})
    return found
