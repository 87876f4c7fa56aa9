"""``liasse worker``: reads acknowledged lots until it is told to stop."""

import signal
from threading import Event
from typing import Annotated

import typer
from rich.console import Console

from intake.calibration.curves import load_calibration
from intake.settings import Settings

_console = Console(stderr=True)


def worker(
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that read pages (default: one a core).")] = None,
) -> None:
    """Read acknowledged lots beside `liasse serve`, on this machine or (PostgreSQL) another; Ctrl-C or TERM stops it.

    A page in hand is finished; what is not, another worker takes over.
    """
    from intake.bootstrap import open_store  # noqa: PLC0415 - the database and the queue: not for `liasse read`
    from intake.jobs.worker import LotWorker  # noqa: PLC0415 - as above

    settings = Settings() if workers is None else Settings(workers=workers)
    load_calibration(settings.thresholds.calibration)  # a wrong file stops here, not at the first lot
    told_to_stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told_to_stop.set())
    store = open_store(settings)
    try:
        with LotWorker(store, settings):
            _console.print(f"lecture en cours, {settings.workers} processus ; Ctrl-C pour arrêter")
            told_to_stop.wait()
            _console.print("arrêt : les pages en main sont terminées")
    finally:
        store.close()
