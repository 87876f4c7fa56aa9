"""One lot judged: grouped, matched, resolved, controlled, decided. A step that fails costs its conclusions, no reading.

A fault of this program on one lot must lose nothing that was read: the pages and fields stay as the last good step
left them, nothing is accepted, and a flag sends the whole lot to a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from extractors.reading import PageReading
from intake.calibration.apply import calibrated
from intake.controls.registry import run_controls
from intake.decide import decide
from intake.failures import log_failure, not_concluded
from intake.grouping import group
from intake.hand import read_again
from intake.knowledge import EVERYTHING, Knowledge, by_eye
from intake.lot import Lot, Thresholds
from intake.matching import match
from intake.places import from_zero
from intake.resolve import resolve
from intake.splitting import split_lots
from schemas.batch import Flow, NotChecked
from schemas.flag import Flag


@dataclass(frozen=True, slots=True)
class Judged:
    """A lot with what was found on it."""

    lot: Lot
    flags: tuple[Flag, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()


def judge(
    readings: Sequence[PageReading],
    *,
    flow: Flow | None,
    received_on: date | None,
    thresholds: Thresholds,
    known: Knowledge = EVERYTHING,
) -> Judged:
    """Return the lot these pages make, judged as far as no step failed.

    Args:
        readings: the pages of one lot, in order.
        flow: how the invoices were sent, where the caller knows it.
        received_on: the day the caisse received the paper.
        thresholds: the figures that decide.
        known: what may be used beside the ink.
    """
    lot = Lot()
    flags: tuple[Flag, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    try:
        lot = ungrouped(readings, flow=flow, received_on=received_on, thresholds=thresholds)
        lot = group(readings, flow=flow, received_on=received_on, thresholds=thresholds)
        lot = calibrated(settle(lot, known))
        flags, not_checked = run_controls(lot)
        lot = decide(lot, flags, not_checked)
    except Exception as exc:  # noqa: BLE001 - whatever the logic does, what was read is kept
        log_failure("lot", exc)
        flags = (*flags, not_concluded())
    return Judged(lot, flags, not_checked)


def settle(lot: Lot, known: Knowledge = EVERYTHING) -> Lot:
    """Return a grouped lot matched and resolved; what that teaches of the writer's hand reads the doubtful rest again.

    The second reading is weighed like the first, from the ink on: nothing the lot had argued is argued twice.

    Args:
        lot: grouped.
        known: what may be used beside the ink.
    """
    if Knowledge.KEYS not in known:
        lot = by_eye(lot)
    settled = resolve(match(lot), known)
    again = read_again(lot, settled) if Knowledge.HAND in known else lot
    return settled if again is lot else resolve(match(again), known)


def judge_stack(
    readings: Sequence[PageReading],
    *,
    flow: Flow | None,
    received_on: date | None,
    thresholds: Thresholds,
    known: Knowledge = EVERYTHING,
) -> list[tuple[Sequence[PageReading], Judged]]:
    """Return each lot of a stack with its pages, judged; a stack that could not be cut is one lot for a person.

    Args:
        readings: the pages of the stack, in order.
        flow: how the invoices were sent, where the caller knows it.
        received_on: the day the caisse received the paper.
        thresholds: the figures that decide.
        known: what may be used beside the ink.
    """
    try:
        lots = split_lots(readings)
    except Exception as exc:  # noqa: BLE001 - whatever the logic does, what was read is kept
        log_failure("split", exc)
        lot = ungrouped(readings, flow=flow, received_on=received_on, thresholds=thresholds)
        return [(readings, Judged(lot, (not_concluded(),)))]
    return [
        (pages, judge(pages, flow=flow, received_on=received_on, thresholds=thresholds, known=known)) for pages in lots
    ]


def ungrouped(
    readings: Sequence[PageReading], *, flow: Flow | None, received_on: date | None, thresholds: Thresholds
) -> Lot:
    """Return the lot with every sheet a document of its own: what is left where the pages could not be grouped."""
    readings = from_zero(readings)
    heads = [r.bordereau.content for r in readings if r.bordereau is not None]
    listed = tuple(line for head in heads for line in head.lines)
    return Lot(
        pages=tuple(r.page for r in readings),
        bordereau=heads[0].model_copy(update={"lines": listed}) if heads else None,
        invoices=tuple(r.invoice for r in readings if r.invoice is not None),
        prescriptions=tuple(r.prescription for r in readings if r.prescription is not None),
        attachments=tuple(r.attachment for r in readings if r.attachment is not None),
        flow=flow,
        received_on=received_on,
        thresholds=thresholds,
    )
