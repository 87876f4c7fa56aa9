"""What a worker brings back from one page: small, picklable, without a pixel."""

from dataclasses import dataclass

from extractors.sheet import Quality
from schemas.bordereau import Bordereau
from schemas.invoice import Invoice
from schemas.page import Page
from schemas.prescription import Attachment, Prescription


@dataclass(frozen=True, slots=True)
class BordereauPage:
    """One page of a bordereau, with its place among the pages where it prints one ("page 2/3")."""

    content: Bordereau
    page_number: int | None = None
    page_count: int | None = None
    #: number of invoices printed at the foot
    invoice_count: int | None = None


@dataclass(frozen=True, slots=True)
class PageReading:
    """One page, read. At most one of the four contents is set; ``page.document`` is not decided yet."""

    page: Page
    quality: Quality | None = None
    bordereau: BordereauPage | None = None
    invoice: Invoice | None = None
    prescription: Prescription | None = None
    attachment: Attachment | None = None
    #: lot number a separator sheet or its barcode carries, "" for a separator without one
    separator: str | None = None
