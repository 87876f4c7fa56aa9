"""The other papers of a lot: care plans, agreements, certificates, software invoices, letters, envelopes..."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

import numpy as np
import zxingcpp
from numpy.random import Generator

from samples.documents import Case, Lot, style_rng
from samples.fonts import Split, letter_fonts
from samples.identities import digits, draw_person, pick
from samples.marks.signatures import signature
from samples.paper import Paper
from samples.prescription import barcode, day_words
from samples.stamps import STAMP_COLOURS, put_stamp

Draw = Callable[[Paper, Case, Lot, Generator, Split], None]


def _slash(value: str | date) -> str:
    return day_words(value if isinstance(value, str) else value.isoformat(), 0)


def _nir(value: str) -> str:
    return " ".join((value[0], value[1:3], value[3:5], value[5:7], value[7:10], value[10:13], value[13:])).strip()


def _rows(paper: Paper, rows: list[str], y: float, rng: Generator, *, boxed: int = 0, step: float = 11.0) -> float:
    """Print rows, the first *boxed* of them in frames."""
    regular, _ = letter_fonts()[int(rng.integers(5))]
    for i, row in enumerate(rows):
        if i < boxed:
            paper.frame((16, y - 6, paper.width_mm - 32, 9))
        paper.text(20, y, row, regular, 9.5)
        y += step
    return y


def draw_care_plan(paper: Paper, case: Case, lot: Lot, rng: Generator, split: Split) -> None:
    """A démarche de soins infirmiers: a DSI summary or a BSI."""
    del split
    patient, doctor = case.patient, case.prescriber
    regular, bold = letter_fonts()[int(rng.integers(3))]
    bsi = rng.random() < 0.35
    title = "BILAN DE SOINS INFIRMIERS (BSI)" if bsi else "DÉMARCHE DE SOINS INFIRMIERS"
    paper.text(105, 28, title, bold, 15, anchor="c")
    paper.text(
        105,
        35,
        "Synthèse du bilan - prescription" if bsi else "Résumé de la démarche (D.S.I.) - prescription",
        regular,
        9,
        anchor="c",
    )
    if not bsi:
        paper.text(16, 14, "S 3742", bold, 8)
    rows = [
        f"Patient : {patient.name}   né(e) le {_slash(patient.birth)}",
        f"N° d'immatriculation : {_nir(case.insured.nir)}",
        f"Infirmier(ère) : {lot.provider.person.name}   n° {lot.provider.number}",
        f"Médecin prescripteur : {doctor.person.name}   RPPS {doctor.rpps}",
        "Diagnostics infirmiers : altération de la mobilité, déficit en soins personnels",
        "Actions de soins envisagées : "
        + pick(rng, ("séances de soins infirmiers", "surveillance clinique et prévention")),
        f"Durée de la prescription : {rng.integers(1, 4)} mois    Nombre de séances par 24 h : {rng.integers(1, 4)}",
    ]
    y = _rows(paper, rows, 52, rng, boxed=int(rng.integers(2, 6)), step=float(rng.uniform(9, 14)))
    day = case.prescription["date"] if case.prescription else None
    paper.text(20, y + 8, f"Date : {_slash(day)}" if day else "Date :", regular, 9.5)
    signature(paper, (120, y + 20, 55, 22), style_rng(case.style), (20, 20, 60))


def draw_agreement(paper: Paper, case: Case, lot: Lot, rng: Generator, split: Split) -> None:
    """A demande d'accord préalable, sent to the caisse's doctor."""
    del split
    regular, bold = letter_fonts()[int(rng.integers(3))]
    title = pick(rng, ("DEMANDE D'ACCORD PRÉALABLE", "DEMANDE D'ENTENTE PRÉALABLE", "Accord préalable"))
    paper.text(105, 24, title, bold, 15, anchor="c")
    paper.text(
        105,
        31,
        "à adresser au service du contrôle médical - à l'attention du médecin-conseil",
        regular,
        8.5,
        anchor="c",
    )
    paper.text(180, 14, "S 3108", bold, 8)
    asked = case.invoice["prior_agreement_date"] if case.invoice and case.invoice["prior_agreement_date"] else None
    rows = [
        f"Bénéficiaire : {case.patient.name}   né(e) le {_slash(case.patient.birth)}",
        f"Numéro d'immatriculation : {_nir(case.insured.nir)}",
        f"Assuré(e) : {case.insured.name}",
        f"Auxiliaire médical : {lot.provider.person.name}   n° {lot.provider.number}",
        f"Prescripteur : {case.prescriber.person.name}",
        "Nature des actes : " + (case.words[-1] if case.words else ""),
        f"Date de la demande : {_slash(asked) if asked else ''}",
    ]
    y = _rows(paper, rows, 48, rng, boxed=int(rng.integers(0, 7)), step=float(rng.uniform(9, 13)))
    for i, text in enumerate(
        ("Avis du contrôle médical :", "[ ] accord      [ ] refus", "Signature et cachet du médecin-conseil")
    ):
        paper.text(20, y + 14 + 8 * i, text, bold if not i else regular, 9.5)
    signature(paper, (30, y + 40, 55, 20), style_rng(case.style + 1), (20, 20, 60))


def draw_rights(paper: Paper, case: Case, lot: Lot, rng: Generator, split: Split) -> None:
    """An attestation de droits of the caisse."""
    del split
    _, bold = letter_fonts()[int(rng.integers(3))]
    paper.text(18, 20, "l'Assurance Maladie", bold, 13, colour=(20, 50, 110))
    title = pick(
        rng, ("Attestation de droits à l'assurance maladie", "ATTESTATION DE DROITS", "Attestation de droits Vitale")
    )
    paper.text(105, 40, title, bold, 14, anchor="c")
    until = lot.lot_date + timedelta(days=int(rng.integers(60, 400)))
    rows = [
        f"Organisme de rattachement : {lot.header['organisme_code']}",
        f"Assuré(e) : {case.insured.name}",
        f"N° de sécurité sociale : {_nir(case.insured.nir)}",
        f"Bénéficiaire : {case.patient.name}   né(e) le {_slash(case.patient.birth)}",
        f"Droits ouverts jusqu'au {_slash(until)}. Régime général.",
        "Exonération : " + ("affection de longue durée" if case.invoice and case.invoice["exemption_ald"] else "néant"),
        "Ce document est valable auprès des professionnels de santé jusqu'à la fin des droits indiquée.",
    ]
    _rows(paper, rows, 58, rng, boxed=int(rng.integers(0, 5)), step=float(rng.uniform(9, 14)))


def draw_separator(paper: Paper, lot: Lot, rng: Generator) -> None:
    """A separator sheet: large text, a barcode or a QR code."""
    regular, bold = letter_fonts()[int(rng.integers(3))]
    number = lot.header["lot_number"] or "000"
    paper.text(
        paper.width_mm / 2,
        70,
        pick(rng, ("SÉPARATEUR", "SÉPARATEUR DE LOT", "FEUILLE DE SÉPARATION")),
        bold,
        34,
        anchor="c",
    )
    paper.text(paper.width_mm / 2, 100, f"LOT {number}", bold, 28, anchor="c")
    if rng.random() < 0.5:
        paper.picture(barcode(f"LOT{number}", paper, 90, 25), 60, 130)
    else:
        code = zxingcpp.create_barcode(f"LOT{number}", zxingcpp.BarcodeFormat.QRCode)
        grey = np.asarray(zxingcpp.write_barcode_to_image(code, scale=max(paper.px(1.6), 3)), np.uint8)
        paper.picture(grey, 80, 125)
    paper.text(paper.width_mm / 2, 250, "Ne pas retirer - à numériser avec le lot", regular, 12, anchor="c")


def draw_letter(paper: Paper, lot: Lot, rng: Generator) -> None:
    """A letter that has nothing to do with a claim."""
    regular, bold = letter_fonts()[int(rng.integers(5))]
    who = lot.provider.person
    paper.text(18, 25, who.name, bold, 11)
    paper.text(18, 31, lot.provider.address, regular, 10)
    paper.text(115, 50, "Madame, Monsieur le Directeur", regular, 11)
    body = (
        "Objet : changement d'adresse du cabinet",
        "",
        "Je vous informe que mon cabinet sera transféré à compter du mois prochain.",
        "Je vous remercie de bien vouloir mettre à jour vos fichiers et de m'adresser",
        "vos prochains courriers à la nouvelle adresse.",
        "",
        "Je vous prie d'agréer, Madame, Monsieur, mes salutations distinguées.",
    )
    for i, row in enumerate(body):
        paper.text(18, 80 + 8 * i, row, regular, 11)
    signature(paper, (120, 150, 55, 22), rng, (25, 30, 80), who.family.title(), None)


def draw_envelope(paper: Paper, lot: Lot, rng: Generator) -> None:
    """An envelope with the professional's stamp."""
    regular, bold = letter_fonts()[int(rng.integers(3))]
    colour = STAMP_COLOURS[int(rng.integers(len(STAMP_COLOURS)))]
    paper.frame((4, 4, paper.width_mm - 8, 110), 0.4, (150, 150, 150))
    put_stamp(paper, lot.provider.stamp_lines, 12, 12, 70, rng, colour)
    for i, row in enumerate(
        (
            "Assurance Maladie",
            "Service des feuilles de soins",
            "BP 9",
            pick(rng, ("97181 LES ABYMES CEDEX", "75948 PARIS CEDEX 19")),
        )
    ):
        paper.text(105, 62 + 8 * i, row, bold if not i else regular, 13)
    paper.frame((paper.width_mm - 38, 10, 26, 30), 0.5)
    paper.text(paper.width_mm - 25, 27, "LETTRE", bold, 9, anchor="c")


def draw_statement(paper: Paper, lot: Lot, rng: Generator) -> None:
    """A payment statement of the caisse (décompte): not a piece."""
    regular, bold = letter_fonts()[int(rng.integers(3))]
    paper.text(18, 20, "l'Assurance Maladie", bold, 13, colour=(20, 50, 110))
    paper.text(
        105,
        36,
        pick(rng, ("RELEVÉ DE REMBOURSEMENTS", "DÉCOMPTE DE PAIEMENT", "Bordereau de paiement - décompte")),
        bold,
        13,
        anchor="c",
    )
    paper.text(18, 46, f"Destinataire : {lot.provider.person.name}   n° {lot.provider.number}", regular, 10)
    paper.text(18, 53, f"Virement du {_slash(lot.lot_date)}   référence {digits(rng, 10)}", regular, 10)
    for x, head in zip(
        (18, 70, 110, 140, 170), ("Bénéficiaire", "Date des soins", "Montant payé", "Taux", "Remboursé"), strict=True
    ):
        paper.text(x, 66, head, bold, 9)
    for i in range(int(rng.integers(4, 12))):
        someone = draw_person(rng, today=lot.lot_date)
        total = int(rng.integers(600, 9000)) / 100
        cells = (
            someone.name,
            _slash(lot.lot_date - timedelta(days=int(rng.integers(5, 60)))),
            f"{total:.2f}",
            "60 %",
            f"{total * 0.6:.2f}",
        )
        for x, text in zip((18, 70, 110, 140, 170), cells, strict=True):
            paper.text(x, 74 + 7 * i, text.replace(".", ","), regular, 8.5)
    paper.text(
        18, 250, "Ce décompte vaut avis de paiement. Vos remboursements sont consultables en ligne.", regular, 8.5
    )


def draw_claim_list(paper: Paper, lot: Lot, rng: Generator) -> None:
    """A réclamation: a list of invoices left unpaid or rejected."""
    regular, bold = letter_fonts()[int(rng.integers(3))]
    paper.text(18, 22, lot.provider.person.name, bold, 11)
    paper.text(
        105,
        44,
        pick(rng, ("RÉCLAMATION - FACTURES IMPAYÉES", "Réclamation : factures rejetées", "DEMANDE DE RÈGLEMENT")),
        bold,
        13,
        anchor="c",
    )
    paper.text(18, 58, "Malgré nos envois, les factures suivantes restent impayées à ce jour :", regular, 10)
    for x, head in zip(
        (18, 50, 95, 150, 180), ("N° facture", "N° sécurité sociale", "Assuré", "Date", "Montant"), strict=True
    ):
        paper.text(x, 70, head, bold, 9)
    for i in range(int(rng.integers(3, 10))):
        someone = draw_person(rng, today=lot.lot_date)
        cells = (
            digits(rng, 9),
            someone.nir[:13],
            someone.name,
            _slash(lot.lot_date - timedelta(days=int(rng.integers(90, 300)))),
            f"{int(rng.integers(600, 9000)) / 100:.2f}".replace(".", ","),
        )
        for x, text in zip((18, 50, 95, 150, 180), cells, strict=True):
            paper.text(x, 78 + 7 * i, text, regular, 8.5)
    paper.text(18, 200, "Nous vous remercions de bien vouloir procéder à leur règlement.", regular, 10)
    signature(paper, (120, 215, 55, 22), rng, (25, 30, 80))


def draw_facture(paper: Paper, case: Case, lot: Lot, rng: Generator, split: Split) -> None:
    """A software invoice with the form's entries beside their labels."""
    del split
    invoice = case.invoice
    if invoice is None:
        raise ValueError("a facture without an invoice")
    regular, bold = letter_fonts()[int(rng.integers(3))]
    paper.text(
        105,
        20,
        pick(rng, ("FACTURE", "FACTURE SUBROGATOIRE", "DUPLICATA DE FACTURE", "FACTURE DE SOINS")),
        bold,
        15,
        anchor="c",
    )
    provider = lot.provider
    left = [
        f"Numéro de facture : {invoice['invoice_number']}",
        f"Date : {_slash(invoice['form_date'])}",
        f"Auxiliaire médical : {provider.person.name}",
        f"N° d'identification : {provider.number}",
        f"N° RPPS : {provider.rpps}",
    ]
    right = [
        f"Patient : {invoice['patient_name']}",
        f"Date de naissance : {_slash(invoice['patient_birth_date'])}",
        f"N° d'immatriculation : {_nir(case.insured.nir)}",
        f"Organisme : {invoice['organisme_code']}",
        *([f"Assuré(e) : {invoice['insured_name']}"] if invoice["insured_name"] else []),
    ]
    for i, row in enumerate(left):
        paper.text(16, 36 + 6.5 * i, row, regular, 9.5)
    for i, row in enumerate(right):
        paper.text(112, 36 + 6.5 * i, row, regular, 9.5)
    paper.text(
        16,
        76,
        f"Prescripteur : {invoice['prescriber_name']}   RPPS : {invoice['prescriber_rpps']}   Date de prescription : "
        f"{_slash(invoice['prescription_date'])}",
        regular,
        9,
    )
    columns = (
        ("Date", 16),
        ("Acte", 46),
        ("Coef.", 66),
        ("Major.", 84),
        ("Honoraires", 106),
        ("IFD", 132),
        ("IK nb", 152),
        ("IK montant", 170),
    )
    for head, x in columns:
        paper.text(x, 90, head, bold, 9)
    paper.line(14, 92, 196, 92)
    y = 98.0
    for act in invoice["acts"]:
        cells = (
            _slash(act["date"]),
            act["code"],
            act["coefficient"],
            act["surcharge"],
            act["fee"],
            act["travel_flat"],
            act["travel_km"],
            act["travel_km_amount"],
        )
        for (_, x), text in zip(columns, cells, strict=True):
            if text:
                paper.text(x, y, str(text).replace(".", ","), regular, 9)
        y += 6.5
    paper.line(14, y - 3, 196, y - 3)
    paper.text(106, y + 4, f"Montant total : {money_text(invoice['total_amount'])}", bold, 10.5)
    for field, x, label in (
        ("provider_signature", 20, "Signature de l'auxiliaire médical"),
        ("patient_signature", 120, "Signature de l'assuré(e)"),
    ):
        paper.text(x, y + 24, label, regular, 9)
        if invoice[field]:
            signature(paper, (x, y + 28, 55, 20), style_rng(case.style + x), (25, 30, 80))


def money_text(value: str) -> str:
    """Return an amount with its comma and sign."""
    return value.replace(".", ",") + " €"


ATTACHMENTS: Final[dict[str, Draw]] = {
    "demarche_soins": draw_care_plan,
    "accord_prealable": draw_agreement,
    "attestation_droits": draw_rights,
}
STRANGERS: Final[dict[str, Callable[[Paper, Lot, Generator], None]]] = {
    "separator": draw_separator,
    "other": draw_letter,
    "enveloppe": draw_envelope,
    "decompte_ro": draw_statement,
    "reclamation": draw_claim_list,
}
