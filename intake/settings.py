"""Every setting of the program, with its unit and origin; ``LIASSE_...`` variables in the environment change them.

``LIASSE_WORKERS=4`` sets ``workers``; nested ones take two underscores: ``LIASSE_LIMITS__SECONDS_PER_PAGE=40``.
"""

import os
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from extractors.load import Limits
from intake.jobs.settings import JobSettings
from intake.lot import Thresholds
from intake.store.settings import StoreSettings


def _cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Settings(BaseSettings):
    """What an installation may change."""

    model_config = SettingsConfigDict(env_prefix="LIASSE_", env_nested_delimiter="__", frozen=True, extra="forbid")

    #: processes that read pages, one core each
    workers: int = Field(default_factory=_cores, ge=1)
    #: seconds of wall clock one page may take to be read, loading not counted: a hundred times the usual second
    page_seconds: float = Field(default=120.0, gt=0)
    #: reader of printed text: ``inprocess`` (fast) or ``portable`` (needs only the tesseract command)
    text_reader: Literal["inprocess", "portable"] | None = None
    #: folders of form templates beside the built-in ones
    templates: tuple[Path, ...] = ()
    #: what input may cost
    limits: Limits = Limits()
    #: the figures that decide
    thresholds: Thresholds = Thresholds()
    #: where the service keeps lots, and the keys that seal them
    store: StoreSettings = Field(default_factory=StoreSettings)
    #: how patient the workers of the service are
    jobs: JobSettings = JobSettings()
