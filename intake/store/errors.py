"""Errors of the store, under the program's tree.

LiasseError
├── InputError
│   ├── NotFoundError          no such lot, file or page, or none this caller may see
│   ├── AccessError            a key or password that opens nothing
│   └── ConflictError          what is asked does not fit what is there
│       └── IdempotencyError   one key, two different bodies
├── ResourceError              a retry may help
│   ├── DatabaseError          the database does not answer
│   └── BlobError              the blob store does not answer, or cannot be written
│       └── StorageFullError   a disk or a quota is full
├── SetupError                 the installation must be mended first
│   ├── NewerDatabaseError     the database belongs to a later program
│   └── MasterKeyError         the master key is missing, wrong or badly written
└── DamagedError               what was kept is not what comes back
"""

from schemas.errors import InputError, LiasseError, ResourceError


class NotFoundError(InputError):
    """What was asked for is not there, or not this caller's: the answer is the same, so that nobody can probe."""

    code = "not_found"


class AccessError(InputError):
    """A key or a password opens nothing; the message never says which half was wrong."""

    code = "access"


class ConflictError(InputError):
    """What is asked does not fit the state of what is there."""

    code = "conflict"


class IdempotencyError(ConflictError):
    """An idempotency key comes again with another body."""

    code = "conflict.idempotency"


class DatabaseError(ResourceError):
    """The database does not answer, or refuses to write."""

    code = "resource.database"


class BlobError(ResourceError):
    """The blob store does not answer, or refuses to write."""

    code = "resource.blobs"


class StorageFullError(BlobError):
    """A disk or a quota is full, of the blobs or of the database."""

    code = "resource.disk_full"


class SetupError(LiasseError):
    """The installation cannot run as it is; the message says what to do."""

    code = "setup"


class NewerDatabaseError(SetupError):
    """The database was migrated by a later program than this one."""

    code = "setup.newer_database"


class MasterKeyError(SetupError):
    """No master key of the ring opens what the database holds, or the ring cannot be read."""

    code = "setup.master_key"


class DamagedError(LiasseError):
    """What was kept is missing, or is not what was put there."""

    code = "damaged"
