"""How patient the workers are, each figure with its unit and origin."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field as Constraint

Positive = Annotated[float, Constraint(gt=0.0)]


@dataclass(frozen=True, slots=True)
class JobSettings:
    """What an installation may change about its workers."""

    #: seconds between two looks of a worker for acknowledged lots nobody queued: what a lot waits at most, and one
    #: indexed query each
    sweep_seconds: Positive = 1.0
    #: seconds between two looks of an idle worker at the queue: a page takes 0.4 to 0.7 s to read
    poll_seconds: Positive = 0.2
    #: seconds between two signs of life of a worker, and between two looks at the others'
    beat_seconds: Positive = 3.0
    #: looks in a row that find no new sign of life before a worker's pages are taken over: 15 s, of the minute that
    #: a station may have to wait; too few cost double work only, nothing is lost or doubled
    missed_beats: Annotated[int, Constraint(ge=2)] = 5
    #: times the reading of a page is begun before it is set aside: a page killed with its process by somebody else
    #: is read at the next; five in a row mean the page itself
    page_attempts: Annotated[int, Constraint(ge=1)] = 5
    #: times the queue engine takes up the opening or the conclusion of a lot before the lot is given up
    lot_attempts: Annotated[int, Constraint(ge=1)] = 20
    #: times a step is tried when database or blobs do not answer, the wait growing by half from one second: 75
    #: seconds, a server's restart. Then it lets others have its place, and is begun anew each minute until they answer
    retries: Annotated[int, Constraint(ge=1)] = 10
    #: seconds a stopping worker gives the pages it is reading; what is left then is handed to the others
    stop_seconds: Annotated[int, Constraint(ge=1)] = 30
