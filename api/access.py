"""Who may do what: one table, read by every route and checked by the tests, role by role."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.problems import ProblemError
from intake.store.records import Role, Viewer


class Right(StrEnum):
    """What a route does to lots."""

    SEND = "send"  #: a lot, or a page more
    SEE = "see"  #: states, results, images, originals
    READ_AGAIN = "read again"  #: with the program of today


#: A station's rights end at its own lots: the store sees to that, for each query.
MAY: Final[Mapping[Right, frozenset[Role]]] = MappingProxyType(
    {
        Right.SEND: frozenset({Role.STATION, Role.REVIEWER, Role.SUPERVISOR, Role.ADMIN}),
        Right.SEE: frozenset({Role.STATION, Role.REVIEWER, Role.SUPERVISOR, Role.ADMIN, Role.AUDITOR}),
        Right.READ_AGAIN: frozenset({Role.SUPERVISOR, Role.ADMIN}),
    }
)

_bearer = HTTPBearer(auto_error=False, description="A key made with `liasse keys create`.")


def caller(right: Right) -> Callable[..., Viewer]:
    """Return what gives a route its viewer, and stops one whose role lacks the *right*."""

    def checked(
        request: Request,
        # for the documentation: the guard has read it
        _: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ) -> Viewer:
        viewer: Viewer = request.state.viewer
        if viewer.role not in MAY[right]:
            raise ProblemError(HTTPStatus.FORBIDDEN, "access.role")
        return viewer

    return checked


Sender = Annotated[Viewer, Depends(caller(Right.SEND))]
Reader = Annotated[Viewer, Depends(caller(Right.SEE))]
Rereader = Annotated[Viewer, Depends(caller(Right.READ_AGAIN))]
