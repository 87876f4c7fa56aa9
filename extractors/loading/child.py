"""The parsing process: opens files and decodes pages for ``extractors.loading.parser``, under limits it sets on itself.

Run as ``python -m extractors.loading.child JSON``; it ends when its socket closes. The caller trusts nothing of it.
"""

import ctypes
import json
import resource
import signal
import socket
import sys
from pathlib import Path
from typing import Any, Final

from extractors.loading import complaints, wire
from extractors.loading.document import Document
from extractors.loading.limits import Limits
from extractors.loading.refusals import Refusal

#: A parser writes no files; the warnings its libraries print are all.
_WRITTEN_BYTES: Final = 1 << 20
#: linux/prctl.h
_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NO_NEW_PRIVS: Final = 38


def main() -> None:
    """Serve requests until the caller goes away."""
    arguments = json.loads(sys.argv[1])
    limits = Limits(**arguments["limits"])
    _confine(limits)
    complaints.listen()
    from PIL import Image  # noqa: PLC0415 - as below

    Image.MAX_IMAGE_PIXELS = None  # pixels.check_size is stricter
    from extractors.loading.formats import open_document  # noqa: PLC0415 - its libraries are loaded under the limits

    with socket.socket(fileno=arguments["fd"]) as caller:
        caller.settimeout(None)
        wire.send(caller, {"ready": True})
        _serve(caller, limits, open_document)


def _serve(caller: socket.socket, limits: Limits, open_document: Any) -> None:
    document: Document | None = None
    while True:
        try:
            request = wire.receive(caller)
        except wire.WireError:
            return
        pixels = None
        try:
            if request["do"] == "open":
                _allow(limits.seconds_to_open)
                if document is not None:
                    document.close()
                    document = None
                document = open_document(Path(request["path"]), limits)
                answer: dict[str, Any] = {"pages": document.pages, "lost": document.lost}
            elif document is None:
                answer = {"refused": "damaged"}
            else:
                _allow(limits.seconds_per_page)
                page = document.page(request["number"])
                pixels = page.pixels
                answer = {
                    "shape": list(pixels.shape),
                    "dpi": page.dpi,
                    "bilevel": page.is_bilevel,
                    "words": [[word.text, list(word.box), word.line] for word in page.words],
                    "problem": page.problem,
                }
                del page
        except Exception as error:  # noqa: BLE001 - whatever a decoder raises on a broken file, the lot goes on
            answer, pixels = {"refused": _code(error)}, None
        wire.send(caller, answer, pixels)
        del pixels, answer


def _code(error: Exception) -> str:
    if isinstance(error, Refusal):
        return error.code
    if isinstance(error, MemoryError) or "nsufficient memory" in str(error):  # OpenCV's wording
        return "memory_limit"
    return "not_found" if isinstance(error, FileNotFoundError | PermissionError) else "damaged"


def _allow(seconds: float) -> None:
    """Let this process use *seconds* of processor time from now on, even if its caller is no more there to watch."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _confine(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_WRITTEN_BYTES, _WRITTEN_BYTES))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


if __name__ == "__main__":
    main()
