"""Every mark of a lot, in the sorts a person judges them by: erasures, signatures, ticks, stamps, second inks."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from intake.ink_names import ink_name
from intake.report.entries import LABELS
from schemas.batch import Batch
from schemas.field import Field
from schemas.geometry import Box
from schemas.invoice import SIGNATURES, TICKS, Invoice
from schemas.mark import Mark, MarkKind, Stamp, TwoInks
from schemas.prescription import Prescription

#: Probability from which a signature or a tick is shown as there or not there, under it as doubtful: 1 error in 10, as
#: an entry is drawn unsure.
CLEAR: Final = 0.90

#: The sorts in the order they are shown: what accuses the paper first, what is as it should be last.
TITLES: Final[Mapping[str, str]] = {
    MarkKind.STRIKE: "Ratures",
    MarkKind.OVERWRITE: "Surcharges",
    MarkKind.FLUID: "Correcteur blanc",
    MarkKind.TAPE: "Ruban correcteur",
    MarkKind.SCRATCH: "Grattages",
    "two_inks": "Deux encres dans une même rubrique",
    "signature_missing": "Signatures absentes",
    "signature_doubtful": "Signatures douteuses",
    "signature": "Signatures présentes",
    "tick_cancelled": "Coches annulées",
    "tick_doubtful": "Coches douteuses",
    "tick": "Cases cochées",
    "stamp": "Cachets",
}


@dataclass(frozen=True, slots=True)
class ShownMark:
    """One mark, ready to be shown."""

    sort: str
    page: int
    #: None where the place itself was not found: the page is shown
    box: Box | None
    #: probability that it is what its sort says; of a doubtful one, of what was read
    score: float
    document: str
    label: str
    note: str = ""

    @property
    def certainty(self) -> float:
        """How far from a toss-up it is: what is least certain is shown first."""
        return abs(self.score - 0.5)


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a lot by sort, the least certain first, and the boxes left as they were printed."""

    by_sort: Mapping[str, tuple[ShownMark, ...]]
    #: boxes that are surely not ticked: counted, not shown
    unticked: int

    def on_pages(self) -> dict[int, list[ShownMark]]:
        """Return the marks of each page."""
        pages: dict[int, list[ShownMark]] = defaultdict(list)
        for marks in self.by_sort.values():
            for mark in marks:
                pages[mark.page].append(mark)
        return pages


def marks_of(batch: Batch) -> Marks:
    """Return every mark found in *batch*."""
    found: dict[str, list[ShownMark]] = {sort: [] for sort in TITLES}
    for mark in _found(batch):
        found[mark.sort].append(mark)
    ordered = {
        sort: tuple(sorted(marks, key=lambda mark: (round(mark.certainty, 3), mark.page)))
        for sort, marks in found.items()
        if marks
    }
    ticks = [getattr(invoice, name) for invoice in batch.invoices for name in TICKS]
    return Marks(ordered, sum(_is_plainly_unticked(tick) for tick in ticks))


def label_of(field: str | None) -> str:
    """Return an entry's name as a clerk says it, with the number of its row."""
    if field is None:
        return "hors rubrique"
    parts = field.split(".")
    label = LABELS.get(parts[-1], parts[-1])
    return f"Acte {int(parts[1]) + 1} : {label}" if len(parts) == 3 else label  # noqa: PLR2004 - acts.N.name


def _found(batch: Batch) -> Iterator[ShownMark]:
    for k, invoice in enumerate(batch.invoices):
        document = f"Facture {k + 1}"
        yield from _erasures(document, invoice.marks)
        yield from _signatures(document, invoice)
        yield from _ticks(document, invoice)
        yield from _stamps(document, invoice.stamps)
        yield from (_second_ink(document, one) for one in invoice.two_inks)
    for k, prescription in enumerate(batch.prescriptions):
        document = f"Prescription {k + 1}"
        yield from _erasures(document, prescription.marks)
        yield from _prescriber(document, prescription)
        yield from _stamps(document, prescription.stamps)


def _erasures(document: str, marks: tuple[Mark, ...]) -> Iterator[ShownMark]:
    for mark in marks:
        sort = "tick_cancelled" if mark.field in TICKS else mark.kind.value
        yield ShownMark(sort, mark.page, mark.box, mark.score, document, label_of(mark.field))


def _signatures(document: str, invoice: Invoice) -> Iterator[ShownMark]:
    for name in SIGNATURES:
        entry: Field[bool] = getattr(invoice, name)
        is_excused = name == "patient_signature" and bool(invoice.unable_to_sign.value)
        note = "impossibilité de signer cochée" if is_excused else ""
        if entry.page is not None:
            yield ShownMark(_sort_of(entry), entry.page, entry.box, entry.confidence, document, LABELS[name], note)


def _prescriber(document: str, prescription: Prescription) -> Iterator[ShownMark]:
    entry = prescription.prescriber_signature
    page = entry.page if entry.page is not None else min(prescription.pages, default=None)
    if page is not None:
        yield ShownMark(_sort_of(entry), page, entry.box, entry.confidence, document, LABELS["prescriber_signature"])


def _sort_of(entry: Field[bool]) -> str:
    if entry.value is None or entry.confidence < CLEAR:
        return "signature_doubtful"
    return "signature" if entry.value else "signature_missing"


def _ticks(document: str, invoice: Invoice) -> Iterator[ShownMark]:
    cancelled = {mark.field for mark in invoice.marks}
    for name in TICKS:
        entry: Field[bool] = getattr(invoice, name)
        if entry.page is None or _is_plainly_unticked(entry) or name in cancelled:
            continue
        is_sure = entry.value is True and entry.confidence >= CLEAR
        note = "" if is_sure else f"lue {'cochée' if entry.value else 'non cochée'}"
        sort = "tick" if is_sure else "tick_doubtful"
        yield ShownMark(sort, entry.page, entry.box, entry.confidence, document, LABELS[name], note)


def _is_plainly_unticked(entry: Field[bool]) -> bool:
    return entry.page is not None and entry.value is False and entry.confidence >= CLEAR


def _stamps(document: str, stamps: tuple[Stamp, ...]) -> Iterator[ShownMark]:
    for stamp in stamps:
        note = f"encre {ink_name(stamp.colour)}" if stamp.colour else ""
        yield ShownMark("stamp", stamp.page, stamp.box, stamp.score, document, "Cachet", note)


def _second_ink(document: str, inks: TwoInks) -> ShownMark:
    note = "encres " + " et ".join(ink_name(colour) for colour in inks.colours)
    return ShownMark("two_inks", inks.page, inks.box, inks.score, document, label_of(inks.field), note)
