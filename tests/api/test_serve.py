"""``liasse serve`` as a service manager starts and stops it."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx

from tests.intake.lots import until


def test_a_service_manager_stops_it_as_gently_as_a_person(tmp_path: Path) -> None:
    """TERM is what systemd and containers send: the worker must hand back its pages, not die with them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "api", "serve", "--no-read", "--port", str(port)]
    service = subprocess.Popen(command, env=os.environ | {"LIASSE_STORE__DATA": str(tmp_path)})
    until(lambda: service.poll() is not None or _lives(port))

    service.send_signal(signal.SIGTERM)

    assert service.wait() == 0


def _lives(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health/live").status_code == 200
    except httpx.TransportError:
        return False
