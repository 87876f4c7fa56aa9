"""Errors as RFC 9457 problems: a stable code for programs, a French sentence for people, and nothing of the papers."""

import errno
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from intake.failures import log_failure
from intake.store.errors import AccessError, ConflictError, DamagedError, IdempotencyError, NotFoundError
from schemas.errors import InputError, LiasseError, ResourceError

MEDIA_TYPE: Final = "application/problem+json"

#: What a person reads for each code; a code without a sentence of its own has its family's.
SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "access": "La clé est absente, fausse ou révoquée.",
        "access.role": "Cette clé ne permet pas cette opération.",
        "not_found": "Cet élément n'existe pas, ou n'est pas visible avec cette clé.",
        "method": "Cette opération n'existe pas à cette adresse.",
        "purged": "Les pièces de ce lot ont été détruites au terme de leur durée de conservation.",
        "conflict": "L'état actuel du lot ne permet pas cette opération.",
        "conflict.idempotency": "Cette clé d'idempotence a déjà servi pour un autre envoi.",
        "conflict.not_read": "Le lot n'est pas encore lu : revenez un peu plus tard.",
        "conflict.failed": "Le lot n'a pas pu être lu ; le motif figure dans son état.",
        "input": "La demande ne peut pas être comprise.",
        "input.request": "La demande est mal formée ; les champs en cause sont indiqués.",
        "input.no_document": "Aucune des pièces n'est un PDF ou une image TIFF, PNG ou JPEG lisible.",
        "input.too_large": "L'envoi dépasse la taille admise.",
        "input.several_lots": "Les fichiers contiennent plusieurs lots : envoyez chaque lot séparément.",
        "resource": "Le service est momentanément indisponible : réessayez dans quelques instants.",
        "resource.busy": "Trop de lots attendent d'être lus : réessayez dans quelques instants.",
        "resource.disk_full": "L'espace de stockage est presque plein : réessayez plus tard et prévenez l'exploitant.",
        "damaged": "Un élément conservé est endommagé : prévenez l'exploitant.",
        "failure": "Le programme a échoué : l'incident est journalisé, prévenez l'exploitant.",
    }
)


#: Codes of what the framework answers by itself.
_FRAMEWORK: Final[Mapping[int, str]] = MappingProxyType(
    {
        HTTPStatus.NOT_FOUND: "not_found",
        HTTPStatus.METHOD_NOT_ALLOWED: "method",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "input.too_large",
    }
)


class Problem(BaseModel):
    """An error, as RFC 9457 shapes it."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "about:blank",
                "title": "Not Found",
                "status": 404,
                "code": "not_found",
                "detail": SENTENCES["not_found"],
                "fields": [],
            }
        }
    )

    type: str = "about:blank"
    #: the HTTP status in words
    title: str
    status: int
    #: stable, for programs
    code: str
    #: French, for people
    detail: str
    #: places in the request that are wrong, never what stood there
    fields: list[str] = []


class ProblemError(Exception):
    """An answer that is no success, decided by the HTTP side itself."""

    def __init__(self, status: HTTPStatus, code: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.retry_after_s = retry_after_s


def sentence(code: str) -> str:
    """Return the French sentence for *code*, or its family's."""
    while code not in SENTENCES:
        code = code.rpartition(".")[0] or "failure"
    return SENTENCES[code]


def answer(
    status: HTTPStatus, code: str, *, fields: list[str] | None = None, retry_after_s: int | None = None
) -> JSONResponse:
    """Return a problem as a response."""
    headers = {"Retry-After": str(retry_after_s)} if retry_after_s is not None else {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    problem = Problem(title=status.phrase, status=status, code=code, detail=sentence(code), fields=fields or [])
    return JSONResponse(problem.model_dump(), status, headers, MEDIA_TYPE)


def answers(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Return the problems a route may answer with, for its documentation."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {int(status): {"description": status.phrase, "model": Problem, "content": content} for status in statuses}


def install(app: FastAPI, retry_after_s: int) -> None:
    """Make every error *app* raises a problem."""

    def of_ours(_: Request, error: Exception) -> JSONResponse:
        if not isinstance(error, LiasseError):
            raise TypeError(type(error).__name__)
        status = _status(error)
        return answer(status, error.code, retry_after_s=retry_after_s if error.retryable else None)

    def of_the_skin(_: Request, error: Exception) -> JSONResponse:
        if not isinstance(error, ProblemError):
            raise TypeError(type(error).__name__)
        return answer(error.status, error.code, retry_after_s=error.retry_after_s)

    def of_the_request(_: Request, error: Exception) -> JSONResponse:
        if not isinstance(error, RequestValidationError):
            raise TypeError(type(error).__name__)
        places = [".".join(str(step) for step in fault["loc"]) for fault in error.errors()]
        return answer(HTTPStatus.UNPROCESSABLE_ENTITY, "input.request", fields=places)

    def of_the_machine(_: Request, error: Exception) -> JSONResponse:
        return _of_the_machine(error, retry_after_s)

    def of_the_framework(_: Request, error: Exception) -> JSONResponse:
        if not isinstance(error, HTTPException):
            raise TypeError(type(error).__name__)
        return _of_the_framework(error, retry_after_s)

    app.add_exception_handler(LiasseError, of_ours)
    app.add_exception_handler(ProblemError, of_the_skin)
    app.add_exception_handler(RequestValidationError, of_the_request)
    app.add_exception_handler(HTTPException, of_the_framework)
    app.add_exception_handler(OSError, of_the_machine)


def _of_the_framework(error: HTTPException, retry_after_s: int) -> JSONResponse:
    if isinstance(error.__cause__, OSError):  # met while a body was unpacked: FastAPI blames the sender
        return _of_the_machine(error.__cause__, retry_after_s)
    is_large = str(error.detail).startswith("Too many files")  # Starlette says 400
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if is_large else HTTPStatus(error.status_code)
    said = answer(status, _FRAMEWORK.get(status, "input.request"))
    said.headers.update(error.headers or {})
    return said


def _of_the_machine(error: Exception, retry_after_s: int) -> JSONResponse:
    """Answer for a full disk or table of the system: the sender did nothing wrong, and comes back."""
    log_failure("api", error)
    is_full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}
    code = "resource.disk_full" if is_full else "resource"
    return answer(HTTPStatus.SERVICE_UNAVAILABLE, code, retry_after_s=retry_after_s)


def _status(error: LiasseError) -> HTTPStatus:
    """Return the HTTP status of an error of ours."""
    known: tuple[tuple[type[LiasseError], HTTPStatus], ...] = (
        (NotFoundError, HTTPStatus.NOT_FOUND),
        (AccessError, HTTPStatus.UNAUTHORIZED),
        (IdempotencyError, HTTPStatus.UNPROCESSABLE_ENTITY),
        (ConflictError, HTTPStatus.CONFLICT),
        (InputError, HTTPStatus.UNPROCESSABLE_ENTITY),
        (ResourceError, HTTPStatus.SERVICE_UNAVAILABLE),
        (DamagedError, HTTPStatus.INTERNAL_SERVER_ERROR),
    )
    return next((status for kind, status in known if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)
