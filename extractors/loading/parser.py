"""The caller's end of the parsing process: starts it, asks it, kills it when it takes too long, starts another.

Called in the caller's process, one thread. A plain subprocess rather than ``multiprocessing``: it may be started from
daemonic workers, inherits no memory and no descriptors, and gets an empty environment.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from extractors.loading import wire
from extractors.loading.limits import Limits
from extractors.loading.refusals import REASONS, Refusal
from extractors.scan import Scan, Word
from schemas.geometry import Box

#: Importing the decoders takes 1 s on a quiet machine.
_SECONDS_TO_START: Final = 60.0
#: Seconds to transfer the pixels of a page once it is decoded: 0.3 GB at the least.
_SECONDS_TO_SEND: Final = 10.0
#: Bytes the kernel may hold between the two processes.
_SOCKET_BYTES: Final = 1 << 20
#: All the parsing process gets to see; pages are spread over processes, so each library keeps to one thread.
_ENVIRONMENT: Final = {
    "LANG": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OMP_THREAD_LIMIT": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
#: Refusals that may be the doing of the pages before.
_WORTH_ANOTHER_TRY: Final = ("decoder_failed", "memory_limit")
_OPENCV_PIXELS: Final = "OPENCV_IO_MAX_IMAGE_PIXELS"


@dataclass(frozen=True, slots=True)
class Opened:
    """What the parsing process says of a file it opened."""

    pages: int
    #: refusal code when pages behind the last one are lost, else None
    lost: str | None


class Parser:
    """One parsing process and the file it has open."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._path: Path | None = None
        self._opened = Opened(0, None)
        self._is_fresh = True
        self._seconds_left = limits.seconds_per_file

    def open(self, path: Path) -> Opened:
        """Return the pages of *path*; a file already open is not opened again.

        Raises:
            Refusal: the file is refused.
        """
        if path != self._path:
            self._path = None
            self._seconds_left = self._limits.seconds_per_file
            self._opened = self._ask_to_open(path)
            self._path = path
        return self._opened

    def page(self, path: Path, number: int) -> Scan:
        """Return page *number* of *path*, in a new process where the last one is gone.

        A process that served other pages before may have died of them, or of the system's memory: the page gets a
        second chance in a fresh one.

        Raises:
            Refusal: the page is refused.
        """
        self.open(path)
        try:
            return self._read(path, number)
        except Refusal as refusal:
            if refusal.code not in _WORTH_ANOTHER_TRY or self._is_fresh:
                raise
        self._stop()
        return self._read(path, number)

    def _read(self, path: Path, number: int) -> Scan:
        self._is_fresh = self._process is None
        if self._process is None:
            self._ask_to_open(path)  # an earlier page took the process with it
        answer = self._ask({"do": "page", "number": number}, self._limits.seconds_per_page)
        with self._fatal(Refusal("decoder_failed")):
            pixels = wire.receive_pixels(self._live_socket(), answer["shape"], self._limits.pixels_per_page)
            words = tuple(Word(str(text), Box(*map(float, box)), 1.0, int(line)) for text, box, line in answer["words"])
            dpi = None if answer["dpi"] is None else float(answer["dpi"])
            problem = None if answer["problem"] is None else _known(answer["problem"])
            return Scan(path.name, number, pixels, dpi, bool(answer["bilevel"]), words, problem)

    def close(self) -> None:
        """Stop the process, if one runs."""
        self._path = None
        self._stop()

    def _ask_to_open(self, path: Path) -> Opened:
        answer = self._ask({"do": "open", "path": str(path.absolute())}, self._limits.seconds_to_open)
        lost = answer.get("lost")
        return Opened(int(answer.get("pages", 0)), None if lost is None else _known(lost))

    def _ask(self, question: dict[str, Any], seconds: float) -> dict[str, Any]:
        if self._seconds_left <= 0:
            raise Refusal("time_limit")
        if self._process is None:
            self._start()
        started = time.monotonic()
        connection = self._live_socket()
        try:
            with self._fatal(Refusal("decoder_failed")):
                connection.settimeout(min(seconds, self._seconds_left))
                wire.send(connection, question)
                answer = wire.receive(connection)
                connection.settimeout(_SECONDS_TO_SEND)
        finally:
            self._seconds_left -= time.monotonic() - started
        if "refused" in answer:
            raise Refusal(_known(answer["refused"]))
        return answer

    @contextlib.contextmanager
    def _fatal(self, refusal: Refusal) -> Any:
        """Kill the process when talking to it fails, and give the reason as a refusal."""
        try:
            yield
        except TimeoutError:
            self._stop()
            raise Refusal("time_limit") from None
        except (wire.WireError, OSError, KeyError, TypeError, ValueError):
            status = self._stop()
            raise (Refusal("time_limit") if status == -signal.SIGXCPU else refusal) from None

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        for end in (ours, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SOCKET_BYTES)
        arguments = json.dumps({"fd": theirs.fileno(), "limits": asdict(self._limits)})
        path = os.pathsep.join(entry for entry in (str(Path(__file__).parents[2]), *sys.path) if entry)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                [sys.executable, "-P", "-m", "extractors.loading.child", arguments],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=_ENVIRONMENT | {"PYTHONPATH": path, _OPENCV_PIXELS: str(self._limits.pixels_per_page)},
            )
        self._socket = ours
        ours.settimeout(_SECONDS_TO_START)
        with self._fatal(Refusal("decoder_failed")):
            wire.receive(ours)

    def _live_socket(self) -> socket.socket:
        if self._socket is None:
            raise Refusal("decoder_failed")
        return self._socket

    def _stop(self) -> int | None:
        """Kill the process and return its exit status, negative for a signal."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._process is None:
            return None
        process, self._process = self._process, None
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.2)  # it dies by itself of the closed socket or its own fault: its status tells which
        process.kill()
        return process.wait()


def _known(code: object) -> str:
    """Return *code* if it is one of ours; the parsing process is not trusted to invent one."""
    return code if isinstance(code, str) and code in REASONS else "damaged"
