"""Prescriptions and attachments, tied to their invoices - or to their lines where no form travels.

Identity decides: patient, prescriber, dates, NIR. The place in the stack only helps where the lot shows that pieces
lie behind their forms. One prescription may serve several invoices of the same patient.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import log
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from intake.likeness import OTHER_NAME, SAME_NAME, digit_slips, name_likeness, plain
from schemas.bordereau import Line
from schemas.field import Field
from schemas.identifiers.nir import BODY_LENGTH
from schemas.invoice import Invoice
from schemas.prescription import Attachment, Prescription

P = TypeVar("P", Prescription, Attachment)

#: Log-likelihood ratios of two equal readings: patients of one lot seldom share a name or NIR; prescribers often write
#: for several of its patients; two prescriptions of one lot seldom bear the same day.
_PATIENT_AGREES: Final = 5.0
_NIR_AGREES: Final = 5.0
_BIRTH_AGREES: Final = 4.5
_PRESCRIBER_AGREES: Final = 1.5
_DATE_AGREES: Final = 4.0
#: One slip in a date or name is more likely ours than another paper's.
_NEARLY: Final = 0.4
#: Weight of lying behind the form, where every piece of the lot does.
_BEHIND_ITS_FORM: Final = 2.5
#: A piece needs this much in favour of an invoice: more than the prescriber alone.
_NONE_OF_THESE: Final = 2.0
#: A piece is not tied by its place alone where it contradicts.
_CONTRADICTION: Final = -1.0
#: Share of papers that truly disagree although they belong together.
_TRUE_DIFFERENCE: Final = 0.02
#: A line names the insured, not the patient: another first name says little.
_RELATIVE: Final = -0.5
#: and the same family name is what a child's prescription shares with it.
_FAMILY_AGREES: Final = 2.2


@dataclass(frozen=True, slots=True)
class Target:
    """What a piece may belong to: an invoice, or a line without a form."""

    invoice: int | None
    line: int | None
    #: the readings to compare with; of a line, only the insured's
    form: Invoice
    #: place of its first sheet in the stack, None for a line
    sheet: int | None
    is_line: bool = False


def targets(
    invoices: Sequence[Invoice], lines: Sequence[Line], line_of: dict[int, int], copies: dict[int, int]
) -> list[Target]:
    """Return everything a piece may belong to: the invoices, copies left out, and the lines without a form."""
    found = [
        Target(i, line_of.get(i), invoice, min(invoice.pages, default=None))
        for i, invoice in enumerate(invoices)
        if i not in copies
    ]
    matched = set(line_of.values())
    found += [
        Target(None, row, _as_form(line), None, is_line=True) for row, line in enumerate(lines) if row not in matched
    ]
    return found


def tie_prescriptions(prescriptions: Sequence[Prescription], among: Sequence[Target]) -> tuple[Prescription, ...]:
    """Return the prescriptions with the invoices, or the line, each belongs to."""
    weights, behind = _weigh_all(prescriptions, among, weigh_prescription)
    pairs = _assign(weights + behind)
    tied: dict[int, list[int]] = {}
    for piece, target in pairs:
        tied.setdefault(piece, []).append(target)
    total = weights + behind
    for target in _missing(len(among), pairs):  # one prescription for several invoices of the same patient
        shared = _best(total[:, target])
        if shared is not None and _same_patient(prescriptions[shared].patient_name, among[target]):
            tied.setdefault(shared, []).append(target)
    for piece in (p for p in range(len(prescriptions)) if p not in tied):  # several for one invoice
        found = _best(total[piece])
        if found is not None and _same_patient(prescriptions[piece].patient_name, among[found]):
            tied[piece] = [found]
    _by_elimination(total, among, tied)
    return tuple(_tie_prescription(p, [among[t] for t in tied.get(i, ())]) for i, p in enumerate(prescriptions))


def tie_attachments(attachments: Sequence[Attachment], among: Sequence[Target]) -> tuple[Attachment, ...]:
    """Return the attachments with the invoice, or the line, each belongs to; one of each kind an invoice, then more."""
    weights, behind = _weigh_all(attachments, among, weigh_attachment)
    total = weights + behind
    tied: dict[int, int] = {}
    for kind in {a.kind for a in attachments}:
        rows = [i for i, a in enumerate(attachments) if a.kind == kind]
        tied |= {rows[piece]: target for piece, target in _assign(total[rows])}
    for piece in (p for p in range(len(attachments)) if p not in tied):
        found = _best(total[piece])
        if found is not None:
            tied[piece] = found
    return tuple(
        a.model_copy(
            update={
                "invoice": among[tied[i]].invoice if i in tied else None,
                "line": among[tied[i]].line if i in tied else None,
            }
        )
        for i, a in enumerate(attachments)
    )


def weigh_prescription(piece: Prescription, target: Target) -> float:
    """Return the log-likelihood ratio that *piece* prescribes the care of *target*."""
    form = target.form
    prescriber = max(
        _weigh_equal(piece.prescriber_rpps, form.prescriber_rpps, _PRESCRIBER_AGREES, slips=1),
        _weigh_name(piece.prescriber_name, form.prescriber_name, _PRESCRIBER_AGREES),
        key=abs,
    )
    return (
        _weigh_patient(piece.patient_name, target)
        + prescriber
        + _weigh_equal(piece.date, form.prescription_date, _DATE_AGREES, slips=1)
    )


def weigh_attachment(piece: Attachment, target: Target) -> float:
    """Return the log-likelihood ratio that *piece* travels with *target*: by NIR, birth date and both names."""
    form = target.form
    nirs = [form.patient_nir, form.insured_nir]
    names = [form.patient_name, form.insured_name]
    return (
        _best_of(_weigh_equal(piece.nir, nir, _NIR_AGREES, slips=2, length=BODY_LENGTH) for nir in nirs)
        + _best_of(_weigh_name(piece.patient_name, name, _PATIENT_AGREES) for name in names)
        + (
            _best_of(_weigh_name(piece.insured_name, n, _PATIENT_AGREES) for n in names)
            if not piece.patient_name.value
            else 0.0
        )
        + _weigh_equal(piece.birth_date, form.patient_birth_date, _BIRTH_AGREES, slips=1)
    )


def _by_elimination(weights: NDArray[np.float64], among: Sequence[Target], tied: dict[int, list[int]]) -> None:
    """Tie the one prescription left between its neighbours to the one target left between theirs.

    Nobody could read whose it is, or a line names a relative; ``intake.decide`` keeps what is tied like this.
    """
    lines = [target.line for target in among]
    ranks = lines if any(line is not None for line in lines) else list(range(len(among)))
    owner = {piece: rank for piece, owners in tied.items() if (rank := ranks[owners[0]]) is not None}
    served = {target for owners in tied.values() for target in owners}
    free = [(t, rank) for t, rank in enumerate(ranks) if t not in served and rank is not None]
    loose = [piece for piece in range(len(weights)) if piece not in tied]
    for piece in loose:
        before = max((rank for p, rank in owner.items() if p < piece), default=-1)
        after = min((rank for p, rank in owner.items() if p > piece), default=max((r for _, r in free), default=0) + 1)
        here = [t for t, rank in free if before < rank < after and weights[piece, t] > _CONTRADICTION]
        rivals = [p for p in loose if all((p < other) == (piece < other) for other in owner)]
        if len(here) == len(rivals) == 1 and owner:
            tied[piece] = here


def _weigh_all(
    pieces: Sequence[P], among: Sequence[Target], weigh: Callable[[P, Target], float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the weights by identity, and what lying behind its form adds, as strong as the lot bears it out."""
    weights = np.array([[weigh(p, t) for t in among] for p in pieces], np.float64).reshape(len(pieces), len(among))
    adjacent = np.zeros_like(weights)
    for row, piece in enumerate(pieces):
        place = min(piece.pages, default=-1)
        before = [(t.sheet, column) for column, t in enumerate(among) if t.sheet is not None and t.sheet < place]
        if before:
            adjacent[row, max(before)[1]] = 1.0
    sure = _assign(weights)
    share = float(np.mean([adjacent[p, t] for p, t in sure])) if sure else 0.0
    return weights, adjacent * _BEHIND_ITS_FORM * share


def _assign(weights: NDArray[np.float64]) -> list[tuple[int, int]]:
    if not weights.size:
        return []
    gain = np.where(weights >= _NONE_OF_THESE, weights - _NONE_OF_THESE + 1e-3, 0.0)
    # Among equals, the order of the stack is the order of the lot.
    gain -= 1e-6 * np.abs(np.subtract.outer(np.arange(gain.shape[0]), np.arange(gain.shape[1])))
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - half of a page's reading time to import

    rows, columns = linear_sum_assignment(gain, maximize=True)
    return [(int(r), int(c)) for r, c in zip(rows, columns, strict=True) if weights[r, c] >= _NONE_OF_THESE]


def _best(weights: NDArray[np.float64]) -> int | None:
    if not weights.size or float(weights.max()) < _NONE_OF_THESE:
        return None
    return int(weights.argmax())


def _missing(count: int, pairs: Sequence[tuple[int, int]]) -> list[int]:
    served = {target for _, target in pairs}
    return [target for target in range(count) if target not in served]


def _tie_prescription(piece: Prescription, owners: Sequence[Target]) -> Prescription:
    invoices = tuple(sorted(t.invoice for t in owners if t.invoice is not None))
    lines = [t.line for t in sorted(owners, key=lambda t: (t.is_line, t.invoice or 0)) if t.line is not None]
    return piece.model_copy(
        update={
            "invoice": invoices[0] if invoices else None,
            "invoices": invoices,
            "line": lines[0] if lines else None,
        }
    )


def _same_patient(name: Field[str], target: Target) -> bool:
    written = target.form.patient_name.value
    return name.value is not None and written is not None and name_likeness(name.value, written) >= SAME_NAME


def shares_a_name(one: str, other: str) -> bool:
    """Whether two people's names have a word in common, as a family's have."""
    return bool({w for w in plain(one).split() if len(w) > 2} & set(plain(other).split()))  # noqa: PLR2004


def _weigh_patient(name: Field[str], target: Target) -> float:
    insured = target.form.patient_name
    weight = _weigh_name(name, insured, _PATIENT_AGREES)
    if not target.is_line or weight > 0 or name.value is None or insured.value is None:
        return weight
    return _FAMILY_AGREES if shares_a_name(name.value, insured.value) else max(weight, _RELATIVE)


def _weigh_name(one: Field[str], other: Field[str], agrees: float) -> float:
    if one.value is None or other.value is None:
        return 0.0
    alike = name_likeness(one.value, other.value)
    if alike >= SAME_NAME:
        return agrees
    if alike >= OTHER_NAME:
        return agrees * _NEARLY * (alike - OTHER_NAME) / (SAME_NAME - OTHER_NAME)
    return _against(one, other)


def _weigh_equal(one: Field[str], other: Field[str], agrees: float, *, slips: int, length: int | None = None) -> float:
    if one.value is None or other.value is None:
        return 0.0
    wrong = digit_slips(one.value[:length], other.value[:length])
    if wrong == 0:
        return agrees
    return agrees * _NEARLY if wrong <= slips else _against(one, other)


def _against(one: Field[str], other: Field[str]) -> float:
    return log(1.0 - one.confidence * other.confidence * (1.0 - _TRUE_DIFFERENCE))


def _best_of(weights: Iterable[float]) -> float:
    """Return the strongest weight in favour; if none, the mildest against; 0 where nothing was compared."""
    compared = [w for w in weights if w]
    return max(compared, default=0.0)


def _as_form(line: Line) -> Invoice:
    """Return a line as the form it stands for: the insured is taken for the patient."""
    return Invoice(
        pages=(),
        invoice_number=line.invoice_number,
        patient_name=line.insured_name,
        patient_nir=line.insured_nir,
        patient_birth_date=line.beneficiary_birth_date,
        total_amount=line.total_amount,
    )
