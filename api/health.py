"""Whether the service lives, and whether it can take lots, for whoever restarts it. No key is asked, no detail told."""

from http import HTTPStatus

from fastapi import APIRouter

from api.problems import answers
from api.shapes import Health
from intake.store.store import Store


def health(store: Store) -> APIRouter:
    """Return the two routes."""
    router = APIRouter(prefix="/health", tags=["exploitation"])

    @router.get("/live")
    def tell_whether_it_lives() -> Health:
        """Answer at all."""
        return Health(status="live")

    @router.get("/ready", responses=answers(HTTPStatus.SERVICE_UNAVAILABLE))
    def tell_whether_it_is_ready() -> Health:
        """Answer 200 when database and blob store can be written, else 503."""
        store.ready()
        return Health(status="ready")

    return router
