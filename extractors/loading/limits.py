"""What one file, one page and the process that parses them may cost."""

from dataclasses import dataclass
from typing import Final

MIB: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on input. Beyond one of them a file or page is refused by name; ``docs/operating.md`` explains each."""

    #: bytes of one file. 500 A4 pages of 300 dpi colour JPEG are about 500 MB
    file_bytes: int = 1024 * MIB
    #: pages of one file. The feeder of a production scanner holds 500 sheets, two sides each
    pages_per_file: int = 2000
    #: pixels of one page. A3 at 600 dpi is 70 million
    pixels_per_page: int = 100_000_000
    #: bytes one stream of a PDF page's drawing instructions may expand to. A dense vector page is 5 MB
    stream_bytes: int = 64 * MIB
    #: words taken from one born-digital page. A full A4 page in 6 point print holds 2,000
    words_per_page: int = 20_000
    #: seconds of wall clock for opening one file: hashing aside, the page tree of 2,000 pages takes about 1 s
    seconds_to_open: float = 30.0
    #: seconds of wall clock for decoding one page. JPEG 2000 in colour at 600 dpi, the slowest kind, takes about 5 s
    seconds_per_page: float = 20.0
    #: seconds of wall clock spent decoding one file, the reading of its pages not counted
    seconds_per_file: float = 900.0
    #: bytes of address space of the parsing process. Its libraries take 0.4 GiB, a colour page at the pixel limit 1 GiB
    memory_bytes: int = 1536 * MIB
