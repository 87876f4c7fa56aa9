"""What the program itself failed on: one flag that sends the papers to a person, one log line without any identity."""

import traceback
from typing import Final

from schemas.flag import Flag, Severity

#: Code of the flag and of the log line.
NOT_CONCLUDED: Final = "not_concluded"


def not_concluded(*, invoice: int | None = None, line: int | None = None) -> Flag:
    """Return the flag of papers the program did not come to an end with: nothing is said against them."""
    message = "le programme n'a pu conclure : à traiter entièrement à la main"
    return Flag(code=NOT_CONCLUDED, severity=Severity.CHECK, message=message, invoice=invoice, line=line)


def log_failure(step: str, error: Exception) -> None:
    """Log the failed step, the error's type and its place in the code; never its text, which may hold a name."""
    import structlog  # noqa: PLC0415 - 0.07 s of every start, and most lots log nothing

    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{last.name}:{last.lineno}"
    log = structlog.get_logger()
    log.error("not concluded", code=NOT_CONCLUDED, step=step, error=type(error).__name__, place=place)
