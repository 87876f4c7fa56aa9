"""Deflated data, expanded piece by piece: their checksum is looked at, and a bomb is stopped before it fills memory."""

import zlib
from typing import Final

from extractors.loading.refusals import Refusal

_CHUNK: Final = 1 << 20


def inflated(raw: bytes, most_bytes: int, *, is_kept: bool) -> tuple[bytes, int, str | None]:
    """Return what *raw* expands to (if *is_kept*), its size, and a refusal code where the data are cut or wrong.

    Raises:
        Refusal: ``too_expanded``, it is more than *most_bytes*.
    """
    expander = zlib.decompressobj()
    kept, total, pending = bytearray(), 0, raw
    try:
        while pending and not expander.eof:
            piece = expander.decompress(pending, _CHUNK)
            pending = expander.unconsumed_tail
            total += len(piece)
            if total > most_bytes:
                raise Refusal("too_expanded")
            if is_kept:
                kept += piece
            if not piece and not pending:
                break
    except zlib.error:
        return bytes(kept), total, "damaged"
    return bytes(kept), total, None if expander.eof or not raw else "truncated"
