"""The door: nobody gets further without a key, no request is larger than allowed, and no error text gets out.

Pure ASGI, because a framework's dependencies run after the whole body has been read: a caller without a key must not
be able to send a gigabyte first.
"""

from http import HTTPStatus
from typing import Final

from anyio.to_thread import run_sync
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access import MAY, Right
from api.arrivals import Room
from api.problems import ProblemError, answer
from intake.failures import log_failure
from intake.store.errors import AccessError
from intake.store.store import Store
from schemas.errors import LiasseError

#: What needs a key. Health has none to show, and says nothing.
_GUARDED: Final = "/v1"
_SCHEME: Final = "bearer "
#: The one route whose body is large: role and room are looked at before it is received, and by the route again after.
_SENDING: Final = ("POST", "/v1/batches")


class Guard:
    """Stands before the whole application.

    Args:
        app: what it guards.
        store: whose keys open it.
        room: says whether a lot may be sent now.
        request_bytes: the largest body it lets through.
    """

    def __init__(self, app: ASGIApp, *, store: Store, room: Room, request_bytes: int) -> None:
        self._app = app
        self._store = store
        self._room = room
        self._request_bytes = request_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def watched(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            if message["type"] == "http.response.start":  # a status holds file names, which may name a person
                MutableHeaders(scope=message).setdefault("Cache-Control", "private, no-store")
            await send(message)

        try:
            await self._check(scope)
            await self._app(scope, self._measured(receive), watched)
        except ProblemError as problem:
            await answer(problem.status, problem.code, retry_after_s=problem.retry_after_s)(scope, receive, send)
        except LiasseError as error:  # the database did not answer
            await answer(HTTPStatus.SERVICE_UNAVAILABLE, error.code, retry_after_s=1)(scope, receive, send)
        except Exception as error:  # noqa: BLE001 - the server would log its text, which may hold a name
            log_failure("api", error)
            if has_begun:
                raise ConnectionAbortedError("the answer could not be finished") from None
            await answer(HTTPStatus.INTERNAL_SERVER_ERROR, "failure")(scope, receive, send)

    async def _check(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        if scope["path"] == _GUARDED or scope["path"].startswith(_GUARDED + "/"):
            given = headers.get("authorization", "")
            key = given[len(_SCHEME) :].strip() if given.lower().startswith(_SCHEME) else ""
            try:
                viewer = await run_sync(self._store.people.viewer_of_key, key)
            except AccessError as error:
                raise ProblemError(HTTPStatus.UNAUTHORIZED, error.code) from None
            scope.setdefault("state", {})["viewer"] = viewer
            if (scope["method"], scope["path"]) == _SENDING:
                if viewer.role not in MAY[Right.SEND]:
                    raise ProblemError(HTTPStatus.FORBIDDEN, "access.role")
                await run_sync(self._room.check)
        announced = headers.get("content-length", "0")
        if not announced.isdecimal() or int(announced) > self._request_bytes:
            raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "input.too_large")

    def _measured(self, receive: Receive) -> Receive:
        """Return *receive*, which stops a body that turns out larger than it may be."""
        taken = 0

        async def measured() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._request_bytes:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)  # the one kind that FastAPI lets pass as it is
            return message

        return measured
