"""Where the service keeps things, and the keys that seal them; ``LIASSE_STORE__...`` in the environment."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr


def _home() -> Path:
    """Return the account's folder; some accounts of containers have none."""
    try:
        return Path.home()
    except RuntimeError:
        return Path()


class StoreSettings(BaseModel):
    """The store of an installation; everything stays on this machine unless a URL says otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: folder of the database, the blobs and the key file, where nothing below says otherwise; made with mode 0700
    data: Path = Field(default_factory=lambda: _home() / ".local" / "share" / "liasse")
    #: ``postgresql://...``; none: SQLite in the data folder. Secret, because a URL holds a password
    database_url: SecretStr | None = None
    #: seconds a writer waits for another one (SQLite) or for a connection (PostgreSQL): a hundred times what a
    #: transaction takes
    database_wait_s: float = Field(default=10.0, gt=0)
    #: connections of one process: 40 is the number of threads the web server answers with
    database_connections: int = Field(default=40, ge=1)
    #: ``s3://bucket/prefix``; none: the folder ``blobs`` of the data folder
    blobs_url: str | None = None
    #: of an S3 store: ``endpoint``, ``region``, ``access_key_id``, ``secret_access_key``...
    blobs_options: dict[str, SecretStr] = Field(default_factory=dict)
    #: seconds the blob store has for one request, retries included: a scan of 10 MB at 1 MB/s
    blobs_wait_s: float = Field(default=10.0, gt=0)
    #: hours after which pieces without a lot are swept away: an arrival takes seconds, a slow line a night
    orphan_hours: float = Field(default=24.0, gt=0)
    #: master keys as ``id:base64 id:base64``, the current one first; none: the key file
    master_keys: SecretStr | None = None
    #: file of master keys, one ``id:base64`` a line, the current one first; none: ``master.key`` in the data folder
    master_key_file: Path | None = None

    @property
    def sql_url(self) -> str:
        """The database, as SQLAlchemy takes it."""
        if self.database_url is None:
            return f"sqlite:///{self.data / 'liasse.db'}"
        url = self.database_url.get_secret_value()
        scheme, separator, rest = url.partition("://")
        return f"postgresql+psycopg{separator}{rest}" if scheme in {"postgres", "postgresql"} else url

    @property
    def jobs_url(self) -> str:
        """The database of the job engine, which keeps its own tables: beside ours, or in the same PostgreSQL."""
        return f"sqlite:///{self.data / 'jobs.db'}" if self.database_url is None else self.sql_url

    @property
    def key_file(self) -> Path:
        """Where master keys lie when no setting holds them."""
        return self.master_key_file or self.data / "master.key"
