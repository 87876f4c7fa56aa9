"""What an installation may change about its HTTP side; ``LIASSE_API_...`` in the environment."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ApiSettings(BaseSettings):
    """Where the service listens, and what it takes at once."""

    model_config = SettingsConfigDict(env_prefix="LIASSE_API_", frozen=True, extra="forbid")

    #: address to listen on: this machine only, until somebody says otherwise
    host: str = "127.0.0.1"
    #: TCP port; 0 lets the system choose
    port: int = Field(default=8080, ge=0, le=65535)
    #: bytes of one request: 500 A4 pages of 300 dpi colour JPEG are about 500 MB (see ``limits.file_bytes``)
    request_bytes: int = Field(default=1 << 30, ge=1)
    #: files of one lot: a feeder that writes a file a page, 500 sheets of two sides; Starlette takes no more
    files_per_lot: int = Field(default=1000, ge=1, le=1000)
    #: bytes that must stay free in the data folder for a lot to be taken: two requests of the largest size
    free_bytes: int = Field(default=2 << 30, ge=0)
    #: acknowledged lots that may wait before a station is asked to come back: a day of 10,000 pages, in lots of 20
    waiting_lots: int = Field(default=500, ge=1)
    #: seconds between two looks at a lot somebody follows live: a page takes about one
    event_seconds: float = Field(default=1.0, gt=0)
    #: seconds one such answer lasts; who follows asks again: what a revoked key still sees at most
    follow_seconds: float = Field(default=300.0, gt=0)
    #: seconds a stopping service gives the answers it is sending: a page image takes less than one
    stop_seconds: int = Field(default=5, ge=1)
    #: seconds a station is asked to wait when the service is full: a lot of 10 pages is read in that time
    retry_after_s: int = Field(default=10, ge=1)
