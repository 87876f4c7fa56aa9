"""What a whole form says about each of its entries: misreadings come together, on forms that read badly throughout."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Any, Final

from intake.calibration.curves import Context
from intake.calibration.kinds import form_entries
from schemas.field import Field
from schemas.invoice import Invoice
from schemas.page import Page

#: Entries below this raw confidence are doubts about their form.
DOUBTFUL: Final = 0.9
#: Share of doubtful entries up to which a form is of the first, second... class; the last class lies above all. On 847
#: generated forms, entries read at 0.98 or more were wrong 1 in 6,100 up to 3 %, 1 in 650 up to 10 %, 1 in 130 above.
CLASSES: Final = (0.03, 0.10, 0.25)
#: The print of a form: known (a template lies on it), of another make, or a software invoice.
PRINTS: Final = ("template", "other_print", "facture")
#: Sources of an entry a person made or confirmed.
PERSON: Final = frozenset({"person", "reviewer"})


def raw_confidence(entry: Field[Any]) -> float:
    """Return the confidence before calibration, also where the entry was calibrated already."""
    return entry.confidence if entry.uncalibrated is None else entry.uncalibrated


def is_doubtful(entry: Field[Any]) -> bool:
    """Whether an entry speaks against the form's reading; one that a person had to settle does."""
    return entry.source in PERSON or raw_confidence(entry) < DOUBTFUL


def doubt_class(entries: Iterable[Field[Any]]) -> int:
    """Return the class of a form, 0 the calmest, by its share of doubtful entries."""
    doubts = [is_doubtful(entry) for entry in entries]
    return bisect_left(CLASSES, sum(doubts) / len(doubts)) if doubts else len(CLASSES)


def form_context(pages: Sequence[Page], invoice: Invoice) -> Context:
    """Return the print and the doubt class of a form of a lot with these pages."""
    if invoice.form == "facture":
        made = "facture"
    else:
        on_template = any(page.residual_mm is not None for page in pages if page.index in invoice.pages)
        made = "template" if on_template else "other_print"
    return made, doubt_class(entry for _, entry in form_entries(invoice))
