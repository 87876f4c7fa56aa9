"""The writer's hand, learnt from what the lot made sure and used for what it left in doubt; forgotten after the lot.

Most forms of a lot are one person's. Where the bordereau, a key or a tariff settled an entry, its characters are
examples of how this hand writes; the cells that stay doubtful are weighed anew with them. What is learnt is a small
correction of the cell reader's last layer, and it is used only if it reads forms better that it was not learnt from.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from extractors.decoding.cells import SeenCells
from extractors.decoding.comb_entry import CombInk
from extractors.decoding.hypotheses import Place
from extractors.decoding.number_entry import NumberInk
from intake.lot import Lot
from schemas.field import Blind, Field
from schemas.invoice import Act, Invoice
from schemas.model import Record

Floats = NDArray[np.float64]
R = TypeVar("R", Invoice, Act)

#: Confidence from which an entry's characters are examples, and under which an entry is read again.
_SURE: Final = 0.99
#: Examples a hand must have given, and how many of them the reader was not sure of: else there is nothing to learn.
_EXAMPLES: Final = 60
_HARD: Final = 5
_HARD_UNDER: Final = 0.9
#: Weight of staying as the reader was taught, in examples. Of 0.3, 1, 3 and 10, tried on 29 lots, each form read by
#: what the others teach, 1 left the fewest cells wrong: 94 of 14,517, against 134 without (0.3: 104, 10: 111).
_STAY: Final = 1.0
#: Steps of the descent, its rate and momentum: more steps brought nothing.
_STEPS: Final = 40
_RATE: Final = 2.0
_MOMENTUM: Final = 0.8
#: Loss on forms left out, against before, that the correction must reach.
_BETTER: Final = 0.97
#: No cell excludes a symbol.
_LEAST: Final = 1e-5


@dataclass(frozen=True, slots=True)
class _Lessons:
    """Cells whose characters are known: ``(n, classes)``, ``(n, features)``, ``(n,)``."""

    logs: Floats
    features: Floats
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, slots=True)
class Hand:
    """A correction of the cell reader: ``(features, classes)`` weights and ``(classes,)`` odds, logarithmic."""

    weights: Floats
    odds: Floats
    scale: float

    def read(self, cells: SeenCells) -> SeenCells:
        """Return *cells* weighed anew; those the network never saw stay as they are."""
        features = cells.features
        logs = _logs(cells.probabilities) + self._correction(features)
        found = _softmax(logs)
        seen = features.max(axis=1, keepdims=True) > 0
        return cells.read_as(np.where(seen, found, cells.probabilities))

    def loss(self, lessons: _Lessons) -> float:
        """Return the mean negative log-likelihood of what the cells really hold."""
        shares = _softmax(lessons.logs + self._correction(lessons.features))
        return float(-np.log(np.maximum(shares[np.arange(len(lessons)), lessons.labels], _LEAST)).mean())

    def _correction(self, features: Floats) -> Floats:
        return np.asarray(features / self.scale @ self.weights + self.odds)


def read_again(lot: Lot, settled: Lot) -> Lot:
    """Return *lot* with its doubtful entries read by what the sure ones of *settled* teach of the hand.

    Args:
        lot: grouped; its forms are in the order of *settled*'s.
        settled: the same lot, matched and resolved.
    """
    lessons = [_lessons(invoice, own) for invoice, own in zip(settled.invoices, lot.invoices, strict=True)]
    hand = _learnt(lessons)
    if hand is None:
        return lot
    invoices = [
        _read_invoice(invoice, sure, hand) for invoice, sure in zip(lot.invoices, settled.invoices, strict=True)
    ]
    return replace(lot, invoices=tuple(invoices))


def _lessons(settled: Invoice, invoice: Invoice) -> _Lessons | None:
    """Return the examples one form gives."""
    logs, features, labels = [], [], []
    for entry, known in _pairs(invoice, settled):
        ink = entry.ink
        if not isinstance(ink, CombInk | NumberInk) or known.value is None or known.confidence < _SURE:
            continue
        rows, traits = _logs(ink.cells.probabilities), ink.cells.features
        for cell, character in ink.characters_of(known.value).items():
            if traits[cell].any():
                logs.append(rows[cell])
                features.append(traits[cell])
                labels.append(ink.cells.classes.index(character))
    return _Lessons(np.array(logs), np.array(features), np.array(labels, np.int64)) if labels else None


def _learnt(forms: Sequence[_Lessons | None]) -> Hand | None:
    """Return what the examples teach, if it helps with forms they are not from; else None."""
    given = [lessons for lessons in forms if lessons is not None]
    if len(given) < 2:  # noqa: PLR2004 - nothing to check it on
        return None
    whole = _joined(given)
    own = np.exp(whole.logs[np.arange(len(whole)), whole.labels])
    if len(whole) < _EXAMPLES or int((own < _HARD_UNDER).sum()) < _HARD:
        return None
    before = after = 0.0
    for half in range(2):
        kept, left = _joined(given[half::2]), _joined(given[1 - half :: 2])
        before += _nothing(kept).loss(left) * len(left)
        after += _fitted(kept).loss(left) * len(left)
    return _fitted(whole) if after < _BETTER * before else None


def _nothing(lessons: _Lessons) -> Hand:
    classes, features = lessons.logs.shape[1], lessons.features.shape[1]
    return Hand(np.zeros((features, classes)), np.zeros(classes), 1.0)


def _fitted(lessons: _Lessons) -> Hand:
    """Return the correction of least loss that stays near none (softmax regression, descent with momentum)."""
    scale = float(np.sqrt((lessons.features**2).sum(axis=1).mean())) or 1.0
    inputs, n = lessons.features / scale, len(lessons)
    wanted = np.eye(lessons.logs.shape[1])[lessons.labels]
    weights, odds = np.zeros((inputs.shape[1], wanted.shape[1])), np.zeros(wanted.shape[1])
    pull, shift = np.zeros_like(weights), np.zeros_like(odds)
    for _ in range(_STEPS):
        wrong = _softmax(lessons.logs + inputs @ weights + odds) - wanted
        pull = _MOMENTUM * pull - (inputs.T @ wrong + _STAY * weights) * _RATE / (_STAY + n)
        shift = _MOMENTUM * shift - (wrong.sum(axis=0) + _STAY * odds) * _RATE / (_STAY + n)
        weights, odds = weights + pull, odds + shift
    return Hand(weights, odds, scale)


def _joined(lessons: Sequence[_Lessons]) -> _Lessons:
    return _Lessons(
        np.concatenate([one.logs for one in lessons]),
        np.concatenate([one.features for one in lessons]),
        np.concatenate([one.labels for one in lessons]),
    )


def _read(entry: Field[str], known: Field[str], hand: Hand) -> Field[str]:
    """Return a doubtful entry as its corrected cells read it; what they said at first stays as ``blind``."""
    ink = entry.ink
    if not isinstance(ink, CombInk | NumberInk) or known.confidence >= _SURE or entry.page is None or entry.box is None:
        return entry
    found = ink.read_again(hand.read(ink.cells), Place(entry.page, entry.box, entry.source or ""))
    if found.is_empty != entry.is_empty:
        return entry  # whether there is writing at all is no question of the hand
    first = entry.blind or Blind(value=entry.value, confidence=entry.confidence)
    return found.model_copy(update={"blind": first})


def _read_invoice(invoice: Invoice, settled: Invoice, hand: Hand) -> Invoice:
    acts = tuple(_read_entries(act, sure, hand) for act, sure in zip(invoice.acts, settled.acts, strict=True))
    return _read_entries(invoice, settled, hand).model_copy(update={"acts": acts})


def _read_entries(record: R, settled: R, hand: Hand) -> R:
    """Return *record* with each of its own entries read by *hand* where *settled* leaves it in doubt."""
    changed = {name: _read(getattr(record, name), getattr(settled, name), hand) for name in _entries(record)}
    return record.model_copy(update=changed)


def _pairs(invoice: Invoice, settled: Invoice) -> Iterator[tuple[Field[str], Field[str]]]:
    """Yield each entry of a form, as read and as settled."""
    for record, other in ((invoice, settled), *zip(invoice.acts, settled.acts, strict=True)):
        yield from ((getattr(record, name), getattr(other, name)) for name in _entries(record))


def _entries(record: Record) -> Iterator[str]:
    return (name for name in type(record).model_fields if isinstance(getattr(record, name), Field))


def _logs(probabilities: Floats) -> Floats:
    return np.asarray(np.log(np.maximum(probabilities, _LEAST)))


def _softmax(logs: Floats) -> Floats:
    raised = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
