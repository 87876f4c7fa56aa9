"""A page's reading as bytes, to be stored between two processes and two days.

Pickled, because the conclusion weighs what the ink may say (``Field.ink``), which is no part of the contract and has as
many shapes as there are readers. The bytes come back sealed and authenticated by the store; all the same, nothing but
this program's own records and numpy's arrays is made from them.
"""

import io
import pickle
import zlib
from dataclasses import dataclass
from typing import Any, Final

from extractors.reading import PageReading
from intake.store.errors import DamagedError

#: Packages whose classes a reading is made of.
_OURS: Final = ("schemas.", "extractors.")
#: What else its pickle names.
_OTHERS: Final = frozenset(
    {
        ("builtins", "range"),
        ("numpy", "dtype"),
        ("numpy", "ndarray"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "scalar"),
        ("numpy._core.numeric", "_frombuffer"),
    }
)
#: zlib's fastest: half the size already.
_LEVEL: Final = 1


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a page brought, and the refusal code of a page that could not be loaded, or only in part."""

    reading: PageReading
    refused: str | None = None


def pack(parcel: Parcel) -> bytes:
    """Return *parcel* as bytes for :func:`unpack`."""
    return zlib.compress(pickle.dumps((parcel.reading, parcel.refused), protocol=5), _LEVEL)


def unpack(content: bytes) -> Parcel:
    """Return what :func:`pack` packed.

    Raises:
        DamagedError: it names a class that is no part of a reading.
    """
    reading, refused = _Unpacker(io.BytesIO(zlib.decompress(content))).load()
    return Parcel(reading, refused)


class _Unpacker(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _OTHERS or (module.startswith(_OURS) and "." not in name):
            return super().find_class(module, name)
        raise DamagedError(f"a stored reading names {module}.{name}, which is no part of a reading")
