"""Whether CCITT Group 4 data are whole, which no decoder tells.

Nearly every bit pattern is a Group 4 code, so one wrong bit turns the rest of a page into other strokes without an
error. But then the decoder is no longer in step when the page ends. So the end mark is replaced by one row of a known
pattern: whole data decode to the page and that row, damaged data to something else.
"""

import struct
from io import BytesIO
from typing import Any, Final

import numpy as np
from PIL import Image

#: End of facsimile block: two end-of-line codes (T.6, 2.4.1.1)
_END_MARK: Final = 0x001001
_END_BITS: Final = 24
_TAIL_BYTES: Final = 512  # padding behind the end mark is looked through as far as this
# T.4, tables 2 and 3: horizontal mode, then runs of white 3 and black 2, whatever stands in the row above
_PAIR: Final = "001" + "1000" + "11"
_PAIR_PX: Final = 5
_LAST_WHITE: Final = {1: "000111", 2: "0111", 3: "1000", 4: "1011"}
_NO_BLACK: Final = "0000110111"


def is_whole(raw: bytes, width: int, height: int) -> bool | None:
    """Return whether *raw* holds exactly *height* rows of *width* pixels, or None where it carries no end mark.

    Args:
        raw: Group 4 data, highest bit first.
        width: pixels in a row.
        height: rows announced.
    """
    end = _end_mark(raw)
    if end is None or width <= 0 or height <= 0:
        return None
    pairs, rest = divmod(width, _PAIR_PX)
    row = _PAIR * pairs + (f"001{_LAST_WHITE[rest]}{_NO_BLACK}" if rest else "")
    bits = row + f"{_END_MARK:0{_END_BITS}b}"
    whole_bytes, over = divmod(end, 8)
    lead = f"{raw[whole_bytes] >> (8 - over):0{over}b}" if over else ""
    tail = lead + bits
    tail += "0" * (-len(tail) % 8)
    probe = raw[:whole_bytes] + int(tail, 2).to_bytes(len(tail) // 8, "big")
    try:
        decoded = _decoded(probe, width, height + 1)
    except (OSError, SyntaxError, ValueError):
        return False
    pattern = np.resize(np.array([0, 0, 0, 1, 1], np.uint8), width)
    pattern[pairs * _PAIR_PX :] = 0
    return bool(np.array_equal(decoded[-1], pattern))


def _end_mark(raw: bytes) -> int | None:
    """Return the position of the end mark in bits from the start, or None."""
    raw = raw.rstrip(b"\r\n") if raw.endswith(b"\n") else raw  # a line end before "endstream" that got in
    tail = raw[-_TAIL_BYTES:]
    value = int.from_bytes(tail, "big")
    if not value:
        return None
    padding = (value & -value).bit_length() - 1
    if (value >> padding) & ((1 << _END_BITS) - 1) != _END_MARK:
        return None
    return len(raw) * 8 - padding - _END_BITS


def _decoded(raw: bytes, width: int, height: int) -> Any:
    """Return rows of 0 (white) and 1 as libtiff decodes them."""
    entries = (
        (256, width), (257, height), (258, 1), (259, 4), (262, 1),
        (273, 8 + 2 + 9 * 12 + 4), (277, 1), (278, height), (279, len(raw)),
    )  # fmt: skip
    header = struct.pack("<2sHIH", b"II", 42, 8, len(entries))
    header += b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries) + struct.pack("<I", 0)
    with Image.open(BytesIO(header + raw), formats=("TIFF",)) as image:
        return np.asarray(image).astype(np.uint8)
