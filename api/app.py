"""The application: routes behind the guard, and nothing served from elsewhere."""

from importlib.metadata import version

from fastapi import FastAPI

from api.arrivals import Room
from api.batches import batches
from api.guard import Guard
from api.health import health
from api.problems import install
from api.settings import ApiSettings
from intake.store.store import Store


def create_app(store: Store, settings: ApiSettings) -> FastAPI:
    """Return the service's HTTP side over *store*.

    Its description is at ``/v1/openapi.json``, for those with a key; the usual pages around it load scripts from
    elsewhere, so there are none.
    """
    app = FastAPI(
        title="liasse",
        version=version("liasse"),
        summary="Paper health-insurance claims in, structured and checked invoices out.",
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.include_router(batches(store, settings))
    app.include_router(health(store))
    install(app, settings.retry_after_s)
    app.add_middleware(Guard, store=store, room=Room(store, settings), request_bytes=settings.request_bytes)
    return app
