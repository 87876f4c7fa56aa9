"""Controls of the pages themselves."""

from collections.abc import Iterator

from intake.controls.control import Finding, flag
from intake.lot import Lot
from schemas.flag import Severity
from schemas.page import PageKind


def unreadable_page(lot: Lot) -> Iterator[Finding]:
    """Nothing could be made of a page: black, too pale, blurred, or no reader came to an end on it."""
    for page in lot.pages:
        if page.problem is not None:
            yield flag(
                "unreadable_page", Severity.CHECK, "page illisible : à regarder ou à renumériser", page=page.index
            )


def unknown_page(lot: Lot) -> Iterator[Finding]:
    """A page is readable but of no kind a lot holds."""
    for page in lot.pages:
        if page.kind is PageKind.OTHER and page.problem is None:
            yield flag("unknown_page", Severity.CHECK, "document non reconnu : à classer", page=page.index)


def unacceptable_document(lot: Lot) -> Iterator[Finding]:
    """A payment statement of the caisse is handed in as if it were a piece."""
    for page in lot.pages:
        if page.kind is PageKind.STATEMENT:
            message = "décompte de l'organisme : ce n'est pas une pièce justificative"
            yield flag("unacceptable_document", Severity.INFO, message, page=page.index)
