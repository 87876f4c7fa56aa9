"""The one place that builds the real parts of the service from its settings. Tests build others."""

from intake.settings import Settings
from intake.store.store import Store


def open_store(settings: Settings) -> Store:
    """Return the store of this installation, its tables brought up to date.

    Raises:
        SetupError: something must be mended first; the message says what.
        DatabaseError: the database does not answer.
    """
    return Store.open(settings.store)
