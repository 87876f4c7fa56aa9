"""``/v1/batches``: a station sends lots and follows them; results, images and originals are fetched."""

from collections.abc import AsyncIterator
from datetime import date
from http import HTTPStatus
from math import ceil
from typing import Annotated
from urllib.parse import quote

from anyio import sleep
from anyio.to_thread import run_sync
from fastapi import APIRouter, File, Form, Header, Query, Response
from fastapi.datastructures import UploadFile
from fastapi.responses import StreamingResponse

from api.access import Reader, Rereader, Sender
from api.arrivals import Room, sent_files
from api.problems import ProblemError, answers
from api.settings import ApiSettings
from api.shapes import Acknowledgement, DetailedStatus, Piece, Status, StatusList
from intake.store.records import LotFilter, LotState, NewLot
from intake.store.store import Store
from schemas.batch import Batch, Flow

#: A page or a result is health data: no cache on the way keeps it, no browser guesses what it is.
PRIVATE = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
_EVERY = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
_ONE = (*_EVERY, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


def batches(store: Store, settings: ApiSettings) -> APIRouter:
    """Return the routes over *store*."""
    router = APIRouter(prefix="/v1/batches", tags=["lots"])
    for add in (_sending, _following, _telling, _fetching):
        add(router, store, settings)
    return router


def _sending(router: APIRouter, store: Store, settings: ApiSettings) -> None:
    room = Room(store, settings)

    @router.post(
        "",
        status_code=HTTPStatus.ACCEPTED,
        responses=answers(
            *_EVERY, HTTPStatus.BAD_REQUEST, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, HTTPStatus.TOO_MANY_REQUESTS
        ),
    )
    def send_a_lot(
        by: Sender,
        response: Response,
        files: Annotated[
            list[UploadFile], File(min_length=1, description="PDF, TIFF, PNG, JPEG, in the order of the paper.")
        ],
        flow: Annotated[Flow | None, Form(description="How the invoices were sent, where you know it.")] = None,
        received_on: Annotated[date | None, Form(description="Day the caisse received the paper.")] = None,
        channel: Annotated[str | None, Form(max_length=100, description="Post, drop point, station...")] = None,
        idempotency_key: Annotated[
            str | None,
            Header(min_length=1, max_length=255, description="Yours: the same key gives the same lot, never a second."),
        ] = None,
    ) -> Acknowledgement:
        """Take a lot: when this answers 202, the lot is safe and will be read, whatever happens."""
        if len(files) > settings.files_per_lot:
            raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "input.too_large")
        room.check()
        new = NewLot(sent_files(list(files)), flow, received_on, channel or None)
        lot = store.acknowledge(new, by, idempotency_key=idempotency_key)
        response.headers["Location"] = f"/v1/batches/{lot.id}"
        pieces = [Piece.of(file) for file in store.files(lot.id, by)]
        return Acknowledgement(id=lot.id, received_at=lot.received_at or lot.created_at, pieces=pieces)

    @router.post("/{batch_id}/rereading", status_code=HTTPStatus.ACCEPTED, responses=answers(*_ONE))
    def read_a_lot_again(batch_id: str, by: Rereader) -> Status:
        """Ask for another reading, as after an upgrade; older results stay."""
        return Status.of(store.reread(batch_id, by))


def _following(router: APIRouter, store: Store, _: ApiSettings) -> None:
    @router.get("", responses=answers(*_EVERY))
    def list_lots(
        by: Reader,
        state: Annotated[LotState | None, Query()] = None,
        cursor: Annotated[str | None, Query(max_length=500, description="`next` of an earlier answer.")] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> StatusList:
        """List lots, the latest first; a station's key lists its own."""
        wanted = LotFilter(states=frozenset() if state is None else frozenset({state}))
        found = store.lots(wanted, by, cursor=cursor, limit=limit)
        return StatusList(lots=[Status.of(lot) for lot in found.lots], next=found.cursor)

    @router.get("/{batch_id}", responses=answers(*_ONE))
    def follow_a_lot(batch_id: str, by: Reader) -> DetailedStatus:
        """Tell where a lot stands, piece by piece and page by page."""
        lot = store.lot(batch_id, by)
        if lot.state is LotState.PURGED:
            return DetailedStatus.with_parts(lot, (), ())
        return DetailedStatus.with_parts(lot, store.files(batch_id, by), store.pages(batch_id, by))


def _telling(router: APIRouter, store: Store, settings: ApiSettings) -> None:
    events = {"content": {"text/event-stream": {}}, "description": "A `progress` event at each change, until the end."}

    @router.get("/{batch_id}/events", response_class=StreamingResponse, responses=answers(*_ONE) | {200: events})
    def follow_a_lot_live(batch_id: str, by: Reader) -> StreamingResponse:
        """Tell each change of a lot's status as a server-sent event, until it is read, failed or purged.

        After five minutes the answer ends all the same: ask again.
        """
        first = store.lot(batch_id, by)

        async def changes() -> AsyncIterator[str]:
            lot, told = first, ""
            for _ in range(ceil(settings.follow_seconds / settings.event_seconds)):
                status = Status.of(lot).model_dump_json()
                if status != told:
                    told = status
                    yield f"event: progress\ndata: {status}\n\n"
                if lot.state in {LotState.READ, LotState.FAILED, LotState.PURGED}:
                    return
                await sleep(settings.event_seconds)  # no thread waits: a hundred stations may look on
                lot = await run_sync(store.lot, batch_id, by)

        return StreamingResponse(changes(), media_type="text/event-stream", headers=PRIVATE)


def _fetching(router: APIRouter, store: Store, settings: ApiSettings) -> None:
    documents = {"content": {"application/octet-stream": {}}, "description": "The file, byte for byte."}

    @router.get("/{batch_id}/result", response_model=Batch, responses=answers(*_ONE))
    def fetch_the_result(batch_id: str, by: Reader) -> Response:
        """Return what was read: the contract's object, the latest one."""
        lot = store.lot(batch_id, by)
        if lot.state is LotState.FAILED:
            raise ProblemError(HTTPStatus.CONFLICT, "conflict.failed")
        if lot.concluded_at is None:
            raise ProblemError(HTTPStatus.CONFLICT, "conflict.not_read", retry_after_s=settings.retry_after_s)
        record, content = store.result(batch_id, by)
        store.journal.record(by, "result.fetched", lot_id=batch_id, facts={"revision": record.revision})
        return Response(content, media_type="application/json", headers=PRIVATE | {"ETag": f'"{record.sha256}"'})

    @router.get(
        "/{batch_id}/pages/{index}/image",
        response_class=Response,
        responses=answers(*_ONE) | {200: {"content": {"image/jpeg": {}}, "description": "The upright page."}},
    )
    def fetch_a_page_image(batch_id: str, index: int, by: Reader) -> Response:
        """Return a page as it was turned upright; ``index`` as in the result's ``pages``."""
        pages = store.pages(batch_id, by)
        if not 0 <= index < len(pages):
            raise ProblemError(HTTPStatus.NOT_FOUND, "not_found")
        image = store.page_image(batch_id, pages[index].index, by)
        store.journal.record(by, "page.viewed", lot_id=batch_id, facts={"page": index})
        return Response(image, media_type="image/jpeg", headers=PRIVATE)

    @router.get(
        "/{batch_id}/files/{file_id}", response_class=StreamingResponse, responses=answers(*_ONE) | {200: documents}
    )
    def fetch_an_original(batch_id: str, file_id: str, by: Reader) -> StreamingResponse:
        """Return a file exactly as it was sent."""
        content = store.original(batch_id, file_id, by)
        file = next(file for file in store.files(batch_id, by) if file.id == file_id)
        store.journal.record(by, "original.fetched", lot_id=batch_id, facts={"sha256": file.sha256})
        headers = PRIVATE | {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"}
        return StreamingResponse(content, media_type=file.media_type, headers=headers)
