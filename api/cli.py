"""``liasse serve``, added to the command line: the only command that needs the HTTP side."""

from typing import Annotated

import typer
from rich.console import Console

from intake.cli import app, main

__all__ = ["main"]

_console = Console(stderr=True)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (default: this machine only).")] = None,
    port: Annotated[int | None, typer.Option(help="TCP port (default: 8080).")] = None,
    read: Annotated[bool, typer.Option(help="Read lots in this process too; else `liasse worker` must run.")] = True,  # noqa: FBT002 - a switch
) -> None:
    """Take lots over HTTP and read them; Ctrl-C or TERM stops it, and nothing that was acknowledged is lost."""
    import resource  # noqa: PLC0415 - like all below, for this command only
    import signal  # noqa: PLC0415
    from contextlib import ExitStack  # noqa: PLC0415

    import uvicorn  # noqa: PLC0415

    from api.app import create_app  # noqa: PLC0415
    from api.settings import ApiSettings  # noqa: PLC0415
    from intake.bootstrap import open_store  # noqa: PLC0415
    from intake.calibration.curves import load_calibration  # noqa: PLC0415
    from intake.jobs.worker import LotWorker  # noqa: PLC0415
    from intake.settings import Settings  # noqa: PLC0415

    # uvicorn raises a signal again once it has stopped: TERM must unwind like Ctrl-C, or the worker dies in mid-page
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # each file of an arriving lot is open until the lot is kept: 1,000 of them are no fault
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    settings = Settings()
    load_calibration(settings.thresholds.calibration)
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    web = ApiSettings().model_copy(update=given)
    with ExitStack() as running:
        store = open_store(settings)
        running.callback(store.close)
        password = store.people.first_admin()
        if password is not None:
            _console.print(f"premier démarrage : utilisateur admin, mot de passe à usage unique {password}")
        if read:
            running.enter_context(LotWorker(store, settings))
        _console.print(f"http://{web.host}:{web.port} ; Ctrl-C pour arrêter", highlight=False)
        # no access log: what is worth keeping is in the journal, and the proxy before us has one
        uvicorn.run(
            create_app(store, web),
            host=web.host,
            port=web.port,
            access_log=False,
            log_level="warning",
            timeout_graceful_shutdown=web.stop_seconds,
        )
